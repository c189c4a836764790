//! Checks the dependency tree against `deny.toml`, without a tool and without the network: the sources of
//! crates, their licences, banned and duplicate crates, and that there is one TLS stack.
//!
//! `cargo deny` reads the same file and checks more (a crate's licence texts, advisories); this test needs
//! only what every machine with tests has.

// clippy.toml allows panics in tests; shared test code needs it here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// A crate of the lock file, of any platform.
#[derive(Debug, Default)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    dependencies: Vec<String>,
}

static LOCK: LazyLock<Vec<Locked>> = LazyLock::new(|| {
    let text = std::fs::read_to_string(Path::new(ROOT).join("Cargo.lock")).unwrap();
    let read = |package: &str| {
        let mut locked = Locked::default();
        for line in package.lines() {
            match line.split_once(" = ") {
                Some(("name", value)) => locked.name = quoted(value).unwrap(),
                Some(("version", value)) => locked.version = quoted(value).unwrap(),
                Some(("source", value)) => locked.source = quoted(value),
                Some(("checksum", value)) => locked.checksum = quoted(value),
                None if line.starts_with(' ') => {
                    // "name" or "name version"
                    let name = quoted(line).unwrap();
                    locked.dependencies.push(name.split(' ').next().unwrap().to_owned());
                }
                _ => {}
            }
        }
        locked
    };
    text.split("[[package]]").skip(1).map(read).collect()
});

static POLICY: LazyLock<String> =
    LazyLock::new(|| std::fs::read_to_string(Path::new(ROOT).join("deny.toml")).unwrap());

fn quoted(text: &str) -> Option<String> {
    text.split('"').nth(1).map(str::to_owned)
}

/// The lines of a list in `deny.toml`.
fn list(name: &str) -> Vec<&'static str> {
    let start = format!("\n{name} = [\n");
    let (_, rest) = POLICY.split_once(&start).unwrap_or_else(|| panic!("deny.toml has no list {name}"));
    let (list, _) = rest.split_once("\n]").unwrap();
    list.lines().filter(|line| !line.trim_start().starts_with('#')).collect()
}

/// The crates that a list names, with the rest of their lines.
fn crates(name: &str) -> BTreeMap<String, &'static str> {
    list(name).into_iter().map(|line| (quoted(line).unwrap(), line)).collect()
}

fn names() -> BTreeSet<&'static str> {
    LOCK.iter().map(|locked| locked.name.as_str()).collect()
}

#[test]
fn every_crate_is_from_crates_io_and_pinned_by_its_checksum() {
    assert!(LOCK.len() > 100, "{} crates", LOCK.len());
    for locked in LOCK.iter() {
        match &locked.source {
            Some(source) => {
                assert_eq!(source, CRATES_IO, "{}", locked.name);
                assert_eq!(locked.checksum.as_deref().map(str::len), Some(64), "{}", locked.name);
            }
            None => assert!(
                [
                    "acceptance-tests",
                    "documentation",
                    "release",
                    "gallery-emulator",
                    "terraform-provider-gallery"
                ]
                .contains(&locked.name.as_str()),
                "{} has no source",
                locked.name
            ),
        }
    }
}

#[test]
fn no_banned_crate_is_in_the_tree() {
    for (banned, line) in crates("deny") {
        let wrappers: Vec<&str> = match line.split_once("wrappers = ") {
            Some((_, wrappers)) => wrappers.split('"').skip(1).step_by(2).collect(),
            None => Vec::new(),
        };
        if wrappers.is_empty() {
            assert!(!names().contains(banned.as_str()), "{banned}: {line}");
        }
        let users = LOCK.iter().filter(|locked| locked.dependencies.contains(&banned));
        for user in users {
            assert!(wrappers.contains(&user.name.as_str()), "{} uses {banned}: {line}", user.name);
        }
    }
}

#[test]
fn every_duplicate_crate_has_a_reason() {
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for locked in LOCK.iter() {
        versions.entry(&locked.name).or_default().insert(&locked.version);
    }
    let excused: BTreeSet<String> =
        crates("skip").into_keys().map(|one| one.split('@').next().unwrap().to_owned()).collect();
    let twice: BTreeSet<String> = versions
        .iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(twice, excused, "left: in Cargo.lock; right: the exceptions in deny.toml");
}

