//! The errors of Azure Resource Manager and the gallery service, each with status, code and text.

use hyper::StatusCode;
use serde_json::{Value, json};

use crate::arm::id::{Kind, ResourceId};
use crate::arm::limits::Exceeded;
use crate::arm::regions;
use crate::clock::{Millis, azure_time};
use crate::exchange::Reply;

/// An error response: `{"error":{"code","message","target"}}`.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The code that clients compare.
    pub code: String,
    /// The text that people read.
    pub message: String,
    /// The member or parameter at fault.
    pub target: Option<String>,
    /// `details`, a list.
    pub details: Option<Box<Value>>,
    /// Whether Azure Resource Manager returns it itself, without the Compute provider.
    pub by_gateway: bool,
    /// Headers in addition to the usual ones.
    pub headers: Vec<(&'static str, String)>,
}

impl ArmError {
    /// An error with a code and a message.
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
            target: None,
            details: None,
            by_gateway: true,
            headers: Vec::new(),
        }
    }

    pub(crate) fn bad(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    fn missing(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    fn conflict(code: &str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, message)
    }

    /// The same with the member at fault.
    #[must_use]
    pub fn at(mut self, target: &str) -> Self {
        self.target = Some(target.to_owned());
        self
    }

    /// The body.
    pub fn body(&self) -> Value {
        let mut error = json!({"code": self.code, "message": self.message});
        if let (Some(target), Value::Object(members)) = (&self.target, &mut error) {
            members.insert("target".to_owned(), json!(target));
        }
        if let (Some(details), Value::Object(members)) = (&self.details, &mut error) {
            members.insert("details".to_owned(), (**details).clone());
        }
        json!({ "error": error })
    }

    /// The response.
    pub fn reply(&self) -> Reply {
        let mut reply = Reply::json(self.status, &self.body());
        reply.set("x-ms-failure-cause", if self.by_gateway { "gateway" } else { "service" });
        for (name, value) in &self.headers {
            reply.set(name, value);
        }
        reply
    }

    /// 401, with the challenge that clients read.
    pub fn unauthorized(code: &str, message: &str, authority: &str, tenant: &str) -> Self {
        let mut error = Self::new(StatusCode::UNAUTHORIZED, code, message);
        error.headers.push((
            "www-authenticate",
            format!(
                "Bearer authorization_uri=\"{authority}/{tenant}\", error=\"invalid_token\", \
                 error_description=\"{message}\""
            ),
        ));
        error
    }

    /// 403 for a write that refers to another tenant without a token of it.
    pub fn tenant_not_linked(path: &str, object: &str, tenant: &str, linked: &str) -> Self {
        let message = format!(
            "The client has permission to perform action 'Microsoft.Compute/galleries/read' on scope '{path}', however \
             the current tenant '{tenant}' is not authorized to access linked subscription of tenant '{linked}' \
             (object id '{object}')."
        );
        Self::new(StatusCode::FORBIDDEN, "LinkedAuthorizationFailed", message)
    }

    /// No `api-version` in the query.
    pub fn api_version_missing() -> Self {
        Self::bad(
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    }

    /// An `api-version` that is not a date.
    pub fn api_version_malformed(version: &str, supported: &str) -> Self {
        Self::bad(
            "InvalidApiVersionParameter",
            format!("The api-version '{version}' is invalid. The supported versions are '{supported}'."),
        )
    }

    /// A date at which the type did not exist.
    pub fn api_version_unsupported(kind: &str, version: &str, supported: &str, location: &str) -> Self {
        Self::bad(
            "NoRegisteredProviderFound",
            format!(
                "No registered resource provider found for location '{location}' and API version \
                 '{version}' for type '{kind}'. The supported api-versions are '{supported}'. The \
                 supported locations are '{}'.",
                regions::names().join(", ")
            ),
        )
    }

    /// A type that Microsoft.Compute, or the part of it here, does not have.
    pub fn type_unknown(kind: &str, namespace: &str, version: &str) -> Self {
        Self::missing(
            "InvalidResourceType",
            format!(
                "The resource type '{kind}' could not be found in the namespace '{namespace}' for api \
                 version '{version}'."
            ),
        )
    }

    /// A namespace that nobody registered.
    pub fn namespace_unknown(namespace: &str) -> Self {
        Self::missing("InvalidResourceNamespace", format!("The resource namespace '{namespace}' is invalid."))
    }

    /// A path that is not a resource.
    pub fn path_unknown(path: &str) -> Self {
        Self::missing("NotFound", format!("The resource at '{path}' was not found."))
    }

    /// A verb that a path does not support.
    pub fn verb_unsupported(verb: &str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "HttpMethodNotSupported",
            format!("The HTTP method '{verb}' is not supported at this scope."),
        )
    }

    /// A subscription other than the emulator's.
    pub fn subscription_unknown(subscription: &str) -> Self {
        Self::missing(
            "SubscriptionNotFound",
            format!("The subscription '{subscription}' could not be found."),
        )
    }

    /// A resource group that does not exist.
    pub fn group_missing(group: &str) -> Self {
        Self::missing("ResourceGroupNotFound", format!("Resource group '{group}' could not be found."))
    }

    /// A resource that does not exist, although everything above it does.
    pub fn resource_missing(id: &ResourceId) -> Self {
        Self::missing(
            "ResourceNotFound",
            format!(
                "The Resource '{}' under resource group '{}' was not found. For more details please go to \
                 https://aka.ms/ARMResourceNotFoundFix",
                id.path_in_group(),
                id.group
            ),
        )
    }

    /// A nested resource whose gallery or profile does not exist.
    pub fn parent_missing(id: &ResourceId, verb: &str) -> Self {
        let parent = id.parent();
        Self::missing(
            "ParentResourceNotFound",
            format!(
                "Failed to perform '{verb}' on resource(s) of type '{}', because the parent resource '{}' \
                 could not be found.",
                id.kind().nested_name(),
                parent.as_ref().map(ResourceId::path).unwrap_or_default()
            ),
        )
    }

    /// A body that is not the JSON of the contract.
    pub fn content_invalid(reason: &str) -> Self {
        Self::bad(
            "InvalidRequestContent",
            format!("The request content was invalid and could not be deserialized: '{reason}'."),
        )
    }

    /// A body in another media type.
    pub fn media_type(found: &str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UnsupportedMediaType",
            format!(
                "The content media type '{found}' is not supported. Only 'application/json' is supported."
            ),
        )
    }

    /// A body without `location`.
    pub fn location_missing() -> Self {
        Self::bad("LocationRequired", "The location property is required for this definition.")
    }

    /// A region that does not exist.
    pub fn location_unavailable(location: &str, kind: &str) -> Self {
        Self::bad(
            "LocationNotAvailableForResourceType",
            format!(
                "The provided location '{location}' is not available for resource type '{kind}'. List of \
                 available regions for the resource type is '{}'.",
                regions::names().join(",")
            ),
        )
    }

    /// A required member is missing.
    pub fn member_missing(name: &str) -> Self {
        Self::bad("InvalidParameter", format!("Required parameter '{name}' is missing (null).")).at(name)
    }

    /// A member with an invalid value.
    pub fn member_invalid(name: &str, reason: &str) -> Self {
        Self::bad("InvalidParameter", format!("The value of parameter {name} is invalid. {reason}")).at(name)
    }

    /// A name that ARM's contract does not allow.
    pub fn name_invalid(target: &str, name: &str, pattern: &str) -> Self {
        Self::bad(
            "InvalidParameter",
            format!(
                "The entity name '{target}' is invalid: '{name}' does not match the pattern '{pattern}'."
            ),
        )
        .at(target)
    }

    /// A changed member that cannot change.
    pub fn change_refused(kind: Kind, name: &str) -> Self {
        let object = match kind {
            Kind::Version => "galleryInVMAccessControlProfileVersion",
            _ => "galleryInVMAccessControlProfile",
        };
        let path = format!("{object}.properties.{name}");
        let text = format!("Changing property '{path}' is not allowed.");
        let mut error = Self::conflict("PropertyChangeNotAllowed", text).at(&path);
        error.by_gateway = false;
        error
    }

    /// A resource that exists in another region.
    pub fn location_differs(id: &ResourceId, has: &str, requested: &str) -> Self {
        if id.names.is_empty() {
            return Self::conflict(
                "InvalidResourceGroupLocation",
                format!(
                    "Invalid resource group location '{requested}'. The Resource group already exists in \
                     location '{has}'."
                ),
            );
        }
        Self::conflict(
            "InvalidResourceLocation",
            format!(
                "The resource '{}' already exists in location '{has}' in resource group '{}'. A resource \
                 with the same name cannot be created in location '{requested}'. Please select a new resource \
                 name.",
                id.name(),
                id.group
            ),
        )
    }

    /// A write in a group that is being deleted.
    pub fn group_leaving(group: &str) -> Self {
        Self::conflict(
            "ResourceGroupBeingDeleted",
            format!(
                "The resource group '{group}' is in deprovisioning state and cannot perform this operation."
            ),
        )
    }

    /// A write while another one runs.
    pub fn busy() -> Self {
        Self::conflict(
            "Conflict",
            "The request failed due to conflict with a concurrent request. To resolve it, please refer to \
             https://aka.ms/activitylog to get more details on the conflicting requests.",
        )
    }

    /// A delete of something that still has children, named.
    pub fn nested(children: &[ResourceId]) -> Self {
        let names: Vec<String> = children
            .iter()
            .take(5)
            .map(|child| child.path_in_group().trim_start_matches('/').to_owned())
            .collect();
        Self::conflict(
            "CannotDeleteResource",
            format!(
                "Cannot delete resource while nested resources exist. Some existing nested resource IDs \
                 include: '{}'. Please delete all nested resources before deleting this resource.",
                names.join(", ")
            ),
        )
    }

    /// A delete of a version that machines refer to.
    pub fn in_use(id: &ResourceId, machines: &[String]) -> Self {
        let mut error = Self::conflict(
            "OperationNotAllowed",
            format!(
                "The version '{}' cannot be deleted because it is in use by: '{}'.",
                id.path(),
                machines.join(", ")
            ),
        );
        error.by_gateway = false;
        error
    }

    /// A delete of something whose children are gone for readers but not yet for the service.
    pub fn nested_lag() -> Self {
        Self::conflict("CannotDeleteResource", "Can not delete resource before nested resources are deleted.")
    }

    /// Too many requests of a kind for the Compute provider.
    pub fn limit_exceeded(exceeded: &Exceeded, now: Millis) -> Self {
        let group = format!("{}{}", exceeded.operation.name, exceeded.window);
        let measured = json!({
            "operationGroup": group, "startTime": azure_time(exceeded.since, 0), "endTime": azure_time(now, 0),
            "allowedRequestCount": exceeded.allowed, "measuredRequestCount": exceeded.allowed,
        });
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "OperationNotAllowed",
            "The server rejected the request because too many requests have been received for this subscription.",
        );
        error.details = Some(Box::new(json!([{
            "code": "TooManyRequests", "target": group, "message": measured.to_string(),
        }])));
        error.by_gateway = false;
        error.headers.push(("retry-after", exceeded.seconds.to_string()));
        error
    }

    /// An empty bucket.
    pub fn throttled(subscription: &str, actor: &str, what: &str, seconds: u64) -> Self {
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "SubscriptionRequestsThrottled",
            format!(
                "Number of '{what}' requests for subscription '{subscription}' actor '{actor}' exceeded. \
                 Please try again after '{seconds}' seconds after additional tokens are available. Refer to \
                 https://aka.ms/arm-throttling for additional information."
            ),
        );
        error.headers.push(("retry-after", seconds.to_string()));
        error
    }
}
