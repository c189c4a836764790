//! The notices that the licences of the linked crates require.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::Error;

/// The crate of the binary.
const ROOT: &str = "terraform-provider-gallery";
/// The prefixes of files with licences and notices.
const FILES: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];
/// Other parts of a binary.
const STANDARD: [(&str, &str); 2] = [
    ("The Rust standard library (MIT OR Apache-2.0)", include_str!("../notices/rust-standard-library.txt")),
    ("musl, in binaries for Linux (MIT)", include_str!("../notices/musl.txt")),
];
const MIT: &str = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and \
associated documentation files (the \"Software\"), to deal in the Software without restriction, including without \
limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, \
and to permit persons to whom the Software is furnished to do so, subject to the following conditions:\n\nThe above \
copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.\n\n\
THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE \
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR \
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR \
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.";

/// The notices of everything that is linked into a binary of any platform, each text once.
///
/// # Errors
/// If cargo does not list the crates, or a crate has neither a file nor a licence with a known text.
pub fn notices(root: &Path) -> Result<Vec<u8>, Error> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        // Cargo downloads what the build on this machine has not needed: the crates of other platforms.
        .args(["metadata", "--locked", "--format-version", "1"])
        .current_dir(root)
        .output()
        .map_err(|error| Error::Program { program: "cargo metadata".to_owned(), error })?;
    let reason = || String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|_| Error::Notices(reason()))?;
    let mut texts = Texts::default();
    for package in packages(&metadata) {
        let text = |name: &str| package.get(name).and_then(Value::as_str).unwrap_or_default();
        let title = format!("{} {} ({})", text("name"), text("version"), text("license"));
        let folder = Path::new(text("manifest_path")).parent().unwrap_or(Path::new(""));
        let mut found = files(folder)?;
        if found.is_empty() {
            if !text("license").split([' ', '/']).any(|word| word == "MIT") {
                return Err(Error::Notices(format!("{title} has no file with its licence")));
            }
            let authors = package.get("authors").and_then(Value::as_array).into_iter().flatten();
            let authors: Vec<_> = authors.filter_map(Value::as_str).collect();
            found.push(format!("Copyright (c) {}\n\n{MIT}", authors.join(", ")));
        }
        for one in found {
            texts.add(one, title.clone());
        }
    }
    for (title, text) in STANDARD {
        texts.add(text.trim().to_owned(), title.to_owned());
    }
    Ok(written(&texts).into_bytes())
}

/// What is linked into the crate: its dependencies and theirs, without those that only run during the build.
fn packages(metadata: &Value) -> Vec<&Value> {
    let list = |value: &'static str, of: &'static str| {
        metadata
            .pointer(value)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(move |one| Some((one.get(of)?.as_str()?, one)))
    };
    let packages: BTreeMap<&str, &Value> = list("/packages", "id").collect();
    let nodes: BTreeMap<&str, &Value> = list("/resolve/nodes", "id").collect();
    let is_macro = |package: &Value| {
        let targets = package.get("targets").and_then(Value::as_array).into_iter().flatten();
        let kinds = targets.filter_map(|target| target.get("kind")?.as_array());
        kinds.flatten().any(|kind| kind == "proc-macro")
    };
    let begin = packages.iter().find(|(_, package)| package.get("name").is_some_and(|name| name == ROOT));
    let mut waiting: Vec<&str> = begin.map(|(id, _)| *id).into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        let dependencies = nodes.get(id).and_then(|node| node.get("deps")?.as_array());
        for dependency in dependencies.into_iter().flatten() {
            let kinds = dependency.get("dep_kinds").and_then(Value::as_array).into_iter().flatten();
            let is_linked = kinds.filter_map(|kind| kind.get("kind")).any(Value::is_null);
            let id = dependency.get("pkg").and_then(Value::as_str);
            if let Some(id) = id.filter(|id| is_linked && packages.get(id).is_some_and(|one| !is_macro(one)))
            {
                waiting.push(id);
            }
        }
    }
    let mut linked: Vec<_> = seen.iter().filter_map(|id| packages.get(id).copied()).collect();
    linked.retain(|package| package.get("name").is_some_and(|name| name != ROOT));
    linked
}

/// The texts of a crate's licences and notices, sorted by name.
fn files(folder: &Path) -> Result<Vec<String>, Error> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry.map_err(Error::file(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_file() && FILES.iter().any(|begin| name.starts_with(begin)) {
            paths.push(path);
        }
    }
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).map_err(Error::file(path))?;
        Ok(String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim().to_owned())
    };
    paths.iter().map(read).collect()
}

/// Texts with the titles of the crates, compared by words, regardless of line breaks.
#[derive(Default)]
struct Texts(BTreeMap<String, (BTreeSet<String>, String)>);

impl Texts {
    fn add(&mut self, text: String, title: String) {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.0.entry(words).or_insert_with(|| (BTreeSet::new(), text)).0.insert(title);
    }
}

fn written(texts: &Texts) -> String {
    let mut all: Vec<_> = texts.0.values().collect();
    all.sort();
    let mut whole = format!(
        "{ROOT} contains its own code (LICENSE.txt) and the following parts. Their licences require these \
         notices. A text that several parts share appears once.\n"
    );
    for (titles, text) in all {
        whole.push_str(&format!("\n{}\n", "-".repeat(80)));
        titles.iter().for_each(|title| whole.push_str(&format!("{title}\n")));
        whole.push_str(&format!("\n{text}\n"));
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_linked_crate_has_its_notice_and_each_text_appears_once() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let text = String::from_utf8(notices(&root).unwrap()).unwrap();
        for title in
            ["ring 0.", "tokio 1.", "azure_core 1.", "rustls 0.", "musl, ", "The Rust standard library"]
        {
            assert!(text.lines().any(|line| line.starts_with(title)), "{title}");
        }
        for build in ["protox ", "serde_derive ", "wiremock "] {
            assert!(!text.lines().any(|line| line.starts_with(build)), "{build} is in no binary");
        }
        assert!(text.contains("ISC"), "ring's own terms");
        // Parts of the standard library and of musl have terms of their own.
        for holder in ["Unicode, Inc.", "Orson Peters", "Amanieu d'Antras", "Ville Laurikari", "Rich Felker"]
        {
            assert!(text.contains(holder), "{holder}");
        }
        let apache = "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION";
        assert!((1..30).contains(&text.matches(apache).count()), "{}", text.matches(apache).count());
        assert!(text.len() < 2_000_000, "{}", text.len());
        assert_eq!(text.as_bytes(), notices(&root).unwrap(), "the same with every build");
    }
}
