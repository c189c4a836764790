//! The bodies of machines and scale sets. Everything that is not about the proxy agent is kept as it is sent.

use crate::arm::contract::{Member, Shape, optional, read, required};

/// The api-versions supported here: some of the published ones.
pub const VERSIONS: &[&str] = &[
    "2019-12-01",
    "2020-12-01",
    "2021-03-01",
    "2021-07-01",
    "2021-11-01",
    "2022-03-01",
    "2022-08-01",
    "2022-11-01",
    "2023-03-01",
    "2023-07-01",
    "2023-09-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-04-01",
    "2026-03-01",
    "2026-04-01",
];

/// The body of a machine, a scale set or an instance of one.
pub static BODY: &[Member] = &[
    read("name"),
    read("id"),
    read("type"),
    required("location", Shape::Text),
    optional("tags", Shape::Texts),
    optional("plan", Shape::Anything),
    optional("zones", Shape::List(&Shape::Text)),
    optional("identity", Shape::Anything),
    optional("sku", Shape::Anything),
    optional("extendedLocation", Shape::Anything),
    optional("properties", Shape::Anything),
    read("instanceId"),
    read("resources"),
    read("etag"),
    read("systemData"),
];
