//! A provider whose behaviour depends on the name of a thing.

mod join;
mod plain;
mod thing;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use crate::plugin::data_source::{DataSource, ReadData, ReadDataResult};
use crate::plugin::diagnostic::{Diagnostic, Diagnostics, Failure};
use crate::plugin::function::Function;
use crate::plugin::list_resource::{ListItem, ListRequest, ListResource, ListSender};
use crate::plugin::path::Path;
use crate::plugin::provider::{ConfigureRequest, Context, Deferral, Provider};
use crate::plugin::resource::{
    ApplyError, Create, Delete, Deleted, ImportTarget, Move, Partial, PlanCreate, PlanDelete, PlanUpdate,
    Planned, Read, ReadOutcome, Resource, Stored, Update,
};
use crate::plugin::schema::{Attribute, Block, IdentitySchema, Schema};
use crate::plugin::types::Type;
use crate::plugin::value::Value;
use join::Join;
use plain::Plain;
pub(super) use thing::{IDENTITY, THING, thing, with};
use thing::{identity_of, identity_schema, name_of, schema};

/// A call that the provider received: the method, and its arguments.
#[derive(Debug)]
pub(super) struct ReceivedCall {
    pub(super) method: &'static str,
    pub(super) values: Vec<Value>,
    pub(super) private: Vec<u8>,
    pub(super) earlier: Vec<u8>,
    pub(super) identity: Option<Value>,
    pub(super) meta: Option<Value>,
    pub(super) cancelled: bool,
}

#[derive(Clone)]
pub(super) struct Double {
    pub(super) received: Arc<Mutex<Vec<ReceivedCall>>>,
}

/// Must never appear in a message.
pub(super) const SECRET: &str = "hunter2";

/// The thread on which the provider is called.
pub(super) fn thread() -> String {
    format!("{:?}", std::thread::current().id())
}

fn failure() -> Diagnostic {
    Diagnostic::error("It failed", "The test asked for it.")
        .at(Path::attribute("item").with_index(0).with_attribute("value"))
}

fn warning() -> Diagnostics {
    Diagnostic::warning("Careful", "The test asked for it.").into()
}

impl Double {
    fn note(&self, method: &'static str, context: &Context, values: Vec<Value>) -> ReceivedCall {
        ReceivedCall {
            method,
            values,
            private: Vec::new(),
            earlier: Vec::new(),
            identity: None,
            meta: context.meta.clone(),
            cancelled: context.cancel.is_cancelled(),
        }
    }

    fn push(&self, received: ReceivedCall) {
        self.received.lock().expect("not poisoned").push(received);
    }

    /// The result of a create or update of this thing.
    async fn store(&self, context: &Context, planned: Value) -> Result<Stored, ApplyError> {
        let name = name_of(&planned);
        let state = with(planned, "id", format!("/things/{name}"));
        let identity = identity_of(&state);
        let stored = Stored { state, private: b"stored".to_vec(), identity, warnings: warning() };
        match name.as_str() {
            "panic" => panic!("{SECRET}"),
            "fail" => Err(failure().into()),
            "partial" => {
                let state = with(stored.state, "any", Value::unknown());
                let partial = Partial { state, private: b"partial".to_vec(), identity: stored.identity };
                Err(ApplyError { failure: failure().into(), partial: Some(partial) })
            }
            "misfit" => Ok(Stored { state: with(stored.state, "name", 5), ..stored }),
            "null" => Ok(Stored { state: Value::Null, ..stored }),
            "anonymous" => Ok(Stored { identity: None, ..stored }),
            "wait" => {
                context.cancel.cancelled().await;
                Err(failure().into())
            }
            "slow" => {
                context.cancel.cancelled().await;
                self.push(self.note("finished", context, Vec::new()));
                Ok(stored)
            }
            _ => Ok(stored),
        }
    }
}

#[async_trait]
impl Provider for Double {
    fn schema(&self) -> Schema {
        Schema::new(
            0,
            Block::new("").attributes([Attribute::new("token", Type::String, "Token.").sensitive()]),
        )
    }

    fn meta_schema(&self) -> Option<Schema> {
        Some(Schema::new(0, Block::new("").attributes([Attribute::new("module", Type::String, "Module.")])))
    }

    fn resources(&self) -> Vec<Arc<dyn Resource>> {
        vec![Arc::new(self.clone()), Arc::new(Plain)]
    }

    fn data_sources(&self) -> Vec<Arc<dyn DataSource>> {
        vec![Arc::new(self.clone())]
    }

    fn list_resources(&self) -> Vec<Arc<dyn ListResource>> {
        vec![Arc::new(self.clone())]
    }

    fn functions(&self) -> Vec<Arc<dyn Function>> {
        vec![Arc::new(Join)]
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        match config.get("token").and_then(Value::as_str) {
            Some("panic") => panic!("{SECRET}"),
            Some("bad") => Diagnostic::error("Bad token", "The test asked for it.")
                .at(Path::attribute("token").with_key("x"))
                .into(),
            _ => warning(),
        }
    }

