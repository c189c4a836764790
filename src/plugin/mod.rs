//! A plugin for Terraform and OpenTofu: handshake, mutual TLS, gRPC, values, schemas, diagnostics. It
//! contains nothing about Azure.
//!
//! This module could be a crate of its own. A provider implements [`Provider`] and, for each of its types,
//! [`Resource`], [`DataSource`], [`ListResource`] or [`Function`]. The [`Service`] converts Terraform's calls
//! to calls of these, and [`serve::run`] serves it to the host.
//!
//! # A complete provider
//!
//! It has one resource, `notes_note`. Its objects live in the memory of the process.
//!
//! ```
//! use std::collections::BTreeMap;
//! use std::sync::{Arc, Mutex};
//!
//! use async_trait::async_trait;
//! use terraform_provider_gallery::plugin::provider::ConfigureRequest;
//! use terraform_provider_gallery::plugin::resource::{
//!     Create, Delete, Deleted, ImportTarget, ApplyError, PlanCreate, PlanUpdate, Planned, Read, ReadOutcome, Stored,
//!     Update,
//! };
//! use terraform_provider_gallery::plugin::schema::{Attribute, Block};
//! use terraform_provider_gallery::plugin::{
//!     Context, Diagnostic, Diagnostics, Failure, Path, Provider, Resource, Schema, Service, Type, Value,
//! };
//!
//! /// The texts of the notes, by name.
//! type Notes = Arc<Mutex<BTreeMap<String, String>>>;
//!
//! struct NotesProvider(Notes);
//!
//! #[async_trait]
//! impl Provider for NotesProvider {
//!     fn schema(&self) -> Schema {
//!         Schema::new(0, Block::new("Keeps notes."))
//!     }
//!
//!     fn resources(&self) -> Vec<Arc<dyn Resource>> {
//!         vec![Arc::new(Note(Arc::clone(&self.0)))]
//!     }
//!
//!     async fn validate(&self, _: &Context, _: Value) -> Diagnostics {
//!         Diagnostics::new()
//!     }
//!
//!     async fn configure(&self, _: &Context, _: ConfigureRequest) -> Result<Diagnostics, Failure> {
//!         Ok(Diagnostics::new())
//!     }
//! }
//!
//! struct Note(Notes);
//!
//! impl Note {
//!     fn write(&self, planned: Value) -> Stored {
//!         let text = |name| planned.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
//!         self.0.lock().unwrap().insert(text("name"), text("text"));
//!         Stored::new(planned)
//!     }
//!
//!     fn find(&self, name: &str) -> Option<Value> {
//!         let text = self.0.lock().unwrap().get(name).cloned()?;
//!         Some(Value::object([("name", Value::from(name)), ("text", text.into())]))
//!     }
//! }
//!
//! #[async_trait]
//! impl Resource for Note {
//!     fn type_name(&self) -> &'static str {
//!         "notes_note"
//!     }
//!
//!     fn schema(&self) -> Schema {
//!         let name = Attribute::new("name", Type::String, "The name of the note.").required().replaces();
//!         let text = Attribute::new("text", Type::String, "The text of the note.").required();
//!         Schema::new(0, Block::new("A note.").attributes([name, text]))
//!     }
//!
//!     async fn validate(&self, _: &Context, config: Value) -> Diagnostics {
//!         match config.get("name").and_then(Value::as_str) {
//!             Some("") => Diagnostic::error("Empty name", "Give the note a name.").at(Path::attribute("name")).into(),
//!             _ => Diagnostics::new(),
//!         }
//!     }
//!
//!     async fn plan_create(&self, _: &Context, request: PlanCreate) -> Result<Planned, Failure> {
//!         Ok(Planned::new(request.proposed))
//!     }
//!
//!     async fn plan_update(&self, _: &Context, request: PlanUpdate) -> Result<Planned, Failure> {
//!         let renamed = request.prior.get("name") != request.proposed.get("name");
//!         let mut planned = Planned::new(request.proposed);
//!         if renamed {
//!             planned.replace.push(Path::attribute("name"));
//!         }
//!         Ok(planned)
//!     }
//!
//!     async fn create(&self, _: &Context, request: Create) -> Result<Stored, ApplyError> {
//!         Ok(self.write(request.planned))
//!     }
//!
//!     async fn read(&self, _: &Context, request: Read) -> Result<ReadOutcome, Failure> {
//!         let name = request.state.get("name").and_then(Value::as_str).unwrap_or_default();
//!         Ok(match self.find(name) {
//!             Some(state) => ReadOutcome::Present(Stored::new(state)),
//!             None => ReadOutcome::Gone(Diagnostics::new()),
//!         })
//!     }
//!
//!     async fn update(&self, _: &Context, request: Update) -> Result<Stored, ApplyError> {
//!         Ok(self.write(request.planned))
//!     }
//!
//!     async fn delete(&self, _: &Context, request: Delete) -> Result<Deleted, ApplyError> {
//!         let name = request.prior.get("name").and_then(Value::as_str).unwrap_or_default();
//!         self.0.lock().unwrap().remove(name);
//!         Ok(Deleted::default())
//!     }
//!
//!     async fn import(&self, _: &Context, target: ImportTarget) -> Result<Stored, Failure> {
//!         let found = match &target {
//!             ImportTarget::Id(name) => self.find(name),
//!             ImportTarget::Identity(_) => None,
//!         };
//!         Ok(Stored::new(found.ok_or_else(|| Diagnostic::error("Note not found", "There is no such note."))?))
//!     }
//! }
//!
//! /// The `main` of the plugin: it ends when the host is done with it.
//! fn serve() -> Result<(), Box<dyn std::error::Error>> {
//!     use terraform_provider_gallery::plugin::handshake::Handshake;
//!     use terraform_provider_gallery::plugin::serve::{self, Mode, Options};
//!
//!     let handshake = Handshake::from_environment(&|name| std::env::var_os(name))?;
//!     let options = Options { address: "example.com/some/notes", mode: Mode::Plugin, handshake };
//!     Ok(serve::run(|| Service::new(NotesProvider(Notes::default())), options)?)
//! }
//!
//! // No host has started this example, so `serve` refuses. A test calls the service directly.
//! assert!(serve().is_err());
//! # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
//! # runtime.block_on(async {
//! use terraform_provider_gallery::plugin::proto::{self, provider_server::Provider as _};
//! use terraform_provider_gallery::plugin::value::msgpack;
//!
//! let notes = Notes::default();
//! let kind = Note(Arc::clone(&notes)).schema().implied_type();
//! let service = Service::new(NotesProvider(Arc::clone(&notes)));
//! let sent = |value: &Value| {
//!     let msgpack = msgpack::encode(value, &kind).unwrap().into();
//!     Some(proto::DynamicValue { msgpack, ..Default::default() })
//! };
//! let note = Value::object([("name", Value::from("milk")), ("text", "Two bottles.".into())]);
//! let create = proto::apply_resource_change::Request {
//!     type_name: "notes_note".to_owned(),
//!     prior_state: sent(&Value::Null),
//!     planned_state: sent(&note),
//!     config: sent(&note),
//!     ..Default::default()
//! };
//! let answer = service.apply_resource_change(tonic::Request::new(create)).await.unwrap().into_inner();
//! assert!(answer.diagnostics.is_empty());
//! assert_eq!(msgpack::decode(&answer.new_state.unwrap().msgpack, &kind).unwrap(), note);
//! assert_eq!(notes.lock().unwrap()["milk"], "Two bottles.");
//! # });
//! ```

mod connection;
mod context;
pub mod data_source;
pub mod diagnostic;
pub mod function;
#[cfg(any(test, fuzzing))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
pub mod fuzz;
mod go_plugin;
pub mod handshake;
mod host_connections;
mod lifetime;
pub mod list_resource;
mod listener;
pub mod log;
mod memory_protection;
mod panics;
pub mod path;
pub mod proto;
pub mod provider;
pub mod resource;
pub mod schema;
pub mod serve;
pub mod service;
mod tls;
pub mod types;
pub mod value;

pub use data_source::DataSource;
pub use diagnostic::{Diagnostic, Diagnostics, Failure, Severity};
pub use function::{Function, FunctionError};
pub use list_resource::ListResource;
pub use path::{Path, Step};
pub use provider::{Context, Provider};
pub use resource::Resource;
pub use schema::Schema;
pub use service::Service;
pub use types::Type;
pub use value::Value;
