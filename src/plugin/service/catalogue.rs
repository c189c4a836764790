//! The types that a provider offers, each with its schema and the type of its values, computed once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert;
use crate::plugin::data_source::DataSource;
use crate::plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::plugin::function::{Function, Signature};
use crate::plugin::list_resource::ListResource;
use crate::plugin::proto;
use crate::plugin::provider::Provider;
use crate::plugin::resource::Resource;
use crate::plugin::schema::{Block, IdentitySchema, Schema};
use crate::plugin::types::Type;
use crate::plugin::value::Value;

/// Everything a provider offers, by name.
pub(super) struct ProviderCatalogue {
    pub(super) provider: TypedSchema,
    pub(super) meta: Option<TypedSchema>,
    pub(super) resources: BTreeMap<&'static str, ResourceEntry>,
    pub(super) data_sources: BTreeMap<&'static str, DataSourceEntry>,
    pub(super) list_resources: BTreeMap<&'static str, ListEntry>,
    pub(super) functions: BTreeMap<&'static str, FunctionEntry>,
}

/// A resource with its schema and types.
pub(super) struct ResourceEntry {
    pub(super) resource: Arc<dyn Resource>,
    pub(super) schema: TypedSchema,
    pub(super) identity: Option<(IdentitySchema, Type)>,
}

/// A data source with its schema and type.
pub(super) struct DataSourceEntry {
    pub(super) source: Arc<dyn DataSource>,
    pub(super) schema: TypedSchema,
}

/// A list resource with its schema and type.
pub(super) struct ListEntry {
    pub(super) list: Arc<dyn ListResource>,
    pub(super) schema: TypedSchema,
}

/// A function with its signature.
pub(super) struct FunctionEntry {
    pub(super) function: Arc<dyn Function>,
    pub(super) signature: Signature,
}

impl ProviderCatalogue {
    /// Collects everything that the provider offers.
    pub(super) fn of(provider: &dyn Provider) -> Self {
        let resource_entry = |resource: Arc<dyn Resource>| {
            let identity = resource.identity_schema().map(|schema| {
                let kind = schema.implied_type();
                (schema, kind)
            });
            (
                resource.type_name(),
                ResourceEntry { schema: TypedSchema::of(resource.schema()), identity, resource },
            )
        };
        let data_source_entry = |source: Arc<dyn DataSource>| {
            (source.type_name(), DataSourceEntry { schema: TypedSchema::of(source.schema()), source })
        };
        let list_entry = |list: Arc<dyn ListResource>| {
            (list.type_name(), ListEntry { schema: TypedSchema::of(list.schema()), list })
        };
        let function_entry = |function: Arc<dyn Function>| {
            (function.name(), FunctionEntry { signature: function.signature(), function })
        };
        Self {
            provider: TypedSchema::of(provider.schema()),
            meta: provider.meta_schema().map(TypedSchema::of),
            resources: provider.resources().into_iter().map(resource_entry).collect(),
            data_sources: provider.data_sources().into_iter().map(data_source_entry).collect(),
            list_resources: provider.list_resources().into_iter().map(list_entry).collect(),
            functions: provider.functions().into_iter().map(function_entry).collect(),
        }
    }

    /// The resource of this type.
    pub(super) fn resource(&self, name: &str) -> Result<&ResourceEntry, Diagnostic> {
        self.resources.get(name).ok_or_else(|| unknown_type("resource type", name))
    }

    /// The data source of this type.
    pub(super) fn data_source(&self, name: &str) -> Result<&DataSourceEntry, Diagnostic> {
        self.data_sources.get(name).ok_or_else(|| unknown_type("data source", name))
    }

    /// The list resource of this type, and the resource whose objects it lists.
    pub(super) fn list_resource(&self, name: &str) -> Result<(&ListEntry, &ResourceEntry), Diagnostic> {
        let list_entry = self.list_resources.get(name).ok_or_else(|| unknown_type("list resource", name))?;
        Ok((list_entry, self.resource(name)?))
    }

