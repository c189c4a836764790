//! The resource `gallery_invm_access_profile`.

mod crud;
pub mod force_destroy;
pub mod in_use;
pub mod model;
pub mod plan;
pub mod schema;
pub mod validate;

use super::connection::Connection;
use super::writing::Managed;
use crate::arm::ids::ProfileId;
use crate::arm::models::{Profile, ProfileChange};
use crate::arm::{ArmClient, Collection};
use crate::plugin::resource::{PlanCreate, PlanDelete, PlanUpdate, Planned};
use crate::plugin::{Context, Diagnostics, Failure, Schema, Value};

/// In-VM access control profiles.
#[derive(Clone, Copy, Debug)]
pub struct InVmAccessProfile;

impl Managed for InVmAccessProfile {
    const WORD: &'static str = "profile";
    const TYPE: &'static str = schema::TYPE;
    const ARM_TYPE: &'static str = "Microsoft.Compute/galleries/inVMAccessControlProfiles";
    const PARENT: &'static str = "gallery";
    const PARENT_ATTRIBUTE: &'static str = "gallery_id";
    const IMMUTABLE: &'static [&'static str] = &["os_type"];
    const COMPARED_AFTER_CREATE: &'static [&'static str] =
        &["os_type", "applicable_host_endpoint", "description"];
    const ATTRIBUTES: &'static [(&'static str, &'static str)] = &[
        ("location", "location"),
        ("osType", "os_type"),
        ("applicableHostEndpoint", "applicable_host_endpoint"),
        ("description", "description"),
        ("tags", "tags"),
        ("galleryName", "gallery_id"),
        ("inVMAccessControlProfileName", "name"),
    ];
    const HAS_AUTOMATIC_NAME: bool = false;
    // A profile is a record that is created at once, and nothing of it is unknown in a plan.
    const REFRESH_WAITS: bool = true;

    type Id = ProfileId;
    type Object = Profile;

    fn schema() -> Schema {
        schema::schema()
    }

    fn validate(_: &Connection, config: &Value) -> Diagnostics {
        validate::validate(config)
    }

    async fn plan_create(
        connection: &Connection,
        _: &Context,
        request: PlanCreate,
    ) -> Result<Planned, Failure> {
        let planned = plan::create(&request);
        let is_known = planned.state.get("id").is_some_and(|id| !id.is_unknown());
        let id = Self::id_planned(&planned.state).ok().filter(|_| is_known);
        connection.profiles().plan(id, model::known_profile(&planned.state));
        Ok(planned)
    }

    async fn plan_update(
        connection: &Connection,
        context: &Context,
        request: PlanUpdate,
    ) -> Result<Planned, Failure> {
        let mut planned = plan::update(&request);
        if !planned.replace.is_empty() {
            planned.warnings.extend(force_destroy::plan_warnings(connection, context, &request.prior).await);
        }
        if let Ok(id) = Self::id_in_state(&request.prior) {
            connection.profiles().plan(Some(id), model::known_profile(&planned.state));
        }
        Ok(planned)
    }

    async fn plan_delete(connection: &Connection, context: &Context, request: PlanDelete) -> Diagnostics {
        force_destroy::plan_warnings(connection, context, &request.prior).await
    }

    fn collection(client: &ArmClient) -> Collection<'_, Profile> {
        client.profiles()
    }

    fn state(id: &ProfileId, profile: Profile, prior: &Value) -> (Value, Diagnostics) {
        (model::state(id, &profile, prior), Diagnostics::new())
    }

    fn change(prior: &Value, planned: &Value) -> Option<ProfileChange> {
        model::change(prior, planned)
    }

    fn record_existing(connection: &Connection, id: &ProfileId, profile: &Profile) {
        connection.profiles().learn(id, profile);
    }

    async fn record_deleted(connection: &Connection, id: &ProfileId) {
        connection.profiles().forget(id);
    }
}
