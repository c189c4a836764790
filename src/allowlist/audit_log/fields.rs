//! Collects the members of a record, whatever their names and notation.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::Destination;
use super::record::{Outcome, Record};

/// A member of a record, or a part of a document that contains records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    Method,
    Url,
    Ip,
    Port,
    UserName,
    UserGroups,
    ExePath,
    CommandLine,
    Elevated,
    Status,
    Error,
    Time,
    /// The names of the columns of a table.
    Columns,
    /// The rows of a table.
    Rows,
    /// The tables of a response of Log Analytics.
    Tables,
    /// The elements of a list.
    Value,
    Other,
}

impl Member {
    /// Accepts a name in any case; headings may have a unit, as in `TimeGenerated [UTC]`.
    pub(super) fn named(name: &str) -> Self {
        const NAMES: [(&str, Member); 17] = [
            ("method", Member::Method),
            ("url", Member::Url),
            ("ip", Member::Ip),
            ("port", Member::Port),
            ("userName", Member::UserName),
            ("userGroups", Member::UserGroups),
            ("processFullPath", Member::ExePath),
            ("processCmdLine", Member::CommandLine),
            ("runAsElevated", Member::Elevated),
            ("responseStatus", Member::Status),
            ("errorDetails", Member::Error),
            ("TimeGenerated", Member::Time),
            ("TimeCreated", Member::Time),
            ("columns", Member::Columns),
            ("rows", Member::Rows),
            ("tables", Member::Tables),
            ("value", Member::Value),
        ];
        let name = name.split(" [").next().unwrap_or_default().trim();
        NAMES
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map_or(Self::Other, |(_, member)| member)
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl Visitor<'_> for NameVisitor {
            type Value = Member;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a member")
            }

            fn visit_str<E>(self, name: &str) -> Result<Member, E> {
                Ok(Member::named(name))
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// The members collected so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    method: Option<String>,
    url: Option<String>,
    ip: Option<String>,
    port: Option<String>,
    user_name: Option<String>,
    user_groups: Vec<String>,
    exe_path: Option<String>,
    command_line: Option<String>,
    elevated: Option<String>,
    status: Option<String>,
    error: Option<String>,
    time: Option<String>,
}

impl Fields {
    /// Keeps a member that is a single value.
    pub(super) fn set(&mut self, member: Member, value: FieldText) {
        let FieldText(value) = value;
        match member {
            Member::Method => self.method = value,
            Member::Url => self.url = value,
            Member::Ip => self.ip = value,
            Member::Port => self.port = value,
            Member::UserName => self.user_name = value,
            Member::ExePath => self.exe_path = value,
            Member::CommandLine => self.command_line = value,
            Member::Elevated => self.elevated = value,
            Member::Status => self.status = value,
            Member::Error => self.error = value,
            Member::Time => self.time = value,
            // A list written as a text.
            Member::UserGroups => {
                let list = value.and_then(|text| serde_json::from_str(&text).ok());
                self.user_groups = list.unwrap_or_default();
            }
            Member::Columns | Member::Rows | Member::Tables | Member::Value | Member::Other => {}
        }
    }

    pub(super) fn set_groups(&mut self, groups: Groups) {
        self.user_groups = groups.0;
    }

    /// Whether it has any member of a record.
    pub(super) const fn is_started(&self) -> bool {
        self.url.is_some() || self.exe_path.is_some()
    }

    /// The claims about a caller, from a Trace log; the request is not among them.
    pub(super) fn with_request(mut self, method: &str, url: &str) -> Self {
        self.method = Some(method.to_owned());
        self.url = Some(url.to_owned());
        self
    }

    pub(super) fn with_destination(mut self, ip: &str, port: &str) -> Self {
        self.ip = Some(ip.to_owned());
        self.port = Some(port.to_owned());
        self
    }

    /// Takes the time of its row if it has none itself.
    pub(super) fn or_time_of(mut self, row: &Self) -> Self {
        self.time = self.time.or_else(|| row.time.clone());
        self
    }

    pub(super) fn has_claims(&self) -> bool {
        self.exe_path.is_some() && self.user_name.is_some() && self.elevated.is_some()
    }

    /// The record, if the four required members are present.
    pub(super) fn record(self) -> Option<Record> {
        let outcome = outcome(self.status.as_deref(), self.error.as_deref());
        let elevated = self.elevated?.eq_ignore_ascii_case("true");
        let port = self.port.and_then(|port| port.trim().parse().ok()).unwrap_or_default();
        Some(Record {
            method: self.method.unwrap_or_else(|| "GET".to_owned()),
            url: self.url?,
            destination: Destination::at(self.ip.as_deref().unwrap_or_default(), port),
            user_name: self.user_name?,
            user_groups: self.user_groups,
            exe_path: self.exe_path?,
            command_line: self.command_line.unwrap_or_default(),
            elevated,
            outcome,
            time: self.time,
            traced: false,
        })
    }
}

/// The meaning of a status and an error text (`proxy_server.rs`, lines 511-539 and 799-979).
fn outcome(status: Option<&str>, error: Option<&str>) -> Outcome {
    let error = error.unwrap_or_default();
    if error == "Authorize failed" || error.starts_with("Block unauthorized request") {
        return Outcome::NotAllowed;
    }
    if error.starts_with("Failed to send request to host") {
        return Outcome::HostUnreachable;
    }
    let code = status.and_then(|status| status.split_whitespace().next()).and_then(|code| code.parse().ok());
    code.map_or(Outcome::Unknown, Outcome::Answered)
}

/// A single value as text; any other value counts as nothing.
#[derive(Debug, Default)]
pub(super) struct FieldText(pub(super) Option<String>);

impl<'de> Deserialize<'de> for FieldText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = FieldText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_str<E>(self, text: &str) -> Result<FieldText, E> {
                Ok(FieldText(Some(text.to_owned())))
            }

            fn visit_string<E>(self, text: String) -> Result<FieldText, E> {
                Ok(FieldText(Some(text)))
            }

            fn visit_bool<E>(self, value: bool) -> Result<FieldText, E> {
                Ok(FieldText(Some(value.to_string())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<FieldText, E> {
                Ok(FieldText(Some(number.to_string())))
            }

            fn visit_i64<E>(self, number: i64) -> Result<FieldText, E> {
                Ok(FieldText(Some(number.to_string())))
            }

            fn visit_f64<E>(self, _: f64) -> Result<FieldText, E> {
                Ok(FieldText(None))
            }

            fn visit_unit<E>(self) -> Result<FieldText, E> {
                Ok(FieldText(None))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<FieldText, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(FieldText(None))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<FieldText, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(FieldText(None))
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

/// A list of texts, or a text that contains one.
#[derive(Debug, Default)]
pub(super) struct Groups(Vec<String>);

impl<'de> Deserialize<'de> for Groups {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        #[serde(untagged)]
        enum Form {
            Text(String),
            List(Vec<FieldText>),
            Other(IgnoredAny),
        }
        Ok(Self(match Form::deserialize(deserializer)? {
            Form::Text(text) => serde_json::from_str(&text).unwrap_or_default(),
            Form::List(groups) => groups.into_iter().filter_map(|FieldText(group)| group).collect(),
            Form::Other(_) => Vec::new(),
        }))
    }
}
