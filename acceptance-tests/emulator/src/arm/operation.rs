//! Long-running operations: their record and the responses of their addresses.
//!
//! Source: Microsoft's page on asynchronous operations of Azure Resource Manager, and the published examples
//! for the form of the addresses (`.../locations/{region}/capsOperations/{guid}`, with `monitor=true` in
//! `Location`).

use std::collections::HashMap;

use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::arm::contract::{Member, Need, Shape};
use crate::arm::id::ResourceId;
use crate::arm::layout::{self, Layout};
use crate::arm::signature;
use crate::clock::{Millis, azure_time};
use crate::exchange::{Reply, Request};
use crate::store::{Ending, WriteKind};

/// How many operations are remembered.
const REMEMBERED: usize = 20_000;

/// The partition of Azure that has the machines.
const PARTITION: &str = "7e4a0000-0000-4000-8000-0000000000aa";

/// The members of a status document, in order.
static DOCUMENT: &[Member] = &[member("startTime"), member("endTime"), member("status"), member("name")];

const fn member(name: &'static str) -> Member {
    Member { name, shape: Shape::Anything, need: Need::Read }
}

/// An operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operation {
    /// Its name, a GUID.
    pub name: String,
    /// The object that it changes.
    pub target: ResourceId,
    /// The kind of the change.
    pub work: WriteKind,
    /// The region in its address.
    pub region: String,
    /// The api-version of the request.
    pub api_version: String,
    /// When it began.
    pub started: Millis,
    /// When it ends.
    pub ends: Millis,
    /// How it ends.
    pub ending: Ending,
    /// Code and message of a failure.
    pub error: Option<(String, String)>,
    /// How many polls get 404 before it is visible.
    pub hidden: u32,
    /// The number of polls after which it ends, if polls count.
    #[serde(default)]
    pub polls_left: Option<u32>,
}

impl Operation {
    /// Whether it has ended.
    pub fn ended(&self, now: Millis) -> bool {
        now >= self.ends
    }

    /// The address of its status.
    pub fn status_address(&self, base: &str) -> String {
        self.address(base, "", "status")
    }

    /// The address that answers 202 until it ends.
    pub fn monitor_address(&self, base: &str) -> String {
        self.address(base, "monitor=true&", "monitor")
    }

    /// An address is signed, except a resource group's, whose form is unknown.
    fn address(&self, base: &str, monitor: &str, purpose: &str) -> String {
        let signature = match self.target.names.as_slice() {
            [] => String::new(),
            _ => signature::query(&self.name, purpose, self.started),
        };
        // Machines are served in partitions.
        let part = if self.target.kind().is_machine() { format!("p={PARTITION}&") } else { String::new() };
        format!("{}?{part}{monitor}api-version={}{signature}", self.path(base), self.api_version)
    }

    /// Whether a poll has the address as it was returned.
    pub fn is_asked_by_its_address(&self, request: &Request, monitor: bool) -> bool {
        let purpose = if monitor { "monitor" } else { "status" };
        self.target.names.is_empty() || signature::holds(request, &self.name, purpose, self.started)
    }

    fn path(&self, base: &str) -> String {
        let subscription = &self.target.subscription;
        if self.target.names.is_empty() {
            return format!("{base}/subscriptions/{subscription}/operationresults/{}", self.name);
        }
        let collection = if self.target.kind().is_machine() { "operations" } else { "capsOperations" };
        format!(
            "{base}/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{}/{collection}/{}",
            self.region, self.name
        )
    }

    /// The body of its status address.
    pub fn status(&self, now: Millis) -> Value {
        let mut body = json!({
            "name": self.name,
            "startTime": azure_time(self.started, self.ticks()),
            "status": if self.ended(now) { self.ending.word() } else { "InProgress" },
        });
        let Value::Object(members) = &mut body else { return body };
        if self.ended(now) {
            members.insert("endTime".to_owned(), json!(azure_time(self.ends, self.ticks())));
            if self.ending != Ending::Succeeded {
                members.insert("error".to_owned(), self.error_body());
            }
        }
        body
    }

    /// The status document as it is sent.
    pub fn document(&self, status: &Value) -> Reply {
        Reply::json_text(StatusCode::OK, layout::text(status, DOCUMENT, Layout::Lines))
    }

    /// The part of its times that is finer than the clock.
    fn ticks(&self) -> u128 {
        uuid::Uuid::try_parse(&self.name).map_or(0, |name| name.as_u128())
    }

