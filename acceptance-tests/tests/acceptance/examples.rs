//! Every example of the repository is taken by the real CLI as it is printed in the documentation.

use std::path::{Path, PathBuf};

use acceptance_tests::scenario::{Scenario, scenario};

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples")
}

fn directories(under: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(under).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() && entry.file_name().is_some_and(|name| !name.to_string_lossy().starts_with('.')) {
            directories(&entry, found);
        }
    }
    found.push(under.to_owned());
}

/// Copies these files to a directory of their own and runs the CLI there.
fn run(s: &Scenario, number: usize, files: &[PathBuf], arguments: &[&str]) {
    let place = format!("example-{number}");
    let to = s.terraform.directory().join(&place);
    std::fs::create_dir_all(&to).unwrap();
    let mut configured = false;
    for file in files {
        let text = std::fs::read_to_string(file).unwrap();
        configured |= text.contains("required_providers");
        std::fs::write(to.join(file.file_name().unwrap()), text).unwrap();
    }
    if !configured {
        let provider = std::fs::read_to_string(examples().join("provider/provider.tf")).unwrap();
        std::fs::write(to.join("provider.tf"), provider).unwrap();
    }
    let output = s.run(&[&[&*format!("-chdir={place}")], arguments].concat());
    assert!(output.succeeded(), "{files:?}: {output}");
}

#[test]
fn all_are_valid_and_formatted() {
    scenario(|s| {
        let mut all = Vec::new();
        directories(&examples(), &mut all);
        let mut number = 0;
        for directory in &all {
            let mut files: Vec<_> =
                std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
            files.retain(|file| {
                file.is_file() && file.extension().is_some_and(|kind| kind != "sh" && kind != "md")
            });
            // Import by identity came with Terraform 1.12, lists with 1.14; older hosts do not know the words.
            files.retain(|file| {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                name != "import-by-identity.tf" && !name.ends_with(".tfquery.hcl")
            });
            if !files.iter().any(|file| file.extension().is_some_and(|kind| kind == "tf")) {
                continue;
            }
            // One import stands for the other, and older hosts know no identity.
            let other =
                if s.is_terraform(1, 12) { "import-by-string-id.tf" } else { "import-by-identity.tf" };
            files.retain(|file| !file.ends_with(other));
            // Provider blocks stand for one another; all else in a directory belongs together.
            let alone = directory.ends_with("provider");
            for together in files.chunks(if alone { 1 } else { files.len() }) {
                number += 1;
                run(s, number, together, &["validate", "-no-color"]);
            }
        }
        assert!(number > 3, "{all:?}");
        s.run_well(&["fmt", "-check", "-diff", "-recursive", "-no-color", examples().to_str().unwrap()]);
    });
}

#[test]
fn those_with_tests_pass_them() {
    scenario(|s| {
        let mut all = Vec::new();
        directories(&examples(), &mut all);
        let tested: Vec<_> = all.iter().filter(|directory| directory.join("tests").is_dir()).collect();
        for directory in &tested {
            let output = s.run_well(&[&format!("-chdir={}", directory.display()), "test", "-no-color"]);
            assert!(output.says("0 failed") && !output.says("Success! 0 passed"), "{output}");
        }
        assert!(!tested.is_empty());
    });
}

/// The example that learns from an audit log, published for real: what the log allowed is granted, and nothing else.
#[test]
fn an_allowlist_is_learned_and_published() {
    scenario(|s| {
        let example = examples().join("allowlist-from-audit-log");
        let log = std::fs::read_to_string(example.join("audit.log")).unwrap();
        s.terraform.write("audit.log", &log).unwrap();
        let config = std::fs::read_to_string(example.join("main.tf")).unwrap();
        let (_, config) = config.split_once("provider \"gallery\" {}\n").unwrap();
        let (before, block) = config.split_once("variable \"gallery_id\" {").unwrap();
        let (_, after) = block.split_once("\n}\n").unwrap();
        let config = format!("{before}{after}").replace("var.gallery_id", "local.gallery_id");
        s.apply(&config);
        let state = s.run_well(&["show", "-no-color"]).stdout;
        assert!(
            state.contains("server-web -> identity-oauth2-token-vault.azure.net (server-web)"),
            "{state}"
        );
        assert!(!state.contains("curl -> "), "curl was recorded as not allowed: {state}");
    });
}
