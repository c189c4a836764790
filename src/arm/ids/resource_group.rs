//! The id of a resource group.

use super::path::beginning;
use super::{IdError, IdKind, ResourceGroupName, SubscriptionId, portal};
use std::fmt;
use std::str::FromStr;

const SHAPE: &str = "/subscriptions/{subscription}/resourceGroups/{group}";

/// The id of a resource group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceGroupId {
    subscription: SubscriptionId,
    name: ResourceGroupName,
}

impl ResourceGroupId {
    /// Builds an id from its names.
    pub fn new(subscription: SubscriptionId, name: ResourceGroupName) -> Self {
        Self { subscription, name }
    }

    /// The subscription it belongs to.
    pub fn subscription(&self) -> &SubscriptionId {
        &self.subscription
    }

    /// Its own name.
    pub fn name(&self) -> &ResourceGroupName {
        &self.name
    }
}

impl FromStr for ResourceGroupId {
    type Err = IdError;

    /// Reads an id or a portal link; surrounding blanks (from copying) are ignored.
    fn from_str(text: &str) -> Result<Self, IdError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(IdError::Empty { shape: SHAPE });
        }
        if portal::is_link(text) {
            return read(&portal::path_of(text, SHAPE)?, true);
        }
        read(text, false)
    }
}

fn read(text: &str, is_link: bool) -> Result<ResourceGroupId, IdError> {
    let inner = text.strip_prefix('/').map(|inner| inner.strip_suffix('/').unwrap_or(inner));
    let segments: Vec<&str> = inner.unwrap_or_default().split('/').collect();
    let is = |at: usize, word: &str| segments.get(at).is_some_and(|one| one.eq_ignore_ascii_case(word));
    if !is(0, "subscriptions") {
        return Err(IdError::Start { found: beginning(text), shape: SHAPE });
    }
    let ends = |position, expected| IdError::Ends { position, expected, shape: SHAPE };
    let named = |position| move |error| IdError::Name { position, error };
    let subscription = segments.get(1).ok_or_else(|| ends(1, "a subscription id"))?;
    let subscription = subscription.parse().map_err(named(2))?;
    let kind = |found| IdError::Kind { expected: IdKind::ResourceGroup, found, shape: SHAPE };
    match segments.get(2) {
        None => return Err(kind(IdKind::Subscription)),
        Some(_) if is(2, "resourceGroups") => {}
        Some(other) => {
            let (expected, found) = ("resourceGroups", (*other).to_owned());
            return Err(IdError::Segment { position: 3, found, expected, shape: SHAPE });
        }
    }
    let name = segments.get(3).ok_or_else(|| ends(3, "the name of a resource group"))?;
    let id = ResourceGroupId { subscription, name: name.parse().map_err(named(4))? };
    match segments.get(4..).unwrap_or_default() {
        [] => Ok(id),
        [providers, namespace, rest @ ..]
            if providers.eq_ignore_ascii_case("providers") && rest.len() > 1 =>
        {
            let types = rest.iter().step_by(2).fold((*namespace).to_owned(), |all, one| all + "/" + one);
            Err(kind(IdKind::Other(types)))
        }
        _ if is_link => Ok(id),
        [first, ..] => Err(IdError::Trailing { position: 5, found: (*first).to_owned(), shape: SHAPE }),
    }
}

impl fmt::Display for ResourceGroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/subscriptions/{}/resourceGroups/{}", self.subscription, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/Fleet";

    #[test]
    fn a_group_is_read_in_any_case_and_from_a_link() {
        let id: ResourceGroupId = GROUP.parse().unwrap();
        assert_eq!(id.to_string(), GROUP);
        for text in [
            GROUP.to_uppercase(),
            format!(" {GROUP}/ "),
            GROUP.replace("resourceGroups", "resourcegroups"),
            format!("https://portal.azure.com/#@contoso/resource{GROUP}/overview"),
        ] {
            assert_eq!(text.parse::<ResourceGroupId>().unwrap(), id, "{text}");
        }
    }

    #[test]
    fn a_wrong_id_says_what_is_wrong() {
        for (text, says) in [
            (String::new(), "the id is empty"),
            ("fleet".to_owned(), "an id starts with"),
            ("/subscriptions".to_owned(), "where a subscription id should follow"),
            ("/subscriptions/x/resourceGroups/rg".to_owned(), "is not a subscription id"),
            (GROUP.replace("/resourceGroups/Fleet", ""), "the id of a subscription, expected"),
            (GROUP.replace("/Fleet", ""), "where the name of a resource group should follow"),
            (GROUP.replace("resourceGroups", "groups"), "must be \"resourceGroups\", found \"groups\""),
            (format!("{GROUP}/x"), "should end before segment 5, \"x\""),
            (
                format!("{GROUP}/providers/Microsoft.Compute/virtualMachines/vm"),
                "a resource of type Microsoft.Compute/virtualMachines",
            ),
        ] {
            let error = text.parse::<ResourceGroupId>().unwrap_err().to_string();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
