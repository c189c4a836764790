//! The schemas of a provider, read and checked as a host does at the start.

use std::collections::{BTreeMap, HashMap};

use terraform_provider_gallery::plugin::Type;
use terraform_provider_gallery::plugin::schema::{Attribute, Block, Schema, Shape};

use super::release::{Feature, Release};
use super::{proto, schema};

/// Every schema of a provider.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The provider block.
    pub provider: Schema,
    /// The `provider_meta` block of modules.
    pub meta: Option<Type>,
    /// Resources by type.
    pub resources: BTreeMap<String, Schema>,
    /// Data sources by type.
    pub data_sources: BTreeMap<String, Schema>,
    /// The resources that can be listed, with the schema of such a list.
    pub lists: BTreeMap<String, Schema>,
    /// The identities of resources.
    pub identities: BTreeMap<String, Type>,
    /// Functions by name: the types of their parameters and of their result.
    pub functions: BTreeMap<String, (Vec<Type>, Type)>,
}

impl Offer {
    /// Reads the responses to `GetProviderSchema` and, for hosts that call it, `GetResourceIdentitySchemas`.
    ///
    /// # Errors
    /// The first thing that this host would refuse or does not support.
    pub fn read(
        release: Release,
        offered: &proto::get_provider_schema::Response,
        identities: Option<&proto::get_resource_identity_schemas::Response>,
    ) -> Result<Self, String> {
        let all = |all: &HashMap<String, proto::Schema>| -> Result<BTreeMap<_, _>, String> {
            all.iter().map(|(name, one)| Ok((name.clone(), schema::read(one)?))).collect()
        };
        let provider = offered.provider.as_ref().ok_or("no schema of the provider block")?;
        let meta = offered.provider_meta.as_ref().map(schema::read).transpose()?;
        let named = identities.iter().flat_map(|answer| &answer.identity_schemas);
        let read = Self {
            provider: schema::read(provider)?,
            meta: meta.map(|schema| schema.implied_type()),
            resources: all(&offered.resource_schemas)?,
            data_sources: all(&offered.data_source_schemas)?,
            lists: all(&offered.list_resource_schemas)?,
            identities: named
                .map(|(name, one)| Ok((name.clone(), identity(one)?)))
                .collect::<Result<_, String>>()?,
            functions: functions(&offered.functions)?,
        };
        read.fits(release, offered)?;
        Ok(read)
    }

    fn fits(&self, release: Release, offered: &proto::get_provider_schema::Response) -> Result<(), String> {
        if !offered.ephemeral_resource_schemas.is_empty() || !offered.action_schemas.is_empty() {
            return Err("ephemeral resources or actions, which this host does not support".to_owned());
        }
        let schemas = self.resources.iter().chain(&self.data_sources);
        for (name, schema) in schemas {
            if !release.has(Feature::WriteOnly) && has_write_only(&schema.block) {
                return Err(format!("{name} has write-only attributes, which this host would store"));
            }
        }
        for name in self.lists.keys() {
            // ListResource of the host reads the identity schema first.
            if release.has(Feature::List) && !self.identities.contains_key(name) {
                return Err(format!("{name} can be listed but has no identity"));
            }
        }
        Ok(())
    }
}

fn has_write_only(block: &Block) -> bool {
    fn any(attributes: &[Attribute]) -> bool {
        attributes.iter().any(|attribute| {
            attribute.write_only || matches!(&attribute.shape, Shape::Nested(_, inner) if any(inner))
        })
    }
    any(&block.attributes) || block.blocks.iter().any(|nested| has_write_only(&nested.block))
}

fn identity(schema: &proto::ResourceIdentitySchema) -> Result<Type, String> {
    let parts = schema.identity_attributes.iter().map(|part| {
        if part.required_for_import == part.optional_for_import {
            return Err(format!("`{}` of an identity is required or optional, and not both", part.name));
        }
        let kind = Type::from_json(&part.r#type).map_err(|error| error.to_string())?;
        Ok((part.name.clone(), kind))
    });
    Ok(Type::object(parts.collect::<Result<Vec<_>, String>>()?))
}

/// Reads signatures as hosts do: every parameter and the result have a type; names are words and are not
/// repeated.
pub(super) fn functions(
    all: &HashMap<String, proto::Function>,
) -> Result<BTreeMap<String, (Vec<Type>, Type)>, String> {
    let read = |name: &String, function: &proto::Function| -> Result<_, String> {
        let wrong = |what: &str| format!("function {name}: {what}");
        let kind = |json: &[u8]| Type::from_json(json).map_err(|error| wrong(&error.to_string()));
        let mut names = Vec::new();
        let mut parameters = Vec::new();
        for parameter in function.parameters.iter().chain(&function.variadic_parameter) {
            let word = !parameter.name.is_empty()
                && parameter.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !word || names.contains(&&parameter.name) {
                return Err(wrong("a parameter without a name of its own"));
            }
            names.push(&parameter.name);
            parameters.push(kind(&parameter.r#type)?);
        }
        let result = function.r#return.as_ref().ok_or_else(|| wrong("no result"))?;
        Ok((parameters, kind(&result.r#type)?))
    };
    all.iter().map(|(name, one)| Ok((name.clone(), read(name, one)?))).collect()
}
