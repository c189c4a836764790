//! Compiles `proto/` into the server side of the plugin protocol. protox is a protobuf compiler in Rust, so
//! the machine needs no `protoc`.

use std::error::Error;

const INTERFACES: [&str; 3] = ["proto/tfplugin6.proto", "proto/plugin.proto", "proto/health.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    for interface in INTERFACES {
        println!("cargo::rerun-if-changed={interface}");
    }
    tonic_prost_build::configure()
        .build_client(false)
        .build_transport(false)
        // An RPC without an implementation returns "unimplemented", which a host expects of an older plugin.
        .generate_default_stubs(true)
        // Values of several MiB pass from the socket's buffer to the decoder without being copied.
        .bytes(".")
        // The one foreign type, Timestamp, is generated too instead of pulling in prost-types.
        .compile_well_known_types(true)
        .emit_rerun_if_changed(false)
        .compile_fds(protox::compile(INTERFACES, ["proto"])?)?;
    Ok(())
}