    fn error_body(&self) -> Value {
        let (code, message) = self.error.clone().unwrap_or_else(|| match self.ending {
            Ending::Canceled => {
                ("OperationPreempted".to_owned(), "The operation was canceled by a later one.".to_owned())
            }
            _ => (
                "InternalExecutionError".to_owned(),
                "An internal execution error occurred. Please retry later.".to_owned(),
            ),
        });
        json!({"code": code, "message": message})
    }

    /// The response of its `Location` address after a failure.
    pub fn failure(&self) -> Reply {
        let status = if self.ending == Ending::Canceled {
            StatusCode::CONFLICT
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        };
        Reply::json(status, &json!({"error": self.error_body()}))
    }
}

/// All operations, or the newest ones if there were too many.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Operations {
    known: HashMap<String, Operation>,
}

impl Operations {
    /// Remembers an operation.
    pub fn begin(&mut self, operation: Operation) {
        if self.known.len() >= REMEMBERED {
            let mut ends: Vec<Millis> = self.known.values().map(|operation| operation.ends).collect();
            ends.sort_unstable();
            let median = ends.get(ends.len() / 2).copied().unwrap_or_default();
            self.known.retain(|_, operation| operation.ends > median);
        }
        self.known.insert(operation.name.to_lowercase(), operation);
    }

    /// The operation with this name.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Operation> {
        self.known.get_mut(&name.to_lowercase())
    }

    /// Every operation.
    pub fn all(&self) -> impl Iterator<Item = &Operation> {
        self.known.values()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.known.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(ending: Ending) -> Operation {
        Operation {
            name: "guid".to_owned(),
            target: ResourceId::parse(
                "/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/galleries/g",
            )
            .unwrap(),
            work: WriteKind::Create,
            region: "westus".to_owned(),
            api_version: "2024-03-03".to_owned(),
            started: 0,
            ends: 1000,
            ending,
            error: None,
            hidden: 0,
            polls_left: None,
        }
    }

    #[test]
    fn the_status_follows_the_clock() {
        assert_eq!(operation(Ending::Succeeded).status(999)["status"], "InProgress");
        assert_eq!(operation(Ending::Succeeded).status(1000)["status"], "Succeeded");
        let failed = operation(Ending::Failed).status(1000);
        assert_eq!(failed["status"], "Failed");
        assert!(failed["error"]["code"].is_string());
        assert!(operation(Ending::Failed).status(999).get("error").is_none());
    }

    #[test]
    fn addresses_have_the_published_form() {
        let mut operation = operation(Ending::Succeeded);
        let monitor = operation.monitor_address("https://h:1");
        let start = "https://h:1/subscriptions/s/providers/Microsoft.Compute/locations/westus/capsOperations/guid\
                     ?monitor=true&api-version=2024-03-03&t=621355968000000000&c=MII";
        assert!(monitor.starts_with(start), "{monitor}");
        let guid = "7e4a0000-0000-4000-8000-00000000000a";
        operation.name = guid.to_owned();
        operation.target.subscription = guid.to_owned();
        assert_eq!(operation.status_address("https://management.azure.com").len(), 3189);
        assert_eq!(operation.monitor_address("https://management.azure.com").len(), 3202);
        operation.target.names.clear();
        assert!(operation.monitor_address("https://h:1").ends_with("?monitor=true&api-version=2024-03-03"));
    }

    #[test]
    fn the_status_document_is_laid_out_as_recorded() {
        let mut operation = operation(Ending::Succeeded);
        let document = |operation: &Operation, now| {
            String::from_utf8(operation.document(&operation.status(now)).body.to_vec()).unwrap()
        };
        assert_eq!(
            document(&operation, 999),
            "{\r\n  \"startTime\": \"1970-01-01T00:00:00+00:00\",\r\n  \"status\": \"InProgress\",\r\n  \"name\": \"guid\"\r\n}"
        );
        operation.name = "7e4a0000-0000-4000-8000-000000000019".to_owned();
        operation.started = 250;
        let ended = document(&operation, 1000);
        assert!(ended.starts_with("{\r\n  \"startTime\": \"1970-01-01T00:00:00.250"), "{ended}");
        assert!(ended.find("endTime").unwrap() < ended.find("status").unwrap(), "{ended}");
    }

    #[test]
    fn memory_is_bounded() {
        let mut operations = Operations::default();
        for at in 0..(REMEMBERED + 10) {
            let mut one = operation(Ending::Succeeded);
            one.name = at.to_string();
            one.ends = Millis::try_from(at).unwrap();
            operations.begin(one);
        }
        assert!(operations.all().count() <= REMEMBERED);
        assert!(operations.get_mut(&(REMEMBERED + 9).to_string()).is_some());
    }
}
