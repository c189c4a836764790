//! One request and one response, independent of any socket: the interface of the handlers.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use serde_json::Value;

/// A completely read request.
#[derive(Clone, Debug)]
pub struct Request {
    /// The verb.
    pub method: Method,
    /// The path as it came, percent-encoding included.
    pub path: String,
    /// The query's pairs, decoded, in order.
    pub query: Vec<(String, String)>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, empty when there is none.
    pub body: Bytes,
    /// `https://host:port` as the client wrote it: absolute addresses in the response keep that spelling.
    pub base: String,
    /// Whether it came over the plain listener, which serves a machine's requests about itself.
    pub plain: bool,
}

impl Request {
    /// A request for `path_and_query` without headers or body.
    pub fn new(method: Method, path_and_query: &str, base: &str) -> Self {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Self {
            method,
            path: path.to_owned(),
            query,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            base: base.to_owned(),
            plain: false,
        }
    }

    /// The decoded segments of the path, without empty ones.
    pub fn segments(&self) -> Vec<String> {
        self.path.split('/').filter(|segment| !segment.is_empty()).map(percent_decode).collect()
    }

    /// The first value of a query parameter; ARM reads their names without case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// A header's value, if it is present and text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The query as text again, for logs and for finding faults.
    pub fn query_text(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish()
    }
}

fn percent_decode(segment: &str) -> String {
    // In a path a plus is a plus; only form decoding would make it a space.
    let protected = segment.replace('+', "%2B");
    let pair = format!("x={}", protected.replace('&', "%26").replace('=', "%3D"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map_or_else(|| segment.to_owned(), |(_, value)| value.into_owned())
}

/// A response before it is sent.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers; the server adds `content-length`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// A response without a body.
    pub fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Bytes::new() }
    }

    /// A response with a JSON body.
    pub fn json(status: StatusCode, body: &Value) -> Self {
        Self::json_text(status, body.to_string())
    }

    /// A response whose JSON is laid out already.
    pub fn json_text(status: StatusCode, body: String) -> Self {
        let mut reply = Self::text(status, "application/json; charset=utf-8", body);
        reply.set("cache-control", "no-cache");
        reply
    }

    /// A response with any text for a body.
    pub fn text(status: StatusCode, content_type: &'static str, body: String) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        Self { status, headers, body: Bytes::from(body) }
    }

    /// Sets a header. A name or value that is invalid in HTTP is omitted.
    pub fn set(&mut self, name: &str, value: &str) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.insert(name, value);
        }
    }

    /// The same with a header set.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.set(name, value);
        self
    }

    /// Whether it is a list without entries, which Azure Resource Manager returns itself.
    pub fn is_empty_list(&self) -> bool {
        self.body.as_ref() == br#"{"value":[]}"#
    }

    /// The body as JSON, null if it is something else.
    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

/// What the server does with the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// Sends it.
    Whole,
    /// Announces the whole body, sends so many bytes of it and closes the connection.
    Truncated(usize),
    /// Resets the connection without sending anything.
    Reset,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_decoded_once_and_keep_a_plus() {
        let request = Request::new(Method::GET, "/a%20b//c+d%2Fe?x=1&%24skiptoken=q%2B", "https://h");
        assert_eq!(request.segments(), ["a b", "c+d/e"]);
        assert_eq!(request.parameter("$SkipToken"), Some("q+"));
    }

    #[test]
    fn a_header_value_with_a_line_break_is_omitted() {
        let reply = Reply::empty(StatusCode::OK).with("x-a", "one\r\ntwo");
        assert!(reply.headers.is_empty());
    }
}
