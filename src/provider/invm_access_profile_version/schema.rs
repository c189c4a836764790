//! What the user writes.

use super::skip_destroy;
use crate::allowlist::{DefaultAccess, Mode};
use crate::plugin::Type;
use crate::plugin::schema::{Attribute, AttributeNesting, Block, BlockNesting, NestedBlock, Schema};
use crate::provider::timeouts;

/// The resource's type.
pub const TYPE: &str = "gallery_invm_access_profile_version";

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let text = || Type::String;
    let block = Block::new(
        "Manages a version of an in-VM access control profile: one allowlist of privileges (paths), roles, \
         identities (processes) and role assignments, which the guest proxy agent of every virtual machine that \
         refers to the version enforces.",
    )
    .attributes([
        Attribute::new("id", text(), "The Azure resource id of the version, as virtual machines refer to it.").computed(),
        Attribute::new("profile_id", text(), "The resource id of the profile that the version belongs to.")
            .required()
            .replaces(),
        Attribute::new(
            "name",
            text(),
            "The version, as three numbers `x.y.z`. If omitted, the provider picks the next number, above \
             every version of the profile and above the one being replaced, beginning with `1.0.0`. Then a \
             change of `mode` or `default_access` makes a new version as well, since a guest agent loads a \
             version again only when its id changes.",
        )
        .optional_computed()
        .replaces(),
        Attribute::new(
            "location",
            text(),
            "The Azure region of the version. `West Europe` and `westeurope` are the same.",
        )
        .optional_computed()
        .replaces()
        .default_text("the profile's"),
        Attribute::new(
            "default_access",
            text(),
            "What the agent does with a request that no privilege matches. It never applies to a request \
             that some privilege matches: without a matching identity such a request is denied, even under \
             `Allow`. Changed in place if `name` is set, which a machine that has loaded the version may \
             not notice. If `name` is omitted, a change makes a new version.",
        )
        .required()
        .one_of(DefaultAccess::WORDS),
        Attribute::new(
            "mode",
            text(),
            "What the guest proxy agent does with its decision: `Audit` records what would be denied but \
             allows it, `Enforce` denies it, `Disabled` does not check requests at all. Changed in place \
             if `name` is set, which a machine that has loaded the version may not notice. If `name` is \
             omitted, a change makes a new version.",
        )
        .required()
        .one_of(Mode::WORDS),
        Attribute::new(
            "exclude_from_latest",
            Type::Bool,
            "Whether virtual machines that use the latest version of the profile skip this one. Changed in \
             place. If omitted, Azure's value is kept.",
        )
        .optional_computed(),
        Attribute::new(
            "target_regions",
            Type::set(text()),
            "The Azure regions that the version is replicated to, in any order. Changed in place. If \
             omitted, Azure's choice is kept.",
        )
        .optional_computed(),
        Attribute::new(
            "lint",
            Type::map(text()),
            "The level of single findings about the rules, by their ids, such as `{ L04 = \"off\" }`: \
             `off` silences a finding, `warning` and `error` set how it is reported. The guide on findings \
             has all ids. This is not sent to Azure: changing it makes no request. If omitted, and for \
             findings that it does not name, the `lint` of the provider block applies, otherwise the level \
             in that guide.",
        )
        // Computed only so that a generated configuration has no line `lint = null`.
        .optional_computed(),
        Attribute::new(
            skip_destroy::ARGUMENT,
            Type::Bool,
            "Whether the version stays at Azure when its resource is destroyed or replaced: Terraform then \
             only removes it from the state, with a warning that names it, and machines can be moved back \
             to it. The value in the state counts, so apply a change before the destroy or the \
             replacement. With a fixed `name`, a replacement needs another name. A version whose creation \
             was not seen to end is deleted all the same. This is not sent to Azure: changing it makes no \
             request. If omitted, the version is deleted.",
        )
        // Computed only so that a generated configuration has no line `skip_destroy = null`.
        .optional_computed(),
        Attribute::new(
            "tags",
            Type::map(text()),
            "Tags of the version, at most 50. Names that differ only in case are the same. \
             Changed in place. If omitted, there are none, and tags that others have added are \
             removed.",
        )
        .optional_computed(),
        Attribute::new(
            "grants",
            Type::list(text()),
            "Who may do what: one entry `identity -> privilege (role)` for each identity that gets a \
             privilege through a role assignment, sorted. Known at plan, so the plan's difference of this \
             list shows who gains and who loses access.",
        )
        .computed(),
        Attribute::new("published_date", text(), "When the version was published, as RFC 3339 writes it.").computed(),
    ])
    .nested(rules())
    .nested(timeouts::block());
    Schema::new(0, block)
}

