//! The kind of a request: what Azure counts together.

use super::super::super::pace::Refill;
use azure_core::http::{Method, Request};
use url::Url;

/// The limit that a request counts against: a subscription's, by its id in lower case, or the tenant's
/// (`None`).
pub(super) type LimitScope = Option<String>;

/// The three kinds that Azure Resource Manager itself distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Verb {
    /// GET and HEAD.
    Read,
    /// PUT, PATCH and POST.
    Write,
    /// DELETE.
    Delete,
}

impl Verb {
    pub(super) fn of(method: Method) -> Self {
        match method {
            Method::Get | Method::Head => Self::Read,
            Method::Delete => Self::Delete,
            _ => Self::Write,
        }
    }

    /// How many requests per second Azure Resource Manager adds.
    pub(super) fn refill(self, refill: Refill) -> f64 {
        f64::from(match self {
            Self::Read => refill.reads,
            Self::Write => refill.writes,
            Self::Delete => refill.deletes,
        })
    }
}

/// A context value that marks a request as a poll of a running operation. The service chooses its address, so
/// the path does not show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::arm) enum Poll {
    /// The response is about the operation.
    Operation,
    /// The response is the one that the original request would have had, including errors (`Location`).
    Monitor,
}

/// The kind of a request: requests of one kind share a lane.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RequestKind {
    pub(super) scope: LimitScope,
    pub(super) verb: Verb,
    pub(super) object: RequestObject,
}

/// The subject of a request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum RequestObject {
    /// Single objects of a type.
    One(String),
    /// A list of them.
    List(String),
    /// Running operations.
    Operation,
}

impl RequestKind {
    pub(super) fn of(request: &Request, is_look: bool) -> Self {
        let (url, verb) = (request.url(), Verb::of(request.method()));
        let object = if is_look { RequestObject::Operation } else { RequestObject::at(url) };
        Self { scope: scope(url), verb, object }
    }
}

impl RequestObject {
    fn at(url: &Url) -> Self {
        let (resource_type, is_list) = resource_type(url.path());
        if is_list { Self::List(resource_type) } else { Self::One(resource_type) }
    }
}

/// The type of the resource at a path, in lower case, and whether the path is that of a list. After the
/// provider's namespace types and names alternate, and a list ends with a type.
pub(in crate::arm) fn resource_type(path: &str) -> (String, bool) {
    let path = path.to_ascii_lowercase();
    let resource = path.rsplit_once("/providers/").map(|(_, resource)| resource).unwrap_or_default();
    let segments: Vec<&str> = resource.split('/').filter(|segment| !segment.is_empty()).collect();
    let Some((namespace, rest)) = segments.split_first() else { return (String::new(), false) };
    let types = rest.iter().step_by(2).fold((*namespace).to_owned(), |all, one| all + "/" + one);
    (types, rest.len() % 2 == 1)
}

pub(super) fn scope(url: &Url) -> LimitScope {
    let mut segments = url.path_segments()?.filter(|segment| !segment.is_empty());
    let is_subscription = segments.next().is_some_and(|first| first.eq_ignore_ascii_case("subscriptions"));
    segments.next().filter(|_| is_subscription).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590";

    fn kind(method: Method, path: &str) -> RequestKind {
        let url = Url::parse(&format!("https://arm.example{path}?api-version=1")).unwrap();
        RequestKind::of(&Request::new(url, method), false)
    }

    #[test]
    fn a_limit_applies_to_the_subscription_in_the_address() {
        let of = |path: &str| kind(Method::Get, path).scope;
        assert_eq!(of(SUBSCRIPTION).as_deref(), Some("0b1f6471-1bf0-4dda-aec3-cb9272f09590"));
        assert_eq!(of(&format!("{}/x", SUBSCRIPTION.to_uppercase())), of(SUBSCRIPTION));
        for tenant in ["", "/subscriptions", "/subscriptions/", "/providers/Microsoft.Compute/operations"] {
            assert_eq!(of(tenant), None, "{tenant}");
        }
    }

    #[test]
    fn verb_type_and_list_determine_the_kind() {
        let gallery = format!("{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g");
        let profiles = format!("{gallery}/inVMAccessControlProfiles");
        let version = format!("{profiles}/p/versions/1.0.0");
        let paths =
            [&gallery, &profiles, &format!("{profiles}/p"), &format!("{profiles}/p/versions"), &version];
        let mut kinds: Vec<RequestKind> = paths.iter().map(|path| kind(Method::Get, path)).collect();
        kinds.extend([
            kind(Method::Put, &version),
            kind(Method::Delete, &version),
            kind(Method::Get, SUBSCRIPTION),
        ]);
        for (at, one) in kinds.iter().enumerate() {
            assert!(!kinds[..at].contains(one), "{one:?}");
        }
        let other = format!("{}/P/VERSIONS/2.0.0", profiles.to_uppercase());
        assert_eq!(kind(Method::Get, &version), kind(Method::Get, &other), "names and case make none");
        assert_eq!(kind(Method::Put, &version), kind(Method::Patch, &version));
        let types = "microsoft.compute/galleries/invmaccesscontrolprofiles/versions";
        assert_eq!(kind(Method::Get, &version).object, RequestObject::One(types.to_owned()));
    }
}
