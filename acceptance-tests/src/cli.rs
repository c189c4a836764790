//! The available command line programs: `terraform`, `tofu`, or both.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::running;

/// The variable that lets tests without a CLI be skipped rather than fail.
pub const SKIP: &str = "GALLERY_SKIP_CLI";

/// One line for users who have neither.
pub const HOW_TO_GET_ONE: &str = "neither `terraform` nor `tofu` is on the PATH: get one from \
    https://developer.hashicorp.com/terraform/install or https://opentofu.org/docs/intro/install";

/// A command line program.
pub const NAMES: [&str; 2] = ["terraform", "tofu"];

/// The program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cli {
    /// Its path.
    pub program: PathBuf,
    /// Its name.
    pub name: &'static str,
    version: OnceLock<String>,
}

impl Cli {
    /// Its version, as it prints it; empty if it prints none. It is run once.
    pub fn version(&self) -> &str {
        self.version.get_or_init(|| {
            let mut command = Command::new(&self.program);
            command.args(["version", "-json"]).env("CHECKPOINT_DISABLE", "1");
            // OpenTofu prints a warning about a missing file before the JSON.
            command.env_remove("TF_CLI_CONFIG_FILE");
            let said = running::run(&mut command).map(|output| output.stdout).unwrap_or_default();
            let said: serde_json::Value = serde_json::from_slice(&said).unwrap_or_default();
            // OpenTofu kept the name of the member.
            said.get("terraform_version").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
        })
    }

    /// The program on the PATH, `terraform` before `tofu`; looked for once.
    #[must_use]
    pub fn find() -> Option<&'static Self> {
        Self::all().first()
    }

    /// Whether it looks for the provider of an import block without a resource in its default registry,
    /// unless the block names the provider: Terraform 1.16.0 to 1.16.2, hashicorp/terraform#39144.
    #[must_use]
    pub fn import_blocks_need_a_provider(&self) -> bool {
        let mut numbers = self.version().split(['.', '-']);
        let minor = [numbers.next(), numbers.next()];
        self.name == "terraform"
            && minor == [Some("1"), Some("16")]
            && matches!(numbers.next(), Some("0" | "1" | "2"))
    }

    /// Its display name.
    #[must_use]
    pub fn title(&self) -> &'static str {
        if self.name == "tofu" { "OpenTofu" } else { "Terraform" }
    }

    /// The registry for a provider whose source names none.
    #[must_use]
    pub fn registry(&self) -> &'static str {
        if self.name == "tofu" { "registry.opentofu.org" } else { "registry.terraform.io" }
    }

    /// The programs on the PATH, each version of each once, in the PATH's order; looked for once.
    #[must_use]
    pub fn all() -> &'static [Self] {
        static FOUND: OnceLock<Vec<Cli>> = OnceLock::new();
        FOUND.get_or_init(|| {
            let mut all = Self::on(&env::var_os("PATH").unwrap_or_default());
            let mut seen = BTreeSet::new();
            all.retain(|cli| seen.insert((cli.name, cli.version().to_owned())));
            all
        })
    }

    fn on(path: &OsStr) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for name in NAMES {
            let file = format!("{name}{}", env::consts::EXE_SUFFIX);
            for program in env::split_paths(path).map(|directory| directory.join(&file)) {
                // Links to one file are one program.
                let is = |at: &Path| at.canonicalize().unwrap_or_else(|_| at.to_owned());
                if runs(&program) && !found.iter().any(|cli| is(&cli.program) == is(&program)) {
                    found.push(Self { program, name, version: OnceLock::new() });
                }
            }
        }
        found
    }
}

/// Whether to skip tests that need the CLI if there is none.
#[must_use]
pub fn may_skip() -> bool {
    env::var_os(SKIP).is_some_and(|value| value == "1")
}

#[cfg(unix)]
fn runs(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn runs(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_releases_need_the_provider_in_import_blocks() {
        let needs = |name, version: &str| {
            let program = PathBuf::from(name);
            Cli { program, name, version: OnceLock::from(version.to_owned()) }.import_blocks_need_a_provider()
        };
        for version in ["1.16.0", "1.16.0-rc2", "1.16.2"] {
            assert!(needs("terraform", version) && !needs("tofu", version), "{version}");
        }
        for version in ["", "1.11.4", "1.15.9", "1.16.3", "1.16.10", "1.17.0"] {
            assert!(!needs("terraform", version), "{version}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn both_programs_are_found_and_tofu_is_used_without_terraform() {
        use std::os::unix::fs::PermissionsExt as _;
        let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let path = env::join_paths([first.path(), second.path()]).unwrap();
        let put = |at: &Path, mode: u32| {
            std::fs::write(at, "").unwrap();
            std::fs::set_permissions(at, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        assert_eq!(Cli::on(&path), []);
        put(&first.path().join("terraform"), 0o644);
        put(&first.path().join("tofu"), 0o755);
        assert_eq!(Cli::on(&path).first().unwrap().name, "tofu");
        put(&second.path().join("terraform"), 0o755);
        let both = Cli::on(&path);
        assert_eq!(both[0].program, second.path().join("terraform"));
        assert_eq!(both[1].program, first.path().join("tofu"));
        put(&first.path().join("terraform"), 0o755);
        let all: Vec<_> = Cli::on(&path).iter().map(|cli| cli.name).collect();
        assert_eq!(all, ["terraform", "terraform", "tofu"], "one for each file");
    }
}
