//! The directory in which the quickstart works, and which it leaves for experiments.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use acceptance_tests::emulator::Emulator;
use acceptance_tests::terraform::Terraform;

/// The example's configuration.
pub(crate) const MAIN: &str = "main.tf";
/// The emulator's objects, between two of its starts.
pub(crate) const AZURE: &str = "azure.json";
/// The emulator's certificate authority.
pub(crate) const AUTHORITY: &str = "authority";
/// The environment that points Terraform to the emulator, and the script that starts the emulator again, for
/// this system's shell.
pub(crate) const ENVIRONMENT: &str = if cfg!(windows) { "env.ps1" } else { "env.sh" };
pub(crate) const EMULATOR: &str = if cfg!(windows) { "emulator.ps1" } else { "emulator.sh" };

/// The root of the repository.
pub(crate) fn repository() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// The example's configuration as the repository has it.
pub(crate) fn example() -> io::Result<String> {
    std::fs::read_to_string(repository().join("examples/quickstart").join(MAIN))
}

/// The requested directory, which must be empty.
pub(crate) fn requested(directory: &Path) -> io::Result<PathBuf> {
    std::fs::create_dir_all(directory)?;
    if std::fs::read_dir(directory)?.next().is_some() {
        let error = format!("{} is not empty", directory.display());
        return Err(io::Error::new(io::ErrorKind::DirectoryNotEmpty, error));
    }
    std::path::absolute(directory)
}

/// An empty directory: `quickstart/` in the repository, or another one if somebody has changed the files
/// there, since their work must not be deleted.
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

/// Writes the files for going on: the environment, and the script that starts the emulator again.
pub(crate) fn furnish(
    terraform: &Terraform,
    emulator: &Emulator,
    binary: &Path,
    arguments: &[String],
) -> io::Result<()> {
    let kept = ["TF_CLI_CONFIG_FILE", "CHECKPOINT_DISABLE", "SSL_CERT_FILE"];
    let variables = terraform.variables().filter_map(|(name, value)| {
        let (name, value) = (name.to_str()?, value.to_str()?);
        let is_passed_on = kept.contains(&name) || name.starts_with("ARM_") || name.starts_with("TF_VAR_");
        is_passed_on.then_some((name, value))
    });
    let address = emulator.ready("arm").trim_start_matches("https://").to_owned();
    let binary = binary.display().to_string();
    let mut line =
        vec![binary.as_str(), "--listen", &address, "--client-secret", emulator.ready("client_secret")];
    line.extend(arguments.iter().map(String::as_str));
    if cfg!(windows) {
        terraform.write(ENVIRONMENT, &powershell::environment(variables))?;
        terraform.write(EMULATOR, &powershell::emulator(&line))
    } else {
        terraform.write(ENVIRONMENT, &sh::environment(variables))?;
        terraform.write(EMULATOR, &sh::emulator(&line))
    }
}

/// The commands to start the emulator again, and to use the environment.
pub(crate) fn how_to_go_on(directory: &str) -> [String; 2] {
    if cfg!(windows) {
        // Neither depends on whether scripts may be run.
        [
            format!("powershell -ExecutionPolicy Bypass -File {directory}\\{EMULATOR}"),
            format!("cd {directory}; Get-Content -Raw {ENVIRONMENT} | Invoke-Expression"),
        ]
    } else {
        [format!("sh {directory}/{EMULATOR}"), format!("cd {directory} && . ./{ENVIRONMENT}")]
    }
}

/// The files for a POSIX shell.
mod sh {
    pub(super) fn environment<'a>(variables: impl Iterator<Item = (&'a str, &'a str)>) -> String {
        let lines = variables.map(|(name, value)| format!("export {name}={}\n", quoted(value)));
        format!("# Leads Terraform to the emulator: . ./env.sh\n{}", lines.collect::<String>())
    }

    pub(super) fn emulator(line: &[&str]) -> String {
        let line: Vec<_> = line.iter().map(|word| quoted(word)).collect();
        format!(
            "#!/bin/sh\n# Azure on this machine, as it was left. Ctrl-C ends it.\nexec {}\n",
            line.join(" ")
        )
    }

    fn quoted(word: &str) -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            word.to_owned()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    }
}

/// The files for PowerShell. Each begins with a byte order mark: without one, PowerShell 5.1 reads it as
/// ANSI.
mod powershell {
    pub(super) fn environment<'a>(variables: impl Iterator<Item = (&'a str, &'a str)>) -> String {
        let lines = variables.map(|(name, value)| format!("$env:{name} = {}\r\n", quoted(value)));
        format!(
            "\u{feff}# Leads Terraform to the emulator: Get-Content -Raw env.ps1 | Invoke-Expression\r\n{}",
            lines.collect::<String>()
        )
    }

    pub(super) fn emulator(line: &[&str]) -> String {
        let line: Vec<_> = line.iter().map(|word| quoted(word)).collect();
        format!(
            "\u{feff}# Azure on this machine, as it was left. Ctrl-C ends it.\r\n& {}\r\n",
            line.join(" ")
        )
    }

    /// PowerShell also accepts typographic single quotes as quotes.
    fn quoted(word: &str) -> String {
        let mut text = String::from("'");
        for c in word.chars() {
            if matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}') {
                text.push(c);
            }
            text.push(c);
        }
        text.push('\'');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_each_shell() {
        let line = ["C:\\Program Files\\g.exe", "rg/fleet@westeurope", "it's", "it\u{2019}s", ""];
        let last = |text: String| text.lines().last().unwrap().to_owned();
        assert_eq!(
            last(sh::emulator(&line)),
            "exec 'C:\\Program Files\\g.exe' rg/fleet@westeurope 'it'\\''s' 'it\u{2019}s' ''"
        );
        assert_eq!(
            last(powershell::emulator(&line)),
            "& 'C:\\Program Files\\g.exe' 'rg/fleet@westeurope' 'it''s' 'it\u{2019}\u{2019}s' ''"
        );
        let variables = || [("A", "a b"), ("B", "c")].into_iter();
        assert!(sh::environment(variables()).ends_with("\nexport A='a b'\nexport B=c\n"));
        let text = powershell::environment(variables());
        assert!(text.starts_with('\u{feff}') && text.ends_with("\r\n$env:A = 'a b'\r\n$env:B = 'c'\r\n"));
    }

    #[test]
    fn files_that_somebody_added_are_kept() {
        for ours in ["main.tf", ".terraform", ".terraform.lock.hcl", "terraform.tfstate.backup", "azure.json"]
        {
            assert!(is_ours(&ours.into()), "{ours}");
        }
        assert!(!is_ours(&"mine.tf".into()));
    }
}
