//! Versions that stay at Azure when their resource is destroyed or replaced: `skip_destroy`.

use super::InVmAccessProfileVersion;
use crate::arm::ids::VersionId;
use crate::plugin::{Diagnostic, Path, Value};
use crate::provider::writing::Managed as _;
use crate::provider::writing::private_state::{PrivateState, WriteKind};

/// The attribute.
pub const ARGUMENT: &str = "skip_destroy";

/// The version of a state that stays when its resource is destroyed. A version whose creation was not seen to
/// end is not kept, and one that is being deleted cannot be kept.
#[must_use]
pub fn kept_version(state: &Value, private: &PrivateState) -> Option<VersionId> {
    // The plan of a replacement has decided this from the refreshed state.
    let is_gone = private.is_gone() || (private.is_replacement() && private.keeps().is_none());
    let is_settled = private.pending.as_ref().is_none_or(|pending| pending.kind == WriteKind::Update);
    if !is_set(state) || is_gone || !is_settled {
        return None;
    }
    InVmAccessProfileVersion::id_in_state(state).ok()
}

/// Whether an object sets it.
#[must_use]
pub fn is_set(object: &Value) -> bool {
    object.get(ARGUMENT) == Some(&Value::Bool(true))
}

/// The warning about a version that stays.
#[must_use]
pub fn kept_warning(id: &VersionId) -> Diagnostic {
    let detail = format!(
        "The state has `{ARGUMENT} = true`, so Terraform only removes {id} from the state: it is not \
         deleted, and machines can still refer to it. Its profile cannot be deleted while the version \
         exists, unless the profile has `force_destroy`.\n\nTo delete it later, import it without \
         `{ARGUMENT}`, and destroy it."
    );
    Diagnostic::warning(format!("Profile version {} stays at Azure", id.name()), detail)
}

/// The error for a replacement that needs the name of a version that stays.
#[must_use]
pub fn name_taken_error(id: &VersionId) -> Diagnostic {
    let name = id.name();
    let next = name.next().map_or_else(String::new, |next| format!(" (such as `{next}`)"));
    let detail = format!(
        "This plan replaces {id} with a version of the same name. The state has `{ARGUMENT} = true`, \
         so the old version is not deleted, and two versions cannot have the same name.\n\nGive the \
         new version another `name`{next}, or omit `name` and the provider picks the next number. To \
         delete the old version instead, remove `{ARGUMENT}` and apply that first."
    );
    Diagnostic::error(format!("Profile version {name} stays, and keeps its name"), detail)
        .at(Path::attribute("name"))
}

/// The warning about a version that is deleted because the setting comes only with its replacement.
#[must_use]
pub fn too_late_warning(name: &str) -> Diagnostic {
    let detail = format!(
        "`{ARGUMENT}` is new in the configuration, but the value in the state counts: this plan \
         replaces version {name} and deletes it.\n\nTo keep it, first apply only `{ARGUMENT}`, \
         and then the rest."
    );
    Diagnostic::warning(format!("Profile version {name} is deleted all the same"), detail)
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
        kept_version(&state(set), private).is_some()
    }

    #[test]
    fn only_true_keeps_a_version() {
        let settled = PrivateState::default();
        assert!(keeps(true, &settled));
        assert!(!keeps(false, &settled) && !keeps(Value::Null, &settled));
    }

    #[test]
    fn a_version_deleted_outside_is_not_kept() {
        assert!(!keeps(true, &PrivateState::default().with_object_gone()));
        assert!(!keeps(true, &PrivateState::replacing("1.0.0")));
        assert!(keeps(true, &PrivateState::replacing("1.0.0").with_kept(Some("/x".to_owned()))));
    }

    #[test]
    fn an_unfinished_or_disappearing_version_is_not_kept() {
        let pending = |work| PrivateState::default().with_operation(work, PendingOperation::write_of("/x"));
        assert!(!keeps(true, &pending(WriteKind::Create)));
        assert!(!keeps(true, &pending(WriteKind::Delete)));
        assert!(keeps(true, &pending(WriteKind::Update)), "machines may refer to it");
    }
}
