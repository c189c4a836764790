//! What a caller can ask about an error. Codes first; texts only where services are known to send no code.

use super::{ArmError, Error, TransportKind};

/// What does not exist, according to a 404.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// The requested object. Its parent probably exists.
    Leaf,
    /// The gallery or profile that would contain it.
    Parent,
    /// The resource group.
    ResourceGroup,
    /// The subscription, or it is not visible to this login.
    Subscription,
    /// A 404 that is not about an object: the type or api-version is unknown there, or a proxy responded.
    Other,
}

const CANNOT_DELETE: &str = "CannotDeleteResource";

fn nested(error: &ArmError) -> bool {
    let says = |text: &str| mentions(error, text);
    error.has_code(CANNOT_DELETE)
        || says("nested resource") && (says("delete") || says("exist"))
        || says("before deleting") && says("resource")
}

impl Error {
    /// What is missing, if the service says that something is.
    pub fn missing(&self) -> Option<Missing> {
        self.refusal().and_then(missing)
    }

    /// Whether ARM says that the object, or one of its parents, does not exist. A 404 in which ARM does not
    /// name an object (a proxy's page, an unknown api-version) does not count; see [`Error::missing`].
    pub fn is_not_found(&self) -> bool {
        self.missing().is_some_and(|missing| missing != Missing::Other)
    }

    /// The same without a missing subscription: one that cannot be seen proves nothing about its content.
    pub fn is_absent(&self) -> bool {
        matches!(self.missing(), Some(Missing::Leaf | Missing::Parent | Missing::ResourceGroup))
    }

    /// Whether the service returned 409.
    pub fn is_conflict(&self) -> bool {
        self.refusal().is_some_and(|error| error.status == 409)
    }

    /// Whether an object cannot be deleted yet since it (still) has children.
    pub fn is_nested_resources(&self) -> bool {
        match self {
            Error::Service(error) | Error::Operation(error) => nested(error),
            _ => false,
        }
    }

    /// Whether the operation timed out while the service still found children of the object.
    pub fn is_timeout_on_nested_resources(&self) -> bool {
        matches!(self, Error::Timeout(timeout) if timeout.last.error.as_deref().is_some_and(nested))
    }

    /// Whether the object is busy with another operation, so that the same request can succeed later.
    pub fn is_another_operation(&self) -> bool {
        self.refusal().is_some_and(is_another_operation)
    }

    /// Whether the request would change what cannot be changed.
    pub fn is_fixed_property(&self) -> bool {
        self.refusal().is_some_and(|error| error.has_code("PropertyChangeNotAllowed"))
    }

    /// Whether the request names two members that exclude each other.
    pub fn is_conflicting_members(&self) -> bool {
        self.refusal().is_some_and(|error| error.has_code("InvalidParameterConflictingProperties"))
    }

    /// Whether the service requested fewer requests.
    pub fn is_throttled(&self) -> bool {
        self.refusal().is_some_and(|error| error.status == 429)
    }

    /// Whether the login is not allowed to do this, or a policy or lock forbids it.
    pub fn is_forbidden(&self) -> bool {
        self.refusal().is_some_and(|error| error.status == 403 || error.has_code("ScopeLocked"))
    }

    /// The subscription that lacks the resource provider, if that is the error.
    pub fn unregistered_subscription(&self) -> Option<&str> {
        let error = self.refusal().filter(|error| error.has_code("MissingSubscriptionRegistration"))?;
        let mut segments = error.request.path.split('/');
        segments.find(|segment| segment.eq_ignore_ascii_case("subscriptions"))?;
        segments.next()
    }

    /// Whether the caller cancelled the operation. An operation that Azure cancelled is [`Error::Operation`].
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Error::Cancelled { .. })
    }

    /// Whether the operation timed out.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Error::Timeout(_))
    }

    /// Whether the other side's certificate is not trusted.
    pub fn is_untrusted_certificate(&self) -> bool {
        self.transport().is_some_and(|error| error.kind == TransportKind::Certificate)
    }
}

/// Reads a 404: by its code if that is clear, otherwise by the object that the message names.
pub(super) fn missing(error: &ArmError) -> Option<Missing> {
    if error.status != 404 && error.status != 410 {
        return None;
    }
    let code = error.code.as_deref().unwrap_or_default().to_ascii_lowercase();
    Some(match code.as_str() {
        "subscriptionnotfound" => Missing::Subscription,
        "resourcegroupnotfound" => Missing::ResourceGroup,
        "parentresourcenotfound" => Missing::Parent,
        "resourcenotfound" | "notfound" => named(error).unwrap_or(Missing::Leaf),
        "gallerynotfound" | "galleryinvmaccesscontrolprofilenotfound" => {
            named(error).unwrap_or(Missing::Parent)
        }
        _ => Missing::Other,
    })
}

/// Which object a message is about:
/// `The Resource 'Microsoft.Compute/galleries/g' under resource group 'rg' was not found` is about the
/// gallery even if a profile in it was requested.
fn named(error: &ArmError) -> Option<Missing> {
    let requested = below_namespace(&error.request.path)?;
    let message = error.message.as_deref()?;
    let lower = message.to_ascii_lowercase();
    if lower.contains("parent resource") {
        return Some(Missing::Parent);
    }
    let quoted = || message.split(['\'', '"', ' ']);
    if let Some(found) = quoted().find_map(below_namespace) {
        return match found == requested {
            true => Some(Missing::Leaf),
            false => requested.starts_with(&format!("{found}/")).then_some(Missing::Parent),
        };
    }
    // No path, perhaps a bare name: "Gallery 'g' was not found".
    let mut names = requested.split('/').skip(1).step_by(2).collect::<Vec<_>>();
    let leaf = names.pop()?;
    let named =
        |name: &str| quoted().any(|word| word.trim_end_matches(['.', ',']).eq_ignore_ascii_case(name));
    if named(leaf) {
        return Some(Missing::Leaf);
    }
    names.into_iter().any(named).then_some(Missing::Parent)
}

/// The text after `Microsoft.Compute/`, in lower case.
fn below_namespace(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (_, below) = lower.split_once("microsoft.compute/")?;
    Some(below.trim_end_matches(['/', '.', ',']).to_owned())
}

fn is_another_operation(error: &ArmError) -> bool {
    // 412 and 429 have their own meaning; a quota error is a 409 with OperationNotAllowed that does not go
    // away with time.
    if error.status != 409 || mentions(error, "quota") {
        return false;
    }
    const CODES: [&str; 5] = [
        "AnotherOperationInProgress",
        "OperationInProgress",
        "ConflictingConcurrentWriteNotAllowed",
        "ConcurrentOperationInProgress",
        "RetryableError",
    ];
    const TEXTS: [&str; 7] = [
        "another operation",
        "in progress",
        "in-progress",
        "try again later",
        "retry later",
        "please retry",
        "concurrent",
    ];
    CODES.iter().any(|code| error.has_code(code)) || TEXTS.iter().any(|text| mentions(error, text))
}

fn mentions(error: &ArmError, text: &str) -> bool {
    error.texts().iter().any(|found| found.to_ascii_lowercase().contains(text))
}
