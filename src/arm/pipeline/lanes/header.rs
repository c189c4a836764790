//! The levels of Azure's request buckets in the headers of a response.
//!
//! Sources: Microsoft's page on request limits and throttling, for Azure Resource Manager's own buckets, and
//! recorded responses of the Compute provider for its own.

use super::super::super::pace::Refill;
use super::kind::Verb;

const PREFIX: &str = "x-ms-ratelimit-remaining-";

/// All principals of a subscription, or of a tenant, together have this many times the limit of one of them.
const GLOBAL: f64 = 15.0;

/// The level of one bucket in a response.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BucketLevel {
    /// The bucket's name, in lower case.
    pub(super) bucket: String,
    /// How many requests are left, never below zero.
    pub(super) remaining: f64,
    /// How many requests the bucket holds, if that is known.
    pub(super) size: Option<f64>,
    /// How many requests the bucket regains each second.
    pub(super) refill: f64,
}

/// Reads the headers of a response; their names are in lower case. A header or an entry that cannot be read
/// counts as absent.
pub(super) fn levels<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    refill: Refill,
) -> Vec<BucketLevel> {
    let mut levels = Vec::new();
    for (name, value) in headers {
        match name.strip_prefix(PREFIX) {
            Some("resource") => levels.extend(value.split(',').filter_map(of_provider)),
            Some(bucket) => levels.extend(of_arm(bucket, value, refill)),
            None => {}
        }
    }
    levels
}

/// Azure Resource Manager's own: `subscription-reads: 199`, also `tenant` and `global`.
fn of_arm(bucket: &str, value: &str, refill: Refill) -> Option<BucketLevel> {
    let (owner, verb) = bucket.rsplit_once('-')?;
    let one = match verb {
        "reads" => Verb::Read.refill(refill),
        "writes" => Verb::Write.refill(refill),
        "deletes" => Verb::Delete.refill(refill),
        _ => return None,
    };
    let refill = match owner {
        "subscription" | "tenant" => one,
        "subscription-global" | "tenant-global" => one * GLOBAL,
        _ => return None,
    };
    Some(BucketLevel { bucket: bucket.to_owned(), remaining: number(value)?, size: None, refill })
}

/// A resource provider's, `Microsoft.Compute/GetGallery3Min;349`: the name ends with the window in which the
/// bucket fills. A bucket of unknown size is not followed, since its level means nothing.
fn of_provider(entry: &str) -> Option<BucketLevel> {
    let (name, remaining) = entry.trim().rsplit_once(';')?;
    let bucket = name.trim().to_ascii_lowercase();
    let (_, operation) = bucket.rsplit_once('/')?;
    let without_unit = operation.strip_suffix("min")?;
    let operation = without_unit.trim_end_matches(|c: char| c.is_ascii_digit());
    let minutes = without_unit.strip_prefix(operation)?.parse().ok()?;
    let size = size(operation, minutes)?;
    let refill = size / (60.0 * f64::from(minutes));
    Some(BucketLevel { remaining: number(remaining)?, size: Some(size), refill, bucket })
}

