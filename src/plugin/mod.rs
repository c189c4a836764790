//! Terraform's side: handshake, mutual TLS, the gRPC service, values, schemas, diagnostics. Knows no Azure.
mod connection;
mod go_plugin;
pub mod handshake;
pub mod lifetime;
pub mod listener;
pub mod log;
pub mod panics;
pub mod proto;
pub mod serve;
pub mod tls;
