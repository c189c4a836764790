//! The list resources, for `terraform query`: the profiles of a gallery, the versions of a profile, and what
//! machines refer to. A page is requested only when it is needed.

pub mod attachments;

use std::marker::PhantomData;
use std::sync::Arc;

use async_trait::async_trait;

use super::connection::Connection;
use super::data_sources::attributes;
use super::data_sources::described::{self, Described, ParentIdOf, check_list, listed_id, unusable_warning};
use super::data_sources::lookup::{self, ReadAttempt};
use super::identity::Identified as _;
use super::import;
use super::invm_access_profile::InVmAccessProfile;
use super::invm_access_profile_version::InVmAccessProfileVersion;
use super::timeouts::{self, TimedOperation};
use crate::arm::Call;
use crate::plugin::list_resource::{ListItem, ListRequest, ListResource, ListSender};
use crate::plugin::schema::{Block, Schema};
use crate::plugin::{Context, Diagnostics, Failure, Value};

/// All list resources.
#[must_use]
pub fn all(connection: &Connection) -> Vec<Arc<dyn ListResource>> {
    vec![
        Arc::new(attachments::AttachmentList { connection: connection.clone() }),
        Arc::new(ObjectList::<InVmAccessProfile>::new(connection.clone())),
        Arc::new(ObjectList::<InVmAccessProfileVersion>::new(connection.clone())),
    ]
}

/// The objects of a parent that pass the filters.
#[derive(Clone, Debug)]
pub struct ObjectList<K> {
    connection: Connection,
    kind: PhantomData<K>,
}

impl<K> ObjectList<K> {
    /// The list over this connection.
    #[must_use]
    pub const fn new(connection: Connection) -> Self {
        Self { connection, kind: PhantomData }
    }
}

#[async_trait]
impl<K: Described> ListResource for ObjectList<K> {
    fn type_name(&self) -> &'static str {
        K::TYPE
    }

    fn schema(&self) -> Schema {
        Schema::new(0, Block::new(K::LISTS).attributes(attributes::of_list::<K>()))
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        check_list::<K>(&config)
    }

    async fn list(
        &self,
        context: &Context,
        request: ListRequest,
        sender: &mut ListSender,
    ) -> Result<(), Failure> {
        let parent: ParentIdOf<K> = lookup::parse(&request.config, K::PARENT_ATTRIBUTE)?;
        let text = parent.to_string();
        let failed = |error| ReadAttempt::list::<K>(&text).failed(&error);
        let client = self.connection.client()?;
        let mut pages = K::collection(&client).pages(&parent).map_err(failed)?;
        while let Some(page) = pages.next(&call(context)).await.map_err(failed)? {
            for entry in page {
                let item = entry.map_err(|unreadable| unreadable.to_string());
                let item = item.and_then(|object| Ok((listed_id::<K>(&parent, &object)?, object)));
                let flow = match item {
                    Err(reason) => sender.warn(unusable_warning::<K>(&parent, &reason)).await,
                    Ok((id, object)) if described::passes::<K>(&request.config, &id, &object) => {
                        let (resource, warnings) = if request.include_resource {
                            let imported = import::state(&id.to_string(), &K::schema());
                            let (state, warnings) = K::state(&id, object, &imported);
                            (Some(state), warnings)
                        } else {
                            (None, Diagnostics::new())
                        };
                        let display_name = K::display_name(&id);
                        sender
                            .send(ListItem { identity: id.identity(), display_name, resource, warnings })
                            .await
                    }
                    Ok(_) => continue,
                };
                if flow.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// The call that reads one page. Each page has its own timeout: the host limits the whole list.
fn call(context: &Context) -> Call {
    Call::new(timeouts::of(&Value::Null, TimedOperation::Read), context.cancel.clone())
}

#[cfg(test)]
mod tests;
