//! Values that ARM treats as equal though they are spelled differently: the user's spelling is kept.

use std::str::FromStr;

use crate::arm::Location;
use crate::plugin::Value;

/// What to plan for an attribute that ARM compares as a `T`: the state's spelling when it means the same as the
/// configuration's, else the configuration's.
#[must_use]
pub fn plan<T: FromStr + PartialEq>(config: &Value, prior: &Value) -> Value {
    let parsed = |value: &Value| value.as_str().and_then(|text| text.parse::<T>().ok());
    match (parsed(config), parsed(prior)) {
        (Some(wanted), Some(held)) if wanted == held => prior.clone(),
        _ => config.clone(),
    }
}

/// The same for a name, which ARM compares ignoring case.
#[must_use]
pub fn plan_name(config: &Value, prior: &Value) -> Value {
    match (config.as_str(), prior.as_str()) {
        (Some(wanted), Some(held)) if wanted.eq_ignore_ascii_case(held) => prior.clone(),
        _ => config.clone(),
    }
}

/// The same for a region.
#[must_use]
pub fn plan_location(config: &Value, prior: &Value) -> Value {
    match (config.as_str(), prior.as_str()) {
        (Some(wanted), Some(held)) if Location::from(wanted) == Location::from(held) => prior.clone(),
        _ => config.clone(),
    }
}

/// The region that Azure returned, in the spelling of the state if that is the same region.
#[must_use]
pub fn location(returned: &Location, prior: &Value) -> Value {
    match prior.as_str() {
        Some(held) if Location::from(held) == *returned => prior.clone(),
        _ => Value::from(returned.as_str()),
    }
}

/// The regions that Azure returned, in the spelling and order of the state if they are the same ones.
///
/// `home` is the object's own region: it makes no difference if a service adds it to the list.
#[must_use]
pub fn regions(returned: &[Location], prior: &Value, home: &Location) -> Value {
    if let Value::Set(held) = prior {
        let held: Vec<_> = held.iter().filter_map(Value::as_str).map(Location::from).collect();
        let same = held.iter().all(|region| returned.contains(region))
            && returned.iter().all(|region| held.contains(region) || (!held.is_empty() && region == home));
        if same {
            return prior.clone();
        }
        let spelled = |region: &Location| {
            let held = held.iter().find(|held| *held == region).unwrap_or(region);
            Value::from(held.as_str())
        };
        return Value::Set(once(returned).map(spelled).collect());
    }
    Value::Set(once(returned).map(|region| Value::from(region.as_str())).collect())
}

fn once(regions: &[Location]) -> impl Iterator<Item = &Location> {
    regions
        .iter()
        .enumerate()
        .filter(|(at, region)| !regions.iter().take(*at).any(|r| r == *region))
        .map(|(_, r)| r)
}

/// What to plan for a set of regions.
#[must_use]
pub fn plan_regions(config: &Value, prior: &Value) -> Value {
    let parsed = |value: &Value| match value {
        Value::Set(elements) => {
            elements.iter().map(|one| one.as_str().map(Location::from)).collect::<Option<Vec<_>>>()
        }
        _ => None,
    };
    match (parsed(config), parsed(prior)) {
        (Some(wanted), Some(held))
            if wanted.iter().all(|one| held.contains(one)) && held.iter().all(|one| wanted.contains(one)) =>
        {
            prior.clone()
        }
        _ => config.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::ids::GalleryId;

    fn set(regions: &[&str]) -> Value {
        Value::Set(regions.iter().map(|region| (*region).into()).collect())
    }

    fn locations(regions: &[&str]) -> Vec<Location> {
        regions.iter().map(|region| Location::from(*region)).collect()
    }

    #[test]
    fn an_id_in_another_case_is_not_a_change() {
        let id = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/galleries/g";
        let held = Value::from(id);
        assert_eq!(plan::<GalleryId>(&id.to_lowercase().into(), &held), held);
        let other = Value::from(id.replace("/g", "/h"));
        assert_eq!(plan::<GalleryId>(&other, &held), other);
        assert!(plan::<GalleryId>(&Value::unknown(), &held).is_unknown());
    }

    #[test]
    fn a_region_is_the_same_in_any_spelling() {
        assert_eq!(plan_location(&"West US".into(), &"westus".into()), "westus".into());
        assert_eq!(location(&"westus".into(), &"West US".into()), "West US".into());
        assert_eq!(location(&"westus".into(), &Value::Null), "westus".into());
    }

    #[test]
    fn regions_are_a_set_in_any_order_and_spelling() {
        let held = set(&["West US", "eastus"]);
        assert_eq!(regions(&locations(&["EastUS", "westus"]), &held, &"westus".into()), held);
        assert_eq!(regions(&locations(&["eastus"]), &held, &"westus".into()), set(&["eastus"]));
        assert_eq!(plan_regions(&set(&["East US", "westus"]), &held), held);
        assert_eq!(plan_regions(&set(&["westus"]), &held), set(&["westus"]));
    }

    #[test]
    fn a_home_region_that_the_service_adds_is_not_drift() {
        let held = set(&["eastus"]);
        assert_eq!(regions(&locations(&["eastus", "westus"]), &held, &"West US".into()), held);
        let unset = regions(&locations(&["westus", "West US"]), &Value::Null, &"westus".into());
        assert_eq!(unset, set(&["westus"]));
    }
}