    /// The `provider_meta` block of the calling module, if the provider supports one and the module has one.
    pub(super) fn meta(&self, value: Option<&proto::DynamicValue>) -> Result<Option<Value>, Failure> {
        let (Some(schema), Some(value)) = (&self.meta, value) else { return Ok(None) };
        let value = schema.decode("provider_meta block", Some(value))?;
        Ok((!value.is_null()).then_some(value))
    }
}

fn unknown_type(kind: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Unknown {kind}"),
        format!(
            "This version of the provider has no {kind} `{name}`. It may have been added in a newer \
             version: check the version constraint and the dependency lock file."
        ),
    )
}

/// A schema and the type of its values.
pub(super) struct TypedSchema {
    pub(super) schema: Schema,
    pub(super) kind: Type,
}

impl TypedSchema {
    fn of(schema: Schema) -> Self {
        Self { kind: schema.implied_type(), schema }
    }

    pub(super) fn block(&self) -> &Block {
        &self.schema.block
    }

    /// Decodes a value that the host sent.
    pub(super) fn decode(&self, what: &str, value: Option<&proto::DynamicValue>) -> Result<Value, Failure> {
        convert::decode(what, value, &self.kind)
    }

    /// Decodes a configuration that the host sent.
    ///
    /// # Errors
    /// If it does not fit the schema, and for each required argument that is null.
    pub(super) fn configuration(&self, value: Option<&proto::DynamicValue>) -> Result<Value, Failure> {
        let config = self.decode("configuration", value)?;
        self.block().missing_required(&config).into_result()?;
        Ok(config)
    }

    /// Encodes a value from the provider.
    pub(super) fn encode(&self, what: &str, value: Value) -> Result<proto::DynamicValue, Failure> {
        convert::encode(what, &self.block().normalise(value), &self.kind)
    }

    /// Diagnostics in the form of the protocol.
    pub(super) fn diagnostics(&self, diagnostics: impl Into<Diagnostics>) -> Vec<proto::Diagnostic> {
        convert::diagnostics(diagnostics.into(), &self.kind)
    }
}

impl ResourceEntry {
    /// The host's identity, if there is one.
    pub(super) fn decode_identity(
        &self,
        data: Option<&proto::ResourceIdentityData>,
    ) -> Result<Option<Value>, Failure> {
        let (Some((_, kind)), Some(data)) = (&self.identity, data) else { return Ok(None) };
        let Some(value) = &data.identity_data else { return Ok(None) };
        let value = convert::decode("identity", Some(value), kind)?;
        Ok((!value.is_null()).then_some(value))
    }

    /// An identity for the host; `None` for null.
    pub(super) fn encode_identity(
        &self,
        identity: Option<Value>,
    ) -> Result<Option<proto::ResourceIdentityData>, Failure> {
        let (Some((_, kind)), Some(identity)) = (&self.identity, identity) else { return Ok(None) };
        if identity.is_null() {
            return Ok(None);
        }
        let value = convert::encode("identity", &identity, kind)?;
        Ok(Some(proto::ResourceIdentityData { identity_data: Some(value) }))
    }

    /// The state of an existing object, for the host. Null would mean that it does not exist, which has its
    /// own variants in the results of a resource.
    pub(super) fn encode_object(&self, what: &str, state: Value) -> Result<proto::DynamicValue, Failure> {
        if state.is_null() {
            let detail = format!(
                "The {what} of a {} that the provider returned is null, as if it did not exist. This is a \
                 bug in the provider; please report it.",
                self.name()
            );
            return Err(Diagnostic::error("Provider made an invalid value", detail).into());
        }
        self.schema.encode(what, state)
    }

    /// The resource's type, in backticks.
    pub(super) fn name(&self) -> String {
        format!("`{}`", self.resource.type_name())
    }
}
