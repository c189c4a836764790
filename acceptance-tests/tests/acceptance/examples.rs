//! The real CLI accepts every example of the repository as the documentation shows it.
//!
//! The tests of the package `documentation` apply the examples under the registry's paths;
//! [`scenarios`](super::scenarios) applies those that are a whole directory.

use std::path::{Path, PathBuf};

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::{Scenario, scenario};

pub(crate) fn examples() -> PathBuf {
    // Built on another system, the path may lack its drive.
    std::path::absolute(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples")).unwrap()
}

/// Every directory below this one that has other files than directories.
pub(crate) fn directories(under: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![under.to_owned()];
    while let Some(directory) = waiting.pop() {
        let mut entries: Vec<_> =
            std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.retain(|entry| !entry.file_name().unwrap().to_string_lossy().starts_with('.'));
        let (folders, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.is_dir());
        waiting.extend(folders);
        if !files.is_empty() {
            found.push(directory);
        }
    }
    found.sort();
    found
}

/// Copies a directory with its subdirectories.
pub(crate) fn copy(from: &Path, to: &Path) {
    for directory in directories(from) {
        let place = to.join(directory.strip_prefix(from).unwrap());
        std::fs::create_dir_all(&place).unwrap();
        for file in files(&directory) {
            std::fs::copy(&file, place.join(file.file_name().unwrap())).unwrap();
        }
    }
}

/// The files in a directory, sorted.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = all.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// Names of providers that are not available here: such files are only formatted, which also parses them.
fn needs_another_provider(file: &Path) -> bool {
    let text = std::fs::read_to_string(file).unwrap();
    ["\nresource \"azapi_", "\ndata \"azurerm_", "\"Azure/azapi\"", "\"hashicorp/azurerm\""]
        .iter()
        .any(|words| text.contains(words))
}

/// Writes these files to a directory of their own, next to a copy of the modules, and runs the CLI on them.
fn validate(s: &Scenario, number: usize, files: &[PathBuf]) {
    let place = format!("examples/example-{number}");
    let to = s.terraform.directory().join(&place);
    std::fs::create_dir_all(&to).unwrap();
    let (mut configured, mut modules) = (false, false);
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        configured |= text.contains("required_providers");
        modules |= text.contains("\nmodule \"");
        std::fs::write(to.join(file.file_name().unwrap()), text).unwrap();
    }
    s.run_well(&["fmt", "-check", "-diff", "-no-color", &place]);
    if !configured {
        std::fs::copy(examples().join("provider/provider.tf"), to.join("provider.tf")).unwrap();
    }
    let here = format!("-chdir={place}");
    if modules {
        s.run_well(&[&here, "get", "-no-color"]);
    }
    let output = s.run(&[&here, "validate", "-no-color"]);
    assert!(output.succeeded(), "{files:?}: {output}");
}

#[test]
fn all_are_valid_and_formatted() {
    scenario(|s| {
        copy(&examples().join("modules"), &s.terraform.directory().join("examples/modules"));
        // One import replaces the other on programs without import by identity.
        let other = if s.can(Feature::Identity) { "import-by-string-id.tf" } else { "import-by-identity.tf" };
        let import_block = s.can(Feature::ImportBlock);
        let mut number = 0;
        let mut parsed_only = Vec::new();
        for directory in directories(&examples()) {
            // The package `documentation` applies functions and data sources, which is a stronger test.
            if ["functions", "data-sources"].iter().any(|kind| directory.starts_with(examples().join(kind))) {
                continue;
            }
            let mut files = files(&directory);
            // The configuration next to logs and the like reads them.
            files.retain(|file| {
                file.extension().is_some_and(|kind| {
                    !["hcl", "md", "sh", "tfvars", "yml"].iter().any(|other| kind == *other)
                })
            });
            if !files.iter().any(|file| file.extension().is_some_and(|kind| kind == "tf")) {
                continue;
            }
            files.retain(|file| !file.ends_with(other));
            if !import_block {
                files.retain(|file| !file.ends_with("import-by-string-id.tf"));
            }
            let (others, files): (Vec<_>, Vec<_>) =
                files.into_iter().partition(|file| needs_another_provider(file));
            parsed_only.extend(others);
            if files.is_empty() || !s.may_use(&directory) {
                continue;
            }
            // Provider blocks are alternatives; all other files of a directory belong together.
            let alone = directory.ends_with("provider");
            for together in files.chunks(if alone { 1 } else { files.len() }) {
                number += 1;
                validate(s, number, together);
            }
        }
        assert!(number > 3);
        let parsed_only =
            parsed_only.iter().map(|file| file.strip_prefix(examples()).unwrap().to_str().unwrap());
        let parsed_only: Vec<_> = parsed_only.map(|file| file.replace('\\', "/")).collect();
        assert_eq!(
            parsed_only,
            [
                "attach-to-machines/machines.tf",
                "attach-to-machines/terraform.tf",
                "migrate-from-azapi/before/main.tf"
            ],
            "an example that is not run must say so in its README"
        );
        // Older programs cannot parse calls of functions. `validate` has formatted the rest.
        if s.can(Feature::Functions) {
            s.run_well(&["fmt", "-check", "-diff", "-recursive", "-no-color", examples().to_str().unwrap()]);
        }
    });
}

/// Older hosts do not know lists, and do not format their files. As a configuration they can be formatted all
/// the same.
#[test]
fn lists_are_formatted() {
    scenario(|s| {
        let mut number = 0;
        for directory in directories(&examples().join("list-resources")) {
            for file in files(&directory) {
                number += 1;
                std::fs::copy(&file, s.terraform.directory().join(format!("list-{number}.tf"))).unwrap();
            }
        }
        assert!(number >= 2);
        s.run_well(&["fmt", "-check", "-diff", "-no-color"]);
    });
}

#[test]
fn those_with_tests_pass_them() {
    scenario(|s| {
        if !s.can(Feature::Mock) {
            return;
        }
        for (name, _) in s.emulator.environment() {
            s.terraform.unset(name);
        }
        let tested: Vec<_> = directories(&examples())
            .into_iter()
            .filter(|directory| directory.join("tests").is_dir())
            .collect();
        for directory in &tested {
            let output = s.run_well(&[&format!("-chdir={}", directory.display()), "test", "-no-color"]);
            assert!(output.says("0 failed") && !output.says("Success! 0 passed"), "{output}");
        }
        assert!(tested.len() >= 4, "{tested:?}");
        assert!(s.requests().is_empty(), "a test with a mock asks nobody");
    });
}
