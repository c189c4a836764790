//! The resource `gallery_invm_access_profile_version`.

pub mod access;
mod crud;
pub mod lint;
pub mod model;
pub mod naming;
pub mod plan;
pub mod profile;
pub mod rules;
pub mod schema;
pub mod skip_destroy;
pub mod validate;

use super::connection::Connection;
use super::writing::Managed;
use super::writing::private_state::PrivateState;
use crate::allowlist::FindingId;
use crate::arm::ids::VersionId;
use crate::arm::models::{Version, VersionChange};
use crate::arm::{ArmClient, Collection};
use crate::plugin::resource::{PlanCreate, PlanDelete, PlanUpdate, Planned};
use crate::plugin::{Context, Diagnostics, Failure, Schema, Value};

/// Versions of in-VM access control profiles.
#[derive(Clone, Copy, Debug)]
pub struct InVmAccessProfileVersion;

impl Managed for InVmAccessProfileVersion {
    const WORD: &'static str = "profile version";
    const TYPE: &'static str = schema::TYPE;
    const ARM_TYPE: &'static str = "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions";
    const PARENT: &'static str = "profile";
    const PARENT_ATTRIBUTE: &'static str = "profile_id";
    const IMMUTABLE: &'static [&'static str] = &["rules"];
    const COMPARED_AFTER_CREATE: &'static [&'static str] = &["rules", "mode", "default_access"];
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[
        ("location", "location"),
        ("mode", "mode"),
        ("defaultAccess", "default_access"),
        ("rules", "rules"),
        ("privileges", "rules"),
        ("roles", "rules"),
        ("identities", "rules"),
        ("roleAssignments", "rules"),
        ("targetLocations", "target_regions"),
        ("excludeFromLatest", "exclude_from_latest"),
        ("tags", "tags"),
        ("inVMAccessControlProfileName", "profile_id"),
        ("inVMAccessControlProfileVersionName", "name"),
    ];
    const HAS_AUTOMATIC_NAME: bool = true;
    // Replication takes time, and the plan can leave the publishing date unknown.
    const REFRESH_WAITS: bool = false;

    type Id = VersionId;
    type Object = Version;

    fn schema() -> Schema {
        schema::schema()
    }

    fn validate(connection: &Connection, config: &Value) -> Diagnostics {
        let config = &*lint::with_defaults(config, &connection.lint());
        let mut diagnostics = validate::validate(config);
        // If a plan follows, it reports the linter's errors: it knows whether the version exists.
        if !connection.is_configured() && validate::can_be_read(config) {
            diagnostics.extend(lint::errors(config, &Default::default(), lint::When::Validate));
        }
        diagnostics
    }

    async fn plan_create(
        connection: &Connection,
        context: &Context,
        request: PlanCreate,
    ) -> Result<Planned, Failure> {
        // A host that keeps the first plan's private data passes it to the second, which reports nothing new.
        let is_second = !request.earlier.is_empty();
        let config = lint::with_defaults(&request.config, &connection.lint());
        let profile = profile::of_plan(connection, context, &config, None, is_second).await;
        let mut findings = lint::errors(&config, &profile.context(), lint::When::Create);
        findings.extend(lint::with_profile(&config, &profile.context()));
        let findings = findings.into_result()?;
        let mut planned = plan::create(&request, &profile)?;
        planned.warnings.extend(findings);
        record_planned(connection, &planned.state);
        Ok(planned)
    }

    async fn plan_update(
        connection: &Connection,
        context: &Context,
        request: PlanUpdate,
    ) -> Result<Planned, Failure> {
        let config = lint::with_defaults(&request.config, &connection.lint());
        let profile = profile::of_plan(connection, context, &config, Some(&request.prior), false).await;
        let mut findings = lint::errors(&config, &profile.context(), lint::When::Keep);
        findings.extend(lint::with_profile(&config, &profile.context()));
        let mut planned = plan::update(&request, &profile, !lint::is_off(&config, FindingId::L07));
        // A replacement is planned once more as a creation, which reports them as errors.
        if planned.replace.is_empty() {
            planned.warnings.extend(findings.into_result()?);
            record_planned(connection, &planned.state);
        }
        Ok(planned)
    }

    async fn plan_delete(_: &Connection, _: &Context, request: PlanDelete) -> Diagnostics {
        let kept = skip_destroy::kept_version(&request.prior, &PrivateState::read(&request.private));
        kept.as_ref().map(skip_destroy::kept_warning).into_iter().collect()
    }

    fn collection(client: &ArmClient) -> Collection<'_, Version> {
        client.versions()
    }

    fn state(id: &VersionId, version: Version, prior: &Value) -> (Value, Diagnostics) {
        model::state(id, version, prior)
    }

    fn change(prior: &Value, planned: &Value) -> Option<VersionChange> {
        model::change(prior, planned)
    }

    fn record_existing(_: &Connection, _: &VersionId, _: &Version) {}

    /// Its name is remembered: its successor's must be higher.
    async fn record_deleted(connection: &Connection, id: &VersionId) {
        connection.profiles().names(id.profile()).await.record(id.name());
    }

    fn tidy_config(mut config: Value) -> Value {
        // Null for the unset attributes of a version.
        if let Value::Object(settings) = &mut config
            && settings.get("exclude_from_latest") == Some(&Value::Bool(false))
        {
            settings.insert("exclude_from_latest".to_owned(), Value::Null);
        }
        config
    }
}

/// Records a planned version, for the machines that will refer to it.
fn record_planned(connection: &Connection, planned: &Value) {
    if let Ok(id) = InVmAccessProfileVersion::id_planned(planned) {
        connection.machines().plan_version(id, model::planned_regions(planned));
    }
}
