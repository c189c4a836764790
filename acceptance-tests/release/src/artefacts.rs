//! The files of a release: their names and their content.

use std::collections::BTreeMap;
use std::path::Path;

use time::OffsetDateTime;

use super::{Error, Platform, pack, sums};

const NAME: &str = "terraform-provider-gallery";
/// The protocol version in a registry's manifest: the major version, always with `.0`.
pub const MANIFEST_PROTOCOL: &str = "6.0";
/// The best compression: a release is made once and downloaded often.
const LEVEL: i64 = 9;

/// A release while it is made.
#[derive(Clone, Debug)]
pub struct Artefacts {
    version: String,
    made: OffsetDateTime,
    texts: [Vec<u8>; 2],
    level: i64,
    files: BTreeMap<String, Vec<u8>>,
}

impl Artefacts {
    /// A release of this version with only the repository's manifest. `texts` are its licence and the notices
    /// of its dependencies.
    ///
    /// # Errors
    /// If the manifest does not name [`MANIFEST_PROTOCOL`].
    pub fn new(
        version: &str,
        made: OffsetDateTime,
        manifest: Vec<u8>,
        texts: [Vec<u8>; 2],
    ) -> Result<Self, Error> {
        let compact: String = String::from_utf8_lossy(&manifest).split_whitespace().collect();
        if !compact.contains(&format!("\"protocol_versions\":[\"{MANIFEST_PROTOCOL}\"]")) {
            return Err(Error::Manifest);
        }
        let files = [(format!("{NAME}_{version}_manifest.json"), manifest)].into();
        Ok(Self { version: version.to_owned(), made, texts, level: LEVEL, files })
    }

    /// The same with faster compression, from 1 to 9, for tests.
    #[must_use]
    pub fn compressing(self, level: i64) -> Self {
        Self { level, ..self }
    }

    /// Adds the provider's executable for a platform, and returns the name of its archive.
    ///
    /// # Errors
    /// If the archive cannot be written.
    pub fn add(&mut self, platform: &Platform, executable: &[u8]) -> Result<String, Error> {
        let inside = format!("{NAME}_v{}{}", self.version, platform.suffix());
        let [licence, notices] = &self.texts;
        let entries = [
            (&*inside, 0o755, executable),
            ("LICENSE.txt", 0o644, &**licence),
            ("NOTICES.txt", 0o644, &**notices),
        ];
        let archive = pack(&entries, self.made, self.level)?;
        let name = format!("{NAME}_{}_{platform}.zip", self.version);
        self.files.insert(name.clone(), archive);
        Ok(name)
    }

    /// The file with the checksums of all others. Only its signature is not made here.
    pub fn sums_name(&self) -> String {
        format!("{NAME}_{}_SHA256SUMS", self.version)
    }

    /// Every file by its name, including the checksums.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = self.files.clone();
        files.insert(self.sums_name(), sums(&self.files).into_bytes());
        files
    }

    /// Writes the files to a directory of their own, from which it first removes an earlier release.
    ///
    /// # Errors
    /// If that is not possible. Other files in the directory stay.
    pub fn write(&self, directory: &Path) -> Result<(), Error> {
        std::fs::create_dir_all(directory).map_err(Error::file(directory))?;
        for entry in std::fs::read_dir(directory).map_err(Error::file(directory))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(NAME) {
                std::fs::remove_file(entry.path()).map_err(Error::file(&entry.path()))?;
            }
        }
        for (name, bytes) in self.files() {
            let path = directory.join(name);
            std::fs::write(&path, bytes).map_err(Error::file(&path))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{PLATFORMS, sha256};
    use super::*;

    const MANIFEST: &[u8] = b"{\"version\": 1, \"metadata\": {\"protocol_versions\": [\"6.0\"]}}\n";

    fn release() -> Artefacts {
        let made = OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        let mut release =
            Artefacts::new("1.2.3", made, MANIFEST.to_vec(), [b"licence".to_vec(), b"notices".to_vec()])
                .unwrap();
        for platform in PLATFORMS.iter().filter(|one| one.architecture == "amd64") {
            release.add(platform, platform.os.as_bytes()).unwrap();
        }
        release
    }

    #[test]
    fn names_and_checksums_are_what_a_registry_expects() {
        let files = release().files();
        assert_eq!(
            files.keys().collect::<Vec<_>>(),
            [
                "terraform-provider-gallery_1.2.3_SHA256SUMS",
                "terraform-provider-gallery_1.2.3_darwin_amd64.zip",
                "terraform-provider-gallery_1.2.3_freebsd_amd64.zip",
                "terraform-provider-gallery_1.2.3_linux_amd64.zip",
                "terraform-provider-gallery_1.2.3_manifest.json",
                "terraform-provider-gallery_1.2.3_windows_amd64.zip",
            ]
        );
        let sums = String::from_utf8(files["terraform-provider-gallery_1.2.3_SHA256SUMS"].clone()).unwrap();
        let lines: Vec<_> = sums.lines().collect();
        assert_eq!(lines.len(), 5, "{sums}");
        for line in lines {
            let (sum, name) = line.split_once("  ").unwrap();
            assert_eq!(sum, sha256(&files[name]), "{name}");
        }
        assert_eq!(files, release().files(), "made twice, it differs");
    }

    #[test]
    fn an_archive_contains_the_binary_under_the_name_that_terraform_expects() {
        let files = release().files();
        for (os, expected) in [
            ("linux", "terraform-provider-gallery_v1.2.3"),
            ("windows", "terraform-provider-gallery_v1.2.3.exe"),
        ] {
            let bytes = files[&format!("terraform-provider-gallery_1.2.3_{os}_amd64.zip")].clone();
            let archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
            let names: Vec<_> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
            assert_eq!(names, ["LICENSE.txt", "NOTICES.txt", expected]);
        }
    }

    #[test]
    fn the_manifest_must_name_the_protocol() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../terraform-registry-manifest.json");
        let made = OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        assert!(Artefacts::new("1.2.3", made, std::fs::read(path).unwrap(), Default::default()).is_ok());
        let older = String::from_utf8_lossy(MANIFEST).replace("6.0", "5.0").into_bytes();
        assert!(matches!(Artefacts::new("1.2.3", made, older, Default::default()), Err(Error::Manifest)));
    }

    #[test]
    fn an_earlier_release_is_removed_and_other_files_stay() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["terraform-provider-gallery_1.0.0_linux_amd64.zip", "notes.txt"] {
            std::fs::write(directory.path().join(name), "").unwrap();
        }
        release().write(directory.path()).unwrap();
        let names = std::fs::read_dir(directory.path()).unwrap().flatten().map(|entry| entry.file_name());
        let names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        assert_eq!(names.len(), 7, "{names:?}");
        assert!(names.contains(&"notes.txt".to_owned()));
        assert!(!names.iter().any(|name| name.contains("1.0.0")), "{names:?}");
    }
}
