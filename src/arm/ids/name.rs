//! The names inside an id. Each is checked when it is created, keeps its spelling, and compares ignoring
//! case, as ARM does.

use super::NameError;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use uuid::Uuid;

/// A subscription's id: a GUID.
#[derive(Clone)]
pub struct SubscriptionId(String);

/// The name of a resource group.
#[derive(Clone)]
pub struct ResourceGroupName(String);

/// The name of an Azure Compute Gallery.
#[derive(Clone)]
pub struct GalleryName(String);

/// The name of an in-VM access control profile.
#[derive(Clone)]
pub struct ProfileName(String);

/// The name of a virtual machine or scale set.
#[derive(Clone)]
pub struct MachineName(String);

/// Common to these names: text that was checked once and compares ignoring case.
macro_rules! checked_name {
    ($name:ident, $kind:literal, $check:path) => {
        impl $name {
            /// Takes any text, returns the name or the rule that the text breaks.
            pub fn new(value: impl Into<String>) -> Result<Self, NameError> {
                let value = value.into();
                match $check(&value) {
                    Ok(()) => Ok(Self(value)),
                    Err(reason) => Err(NameError { kind: $kind, value, reason }),
                }
            }

            /// The name as it was spelled.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;

            fn from_str(value: &str) -> Result<Self, NameError> {
                Self::new(value)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                folded(&self.0).eq(folded(&other.0))
            }
        }

        impl Eq for $name {}

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                folded(&self.0).for_each(|letter| letter.hash(state));
                state.write_u8(0xff);
            }
        }
    };
}

checked_name!(SubscriptionId, "a subscription id", check_subscription);
checked_name!(ResourceGroupName, "a resource group name", check_resource_group);
checked_name!(GalleryName, "a gallery name", check_gallery);
checked_name!(ProfileName, "a profile name", check_profile);
checked_name!(MachineName, "a machine name", check_machine);

/// Letters in one case; resource groups may have letters beyond ASCII.
fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(char::to_lowercase)
}

/// A GUID in its 36 characters. ARM accepts no other form in a path.
fn check_subscription(value: &str) -> Result<(), &'static str> {
    if value.len() == 36 && Uuid::try_parse(value).is_ok() {
        Ok(())
    } else {
        Err("it must be a GUID like 00000000-0000-0000-0000-000000000000")
    }
}

/// ARM's naming rules for resource groups: 1 to 90 letters, digits, `_`, `-`, `.`, `(` and `)`, no period last.
fn check_resource_group(value: &str) -> Result<(), &'static str> {
    if value.is_empty() || value.chars().count() > 90 {
        return Err("it must have 1 to 90 characters");
    }
    if !value.chars().all(|c| c.is_alphanumeric() || "_-.()".contains(c)) {
        return Err("it may only have letters, digits, underscores, hyphens, periods and parentheses");
    }
    if value.ends_with('.') { Err("it must not end with a period") } else { Ok(()) }
}

/// Deliberately lenient: the contract of these two types, `az sig create` and azurerm disagree on the
/// pattern, so whatever one of them could have created is accepted. The service decides.
fn check_gallery(value: &str) -> Result<(), &'static str> {
    if value.is_empty() || value.len() > 80 {
        return Err("it must have 1 to 80 characters");
    }
    if value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)) {
        Ok(())
    } else {
        Err("it may only have letters, digits, underscores, periods and hyphens")
    }
}

/// The pattern of the 2024-03-03 contract, `^[a-zA-Z0-9]+([-._]?[a-zA-Z0-9]+)*$`, at most 80 characters.
fn check_profile(value: &str) -> Result<(), &'static str> {
    if value.is_empty() || value.len() > 80 {
        return Err("it must have 1 to 80 characters");
    }
    if !value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b)) {
        return Err(
            "it may only have letters, digits, and single hyphens, periods or underscores between them",
        );
    }
    if value.split(['-', '.', '_']).any(str::is_empty) {
        return Err(
            "it must start and end with a letter or digit, with single hyphens, periods or underscores between",
        );
    }
    Ok(())
}

/// Deliberately lenient: machines are not created here, and members of flexible scale sets have names that
/// ARM's naming rules for machines do not allow. The service decides.
fn check_machine(value: &str) -> Result<(), &'static str> {
    if value.is_empty() || value.chars().count() > 80 {
        return Err("it must have 1 to 80 characters");
    }
    if !value.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c)) {
        return Err("it may only have letters, digits, underscores, periods and hyphens");
    }
    if value.chars().all(|c| c == '.') { Err("it must not consist of periods only") } else { Ok(()) }
}
