//! The parent of a scope.

/// The scope above another: for a nested resource the resource around it, for a resource its group, for a
/// group its subscription. `None` for a subscription, a management group and the root, above which no check
/// is needed.
#[must_use]
pub fn of(scope: &str) -> Option<String> {
    let segments: Vec<&str> = scope.split('/').filter(|segment| !segment.is_empty()).collect();
    let first = segments.first()?;
    if !first.eq_ignore_ascii_case("subscriptions") || segments.len() <= 2 {
        return None;
    }
    let provider = segments.iter().rposition(|segment| segment.eq_ignore_ascii_case("providers"));
    let keep = match provider {
        // The namespace, then pairs of type and name.
        Some(at) if segments.len() > at + 4 => segments.len() - 2,
        Some(at) => at,
        None => segments.len() - 2,
    };
    let kept = segments.get(..keep.max(2))?;
    Some(kept.iter().map(|segment| format!("/{segment}")).collect())
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn each_scope_has_its_parent() {
        let mut scope = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/x/\
                         inVMAccessControlProfiles/p/versions/1.0.0"
            .to_owned();
        let mut ends = Vec::new();
        while let Some(parent) = of(&scope) {
            ends.push(parent.rsplit('/').next().unwrap_or_default().to_owned());
            scope = parent;
        }
        assert_eq!(ends, ["p", "x", "g", "s"]);
        assert_eq!(scope, "/subscriptions/s");
    }

    #[test]
    fn other_scopes_have_no_parent() {
        for scope in ["", "/subscriptions/s", "/providers/Microsoft.Management/managementGroups/m"] {
            assert_eq!(of(scope), None, "{scope}");
        }
        let lock = "/subscriptions/s/providers/Microsoft.Authorization/locks/l";
        assert_eq!(of(lock).as_deref(), Some("/subscriptions/s"));
    }
}
