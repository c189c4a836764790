//! The directory that the quickstart works in and leaves to play in.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use acceptance_tests::emulator::Emulator;
use acceptance_tests::terraform::Terraform;

/// The example's configuration.
pub(crate) const MAIN: &str = "main.tf";
/// What Azure holds, between two starts of the emulator.
pub(crate) const AZURE: &str = "azure.json";
/// The emulator's certificate authority.
pub(crate) const AUTHORITY: &str = "authority";
const ENVIRONMENT: &str = "env.sh";
const EMULATOR: &str = "emulator.sh";

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// The example's configuration as the repository has it.
pub(crate) fn example() -> io::Result<String> {
    std::fs::read_to_string(repository().join("examples/quickstart").join(MAIN))
}

/// The directory that was asked for, which must be empty.
pub(crate) fn wanted(directory: &Path) -> io::Result<PathBuf> {
    std::fs::create_dir_all(directory)?;
    if std::fs::read_dir(directory)?.next().is_some() {
        let taken = format!("{} is not empty", directory.display());
        return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, taken));
    }
    std::path::absolute(directory)
}

/// An empty directory: `quickstart/` in the repository; or another one where somebody has made that one their own, for
/// their work is not ours to clear away.
pub(crate) fn usual(example: &str) -> io::Result<PathBuf> {
    let usual = repository().join("quickstart");
    let untouched = match std::fs::read_to_string(usual.join(MAIN)) {
        Ok(main) => {
            main == example && std::fs::read_dir(&usual)?.flatten().all(|entry| is_ours(&entry.file_name()))
        }
        Err(_) => !usual.exists() || std::fs::read_dir(&usual)?.next().is_none(),
    };
    if !untouched {
        return Ok(tempfile::Builder::new()
            .prefix("gallery-quickstart-")
            .disable_cleanup(true)
            .tempdir()?
            .keep());
    }
    if usual.exists() {
        std::fs::remove_dir_all(&usual)?;
    }
    std::fs::create_dir(&usual)?;
    Ok(usual)
}

fn is_ours(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    let kept = [MAIN, AZURE, AUTHORITY, ENVIRONMENT, EMULATOR, "cli.tfrc", "mirror"];
    kept.contains(&&*name) || name.starts_with(".terraform") || name.starts_with("terraform.tfstate")
}

/// Writes what it takes to go on: the environment, and how to start the emulator again.
pub(crate) fn furnish(
    terraform: &Terraform,
    emulator: &Emulator,
    binary: &Path,
    arguments: &[String],
) -> io::Result<()> {
    let kept = ["TF_CLI_CONFIG_FILE", "CHECKPOINT_DISABLE", "SSL_CERT_FILE"];
    let exports = terraform.variables().filter_map(|(name, value)| {
        let (name, value) = (name.to_str()?, value.to_str()?);
        let wanted = kept.contains(&name) || name.starts_with("ARM_") || name.starts_with("TF_VAR_");
        wanted.then(|| format!("export {name}={}\n", quoted(value)))
    });
    let exports: String = exports.collect();
    terraform
        .write(ENVIRONMENT, &format!("# Leads Terraform to the emulator: . ./{ENVIRONMENT}\n{exports}"))?;
    let address = emulator.ready("arm").trim_start_matches("https://").to_owned();
    let mut line = vec![quoted(&binary.display().to_string()), "--listen".to_owned(), address];
    line.extend(["--client-secret".to_owned(), quoted(emulator.ready("client_secret"))]);
    line.extend(arguments.iter().map(|argument| quoted(argument)));
    terraform.write(
        EMULATOR,
        &format!(
            "#!/bin/sh\n# Azure on this machine, as it was left. Ctrl-C ends it.\nexec {}\n",
            line.join(" ")
        ),
    )
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("rg/fleet@westeurope"), "rg/fleet@westeurope");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), "'it'\\''s'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn what_somebody_added_is_not_ours() {
        for ours in ["main.tf", ".terraform", ".terraform.lock.hcl", "terraform.tfstate.backup", "azure.json"]
        {
            assert!(is_ours(&ours.into()), "{ours}");
        }
        assert!(!is_ours(&"mine.tf".into()));
    }
}
