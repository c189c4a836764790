//! Long-running operations: what is kept of them and what their addresses answer.
//!
//! Source: Microsoft's page on asynchronous operations of Azure Resource Manager, and the published examples
//! for the form of the addresses (`.../locations/{region}/capsOperations/{guid}`, with `monitor=true` in
//! `Location`).

use std::collections::HashMap;

use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::arm::id::ResourceId;
use crate::clock::{Millis, rfc3339};
use crate::exchange::Reply;
use crate::store::{Ending, Work};

/// How many operations are remembered.
const REMEMBERED: usize = 20_000;

/// An operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Operation {
    /// Its name, a GUID.
    pub name: String,
    /// What it works on.
    pub target: ResourceId,
    /// What it does.
    pub work: Work,
    /// The region in its address.
    pub region: String,
    /// The api-version it was asked with.
    pub api_version: String,
    /// When it began.
    pub started: Millis,
    /// When it ends.
    pub ends: Millis,
    /// How it ends.
    pub ending: Ending,
    /// Code and message of a bad end.
    pub error: Option<(String, String)>,
    /// How many polls get 404 before it is visible.
    pub hidden: u32,
    /// The looks after which it ends, if looks count.
    #[serde(default)]
    pub looks_left: Option<u32>,
}

impl Operation {
    /// Whether it has ended.
    pub fn ended(&self, now: Millis) -> bool {
        now >= self.ends
    }

    /// The address of its status.
    pub fn status_address(&self, base: &str) -> String {
        format!("{}?api-version={}", self.path(base), self.api_version)
    }

    /// The address that answers 202 until it ends.
    pub fn monitor_address(&self, base: &str) -> String {
        format!("{}?monitor=true&api-version={}", self.path(base), self.api_version)
    }

    fn path(&self, base: &str) -> String {
        let subscription = &self.target.subscription;
        if self.target.names.is_empty() {
            return format!("{base}/subscriptions/{subscription}/operationresults/{}", self.name);
        }
        format!(
            "{base}/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{}/capsOperations/{}",
            self.region, self.name
        )
    }

    /// The body of its status address.
    pub fn status(&self, now: Millis) -> Value {
        let mut body = json!({
            "name": self.name,
            "startTime": rfc3339(self.started),
            "status": if self.ended(now) { self.ending.word() } else { "InProgress" },
        });
        let Value::Object(members) = &mut body else { return body };
        if self.ended(now) {
            members.insert("endTime".to_owned(), json!(rfc3339(self.ends)));
            if self.ending != Ending::Succeeded {
                members.insert("error".to_owned(), self.error_body());
            }
        }
        body
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

    /// The answer of its `Location` address once it has ended badly.
    pub fn failure(&self) -> Reply {
        let status = if self.ending == Ending::Canceled {
            StatusCode::CONFLICT
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        };
        Reply::json(status, &json!({"error": self.error_body()}))
    }
}

/// All operations, the newest ones when there were too many.
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
            work: Work::Create,
            region: "westus".to_owned(),
            api_version: "2024-03-03".to_owned(),
            started: 0,
            ends: 1000,
            ending,
            error: None,
            hidden: 0,
            looks_left: None,
        }
    }

    #[test]
    fn status_follows_the_clock() {
        assert_eq!(operation(Ending::Succeeded).status(999)["status"], "InProgress");
        assert_eq!(operation(Ending::Succeeded).status(1000)["status"], "Succeeded");
        let failed = operation(Ending::Failed).status(1000);
        assert_eq!(failed["status"], "Failed");
        assert!(failed["error"]["code"].is_string());
        assert!(operation(Ending::Failed).status(999).get("error").is_none());
    }

    #[test]
    fn addresses_have_the_published_form() {
        assert_eq!(
            operation(Ending::Succeeded).monitor_address("https://h:1"),
            "https://h:1/subscriptions/s/providers/Microsoft.Compute/locations/westus/capsOperations/guid\
             ?monitor=true&api-version=2024-03-03"
        );
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
