//! Versions that stay at Azure when Terraform lets go of them: `skip_destroy`.

use super::InVmAccessProfileVersion;
use crate::arm::ids::VersionId;
use crate::plugin::{Diagnostic, Path, Value};
use crate::provider::writing::Managed as _;
use crate::provider::writing::private_state::{PrivateState, Work};

/// The attribute.
pub const ARGUMENT: &str = "skip_destroy";

/// The version of a state that stays when its resource goes. One that no run has seen finished is nothing to keep, and
/// one that is being deleted cannot be kept.
#[must_use]
pub fn kept(state: &Value, private: &PrivateState) -> Option<VersionId> {
    // The plan of a replacement has decided, from the refreshed state.
    let is_gone = private.is_gone() || (private.is_replacement() && private.keeps().is_none());
    let untouched = private.pending.as_ref().is_none_or(|pending| pending.work == Work::Update);
    if !is_set(state) || is_gone || !untouched {
        return None;
    }
    InVmAccessProfileVersion::id_in_state(state).ok()
}

/// Whether an object asks for it.
#[must_use]
pub fn is_set(object: &Value) -> bool {
    object.get(ARGUMENT) == Some(&Value::Bool(true))
}

/// The warning about a version that stays.
#[must_use]
pub fn stays(id: &VersionId) -> Diagnostic {
    Diagnostic::warning(
        format!("Profile version {} stays at Azure", id.name()),
        format!(
            "The state has `{ARGUMENT} = true`, so Terraform only lets go of {id}: it is not deleted, and machines can go on \
             referring to it. Its profile cannot be deleted while the version is there, unless the profile has \
             `force_destroy`.\n\n\
             To delete it later, import it without `{ARGUMENT}`, and destroy it."
        ),
    )
}

/// The error for a replacement that needs the name of a version that stays.
#[must_use]
pub fn name_is_taken(id: &VersionId) -> Diagnostic {
    let name = id.name();
    let next = name.next().map_or_else(String::new, |next| format!(" (such as `{next}`)"));
    Diagnostic::error(
        format!("Profile version {name} stays, and keeps its name"),
        format!(
            "This plan replaces {id} by a version of the same name. The state has `{ARGUMENT} = true`, so the old version is \
             not deleted, and two versions cannot have one name.\n\n\
             Give the new version another `name`{next}, or omit `name` and the provider picks the next number. To delete the \
             old version instead, remove `{ARGUMENT}` and apply that first."
        ),
    )
    .at(Path::attribute("name"))
}

/// The warning about a version that does not stay, since the setting comes with its replacement.
#[must_use]
pub fn comes_too_late(name: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Profile version {name} is deleted all the same"),
        format!(
            "`{ARGUMENT}` is new in the configuration, and what the state says counts: this plan replaces version {name} and \
             deletes it.\n\n\
             To keep it, apply `{ARGUMENT}` by itself first, and then the rest."
        ),
    )
    .at(Path::attribute(ARGUMENT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::PendingOperation;

    fn state(set: impl Into<Value>) -> Value {
        let id = format!("{}/versions/1.0.0", crate::provider::azure_double::PROFILE);
        Value::object([("id", id.into()), (ARGUMENT, set.into())])
    }

    fn keeps(set: impl Into<Value>, private: &PrivateState) -> bool {
        kept(&state(set), private).is_some()
    }

    #[test]
    fn only_true_keeps_a_version() {
        let quiet = PrivateState::default();
        assert!(keeps(true, &quiet));
        assert!(!keeps(false, &quiet) && !keeps(Value::Null, &quiet));
    }

    #[test]
    fn what_was_deleted_outside_is_not_kept() {
        assert!(!keeps(true, &PrivateState::default().gone()));
        assert!(!keeps(true, &PrivateState::replacing("1.0.0")));
        assert!(keeps(true, &PrivateState::replacing("1.0.0").keeping(Some("/x".to_owned()))));
    }

    #[test]
    fn what_is_unfinished_or_on_its_way_out_is_not_kept() {
        let pending = |work| PrivateState::default().begun(work, PendingOperation::look_at("/x"));
        assert!(!keeps(true, &pending(Work::Create)));
        assert!(!keeps(true, &pending(Work::Delete)));
        assert!(keeps(true, &pending(Work::Update)), "machines may refer to it");
    }
}
