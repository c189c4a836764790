//! An error in the form of Azure Resource Manager.

use std::fmt;

/// The request of an error: enough to find it again, nothing secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestLine {
    /// `GET`, `PUT` and so on.
    pub method: &'static str,
    /// The path without the query.
    pub path: String,
}

impl fmt::Display for RequestLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// ARM's response instead of success. Read from any body: without the `error` wrapper, without JSON, empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArmError {
    /// The HTTP status. For a failed operation the status of the poll, which is 200.
    pub status: u16,
    /// ARM's code, such as `ResourceNotFound`; absent if the body had none.
    pub code: Option<String>,
    /// ARM's message; without one, the beginning of the body.
    pub message: Option<String>,
    /// The property or object that the error is about.
    pub target: Option<String>,
    /// The nested errors.
    pub details: Vec<ErrorDetail>,
    /// The content of `innererror`, as text.
    pub inner: Option<String>,
    /// Extra information, such as the policies that refused a request.
    pub additional_info: Vec<AdditionalInfo>,
    /// The service's id of this request, for support.
    pub request_id: Option<String>,
    /// The correlation id that the requests of one run share.
    pub correlation_id: Option<String>,
    /// The request.
    pub request: RequestLine,
    /// `Failed` or `Canceled`, if a long-running operation ended so.
    pub operation_status: Option<String>,
}

/// A nested error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorDetail {
    /// ARM's code.
    pub code: Option<String>,
    /// ARM's message.
    pub message: Option<String>,
    /// The property or object that the error is about.
    pub target: Option<String>,
    /// Its own nested errors.
    pub details: Vec<ErrorDetail>,
}

/// An entry of `additionalInfo`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdditionalInfo {
    /// What kind of information it is, such as `PolicyViolation`.
    pub kind: String,
    /// The information as JSON text.
    pub info: String,
}

impl ArmError {
    /// How a long-running operation ended: `Failed`, `Canceled`.
    pub fn final_status(&self) -> &str {
        self.operation_status.as_deref().unwrap_or("Failed")
    }

    /// All codes and messages, outermost first, for rules about texts.
    pub fn texts(&self) -> Vec<&str> {
        let mut texts: Vec<&str> = self.code.iter().chain(&self.message).map(String::as_str).collect();
        collect(&self.details, &mut texts);
        texts
    }

    /// Whether this error or a nested one has the code, in any case.
    pub fn has_code(&self, code: &str) -> bool {
        fn any_has_code(details: &[ErrorDetail], code: &str) -> bool {
            details.iter().any(|d| is(&d.code, code) || any_has_code(&d.details, code))
        }
        fn is(found: &Option<String>, code: &str) -> bool {
            found.as_deref().is_some_and(|found| found.eq_ignore_ascii_case(code))
        }
        is(&self.code, code) || any_has_code(&self.details, code)
    }
}

fn collect<'a>(details: &'a [ErrorDetail], texts: &mut Vec<&'a str>) {
    for detail in details {
        texts.extend(detail.code.iter().chain(&detail.message).map(String::as_str));
        collect(&detail.details, texts);
    }
}

impl fmt::Display for ArmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, code, message, request, .. } = self;
        write!(f, "{request} returned status {status}")?;
        if let Some(code) = code {
            write!(f, " and code {code}")?;
        }
        match message {
            Some(message) => write!(f, ": {message}"),
            None => Ok(()),
        }
    }
}
