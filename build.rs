//! Compiles `proto/` into the server's side of the plugin protocol. protox is a protobuf compiler in Rust, so the
//! machine needs no `protoc`.

use std::error::Error;

const INTERFACES: [&str; 3] = ["proto/tfplugin6.proto", "proto/plugin.proto", "proto/health.proto"];

/// What comes with the two calls that hundreds wait in. Where a message passes through a future, the future has room for it
/// as long as it runs, and mostly twice; a box is a pointer in each.
const WAITING: [&str; 8] = [
    ".tfplugin6.ApplyResourceChange.Request.prior_state",
    ".tfplugin6.ApplyResourceChange.Request.planned_state",
    ".tfplugin6.ApplyResourceChange.Request.config",
    ".tfplugin6.ApplyResourceChange.Request.planned_identity",
    ".tfplugin6.ApplyResourceChange.Request.provider_meta",
    ".tfplugin6.ReadResource.Request.current_state",
    ".tfplugin6.ReadResource.Request.current_identity",
    ".tfplugin6.ReadResource.Request.provider_meta",
];

fn main() -> Result<(), Box<dyn Error>> {
    for interface in INTERFACES {
        println!("cargo::rerun-if-changed={interface}");
    }
    let waiting =
        WAITING.iter().fold(tonic_prost_build::configure(), |configured, field| configured.boxed(field));
    waiting
        .build_client(false)
        .build_transport(false)
        .codec_path("crate::plugin::codec::Exact")
        // An RPC that is not written out answers "unimplemented", which is what a host expects of an older plugin.
        .generate_default_stubs(true)
        // Values of several MiB pass from the socket's buffer to the decoder and back without being copied.
        .bytes(".")
        // The one foreign type, Timestamp, is generated too instead of pulling in prost-types.
        .compile_well_known_types(true)
        .emit_rerun_if_changed(false)
        .compile_fds(protox::compile(INTERFACES, ["proto"])?)?;
    Ok(())
}
