//! The published contract as tables: each body's members, their shapes, and which are required or read-only.
//! Members are in the order in which Azure writes them.
//!
//! Source: the generated SDKs of 2024-03-03 and 2026-03-03 (azure-mgmt-compute 33.1.0 and 39.0.0).

use crate::arm::id::Kind;
use crate::arm::machines;

/// The shape of a value.
#[derive(Debug)]
pub enum Shape {
    /// A string.
    Text,
    /// A whole number.
    Whole,
    /// True or false.
    Flag,
    /// One of these words, in any case.
    Word(&'static [&'static str]),
    /// An object of strings.
    Texts,
    /// A list.
    List(&'static Shape),
    /// An object with these members.
    Record(&'static [Member]),
    /// Any value, kept unchanged.
    Anything,
}

/// Whether a member must, may or cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Must be sent.
    Required,
    /// May be sent.
    Optional,
    /// Is ignored when sent: clients send back what they read.
    Read,
}

/// A member of an object.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// Its shape.
    pub shape: Shape,
    /// Whether it must be sent.
    pub need: Need,
}

pub(crate) const fn required(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, need: Need::Required }
}

pub(crate) const fn optional(name: &'static str, shape: Shape) -> Member {
    Member { name, shape, need: Need::Optional }
}

pub(crate) const fn read(name: &'static str) -> Member {
    Member { name, shape: Shape::Anything, need: Need::Read }
}

/// The words of `mode`.
pub const MODES: &[&str] = &["Audit", "Enforce", "Disabled"];
/// The words of `defaultAccess`.
pub const ACCESS: &[&str] = &["Allow", "Deny"];
/// The words of `osType`.
pub const SYSTEMS: &[&str] = &["Windows", "Linux"];
/// The words of `applicableHostEndpoint`.
pub const ENDPOINTS: &[&str] = &["WireServer", "IMDS"];

const STORAGE: &[&str] = &["Standard_LRS", "Standard_ZRS", "Premium_LRS", "PremiumV2_LRS"];

static PRIVILEGE: Shape = Shape::Record(&[
    required("name", Shape::Text),
    required("path", Shape::Text),
    optional("queryParameters", Shape::Texts),
]);

static ROLE: Shape =
    Shape::Record(&[required("name", Shape::Text), required("privileges", Shape::List(&Shape::Text))]);

static IDENTITY: Shape = Shape::Record(&[
    required("name", Shape::Text),
    optional("userName", Shape::Text),
    optional("groupName", Shape::Text),
    optional("exePath", Shape::Text),
    optional("processName", Shape::Text),
]);

static ASSIGNMENT: Shape =
    Shape::Record(&[required("role", Shape::Text), required("identities", Shape::List(&Shape::Text))]);

static RULES: &[Member] = &[
    optional("privileges", Shape::List(&PRIVILEGE)),
    optional("roles", Shape::List(&ROLE)),
    optional("identities", Shape::List(&IDENTITY)),
    optional("roleAssignments", Shape::List(&ASSIGNMENT)),
];

static EXTENDED_LOCATION: &[Member] = &[
    optional("name", Shape::Text),
    optional("extendedLocation", Shape::Anything),
    optional("extendedLocationReplicaCount", Shape::Whole),
    optional("storageAccountType", Shape::Text),
    optional("encryption", Shape::Anything),
    optional("regionalReplicaCount", Shape::Whole),
];

static ADDITIONAL: Shape = Shape::Record(EXTENDED_LOCATION);

static REGION: Shape = Shape::Record(&[
    required("name", Shape::Text),
    optional("regionalReplicaCount", Shape::Whole),
    optional("storageAccountType", Shape::Word(STORAGE)),
    optional("encryption", Shape::Anything),
    optional("excludeFromLatest", Shape::Flag),
    optional("additionalReplicaSets", Shape::List(&ADDITIONAL)),
]);

static VERSION: &[Member] = &[
    required("mode", Shape::Word(MODES)),
    required("defaultAccess", Shape::Word(ACCESS)),
    optional("rules", Shape::Record(RULES)),
    optional("targetLocations", Shape::List(&REGION)),
    optional("excludeFromLatest", Shape::Flag),
    read("publishedDate"),
    read("provisioningState"),
    read("replicationStatus"),
];

static PROFILE: &[Member] = &[
    optional("description", Shape::Text),
    required("osType", Shape::Word(SYSTEMS)),
    required("applicableHostEndpoint", Shape::Word(ENDPOINTS)),
    read("provisioningState"),
];

static GALLERY: &[Member] = &[
    optional("description", Shape::Text),
    optional("identifier", Shape::Anything),
    optional("sharingProfile", Shape::Anything),
    optional("softDeletePolicy", Shape::Record(&[optional("isSoftDeleteEnabled", Shape::Flag)])),
    read("sharingStatus"),
    read("provisioningState"),
];

