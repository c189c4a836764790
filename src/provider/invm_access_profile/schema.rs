//! What the user writes.

use super::force_destroy;
use crate::allowlist::{Endpoint, OsType};
use crate::plugin::Type;
use crate::plugin::schema::{Attribute, Block, Schema};
use crate::provider::timeouts;

/// The resource's type.
pub const TYPE: &str = "gallery_invm_access_profile";

/// The endpoints of profiles, as Azure writes them.
pub const ENDPOINTS: &[&str] = &[Endpoint::WireServer.as_str(), Endpoint::Imds.as_str()];

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let text = Type::String;
    let block = Block::new(
        "Manages an in-VM access control profile of an Azure Compute Gallery: the named container of the \
         allowlists (its versions) that say which process of a virtual machine may call which path of IMDS \
         or WireServer.",
    )
    .attributes([
        Attribute::new("id", text.clone(), "The Azure resource id of the profile.").computed(),
        Attribute::new("gallery_id", text.clone(), "The resource id of the Compute Gallery that holds the profile.")
            .required()
            .replaces(),
        Attribute::new(
            "name",
            text.clone(),
            "The name of the profile: letters and digits, with single `-`, `.` or `_` between them, at most 80 \
             characters.",
        )
        .required()
        .replaces(),
        Attribute::new(
            "location",
            text.clone(),
            "The Azure region of the profile, such as `westeurope`. `West Europe` and `westeurope` are the same.",
        )
        .required()
        .replaces(),
        Attribute::new(
            "applicable_host_endpoint",
            text.clone(),
            "The metadata endpoint whose requests the profile's versions decide. `IMDS` is the Instance \
             Metadata Service at 169.254.169.254, `WireServer` the platform's own at 168.63.129.16. A \
             profile for `WireServer` also decides requests to HostGAPlugin, which has no profile of its \
             own. Changed in place, as the az CLI offers it; Microsoft's documentation names `description` \
             alone as changeable.",
        )
        .required()
        .one_of(ENDPOINTS),
        Attribute::new(
            "os_type",
            text.clone(),
            "The operating system of the virtual machines that the profile is for.",
        )
        .required()
        .replaces()
        .one_of(OsType::WORDS),
        Attribute::new(
            "description",
            text,
            "The purpose of the profile, for people to read. Changed in place. If omitted, there is none.",
        )
        // Nothing is computed here, so that a generated configuration has no line `description = null`.
        .optional_computed(),
        Attribute::new(
            force_destroy::ARGUMENT,
            Type::Bool,
            "Whether a destroy, or a replacement, of the profile also deletes its remaining versions, \
             including those that `skip_destroy` kept and those that other tools made. The plan names the \
             versions that it finds, and the machines and scale sets of the gallery's subscription that \
             refer to them: while there are any, nothing is deleted. Machines of other subscriptions are \
             not seen. The value in the state counts, so apply a change before the destroy. This is not \
             sent to Azure: changing it makes no request. If omitted, a profile with versions is not \
             deleted.",
        )
        // Nothing is computed here, so that a generated configuration has no line `force_destroy = null`.
        .optional_computed(),
        Attribute::new(
            "tags",
            Type::map(Type::String),
            "Tags of the profile, at most 50. Names that differ only in case are the same. \
             Changed in place. If omitted, there are none, and tags that others have added are \
             removed.",
        )
        .optional_computed(),
    ])
    .nested(timeouts::block());
    Schema::new(0, block)
}
