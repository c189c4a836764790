//! Properties that fuzzing checks in the command. The function takes any bytes, and panics where a property
//! is violated.

use super::run;

/// Any bytes are a file: the command ends with one of its exit codes, in every format, and no page contains
/// markup from the file.
pub fn explain(data: &[u8]) {
    for format in ["text", "markdown", "html", "json", "mermaid", "dot"] {
        let arguments = ["-", "--format", format].map(std::ffi::OsString::from);
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        let code = run(arguments.into_iter(), &mut &*data, &mut output, &mut errors, 80);
        assert!(code <= 6);
        let page = String::from_utf8(output).expect("a page is text");
        assert!(code != 2 || !errors.is_empty(), "what cannot be read is said");
        match format {
            "html" if !page.is_empty() => is_harmless(&page),
            "json" if !page.is_empty() => {
                drop(serde_json::from_str::<serde_json::Value>(&page).expect("it is JSON"))
            }
            _ => {}
        }
    }
}

/// Checks that an HTML page has only the elements and attributes that this program writes, and one script.
pub fn is_harmless(page: &str) {
    const ELEMENTS: &str = "html head meta title style body header h1 h2 h3 h4 p nav ul li a main section div code table \
        thead tbody tr th td span b form input button noscript strong svg defs marker path g rect \
        text script !DOCTYPE br ol em";
    const ATTRIBUTES: &str = "lang charset http-equiv content name id class href aria-label aria-labelledby aria-hidden \
        aria-live role tabindex scope colspan title data-who hidden type spellcheck autocomplete \
        autocapitalize value viewbox width height x y rx d marker-end refx refy markerwidth \
        markerheight orient html cx cy r fill stroke points transform";
    let mut rest = page;
    let mut scripts = 0;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(closing) = rest.strip_prefix('/') {
            rest = closing;
        }
        // Quotes are balanced even inside a tag, since texts have none.
        let end = end_of_tag(rest).expect("a tag ends");
        let (tag, after) = rest.split_at(end);
        let name: String = tag.chars().take_while(|c| !c.is_whitespace() && *c != '/').collect();
        assert!(ELEMENTS.split(' ').any(|known| known == name), "<{tag}> is not of this program");
        for attribute in attributes(&tag[name.len()..]) {
            let known = ATTRIBUTES.split(' ').any(|known| known == attribute.to_lowercase());
            assert!(known, "{attribute} in <{tag}>");
        }
        rest = after;
        // The content of these is not markup.
        for raw in ["style", "script"] {
            if name == raw
                && page[..page.len() - rest.len()].ends_with(tag)
                && !page[..page.len() - rest.len() - tag.len()].ends_with('/')
            {
                let end = rest.find(&format!("</{raw}>")).expect("it ends");
                scripts += usize::from(raw == "script");
                rest = &rest[end..];
            }
        }
    }
    assert_eq!(scripts, 2, "the data and the one script");
}

fn end_of_tag(text: &str) -> Option<usize> {
    let mut is_quoted = false;
    text.char_indices().find_map(|(place, c)| {
        is_quoted ^= c == '"';
        (c == '>' && !is_quoted).then_some(place)
    })
}

fn attributes(tag: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = tag.trim_matches(|c: char| c.is_whitespace() || c == '/');
    while !rest.is_empty() {
        let end = rest.find(|c: char| c == '=' || c.is_whitespace()).unwrap_or(rest.len());
        names.push(rest[..end].to_owned());
        rest = &rest[end..];
        if let Some(value) = rest.strip_prefix("=\"") {
            rest = &value[value.find('"').expect("a value ends") + 1..];
        }
        rest = rest.trim_start();
    }
    names
}

#[cfg(test)]
mod tests {
    #[test]
    fn explain() {
        crate::corpus::replay("explain", super::explain);
    }
}
