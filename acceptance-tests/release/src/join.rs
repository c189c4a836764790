//! Combines the builds of several machines: every archive of a version, and one list of checksums.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{Error, PLATFORMS, sums};

const NAME: &str = "terraform-provider-gallery";

/// The files of a release by name, from the directories below this one. Lists of checksums are omitted, and
/// made anew.
///
/// # Errors
/// If a file cannot be read, if two machines have made different files of one name, or if the manifest or a
/// platform's archive is missing.
pub fn join(directory: &Path, version: &str) -> Result<BTreeMap<String, Vec<u8>>, Error> {
    let sums_name = format!("{NAME}_{version}_SHA256SUMS");
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for path in below(directory)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == sums_name || !name.starts_with(&format!("{NAME}_{version}_")) {
            continue;
        }
        let bytes = std::fs::read(&path).map_err(Error::file(&path))?;
        if files.get(&name).is_some_and(|other| *other != bytes) {
            return Err(Error::Parts {
                directory: directory.to_owned(),
                why: format!("there are two {name}"),
            });
        }
        files.insert(name, bytes);
    }
    let archives = PLATFORMS.iter().map(|platform| format!("{NAME}_{version}_{platform}.zip"));
    let expected = archives.chain([format!("{NAME}_{version}_manifest.json")]);
    let missing: Vec<_> = expected.filter(|name| !files.contains_key(name)).collect();
    if !missing.is_empty() {
        let why = format!("there is no {}", missing.join(", "));
        return Err(Error::Parts { directory: directory.to_owned(), why });
    }
    let list = sums(&files).into_bytes();
    files.insert(sums_name, list);
    Ok(files)
}

/// The files in a directory and in its subdirectories.
fn below(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = |directory: &Path| -> Result<Vec<PathBuf>, Error> {
        let read = std::fs::read_dir(directory).map_err(Error::file(directory))?;
        read.map(|entry| Ok(entry.map_err(Error::file(directory))?.path())).collect()
    };
    let (directories, mut files): (Vec<_>, Vec<_>) =
        entries(directory)?.into_iter().partition(|one| one.is_dir());
    for directory in directories {
        files.extend(entries(&directory)?.into_iter().filter(|one| one.is_file()));
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files of each machine: archives of these platforms, a manifest and its own list.
    fn made(machines: &[&[&str]]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (index, platforms) in machines.iter().enumerate() {
            let own = directory.path().join(index.to_string());
            std::fs::create_dir(&own).unwrap();
            let write = |name: &str, text: &str| {
                std::fs::write(own.join(format!("{NAME}_1.2.3_{name}")), text).unwrap();
            };
            write("manifest.json", "{}");
            write("SHA256SUMS", "of this machine");
            for platform in *platforms {
                write(&format!("{platform}.zip"), platform);
            }
        }
        directory
    }

    const UNIX: &[&str] = &["darwin_amd64", "darwin_arm64", "freebsd_amd64", "linux_amd64", "linux_arm64"];

    #[test]
    fn the_files_of_several_machines_are_one_release() {
        let directory = made(&[UNIX, &["windows_amd64", "windows_arm64"]]);
        let files = join(directory.path(), "1.2.3").unwrap();
        assert_eq!(files.len(), 9, "{:?}", files.keys());
        let list = String::from_utf8(files["terraform-provider-gallery_1.2.3_SHA256SUMS"].clone()).unwrap();
        assert_eq!(list.lines().count(), 8, "{list}");
    }

    #[test]
    fn a_missing_platform_is_named() {
        let error = join(made(&[UNIX, &["windows_amd64"]]).path(), "1.2.3").unwrap_err().to_string();
        assert!(error.ends_with("there is no terraform-provider-gallery_1.2.3_windows_arm64.zip"), "{error}");
        // Another version is another release.
        assert!(join(made(&[UNIX]).path(), "1.2.4").is_err());
    }

    #[test]
    fn a_file_that_differs_between_machines_is_an_error() {
        let directory = made(&[UNIX, &["windows_amd64", "windows_arm64"]]);
        std::fs::write(directory.path().join("1").join(format!("{NAME}_1.2.3_linux_amd64.zip")), "other")
            .unwrap();
        let error = join(directory.path(), "1.2.3").unwrap_err().to_string();
        assert!(error.ends_with("there are two terraform-provider-gallery_1.2.3_linux_amd64.zip"), "{error}");
    }
}
