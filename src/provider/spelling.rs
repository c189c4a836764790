//! Values that ARM treats as equal though they are spelled differently: the user's spelling is kept.

use std::str::FromStr;

use crate::arm::Location;
use crate::plugin::Value;

/// What to plan for an attribute that ARM compares as a `T`: the state's spelling when it means the same as
/// the configuration's, else the configuration's.
#[must_use]
pub fn plan<T: FromStr + PartialEq>(config: &Value, prior: &Value) -> Value {
    let parsed = |value: &Value| value.as_str().and_then(|text| text.parse::<T>().ok());
    match (parsed(config), parsed(prior)) {
        (Some(planned), Some(stored)) if planned == stored => prior.clone(),
        _ => config.clone(),
    }
}

/// The same for a name, which ARM compares ignoring case.
#[must_use]
pub fn plan_name(config: &Value, prior: &Value) -> Value {
    match (config.as_str(), prior.as_str()) {
        (Some(planned), Some(stored)) if planned.eq_ignore_ascii_case(stored) => prior.clone(),
        _ => config.clone(),
    }
}

/// The same for a region.
#[must_use]
pub fn plan_location(config: &Value, prior: &Value) -> Value {
    match (config.as_str(), prior.as_str()) {
        (Some(planned), Some(stored)) if Location::from(planned) == Location::from(stored) => prior.clone(),
        _ => config.clone(),
    }
}

/// The region that Azure returned, in the spelling of the state if that is the same region.
#[must_use]
pub fn location(returned: &Location, prior: &Value) -> Value {
    match prior.as_str() {
        Some(stored) if Location::from(stored) == *returned => prior.clone(),
        _ => Value::from(returned.as_str()),
    }
}

/// The regions that Azure returned, in the spelling and order of the state if they are the same ones.
///
/// `home` is the object's own region: it makes no difference if a service adds it to the list.
#[must_use]
pub fn regions(returned: &[Location], prior: &Value, home: &Location) -> Value {
    if let Value::Set(elements) = prior {
        let stored: Vec<_> = elements.iter().filter_map(Value::as_str).map(Location::from).collect();
        let same = stored.iter().all(|region| returned.contains(region))
            && returned
                .iter()
                .all(|region| stored.contains(region) || (!stored.is_empty() && region == home));
        if same {
            return prior.clone();
        }
        let spelled = |region: &Location| {
            let spelling = stored.iter().find(|stored| *stored == region).unwrap_or(region);
            Value::from(spelling.as_str())
        };
        return Value::Set(distinct(returned).map(spelled).collect());
    }
    Value::Set(distinct(returned).map(|region| Value::from(region.as_str())).collect())
}

fn distinct(regions: &[Location]) -> impl Iterator<Item = &Location> {
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
        (Some(planned), Some(stored))
            if planned.iter().all(|one| stored.contains(one))
                && stored.iter().all(|one| planned.contains(one)) =>
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
        let prior = Value::from(id);
        assert_eq!(plan::<GalleryId>(&id.to_lowercase().into(), &prior), prior);
        let other = Value::from(id.replace("/g", "/h"));
        assert_eq!(plan::<GalleryId>(&other, &prior), other);
        assert!(plan::<GalleryId>(&Value::unknown(), &prior).is_unknown());
    }

    #[test]
    fn a_region_is_the_same_in_any_spelling() {
        assert_eq!(plan_location(&"West US".into(), &"westus".into()), "westus".into());
        assert_eq!(location(&"westus".into(), &"West US".into()), "West US".into());
        assert_eq!(location(&"westus".into(), &Value::Null), "westus".into());
    }

    #[test]
    fn regions_are_a_set_in_any_order_and_spelling() {
        let prior = set(&["West US", "eastus"]);
        assert_eq!(regions(&locations(&["EastUS", "westus"]), &prior, &"westus".into()), prior);
        assert_eq!(regions(&locations(&["eastus"]), &prior, &"westus".into()), set(&["eastus"]));
        assert_eq!(plan_regions(&set(&["East US", "westus"]), &prior), prior);
        assert_eq!(plan_regions(&set(&["westus"]), &prior), set(&["westus"]));
    }

    #[test]
    fn a_home_region_that_the_service_adds_is_not_drift() {
        let prior = set(&["eastus"]);
        assert_eq!(regions(&locations(&["eastus", "westus"]), &prior, &"West US".into()), prior);
        let unset = regions(&locations(&["westus", "West US"]), &Value::Null, &"westus".into());
        assert_eq!(unset, set(&["westus"]));
    }
}
