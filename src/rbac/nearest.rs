//! Names similar to one that was not found, for the error message.

/// Those of `names` that `wanted` may have meant, the nearest first, at most `limit`. Case is ignored; a name
/// that contains the wanted one, or most of its words, is near whatever its length.
pub fn nearest_names<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
    limit: usize,
) -> Vec<&'a str> {
    let wanted = wanted.to_lowercase();
    let wanted_words: Vec<&str> = words(&wanted).collect();
    let mut near: Vec<((bool, usize), &str)> = names
        .into_iter()
        .filter_map(|name| {
            let folded = name.to_lowercase();
            let shared =
                wanted_words.iter().filter(|word| words(&folded).any(|other| other == **word)).count();
            let has_words = shared > 0 && shared * 3 >= wanted_words.len() * 2;
            let holds = !wanted.is_empty() && folded.contains(&wanted);
            let distance = strsim::levenshtein(&wanted, &folded);
            let is_similar = distance * 3 <= wanted.chars().count().max(3);
            (holds || has_words || is_similar).then_some(((!is_similar, distance), name))
        })
        .collect();
    near.sort();
    near.dedup();
    near.into_iter().take(limit).map(|(_, name)| name).collect()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}
