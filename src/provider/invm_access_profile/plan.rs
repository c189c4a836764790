//! What a change of the configuration means.

use super::InVmAccessProfile;
use super::model::Model;
use crate::arm::ids::GalleryId;
use crate::plugin::resource::{PlanCreate, PlanUpdate, Planned};
use crate::plugin::{Diagnostic, Path, Value};
use crate::provider::writing::Managed as _;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::{spelling, tags};

/// Plans a new profile.
#[must_use]
pub fn create(request: &PlanCreate) -> Planned {
    let private = PrivateState::read(&request.private);
    let mut plan = Model::read(&request.config);
    // The id of a replacement stays unknown, though it may turn out the same. The versions of the profile
    // then take part in the replacement, as they must, since Azure deletes no profile that has versions.
    plan.id = match InVmAccessProfile::id_planned(&request.config) {
        Ok(id) if !private.is_replacement() => id.to_string().into(),
        _ => Value::unknown(),
    };
    let mut planned = Planned::new(plan.write());
    planned.private = private.write();
    planned
}

/// Plans a change, in place where Azure allows it.
#[must_use]
pub fn update(request: &PlanUpdate) -> Planned {
    let (prior, config) = (Model::read(&request.prior), Model::read(&request.config));
    let mut plan = Model {
        id: prior.id.clone(),
        gallery_id: spelling::plan::<GalleryId>(&config.gallery_id, &prior.gallery_id),
        name: spelling::plan_name(&config.name, &prior.name),
        location: spelling::plan_location(&config.location, &prior.location),
        tags: tags::plan(&config.tags, &prior.tags),
        ..config
    };
    let fixed = [
        ("gallery_id", &plan.gallery_id, &prior.gallery_id),
        ("name", &plan.name, &prior.name),
        ("location", &plan.location, &prior.location),
        ("os_type", &plan.os_type, &prior.os_type),
    ];
    let changed = fixed.into_iter().filter(|(_, planned, prior)| planned != prior);
    let mut replace: Vec<_> = changed.map(|(name, ..)| Path::attribute(name)).collect();
    let private = PrivateState::read(&request.private);
    if private.must_be_replaced() {
        plan.id = Value::unknown();
        replace.push(Path::attribute("id"));
    }
    let id = prior.id.as_str().unwrap_or_default();
    let keeps_its_id = plan.gallery_id == prior.gallery_id && plan.name == prior.name;
    let mut planned = Planned::new(plan.write());
    if !replace.is_empty() && keeps_its_id {
        planned.warnings.push(same_name_warning(id));
    }
    planned.replace = replace;
    planned.private = PrivateState::replacing(id).with_pending(private.pending).write();
    planned
}

fn same_name_warning(id: &str) -> Diagnostic {
    let detail = format!(
        "{id} has to be deleted before the new profile is created, and Azure deletes a profile only if \
         it has no versions. Terraform uses that order, unless the profile, or anything that depends \
         on it such as one of its versions, has `create_before_destroy`: then the new profile is \
         created first, and the apply fails, since two profiles cannot have the same name.\n\nRemove \
         `create_before_destroy` from all of them for this apply, or give the new profile another \
         name."
    );
    Diagnostic::warning("Profile is replaced under the same name", detail).at(Path::attribute("name"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::provider::ClientCapabilities;

    const GALLERY: &str = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/galleries/g";

    fn config() -> Value {
        Value::object([
            ("id", Value::Null),
            ("gallery_id", GALLERY.into()),
            ("name", "web".into()),
            ("location", "West Europe".into()),
            ("applicable_host_endpoint", "IMDS".into()),
            ("os_type", "Linux".into()),
            ("description", Value::Null),
            ("force_destroy", Value::Null),
            ("tags", Value::Null),
            ("timeouts", Value::Null),
        ])
    }

    fn with(mut object: Value, name: &str, value: Value) -> Value {
        if let Value::Object(attributes) = &mut object {
            attributes.insert(name.to_owned(), value);
        }
        object
    }

    fn plan_create(config: Value, private: &[u8]) -> Planned {
        let capabilities = ClientCapabilities::default();
        let proposed = config.clone();
        create(&PlanCreate { config, proposed, private: private.to_vec(), earlier: Vec::new(), capabilities })
    }

    fn plan_update(prior: Value, config: Value) -> Planned {
        let capabilities = ClientCapabilities::default();
        let proposed = config.clone();
        let request = PlanUpdate {
            prior,
            config,
            proposed,
            private: Vec::new(),
            earlier: Vec::new(),
            identity: None,
            capabilities,
        };
        update(&request)
    }

    fn state() -> Value {
        with(config(), "id", format!("{GALLERY}/inVMAccessControlProfiles/web").into())
    }

    #[test]
    fn the_id_of_a_new_profile_is_known_at_plan() {
        assert_eq!(plan_create(config(), b"").state, state());
        let unknown = with(config(), "gallery_id", Value::unknown());
        assert!(plan_create(unknown, b"").state.get("id").unwrap().is_unknown());
    }

    #[test]
    fn the_id_of_a_replacement_is_unknown_so_that_versions_follow() {
        let first = plan_update(state(), with(config(), "os_type", "Windows".into()));
        assert_eq!(first.replace, [Path::attribute("os_type")]);
        let summaries: Vec<_> = first.warnings.iter().map(|warning| warning.summary.as_str()).collect();
        assert_eq!(summaries, ["Profile is replaced under the same name"]);
        let second = plan_create(with(config(), "os_type", "Windows".into()), &first.private);
        assert!(second.state.get("id").unwrap().is_unknown());
    }

    #[test]
    fn nothing_changes_when_only_the_spelling_does() {
        let respelled =
            with(config(), "gallery_id", GALLERY.replace("resourceGroups", "resourcegroups").into());
        let respelled = with(respelled, "location", "westeurope".into());
        let respelled = with(respelled, "name", "WEB".into());
        let planned = plan_update(state(), respelled);
        assert_eq!(planned.state, state());
        assert_eq!(planned.replace, []);
    }

    #[test]
    fn changes_that_azure_makes_in_place_are_planned_in_place() {
        let changed = with(config(), "description", "web servers".into());
        let changed = with(changed, "applicable_host_endpoint", "WireServer".into());
        let planned = plan_update(state(), changed);
        assert_eq!(planned.replace, []);
        assert_eq!(planned.state.get("description"), Some(&"web servers".into()));
    }

    #[test]
    fn every_fixed_attribute_makes_a_new_profile() {
        for (name, value) in [
            ("gallery_id", Value::from(format!("{GALLERY}x"))),
            ("name", "other".into()),
            ("location", "eastus".into()),
            ("os_type", "Windows".into()),
            ("gallery_id", Value::unknown()),
        ] {
            let planned = plan_update(state(), with(config(), name, value));
            assert_eq!(planned.replace, [Path::attribute(name)]);
            let elsewhere = matches!(name, "gallery_id" | "name");
            assert_eq!(planned.warnings.is_empty(), elsewhere, "{name}: only where the id stays");
        }
    }
}
