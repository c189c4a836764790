//! The real CLI in a directory and an environment of its own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use terraform_provider_gallery::provider::ADDRESS;

use crate::cli::Cli;
use crate::host::{Feature, Release};
use crate::output::Output;
use crate::run::Run;
use crate::running;

/// The CLI's own configuration file.
const CLI_CONFIG: &str = "cli.tfrc";
/// Where `terraform init` finds the provider without a registry.
const MIRROR: &str = "mirror";
/// The variables of our own environment that any program needs; all others are set explicitly.
const KEPT: [&str; 11] = [
    "PATH",
    "PATHEXT",
    "LD_LIBRARY_PATH",
    "LLVM_PROFILE_FILE",
    "TMPDIR",
    "SystemRoot",
    "ProgramData",
    "TEMP",
    "TMP",
    "TF_LOG_PROVIDER",
    "TF_LOG_PROVIDER_GALLERY",
];

/// A directory in which the CLI runs.
#[derive(Debug)]
pub struct Terraform {
    cli: Cli,
    directory: PathBuf,
    variables: BTreeMap<OsString, OsString>,
}

impl Terraform {
    /// The CLI in this directory. The user's own configuration, credentials and plugins have no effect.
    #[must_use]
    pub fn new(cli: &Cli, directory: &Path) -> Self {
        let kept = KEPT.iter().filter_map(|name| Some((name.into(), std::env::var_os(name)?)));
        let variables = kept.chain([
            // Where either kind of system keeps a user's own settings.
            ("HOME".into(), directory.into()),
            ("USERPROFILE".into(), directory.into()),
            ("APPDATA".into(), directory.into()),
            ("TF_CLI_CONFIG_FILE".into(), directory.join(CLI_CONFIG).into()),
            ("TF_IN_AUTOMATION".into(), "1".into()),
            ("TF_INPUT".into(), "0".into()),
            ("CHECKPOINT_DISABLE".into(), "1".into()),
        ]);
        Self { cli: cli.clone(), directory: directory.to_owned(), variables: variables.collect() }
    }

    /// The same CLI, with the same variables, in another directory.
    #[must_use]
    pub fn clone_to(&self, directory: &Path) -> Self {
        Self { cli: self.cli.clone(), directory: directory.to_owned(), variables: self.variables.clone() }
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The program.
    #[must_use]
    pub const fn cli(&self) -> &Cli {
        &self.cli
    }

    /// Its display name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.cli.name
    }

