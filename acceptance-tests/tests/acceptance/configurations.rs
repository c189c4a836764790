//! Configurations that tests share, and ways to vary them.

/// The address of [`PROFILE`].
pub(crate) const WEB: &str = "gallery_invm_access_profile.web";
/// The address of [`VERSION`].
pub(crate) const V: &str = "gallery_invm_access_profile_version.v";

/// The minimal profile.
pub(crate) const PROFILE: &str = r#"
resource "gallery_invm_access_profile" "web" {
  gallery_id               = local.gallery_id
  name                     = "web"
  location                 = "westus"
  os_type                  = "Linux"
  applicable_host_endpoint = "IMDS"
}
"#;

/// Rules with two grants.
pub(crate) const RULES: &str = r#"
  rules {
    privileges = {
      token    = { path = "/metadata/identity/oauth2/token", query_parameters = { resource = "https://vault.azure.net" } }
      instance = { path = "/metadata/instance" }
    }
    roles            = { app = { privileges = ["token", "instance"] } }
    identities       = { web = { user_name = "web", exe_path = "/opt/web/bin/server" } }
    role_assignments = { app = { identities = ["web"] } }
  }
"#;

/// A version of [`PROFILE`] with this in its block, in addition to what is required.
pub(crate) fn version(more: &str) -> String {
    version_of("v", more)
}

/// The same with this name in the configuration.
pub(crate) fn version_of(label: &str, more: &str) -> String {
    format!(
        "\nresource \"gallery_invm_access_profile_version\" \"{label}\" {{\n  profile_id     = {WEB}.id\n  \
         mode           = \"Enforce\"\n  default_access = \"Deny\"\n{more}\n}}\n"
    )
}

/// A profile, and a version of it named 1.0.0 with [`RULES`].
pub(crate) fn both() -> String {
    format!("{PROFILE}{}", version(&format!("  name = \"1.0.0\"\n{RULES}")))
}

/// The configuration with one line of it, found by its beginning, replaced.
pub(crate) fn with(config: &str, attribute: &str, value: &str) -> String {
    let mut found = 0;
    let lines = config.lines().map(|line| {
        let name = line.split('=').next().unwrap_or_default().trim();
        if name != attribute {
            return line.to_owned();
        }
        found += 1;
        format!("  {attribute} = {value}")
    });
    let changed = lines.collect::<Vec<_>>().join("\n") + "\n";
    assert_eq!(found, 1, "{attribute} in {config}");
    changed
}
