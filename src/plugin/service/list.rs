//! ValidateListResourceConfig and ListResource.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::call::guarded;
use super::catalogue::{Listable, Managed};
use super::{Shared, convert};
use crate::plugin::diagnostic::{Diagnostics, Failure};
use crate::plugin::list_resource::{Event, List, Listed, Listener};
use crate::plugin::proto;

/// How many objects are read ahead of the host.
const AHEAD: usize = 16;

type Sent = Result<proto::list_resource::Event, Status>;

impl Shared {
    /// Checks the configuration of a list.
    pub(super) async fn validate_list(
        &self,
        request: proto::validate_list_resource_config::Request,
    ) -> proto::validate_list_resource_config::Response {
        let diagnostics = match self.catalogue().list_resource(&request.type_name) {
            Err(unknown) => convert::pathless(unknown),
            Ok((listable, _)) => {
                let checked = async {
                    let config = listable.form.configuration(request.config)?;
                    let doing = format!("checking a list of `{}`", request.type_name);
                    guarded(&doing, listable.list.validate(&self.context(), config)).await
                };
                listable.form.told(checked.await.unwrap_or_else(Failure::into_diagnostics))
            }
        };
        proto::validate_list_resource_config::Response { diagnostics }
    }

    /// Lists the objects of a type: an event for each as it is found. An error is an event too, the last one.
    pub(super) fn list(self: Arc<Self>, request: proto::list_resource::Request) -> ReceiverStream<Sent> {
        let (sender, receiver) = mpsc::channel(AHEAD);
        let shared = Arc::clone(&self);
        self.calls.spawn("ListResource", async move {
            if let Err(diagnostic) = shared.list_to(request, &sender).await {
                let last = proto::list_resource::Event { diagnostic, ..Default::default() };
                // A host that has gone needs no answer.
                let _ = sender.send(Ok(last)).await;
            }
        });
        ReceiverStream::new(receiver)
    }

    async fn list_to(
        &self,
        request: proto::list_resource::Request,
        sender: &mpsc::Sender<Sent>,
    ) -> Result<(), Vec<proto::Diagnostic>> {
        let (listable, managed) =
            self.catalogue().list_resource(&request.type_name).map_err(convert::pathless)?;
        let failed = |failure: Failure| listable.form.told(failure.into_diagnostics());
        let config = listable.form.configuration(request.config).map_err(failed)?;
        let include = request.include_resource_object;
        // Nothing and less mean that there is no limit.
        let limit = u64::try_from(request.limit).ok().filter(|limit| *limit > 0);
        let (events, mut found) = mpsc::channel(1);
        let mut listener = Listener::new(events, limit);
        let doing = format!("listing `{}`", request.type_name);
        let reading = async {
            let list = List { config, include_resource: include };
            let listed = guarded(&doing, listable.list.list(&self.context(), list, &mut listener)).await;
            listener.finish().await;
            listed
        };
        let sending = async move {
            while let Some(event) = found.recv().await {
                if sender.send(Ok(answer(listable, managed, event, include))).await.is_err() {
                    // The receiver goes with this, which tells the provider.
                    return;
                }
            }
        };
        let (listed, ()) = tokio::join!(reading, sending);
        listed.and_then(|listed| listed).map_err(failed)
    }
}

fn answer(
    listable: &Listable,
    managed: &Managed,
    event: Event,
    include: bool,
) -> proto::list_resource::Event {
    let listed = match event {
        Event::Listed(listed) => listed,
        Event::Warning(warning) => {
            let diagnostic = listable.form.told(warning);
            return proto::list_resource::Event { diagnostic, ..Default::default() };
        }
    };
    let Listed { identity, display_name, resource, warnings } = listed;
    let encoded = || -> Result<_, Failure> {
        let identity = managed.encode_identity(Some(identity))?;
        let resource = resource.filter(|_| include);
        let resource = resource.map(|state| managed.encode_object("listed state", state)).transpose()?;
        Ok((identity, resource))
    };
    match encoded() {
        Ok((identity, resource_object)) => proto::list_resource::Event {
            identity,
            display_name,
            resource_object,
            diagnostic: listable.form.told(warnings),
        },
        Err(invalid) => {
            let mut told = Diagnostics::new();
            told.extend(invalid.into_diagnostics());
            proto::list_resource::Event {
                display_name,
                diagnostic: listable.form.told(told),
                ..Default::default()
            }
        }
    }
}
