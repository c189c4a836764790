//! The data source `gallery_invm_access_machines`: the versions of machines, and the callers they refuse.

pub mod collect;
pub mod schema;
pub mod selection;
pub mod state;

#[cfg(test)]
mod tests;

use async_trait::async_trait;

use super::lookup::{self, ReadAttempt};
use crate::arm::ids::MachineKind;
use crate::arm::{self, MachineScope};
use crate::plugin::data_source::{DataSource, ReadData, ReadDataResult};
use crate::plugin::schema::Schema;
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Path, Value};
use crate::provider::connection::Connection;
use crate::provider::timeouts;
use collect::ClientCall;
use selection::{Selection, VersionFilter};

/// The operations that reading machines needs.
pub const OPERATIONS: [&str; 5] = [
    "Microsoft.Compute/virtualMachines/read",
    "Microsoft.Compute/virtualMachines/instanceView/read",
    "Microsoft.Compute/virtualMachineScaleSets/read",
    "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/read",
    "Microsoft.Compute/virtualMachineScaleSets/virtualMachines/instanceView/read",
];

/// The data source.
#[derive(Clone, Debug)]
pub struct MachinesData {
    /// Azure, and what this process knows.
    pub connection: Connection,
}

/// The error when the selection cannot be read at all.
fn failed(selection: &Selection, argument: &'static str, error: &arm::Error) -> Failure {
    let (kind, id) = match selection {
        Selection::One(id) if id.kind() == MachineKind::ScaleSet => ("scale set", id.to_string()),
        Selection::One(id) => ("virtual machine", id.to_string()),
        Selection::Scope(scope @ MachineScope::Group(_)) => ("resource group", scope.to_string()),
        Selection::Scope(scope @ MachineScope::Subscription(_)) => ("subscription", scope.to_string()),
    };
    if error.is_forbidden() {
        let operations = OPERATIONS.map(|operation| format!("`{operation}`")).join(", ");
        let detail = format!(
            "{}\n\nObject: {id}\n\nGive the signed-in identity a role with {operations}, such as Reader.",
            error.report()
        );
        return Diagnostic::error("Machines could not be read", detail).at(Path::attribute(argument)).into();
    }
    ReadAttempt { kind, id: &id, argument, parent: ("resource group", argument) }.failed(error)
}

#[async_trait]
impl DataSource for MachinesData {
    fn type_name(&self) -> &'static str {
        schema::TYPE
    }

    fn schema(&self) -> Schema {
        schema::schema()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut diagnostics = selection::check(&config);
        diagnostics.extend(timeouts::validate(&config));
        diagnostics
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<ReadDataResult, Failure> {
        selection::check(&request.config).into_result()?;
        if let Some(deferred) = lookup::deferred(&self.connection, &request, &schema::schema()) {
            return Ok(deferred);
        }
        let mut state = request.config;
        let (selection, argument) = Selection::read(&state)?;
        let filter = VersionFilter::read(&state)?;
        let client = self.connection.client()?;
        let call = lookup::call(context, &state);
        let azure = ClientCall { client: &client, call: &call };
        let collected = collect::collect(azure, &selection)
            .await
            .map_err(|error| failed(&selection, argument, &error))?;
        if let Value::Object(attributes) = &mut state {
            attributes.extend(
                state::attributes(collected, &filter)
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value)),
            );
        }
        Ok(ReadDataResult::new(state))
    }
}
