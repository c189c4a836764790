//! The data source `gallery_access_check`: whether somebody's roles suffice, before a plan is applied.

pub mod collect;
pub mod parent;
pub mod schema;
pub mod verdict;

use async_trait::async_trait;

use super::role_definition::find::{check_scope, path};
use super::{problem, values};
use crate::arm::ids::MachineId;
use crate::plugin::data_source::{DataSource, ReadData, ReadDataResult};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Path, Schema, Value};
use crate::provider::connection::Connection;
use crate::provider::data_sources::lookup;
use crate::provider::{checks, timeouts};
use crate::rbac::condition::Guid;
use crate::rbac::{Feature, Operation};
use collect::AccessQuery;

/// The data source.
#[derive(Debug)]
pub struct AccessCheck {
    /// Azure, and what this process knows.
    pub connection: Connection,
}

/// The operations needed to manage profiles and versions with this provider; at a virtual machine or scale
/// set, those needed to attach versions to it. Reading the versions is checked at their gallery.
fn needed(scope: &str) -> Vec<String> {
    let Ok(machine) = scope.parse::<MachineId>() else {
        let features = [Feature::Profiles, Feature::Versions];
        return features
            .iter()
            .flat_map(|feature| feature.actions())
            .map(|name| (*name).to_owned())
            .collect();
    };
    let kind = format!("Microsoft.Compute/{}/", machine.kind().collection());
    let all = Feature::Attach.actions().iter();
    all.filter(|name| name.starts_with(&kind)).map(|name| (*name).to_owned()).collect()
}

fn operations(config: &Value) -> Result<Vec<Operation>, Diagnostic> {
    let scope = checks::text(config, "scope").unwrap_or_default();
    let names = values::texts(config, "operations").unwrap_or_else(|| needed(scope));
    let mut operations: Vec<Operation> = Vec::new();
    for name in names {
        let operation = Operation::new(&name).map_err(|error| {
            let detail = checks::capitalised(&format!("{error}."));
            Diagnostic::error("Malformed operation", detail).at(Path::attribute("operations"))
        })?;
        if !operations.contains(&operation) {
            operations.push(operation);
        }
    }
    Ok(operations)
}

fn check(config: &Value) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    diagnostics.extend(check_scope(config));
    diagnostics.extend(operations(config).err());
    if let Some(text) = checks::text(config, "principal_id")
        && text.parse::<Guid>().is_err()
    {
        let detail = format!(
            "`principal_id` is {text:?}, but must be the object id of a user, group or service principal, \
             a GUID."
        );
        diagnostics
            .push(Diagnostic::error("Malformed object id", detail).at(Path::attribute("principal_id")));
    }
    diagnostics
}

#[async_trait]
impl DataSource for AccessCheck {
    fn type_name(&self) -> &'static str {
        schema::TYPE
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut diagnostics = check(&config);
        diagnostics.extend(timeouts::validate(&config));
        diagnostics
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<ReadDataResult, Failure> {
        check(&request.config).into_result()?;
        if let Some(deferred) = lookup::deferred(&self.connection, &request, &schema::schema()) {
            return Ok(deferred);
        }
        let config = request.config;
        let client = self.connection.client()?;
        let call = lookup::call(context, &config);
        let query =
            AccessQuery { client: &client, call: &call, principal: checks::text(&config, "principal_id") };
        let scope = path(checks::text(&config, "scope").unwrap_or_default());
        let collected = collect::collect(&query, scope)
            .await
            .map_err(|error| problem::failed("Access", "*", Some("scope"), &error))?;
        let operations = operations(&config)?;
        let verdict = verdict::decide(&collected, &operations);
        Ok(ReadDataResult::new(verdict::state(&verdict, &collected, &operations, &config)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_operations_depend_on_the_scope() {
        let group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg";
        let compute = format!("{group}/providers/Microsoft.Compute");
        assert_eq!(needed(group), needed(&format!("{compute}/galleries/g")));
        let machine = needed(&format!("{compute}/virtualMachines/vm"));
        assert_eq!(
            machine,
            ["Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/write"]
        );
        let set = needed(&format!("{compute}/virtualMachineScaleSets/s"));
        assert!(set.iter().any(|one| one.ends_with("/manualUpgrade/action")), "{set:?}");
        assert!(set.iter().all(|one| one.starts_with("Microsoft.Compute/virtualMachineScaleSets/")));
    }
}
