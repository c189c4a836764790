//! Generated files, and how they differ from those that are committed.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Error;

/// Folders in which every file is generated, so that files which are no longer generated are found. Guides
/// are written by hand.
const GENERATED: [&str; 4] = ["docs/resources", "docs/data-sources", "docs/list-resources", "docs/functions"];

/// Files by their path from the repository's root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree(BTreeMap<PathBuf, String>);

/// A file that differs from its expected state.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// It is missing.
    Missing(PathBuf),
    /// Its content differs; with the number of the first differing line, from 1.
    Stale(PathBuf, usize),
    /// It should not exist.
    Orphaned(PathBuf),
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(path) => write!(f, "new:     {}", path.display()),
            Self::Stale(path, line) => write!(f, "changed: {} from line {line}", path.display()),
            Self::Orphaned(path) => write!(f, "gone:    {}", path.display()),
        }
    }
}

impl Tree {
    /// Adds a file.
    pub fn put(&mut self, path: impl Into<PathBuf>, text: String) {
        self.0.insert(path.into(), text);
    }

    /// The files and their content.
    pub fn files(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.0.iter().map(|(path, text)| (path.as_path(), text.as_str()))
    }

    /// How the files under `root` differ from these.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn differences(&self, root: &Path) -> Result<Vec<Difference>, Error> {
        let mut found = Vec::new();
        for (path, text) in &self.0 {
            match fs::read_to_string(root.join(path)) {
                // A checkout on Windows may have changed the line ends.
                Ok(there) if there.replace("\r\n", "\n") == *text => {}
                Ok(there) => {
                    let same = there.lines().zip(text.lines()).take_while(|(a, b)| a == b).count();
                    found.push(Difference::Stale(path.clone(), same + 1));
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    found.push(Difference::Missing(path.clone()));
                }
                Err(error) => return Err(Error::File { path: path.clone(), error }),
            }
        }
        found.extend(self.orphans(root)?.into_iter().map(Difference::Orphaned));
        found.sort();
        Ok(found)
    }

    fn orphans(&self, root: &Path) -> Result<Vec<PathBuf>, Error> {
        let mut orphans = Vec::new();
        for folder in GENERATED {
            for name in file_names(&root.join(folder))? {
                let path = Path::new(folder).join(name);
                if !self.0.contains_key(&path) {
                    orphans.push(path);
                }
            }
        }
        Ok(orphans)
    }

    /// Writes the files, and removes those that are no longer generated.
    ///
    /// # Errors
    /// If one cannot be written.
    pub fn write(&self, root: &Path) -> Result<(), Error> {
        for path in self.orphans(root)? {
            fs::remove_file(root.join(&path)).map_err(|error| Error::File { path, error })?;
        }
        for (path, text) in &self.0 {
            let full = root.join(path);
            let written = match full.parent() {
                Some(folder) => fs::create_dir_all(folder).and_then(|()| fs::write(&full, text)),
                None => fs::write(&full, text),
            };
            written.map_err(|error| Error::File { path: path.clone(), error })?;
        }
        Ok(())
    }
}

/// The names in a folder, sorted; none if there is no such folder.
pub(crate) fn file_names(folder: &Path) -> Result<Vec<String>, Error> {
    let wrong = |error| Error::File { path: folder.to_owned(), error };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(wrong(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry.map_err(wrong)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_files_are_up_to_date_and_others_are_not() {
        let root = tempfile::tempdir().unwrap();
        let mut tree = Tree::default();
        tree.put("docs/resources/one.md", "a\nb\n".to_owned());
        assert_eq!(
            tree.differences(root.path()).unwrap(),
            [Difference::Missing("docs/resources/one.md".into())]
        );
        fs::create_dir_all(root.path().join("docs/resources")).unwrap();
        fs::write(root.path().join("docs/resources/old.md"), "").unwrap();
        fs::write(root.path().join("docs/resources/one.md"), "a\nc\n").unwrap();
        let found = tree.differences(root.path()).unwrap();
        let stale = Difference::Stale("docs/resources/one.md".into(), 2);
        assert_eq!(found, [stale, Difference::Orphaned("docs/resources/old.md".into())]);
        tree.write(root.path()).unwrap();
        assert_eq!(tree.differences(root.path()).unwrap(), []);
        assert!(!root.path().join("docs/resources/old.md").exists());
    }
}
