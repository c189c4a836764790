//! The types a provider offers, each with its schema and the type of its values, worked out once.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::convert;
use super::held::Held;
use crate::plugin::data_source::DataSource;
use crate::plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::plugin::function::{Function, Signature};
use crate::plugin::list_resource::ListResource;
use crate::plugin::proto;
use crate::plugin::provider::Provider;
use crate::plugin::resource::Resource;
use crate::plugin::schema::{IdentitySchema, Schema};
use crate::plugin::sent::Sent;
use crate::plugin::types::Type;
use crate::plugin::value::Value;

/// Everything a provider offers, by name.
pub(super) struct Catalogue {
    pub(super) provider: Form,
    pub(super) meta: Option<Form>,
    pub(super) resources: BTreeMap<&'static str, Managed>,
    pub(super) data_sources: BTreeMap<&'static str, Sourced>,
    pub(super) list_resources: BTreeMap<&'static str, Listable>,
    pub(super) functions: BTreeMap<&'static str, Callable>,
}

/// A resource and what is known of it.
pub(super) struct Managed {
    pub(super) resource: Arc<dyn Resource>,
    pub(super) form: Form,
    pub(super) identity: Option<(IdentitySchema, Type)>,
}

/// A data source and what is known of it.
pub(super) struct Sourced {
    pub(super) source: Arc<dyn DataSource>,
    pub(super) form: Form,
}

/// A list resource and what is known of it.
pub(super) struct Listable {
    pub(super) list: Arc<dyn ListResource>,
    pub(super) form: Form,
}

/// A function and what is known of it.
pub(super) struct Callable {
    pub(super) function: Arc<dyn Function>,
    pub(super) signature: Signature,
}

impl Catalogue {
    /// Asks the provider for all it offers.
    pub(super) fn of(provider: &dyn Provider) -> Self {
        let managed = |resource: Arc<dyn Resource>| {
            let identity = resource.identity_schema().map(|schema| {
                let kind = schema.implied_type();
                (schema, kind)
            });
            (resource.type_name(), Managed { form: Form::of(resource.schema()), identity, resource })
        };
        let sourced = |source: Arc<dyn DataSource>| {
            (source.type_name(), Sourced { form: Form::of(source.schema()), source })
        };
        let listable = |list: Arc<dyn ListResource>| {
            (list.type_name(), Listable { form: Form::of(list.schema()), list })
        };
        let callable = |function: Arc<dyn Function>| {
            (function.name(), Callable { signature: function.signature(), function })
        };
        Self {
            provider: Form::of(provider.schema()),
            meta: provider.meta_schema().map(Form::of),
            resources: provider.resources().into_iter().map(managed).collect(),
            data_sources: provider.data_sources().into_iter().map(sourced).collect(),
            list_resources: provider.list_resources().into_iter().map(listable).collect(),
            functions: provider.functions().into_iter().map(callable).collect(),
        }
    }

    /// The resource of this type.
    pub(super) fn resource(&self, name: &str) -> Result<&Managed, Diagnostic> {
        self.resources.get(name).ok_or_else(|| unknown_type("resource type", name))
    }

    /// The data source of this type.
    pub(super) fn data_source(&self, name: &str) -> Result<&Sourced, Diagnostic> {
        self.data_sources.get(name).ok_or_else(|| unknown_type("data source", name))
    }

    /// The list resource of this type, and the resource whose objects it lists.
    pub(super) fn list_resource(&self, name: &str) -> Result<(&Listable, &Managed), Diagnostic> {
        let listable = self.list_resources.get(name).ok_or_else(|| unknown_type("list resource", name))?;
        Ok((listable, self.resource(name)?))
    }

    /// What a module told the provider, when there is something the provider takes.
    pub(super) fn meta(&self, value: Option<proto::DynamicValue>) -> Result<Option<Value>, Failure> {
        let (Some(form), Some(value)) = (&self.meta, value) else { return Ok(None) };
        let value = form.decode("provider_meta block", Some(value))?;
        Ok((!value.is_null()).then_some(value))
    }
}

fn unknown_type(kind: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Unknown {kind}"),
        format!(
            "This version of the provider has no {kind} `{name}`. It may have been added in a newer version: \
             look at the version constraint and at the dependency lock file."
        ),
    )
}

/// A schema and the type of its values.
pub(super) struct Form {
    pub(super) schema: Schema,
    pub(super) kind: Arc<Type>,
}

impl Form {
    fn of(schema: Schema) -> Self {
        Self { kind: Arc::new(schema.implied_type()), schema }
    }

    /// What the host sent as this.
    pub(super) fn decode(&self, what: &str, value: Option<proto::DynamicValue>) -> Result<Value, Failure> {
        convert::decode(what, value.as_ref(), &self.kind)
    }

    /// The configuration that the host sent. What is required in it is not null: a provider need not ask.
    ///
    /// # Errors
    /// When it does not fit, and for each required argument that is null.
    pub(super) fn configuration(&self, value: Option<proto::DynamicValue>) -> Result<Value, Failure> {
        let config = self.decode("configuration", value)?;
        self.schema.block.missing_required(&config).into_result()?;
        Ok(config)
    }

    /// The same, not read yet. Only what came as JSON, which no host sends, is kept as a value.
    ///
    /// # Errors
    /// When nothing came, or JSON that does not fit.
    pub(super) fn sent(&self, what: &'static str, value: Option<&Held>) -> Result<Sent, Failure> {
        match value.and_then(Held::msgpack) {
            Some(msgpack) => Ok(Sent::new(msgpack.clone(), what, Arc::clone(&self.kind))),
            None => Ok(self.decode(what, value.map(Held::as_it_came))?.into()),
        }
    }

    /// What the provider made, as the host gets it.
    pub(super) fn encode(&self, what: &str, value: Value) -> Result<proto::DynamicValue, Failure> {
        convert::encode(what, &self.schema.block.settle(value), &self.kind)
    }

    /// Messages as the host gets them.
    pub(super) fn told(&self, diagnostics: impl Into<Diagnostics>) -> Vec<proto::Diagnostic> {
        convert::diagnostics(diagnostics.into(), &self.kind)
    }
}

impl Managed {
    /// The identity the host sent, if any.
    pub(super) fn decode_identity(
        &self,
        data: Option<&proto::ResourceIdentityData>,
    ) -> Result<Option<Value>, Failure> {
        let (Some((_, kind)), Some(data)) = (&self.identity, data) else { return Ok(None) };
        let Some(value) = &data.identity_data else { return Ok(None) };
        let value = convert::decode("identity", Some(value), kind)?;
        Ok((!value.is_null()).then_some(value))
    }

    /// An identity as the host gets it; null is none.
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

    /// The state of an object that exists, as the host gets it. Null would say that it does not, which has words of
    /// its own in the results of a resource.
    pub(super) fn encode_object(&self, what: &str, state: Value) -> Result<proto::DynamicValue, Failure> {
        if state.is_null() {
            let detail = format!(
                "The {what} of a {} that the provider made is null, as if there were none. This is a bug in the \
                 provider; please report it.",
                self.name()
            );
            return Err(Diagnostic::error("Provider made an invalid value", detail).into());
        }
        self.form.encode(what, state)
    }

    /// The resource's type, in code marks.
    pub(super) fn name(&self) -> String {
        format!("`{}`", self.resource.type_name())
    }
}
