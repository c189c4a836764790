//! Values that are known only during the apply, in every place that can have one.

use acceptance_tests::scenario::scenario;
use serde_json::json;

use crate::configurations::{PROFILE, V, WEB};

/// Every argument that can come from another resource does.
const EVERYWHERE: &str = r#"
resource "terraform_data" "late" {
  input = {
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
  }
}

resource "gallery_invm_access_profile" "web" {
  gallery_id               = terraform_data.late.output.gallery
  name                     = terraform_data.late.output.name
  location                 = terraform_data.late.output.region
  os_type                  = terraform_data.late.output.os
  applicable_host_endpoint = terraform_data.late.output.host
  description              = terraform_data.late.output.text
  tags                     = { text = terraform_data.late.output.text }
  timeouts { create = terraform_data.late.output.time }
}

resource "gallery_invm_access_profile_version" "v" {
  profile_id          = gallery_invm_access_profile.web.id
  name                = terraform_data.late.output.version
  location            = terraform_data.late.output.region
  mode                = terraform_data.late.output.mode
  default_access      = terraform_data.late.output.access
  exclude_from_latest = terraform_data.late.output.latest
  target_regions      = [terraform_data.late.output.region, "eastus"]
  tags                = { text = terraform_data.late.output.text }
  rules {
    privileges = {
      instance = { path = "/metadata/${terraform_data.late.output.name}" }
      token    = { path = "/token", query_parameters = { resource = terraform_data.late.output.text } }
    }
    roles            = { app = { privileges = ["instance", terraform_data.late.output.name == "web" ? "token" : "other"] } }
    identities       = { web = { user_name = terraform_data.late.output.name } }
    role_assignments = { app = { identities = [terraform_data.late.output.name] } }
  }
}
"#;

#[test]
fn everywhere_at_once() {
    scenario(|s| {
        let plan = s.plan(EVERYWHERE);
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
        let plan = s.plan(&EVERYWHERE.replace("said late", "said later"));
        assert_eq!(plan.actions("terraform_data.late"), "update");
        s.apply_planned();
        assert_eq!(s.state().attributes(WEB)["description"], "said later");
    });
}

#[test]
fn whole_maps_and_sets() {
    let config = r#"
resource "terraform_data" "late" {
  input = {
    privileges       = { instance = { path = "/metadata/instance", query_parameters = { a = "b" } } }
    roles            = { app = { privileges = ["instance"] } }
    identities       = { web = { user_name = "web", group_name = null, exe_path = null, process_name = null } }
    role_assignments = { app = { identities = ["web"] } }
    regions          = ["westus", "eastus"]
    tags             = { a = "b" }
  }
}

resource "gallery_invm_access_profile" "web" {
  gallery_id               = local.gallery_id
  name                     = "web"
  location                 = "westus"
  os_type                  = "Linux"
  applicable_host_endpoint = "IMDS"
  tags                     = terraform_data.late.output.tags
}

resource "gallery_invm_access_profile_version" "v" {
  profile_id     = gallery_invm_access_profile.web.id
  mode           = "Enforce"
  default_access = "Deny"
  target_regions = terraform_data.late.output.regions
  rules {
    privileges       = terraform_data.late.output.privileges
    roles            = terraform_data.late.output.roles
    identities       = terraform_data.late.output.identities
    role_assignments = terraform_data.late.output.role_assignments
  }
}
"#;
    scenario(|s| {
        s.apply(config);
        assert_eq!(s.state().attributes(V)["grants"], json!(["web -> instance (app)"]));
        // A mistake that only the apply can find. Terraform has destroyed the replaced object before it asks
        // again, so the provider can only report the mistake; the next apply repairs it.
        s.write(&config.replace("{ privileges = [\"instance\"] }", "{ privileges = [\"instanze\"] }"));
        let output = s.reapply_fails(&[]);
        assert!(output.says("instanze") && output.says("\"instance\""), "{output}");
        s.apply(config);
    });
}

/// Who is granted what depends on the references alone, so the plan shows it.
#[test]
fn grants_are_known_where_only_a_path_is_not() {
    let late = r#"
resource "terraform_data" "late" {
  input = { path = "/metadata/instance", resource = "https://vault.azure.net", user = "web" }
}

resource "gallery_invm_access_profile_version" "v" {
  profile_id     = gallery_invm_access_profile.web.id
  mode           = "Enforce"
  default_access = "Deny"
  rules {
    privileges = {
      instance = {
        path             = terraform_data.late.output.path
        query_parameters = { resource = terraform_data.late.output.resource }
      }
    }
    roles            = { app = { privileges = ["instance"] } }
    identities       = { web = { user_name = terraform_data.late.output.user } }
    role_assignments = { app = { identities = ["web"] } }
  }
}
"#;
    let config = format!("{PROFILE}{late}");
    scenario(|s| {
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