/// The recorded sizes of the buckets that our requests draw from.
fn size(operation: &str, minutes: u16) -> Option<f64> {
    const OBJECT: &str = "galleryinvmaccesscontrolprofile";
    let verb = operation.strip_suffix("version").unwrap_or(operation).strip_suffix(OBJECT);
    let (in_3, in_30) = match (verb, operation) {
        (Some("createupdate" | "delete"), _) => (150.0, 750.0),
        (Some("get" | "list"), _) => (600.0, 3_000.0),
        (_, "getoperationstatus") => (5_000.0, 15_000.0),
        _ => return None,
    };
    match minutes {
        3 => Some(in_3),
        30 => Some(in_30),
        _ => None,
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFILL: Refill = Refill { reads: 25, writes: 10, deletes: 10 };

    fn read(headers: &[(&str, &'static str)]) -> Vec<(String, f64, f64)> {
        let all = levels(headers.iter().copied(), REFILL);
        all.into_iter().map(|one| (one.bucket, one.remaining, one.refill)).collect()
    }

    #[test]
    fn arm_names_its_buckets_in_the_header() {
        for (header, value, bucket, remaining, refill) in [
            ("x-ms-ratelimit-remaining-subscription-writes", "199", "subscription-writes", 199.0, 10.0),
            (
                "x-ms-ratelimit-remaining-subscription-global-reads",
                "3749",
                "subscription-global-reads",
                3_749.0,
                375.0,
            ),
            ("x-ms-ratelimit-remaining-tenant-reads", " 7 ", "tenant-reads", 7.0, 25.0),
            ("x-ms-ratelimit-remaining-subscription-deletes", "-4", "subscription-deletes", 0.0, 10.0),
        ] {
            assert_eq!(read(&[(header, value)]), [(bucket.to_owned(), remaining, refill)], "{header}");
        }
    }

    #[test]
    fn the_providers_buckets_have_their_window_in_the_name() {
        let header = "Microsoft.Compute/GetGalleryInVMAccessControlProfileVersion3Min;597, \
                      Microsoft.Compute/DeleteGalleryInVMAccessControlProfile30Min;2,microsoft.compute/GETOPERATIONSTATUS3MIN; 5";
        let expected = [
            (
                "microsoft.compute/getgalleryinvmaccesscontrolprofileversion3min".to_owned(),
                597.0,
                600.0 / 180.0,
            ),
            ("microsoft.compute/deletegalleryinvmaccesscontrolprofile30min".to_owned(), 2.0, 750.0 / 1_800.0),
            ("microsoft.compute/getoperationstatus3min".to_owned(), 5.0, 5_000.0 / 180.0),
        ];
        assert_eq!(read(&[("x-ms-ratelimit-remaining-resource", header)]), expected);
    }

    #[test]
    fn an_unreadable_header_counts_as_absent() {
        for text in ["", "many", "NaN", "inf", "1 2"] {
            assert_eq!(read(&[("x-ms-ratelimit-remaining-subscription-reads", text)]), [], "{text}");
        }
        for text in [
            "",
            ";",
            ",,;,",
            "x;y",
            ";5",
            "Microsoft.Compute/;5",
            "Microsoft.Compute/3Min;5",
            "Microsoft.Compute/GetGallery3Min;0",
            "Microsoft.Compute/Frobnicate30Min;0",
            "Microsoft.Compute/GetOperationStatus;5",
            "Microsoft.Compute/GetOperationStatus3Min",
            "Microsoft.Compute/GetOperationStatus3Min;",
            "Microsoft.Compute/GetOperationStatus3Min;five",
            "Microsoft.Compute/GetOperationStatus7Min;0",
            "Microsoft.Compute/GetOperationStatus99999999999999999999Min;0",
            "Microsoft.Compute/GetOperationStatusMin;0",
            "Microsoft.Compute/GetOperationStatus3Hours;0",
            "GetOperationStatus3Min;0",
            "\u{fffd}\u{2603}/3\u{2603}Min;1",
        ] {
            assert_eq!(read(&[("x-ms-ratelimit-remaining-resource", text)]), [], "{text:?}");
        }
        for name in [
            "x-ms-ratelimit-remaining-",
            "x-ms-ratelimit-remaining-subscription",
            "x-ms-ratelimit-remaining-moon-reads",
        ] {
            assert_eq!(read(&[(name, "0")]), [], "{name}");
        }
    }

    #[test]
    fn a_broken_entry_does_not_affect_its_neighbours() {
        let header =
            "Microsoft.Compute/GetOperationStatus3Min;x,?,Microsoft.Compute/GetOperationStatus30Min;14999,";
        let read = read(&[("x-ms-ratelimit-remaining-resource", header)]);
        assert_eq!(read.iter().map(|(_, remaining, _)| *remaining).collect::<Vec<_>>(), [14_999.0]);
    }
}
