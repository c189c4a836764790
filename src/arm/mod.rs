//! Azure's side: Azure Resource Manager and the resources managed there. It contains nothing about Terraform.
//!
//! A suggested reading order:
//!
//! - [`ids`], [`Location`], [`models`]: the values, which compare as ARM compares.
//! - [`Cloud`], [`Login`], [`ClientSettings`]: where Azure is, and how to sign in.
//! - [`Call`]: the deadline of an operation, and how it is cancelled. Every request has one.
//! - `pipeline`: how a request is sent, in small policies: ids and user agent, retry, lanes, token, log,
//!   transport.
//! - `metadata`, `registration`: requests that may be needed before another request can succeed.
//! - `exchange`, `answer`, `link`: one request and its response; which addresses in responses are followed.
//! - `operation`: long-running operations in two phases, [`Started`] and [`PendingOperation`].
//! - [`ArmClient`]: the verbs on profiles and versions.
//! - [`agent`]: the report of a machine's guest proxy agent.
//! - [`error`]: all errors, for programs (`is_*`) and for people ([`Error::report`]).
//!
//! This is the only module that names azure_core and azure_identity.

pub mod agent;
mod answer;
mod call;
mod client;
mod cloud;
mod durations;
pub mod error;
mod exchange;
#[cfg(any(test, fuzzing))]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
pub mod fuzz;
pub mod ids;
mod link;
mod location;
mod login;
mod metadata;
pub mod models;
mod operation;
mod pace;
mod pipeline;
mod regions;
mod registration;
mod secret;

pub use call::{Call, WriteOutcome};
pub use client::{
    API_VERSION, ArmClient, Authorization, ClientSettings, Collection, CreateOutcome, DeleteOutcome, Kind,
    MachineList, MachineScope, Machines, Pages, UnreadableEntry,
};
pub use cloud::{Cloud, CloudError, CloudSource, MetadataHost};
pub use error::{Error, LastResponse, Missing};
pub use location::Location;
pub use login::{
    AddressError, Application, ApplicationError, AssertionSource, Certificate, CertificateError, ClientId,
    IdentityEndpoint, IdentitySelector, Login, MachineUrl, ManagedIdentity, NoUserAssigned, RequestUrl,
    TenantId, text,
};
pub use operation::{OperationStatus, PendingOperation, Started, Unfinished};
pub use pace::{Backoff, Pace, Refill};
pub use regions::KNOWN_REGIONS;
pub use registration::NAMESPACE;
pub use secret::Secret;
