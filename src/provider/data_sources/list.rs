//! The data source that lists the objects of a parent.

use std::marker::PhantomData;

use async_trait::async_trait;

use super::described::{Described, ParentIdOf, check_list, listed_id, passes, unusable_warning};
use super::lookup::{self, ReadAttempt};
use super::{attributes, status};
use crate::plugin::data_source::{DataSource, ReadData, ReadDataResult};
use crate::plugin::schema::{Attribute, AttributeNesting, Schema};
use crate::plugin::{Context, Diagnostics, Failure, Value};
use crate::provider::connection::Connection;
use crate::provider::timeouts;

/// The objects of a parent that pass the filters.
#[derive(Clone, Debug)]
pub(super) struct ListData<K> {
    connection: Connection,
    kind: PhantomData<K>,
}

impl<K> ListData<K> {
    /// The data source over this connection.
    #[must_use]
    pub(super) const fn new(connection: Connection) -> Self {
        Self { connection, kind: PhantomData }
    }
}

#[async_trait]
impl<K: Described> DataSource for ListData<K> {
    fn type_name(&self) -> &'static str {
        K::LIST_TYPE
    }

    fn schema(&self) -> Schema {
        let (name, description) = K::LISTED;
        let mut arguments = attributes::of_list::<K>();
        arguments.push(
            Attribute::nested(name, AttributeNesting::List, attributes::of_object::<K>(), description)
                .computed(),
        );
        attributes::schema(K::LISTS, arguments)
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        let mut diagnostics = check_list::<K>(&config);
        diagnostics.extend(timeouts::validate(&config));
        diagnostics
    }

    async fn read(&self, context: &Context, request: ReadData) -> Result<ReadDataResult, Failure> {
        if let Some(deferred) = lookup::deferred(&self.connection, &request, &self.schema()) {
            return Ok(deferred);
        }
        let config = request.config;
        let parent: ParentIdOf<K> = lookup::parse(&config, K::PARENT_ATTRIBUTE)?;
        let client = self.connection.client()?;
        let listed = K::collection(&client).list(&parent, &lookup::call(context, &config)).await;
        let listed = listed.map_err(|error| ReadAttempt::list::<K>(&parent.to_string()).failed(&error))?;
        let mut warnings = Diagnostics::new();
        let mut objects = Vec::new();
        for object in listed {
            match listed_id::<K>(&parent, &object) {
                Ok(id) if passes::<K>(&config, &id, &object) => objects.push((id, object)),
                Ok(_) => {}
                Err(reason) => warnings.push(unusable_warning::<K>(&parent, &reason)),
            }
        }
        objects.sort_by(|(one, _), (other, _)| K::order(one, other));
        let spelled = Value::object([(
            K::PARENT_ATTRIBUTE,
            config.get(K::PARENT_ATTRIBUTE).cloned().unwrap_or(Value::Null),
        )]);
        let each = objects.into_iter().map(|(id, object)| {
            let (state, more) = status::object::<K>(&id, object, &spelled);
            warnings.extend(more);
            Value::Object(state)
        });
        let each = Value::List(each.collect());
        let mut state = config;
        if let Value::Object(attributes) = &mut state {
            attributes.insert(K::LISTED.0.to_owned(), each);
        }
        Ok(ReadDataResult { warnings, ..ReadDataResult::new(state) })
    }
}
