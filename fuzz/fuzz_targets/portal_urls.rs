//! See `arm::fuzz::portal_urls`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| terraform_provider_gallery::arm::fuzz::portal_urls(data));
