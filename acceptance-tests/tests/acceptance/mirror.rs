//! Installing without a registry: the artefacts of a release in a directory, `init`, a lock file.

use std::path::{Path, PathBuf};

use acceptance_tests::binaries::binaries;
use acceptance_tests::scenario::{Scenario, scenario};
use release::{Artefacts, PLATFORMS, pack, sha256};
use terraform_provider_gallery::provider::ADDRESS;
use time::OffsetDateTime;

use crate::configurations::PROFILE;

const VERSION: &str = env!("CARGO_PKG_VERSION");
const LOCK: &str = ".terraform.lock.hcl";

fn made() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap()
}

/// Puts a release of the binary under test into a mirror, packed unchanged, and configures the CLI for it.
/// Returns the archive.
fn mirror(s: &Scenario) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let manifest = std::fs::read(root.join("terraform-registry-manifest.json")).unwrap();
    let mut release = Artefacts::new(VERSION, made(), manifest, [b"licence".to_vec(), b"notices".to_vec()])
        .unwrap()
        .compressing(1);
    let platform = PLATFORMS.iter().find(|one| one.is_this_machine()).expect("no platform of a release");
    let name = release.add(platform, &std::fs::read(&binaries().unwrap().provider).unwrap()).unwrap();
    let package =
        ADDRESS.split('/').fold(s.terraform.directory().join("mirror"), |path, part| path.join(part));
    release.write(&package).unwrap();
    let mirror = s.terraform.directory().join("mirror").display().to_string().replace('\\', "/");
    let include = format!("path    = {mirror:?}\n    include = [{ADDRESS:?}]");
    // As in the README: without an exclusion in `direct`, the provider is also looked up in a registry.
    let direct = format!("direct {{\n    exclude = [{ADDRESS:?}]\n  }}");
    let config =
        format!("provider_installation {{\n  filesystem_mirror {{\n    {include}\n  }}\n  {direct}\n}}\n");
    s.terraform.write("cli.tfrc", &config).unwrap();
    package.join(name)
}

#[test]
fn a_release_is_installed_from_a_mirror_and_refused_when_it_was_tampered_with() {
    scenario(|s| {
        let archive = mirror(s);
        s.write(PROFILE);
        let output = s.run_well(&["init", "-no-color", "-input=false"]);
        assert!(output.says(&format!("Installed {ADDRESS} v{VERSION}")), "{output}");

        // From a directory Terraform takes the hash of the archive's content (h1); the hash of the archive
        // itself (zh) comes only with a registry's signed list.
        let locked = std::fs::read_to_string(s.terraform.directory().join(LOCK)).unwrap();
        assert!(locked.contains(&format!("provider {ADDRESS:?} {{\n  version = {VERSION:?}")), "{locked}");
        assert!(locked.contains("\"h1:"), "{locked}");
        let installed = || s.terraform.directory().join(".terraform");

        // A colleague with the same lock file gets the same, and nothing is written.
        std::fs::remove_dir_all(installed()).unwrap();
        s.run_well(&["init", "-no-color", "-input=false", "-lockfile=readonly"]);
        assert_eq!(std::fs::read_to_string(s.terraform.directory().join(LOCK)).unwrap(), locked);
        s.run_well(&["plan", "-no-color", "-input=false"]);
        s.reapply(&[]);

        // Another binary is put into the mirror, under the same name and version.
        let good = std::fs::read(&archive).unwrap();
        let name = format!("terraform-provider-gallery_v{VERSION}{}", std::env::consts::EXE_SUFFIX);
        let bad =
            pack(&[(&name, 0o755, b"#!/bin/sh\n"), ("LICENSE.txt", 0o644, b"licence")], made(), 1).unwrap();
        assert_ne!(sha256(&good), sha256(&bad));
        std::fs::write(&archive, bad).unwrap();
        std::fs::remove_dir_all(installed()).unwrap();
        let output = s.run(&["init", "-no-color", "-input=false"]);
        assert_eq!(output.code, Some(1), "{output}");
        assert!(output.says("checksums"), "{output}");
        assert_eq!(std::fs::read_to_string(s.terraform.directory().join(LOCK)).unwrap(), locked);

        // The right one is accepted again.
        std::fs::write(&archive, good).unwrap();
        s.run_well(&["init", "-no-color", "-input=false", "-lockfile=readonly"]);
        s.nothing_to_do();
    });
}
