//! The plugin binary, which Terraform starts, and its few options for people.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::process::ExitCode;

use terraform_provider_gallery::explain;
use terraform_provider_gallery::plugin::handshake::{Handshake, HandshakeError, PROTOCOL_VERSION};
use terraform_provider_gallery::plugin::serve::{self, Mode, Options};
use terraform_provider_gallery::plugin::service::record::Recorder;
use terraform_provider_gallery::plugin::{Service, log};
use terraform_provider_gallery::provider::{ADDRESS, Gallery};

const NAME: &str = env!("CARGO_PKG_NAME");
/// The provider's type name: the prefix of its resources and the end of its log variables.
const TYPE_NAME: &str = "gallery";

const USAGE: &str = "\
usage: terraform-provider-gallery [--debug | --version | --help]
       terraform-provider-gallery explain FILE [OPTIONS]

Terraform and OpenTofu start this program themselves; you need not run it by hand.

  explain    report who may call what by the allowlists in a file: rules, an exported version, an ARM template, a
             state or a plan; as text, a table or a diagram. See explain --help.
  --debug    serve in the foreground and print the variable to export, so that Terraform uses this process:
             for a debugger, or to read the log live. Ctrl-C ends it.
  --version  print the version
  --help     print this

Logging: TF_LOG_PROVIDER (or TF_LOG) sets the level that Terraform shows: TRACE, DEBUG, INFO, WARN or ERROR. INFO shows
how long operations take, DEBUG each call and request. TF_LOG_PROVIDER_GALLERY and TF_LOG_PROVIDER_GALLERY_HTTP (or _AUTH,
_LRO, _PLUGIN) set other levels for this provider and for a part of it.
TF_LOG_PROVIDER_GALLERY_CALLS names a directory in which every call of Terraform is recorded, except the provider block.
";
/// The variable with the directory for recorded calls.
const CALLS: &str = "TF_LOG_PROVIDER_GALLERY_CALLS";

/// The requested action.
enum Command {
    Serve(Mode),
    Explain,
    Version,
    Help,
}

fn main() -> ExitCode {
    serve::report_panics(NAME);
    let output = match command(env::args_os().skip(1)) {
        Ok(Command::Serve(mode)) => return serve(mode),
        Ok(Command::Explain) => {
            let (mut input, mut output, mut errors) = (io::stdin(), io::stdout(), io::stderr());
            let (arguments, width) = (env::args_os().skip(2), explain::terminal::width());
            return explain::run(arguments, &mut input, &mut output, &mut errors, width).into();
        }
        Ok(Command::Version) => {
            format!("{NAME} {} (plugin protocol {PROTOCOL_VERSION})\n", env!("CARGO_PKG_VERSION"))
        }
        Ok(Command::Help) => USAGE.to_owned(),
        Err(argument) => {
            complain(&format!("unknown argument {argument:?}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    // A closed pipe (`--help | head -1`) is not an error.
    drop(io::stdout().write_all(output.as_bytes()));
    ExitCode::SUCCESS
}

/// Reads the arguments. HashiCorp's framework writes its flags with one dash, so both forms are accepted.
fn command(arguments: impl Iterator<Item = OsString>) -> Result<Command, OsString> {
    let mut command = Command::Serve(Mode::Plugin);
    for (place, argument) in arguments.enumerate() {
        command = match argument.to_str() {
            // The rest belongs to explain.
            Some("explain") if place == 0 => return Ok(Command::Explain),
            Some("--debug" | "-debug") => Command::Serve(Mode::Debug),
            Some("--version" | "-version" | "-V") => return Ok(Command::Version),
            Some("--help" | "-help" | "-h") => return Ok(Command::Help),
            _ => return Err(argument),
        };
    }
    Ok(command)
}

fn serve(mode: Mode) -> ExitCode {
    serve::protect_memory(mode);
    let environment = |name: &str| env::var_os(name);
    let handshake = match mode {
        Mode::Plugin => Handshake::from_environment(&environment),
        Mode::Debug => Handshake::for_debugging(&environment),
    };
    let handshake = match handshake {
        Ok(handshake) => handshake,
        Err(HandshakeError::NoCookie) => {
            complain(&by_hand());
            return ExitCode::FAILURE;
        }
        Err(error) if error.is_by_hand() => {
            complain(&format!("{NAME}: {error}\n\n{}", by_hand()));
            return ExitCode::FAILURE;
        }
        Err(error) => {
            complain(&format!("{NAME}: {error}\n"));
            return ExitCode::FAILURE;
        }
    };
    log::install(TYPE_NAME, &environment);
    if let Some(incompatible) = &handshake.incompatible {
        // go-plugin logs it as an error because of the prefix. The user's message is built from the handshake
        // line.
        complain(&format!("[ERROR] {NAME}: {incompatible}\n"));
    }
    if mode == Mode::Debug {
        let warning =
            if handshake.is_for_one_user() { "" } else { " Any user of this machine can connect to it." };
        let export = if cfg!(windows) {
            "run what follows (the first line in PowerShell, the second in cmd), then"
        } else {
            "export what follows and"
        };
        complain(&format!(
            "Serving until Ctrl-C.{warning} In another terminal, {export} run Terraform as usual:\n\n"
        ));
    }
    let directory = environment(CALLS).filter(|directory| !directory.is_empty());
    let recorder = match directory.map(|directory| Recorder::in_directory(directory.as_ref())).transpose() {
        Ok(recorder) => recorder,
        Err(error) => {
            complain(&format!("{NAME}: calls cannot be recorded in the directory of {CALLS}: {error}\n"));
            return ExitCode::FAILURE;
        }
    };
    match serve::run(
        || Service::recorded(Gallery::new(), recorder),
        Options { address: ADDRESS, mode, handshake },
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{NAME}: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

/// The message for a person who starts the program without arguments.
fn by_hand() -> String {
    format!(
        "\
This binary is a plugin: Terraform and OpenTofu start it, and people never have to.

It manages the in-VM access control profiles of Azure Compute Gallery. To use it, write

    terraform {{
      required_providers {{
        gallery = {{ source = \"{ADDRESS}\" }}
      }}
    }}

and run `terraform init`. To see it work without Azure, run `cargo quickstart` in its repository; every resource is
described in docs/. To see who may call what by the rules in a file, run it as `terraform-provider-gallery explain
FILE`. To attach a debugger, start it with --debug. More: --help.
"
    )
}

/// Writes to stderr: stdout is for the handshake.
fn complain(text: &str) {
    drop(io::stderr().write_all(text.as_bytes()));
}
