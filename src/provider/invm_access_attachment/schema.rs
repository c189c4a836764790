//! What the user writes.

use crate::allowlist::Mode;
use crate::plugin::Type;
use crate::plugin::schema::{Attribute, Block, Schema};
use crate::provider::timeouts;

/// The resource's type.
pub const TYPE: &str = "gallery_invm_access_attachment";

/// What this resource has attached, by endpoint.
pub const ATTACHED: &str = "attached";
/// Whether the proxy agent is switched on.
pub const ENABLE: &str = "enable";
/// How many instances lag behind.
pub const LAGGING: &str = "lagging_instances";
/// The mode to set once nothing is attached any more.
pub const MODE_AFTER: &str = "mode_after_destroy";
/// Whether an inline mode is replaced.
pub const REPLACE_MODE: &str = "replace_mode";
/// Whether instances are upgraded.
pub const UPGRADE: &str = "upgrade_instances";

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let text = Type::String;
    let block = Block::new(
        "Attaches versions of in-VM access control profiles to a virtual machine or scale set: the guest \
         proxy agent in it then decides requests to IMDS and WireServer by the rules of these versions. \
         One resource for each machine. The provider sends Azure a PATCH with the references and nothing \
         else. Everything else of the machine stays with whoever manages it.",
    )
    .attributes([
        Attribute::new("id", text.clone(), "The Azure resource id of the virtual machine or scale set.").computed(),
        Attribute::new(
            "machine_id",
            text.clone(),
            "The resource id of the virtual machine, or of the scale set with uniform or flexible \
             orchestration. An instance of a uniform scale set cannot be used: it follows its set.",
        )
        .required()
        .replaces(),
        // Nothing is computed here, so that a generated configuration has no line with null.
        Attribute::new(
            ENABLE,
            Type::Bool,
            "Whether to switch the guest proxy agent on if it is off (`proxyAgentSettings.enabled`). On \
             Linux the request also asks Azure to install it (`addProxyAgentExtension`), unless the \
             machine's settings forbid that. A destroy does not switch it off. Changed in place. If \
             omitted, a machine without it is refused.",
        )
        .optional_computed(),
        Attribute::new(
            "imds_profile_version_id",
            text.clone(),
            "The resource id of the version that decides requests to IMDS. Changed in place. If omitted, \
             this endpoint is left alone. At least one of the two version ids must be set.",
        )
        .optional_computed(),
        Attribute::new(
            MODE_AFTER,
            text.clone(),
            "The inline mode that a destroy sets for the endpoints it detaches, and an update for an \
             endpoint that is removed. A machine that refers to another version by then keeps it. The \
             value in the state counts, so apply a change before the destroy. Changed in place, without a \
             request.",
        )
        .optional_computed()
        .one_of(Mode::WORDS)
        .default_text("`Audit`"),
        Attribute::new(
            REPLACE_MODE,
            Type::Bool,
            "Whether a version may replace an inline `mode` that the machine has at that endpoint; Azure \
             allows only one of the two. Changed in place, without a request. If omitted, such a machine \
             is refused.",
        )
        .optional_computed(),
        Attribute::new(
            UPGRADE,
            Type::Bool,
            "Whether to upgrade instances of a scale set with upgrade mode `Manual` that do not have the \
             versions yet to the model of the scale set, and wait for them. That also gives them \
             everything else that is new in the model, which can restart them. Changed in place. If \
             omitted, a warning says how many lag behind.",
        )
        .optional_computed(),
        Attribute::new(
            "wire_server_profile_version_id",
            text,
            "The resource id of the version that decides requests to WireServer and HostGAPlugin. Changed \
             in place. If omitted, this endpoint is left alone.",
        )
        .optional_computed(),
        Attribute::new(
            ATTACHED,
            Type::map(Type::String),
            "What this resource has attached: version ids by `imds` and `wire_server`. If a version id \
             above differs after a refresh, another program has changed it.",
        )
        .computed(),
        Attribute::new(
            LAGGING,
            Type::Number,
            "How many instances of a scale set with upgrade mode `Manual` do not have these versions yet. Null for everything \
             else.",
        )
        .computed(),
    ])
    .nested(timeouts::block());
    Schema::new(0, block)
}
