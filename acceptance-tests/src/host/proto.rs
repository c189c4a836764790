//! The messages and clients of `proto/`, as generated: Terraform's own at the top, go-plugin's in [`go_plugin`].

// The packages name each other by relative paths, so the modules must nest as the packages do.
#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, clippy::nursery)]
#[allow(rustdoc::all)]
mod generated {
    pub mod google {
        pub mod protobuf {
            include!(concat!(env!("OUT_DIR"), "/google.protobuf.rs"));
        }
    }
    pub mod grpc {
        pub mod health {
            pub mod v1 {
                include!(concat!(env!("OUT_DIR"), "/grpc.health.v1.rs"));
            }
        }
    }
    pub mod plugin {
        include!(concat!(env!("OUT_DIR"), "/plugin.rs"));
    }
    pub mod tfplugin6 {
        include!(concat!(env!("OUT_DIR"), "/tfplugin6.rs"));
    }
}

pub use generated::google::protobuf::Timestamp;
pub use generated::tfplugin6::*;

/// The services that go-plugin expects of every plugin: broker, controller, standard streams.
pub mod go_plugin {
    pub use super::generated::google::protobuf::Empty as GoogleEmpty;
    pub use super::generated::plugin::*;
}

/// The standard health service of gRPC.
pub mod health {
    pub use super::generated::grpc::health::v1::*;
}
