//! The existing hosts, as data: which release makes which calls, and how it handles the responses.
//!
//! A release is a program and a minor version. Its behaviour follows from [`FEATURES`], which lists each
//! feature of a host with the first release of either program that has it, and with the source for that.
//! Files are named as in the repositories of Terraform and OpenTofu, which share most of their names.
//!
//! Each row of [`FEATURES`] also has its evidence: [`Evidence::Ran`] if real programs on both sides of the
//! line, or the first that has the feature, have run this provider; [`Evidence::Read`] if only sources were
//! read. Real programs that ran: Terraform 1.0.3, 1.0.11, 1.5.7, 1.11.4 and 1.16, OpenTofu 1.6.3 and 1.12.6.
//!
//! Two things no release does: none calls `GetMetadata`, and none accepts a deferral unless it was built for experiments
//! ([`Host::allow_deferral`](super::Host::allow_deferral)).

use std::fmt;

use super::proto;
use crate::cli::Cli;
use Evidence::{Ran, Read};

/// One of the two programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Program {
    /// HashiCorp's.
    Terraform,
    /// The fork of Terraform 1.5.
    OpenTofu,
}

/// A feature that hosts have from some release on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// It is one process. An older one starts a second process, which does the work, and watches it.
    OneProcess,
    /// It reads an object's state once before it changes the object, not twice.
    StateReadOnce,
    /// It checks `precondition` blocks.
    Precondition,
    /// When it proposes a state, it drops removed blocks, and looks into computed attributes that have
    /// attributes of their own.
    ExactProposal,
    /// It has the resource `terraform_data`.
    TerraformData,
    /// It has `check` blocks.
    Check,
    /// It mocks providers in `terraform test`.
    Mock,
    /// It plans deletions with the provider.
    PlannedDeletion,
    /// It keeps schemas between the processes of a run, and requests none from a later process.
    CachedSchema,
    /// It imports by `import` blocks.
    ImportBlock,
    /// It generates configurations for imported objects itself.
    WrittenConfig,
    /// It calls functions.
    Functions,
    /// It requests the functions of a configured provider by a separate call.
    FunctionsApart,
    /// It moves objects between resource types.
    Move,
    /// It sends its capabilities.
    Capabilities,
    /// It keeps write-only attributes out of states.
    WriteOnly,
    /// It stores identities and imports by them.
    Identity,
    /// It lists objects.
    List,
    /// It lets the provider generate configurations for imported objects.
    GeneratedConfig,
    /// It keeps the private data of a plan and passes it to the plan before the apply.
    PlannedPrivate,
}

impl Feature {
    /// The first minor version 1.x of Terraform and of OpenTofu that has it.
    #[must_use]
    pub fn since(self) -> [Option<u32>; 2] {
        let row = FEATURES.iter().find(|row| row.0 == self);
        row.map_or([None; 2], |(_, terraform, tofu, ..)| [*terraform, *tofu])
    }
}

/// The evidence for a row of [`FEATURES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A real program of that version, or real programs before and after it, did this with the provider.
    Ran,
    /// The sources show it.
    Read,
}

/// A feature, the first minor version 1.x of Terraform and of OpenTofu that has it, the evidence, and the
/// source.
pub type Row = (Feature, Option<u32>, Option<u32>, Evidence, &'static str);

/// The features of the releases.
pub const FEATURES: [Row; 20] = [
    // Before, `main` starts a copy of itself with the package panicwrap.
    (Feature::OneProcess, Some(1), Some(6), Ran, "main.go"),
    // managedResourceExecute: readResourceInstanceState before the second plan only.
    (Feature::StateReadOnce, Some(2), Some(6), Ran, "internal/terraform/node_resource_apply_instance.go"),
    (Feature::Precondition, Some(2), Some(6), Ran, "internal/configs/resource.go"),
    // ProposedNew returned the state's value for a null block; proposedNewAttributes took the configured value
    // of an optional and computed attribute as it was.
    (Feature::ExactProposal, Some(4), Some(6), Ran, "internal/plans/objchange/objchange.go"),
    (Feature::TerraformData, Some(4), Some(6), Ran, "internal/builtin/providers/terraform/resource_data.go"),
    (Feature::Check, Some(5), Some(6), Ran, "internal/configs/checks.go"),
    (Feature::Mock, Some(7), Some(8), Ran, "internal/configs/mock_provider.go"),
    // PlanResourceChange returns at once for a null proposed state unless the provider has the capability.
    (Feature::PlannedDeletion, Some(3), Some(6), Read, "internal/plugin6/grpc_provider.go"),
    // GetProviderSchema looks there first, if the provider allows it.
    (Feature::CachedSchema, Some(6), Some(6), Read, "internal/providers/schema_cache.go"),
    // importState, called by the plan of an instance: ImportResourceState, then ReadResource.
    (Feature::ImportBlock, Some(5), Some(6), Ran, "internal/terraform/node_resource_plan_instance.go"),
    (Feature::WrittenConfig, Some(5), Some(6), Ran, "internal/genconfig/generate_config.go"),
    (Feature::Functions, Some(8), Some(7), Read, "internal/plugin6/convert/functions.go"),
    (Feature::FunctionsApart, None, Some(7), Ran, "internal/plugin6/grpc_provider.go"),
    // MoveResourceState, before any other call about the object.
    (Feature::Move, Some(8), Some(10), Read, "internal/refactoring/cross_provider_move.go"),
    // clientCapabilitiesToProto.
    (Feature::Capabilities, Some(9), Some(11), Read, "internal/plugin6/grpc_provider.go"),
    (Feature::WriteOnly, Some(11), Some(11), Read, "internal/plugin6/validation/write_only.go"),
    // GetResourceIdentitySchemas right after the schema; one without it may answer "unimplemented".
    (Feature::Identity, Some(12), Some(12), Ran, "internal/plugin6/grpc_provider.go"),
    (Feature::List, Some(14), None, Ran, "internal/terraform/node_query_list.go"),
    (Feature::GeneratedConfig, Some(14), None, Ran, "internal/terraform/node_resource_plan_instance.go"),
    // ProviderConfigured's and the plan's capabilities show it; the second plan gets PlannedPrivate.
    (Feature::PlannedPrivate, Some(16), None, Ran, "internal/terraform/node_resource_abstract_instance.go"),
];

/// A host of a certain version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    /// The program.
    pub program: Program,
    /// The `x` of version 1.x.
    pub minor: u32,
}