    async fn configure(&self, context: &Context, request: ConfigureRequest) -> Result<Diagnostics, Failure> {
        assert_eq!(request.terraform_version, "1.2.3");
        assert!(request.capabilities.deferral_allowed);
        self.push(self.note("configure", context, vec![request.config.clone()]));
        if request.config.get("token").is_some_and(Value::is_null) {
            return Err(failure().into());
        }
        Ok(warning())
    }
}

#[async_trait]
impl Resource for Double {
    fn type_name(&self) -> &'static str {
        "test_thing"
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(identity_schema())
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        if name_of(&config) == "panic" {
            panic!("{SECRET}");
        }
        match name_of(&config).as_str() {
            "fail" => failure().into(),
            "thread" => Diagnostic::warning(thread(), "The test asked for it.").into(),
            _ => warning(),
        }
    }

    async fn plan_create(&self, context: &Context, request: PlanCreate) -> Result<Planned, Failure> {
        let PlanCreate { config, proposed, private, earlier, .. } = request;
        let values = vec![config, proposed.clone()];
        self.push(ReceivedCall { private, earlier, ..self.note("plan_create", context, values) });
        let planned = Planned { private: b"planned".to_vec(), warnings: warning(), ..Planned::new(proposed) };
        match name_of(&planned.state).as_str() {
            "panic" => panic!("{SECRET}"),
            "fail" => Err(failure().into()),
            "misfit" => Ok(Planned { state: with(planned.state, "rules", 5), ..planned }),
            "null" => Ok(Planned { state: Value::Null, ..planned }),
            "later" => Ok(Planned { deferred: Some(Deferral::ProviderConfigUnknown), ..planned }),
            "secret" => Ok(Planned { state: with(planned.state, "password", SECRET), ..planned }),
            _ => Ok(planned),
        }
    }

    async fn plan_update(&self, context: &Context, request: PlanUpdate) -> Result<Planned, Failure> {
        let PlanUpdate { prior, config, proposed, private, earlier, identity, .. } = request;
        let values = vec![prior, config, proposed.clone()];
        self.push(ReceivedCall { private, earlier, identity, ..self.note("plan_update", context, values) });
        let mut planned = Planned::new(proposed);
        if name_of(&planned.state) == "replace" {
            let item = Path::attribute("item");
            planned.replace = vec![
                Path::attribute("name"),
                item.with_index(0).with_attribute("value"),
                item.with_index(1),
                Path::attribute("rules").with_key("a").with_attribute("codes").with_index(0),
                Path::root(),
            ];
        }
        Ok(planned)
    }

    async fn plan_delete(&self, context: &Context, request: PlanDelete) -> Result<Diagnostics, Failure> {
        let fails = name_of(&request.prior) == "fail";
        self.push(ReceivedCall {
            private: request.private,
            ..self.note("plan_delete", context, vec![request.prior])
        });
        if fails { Err(failure().into()) } else { Ok(warning()) }
    }

    async fn create(&self, context: &Context, request: Create) -> Result<Stored, ApplyError> {
        let Create { config, planned, private, identity } = request;
        let values = vec![config, planned.clone()];
        self.push(ReceivedCall { private, identity, ..self.note("create", context, values) });
        self.store(context, planned).await
    }

    async fn read(&self, context: &Context, request: Read) -> Result<ReadOutcome, Failure> {
        let Read { state, private, identity, .. } = request;
        let stored = Stored { private: b"read".to_vec(), warnings: warning(), ..Stored::new(state.clone()) };
        self.push(ReceivedCall { private, identity, ..self.note("read", context, vec![state]) });
        match name_of(&stored.state).as_str() {
            "panic" => panic!("{SECRET}"),
            "fail" => Err(failure().into()),
            "gone" => Ok(ReadOutcome::Gone(warning())),
            "later" => Ok(ReadOutcome::Deferred(Deferral::AbsentPrerequisite)),
            "null" => Ok(ReadOutcome::Present(Stored::new(Value::Null))),
            "blockless" => {
                Ok(ReadOutcome::Present(Stored { state: with(stored.state, "item", Value::Null), ..stored }))
            }
            _ => Ok(ReadOutcome::Present(stored)),
        }
    }

    async fn update(&self, context: &Context, request: Update) -> Result<Stored, ApplyError> {
        let Update { prior, config, planned, private, identity } = request;
        let values = vec![prior, config, planned.clone()];
        self.push(ReceivedCall { private, identity, ..self.note("update", context, values) });
        self.store(context, planned).await
    }

    async fn delete(&self, context: &Context, request: Delete) -> Result<Deleted, ApplyError> {
        let Delete { prior, private, identity } = request;
        self.push(ReceivedCall { private, identity, ..self.note("delete", context, vec![prior.clone()]) });
        match self.store(context, prior).await {
            Ok(_) => Ok(Deleted { warnings: warning() }),
            Err(interrupted) => Err(interrupted),
        }
    }

    async fn import(&self, _: &Context, target: ImportTarget) -> Result<Stored, Failure> {
        let (name, identity) = match target {
            ImportTarget::Id(id) if id == "panic" => panic!("{SECRET}"),
            ImportTarget::Id(id) if id == "fail" => return Err(failure().into()),
            ImportTarget::Id(id) => (id.clone(), Some(Value::object([("name", id.into())]))),
            // The requested identity is the identity; it need not be returned again.
            ImportTarget::Identity(identity) => (name_of(&identity), None),
        };
        Ok(Stored { private: b"imported".to_vec(), identity, ..Stored::new(thing(&name)) })
    }

    fn tidy_config(&self, config: Value) -> Value {
        match name_of(&config).as_str() {
            "panic" => panic!("{SECRET}"),
            "tidy" => with(config, "any", Value::Null),
            _ => config,
        }
    }

    async fn upgrade_state(&self, version: i64, state: serde_json::Value) -> Result<Value, Failure> {
        match (version, state.get("label").and_then(serde_json::Value::as_str)) {
            (1, Some(label)) => Ok(with(thing(label), "item", Value::Null)),
            _ => Err(Diagnostic::error("Unknown version", "The test asked for it.").into()),
        }
    }

    fn moves(&self) -> bool {
        true
    }

    async fn move_state(&self, _: &Context, request: Move) -> Result<Stored, Failure> {
        if (request.source_type.as_str(), request.source_version) != ("other_thing", 7) {
            return Err(failure().into());
        }
        assert_eq!(request.source_private, b"other");
        assert!(request.source_provider.ends_with("/other"));
        let name = request.source_state.get("title").and_then(serde_json::Value::as_str).unwrap_or_default();
        let stored = Stored::new(thing(name));
        let identity = identity_of(&stored.state);
        Ok(Stored { private: b"moved".to_vec(), identity, ..stored })
    }
}

