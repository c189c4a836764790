//! The data source for one object.

use std::marker::PhantomData;

use async_trait::async_trait;

use super::described::{Chosen, Described, ParentIdOf};
use super::lookup::{self, ReadAttempt, Selector};
use super::{attributes, status};
use crate::arm::Call;
use crate::arm::ids::ParentId;
use crate::plugin::data_source::{DataSource, ReadData, ReadDataResult};
use crate::plugin::schema::Schema;
use crate::plugin::{Context, Diagnostics, Failure, Value};
use crate::provider::connection::Connection;
use crate::provider::{checks, timeouts};

/// One object: by its id, by its parent's id and its name, or the one that its parent alone selects.
#[derive(Clone, Debug)]
pub(super) struct ObjectData<K> {
    connection: Connection,
    kind: PhantomData<K>,
}

impl<K: Described> ObjectData<K> {
    const SELECTOR: Selector =
        Selector { object: K::SHORT, parent: K::PARENT_ATTRIBUTE, parent_suffices: K::CHOOSE.is_some() };

    /// The data source over this connection.
    #[must_use]
    pub(super) const fn new(connection: Connection) -> Self {
        Self { connection, kind: PhantomData }
    }

    /// The object that a configuration selects.
    async fn find(&self, config: &Value, call: &Call) -> Result<Chosen<K>, Failure> {
        let client = self.connection.client()?;
        let collection = K::collection(&client);
        let by_id = lookup::is_set(config, "id");
        if let Some(choose) = K::CHOOSE
            && !by_id
            && !lookup::is_set(config, "name")
        {
            let parent: ParentIdOf<K> = lookup::parse(config, K::PARENT_ATTRIBUTE)?;
            let listed = collection.list(&parent, call).await;
            let listed =
                listed.map_err(|error| ReadAttempt::list::<K>(&parent.to_string()).failed(&error))?;
            return Ok(choose(&parent, listed)?);
        }
        let id: K::Id = if by_id {
            lookup::parse(config, "id")?
        } else {
            lookup::parse::<ParentIdOf<K>>(config, K::PARENT_ATTRIBUTE)?.child(lookup::parse(config, "name")?)
        };
        let text = id.to_string();
        let (argument, parent_argument) = if by_id { ("id", "id") } else { ("name", K::PARENT_ATTRIBUTE) };
        let attempt =
            ReadAttempt { kind: K::WORD, id: &text, argument, parent: (K::PARENT, parent_argument) };
        let object = collection.get(&id, call).await.map_err(|error| attempt.failed(&error))?;
        K::record_existing(&self.connection, &id, &object);
        Ok((id, object))
    }
}

#[async_trait]
impl<K: Described> DataSource for ObjectData<K> {
    fn type_name(&self) -> &'static str {
        K::TYPE
    }

    fn schema(&self) -> Schema {
        attributes::schema(K::READS, attributes::with_arguments(K::arguments(), attributes::of_object::<K>()))
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        type Name<K> = <ParentIdOf<K> as ParentId>::Name;
        let mut diagnostics = Self::SELECTOR.check(&config);
        diagnostics.extend(checks::id::<K::Id, _>(&config, "id"));
        diagnostics.extend(checks::id::<ParentIdOf<K>, _>(&config, K::PARENT_ATTRIBUTE));
        diagnostics.extend(checks::name(&config, "name", |name| name.parse::<Name<K>>().map(drop)));
        diagnostics.extend(timeouts::validate(&config));
        diagnostics
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<ReadDataResult, Failure> {
        Self::SELECTOR.check(&request.config).into_result()?;
        if let Some(deferred) = lookup::deferred(&self.connection, &request, &self.schema()) {
            return Ok(deferred);
        }
        let config = request.config;
        let (id, object) = self.find(&config, &lookup::call(context, &config)).await?;
        let (mut state, warnings) = status::object::<K>(&id, object, &config);
        let block = config.get(timeouts::BLOCK).cloned().unwrap_or(Value::Null);
        state.insert(timeouts::BLOCK.to_owned(), block);
        Ok(ReadDataResult { warnings, ..ReadDataResult::new(Value::Object(state)) })
    }
}