    /// Its path.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.cli.program
    }

    /// The variables that are set for it.
    pub fn variables(&self) -> impl Iterator<Item = (&OsString, &OsString)> {
        self.variables.iter()
    }

    /// Sets a variable for it.
    pub fn set(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        self.variables.insert(name.into(), value.into());
    }

    /// Removes a variable for it.
    pub fn unset(&mut self, name: &str) {
        self.variables.remove(&OsString::from(name));
    }

    /// Makes it use this provider binary, without `init`: for most tests.
    ///
    /// # Errors
    /// If the directory cannot be written to.
    pub fn override_provider(&self, binary: &Path) -> io::Result<()> {
        // Terraform runs the first file whose name begins with the provider's. Windows does not mark programs, so
        // there it would be cargo's `.d` file beside the binary.
        let directory = if cfg!(windows) {
            let alone = self.directory.join("provider");
            link(binary, &alone, binary.file_name().unwrap_or_default())?;
            alone
        } else {
            binary.parent().unwrap_or(Path::new(".")).to_owned()
        };
        self.write_overrides(&[(ADDRESS.to_owned(), directory)])
    }

    /// The same, with the provider in the place of azapi as well: a state of azapi's needs a provider of that
    /// name, which the CLI does not call.
    ///
    /// # Errors
    /// If the directory cannot be written to.
    pub fn override_azapi_too(&self, binary: &Path) -> io::Result<()> {
        let azapi = self.directory.join("azapi");
        let name = format!("terraform-provider-azapi{}", std::env::consts::EXE_SUFFIX);
        link(binary, &azapi, name.as_ref())?;
        let ours = self.directory.join("provider");
        link(binary, &ours, binary.file_name().unwrap_or_default())?;
        let source = format!("{}/azure/azapi", self.cli.registry());
        self.write_overrides(&[(ADDRESS.to_owned(), ours), (source, azapi)])
    }

    fn write_overrides(&self, overrides: &[(String, PathBuf)]) -> io::Result<()> {
        let lines = overrides.iter().map(|(source, path)| format!("    {source:?} = {}\n", quoted(path)));
        let lines: String = lines.collect();
        self.write(
            CLI_CONFIG,
            &format!("provider_installation {{\n  dev_overrides {{\n{lines}  }}\n  direct {{}}\n}}\n"),
        )
    }

    /// Makes `init` install this provider binary from a directory with a registry's layout: as users do.
    ///
    /// # Errors
    /// If the directory cannot be written to.
    pub fn mirror_provider(&self, binary: &Path) -> io::Result<()> {
        let mirror = self.directory.join(MIRROR);
        let version = env!("CARGO_PKG_VERSION");
        let package = ADDRESS.split('/').fold(mirror.clone(), |path, part| path.join(part));
        let package = package.join(version).join(platform());
        let name = binary.file_stem().unwrap_or_default().to_string_lossy();
        let name = format!("{name}_v{version}{}", std::env::consts::EXE_SUFFIX);
        link(binary, &package, name.as_ref())?;
        let text = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path    = {}\n    include = [{ADDRESS:?}]\n  }}\n}}\n",
            quoted(&mirror)
        );
        self.write(CLI_CONFIG, &text)
    }

    /// Writes a file of the directory; an error names it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.directory.join(name);
        std::fs::write(&path, text)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))
    }

    /// Removes a file of the directory, if it exists.
    ///
    /// # Errors
    /// If it exists and cannot be removed.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        match std::fs::remove_file(self.directory.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Starts it, and leaves it running.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn start(&self, arguments: &[&str]) -> io::Result<Run> {
        let mut command = Command::new(&self.cli.program);
        command.args(arguments).current_dir(&self.directory).env_clear().envs(&self.variables);
        let watched = !Release::of(&self.cli).has(Feature::OneProcess);
        Run::start(&mut command, format!("{} {}", self.cli.name, arguments.join(" ")), watched)
    }

    /// Runs it to the end.
    ///
    /// # Errors
    /// If it cannot be started.
    pub fn run(&self, arguments: &[&str]) -> io::Result<Output> {
        let mut command = Command::new(&self.cli.program);
        command.args(arguments).current_dir(&self.directory).env_clear().envs(&self.variables);
        let output = running::run(&mut command)?;
        let line = format!("{} {}", self.cli.name, arguments.join(" "));
        Ok(Output::new(line, output.status, &output.stdout, &output.stderr))
    }
}

/// Puts a binary into a directory under another name.
fn link(binary: &Path, directory: &Path, name: &OsStr) -> io::Result<()> {
    std::fs::create_dir_all(directory)?;
    let file = directory.join(name);
    if let Ok(existing) = file.metadata() {
        let binary = binary.metadata()?;
        // Windows does not let go of a running program, of which this may be a link.
        if (existing.len(), existing.modified()?) == (binary.len(), binary.modified()?) {
            return Ok(());
        }
        std::fs::remove_file(&file)?;
    }
    // A link costs nothing; between file systems it has to be a copy.
    std::fs::hard_link(binary, &file).or_else(|_| std::fs::copy(binary, &file).map(drop))
}

/// A path as an HCL string.
fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('\\', "/").replace('"', "\\\"").replace("${", "$${"))
}

/// This platform's name in Terraform.
fn platform() -> String {
    let os = match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    };
    let architecture = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    };
    format!("{os}_{architecture}")
}
