//! The documentation, made from what the provider says of itself.
//!
//! Nothing here knows a resource by name: a new one appears with its page, its place in the snapshot, and the demand
//! for an example. What a schema cannot say stands in `prose/`, under the name of the page it belongs to, and the
//! guides in `docs/guides` have an author, except the list of findings and the page on the emulator.

mod emulator;
mod examples;
mod findings;
mod front_matter;
mod pages;
mod schema_section;
mod snapshot;
mod tree;
mod words;

pub use examples::MissingExample;
pub use tree::{Difference, Tree};

use std::path::{Path, PathBuf};

use terraform_provider_gallery::plugin::Provider;

/// Everything that is generated for a provider, read against the examples and the prose under `root`, the root of the
/// repository.
///
/// # Errors
/// When an example is missing, or a file cannot be read.
pub fn generate(provider: &dyn Provider, root: &Path) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    for (path, text) in pages::all(provider, root)? {
        tree.put(Path::new("docs").join(path), text);
    }
    tree.put("docs/guides/emulator.md", emulator::page(root)?);
    tree.put("docs/guides/findings.md", findings::page());
    tree.put("schema.json", snapshot::json(provider));
    Ok(tree)
}

/// Why there is no documentation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Something has no example.
    #[error(transparent)]
    Example(#[from] MissingExample),
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}
