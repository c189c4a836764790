//! What a configuration asks, and what it is told.

use crate::plugin::Type;
use crate::plugin::schema::{Attribute, AttributeNesting, Schema};
use crate::provider::data_sources::attributes;
use crate::provider::roles::values::computed;

/// The type in configurations.
pub const TYPE: &str = "gallery_invm_access_machines";

/// The arguments that say whose machines are looked at; one of them is set.
pub const SELECTIONS: [&str; 3] = ["machine_id", "resource_group_id", "subscription_id"];

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let strings = || Type::list(Type::String);
    attributes::schema(
        "Tells which versions virtual machines and scale sets refer to, which the guest proxy agent in each has loaded, and \
         whom its rules refuse. It reads what machines report in their instance views, and changes nothing.",
        vec![
            Attribute::new(
                "machine_id",
                Type::String,
                "The resource id of a virtual machine, or of a scale set of either orchestration, whose instances are then \
                 looked at. Instead of it, `resource_group_id` or `subscription_id` selects many.",
            ),
            Attribute::new(
                "resource_group_id",
                Type::String,
                "The resource id of a resource group, all of whose machines and scale sets are looked at. Instead of it, \
                 `machine_id` selects one and `subscription_id` more.",
            ),
            Attribute::new(
                "subscription_id",
                Type::String,
                "A subscription, all of whose machines and scale sets are looked at, as `/subscriptions/GUID` or the GUID \
                 alone. Instead of it, `machine_id` or `resource_group_id` selects fewer.",
            ),
            Attribute::new(
                "profile_id",
                Type::String,
                "Only machines and scale sets that refer to a version of this profile, and machines that have one loaded. If \
                 omitted, all of them.",
            ),
            Attribute::new(
                "profile_version_id",
                Type::String,
                "The same for one version. It cannot be set together with `profile_id`. If omitted, all of them.",
            ),
            computed(
                "all_listed",
                Type::Bool,
                "Whether no machine is missing from the lists: each was read to its end, and of every machine that the filter \
                 passes over it is known what it has loaded. While it is `false`, an empty list means nothing.",
            ),
            computed(
                "complete",
                Type::Bool,
                "Whether this is all there is to know: `all_listed`, and `complete` of every machine.",
            ),
            computed(
                "incomplete",
                strings(),
                "Why `complete` is `false`, a sentence for each reason. Empty if it is `true`.",
            ),
            Attribute::nested(
                "machines",
                AttributeNesting::List,
                machine(),
                "The virtual machines and the instances of scale sets that pass the filter, sorted by id.",
            )
            .computed(),
            Attribute::nested(
                "scale_sets",
                AttributeNesting::List,
                scale_set(),
                "The scale sets whose models pass the filter, sorted by id. What a model refers to, new instances will.",
            )
            .computed(),
        ],
    )
}

fn text(name: &'static str, description: &'static str) -> Attribute {
    computed(name, Type::String, description)
}

fn machine() -> Vec<Attribute> {
    vec![
        text("id", "The resource id of the machine or instance."),
        text("name", "The name of the machine or instance."),
        text("location", "Its region."),
        text("agent_status", "The agent's own word for how it is: `SUCCESS`, `ERROR` or `UNKNOWN`. Null if unknown."),
        text("agent_version", "The version of the guest proxy agent. Null if unknown."),
        computed(
            "complete",
            Type::Bool,
            "Whether this is all there is to know of the machine: it runs, its agent reports, and no list was cut off.",
        ),
        Attribute::nested(
            "denied",
            AttributeNesting::List,
            denied(),
            "The callers that the rules refused, in `Audit` those that `Enforce` would refuse; the most frequent first. The \
             agent counts them over some hours.",
        )
        .computed(),
        computed("enabled", Type::Bool, "Whether the machine's settings switch the agent on."),
        endpoint("imds", "The rules for the Instance Metadata Service."),
        computed("incomplete", Type::list(Type::String), "Why `complete` is `false`, a sentence for each reason."),
        computed(
            "latest_model",
            Type::Bool,
            "Whether an instance of a scale set has the set's present model. Null for other machines.",
        ),
        text("os_type", "The operating system, `Linux` or `Windows`. Null if Azure does not say."),
        text("power_state", "What Azure says of its power: `running`, `deallocated` and their like. Null if unknown."),
        text("scale_set_id", "The scale set that it belongs to. Null for other machines."),
        text(
            "secure_channel_state",
            "What the agent guards, as it says: `WireServer Audit - IMDS Enforce - HostGA Audit` and its like. Null if \
             unknown.",
        ),
        Attribute::nested(
            "status_messages",
            AttributeNesting::List,
            vec![
                text("component", "The part of the agent, as it calls it, such as `keyLatchStatus`."),
                text("message", "What it says."),
                text("status", "How it is: `RUNNING`, `STOPPED` or `UNKNOWN`."),
            ],
            "How the parts of the agent are.",
        )
        .computed(),
        endpoint("wire_server", "The rules for WireServer, which apply to HostGAPlugin too."),
    ]
}

