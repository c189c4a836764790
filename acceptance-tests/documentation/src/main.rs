//! `cargo document`: writes the generated files, and removes those that are no longer generated.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use documentation::{Error, generate};
use terraform_provider_gallery::provider::Gallery;

const USAGE: &str = "\
usage: cargo document

Writes docs/ and schema.json from the provider's schemas, the examples and the prose, and says what has changed.
The guides in docs/guides have authors and stay as they are, but for those on findings and on the emulator.
";

fn main() -> ExitCode {
    match std::env::args_os().nth(1) {
        None => {}
        Some(argument) if argument == "--help" || argument == "-h" => {
            drop(std::io::stdout().write_all(USAGE.as_bytes()));
            return ExitCode::SUCCESS;
        }
        Some(argument) => {
            drop(writeln!(std::io::stderr(), "document: unknown argument {argument:?}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match run(&root) {
        Ok(said) => {
            drop(std::io::stdout().write_all(said.as_bytes()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            drop(writeln!(std::io::stderr(), "document: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path) -> Result<String, Error> {
    let tree = generate(&Gallery::new(), root)?;
    let changed = tree.differences(root)?;
    tree.write(root)?;
    if changed.is_empty() {
        return Ok("docs/ and schema.json are up to date\n".to_owned());
    }
    Ok(changed.iter().map(|difference| format!("{difference}\n")).collect())
}
