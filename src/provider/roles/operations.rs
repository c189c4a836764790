//! The data source `gallery_operations`: the operations that resource providers have.

use async_trait::async_trait;

use super::catalogue::{Catalogues, NamespaceFilter};
use super::{problem, values};
use crate::arm::models::authorization::ProviderOperation;
use crate::plugin::data_source::{DataSource, ReadData, ReadDataResult};
use crate::plugin::schema::{Attribute, AttributeNesting, Schema};
use crate::plugin::{Context, Diagnostic, Diagnostics, Failure, Path, Type, Value};
use crate::provider::connection::Connection;
use crate::provider::data_sources::{attributes, lookup};
use crate::provider::timeouts;
use crate::rbac::nearest_names;

/// The data source's type.
pub const TYPE: &str = "gallery_operations";

/// The data source.
#[derive(Debug)]
pub struct OperationsData {
    /// Azure, and what this process knows.
    pub connection: Connection,
    /// What this process has read of the catalogue.
    pub catalogues: Catalogues,
}

/// The schema.
#[must_use]
pub fn schema() -> Schema {
    let operation = vec![
        values::computed("name", Type::String, "The operation, such as `Microsoft.Compute/galleries/read`."),
        values::computed("description", Type::String, "What it does, in the words of the resource provider."),
        values::computed("display_name", Type::String, "What the resource provider calls it."),
        values::computed(
            "is_data_action",
            Type::Bool,
            "Whether it acts on the data in a resource; roles grant it by `data_actions` then, else by `actions`.",
        ),
    ];
    attributes::schema(
        "Reads the operations that Azure's resource providers have: the catalogue against which the wildcards of roles \
         are expanded.",
        vec![
            Attribute::new(
                "namespaces",
                Type::set(Type::String),
                "The resource providers whose operations are wanted, such as `Microsoft.Compute`.",
            )
            .default_text("all of them, which are some megabytes"),
            values::computed(
                "fingerprint",
                Type::String,
                "A text that changes when an operation is added, removed or moved to the other plane.",
            ),
            values::computed("names", Type::list(Type::String), "The names of the operations, in order."),
            Attribute::nested(
                "operations",
                AttributeNesting::List,
                operation,
                "The operations, in the order of their names. A name that Azure lists several times, in \
                 any case, occurs once.",
            )
            .computed(),
        ],
    )
}

#[async_trait]
impl DataSource for OperationsData {
    fn type_name(&self) -> &'static str {
        TYPE
    }

    fn schema(&self) -> Schema {
        schema()
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut diagnostics = timeouts::validate(&config);
        let odd = |name: &String| {
            name.is_empty() || name.contains(['/', '*']) || name.contains(char::is_whitespace)
        };
        let names = values::texts(&config, "namespaces").unwrap_or_default();
        diagnostics.extend(names.iter().filter(|name| odd(name)).map(|name| {
            let detail = format!(
                "`namespaces` has {name:?}, which is not the name of a resource provider. Write it as \
                 `Microsoft.Compute`."
            );
            Diagnostic::error("Malformed namespace", detail).at(Path::attribute("namespaces"))
        }));
        diagnostics
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<ReadDataResult, Failure> {
        if let Some(deferred) = lookup::deferred(&self.connection, &request, &schema()) {
            return Ok(deferred);
        }
        let config = request.config;
        let client = self.connection.client()?;
        let call = lookup::call(context, &config);
        let failed = |error| problem::failed("Operations", "providerOperations", None, &error);
        let filter = values::texts(&config, "namespaces").map_or(NamespaceFilter::All, NamespaceFilter::Only);
        let operations = self.catalogues.get(&client, &filter, &call).await.map_err(failed)?;
        if let Some(unknown) = operations.unknown_namespaces.first() {
            let all = client.authorization().all_operations(&call).await.map_err(failed)?;
            return Err(no_namespace(unknown, all.iter().map(|provider| provider.name.as_str())).into());
        }
        let argument = |name: &str| config.get(name).cloned().unwrap_or(Value::Null);
        Ok(ReadDataResult::new(Value::object([
            ("namespaces", argument("namespaces")),
            (timeouts::BLOCK, argument(timeouts::BLOCK)),
            ("fingerprint", operations.fingerprint().into()),
            ("names", values::list(operations.all.iter().map(|one| one.name.as_str()))),
            ("operations", Value::List(operations.all.into_iter().map(operation).collect())),
        ])))
    }
}

fn operation(one: ProviderOperation) -> Value {
    Value::object([
        ("name", Value::from(one.name)),
        ("description", one.description.into()),
        ("display_name", one.display_name.into()),
        ("is_data_action", one.is_data_action.into()),
    ])
}

fn no_namespace<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    let near: Vec<_> = nearest_names(name, known, 3).iter().map(|name| format!("`{name}`")).collect();
    let hint =
        if near.is_empty() { String::new() } else { format!(" Similar names are {}.", near.join(", ")) };
    let detail = format!("Azure has no resource provider {name:?}.{hint}");
    Diagnostic::error("No such resource provider", detail).at(Path::attribute("namespaces"))
}
