//! The scope of a role assignment, and what is below it.

use std::fmt;

/// A scope: the root, a management group, a subscription, a resource group or a resource. Compared as Azure
/// compares ids: ignoring case, segment by segment, so that `/subscriptions/a/resourceGroups/web` does not
/// contain `/subscriptions/a/resourceGroups/web2`.
#[derive(Clone, Debug)]
pub struct Scope {
    text: String,
    segments: Vec<String>,
}

/// A text that is not a scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope; it begins with `/` and has no empty parts")]
pub struct InvalidScope(pub String);

/// The management groups above the scope in question. Their names do not show which contains which, so this
/// has to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManagementGroups {
    /// These, by name.
    Above(Vec<String>),
    /// Not read.
    Unknown,
}

impl Scope {
    /// Takes a scope; a slash at the end is ignored.
    pub fn new(text: &str) -> Result<Self, InvalidScope> {
        let invalid = || InvalidScope(text.to_owned());
        let path = text.strip_prefix('/').ok_or_else(invalid)?;
        let segments: Vec<String> = match path {
            "" => Vec::new(),
            path => path.strip_suffix('/').unwrap_or(path).split('/').map(str::to_lowercase).collect(),
        };
        if segments.iter().any(|segment| segment.trim().is_empty()) {
            return Err(invalid());
        }
        Ok(Self { text: text.to_owned(), segments })
    }

    /// The scope as it was spelled.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name of the management group, if this scope is one, in lower case.
    pub fn management_group(&self) -> Option<&str> {
        match self.segments.as_slice() {
            [providers, namespace, kind, name]
                if providers == "providers"
                    && namespace == "microsoft.management"
                    && kind == "managementgroups" =>
            {
                Some(name)
            }
            _ => None,
        }
    }

    /// Whether `other` is this scope or below it; `groups` are the management groups above `other`. `None` if
    /// that depends on a hierarchy that was not read.
    pub fn contains(&self, other: &Self, groups: &ManagementGroups) -> Option<bool> {
        if other.segments.starts_with(&self.segments) {
            return Some(true);
        }
        let Some(name) = self.management_group() else { return Some(false) };
        match groups {
            _ if other.segments.is_empty() => Some(false),
            ManagementGroups::Above(names) => Some(names.iter().any(|above| above.to_lowercase() == name)),
            ManagementGroups::Unknown => None,
        }
    }
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.segments == other.segments
    }
}

impl Eq for Scope {}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
