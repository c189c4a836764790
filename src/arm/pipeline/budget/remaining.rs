//! What an answer says is left, in every header it does so.

/// The bucket of Azure Resource Manager itself, as against those of a resource provider.
pub(super) const OWN: &str = "";

const PREFIX: &str = "x-ms-ratelimit-remaining-";

/// The headers of Azure Resource Manager. An answer has those that fit its request; the least of them counts.
const BUCKETS: [&str; 9] = [
    "subscription-reads",
    "subscription-writes",
    "subscription-deletes",
    "subscription-global-reads",
    "subscription-global-writes",
    "subscription-global-deletes",
    "tenant-reads",
    "tenant-writes",
    "tenant-deletes",
];

/// What is left of one bucket.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::arm) struct Remaining {
    /// Its name; [`OWN`] for that of Azure Resource Manager.
    pub(in crate::arm) bucket: String,
    /// How many requests are left, never below zero.
    pub(in crate::arm) left: f64,
}

/// Takes the headers of an answer, names in small letters; gives what they say is left. What cannot be read counts as
/// absent.
///
/// `x-ms-ratelimit-remaining-resource` is a list of `Namespace/Bucket;left`, separated by commas (Microsoft's page on
/// the limits of the Compute provider).
pub(in crate::arm::pipeline) fn remaining<'a>(
    headers: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<Remaining> {
    let (mut own, mut all) = (None::<f64>, Vec::new());
    for (name, value) in headers {
        match name.strip_prefix(PREFIX) {
            Some("resource") => all.extend(value.split(',').filter_map(entry)),
            Some(bucket) if BUCKETS.contains(&bucket) => {
                own = own.into_iter().chain(number(value)).reduce(f64::min);
            }
            _ => {}
        }
    }
    let own = own.map(|left| Remaining { bucket: OWN.to_owned(), left });
    own.into_iter().chain(all).collect()
}

fn entry(text: &str) -> Option<Remaining> {
    let (bucket, left) = text.trim().rsplit_once(';')?;
    let left = number(left).filter(|_| !bucket.is_empty() && bucket.len() <= 200)?;
    Some(Remaining { bucket: bucket.to_lowercase(), left })
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number.max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&str, &'static str)]) -> Vec<(String, f64)> {
        let all = remaining(headers.iter().copied());
        all.into_iter().map(|one| (one.bucket, one.left)).collect()
    }

    #[test]
    fn the_least_of_the_own_buckets_counts() {
        let own = |left| vec![(OWN.to_owned(), left)];
        let writes = "x-ms-ratelimit-remaining-subscription-writes";
        assert_eq!(
            read(&[(writes, "199"), ("x-ms-ratelimit-remaining-subscription-global-writes", "2999")]),
            own(199.0)
        );
        assert_eq!(
            read(&[(writes, "199"), ("x-ms-ratelimit-remaining-subscription-global-writes", "3")]),
            own(3.0)
        );
        assert_eq!(read(&[("x-ms-ratelimit-remaining-tenant-reads", " 7 ")]), own(7.0));
        assert_eq!(read(&[(writes, "-4")]), own(0.0));
    }

    #[test]
    fn the_buckets_of_the_provider_are_read_by_name() {
        let header = "Microsoft.Compute/GetVM3Min;239, Microsoft.Compute/GetVM30Min;1899,;5,x;y,z";
        let expected = vec![
            ("microsoft.compute/getvm3min".to_owned(), 239.0),
            ("microsoft.compute/getvm30min".to_owned(), 1899.0),
        ];
        assert_eq!(read(&[("x-ms-ratelimit-remaining-resource", header)]), expected);
    }

    #[test]
    fn what_cannot_be_read_is_absent() {
        for text in ["", "many", "NaN", "inf", "1 2"] {
            assert_eq!(read(&[("x-ms-ratelimit-remaining-subscription-reads", text)]), [], "{text}");
        }
        assert_eq!(read(&[]), []);
    }
}
