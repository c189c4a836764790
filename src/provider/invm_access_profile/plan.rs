//! What a change of the configuration means.

use crate::arm::ids::{GalleryId, ProfileName};
use crate::plugin::resource::{PlanCreate, PlanUpdate, Planned};
use crate::plugin::{Diagnostic, Failure, Path, Value};
use crate::provider::draft_state::DraftState;
use crate::provider::writing::private_state::PrivateState;
use crate::provider::{checks, spelling, tags};

/// Plans a new profile.
///
/// # Errors
/// When the configuration is no object, which the schema rules out.
pub fn create(request: PlanCreate) -> Result<Planned, Failure> {
    let carried = PrivateState::read(&request.private);
    let mut plan = DraftState::new(request.config)?;
    let gallery = checks::text(plan.config(), "gallery_id").and_then(|id| id.parse::<GalleryId>().ok());
    let name = checks::text(plan.config(), "name").and_then(|name| ProfileName::new(name).ok());
    // The id of a replacement stays open, though it may turn out the same: the versions of the profile then take
    // part in the replacement, as they must, since Azure deletes no profile that has versions.
    let id = match (gallery, name) {
        (Some(gallery), Some(name)) if !carried.is_replacement() => gallery.profile(name).to_string().into(),
        _ => Value::unknown(),
    };
    plan.set("id", id);
    let mut planned = Planned::new(plan.finish());
    planned.private = carried.write();
    Ok(planned)
}

/// Plans a change, in place where Azure allows it.
///
/// # Errors
/// When the configuration is no object, which the schema rules out.
pub fn update(request: PlanUpdate) -> Result<Planned, Failure> {
    let prior = request.prior;
    let held = |name: &str| prior.get(name).cloned().unwrap_or(Value::Null);
    let mut plan = DraftState::new(request.config)?;
    plan.set("id", held("id"));
    plan.set("gallery_id", spelling::plan::<GalleryId>(&plan.configured("gallery_id"), &held("gallery_id")));
    plan.set("name", spelling::plan_name(&plan.configured("name"), &held("name")));
    plan.set("location", spelling::plan_location(&plan.configured("location"), &held("location")));
    plan.set("tags", tags::plan(&plan.configured("tags"), &held("tags")));
    let replaced = ["gallery_id", "name", "location", "os_type"];
    let replace = replaced.into_iter().filter(|name| plan.planned(name) != held(name)).map(Path::attribute);
    let mut replace: Vec<_> = replace.collect();
    let carried = PrivateState::read(&request.private);
    if carried.must_be_replaced() {
        plan.set("id", Value::unknown());
        replace.push(Path::attribute("id"));
    }
    let mut planned = Planned::new(plan.finish());
    planned.replace = replace;
    let id = checks::text(&prior, "id").unwrap_or_default();
    if !planned.replace.is_empty() && is_same_place(&planned.state, &prior) {
        planned.warnings.push(same_name(id));
    }
    planned.private = PrivateState::replacing(id).with(carried.pending).write();
    Ok(planned)
}

/// Whether a profile takes the place of another one under its very id.
fn is_same_place(planned: &Value, prior: &Value) -> bool {
    let same = |name: &str| planned.get(name) == prior.get(name);
    same("gallery_id") && same("name")
}

fn same_name(id: &str) -> Diagnostic {
    Diagnostic::warning(
        "Profile is replaced under the same name",
        format!(
            "{id} has to be deleted before the new profile is created, and Azure deletes a profile only once it has no \
             versions. Terraform takes that order by itself, except where the profile, or anything that depends on it \
             such as one of its versions, has `create_before_destroy`: the new profile is then created first, and the \
             apply fails, since two profiles cannot have one name.\n\n\
             Remove `create_before_destroy` from all of them for this apply, or give the new profile another name."
        ),
    )
    .at(Path::attribute("name"))
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
        create(PlanCreate { config, proposed, private: private.to_vec(), earlier: Vec::new(), capabilities })
            .unwrap()
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
        update(request).unwrap()
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
    fn the_id_of_a_replacement_is_open_so_that_versions_follow() {
        let first = plan_update(state(), with(config(), "os_type", "Windows".into()));
        assert_eq!(first.replace, [Path::attribute("os_type")]);
        let told: Vec<_> = first.warnings.iter().map(|warning| warning.summary.as_str()).collect();
        assert_eq!(told, ["Profile is replaced under the same name"]);
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
    fn what_azure_changes_in_place_is_planned_in_place() {
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
