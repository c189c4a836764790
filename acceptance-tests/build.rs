//! Compiles `proto/` into the host's side of the plugin protocol: the provider's build makes the other.

use std::error::Error;

const INTERFACES: [&str; 3] = ["../proto/tfplugin6.proto", "../proto/plugin.proto", "../proto/health.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    for interface in INTERFACES {
        println!("cargo::rerun-if-changed={interface}");
    }
    tonic_prost_build::configure()
        .build_server(false)
        .bytes(".")
        .compile_well_known_types(true)
        .emit_rerun_if_changed(false)
        .compile_fds(protox::compile(INTERFACES, ["../proto"])?)?;
    Ok(())
}
