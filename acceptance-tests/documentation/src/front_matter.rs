//! The head of a page, for registries.

/// A page's head: its title, its category, and its description in one paragraph of plain text. The provider's
/// own page has no category.
pub(crate) fn front_matter(title: &str, subcategory: Option<&str>, description: &str) -> String {
    let subcategory = subcategory.map(|name| format!("subcategory: \"{name}\"\n")).unwrap_or_default();
    format!("---\npage_title: \"{title}\"\n{subcategory}description: |-\n  {}\n---\n", plain(description))
}

/// Markdown without its code marks, on one line.
fn plain(markdown: &str) -> String {
    markdown.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_one_line_of_plain_text() {
        let head = front_matter("a Resource - gallery", Some(""), "Manages `a`.\nAnd\n  more.");
        assert_eq!(
            head,
            "---\npage_title: \"a Resource - gallery\"\nsubcategory: \"\"\ndescription: |-\n  Manages a. And more.\n---\n"
        );
    }
}
