//! See `arm::fuzz::links`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| terraform_provider_gallery::arm::fuzz::links(data));