static GROUP: &[Member] = &[read("provisioningState")];

static GROUP_BODY: &[Member] = &[
    read("name"),
    read("id"),
    read("type"),
    required("location", Shape::Text),
    optional("tags", Shape::Texts),
    optional("managedBy", Shape::Text),
    optional("properties", Shape::Record(GROUP)),
    read("systemData"),
];

static GALLERY_BODY: &[Member] = &[
    read("name"),
    read("id"),
    read("type"),
    required("location", Shape::Text),
    optional("tags", Shape::Texts),
    optional("identity", Shape::Anything),
    optional("properties", Shape::Record(GALLERY)),
    read("systemData"),
];

static PROFILE_BODY: &[Member] = &[
    read("name"),
    read("id"),
    read("type"),
    required("location", Shape::Text),
    optional("tags", Shape::Texts),
    required("properties", Shape::Record(PROFILE)),
    read("systemData"),
];

static VERSION_BODY: &[Member] = &[
    read("name"),
    read("id"),
    read("type"),
    required("location", Shape::Text),
    optional("tags", Shape::Texts),
    required("properties", Shape::Record(VERSION)),
    read("systemData"),
];

/// The members of a kind's body. `properties` of the two in-VM types has required members, so it is required
/// itself.
pub fn body(kind: Kind) -> &'static [Member] {
    match kind {
        Kind::Group => GROUP_BODY,
        Kind::Gallery => GALLERY_BODY,
        Kind::Profile => PROFILE_BODY,
        Kind::Version => VERSION_BODY,
        Kind::Machine | Kind::ScaleSet | Kind::Instance => machines::contract::BODY,
    }
}

/// The pattern of a kind's names, as published.
pub fn name_pattern(kind: Kind) -> &'static str {
    match kind {
        Kind::Group => r"^[-\w\._\(\)]+$",
        Kind::Gallery => r"^[A-Za-z0-9._]{1,80}$",
        Kind::Profile => r"^[a-zA-Z0-9]+([-._]?[a-zA-Z0-9]+)*$",
        Kind::Version => r"^[0-9]+\.[0-9]+\.[0-9]+$",
        Kind::Machine | Kind::ScaleSet | Kind::Instance => r"^[-\w\._]{1,64}$",
    }
}

/// Whether a name fits its kind's pattern, length and, for a version, the range of its numbers.
///
/// Galleries accept what azurerm creates (letters, digits, `_`, `.`, 1 to 80): the three published patterns
/// disagree.
pub fn name_fits(kind: Kind, name: &str) -> bool {
    match kind {
        Kind::Group => {
            let good = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
            (1..=90).contains(&name.chars().count()) && name.chars().all(good) && !name.ends_with('.')
        }
        Kind::Gallery => {
            let good = |c: char| c.is_ascii_alphanumeric() || "_.".contains(c);
            (1..=80).contains(&name.len()) && name.chars().all(good)
        }
        Kind::Machine | Kind::ScaleSet | Kind::Instance => {
            let good = |c: char| c.is_alphanumeric() || "-_.".contains(c);
            (1..=64).contains(&name.chars().count()) && name.chars().all(good)
        }
        Kind::Profile => {
            let parts = || name.split(['-', '.', '_']);
            let good = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
            name.len() <= 80 && parts().all(good)
        }
        Kind::Version => {
            let good = |part: &str| {
                !part.is_empty()
                    && part.bytes().all(|byte| byte.is_ascii_digit())
                    && part
                        .trim_start_matches('0')
                        .parse::<i32>()
                        .map_or_else(|_| part.bytes().all(|b| b == b'0'), |_| true)
            };
            name.split('.').count() == 3 && name.split('.').all(good)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_the_published_patterns() {
        for (kind, name, fits) in [
            (Kind::Version, "1.0.0", true),
            (Kind::Version, "0.0.2147483647", true),
            (Kind::Version, "0.0.2147483648", false),
            (Kind::Version, "1.0", false),
            (Kind::Version, "1.0.0.0", false),
            (Kind::Version, "1.0.x", false),
            (Kind::Version, "1..0", false),
            (Kind::Version, "-1.0.0", false),
            (Kind::Version, "+1.0.0", false),
            (Kind::Profile, "a-b.c_d", true),
            (Kind::Profile, "a--b", false),
            (Kind::Profile, "a_", false),
            (Kind::Profile, "-a", false),
            (Kind::Gallery, "a.b_c", true),
            (Kind::Gallery, "a-b", false),
            (Kind::Group, "my-(group)_1", true),
            (Kind::Group, "group.", false),
        ] {
            assert_eq!(name_fits(kind, name), fits, "{kind:?} {name}");
        }
        assert!(name_fits(Kind::Profile, &"a".repeat(80)));
        assert!(!name_fits(Kind::Profile, &"a".repeat(81)));
    }
}
