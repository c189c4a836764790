//! Which calls a host makes for each command, and in which order, according to the sources of both programs.
//!
//! The host double does not use this table: it is checked against it, release by release, and so is the real
//! CLI where its calls are recorded. Files are named as in the repositories of Terraform and OpenTofu.

use super::release::{Feature, Release};

/// When a call is made.
#[derive(Debug, Clone, Copy)]
enum When {
    Always,
    With(Feature),
    Without(Feature),
}

use When::{Always, With, Without};

/// The calls of each command, in order. The first process of a run reads the schemas; the second does the
/// work. A plan of an existing object begins with `refresh`.
const COMMANDS: [(&str, &[(&str, When)]); 10] = [
    (
        // internal/terraform/context_plugins.go, node_provider.go
        "begin",
        &[
            ("GetProviderSchema", Always),
            ("GetResourceIdentitySchemas", With(Feature::Identity)),
            ("GetProviderSchema", Without(Feature::CachedSchema)),
            ("ValidateProviderConfig", Always),
            ("ConfigureProvider", Always),
        ],
    ),
    (
        // internal/terraform/node_resource_abstract_instance.go: `plan` validates first, and is run again by the apply
        "create",
        &[
            ("ValidateResourceConfig", Always),
            ("PlanResourceChange", Always),
            ("ValidateResourceConfig", Always),
            ("PlanResourceChange", Always),
            ("ApplyResourceChange", Always),
        ],
    ),
    (
        // internal/terraform/upgrade_resource_state.go, node_resource_abstract_instance.go: `refresh`
        "refresh",
        &[("UpgradeResourceState", Always), ("ReadResource", Always)],
    ),
    (
        "update",
        &[
            ("ValidateResourceConfig", Always),
            ("PlanResourceChange", Always),
            ("UpgradeResourceState", Always),
            ("ValidateResourceConfig", Always),
            ("PlanResourceChange", Always),
            ("UpgradeResourceState", Without(Feature::StateReadOnce)),
            ("ApplyResourceChange", Always),
        ],
    ),
    (
        // The same `plan`: once from the existing object and once from nothing; the deletion has no plan of
        // its own.
        "replace",
        &[
            ("ValidateResourceConfig", Always),
            ("PlanResourceChange", Always),
            ("PlanResourceChange", Always),
            ("UpgradeResourceState", Always),
            ("ApplyResourceChange", Always),
            ("ValidateResourceConfig", Always),
            ("PlanResourceChange", Always),
            ("ApplyResourceChange", Always),
        ],
    ),
    (
        // internal/terraform/node_resource_abstract_instance.go: `planDestroy`; node_resource_destroy.go
        "destroy",
        &[
            ("PlanResourceChange", With(Feature::PlannedDeletion)),
            ("UpgradeResourceState", Always),
            ("ApplyResourceChange", Always),
        ],
    ),
    (
        // internal/terraform/node_resource_import.go, node_resource_plan_instance.go
        "import",
        &[("ImportResourceState", Always), ("ReadResource", Always)],
    ),
    (
        // internal/refactoring/cross_provider_move.go
        "move",
        &[("MoveResourceState", Always), ("UpgradeResourceState", Always), ("ReadResource", Always)],
    ),
    (
        // internal/terraform/node_resource_abstract_instance.go: `readDataSource`
        "data",
        &[("ValidateDataResourceConfig", Always), ("ReadDataSource", Always)],
    ),
    (
        // internal/plugin6/grpc_provider.go
        "function",
        &[("GetFunctions", With(Feature::FunctionsApart)), ("CallFunction", Always)],
    ),
];

/// The calls of this release for this command; empty for an unknown command.
#[must_use]
pub fn of(release: Release, command: &str) -> Vec<&'static str> {
    let calls = COMMANDS.iter().filter(|(name, _)| *name == command).flat_map(|(_, calls)| *calls);
    let made = calls.filter(|(_, when)| match when {
        Always => true,
        With(feature) => release.has(*feature),
        Without(feature) => !release.has(*feature),
    });
    made.map(|(call, _)| *call).collect()
}
