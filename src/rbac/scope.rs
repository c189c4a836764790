//! Where a role is assigned, and what lies beneath.

use std::fmt;

/// A scope: the root, a management group, a subscription, a resource group or a resource. Compared as Azure
/// compares ids: without case, segment by segment, so that `/subscriptions/a/resourceGroups/web` does not contain
/// `/subscriptions/a/resourceGroups/web2`.
#[derive(Clone, Debug)]
pub struct Scope {
    text: String,
    segments: Vec<String>,
}

/// A text that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope; it begins with `/` and has no empty parts")]
pub struct InvalidScope(pub String);

/// The management groups above the scope in question. Their names say nothing about who contains whom, so this has
/// to be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ManagementGroups {
    /// These, by name.
    Above(Vec<String>),
    /// Nobody looked.
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

    /// The scope as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name of the management group this scope is, in lower case.
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

    /// Whether `other` is this scope or lies beneath it; `groups` are the management groups above `other`. `None`
    /// if that takes a hierarchy nobody looked up.
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
