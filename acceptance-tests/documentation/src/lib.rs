//! Generates the documentation from the provider's schemas.
//!
//! Nothing here knows a resource by name: a new one gets its page, its place in the snapshot, and an error
//! until it has an example. Text that a schema cannot have is in `prose/`, under the name of its page. The
//! guides in `docs/guides` are written by hand, except the list of findings and the page on the emulator.

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

/// All generated files of a provider, from the examples and the prose under `root`, the root of the
/// repository.
///
/// # Errors
/// If an example is missing, or a file cannot be read.
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

/// Why the documentation cannot be generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An example is missing.
    #[error(transparent)]
    Example(#[from] MissingExample),
    /// A file cannot be read or written.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        error: std::io::Error,
    },
}
