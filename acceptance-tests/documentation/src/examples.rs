//! Examples, at the paths that registries expect.

use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use super::tree::file_names;

/// An example is missing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} has no example: write {}", path.display())]
pub struct MissingExample {
    /// What has no example.
    pub what: String,
    /// Where to write it.
    pub path: PathBuf,
}

/// The examples in `examples/<folder>`: the file `<stem><ending>` first, then its siblings `<stem>-*`, each
/// as a block of code.
///
/// # Errors
/// If the first is missing, or one cannot be read.
pub(crate) fn configuration(
    root: &Path,
    folder: &str,
    (stem, ending): (&str, &str),
    what: &str,
) -> Result<String, Error> {
    let path = Path::new("examples").join(folder);
    let names = file_names(&root.join(&path))?;
    let first = format!("{stem}{ending}");
    if !names.contains(&first) {
        return Err(MissingExample { what: what.to_owned(), path: path.join(first) }.into());
    }
    let more =
        names.into_iter().filter(|name| *name != first && name.starts_with(stem) && name.ends_with(ending));
    let mut blocks = Vec::new();
    for name in std::iter::once(first.clone()).chain(more) {
        blocks.push(block(root, &path.join(name), "terraform")?);
    }
    Ok(blocks.join("\n"))
}

/// One file as a block of code, or nothing if the file does not exist.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn optional(root: &Path, path: &Path, language: &str) -> Result<Option<String>, Error> {
    if root.join(path).is_file() { block(root, path, language).map(Some) } else { Ok(None) }
}

fn block(root: &Path, path: &Path, language: &str) -> Result<String, Error> {
    let text =
        fs::read_to_string(root.join(path)).map_err(|error| Error::File { path: path.to_owned(), error })?;
    Ok(format!("```{language}\n{}\n```\n", text.replace("\r\n", "\n").trim_end()))
}
