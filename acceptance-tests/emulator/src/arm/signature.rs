//! The signed part of an operation's address: `t`, the time in ticks; `c`, a certificate; `s` and `h`,
//! signature and hash. Only their lengths matter here, and that clients return them unchanged.
//!
//! Source: recorded traffic. `t` has 18 digits, `c` 2,575 characters, `s` 342, `h` 43: an address at
//! `management.azure.com` in `westus` is 3,189 characters long. The two addresses of a DELETE have separate
//! signatures.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use crate::clock::Millis;
use crate::exchange::Request;

/// Ticks of 100 ns from the year 1 to 1970.
const EPOCH: i64 = 621_355_968_000_000_000;

static CERTIFICATE: LazyLock<String> =
    LazyLock::new(|| format!("MII{}", filler("certificate", 1931).get(3..).unwrap_or_default()));

/// The members of the query that sign an address, in order. `purpose` distinguishes two addresses of one
/// operation.
fn members(operation: &str, purpose: &str, started: Millis) -> [(&'static str, String); 4] {
    let subject = format!("{operation}/{purpose}");
    [
        ("t", (EPOCH + started.saturating_mul(10_000)).to_string()),
        ("c", CERTIFICATE.clone()),
        ("s", filler(&subject, 256)),
        ("h", URL_SAFE_NO_PAD.encode(digest(&SHA256, subject.as_bytes()))),
    ]
}

/// The same as the end of a query.
pub fn query(operation: &str, purpose: &str, started: Millis) -> String {
    members(operation, purpose, started).iter().map(|(name, value)| format!("&{name}={value}")).collect()
}

/// Whether a request has the signature as it was returned.
pub fn holds(request: &Request, operation: &str, purpose: &str, started: Millis) -> bool {
    let given = members(operation, purpose, started);
    given.iter().all(|(name, value)| request.parameter(name) == Some(value))
}

/// So many meaningless bytes, as base64.
fn filler(subject: &str, bytes: usize) -> String {
    let blocks = (0..bytes.div_ceil(32))
        .flat_map(|at| digest(&SHA256, format!("{subject}#{at}").as_bytes()).as_ref().to_vec());
    URL_SAFE_NO_PAD.encode(blocks.take(bytes).collect::<Vec<u8>>())
}

#[cfg(test)]
mod tests {
    use hyper::Method;

    use super::*;

    #[test]
    fn every_part_is_as_long_as_at_azure() {
        let lengths: Vec<usize> =
            members("guid", "status", 1_700_000_000_000).iter().map(|(_, value)| value.len()).collect();
        assert_eq!(lengths, [18, 2575, 342, 43]);
    }

    #[test]
    fn a_changed_signature_is_noticed() {
        let address = format!("/o?api-version=x{}", query("guid", "status", 5));
        let request = |address: &str| Request::new(Method::GET, address, "https://h");
        assert!(holds(&request(&address), "guid", "status", 5));
        assert!(!holds(&request(&address), "guid", "monitor", 5));
        assert!(!holds(&request(address.trim_end_matches(|c| c != '&')), "guid", "status", 5));
    }
}
