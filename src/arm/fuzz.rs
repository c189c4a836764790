//! Properties that fuzzing checks in this module. Each function takes any bytes, and panics where a property
//! is violated.

use super::answer::Answer;
use super::client::{ArmClient, ClientSettings};
use super::cloud::Cloud;
use super::error::{Error, RequestLine, read_error};
use super::ids::{GalleryId, ProfileId, VersionId, VersionName};
use super::link;
use super::login::{Application, Login, object_id};
use super::models::authorization::{ProviderOperations, RoleAssignment, RoleDefinition};
use super::models::{Change as _, Members, Profile, ProfileChange, Version, VersionChange};
use super::operation::fuzz as operation;
use super::pipeline::retry_after;
use super::secret::Secret;
use serde::de::DeserializeOwned;
use std::fmt::{Debug, Display};
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;
use time::OffsetDateTime;

/// A client that never sends anything.
static CLIENT: LazyLock<ArmClient> = LazyLock::new(|| {
    let application = Application::new("t.example", "c").expect("an application");
    let login = Login::ClientSecret { application, secret: Secret::new("s") };
    let cloud = Cloud::custom("https://arm.example", "https://login.example", None).expect("an endpoint");
    ArmClient::new(ClientSettings::new(cloud, login)).expect("settings")
});

/// Any text may be given as an id. An id that was read is the same after it is written, in any case.
pub fn ids(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    same_again::<GalleryId>(text);
    same_again::<ProfileId>(text);
    same_again::<VersionId>(text);
    same_again::<VersionName>(text);
}

/// Any text may follow the host of a portal's address.
pub fn portal_urls(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for start in ["https://portal.azure.com/", "https://portal.azure.com/#@t/resource/subscriptions/"] {
        ids(format!("{start}{text}").as_bytes());
    }
}

fn same_again<T>(text: &str)
where
    T: FromStr + Display + Debug + PartialEq,
    T::Err: Display + Debug,
{
    match text.parse::<T>() {
        Ok(id) => {
            let written = id.to_string();
            assert_eq!(written.parse::<T>().expect("our own spelling"), id);
            assert_eq!(written.to_ascii_uppercase().parse::<T>().expect("our own spelling"), id);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Any text may be a link to a next page or an operation. A followed link is on the endpoint, and has no user
/// name.
pub fn links(data: &[u8]) {
    let Ok(link) = std::str::from_utf8(data) else { return };
    let cloud = Cloud::custom("https://arm.example", "https://login.example", None).expect("an endpoint");
    let line = RequestLine { method: "GET", path: "/x".to_owned() };
    match link::follow(&cloud, &line, link, "2024-03-03") {
        Ok(url) => {
            assert_eq!(url.origin().ascii_serialization(), "https://arm.example");
            assert!(url.username().is_empty() && url.password().is_none(), "{url}");
        }
        Err(error) => assert!(matches!(error, Error::ForeignAddress { .. }), "{error}"),
    }
}

/// Any bytes may be the body of a response, and any text the address of the operation it started. The first
/// byte chooses the status and the header, the first line is the address, the rest the body.
pub fn arm_bodies(data: &[u8]) {
    const STATUSES: [u16; 8] = [200, 201, 202, 204, 404, 409, 429, 500];
    let Some((&choice, rest)) = data.split_first() else { return };
    let mut parts = rest.splitn(2, |&byte| byte == b'\n');
    let (address, body) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let status = STATUSES.get(usize::from(choice % 8)).copied().unwrap_or(200);
    let header = ["azure-asyncoperation", "location", "retry-after", "x"][usize::from(choice / 8 % 4)];
    let headers = std::str::from_utf8(address).ok().map(|value| (header, value.to_owned()));
    let answer = Answer::made(status, headers, body);
    operation::read_polls(CLIENT.known_http().expect("a known cloud"), &answer);
    let _ = Error::Service(Box::new(answer.error())).report();
    read::<Profile>(&answer);
    read::<Version>(&answer);
    read::<RoleDefinition>(&answer);
    read::<RoleAssignment>(&answer);
    read::<ProviderOperations>(&answer);
    if let Ok(object) = answer.read::<Members>() {
        let _ = ProfileChange::default().apply(object.clone());
        let _ = VersionChange::default().apply(object);
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) {
    if let Err(error) = answer.read::<T>() {
        assert!(matches!(error, Error::Unreadable { .. }), "{error}");
    }
}

/// Any bytes may be the body of an error. The error has a message of limited length, and every `is_*`
/// predicate returns.
pub fn error_bodies(data: &[u8]) {
    let Some((&choice, body)) = data.split_first() else { return };
    let status = [400, 401, 403, 404, 409, 412, 429, 503][usize::from(choice % 8)];
    let error = read_error(status, body, RequestLine { method: "PUT", path: "/x".to_owned() });
    let error = Error::Service(Box::new(error));
    let _ =
        (error.missing(), error.is_not_found(), error.is_nested_resources(), error.is_another_operation());
    let report = error.report();
    assert!(report.contains("/x"), "{report}");
    assert!(report.len() <= 20 * body.len() + 4_000, "{} of {}", report.len(), body.len());
    let _ = std::str::from_utf8(body).map(object_id);
}

/// Any headers may ask for a wait. It is between zero and a year. `name: value`, one per line.
pub fn retry_headers(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let headers: Vec<(&str, &str)> = text.lines().filter_map(|line| line.split_once(':')).collect();
    let header = |name: &str| headers.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
    if let Some(wait) = retry_after(header, OffsetDateTime::UNIX_EPOCH) {
        assert!(wait <= Duration::from_secs(366 * 24 * 3600), "{wait:?}");
    }
}

#[cfg(test)]
mod tests {
    use crate::corpus::replay;

    #[test]
    fn ids() {
        replay("ids", super::ids);
    }

    #[test]
    fn portal_urls() {
        replay("portal_urls", super::portal_urls);
    }

    #[test]
    fn links() {
        replay("links", super::links);
    }

    #[test]
    fn arm_bodies() {
        replay("arm_bodies", super::arm_bodies);
    }

    #[test]
    fn error_bodies() {
        replay("error_bodies", super::error_bodies);
    }

    #[test]
    fn retry_headers() {
        replay("retry_headers", super::retry_headers);
    }
}