impl Release {
    /// The one with the most features.
    pub const NEWEST: Self = Self { program: Program::Terraform, minor: 16 };

    /// Every release from the first that supports this protocol.
    pub fn all() -> impl Iterator<Item = Self> {
        let of =
            |program, minors: std::ops::RangeInclusive<u32>| minors.map(move |minor| Self { program, minor });
        of(Program::Terraform, 0..=16).chain(of(Program::OpenTofu, 6..=12))
    }

    /// The release of a program on the PATH; version 1.0 if it prints no version.
    #[must_use]
    pub fn of(cli: &Cli) -> Self {
        let minor = cli.version().split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0);
        let program = if cli.name == "tofu" { Program::OpenTofu } else { Program::Terraform };
        Self { program, minor }
    }

    /// Whether it has this feature.
    #[must_use]
    pub fn has(self, feature: Feature) -> bool {
        let [terraform, tofu] = feature.since();
        let first = match self.program {
            Program::Terraform => terraform,
            Program::OpenTofu => tofu,
        };
        first.is_some_and(|first| first <= self.minor)
    }

    /// The version it sends to a provider: OpenTofu from 1.12 on sends Terraform's, whatever its own is
    /// (`version/version.go`, `VersionToImpersonateForProviders`).
    #[must_use]
    pub fn version(self) -> String {
        match self.program {
            Program::OpenTofu if self.minor >= 12 => "1.13.0".to_owned(),
            Program::Terraform | Program::OpenTofu => format!("1.{}.0", self.minor),
        }
    }

    /// Its capabilities; older ones send none.
    #[must_use]
    pub fn capabilities(self) -> Option<proto::ClientCapabilities> {
        self.has(Feature::Capabilities).then(|| proto::ClientCapabilities {
            write_only_attributes_allowed: self.has(Feature::WriteOnly),
            store_planned_private: self.has(Feature::PlannedPrivate),
            computed_blocks_allowed: self.has(Feature::PlannedPrivate),
            ..proto::ClientCapabilities::default()
        })
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} 1.{}", self.program, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_decides_the_features_of_a_release() {
        let release = |program, minor| Release { program, minor };
        assert_eq!(Release::all().count(), 24);
        assert!(!release(Program::Terraform, 2).has(Feature::PlannedDeletion));
        assert!(release(Program::Terraform, 3).has(Feature::PlannedDeletion));
        assert!(!release(Program::OpenTofu, 9).has(Feature::Move));
        assert!(release(Program::OpenTofu, 10).has(Feature::Move));
        assert!(!release(Program::OpenTofu, 12).has(Feature::List));
        assert_eq!(release(Program::Terraform, 8).capabilities(), None);
        assert_eq!(release(Program::Terraform, 9).capabilities(), Some(proto::ClientCapabilities::default()));
        assert!(!release(Program::Terraform, 15).capabilities().unwrap().store_planned_private);
        let newest = Release::NEWEST.capabilities().unwrap();
        assert!(newest.write_only_attributes_allowed && newest.store_planned_private);
        assert!(!release(Program::OpenTofu, 12).capabilities().unwrap().store_planned_private);
        assert_eq!(release(Program::OpenTofu, 12).version(), "1.13.0");
        assert_eq!(release(Program::OpenTofu, 7).to_string(), "OpenTofu 1.7");
    }
}
