//! See `explain::fuzz::explain`.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| terraform_provider_gallery::explain::fuzz::explain(data));
