//! The text of a body: the order of its members and its white space, as the Compute provider writes them.
//!
//! Source: recorded traffic. An object is spread over lines, with CRLF and two spaces a level; a list is
//! compact.

use serde_json::Value;

use crate::arm::contract::{Member, Shape};

/// The white space of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A member or entry on each line.
    Lines,
    /// None at all.
    Compact,
}

/// Writes a body with its members in the order of `members`; those that are not in it follow by name.
pub fn text(body: &Value, members: &'static [Member], layout: Layout) -> String {
    let mut writer = Writer { text: String::new(), layout };
    writer.value(body, &Shape::Record(members), 0);
    writer.text
}

struct Writer {
    text: String,
    layout: Layout,
}

impl Writer {
    fn value(&mut self, value: &Value, shape: &Shape, depth: usize) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                let known: &[Member] = if let Shape::Record(members) = shape { members } else { &[] };
                let ordered = known.iter().filter_map(|member| map.get_key_value(member.name));
                let rest = map.iter().filter(|(name, _)| known.iter().all(|member| member.name != **name));
                self.text.push('{');
                for (at, (name, value)) in ordered.chain(rest).enumerate() {
                    let member = known.iter().find(|member| member.name == name);
                    self.next(at, depth + 1);
                    self.text.push_str(&Value::from(name.as_str()).to_string());
                    self.text.push_str(if self.layout == Layout::Lines { ": " } else { ":" });
                    self.value(value, member.map_or(&Shape::Anything, |member| &member.shape), depth + 1);
                }
                self.end('}', depth);
            }
            Value::Array(items) if !items.is_empty() => {
                let shape = if let Shape::List(item) = shape { item } else { &Shape::Anything };
                self.text.push('[');
                for (at, item) in items.iter().enumerate() {
                    self.next(at, depth + 1);
                    self.value(item, shape, depth + 1);
                }
                self.end(']', depth);
            }
            simple => self.text.push_str(&simple.to_string()),
        }
    }

    fn next(&mut self, at: usize, depth: usize) {
        if at > 0 {
            self.text.push(',');
        }
        self.line(depth);
    }

    fn end(&mut self, bracket: char, depth: usize) {
        self.line(depth);
        self.text.push(bracket);
    }

    fn line(&mut self, depth: usize) {
        if self.layout == Layout::Lines {
            self.text.push_str("\r\n");
            self.text.push_str(&"  ".repeat(depth));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arm::contract;
    use crate::arm::id::Kind;

    #[test]
    fn a_version_has_its_members_in_azures_order() {
        let body = json!({
            "id": "/v", "location": "westus", "name": "1.0.0", "tags": {}, "type": "t",
            "properties": {
                "defaultAccess": "Deny", "excludeFromLatest": false, "mode": "Audit",
                "provisioningState": "Succeeded", "publishedDate": "d",
                "replicationStatus": {"summary": [{"state": "Completed", "region": "westus", "progress": 100}],
                                      "aggregatedState": "Completed"},
                "rules": {"identities": [], "privileges": [{"queryParameters": {"b": "1", "a": "2"}, "path": "/", "name": "p"}]},
                "targetLocations": [{"name": "westus"}],
            },
        });
        let compact = text(&body, contract::body(Kind::Version), Layout::Compact);
        assert_eq!(
            compact,
            "{\"name\":\"1.0.0\",\"id\":\"/v\",\"type\":\"t\",\"location\":\"westus\",\"tags\":{},\"properties\":{\
             \"mode\":\"Audit\",\"defaultAccess\":\"Deny\",\"rules\":{\"privileges\":[{\"name\":\"p\",\"path\":\"/\",\
             \"queryParameters\":{\"a\":\"2\",\"b\":\"1\"}}],\"identities\":[]},\"targetLocations\":[{\"name\":\"westus\"}],\
             \"excludeFromLatest\":false,\"publishedDate\":\"d\",\"provisioningState\":\"Succeeded\",\
             \"replicationStatus\":{\"aggregatedState\":\"Completed\",\"summary\":[{\"progress\":100,\
             \"region\":\"westus\",\"state\":\"Completed\"}]}}}"
        );
        let lines = text(&body, contract::body(Kind::Version), Layout::Lines);
        assert!(lines.starts_with("{\r\n  \"name\": \"1.0.0\",\r\n  \"id\": \"/v\""), "{lines}");
        assert!(lines.contains("\"tags\": {},\r\n  \"properties\": {\r\n    \"mode\": \"Audit\""), "{lines}");
        assert!(lines.contains(
            "\"targetLocations\": [\r\n      {\r\n        \"name\": \"westus\"\r\n      }\r\n    ],"
        ));
        assert!(lines.contains("\"identities\": []"), "{lines}");
        assert_eq!(serde_json::from_str::<Value>(&lines).unwrap(), body);
    }

    #[test]
    fn text_is_escaped_and_unknown_members_are_kept() {
        let body = json!({"name": "a\"\\\r\u{e9}", "zz": null, "aa": [1, true]});
        let written = text(&body, contract::body(Kind::Profile), Layout::Compact);
        assert_eq!(written, "{\"name\":\"a\\\"\\\\\\r\u{e9}\",\"aa\":[1,true],\"zz\":null}");
    }
}
