//! The possible faults.

use std::collections::BTreeMap;

use hyper::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::{Millis, http_date};
use crate::exchange::Reply;
use crate::store::Ending;

/// Before the request is processed, or after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Moment {
    /// Nothing has happened yet.
    #[default]
    Before,
    /// The request has been processed; only the response is late or lost.
    After,
}

/// The form of the server's time for a retry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryForm {
    /// `Retry-After: 5`.
    #[default]
    Seconds,
    /// `Retry-After: Mon, 01 Jan 2024 00:00:05 GMT`.
    Date,
    /// `retry-after-ms: 5000`.
    RetryAfterMs,
    /// `x-ms-retry-after-ms: 5000`.
    XMsRetryAfterMs,
}

/// A time to wait for the client.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// How long.
    pub seconds: f64,
    /// The header.
    #[serde(default)]
    pub form: RetryForm,
}

/// A response in place of the real one; nothing is processed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A JSON body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// A body of any text, for those that are not JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The time for a retry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
}

impl Answer {
    /// The response at this time.
    pub fn reply(&self, now: Millis) -> Reply {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut reply = match (&self.body, &self.text) {
            (Some(body), _) => Reply::json(status, body),
            (None, Some(text)) => Reply::text(status, "text/html; charset=utf-8", text.clone()),
            (None, None) => Reply::empty(status),
        };
        if let Some(retry) = self.retry {
            let wait = crate::clock::millis(retry.seconds);
            match retry.form {
                RetryForm::Seconds => reply.set("retry-after", &retry.seconds.to_string()),
                RetryForm::Date => reply.set("retry-after", &http_date(now.saturating_add(wait))),
                RetryForm::RetryAfterMs => reply.set("retry-after-ms", &wait.to_string()),
                RetryForm::XMsRetryAfterMs => reply.set("x-ms-retry-after-ms", &wait.to_string()),
            }
        }
        for (name, value) in &self.headers {
            reply.set(name, value);
        }
        reply
    }
}

fn failed() -> Ending {
    Ending::Failed
}

/// The result of the operation that a request starts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperationFault {
    /// How it ends.
    #[serde(default = "failed")]
    pub ending: Ending,
    /// Code of the error it ends with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Message of that error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Its duration, in place of the setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Whether a create that fails leaves no object, in place of one in a bad state.
    #[serde(default)]
    pub leaves_nothing: bool,
    /// How many polls of its address get 404 first.
    #[serde(default)]
    pub hidden_polls: u32,
}

/// A fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// The response is late.
    Delay {
        /// How late.
        seconds: f64,
        /// Before the request is processed or after.
        #[serde(default)]
        when: Moment,
    },
    /// Another response; nothing is processed.
    Answer(Answer),
    /// The connection is reset.
    Reset {
        /// Before the request is processed or after.
        #[serde(default)]
        when: Moment,
    },
    /// The connection is reset before the request is processed, and so is every other one; new ones are
    /// refused for so long.
    Refuse {
        /// How long.
        seconds: f64,
    },
    /// The request is processed, but the body of the response stops after so many bytes.
    Truncate {
        /// How many.
        bytes: usize,
    },
    /// The request is processed, but the response is changed.
    Alter {
        /// Another status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        /// Headers to set.
        #[serde(default)]
        set_headers: BTreeMap<String, String>,
        /// Headers to remove.
        #[serde(default)]
        remove_headers: Vec<String>,
        /// Members to merge into a JSON body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        merge: Option<Value>,
        /// Another body, any text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// The request is processed, but blanks make the response larger by so many bytes.
    Pad {
        /// How many.
        bytes: usize,
    },
    /// The list of the response never ends: each page names another one.
    EndlessList,
    /// The operation that the request starts fails, takes longer or is hidden at first.
    Operation(OperationFault),
    /// What the request wrote is 404 for the next reads.
    Hide {
        /// How many reads.
        reads: u32,
    },
    /// 409: another write runs.
    Conflict,
    /// 409: there are nested resources.
    Nested,
    /// 404: the parent is not visible yet.
    ParentMissing,
    /// The token of the request has expired, now and from now on.
    ExpireToken,
    /// From now on the clock of `Date` headers and tokens is so many seconds ahead.
    Skew {
        /// How far ahead; negative for behind.
        seconds: i64,
    },
}