#[async_trait]
impl DataSource for Double {
    fn type_name(&self) -> &'static str {
        "test_thing"
    }

    fn schema(&self) -> Schema {
        let name = Attribute::new("name", Type::String, "Name.").required();
        let id = Attribute::new("id", Type::String, "Id.").computed();
        Schema::new(0, Block::new("A thing.").attributes([name, id]))
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        if name_of(&config) == "fail" {
            Diagnostic::error("Bad name", "The test asked for it.").at(Path::attribute("name")).into()
        } else {
            warning()
        }
    }

    async fn read(&self, _: &Context, request: ReadData) -> Result<ReadDataResult, Failure> {
        match name_of(&request.config).as_str() {
            "panic" => panic!("{SECRET}"),
            "fail" => Err(failure().into()),
            "later" => {
                let state = with(request.config, "id", Value::unknown());
                Ok(ReadDataResult {
                    deferred: Some(Deferral::ProviderConfigUnknown),
                    ..ReadDataResult::new(state)
                })
            }
            name => {
                let state = with(request.config, "id", format!("/{name}"));
                Ok(ReadDataResult { warnings: warning(), ..ReadDataResult::new(state) })
            }
        }
    }
}

#[async_trait]
impl ListResource for Double {
    fn type_name(&self) -> &'static str {
        "test_thing"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            0,
            Block::new("Things.").attributes([Attribute::new("name", Type::String, "Name.").required()]),
        )
    }

    async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
        if name_of(&config) == "fail" {
            Diagnostic::error("Bad name", "The test asked for it.").at(Path::attribute("name")).into()
        } else {
            warning()
        }
    }

    /// An endless list, the second entry of which cannot be listed.
    async fn list(
        &self,
        context: &Context,
        request: ListRequest,
        sender: &mut ListSender,
    ) -> Result<(), Failure> {
        let name = name_of(&request.config);
        for number in 0.. {
            let thing = thing(&format!("{name}{number}"));
            let listed = ListItem {
                identity: identity_of(&thing).expect("has one"),
                display_name: format!("Thing {number}"),
                resource: request.include_resource.then_some(thing),
                warnings: Diagnostics::new(),
            };
            let flow = match (name.as_str(), number) {
                ("panic", 1) => panic!("{SECRET}"),
                ("fail", 1) => return Err(failure().into()),
                ("misfit", 0) => sender.send(ListItem { identity: 5.into(), ..listed }).await,
                (_, 1) => sender.warn(Diagnostic::warning("Not this one", "The test asked for it.")).await,
                _ => sender.send(listed).await,
            };
            if flow.is_break() {
                self.push(self.note("finished", context, Vec::new()));
                return Ok(());
            }
        }
        Ok(())
    }
}
