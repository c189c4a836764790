//! The arguments and attributes.

use crate::plugin::Type;
use crate::plugin::schema::{Attribute, AttributeNesting, Schema};
use crate::provider::data_sources::attributes;
use crate::provider::roles::values::computed;

/// The type in configurations.
pub const TYPE: &str = "gallery_invm_access_machines";

/// The arguments that select machines; exactly one of them is set.
pub const SELECTIONS: [&str; 3] = ["machine_id", "resource_group_id", "subscription_id"];

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let strings = || Type::list(Type::String);
    attributes::schema(
        "Reports which versions virtual machines and scale sets refer to, which the guest proxy agent in \
         each has loaded, and whom its rules refuse. It reads what machines report in their instance \
         views, and changes nothing.",
        vec![
            Attribute::new(
                "machine_id",
                Type::String,
                "The resource id of a virtual machine, or of a scale set of either orchestration mode, \
                 whose instances are then read. To read many, set `resource_group_id` or `subscription_id` \
                 instead.",
            ),
            Attribute::new(
                "resource_group_id",
                Type::String,
                "The resource id of a resource group; all of its machines and scale sets are read. To read \
                 one, set `machine_id` instead; to read more, `subscription_id`.",
            ),
            Attribute::new(
                "subscription_id",
                Type::String,
                "A subscription, as `/subscriptions/GUID` or the GUID alone; all of its machines and scale \
                 sets are read. To read fewer, set `machine_id` or `resource_group_id` instead.",
            ),
            Attribute::new(
                "profile_id",
                Type::String,
                "Only machines and scale sets that refer to a version of this profile, and machines that \
                 have loaded one. If omitted, all of them.",
            ),
            Attribute::new(
                "profile_version_id",
                Type::String,
                "The same for one version. It cannot be set together with `profile_id`. If omitted, all of them.",
            ),
            computed(
                "all_listed",
                Type::Bool,
                "Whether the lists lack no machine: each was read to its end, and it is known what every \
                 machine outside the filter has loaded. While it is `false`, an empty list means nothing.",
            ),
            computed(
                "complete",
                Type::Bool,
                "Whether nothing is missing: `all_listed`, and `complete` of every machine.",
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
                "The scale sets whose models pass the filter, sorted by id. New instances refer to what \
                 the model refers to.",
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
        text("agent_status", "The agent's own status: `SUCCESS`, `ERROR` or `UNKNOWN`. Null if unknown."),
        text("agent_version", "The version of the guest proxy agent. Null if unknown."),
        computed(
            "complete",
            Type::Bool,
            "Whether nothing is missing for the machine: it runs, its agent reports, and no list was cut \
             off.",
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
            "Whether an instance of a scale set has the set's current model. Null for other machines.",
        ),
        text("os_type", "The operating system, `Linux` or `Windows`. Null if Azure does not return it."),
        text(
            "power_state",
            "The power state that Azure reports, such as `running` or `deallocated`. Null if \
             unknown.",
        ),
        text("scale_set_id", "The scale set that it belongs to. Null for other machines."),
        text(
            "secure_channel_state",
            "What the agent guards, in its own words, such as `WireServer Audit - IMDS Enforce - HostGA \
             Audit`. Null if unknown.",
        ),
        Attribute::nested(
            "status_messages",
            AttributeNesting::List,
            vec![
                text(
                    "component",
                    "The part of the agent, under the agent's name for it, such as \
                     `keyLatchStatus`.",
                ),
                text("message", "What it says."),
                text("status", "Its status: `RUNNING`, `STOPPED` or `UNKNOWN`."),
            ],
            "The status of the agent's parts.",
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
            "Their destination: `IMDS`, `WireServer` or `HostGAPlugin`, as `access_decision` takes it. \
             Null for another address.",
        ),
        text("exe_path", "The program. Command lines are omitted, since they may hold secrets."),
        text("response_status", "The response that they got, such as `403 Forbidden`."),
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
            "The id of the loaded rules as the agent reports it, if they are not those of a version, such \
             as the rules of a `mode` that the machine itself sets. Null otherwise.",
        ),
        text(
            "loaded_version_id",
            "The resource id of the version whose rules the agent has loaded. The agent reports it in \
             capitals; here it is spelled as in the profile or the reference. Null if there is none or it \
             is unknown.",
        ),
        computed(
            "local_file_rules",
            Type::Bool,
            "Whether the agent adds rules of a file in the machine to those of the version. Null if it \
             does not report this.",
        ),
        text(
            "mode",
            "The mode that the machine's own settings have instead of a version. Null if there is none.",
        ),
        text(
            "profile_version_id",
            "The resource id of the version that the settings refer to. Null if there is none.",
        ),
        computed(
            "up_to_date",
            Type::Bool,
            "Whether the agent has loaded the version that the settings refer to. `false` if there is no \
             reference or it is unknown what is loaded.",
        ),
    ];
    Attribute::nested(name, AttributeNesting::Single, attributes, description).computed()
}

fn scale_set() -> Vec<Attribute> {
    let model = |name: &'static str, description: &'static str| {
        let attributes = vec![
            text("mode", "The mode that the model has instead of a version. Null if there is none."),
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
            "How many of its instances do not have its current model. Null if Azure does not return it.",
        ),
        text(
            "upgrade_mode",
            "How instances get a new model: `Manual`, `Automatic` or `Rolling`. Null if Azure does not \
             return it.",
        ),
        model("wire_server", "The rules for WireServer, which apply to HostGAPlugin too."),
    ]
}
