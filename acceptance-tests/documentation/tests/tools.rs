//! Checks pages and examples with tools around Terraform, `tfplugindocs` and `tflint`, if they are on the
//! PATH. Other tests check what these tools have found before, and do not need them.

// clippy.toml allows panics in tests; shared test code needs it here.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Runs a tool with these arguments. If it is not installed, prints that and returns `None`.
fn tool(name: &str, arguments: &[&str], directory: &Path) -> Option<(bool, String)> {
    match Command::new(name).args(arguments).current_dir(directory).output() {
        Ok(output) => {
            let written = [output.stdout, output.stderr].concat();
            Some((output.status.success(), String::from_utf8_lossy(&written).into_owned()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            // Bypasses the test runner's capture.
            let _ = writeln!(std::io::stderr(), "skipped: {name} is not on the PATH");
            None
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

/// The example directories with `*.tf` files: those that name their provider, and the snippets on pages,
/// which do not.
fn configurations() -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut whole, mut snippets) = (Vec::new(), Vec::new());
    let mut queue = vec![root().join("examples")];
    while let Some(directory) = queue.pop() {
        let paths = || fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path());
        queue.extend(paths().filter(|path| path.is_dir()));
        let texts: Vec<_> = paths()
            .filter(|path| path.extension().is_some_and(|ending| ending == "tf"))
            .map(|path| fs::read_to_string(path).unwrap())
            .collect();
        if texts.iter().any(|text| text.contains("terraform {")) {
            whole.push(directory);
        } else if !texts.is_empty() {
            snippets.push(directory);
        }
    }
    whole.sort();
    snippets.sort();
    (whole, snippets)
}

#[test]
fn tfplugindocs_accepts_the_pages() {
    let root = root();
    // The tool looks for the provider under its short name, whatever its address is.
    let schema = fs::read_to_string(root.join("schema.json")).unwrap();
    let schema = schema.replacen("\"terraform.local/azure/gallery\"", "\"gallery\"", 1);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("schema.json");
    fs::write(&file, schema).unwrap();
    let file = file.to_str().unwrap();
    let arguments = ["validate", "--provider-name", "gallery", "--providers-schema", file];
    if let Some((passed, output)) = tool("tfplugindocs", &arguments, &root) {
        assert!(passed, "{output}");
    }
    let index = fs::read_to_string(root.join("docs/index.md")).unwrap();
    let head = index.split("\n---\n").next().unwrap();
    assert!(!head.contains("subcategory"), "the provider's page has no subcategory: {head}");
}

#[test]
fn tflint_accepts_the_examples() {
    let (whole, snippets) = configurations();
    let snippet = [
        "--no-color",
        "--disable-rule=terraform_required_version",
        "--disable-rule=terraform_required_providers",
    ];
    let whole = whole.iter().map(|directory| (directory, &snippet[..1]));
    for (directory, arguments) in whole.chain(snippets.iter().map(|directory| (directory, &snippet[..]))) {
        let Some((passed, output)) = tool("tflint", arguments, directory) else { return };
        assert!(passed, "{}: {output}", directory.display());
    }
}

#[test]
fn examples_state_the_versions_of_terraform_and_providers_that_they_need() {
    let (all, snippets) = configurations();
    assert!(snippets.len() >= 20, "{snippets:?}");
    assert!(all.len() >= 10, "{all:?}");
    for directory in all {
        let mut text = String::new();
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            // Provider blocks of the documentation are alternatives.
            if path.extension().is_some_and(|ending| ending == "tf") {
                text.push_str(&fs::read_to_string(path).unwrap());
            }
        }
        let place = directory.display();
        assert!(text.contains("required_version = "), "{place} has no required_version");
        let providers = text.split("required_providers {").nth(1).unwrap_or_default();
        let providers = providers.split("\n  }").next().unwrap_or_default();
        let (sources, versions) =
            (providers.matches("source ").count(), providers.matches("version = ").count());
        assert!(sources > 0 && sources == versions, "{place}: {sources} sources, {versions} versions");
    }
}

/// A registry shows a picture only by its full address, which must name a file of the repository.
#[test]
fn every_picture_of_a_page_is_in_the_repository() {
    const BASE: &str = "https://raw.githubusercontent.com/azure/terraform-provider-gallery/main/";
    let mut queue = vec![root().join("docs"), root().join("README.md")];
    let mut pictures = 0;
    while let Some(path) = queue.pop() {
        if path.is_dir() {
            queue.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for after in text.split("![").skip(1).filter_map(|rest| rest.split_once("](")).map(|(_, after)| after)
        {
            let target = after.split(')').next().unwrap();
            let file = match (target.strip_prefix(BASE), path.ends_with("README.md")) {
                (Some(file), _) => file,
                (None, true) => target,
                (None, false) => panic!("{}: {target} is not shown by a registry", path.display()),
            };
            assert!(root().join(file).is_file(), "{}: {target}", path.display());
            pictures += 1;
        }
    }
    assert!(pictures >= 3, "{pictures}");
}

#[test]
fn every_guide_is_reachable_from_the_index() {
    let index = fs::read_to_string(root().join("docs/index.md")).unwrap();
    for guide in fs::read_dir(root().join("docs/guides")).unwrap() {
        let name = guide.unwrap().file_name().into_string().unwrap();
        assert!(index.contains(&format!("](guides/{name}")), "docs/index.md does not link guides/{name}");
        let text = fs::read_to_string(root().join("docs/guides").join(&name)).unwrap();
        let title = text.lines().nth(1).unwrap();
        assert!(!title.contains("- gallery"), "{name}: {title}");
    }
}
