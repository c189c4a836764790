//! Checks that a release is reproducible: builds it again in another directory, and compares the files.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Artefacts, Error, Sources};

/// Builds the same commit again and compares the files. The second build uses another checkout, its own target
/// directory and the command of that checkout. If a file differs, the second build is kept so that the reason
/// can be found.
///
/// # Errors
/// If something is not committed, if it does not build, or if a file differs.
pub fn again(
    sources: &Sources,
    cargo: &OsStr,
    arguments: &[OsString],
    first: &Artefacts,
) -> Result<(), Error> {
    if sources.is_changed {
        return Err(Error::Changed);
    }
    let directory = tempfile::Builder::new().prefix("gallery-again-").tempdir();
    let directory = directory.map_err(Error::file(&std::env::temp_dir()))?;
    let (checkout, output) = (directory.path().join("checkout"), directory.path().join("artefacts"));
    run(Command::new("git").args(["clone", "--quiet"]).arg(&sources.root).arg(&checkout))?;
    run(Command::new(cargo)
        .current_dir(&checkout)
        .args(["run", "--quiet", "--locked", "--package", "release", "--bin", "release-artifacts", "--"])
        .args(arguments)
        .arg("--output")
        .arg(&output)
        .env("CARGO_TARGET_DIR", directory.path().join("target"))
        // Its output would repeat the first build's; cargo's own messages go to stderr.
        .stdout(Stdio::null()))?;
    let names = different(first, &output)?;
    if names.is_empty() { Ok(()) } else { Err(Error::Different { names, kept: directory.keep() }) }
}

fn run(command: &mut Command) -> Result<(), Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |error| Error::Program { program: program.clone(), error };
    let status = command.status().map_err(failed)?;
    if status.success() {
        Ok(())
    } else {
        Err(failed(std::io::Error::other(format!("it ends with {status}"))))
    }
}

/// The names of the files that differ, or exist only in one of the directories.
fn different(first: &Artefacts, directory: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    let files = first.files();
    for (name, bytes) in &files {
        if std::fs::read(directory.join(name)).ok().as_ref() != Some(bytes) {
            names.push(name.clone());
        }
    }
    for entry in std::fs::read_dir(directory).map_err(Error::file(directory))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !files.contains_key(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::super::PLATFORMS;
    use super::*;

    fn release(program: &[u8]) -> Artefacts {
        let made = OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        let manifest = br#"{"metadata": {"protocol_versions": ["6.0"]}}"#.to_vec();
        let mut release = Artefacts::new("1.2.3", made, manifest, Default::default()).unwrap();
        release.add(&PLATFORMS[0], program).unwrap();
        release
    }

    #[test]
    fn every_file_that_differs_is_named() {
        let directory = tempfile::tempdir().unwrap();
        release(b"one").write(directory.path()).unwrap();
        assert_eq!(different(&release(b"one"), directory.path()).unwrap(), [""; 0]);
        let archive = "terraform-provider-gallery_1.2.3_darwin_amd64.zip";
        let sums = "terraform-provider-gallery_1.2.3_SHA256SUMS";
        assert_eq!(different(&release(b"two"), directory.path()).unwrap(), [sums, archive]);
        std::fs::write(directory.path().join("more.zip"), "").unwrap();
        std::fs::remove_file(directory.path().join(sums)).unwrap();
        assert_eq!(different(&release(b"one"), directory.path()).unwrap(), [sums, "more.zip"]);
    }

    #[test]
    fn uncommitted_files_are_not_compared() {
        let made = OffsetDateTime::UNIX_EPOCH;
        let sources = Sources { root: "/nowhere".into(), made, is_changed: true };
        assert!(matches!(again(&sources, "cargo".as_ref(), &[], &release(b"")), Err(Error::Changed)));
    }

    /// A shell stands in for cargo; it treats `run` as a file of the checkout.
    #[cfg(unix)]
    #[test]
    fn the_second_build_has_its_own_checkout() {
        let directory = tempfile::tempdir().unwrap();
        let (root, made) = (directory.path().join("root"), directory.path().join("made"));
        release(b"one").write(&made).unwrap();
        let git = |arguments: &[&str]| {
            let who = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
            let git = Command::new("git").arg("-C").arg(directory.path()).args(who).args(arguments).output();
            assert!(git.unwrap().status.success(), "{arguments:?}");
        };
        git(&["init", "--quiet", "root"]);
        let script = format!(
            "case \"$PWD\" in '{}'*) exit 3;; esac\n\
             [ \"${{CARGO_TARGET_DIR%/*}}\" = \"${{PWD%/*}}\" ] || exit 4\n\
             for last; do :; done\n\
             cp -R '{}' \"$last\"\n",
            root.display(),
            made.display(),
        );
        std::fs::write(root.join("run"), script).unwrap();
        git(&["-C", "root", "add", "run"]);
        git(&["-C", "root", "commit", "--quiet", "--message", "one"]);

        let sources = Sources { root, made: OffsetDateTime::UNIX_EPOCH, is_changed: false };
        again(&sources, "sh".as_ref(), &[], &release(b"one")).unwrap();
        match again(&sources, "sh".as_ref(), &[], &release(b"two")) {
            Err(Error::Different { names, kept }) => {
                assert_eq!(names.len(), 2, "{names:?}");
                assert!(kept.join("artefacts").join(&names[0]).is_file());
                std::fs::remove_dir_all(kept).unwrap();
            }
            other => panic!("{other:?}"),
        }
    }
}
