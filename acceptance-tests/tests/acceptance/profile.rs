//! `gallery_invm_access_profile`.

use acceptance_tests::scenario::scenario;

use crate::configurations::{PROFILE, WEB, with};

const COMPLETE: &str = r#"
resource "gallery_invm_access_profile" "web" {
  gallery_id               = local.gallery_id
  name                     = "web"
  location                 = "West US"
  applicable_host_endpoint = "WireServer"
  os_type                  = "Linux"
  description              = "what the web servers may ask"
  tags                     = { team = "security", Cost = "42" }
  timeouts {
    create = "10m"
    read   = "1m"
    update = "10m"
    delete = "10m"
  }
}
"#;

#[test]
fn basic() {
    scenario(|s| {
        s.apply(PROFILE);
        let state = s.state();
        let profile = state.attributes(WEB);
        assert_eq!(profile["id"], s.profile("web").as_str());
        assert_eq!(profile["location"], "westus");
        assert!(profile["description"].is_null());
        let object = s.emulator.object(&s.profile("web")).unwrap();
        assert_eq!(object["properties"]["osType"], "Linux");
        assert_eq!(object["properties"]["applicableHostEndpoint"], "IMDS");
    });
}

#[test]
fn every_changeable_attribute_changes_in_place() {
    scenario(|s| {
        s.apply(COMPLETE);
        let id = s.profile("web");
        let object = s.emulator.object(&id).unwrap();
        assert_eq!(object["properties"]["description"], "what the web servers may ask");
        assert_eq!(object["tags"]["Cost"], "42");

        let each = [
            ("applicable_host_endpoint", "\"IMDS\"", "/properties/applicableHostEndpoint", "\"IMDS\""),
            ("description", "\"another\"", "/properties/description", "\"another\""),
            ("tags", "{ team = \"other\" }", "/tags/team", "\"other\""),
        ];
        let mut config = COMPLETE.to_owned();
        for (attribute, value, pointer, expected) in each {
            config = with(&config, attribute, value);
            let plan = s.plan(&config);
            assert_eq!(plan.actions(WEB), "update", "{attribute}");
            s.apply_planned();
            let object = s.emulator.object(&id).unwrap();
            assert_eq!(object.pointer(pointer).unwrap().to_string(), expected);
        }
        assert_eq!(s.emulator.object(&id).unwrap()["tags"].as_object().unwrap().len(), 1);

        // And back to no description.
        s.apply(PROFILE);
        let object = s.emulator.object(&id).unwrap();
        assert!(object["properties"]["description"].as_str().unwrap_or_default().is_empty(), "{object}");
        assert!(object["tags"].as_object().is_none_or(serde_json::Map::is_empty), "{object}");
    });
}

#[test]
fn every_fixed_attribute_makes_a_new_profile() {
    scenario(|s| {
        s.emulator.put(&format!("{}2", s.gallery()), &serde_json::json!({"location": "westus"})).unwrap();
        s.apply(PROFILE);
        for (attribute, value) in [
            ("gallery_id", "\"${local.gallery_id}2\""),
            ("name", "\"other\""),
            ("location", "\"eastus\""),
            ("os_type", "\"Windows\""),
        ] {
            let plan = s.plan(&with(PROFILE, attribute, value));
            assert_eq!(plan.actions(WEB), "delete, create", "{attribute}");
            assert_eq!(plan.replaced_by(WEB), [attribute]);
        }
        s.apply_planned();
        assert_eq!(s.emulator.object(&s.profile("web")).unwrap()["properties"]["osType"], "Windows");
    });
}

#[test]
fn equal_values_in_other_spellings_are_not_a_change() {
    scenario(|s| {
        s.apply(PROFILE);
        for (attribute, value) in
            [("location", "\"West US\""), ("name", "\"WEB\""), ("gallery_id", "upper(local.gallery_id)")]
        {
            s.write(&with(PROFILE, attribute, value));
            s.nothing_to_do();
        }
    });
}
