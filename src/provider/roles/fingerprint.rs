//! Fingerprints: short texts that stay the same as long as the meaning does.

use ring::digest::{SHA256, digest};

/// The SHA-256 of a text, in hexadecimal.
#[must_use]
pub fn of(text: &str) -> String {
    digest(&SHA256, text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fingerprint_is_sha256() {
        assert_eq!(super::of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
