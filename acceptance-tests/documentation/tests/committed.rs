//! The committed files equal the generated ones.

// clippy.toml allows panics in tests; shared test code needs it here.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use documentation::generate;
use terraform_provider_gallery::provider::{ADDRESS, Gallery};

/// Its links are those of the pages that include it.
const PROSE: &str = "acceptance-tests/documentation/prose";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// All files below a folder, by their path from the repository's root.
fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path)
            } else {
                found.push(path.strip_prefix(root()).unwrap().to_owned())
            }
        }
    }
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

#[test]
fn docs_and_snapshot_are_up_to_date() {
    let tree = generate(&Gallery::new(), &root()).unwrap();
    let stale: Vec<_> = tree.differences(&root()).unwrap().iter().map(ToString::to_string).collect();
    assert!(
        stale.is_empty(),
        "run `cargo document`, review the changes, and commit them:\n{}",
        stale.join("\n")
    );
}

#[test]
fn docs_contain_only_the_layout_of_registries() {
    let folders = ["resources", "data-sources", "functions", "guides", "list-resources"];
    for file in files("docs") {
        let parts: Vec<_> = file.iter().skip(1).map(|part| part.to_str().unwrap()).collect();
        let known = matches!(parts.as_slice(), ["index.md"])
            || matches!(parts.as_slice(), [folder, name] if folders.contains(folder) && name.ends_with(".md"));
        assert!(known, "{} is not a page of a registry", file.display());
        assert!(fs::metadata(root().join(&file)).unwrap().len() < 500_000, "registries show no larger pages");
    }
}

#[test]
fn every_page_has_a_head_with_a_title() {
    for file in files("docs") {
        let text = read(&file);
        assert!(text.starts_with("---\npage_title: \""), "{}", file.display());
        assert!(text.contains("\ndescription: |-\n  "), "{}", file.display());
    }
}

#[test]
fn every_link_between_pages_has_a_target() {
    let roots = ["README.md", "CHANGELOG.md", "DESIGN.md", "COMPARE.md", "CONTRIBUTING.md", "SECURITY.md"];
    let readmes = ["acceptance-tests", "examples", "fuzz", "src"]
        .into_iter()
        .flat_map(files)
        .filter(|file| file.extension().is_some_and(|ending| ending == "md") && !file.starts_with(PROSE));
    for file in files("docs").into_iter().chain(roots.map(PathBuf::from)).chain(readmes) {
        let text = read(&file);
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { file.clone() } else { file.parent().unwrap().join(path) };
            assert!(root().join(&target).exists(), "{} links to {link}", file.display());
            if !anchor.is_empty() {
                assert!(anchors(&read(&target)).contains(anchor), "{} links to {link}", file.display());
            }
        }
    }
}

/// The anchors of a page: explicit ones, and those that renderers make of headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let written = text.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned);
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| {
        let words = line.trim_start_matches('#').trim().to_lowercase();
        let kept = words.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    });
    written.chain(headings).collect()
}

#[test]
fn every_example_belongs_to_a_page() {
    let text = read(Path::new("schema.json"));
    for kind in ["resources", "data-sources", "list-resources", "functions"] {
        for file in files(&format!("examples/{kind}")) {
            let name = file.iter().nth(2).unwrap().to_str().unwrap();
            assert!(
                text.contains(&format!("\"{name}\": {{")),
                "{}: the provider has no {name}",
                file.display()
            );
        }
    }
}

#[test]
fn the_address_equals_the_providers() {
    for file in files("examples").into_iter().chain(files("docs")).chain([PathBuf::from("README.md")]) {
        let text = read(&file);
        for line in text.lines().filter(|line| line.contains("source") && line.contains("/gallery\"")) {
            assert!(line.contains(ADDRESS), "{}: {line}", file.display());
        }
    }
}
