//! The guide to the emulator: the emulator's own README as a page.

use std::fs;
use std::path::Path;

use super::Error;
use super::front_matter::front_matter;

/// Its source.
const README: &str = "acceptance-tests/emulator/README.md";
/// The heading after which everything is for contributors only.
const FOR_CONTRIBUTORS: &str = "\n## In the code\n";

/// The page.
///
/// # Errors
/// If the README cannot be read.
pub(crate) fn page(root: &Path) -> Result<String, Error> {
    let text = fs::read_to_string(root.join(README))
        .map_err(|error| Error::File { path: README.into(), error })?
        .replace("\r\n", "\n");
    let head = front_matter(
        "The emulator",
        Some(""),
        "gallery-emulator stands in for Azure on one machine: how clients use it, and which of its \
         behaviour is known from Azure.",
    );
    Ok(format!("{head}\n# The emulator\n{}", body(&text)))
}

/// The text below the title and above the part for contributors.
fn body(readme: &str) -> String {
    let below = readme.split_once('\n').map_or("", |(_, rest)| rest);
    let (user, _) = below.split_once(FOR_CONTRIBUTORS).unwrap_or((below, ""));
    format!("{}\n", user.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_and_the_part_for_contributors_are_omitted() {
        assert_eq!(body("# name\n\nWhat it is.\n\n## In the code\n\nFiles.\n"), "\nWhat it is.\n");
        assert_eq!(body("# name\n\nWhat it is.\n"), "\nWhat it is.\n");
    }
}
