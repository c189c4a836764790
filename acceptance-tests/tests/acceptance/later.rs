//! Beyond the life of its resources: data sources, a provider block that is not known yet, and objects that
//! azapi has managed so far.

use acceptance_tests::binaries::binaries;
use acceptance_tests::host::Feature;
use acceptance_tests::scenario::scenario;
use serde_json::{Value, json};

use crate::configurations::{PROFILE, V, WEB, both};

#[test]
fn data_sources_find_created_objects() {
    scenario(|s| {
        let data = r#"
data "gallery_invm_access_profile" "web" {
  gallery_id = local.gallery_id
  name       = gallery_invm_access_profile.web.name
}
data "gallery_invm_access_profiles" "all" {
  gallery_id  = local.gallery_id
  name_prefix = "W"
  depends_on  = [gallery_invm_access_profile.web]
}
data "gallery_invm_access_profile_version" "latest" {
  profile_id = gallery_invm_access_profile.web.id
  depends_on = [gallery_invm_access_profile_version.v]
}
data "gallery_invm_access_profile_versions" "enforced" {
  profile_id = gallery_invm_access_profile.web.id
  mode       = "Enforce"
  depends_on = [gallery_invm_access_profile_version.v]
}
output "found" {
  value = {
    os       = data.gallery_invm_access_profile.web.os_type
    profiles = data.gallery_invm_access_profiles.all.profiles[*].id
    latest   = data.gallery_invm_access_profile_version.latest.id == gallery_invm_access_profile_version.v.id
    grants   = data.gallery_invm_access_profile_version.latest.grants == gallery_invm_access_profile_version.v.grants
    rules    = (data.gallery_invm_access_profile_version.latest).rules.privileges["instance"].path
    enforced = length(data.gallery_invm_access_profile_versions.enforced.versions)
  }
}
"#;
        s.apply(&format!("{}{data}", both()));
        let found: Value = s.run_well(&["output", "-json", "found"]).json().unwrap();
        let expected = json!({
            "os": "Linux", "profiles": [s.profile("web")], "latest": true, "grants": true,
            "rules": "/metadata/instance", "enforced": 1
        });
        assert_eq!(found, expected);

        let nobody = "data \"gallery_invm_access_profile\" \"x\" {\n  gallery_id = local.gallery_id\n  name = \"nobody\"\n}\n";
        let output = s.plan_fails(&format!("{}{nobody}", both()));
        assert!(output.says("Profile not found") && output.says("name = \"nobody\""), "{output}");
        s.write(&both());
    });
}

#[test]
fn an_unknown_provider_block_is_planned_without_a_login() {
    scenario(|s| {
        if !s.can(Feature::TerraformData) {
            return;
        }
        s.apply(&both());
        s.provider(
            "provider \"gallery\" {\n  tenant_id = terraform_data.tenant.output\n  client_secret = \
             terraform_data.secret.output\n}",
        );
        let tenant = s.emulator.ready("tenant_id").to_owned();
        let secret = s.emulator.ready("client_secret").to_owned();
        for name in ["ARM_TENANT_ID", "ARM_CLIENT_SECRET"] {
            s.terraform.unset(name);
        }
        s.emulator.forget_requests().unwrap();
        let late = format!(
            "resource \"terraform_data\" \"tenant\" {{ input = {tenant:?} }}\n\
             resource \"terraform_data\" \"secret\" {{ input = {secret:?} }}\n"
        );
        let more = PROFILE.replace("\"web\"", "\"more\"");
        let config = format!("{}{late}{more}", both());
        let plan = s.plan(&config);
        assert!(plan.output.says("3 to add, 0 to change, 0 to destroy"), "{}", plan.output);
        assert!(plan.output.says("Planned without contacting Azure"), "{}", plan.output);
        assert!(s.emulator.requests().unwrap().is_empty(), "no request was sent to Azure");
        s.apply_planned();
        s.terraform.set("ARM_TENANT_ID", tenant);
        s.terraform.set("ARM_CLIENT_SECRET", secret);
        s.provider("provider \"gallery\" {}");
    });
}

/// The CLI calls only the target's provider, but needs one with the source's name: a copy of ours works.
#[test]
fn a_move_from_azapi_writes_nothing() {
    scenario(|s| {
        if !s.can(Feature::Move) {
            return;
        }
        s.apply(&both());
        let directory = s.terraform.directory().to_owned();
        let ours = &binaries().unwrap().provider;
        let registry = s.terraform.cli().registry();
        s.terraform.override_azapi_too(ours).unwrap();
        let file = directory.join("terraform.tfstate");
        let mut state: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        for resource in state["resources"].as_array_mut().unwrap() {
            let id = resource["instances"][0]["attributes"]["id"].as_str().unwrap().to_owned();
            let kind = if id.contains("/versions/") { "/versions" } else { "" };
            let object = s.emulator.object(&id).unwrap();
            let mut properties = object["properties"].clone();
            for read_only in ["provisioningState", "publishedDate"] {
                properties.as_object_mut().unwrap().remove(read_only);
            }
            let body = json!({ "properties": properties });
            resource["type"] = "azapi_resource".into();
            resource["provider"] = format!("provider[\"{registry}/azure/azapi\"]").into();
            // The profile as azapi 1 stored one, the version as azapi 2 does.
            let (stored_under, body) = match kind {
                "" => (0, json!(body.to_string())),
                _ => (2, json!({"value": body, "type": "dynamic"})),
            };
            resource["instances"] = json!([{
                "schema_version": stored_under, "sensitive_attributes": [], "attributes": {
                    "id": id, "location": object["location"], "tags": object["tags"],
                    "type": format!("Microsoft.Compute/galleries/inVMAccessControlProfiles{kind}@2024-03-03"),
                    "body": body
                }
            }]);
        }
        std::fs::write(&file, state.to_string()).unwrap();
        s.emulator.forget_requests().unwrap();
        let moved = [WEB, V].map(|address| {
            let name = address.rsplit('.').next().unwrap();
            format!("moved {{\n  from = azapi_resource.{name}\n  to   = {address}\n}}\n")
        });
        let output = s.apply(&format!("{}{}", both(), moved.concat()));
        assert!(output.says("0 added, 0 changed, 0 destroyed"), "{output}");
        let requests = s.emulator.requests().unwrap();
        assert!(
            requests.iter().all(|request| matches!(request.method.as_str(), "GET" | "POST")),
            "{requests:?}"
        );
    });
}
