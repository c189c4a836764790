//! Properties of everything that the provider offers.

mod compatibility;
mod required;
mod snapshot;

use super::*;
use crate::plugin::schema::check::{self, Use};

#[test]
fn every_schema_is_accepted_by_the_host() {
    let provider = Gallery::new();
    assert_eq!(check::schema(&provider.schema(), Use::Provider), []);
    assert_eq!(check::schema(&provider.meta_schema().unwrap(), Use::Provider), []);
    for resource in provider.resources() {
        assert_eq!(check::schema(&resource.schema(), Use::Resource), [], "{}", resource.type_name());
    }
    for source in provider.data_sources() {
        assert_eq!(check::schema(&source.schema(), Use::DataSource), [], "{}", source.type_name());
    }
    for function in provider.functions() {
        assert_eq!(check::signature(&function.signature()), [], "{}", function.name());
    }
}

/// The layout's rule: imports run in one direction.
#[test]
fn no_module_imports_against_the_layers() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let forbidden = [
        ("plugin", &["arm", "allowlist", "rbac", "provider"][..]),
        // Rules are sent to and read from Azure as the lists of `allowlist`, in its words.
        ("arm", &["plugin", "rbac", "provider"]),
        ("allowlist", &["plugin", "arm", "rbac", "provider"]),
        ("rbac", &["plugin", "arm", "allowlist", "provider"]),
    ];
    let mut found = Vec::new();
    for (module, others) in forbidden {
        let mut folders = vec![root.join(module)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    let breaks = |other: &&&str| text.contains(&format!("crate::{other}::"));
                    found.extend(
                        others.iter().filter(breaks).map(|other| format!("{}: {other}", path.display())),
                    );
                }
            }
        }
    }
    assert_eq!(found, [""; 0]);
}
