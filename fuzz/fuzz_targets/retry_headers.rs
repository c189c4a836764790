//! See `arm::fuzz::retry_headers`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| terraform_provider_gallery::arm::fuzz::retry_headers(data));
