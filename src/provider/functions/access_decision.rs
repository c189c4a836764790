//! `access_decision(rules, request)`: the guest agent's own decision.

use serde_json::Value as Json;

use super::arguments::Arguments;
use super::options::Options;
use super::{json, rules_argument};
use crate::allowlist::{Destination, Endpoint, Matcher, OsType, Request};
use crate::plugin::function::{Function, FunctionError, Parameter, Signature};
use crate::plugin::{Type, Value};
use crate::provider::checks::with_full_stop;

/// The function.
#[derive(Clone, Copy, Debug)]
pub struct AccessDecision;

const PARTS: [&str; 9] = [
    "endpoint",
    "os_type",
    "method",
    "url",
    "user_name",
    "user_groups",
    "exe_path",
    "process_name",
    "elevated",
];

impl Function for AccessDecision {
    fn name(&self) -> &'static str {
        "access_decision"
    }

    fn signature(&self) -> Signature {
        let text = Type::String;
        Signature {
            summary: "What the guest agent decides about a request",
            description: "Decides one request exactly as the guest proxy agent in a virtual machine does, \
                          and returns which privilege, identity and role decided. `decision` is `Allowed`, \
                          `AllowedByAudit` (denied by the rules, but allowed and recorded because the mode \
                          is `Audit`) or `Denied`. `reason` explains it in a sentence. `privilege`, \
                          `identity` and `role` name what decided; each is null if it had no part in the \
                          decision."
                .into(),
            parameters: vec![
                rules_argument::parameter("rules"),
                Parameter {
                    name: "request",
                    kind: Type::Dynamic,
                    allow_null: false,
                    description: "The request: an object of `endpoint` (`IMDS`, `WireServer` or \
                                  `HostGAPlugin`), `url` (path and query as the process sends them), \
                                  `os_type` (default `Linux`), `method` (default `GET`), `user_name`, \
                                  `user_groups`, `exe_path`, `process_name` and `elevated` (default \
                                  `false`). What is omitted is empty, including `process_name`: if an \
                                  identity has a process name, set it to the last part of `exe_path`."
                        .into(),
                },
            ],
            variadic: None,
            result: Type::object([
                ("decision", text.clone()),
                ("reason", text.clone()),
                ("privilege", text.clone()),
                ("identity", text.clone()),
                ("role", text),
            ]),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut arguments = Arguments::new(arguments);
        let document = rules_argument::document(&mut arguments)?;
        let request = RequestArgument::read(json::from_value(&arguments.value()?))?;
        let matcher = Matcher::for_document(&document).map_err(|refused| {
            FunctionError::argument(
                0,
                with_full_stop(&format!("The guest agent refuses these rules: {refused}")),
            )
        })?;
        let decision = matcher.decide(&request.request());
        Ok(Value::object([
            ("decision", Value::from(decision.verdict.as_str())),
            ("reason", decision.reason().into()),
            ("privilege", decision.privilege.into()),
            ("identity", decision.identity.into()),
            ("role", decision.role.into()),
        ]))
    }
}

/// The request in the argument.
struct RequestArgument {
    endpoint: Endpoint,
    os_type: OsType,
    method: String,
    url: String,
    user_name: String,
    user_groups: Vec<String>,
    exe_path: String,
    process_name: String,
    elevated: bool,
}

impl RequestArgument {
    fn read(json: Json) -> Result<Self, FunctionError> {
        let parts = Options::new(json, 1, "request", &PARTS)?;
        let text = |name: &str| parts.text(name).map(Option::unwrap_or_default);
        let Some(endpoint) = parts.word("endpoint")? else {
            return Err(parts.wrong("The request has no `endpoint`: `IMDS`, `WireServer` or `HostGAPlugin`."));
        };
        Ok(Self {
            endpoint,
            os_type: parts.word("os_type")?.unwrap_or_default(),
            method: parts.text("method")?.unwrap_or_else(|| "GET".to_owned()),
            url: text("url")?,
            user_name: text("user_name")?,
            user_groups: parts.texts("user_groups")?,
            exe_path: text("exe_path")?,
            process_name: text("process_name")?,
            elevated: parts.flag("elevated")?,
        })
    }

    fn request(&self) -> Request<'_> {
        Request {
            destination: Destination::Host(self.endpoint),
            os_type: self.os_type,
            method: &self.method,
            url: &self.url,
            user_name: &self.user_name,
            user_groups: &self.user_groups,
            exe_path: &self.exe_path,
            process_name: &self.process_name,
            elevated: self.elevated,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn decide(rules: Json, request: Json) -> Result<Json, FunctionError> {
        let arguments = vec![json::to_dynamic(&rules), json::to_dynamic(&request)];
        AccessDecision.call(arguments).map(|value| json::from_value(&value))
    }

    fn keyed() -> Json {
        json!({
            "mode": "Enforce", "default_access": "Deny", "id": "a whole resource has more members",
            "rules": {
                "privileges": {"token": {"path": "/metadata/identity", "query_parameters": null}},
                "roles": {"app": {"privileges": ["token"]}},
                "identities": {"web": {"user_name": "web", "exe_path": null, "group_name": null, "process_name": null}},
                "role_assignments": {"app": {"identities": ["web"]}},
            }
        })
    }

    #[test]
    fn both_shapes_decide_alike() {
        let lists = json!({"properties": {
            "mode": "Enforce", "defaultAccess": "Deny",
            "rules": {
                "privileges": [{"name": "token", "path": "/metadata/identity"}],
                "roles": [{"name": "app", "privileges": ["token"]}],
                "identities": [{"name": "web", "userName": "web"}],
                "roleAssignments": [{"role": "app", "identities": ["web"]}],
            }
        }});
        let asked = |user: &str| json!({"endpoint": "imds", "url": "/metadata/identity/oauth2/token", "user_name": user});
        for rules in [keyed(), lists] {
            let allowed = decide(rules.clone(), asked("web")).unwrap();
            assert_eq!(allowed["decision"], "Allowed");
            assert_eq!((&allowed["privilege"], &allowed["role"]), (&json!("token"), &json!("app")));
            assert_eq!(decide(rules, asked("mallory")).unwrap()["decision"], "Denied");
        }
    }

    #[test]
    fn errors_point_to_their_argument() {
        let request = json!({"endpoint": "IMDS", "url": "/"});
        assert_eq!(decide(json!({"mode": 1}), request.clone()).unwrap_err().argument, Some(0));
        let error = decide(keyed(), json!({"endpoint": "IMDS", "usr_name": "x"})).unwrap_err();
        assert_eq!(error.argument, Some(1));
        assert!(error.text.contains("`user_name`"), "{}", error.text);
        assert!(decide(keyed(), json!({"url": "/"})).unwrap_err().text.contains("endpoint"));
        assert!(decide(keyed(), json!({"endpoint": "Mars"})).is_err());
        assert!(decide(json!({"default_access": "Deny"}), request).is_err());
    }
}
