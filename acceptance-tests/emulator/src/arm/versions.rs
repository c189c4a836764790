//! The api-versions of each type.

use crate::arm::error::ArmError;
use crate::arm::id::Kind;
use crate::arm::machines;

/// The two in-VM types came with 2024-03-03; later dates have the same shape (specification and generated
/// SDKs).
pub const PROFILES: &[&str] = &["2024-03-03", "2025-03-03", "2025-12-03", "2026-03-03"];

/// Galleries, as the generated SDKs list them.
pub const GALLERIES: &[&str] = &[
    "2018-06-01",
    "2019-03-01",
    "2019-07-01",
    "2019-12-01",
    "2020-09-30",
    "2021-07-01",
    "2021-10-01",
    "2022-01-03",
    "2022-03-03",
    "2022-08-03",
    "2023-07-03",
    "2024-03-03",
    "2025-03-03",
    "2025-12-03",
    "2026-03-03",
];

/// Dates of ARM's own operations, as `GET /subscriptions/{id}/providers` returns them. Any other date is
/// accepted as well: clients use many, and nothing here differs between them.
pub const RESOURCES: &[&str] = &[
    "2014-04-01",
    "2015-11-01",
    "2016-06-01",
    "2018-05-01",
    "2019-10-01",
    "2020-06-01",
    "2020-10-01",
    "2021-01-01",
    "2021-04-01",
    "2022-09-01",
    "2022-12-01",
    "2023-07-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-03-01",
    "2025-04-01",
];

/// The api-versions of a kind.
pub fn of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Group => RESOURCES,
        Kind::Gallery => GALLERIES,
        Kind::Profile | Kind::Version => PROFILES,
        Kind::Machine | Kind::ScaleSet | Kind::Instance => machines::contract::VERSIONS,
    }
}

/// Checks the api-version of a request to ARM itself: it must be present and a date.
pub fn check_date(version: Option<&str>) -> Result<&str, ArmError> {
    let version = version.filter(|version| !version.is_empty()).ok_or_else(ArmError::api_version_missing)?;
    if is_date(version) {
        Ok(version)
    } else {
        Err(ArmError::api_version_malformed(version, &RESOURCES.join(",")))
    }
}

/// Checks the api-version of a request to a resource: it must be one of its type.
pub fn check(version: Option<&str>, kind: Kind, location: &str) -> Result<(), ArmError> {
    let supported = of(kind);
    let version = version.filter(|version| !version.is_empty()).ok_or_else(ArmError::api_version_missing)?;
    if !is_date(version) {
        return Err(ArmError::api_version_malformed(version, &supported.join(",")));
    }
    if kind == Kind::Group || supported.contains(&version) {
        return Ok(());
    }
    Err(ArmError::api_version_unsupported(kind.nested_name(), version, &supported.join(", "), location))
}

/// Whether bodies of this date have `systemData`: the models of 2024-03-03 do not.
pub fn has_system_data(version: &str) -> bool {
    version > "2024-03-03"
}

fn is_date(version: &str) -> bool {
    let (date, preview) = version.split_at_checked(10).unwrap_or((version, ""));
    let mut parts = date.split('-');
    let mut number = |length: usize, low: u16, high: u16| {
        parts.next().is_some_and(|part| {
            part.len() == length
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && part.parse::<u16>().is_ok_and(|value| (low..=high).contains(&value))
        })
    };
    let good = number(4, 2014, 2027) && number(2, 1, 12) && number(2, 1, 31);
    good && parts.next().is_none() && (preview.is_empty() || preview.eq_ignore_ascii_case("-preview"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(version: Option<&str>, kind: Kind) -> String {
        check(version, kind, "").map_or_else(|error| error.code, |()| "ok".to_owned())
    }

    #[test]
    fn each_wrong_version_has_its_own_code() {
        assert_eq!(code(Some("2024-03-03"), Kind::Version), "ok");
        assert_eq!(code(Some("2023-07-03"), Kind::Gallery), "ok");
        assert_eq!(code(Some("2023-07-03"), Kind::Profile), "NoRegisteredProviderFound");
        assert_eq!(code(Some("latest"), Kind::Profile), "InvalidApiVersionParameter");
        assert_eq!(code(Some("2024-13-03"), Kind::Profile), "InvalidApiVersionParameter");
        assert_eq!(code(Some(""), Kind::Profile), "MissingApiVersionParameter");
        assert_eq!(code(None, Kind::Group), "MissingApiVersionParameter");
    }

    #[test]
    fn previews_are_dates() {
        assert!(check_date(Some("2020-01-01-preview")).is_ok());
        assert!(check_date(Some("2020-01-01x")).is_err());
        assert!(check_date(Some("2020-01-0é")).is_err());
    }
}