#[test]
fn there_is_one_tls_stack_with_one_crypto_provider() {
    let others = [
        "aws-lc-rs",
        "aws-lc-sys",
        "aws-lc-fips-sys",
        "boring",
        "boring-sys",
        "mbedtls",
        "native-tls",
        "openssl",
        "openssl-sys",
        "rustls-graviola",
        "rustls-mbedcrypto-provider",
        "rustls-openssl",
        "rustls-rustcrypto",
        "rustls-symcrypt",
        "s2n-tls",
        "schannel",
        "security-framework-tls",
        "wolfssl",
    ];
    // schannel is there only for Windows' certificate store, beneath rustls-native-certs.
    for other in others.iter().filter(|name| **name != "schannel") {
        assert!(!names().contains(other), "{other} is in the tree");
    }
    for one in ["rustls", "ring", "tokio-rustls", "hyper-rustls"] {
        let count = LOCK.iter().filter(|locked| locked.name == one).count();
        assert!(count <= 1, "{one} is there {count} times");
    }
    assert!(names().contains("rustls") && names().contains("ring"));
}

/// What cargo knows about the crates: of all platforms if they have been downloaded, otherwise of this one.
fn metadata() -> Value {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let run = |further: &[&str]| {
        let mut command = Command::new(&cargo);
        command
            .current_dir(ROOT)
            .args(["metadata", "--format-version", "1", "--locked", "--offline"])
            .args(further);
        command.output().unwrap()
    };
    let mut output = run(&[]);
    if !output.status.success() {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let version = Command::new(rustc).arg("-vV").output().unwrap();
        let text = String::from_utf8(version.stdout).unwrap();
        let host = text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
        output = run(&["--filter-platform", &host]);
    }
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_licence_allows_redistribution() {
    let allowed: BTreeSet<String> = list("allow").into_iter().filter_map(quoted).collect();
    let metadata = metadata();
    // Crates in the lock file that only unused features need are not in the graph.
    let used: BTreeSet<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["id"].as_str().unwrap())
        .collect();
    let mut refused = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        if !used.contains(package["id"].as_str().unwrap()) {
            continue;
        }
        let licence = package["license"].as_str().unwrap_or_default();
        let one = Expression::read(licence).is_some_and(|expression| expression.holds(&allowed));
        if !one && !POLICY.contains(&format!("crate = {}, allow", package["name"])) {
            refused.push(format!("{}: {licence:?}", package["name"]));
        }
    }
    assert!(refused.is_empty(), "deny.toml allows none of these: {refused:#?}");
}

/// A licence expression (SPDX, annex D), with the slash of old for "or".
#[derive(Debug, PartialEq)]
enum Expression {
    Licence(String),
    Any(Vec<Self>),
    All(Vec<Self>),
}

impl Expression {
    fn read(text: &str) -> Option<Self> {
        let spaced = text.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut rest = words.as_slice();
        let read = Self::any(&mut rest)?;
        rest.is_empty().then_some(read)
    }

    fn any(words: &mut &[&str]) -> Option<Self> {
        let mut choices = vec![Self::all(words)?];
        while let Some(rest) = words.strip_prefix(&["OR"]) {
            *words = rest;
            choices.push(Self::all(words)?);
        }
        Some(Self::Any(choices))
    }

    fn all(words: &mut &[&str]) -> Option<Self> {
        let mut parts = vec![Self::one(words)?];
        while let Some(rest) = words.strip_prefix(&["AND"]) {
            *words = rest;
            parts.push(Self::one(words)?);
        }
        Some(Self::All(parts))
    }

    fn one(words: &mut &[&str]) -> Option<Self> {
        match **words {
            ["(", ref rest @ ..] => {
                *words = rest;
                let inner = Self::any(words)?;
                *words = words.strip_prefix(&[")"])?;
                Some(inner)
            }
            [licence, "WITH", exception, ref rest @ ..] => {
                *words = rest;
                Some(Self::Licence(format!("{licence} WITH {exception}")))
            }
            [licence, ref rest @ ..] if !["AND", "OR", ")"].contains(&licence) => {
                *words = rest;
                Some(Self::Licence(licence.to_owned()))
            }
            _ => None,
        }
    }

    fn holds(&self, allowed: &BTreeSet<String>) -> bool {
        match self {
            Self::Licence(licence) => allowed.contains(licence),
            Self::Any(choices) => choices.iter().any(|choice| choice.holds(allowed)),
            Self::All(parts) => parts.iter().all(|part| part.holds(allowed)),
        }
    }
}

#[test]
fn licence_expressions_are_read() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "ISC".to_owned(), "A WITH e".to_owned()]);
    for (text, holds) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT/GPL-3.0", true),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("MIT AND ISC", true),
        ("(GPL-3.0 OR MIT) AND ISC", true),
        ("A WITH e OR GPL-3.0", true),
        ("A", false),
        ("", false),
        ("MIT OR", false),
        ("(MIT", false),
    ] {
        assert_eq!(Expression::read(text).is_some_and(|one| one.holds(&allowed)), holds, "{text}");
    }
}
