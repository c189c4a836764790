//! Terraform's side: handshake, mutual TLS, the gRPC service, values, schemas, diagnostics. Knows no Azure.
pub mod proto;