fn denied() -> Vec<Attribute> {
    vec![
        computed("count", Type::Number, "How many requests were refused."),
        text(
            "endpoint",
            "Where they went: `IMDS`, `WireServer` or `HostGAPlugin`, as `access_decision` takes it. Null for another address.",
        ),
        text("exe_path", "The program. Command lines are left out, since they may hold secrets."),
        text("response_status", "What they were answered with, such as `403 Forbidden`."),
        computed("user_groups", Type::list(Type::String), "The groups of the user."),
        text("user_name", "The name of the user."),
    ]
}

fn endpoint(name: &'static str, description: &'static str) -> Attribute {
    let attributes = vec![
        text(
            "channel_state",
            "The mode that the agent works in: `Audit`, `Enforce` or `Disabled`. Null if unknown.",
        ),
        computed("denied", Type::Number, "How many requests to this endpoint were refused. Null if unknown."),
        text(
            "loaded_rules_id",
            "The id of the loaded rules as the agent reports it, if they are not those of a version, such as the rules that go \
             with a `mode` of the machine itself. Null otherwise.",
        ),
        text(
            "loaded_version_id",
            "The resource id of the version whose rules the agent has loaded. The agent reports it in capitals; here it is \
             spelled as the profile or the reference is. Null if there is none or it is unknown.",
        ),
        computed(
            "local_file_rules",
            Type::Bool,
            "Whether the agent adds rules of a file in the machine to those of the version. Null if it does not say.",
        ),
        text(
            "mode",
            "The mode that the machine's own settings name in place of a version. Null if there is none.",
        ),
        text(
            "profile_version_id",
            "The resource id of the version that the settings refer to. Null if there is none.",
        ),
        computed(
            "up_to_date",
            Type::Bool,
            "Whether the agent has loaded the version that the settings refer to. `false` where there is no reference or it is \
             unknown what is loaded.",
        ),
    ];
    Attribute::nested(name, AttributeNesting::Single, attributes, description).computed()
}

fn scale_set() -> Vec<Attribute> {
    let model = |name: &'static str, description: &'static str| {
        let attributes = vec![
            text("mode", "The mode that the model names in place of a version. Null if there is none."),
            text(
                "profile_version_id",
                "The resource id of the version that the model refers to. Null if there is none.",
            ),
        ];
        Attribute::nested(name, AttributeNesting::Single, attributes, description).computed()
    };
    vec![
        text("id", "The resource id of the scale set."),
        text("name", "The name of the scale set."),
        text("location", "Its region."),
        computed("enabled", Type::Bool, "Whether the model switches the agent on."),
        model("imds", "The rules for the Instance Metadata Service."),
        computed(
            "lagging",
            Type::Number,
            "How many of its instances do not have its present model. Null if Azure does not say.",
        ),
        text(
            "upgrade_mode",
            "How instances get a new model: `Manual`, `Automatic` or `Rolling`. Null if Azure does not say.",
        ),
        model("wire_server", "The rules for WireServer, which apply to HostGAPlugin too."),
    ]
}
