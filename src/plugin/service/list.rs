//! ValidateListResourceConfig and ListResource.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::call::catch_panic;
use super::catalogue::{ListEntry, ResourceEntry};
use super::{ServiceState, convert};
use crate::plugin::diagnostic::Failure;
use crate::plugin::list_resource::{Event, ListItem, ListRequest, ListSender};
use crate::plugin::proto;

/// How many objects are read ahead of the host.
const BUFFERED_EVENTS: usize = 16;

type EventResult = Result<proto::list_resource::Event, Status>;

impl ServiceState {
    /// Checks the configuration of a list.
    pub(super) async fn validate_list(
        self: Arc<Self>,
        request: proto::validate_list_resource_config::Request,
    ) -> proto::validate_list_resource_config::Response {
        let diagnostics = match self.catalogue().list_resource(&request.type_name) {
            Err(unknown) => convert::pathless(unknown),
            Ok((entry, _)) => {
                let checked = async {
                    let config = entry.schema.configuration(request.config.as_ref())?;
                    let activity = format!("checking a list of `{}`", request.type_name);
                    catch_panic(&activity, entry.list.validate(&self.context(), config)).await
                };
                entry.schema.diagnostics(checked.await.unwrap_or_else(Failure::into_diagnostics))
            }
        };
        proto::validate_list_resource_config::Response { diagnostics }
    }

    /// Lists the objects of a type: an event for each as it is found. An error is an event too, the last one.
    pub(super) fn list(
        self: Arc<Self>,
        request: proto::list_resource::Request,
    ) -> ReceiverStream<EventResult> {
        let (sender, receiver) = mpsc::channel(BUFFERED_EVENTS);
        let state = Arc::clone(&self);
        self.calls.spawn(async move {
            if let Err(diagnostic) = state.list_to(request, &sender).await {
                let last = proto::list_resource::Event { diagnostic, ..Default::default() };
                // A host that has gone needs no response.
                let _ = sender.send(Ok(last)).await;
            }
        });
        ReceiverStream::new(receiver)
    }

    async fn list_to(
        &self,
        request: proto::list_resource::Request,
        sender: &mpsc::Sender<EventResult>,
    ) -> Result<(), Vec<proto::Diagnostic>> {
        let (entry, resource) =
            self.catalogue().list_resource(&request.type_name).map_err(convert::pathless)?;
        let failed = |failure: Failure| entry.schema.diagnostics(failure);
        let config = entry.schema.configuration(request.config.as_ref()).map_err(failed)?;
        let include = request.include_resource_object;
        // Zero and below mean that there is no limit.
        let limit = u64::try_from(request.limit).ok().filter(|limit| *limit > 0);
        let (events, mut found) = mpsc::channel(1);
        let mut items = ListSender::new(events, limit);
        let activity = format!("listing `{}`", request.type_name);
        let reading = async {
            let list = ListRequest { config, include_resource: include };
            let listed = catch_panic(&activity, entry.list.list(&self.context(), list, &mut items)).await;
            items.finish().await;
            listed
        };
        let sending = async move {
            while let Some(event) = found.recv().await {
                if sender.send(Ok(answer(entry, resource, event, include))).await.is_err() {
                    // This drops the receiver, which the provider notices.
                    return;
                }
            }
        };
        let (listed, ()) = tokio::join!(reading, sending);
        listed.and_then(|listed| listed).map_err(failed)
    }
}

fn answer(
    entry: &ListEntry,
    resource_entry: &ResourceEntry,
    event: Event,
    include: bool,
) -> proto::list_resource::Event {
    let listed = match event {
        Event::Item(listed) => listed,
        Event::Warning(warning) => {
            let diagnostic = entry.schema.diagnostics(warning);
            return proto::list_resource::Event { diagnostic, ..Default::default() };
        }
    };
    let ListItem { identity, display_name, resource, warnings } = listed;
    let encoded = || -> Result<_, Failure> {
        let identity = resource_entry.encode_identity(Some(identity))?;
        let resource = resource.filter(|_| include);
        let resource =
            resource.map(|state| resource_entry.encode_object("listed state", state)).transpose()?;
        Ok((identity, resource))
    };
    match encoded() {
        Ok((identity, resource_object)) => proto::list_resource::Event {
            identity,
            display_name,
            resource_object,
            diagnostic: entry.schema.diagnostics(warnings),
        },
        Err(invalid) => {
            let diagnostic = entry.schema.diagnostics(invalid);
            proto::list_resource::Event { display_name, diagnostic, ..Default::default() }
        }
    }
}
