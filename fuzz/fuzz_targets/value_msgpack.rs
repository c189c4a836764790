//! See `plugin::fuzz::value_msgpack`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| terraform_provider_gallery::plugin::fuzz::value_msgpack(data));
