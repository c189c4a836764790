//! The received requests, for tests.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use crate::clock::{Millis, rfc3339};
use crate::entra::jwt::Jwt;
use crate::exchange::Request;

/// How many requests are remembered.
const REMEMBERED: usize = 20_000;

/// How many bytes of bodies are remembered; older bodies are dropped first.
const BODY_BYTES: usize = 64 * 1024 * 1024;

/// One request.
#[derive(Clone, Debug)]
struct Entry {
    number: u64,
    at: Millis,
    request: Request,
    status: Option<u16>,
    faults: Vec<String>,
}

/// All requests, or the newest ones if there were too many.
#[derive(Debug, Default)]
pub struct Journal {
    entries: VecDeque<Entry>,
    next: u64,
    bytes: usize,
}

impl Journal {
    /// Records a request; the number is for [`Journal::finish`].
    pub fn begin(&mut self, request: &Request, at: Millis, faults: &[String]) -> u64 {
        self.next += 1;
        self.bytes += request.body.len();
        let mut request = request.clone();
        for name in ["authorization", "x-ms-authorization-auxiliary", "x-identity-header"] {
            if request.headers.remove(name).is_some() {
                request.headers.insert(name, hyper::header::HeaderValue::from_static("present"));
            }
        }
        // Login forms contain secrets.
        if request.path.to_lowercase().contains("/oauth2/") && !request.body.is_empty() {
            self.bytes -= request.body.len();
            request.body = login_form(&request.body).to_string().into();
            self.bytes += request.body.len();
        }
        self.entries.push_back(Entry {
            number: self.next,
            at,
            request,
            status: None,
            faults: faults.to_vec(),
        });
        while self.entries.len() > REMEMBERED {
            if let Some(oldest) = self.entries.pop_front() {
                self.bytes -= oldest.request.body.len();
            }
        }
        let mut bytes = self.bytes;
        for entry in &mut self.entries {
            if bytes <= BODY_BYTES {
                break;
            }
            bytes -= entry.request.body.len();
            entry.request.body = hyper::body::Bytes::new();
        }
        self.bytes = bytes;
        self.next
    }

    /// Records the status of the response; none if the connection was reset.
    pub fn finish(&mut self, number: u64, status: Option<u16>) {
        if let Some(entry) = self.entries.iter_mut().rev().find(|entry| entry.number == number) {
            entry.status = status;
        }
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }

    /// The response of `GET /emulator/requests`.
    pub fn show(&self) -> Value {
        Value::Array(self.entries.iter().map(Entry::show).collect())
    }
}

/// A login form without its secrets: of an assertion, header and claims remain, with which nobody can log in.
fn login_form(body: &[u8]) -> Value {
    let mut form = Map::new();
    for (name, value) in url::form_urlencoded::parse(body) {
        let shown = match &*name {
            "client_assertion" => Jwt::read(&value)
                .map_or_else(|| json!("present"), |jwt| json!({"header": jwt.header, "claims": jwt.claims})),
            "grant_type" | "client_id" | "scope" | "resource" | "client_assertion_type" => json!(value),
            _ => json!("present"),
        };
        form.insert(name.into_owned(), shown);
    }
    Value::Object(form)
}

impl Entry {
    fn show(&self) -> Value {
        let mut headers = Map::new();
        for (name, value) in &self.request.headers {
            headers.insert(name.to_string(), json!(String::from_utf8_lossy(value.as_bytes())));
        }
        let body = if self.request.body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&self.request.body)
                .unwrap_or_else(|_| json!(String::from_utf8_lossy(&self.request.body)))
        };
        json!({
            "number": self.number,
            "time": rfc3339(self.at),
            "at": self.at,
            "method": self.request.method.as_str(),
            "path": self.request.path,
            "query": self.request.query_text(),
            "status": self.status,
            "user_agent": self.request.header("user-agent"),
            "headers": headers,
            "body": body,
            "faults": self.faults,
        })
    }
}

#[cfg(test)]
mod tests {
    use hyper::Method;
    use hyper::body::Bytes;
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn tokens_and_secrets_are_not_kept() {
        let mut journal = Journal::default();
        let mut request = Request::new(Method::POST, "/t/oauth2/v2.0/token", "https://h");
        request.headers.insert("authorization", HeaderValue::from_static("Bearer s3cr3t"));
        request.headers.insert("x-identity-header", HeaderValue::from_static("s3cr3t"));
        request.body = Bytes::from_static(
            b"grant_type=client_credentials&client_secret=s3cr3t&client_assertion=e30.eyJzdWIiOiJzIn0.c2VjcmV0",
        );
        let number = journal.begin(&request, 0, &[]);
        journal.finish(number, Some(200));
        let shown = journal.show();
        assert!(!shown.to_string().contains("Bearer"));
        assert!(!shown.to_string().contains("s3cr3t"), "{shown}");
        assert!(!shown.to_string().contains("c2VjcmV0"));
        assert_eq!(shown[0]["body"]["client_assertion"]["claims"]["sub"], "s");
        assert_eq!(shown[0]["status"], 200);
        assert_eq!(shown[0]["headers"]["authorization"], "present");
    }

    #[test]
    fn old_bodies_are_dropped() {
        let mut journal = Journal::default();
        let mut request = Request::new(Method::PUT, "/x", "https://h");
        request.body = Bytes::from(vec![b' '; BODY_BYTES / 2]);
        for _ in 0..4 {
            journal.begin(&request, 0, &[]);
        }
        assert!(journal.bytes <= BODY_BYTES);
        assert_eq!(journal.entries.len(), 4);
        assert!(journal.entries[0].request.body.is_empty());
        assert!(!journal.entries[3].request.body.is_empty());
    }
}
