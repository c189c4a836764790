//! Values that are known only during the apply, in every place that can have one.

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::json;

use crate::configurations::{PROFILE, V, WEB};

/// Defines `local.late` with this value, which is known only during the apply, also when it changes.
pub(crate) fn late(s: &Scenario, value: &str) -> String {
    if s.can(Feature::TerraformData) {
        return format!(
            "resource \"terraform_data\" \"late\" {{\n  input = {value}\n}}\nlocals {{\n  late = terraform_data.late.output\n}}\n"
        );
    }
    // What depends on a data source that waits for a profile is not known either. Another value makes another
    // profile, so that it waits again.
    let profile = PROFILE
        .replace("\"web\" {", "\"late\" {")
        .replace("\"web\"", "\"late-${substr(md5(jsonencode(local.early)), 0, 8)}\"");
    format!(
        "{profile}
data \"gallery_invm_access_profile\" \"late\" {{
  gallery_id = local.gallery_id
  name       = gallery_invm_access_profile.late.name
  depends_on = [gallery_invm_access_profile.late]
}}
locals {{
  early = {value}
  late  = data.gallery_invm_access_profile.late.os_type == \"\" ? null : local.early
}}
"
    )
}

const EARLY: &str = r#"{
    gallery = local.gallery_id
    name    = "web"
    region  = "westus"
    os      = "Linux"
    host    = "IMDS"
    text    = "said late"
    version = "1.2.3"
    mode    = "Enforce"
    access  = "Deny"
    latest  = true
    time    = "10m"
  }"#;

/// Sets every argument that can come from another resource.
const EVERYWHERE: &str = r#"
resource "gallery_invm_access_profile" "web" {
  gallery_id               = local.late.gallery
  name                     = local.late.name
  location                 = local.late.region
  os_type                  = local.late.os
  applicable_host_endpoint = local.late.host
  description              = local.late.text
  tags                     = { text = local.late.text }
  timeouts { create = local.late.time }
}

resource "gallery_invm_access_profile_version" "v" {
  profile_id          = gallery_invm_access_profile.web.id
  name                = local.late.version
  location            = local.late.region
  mode                = local.late.mode
  default_access      = local.late.access
  exclude_from_latest = local.late.latest
  target_regions      = [local.late.region, "eastus"]
  tags                = { text = local.late.text }
  rules {
    privileges = {
      instance = { path = "/metadata/${local.late.name}" }
      token    = { path = "/token", query_parameters = { resource = local.late.text } }
    }
    roles            = { app = { privileges = ["instance", local.late.name == "web" ? "token" : "other"] } }
    identities       = { web = { user_name = local.late.name } }
    role_assignments = { app = { identities = [local.late.name] } }
  }
}
"#;

#[test]
fn everywhere_at_once() {
    scenario(|s| {
        let everywhere = |early: &str| format!("{}{EVERYWHERE}", late(s, early));
        let plan = s.plan(&everywhere(EARLY));
        for name in ["id", "profile_id", "name", "location", "mode", "default_access", "grants"] {
            assert_eq!(plan.unknown(V)[name], true, "{name}");
        }
        assert_eq!(plan.unknown(WEB)["id"], true);
        s.apply_planned();
        let state = s.state();
        assert_eq!(state.attributes(WEB)["description"], "said late");
        assert_eq!(state.attributes(V)["grants"], json!(["web -> instance (app)", "web -> token (app)"]));
        assert_eq!(state.attributes(V)["name"], "1.2.3");

        // A change that makes all of it unknown again results in the same objects.
        let plan = s.plan(&everywhere(&EARLY.replace("said late", "said later")));
        assert_eq!(plan.unknown(WEB)["description"], true);
        s.apply_planned();
        assert_eq!(s.state().attributes(WEB)["description"], "said later");
    });
}

#[test]
fn whole_maps_and_sets() {
    let early = r#"{
    privileges       = { instance = { path = "/metadata/instance", query_parameters = { a = "b" } } }
    roles            = { app = { privileges = ["instance"] } }
    identities       = { web = { user_name = "web", group_name = null, exe_path = null, process_name = null } }
    role_assignments = { app = { identities = ["web"] } }
    regions          = ["westus", "eastus"]
    tags             = { a = "b" }
  }"#;
    let objects = r#"
resource "gallery_invm_access_profile" "web" {
  gallery_id               = local.gallery_id
  name                     = "web"
  location                 = "westus"
  os_type                  = "Linux"
  applicable_host_endpoint = "IMDS"
  tags                     = local.late.tags
}

resource "gallery_invm_access_profile_version" "v" {
  profile_id     = gallery_invm_access_profile.web.id
  mode           = "Enforce"
  default_access = "Deny"
  target_regions = local.late.regions
  rules {
    privileges       = local.late.privileges
    roles            = local.late.roles
    identities       = local.late.identities
    role_assignments = local.late.role_assignments
  }
}
"#;
    scenario(|s| {
        let config = format!("{}{objects}", late(s, early));
        s.apply(&config);
        assert_eq!(s.state().attributes(V)["grants"], json!(["web -> instance (app)"]));
        // A mistake that only the apply can find. Terraform has destroyed the replaced object before it asks
        // again, so the provider can only report the mistake; the next apply repairs it.
        s.write(&config.replace("{ privileges = [\"instance\"] }", "{ privileges = [\"instanze\"] }"));
        let output = s.reapply_fails(&[]);
        assert!(output.says("instanze") && output.says("\"instance\""), "{output}");
        s.apply(&config);
    });
}

/// Who is granted what depends on the references alone, so the plan shows it.
#[test]
fn grants_are_known_where_only_a_path_is_not() {
    let early = r#"{ path = "/metadata/instance", resource = "https://vault.azure.net", user = "web" }"#;
    let of_late = r#"
resource "gallery_invm_access_profile_version" "v" {
  profile_id     = gallery_invm_access_profile.web.id
  mode           = "Enforce"
  default_access = "Deny"
  rules {
    privileges = {
      instance = {
        path             = local.late.path
        query_parameters = { resource = local.late.resource }
      }
    }
    roles            = { app = { privileges = ["instance"] } }
    identities       = { web = { user_name = local.late.user } }
    role_assignments = { app = { identities = ["web"] } }
  }
}
"#;
    scenario(|s| {
        let config = format!("{PROFILE}{}{of_late}", late(s, early));
        let granted = json!(["web -> instance (app)"]);
        let plan = s.plan(&config);
        assert_eq!(plan.after(V)["grants"], granted);
        assert_eq!(plan.unknown(V)["rules"]["privileges"]["instance"]["path"], true);
        s.apply_planned();
        assert_eq!(s.state().attributes(V)["grants"], granted);

        // With the path unknown again the version is replaced, and it is known all the same who is granted
        // what.
        let plan = s.plan(&config.replace("/metadata/instance", "/metadata/versions"));
        assert_eq!(plan.after(V)["grants"], granted);
        s.apply_planned();
        assert_eq!(s.state().attributes(V)["grants"], granted);
    });
}
