//! The scope of a role definition, an assignment or a query.

use crate::arm::error::ArmError;
use crate::arm::id::{Kind, ResourceId};
use crate::arm::read;
use crate::emulator::Emulator;

/// A scope: the root, a management group, the subscription or something in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    segments: Vec<String>,
}

impl Scope {
    /// Reads the segments before `providers/Microsoft.Authorization`. They must be a scope that exists: the
    /// root, the subscription, a management group, or something in an existing resource group.
    pub(super) fn of(emulator: &Emulator, segments: &[String]) -> Result<Self, ArmError> {
        let lower: Vec<String> = segments.iter().map(|segment| segment.to_lowercase()).collect();
        let names: Vec<&str> = lower.iter().map(String::as_str).collect();
        match names.as_slice() {
            [] => {}
            ["subscriptions", id, ..] if !id.eq_ignore_ascii_case(&emulator.identity.subscription_id) => {
                return Err(ArmError::subscription_unknown(id));
            }
            ["subscriptions", _, "resourcegroups", group, ..] => {
                let group = ResourceId::of_group(&emulator.identity.subscription_id, group);
                if emulator.store.get(&group).is_none() {
                    return Err(ArmError::group_missing(&group.group));
                }
            }
            ["subscriptions", _] => {}
            ["providers", "microsoft.management", "managementgroups", name] => {
                let known = &emulator.directory.management_groups;
                if !known.iter().any(|group| group.eq_ignore_ascii_case(name)) {
                    return Err(ArmError::path_unknown(&format!("/{}", segments.join("/"))));
                }
            }
            _ => return Err(ArmError::path_unknown(&format!("/{}", segments.join("/")))),
        }
        Ok(Self { segments: segments.to_vec() })
    }

    /// Reads a scope as it is in a body.
    pub(super) fn parse(text: &str) -> Self {
        Self { segments: text.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect() }
    }

    /// The same, with an error if it is a gallery, or something in one, that does not exist.
    pub(super) fn existing(&self, emulator: &Emulator) -> Result<(), ArmError> {
        match ResourceId::from_segments(&self.segments) {
            Some(id) if id.kind() != Kind::Group && emulator.store.get(&id).is_none() => {
                read::above(emulator, &id, "read")?;
                Err(ArmError::resource_missing(&id))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn is_root(&self) -> bool {
        self.segments.is_empty()
    }

    /// Whether it is the subscription or inside it.
    pub(super) fn in_subscription(&self) -> bool {
        self.segments.first().is_some_and(|first| first.eq_ignore_ascii_case("subscriptions"))
    }

    /// Whether it is the subscription itself.
    pub(super) fn is_subscription(&self) -> bool {
        self.in_subscription() && self.segments.len() == 2
    }

    fn is_management_group(&self) -> bool {
        self.segments.len() == 4 && !self.in_subscription()
    }

    /// Whether `other` is this scope or beneath it. Every management group is above the subscription; the
    /// order in the directory determines which of two is above the other.
    pub(super) fn contains(&self, other: &Self, emulator: &Emulator) -> bool {
        let mut pairs = self.segments.iter().zip(&other.segments);
        if self.segments.len() <= other.segments.len() && pairs.all(|(a, b)| a.eq_ignore_ascii_case(b)) {
            return true;
        }
        if !self.is_management_group() {
            return false;
        }
        let place = |scope: &Self| {
            let name = scope.segments.get(3)?;
            emulator.directory.management_groups.iter().position(|group| group.eq_ignore_ascii_case(name))
        };
        match place(self) {
            None => false,
            Some(_) if other.in_subscription() => true,
            Some(mine) => other.is_management_group() && place(other).is_some_and(|theirs| mine < theirs),
        }
    }

    /// The scope as a path, the root as nothing.
    pub(super) fn path(&self) -> String {
        self.segments.iter().map(|segment| format!("/{segment}")).collect()
    }
}
