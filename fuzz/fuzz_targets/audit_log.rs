//! Any bytes are a log: reading ends without a panic, and what is learned allows every record it says it covers.

#![no_main]

use libfuzzer_sys::fuzz_target;
use terraform_provider_gallery::allowlist::{Endpoint, LearnOptions, OsType, learn};

fuzz_target!(|log: &[u8]| {
    for endpoint in [Endpoint::Imds, Endpoint::WireServer] {
        let learned = learn(log, LearnOptions::new(endpoint, OsType::Linux)).expect("a slice is readable");
        let again = learn(log, LearnOptions::new(endpoint, OsType::Linux)).expect("a slice is readable");
        assert_eq!(learned, again, "the same log gives the same rules");
        assert!(learned.report.covered <= learned.report.reading.records());
    }
});