/// The `rules` block: four maps keyed by name, so that a plan shows changed rules by their names.
///
/// The provider never adds a rule, yet the maps are optional and computed. So null and `{}`, which mean the
/// same, are no difference between an imported state and a configuration.
fn rules() -> NestedBlock {
    let text = || Type::String;
    let names = || Type::set(Type::String);
    let privileges = Attribute::nested(
        "privileges",
        AttributeNesting::Map,
        vec![
            Attribute::new(
                "path",
                text(),
                "The path that the request's path must begin with, as plain text and ignoring case: `/a` \
                 also matches `/ab`. It begins with `/`.",
            )
            .required(),
            Attribute::new(
                "query_parameters",
                Type::map(text()),
                "Query parameters that the request must have with exactly these values, ignoring case. \
                 Other parameters of the query do not matter. If omitted, any query matches.",
            )
            .optional_computed(),
        ],
        "What can be called, by name. A privilege that nobody is assigned closes its path to all callers \
         without another matching privilege, whatever `default_access` is. If omitted, there is none, and \
         `default_access` decides every request.",
    )
    .optional_computed()
    .replaces();
    let roles = Attribute::nested(
        "roles",
        AttributeNesting::Map,
        vec![
            Attribute::new(
                "privileges",
                names(),
                "The names of the privileges that the role grants: keys of `rules.privileges`.",
            )
            .required(),
        ],
        "Bundles of privileges, by name. Names are compared exactly, including case. If omitted, there is \
         none.",
    )
    .optional_computed()
    .replaces();
    let identities = Attribute::nested(
        "identities",
        AttributeNesting::Map,
        vec![
            Attribute::new("exe_path", text(), "The full path of the program as the operating system resolves it, such as `/usr/bin/python3.12` for \
             `/usr/bin/python3`. Case counts. If omitted, any program."),
            Attribute::new("group_name", text(), "The bare name of a group that the user is a member of, such as `docker`, without a domain. Case counts. If \
             omitted, any groups."),
            Attribute::new("process_name", text(), "The file name of the program with its extension, such as `cscript.exe`: the last part of `exe_path`. Case \
             counts. If omitted, any name."),
            Attribute::new("user_name", text(), "The bare name of the user that the process runs as, such as `SYSTEM` for `NT AUTHORITY\\SYSTEM`. Case counts. If omitted, any user."),
        ],
        "Who calls, by name. A process matches an identity when it meets all conditions that are set; at \
         least one must be. If omitted, there is none.",
    )
    .optional_computed()
    .replaces();
    let role_assignments = Attribute::nested(
        "role_assignments",
        AttributeNesting::Map,
        vec![
            Attribute::new(
                "identities",
                names(),
                "The names of the identities that get the role: keys of `rules.identities`.",
            )
            .required(),
        ],
        "Who has which role, by the name of the role. If omitted, nobody has any role.",
    )
    .optional_computed()
    .replaces();
    let block = Block::new(
        "The allowlist. Azure never changes the rules of a version, so any change of them makes a new \
         version; the guest proxy agent notices a new version only by its id. If omitted, `default_access` \
         decides every request.",
    )
    .attributes([privileges, roles, identities, role_assignments]);
    NestedBlock::new("rules", BlockNesting::Single, block).replaces()
}
