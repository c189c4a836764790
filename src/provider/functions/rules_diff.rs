//! `rules_diff(before, after)`: who gains and who loses.

use super::arguments::Arguments;
use super::options::Options;
use super::rules_argument;
use crate::allowlist::{
    Difference, Document, Endpoint, Grant, Matcher, OsType, Record, Replay, difference, read_audit_log,
    replay,
};
use crate::plugin::function::{Function, FunctionError, Parameter, Signature};
use crate::plugin::{Type, Value};
use crate::provider::checks::with_full_stop;
use crate::provider::roles::values::count;

/// The function.
#[derive(Clone, Copy, Debug)]
pub struct RulesDiff;

const OPTIONS: [&str; 3] = ["log", "endpoint", "os_type"];

impl Function for RulesDiff {
    fn name(&self) -> &'static str {
        "rules_diff"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Who gains and who loses access between rules",
            description: "Compares two allowlists by what they grant, not by their text. `effects` are the \
                          consequences to review before the new rules reach machines: grants lost under \
                          `Enforce`, sensitive paths that become reachable, paths that close. With a `log` \
                          in the options, both allowlists decide every request of it, and `changes` lists \
                          those that they decide differently."
                .into(),
            parameters: vec![rules_argument::parameter("before"), rules_argument::parameter("after")],
            variadic: Some(Parameter {
                name: "options",
                kind: Type::Dynamic,
                allow_null: true,
                description: "At most one object of `log` (an audit log in any form that \
                              `rules_from_audit_log` reads), `endpoint` (the profile's; default: any) and \
                              `os_type` (default `Linux`)."
                    .into(),
            }),
            result: result(),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut arguments = Arguments::new(arguments);
        let old = rules_argument::document(&mut arguments)?;
        let new = rules_argument::document(&mut arguments)?;
        let options = arguments.optional("There is at most one object of options.")?;
        let options = Options::new(options, 2, "options", &OPTIONS)?;
        let endpoint: Option<Endpoint> = options.word("endpoint")?;
        let os_type: OsType = options.word("os_type")?.unwrap_or_default();
        let (before, after) = (old.as_if_complete(), new.as_if_complete());
        let difference = difference(&before, &after, endpoint);
        let replayed = match options.text("log")? {
            Some(log) => Some(replayed(&old, &new, &log, endpoint, os_type)?),
            None => None,
        };
        Ok(value(&difference, replayed.as_ref()))
    }
}

fn replayed(
    old: &Document,
    new: &Document,
    log: &str,
    endpoint: Option<Endpoint>,
    os_type: OsType,
) -> Result<Replay, FunctionError> {
    let matcher = |position, document: &Document| {
        Matcher::for_document(document).map_err(|refused| {
            FunctionError::argument(
                position,
                with_full_stop(&format!("The guest agent refuses these rules: {refused}")),
            )
        })
    };
    let (old, new) = (matcher(0, old)?, matcher(1, new)?);
    let mut records: Vec<Record> = Vec::new();
    let reading = read_audit_log(log.as_bytes(), |record| records.push(record))
        .map_err(|error| FunctionError::argument(2, format!("The log cannot be read: {error}.")))?;
    if let Some(problem) = reading.problem() {
        return Err(FunctionError::argument(2, format!("The log cannot be decided again: {problem}.")));
    }
    let requests = records.iter().map(|record| record.request(os_type)).filter(|request| {
        let profile = match request.destination {
            crate::allowlist::Destination::Host(host) => Some(host.profile()),
            _ => None,
        };
        profile.is_some() && endpoint.is_none_or(|endpoint| profile == Some(endpoint.profile()))
    });
    Ok(replay(&old, &new, requests))
}

fn result() -> Type {
    let text = Type::String;
    let effect = Type::object([("loss", Type::Bool), ("message", text.clone())]);
    let change = ["method", "url", "user_name", "exe_path", "before", "after", "reason"]
        .into_iter()
        .map(|name| (name, text.clone()))
        .chain([("times", Type::Number)]);
    Type::object([
        ("gained", Type::list(text.clone())),
        ("lost", Type::list(text.clone())),
        ("effects", Type::list(effect)),
        ("requests", Type::Number),
        ("changed", Type::Number),
        ("changes", Type::list(Type::object(change))),
    ])
}

fn value(difference: &Difference<'_>, replayed: Option<&Replay>) -> Value {
    let texts =
        |grants: &[Grant<'_>]| Value::List(grants.iter().map(|grant| grant.to_string().into()).collect());
    let effects = difference.effects.iter().map(|effect| {
        Value::object([("loss", Value::from(effect.is_loss())), ("message", effect.to_string().into())])
    });
    let changes = replayed.map_or(Value::Null, |replayed| {
        let changes = replayed.changes.iter().map(|one| {
            Value::object([
                ("method", Value::from(one.method.as_str())),
                ("url", one.url.as_str().into()),
                ("user_name", one.user_name.as_str().into()),
                ("exe_path", one.exe_path.as_str().into()),
                ("before", one.before.as_str().into()),
                ("after", one.after.as_str().into()),
                ("reason", one.reason.as_str().into()),
                ("times", count(one.times)),
            ])
        });
        Value::List(changes.collect())
    });
    Value::object([
        ("gained", texts(&difference.gained)),
        ("lost", texts(&difference.lost)),
        ("effects", Value::List(effects.collect())),
        ("requests", replayed.map_or(Value::Null, |replayed| count(replayed.requests))),
        ("changed", replayed.map_or(Value::Null, |replayed| count(replayed.changed))),
        ("changes", changes),
    ])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plugin::value::msgpack;
    use crate::provider::functions::json::to_dynamic;

    fn rules(path: &str) -> serde_json::Value {
        json!({
            "mode": "Enforce", "default_access": "Deny",
            "rules": {
                "privileges": {"p": {"path": path}},
                "roles": {"r": {"privileges": ["p"]}},
                "identities": {"i": {"user_name": "web"}},
                "role_assignments": {"r": {"identities": ["i"]}},
            }
        })
    }

    fn call(arguments: &[serde_json::Value]) -> Value {
        let result = RulesDiff.call(arguments.iter().map(to_dynamic).collect()).unwrap();
        msgpack::encode(&result, &RulesDiff.signature().result).unwrap();
        result
    }

    #[test]
    fn equal_rules_have_no_difference() {
        let same = call(&[rules("/metadata/instance"), rules("/metadata/instance")]);
        for list in ["gained", "lost", "effects"] {
            assert_eq!(same.get(list), Some(&Value::List(vec![])), "{list}");
        }
        assert_eq!(same.get("changes"), Some(&Value::Null));
    }

    #[test]
    fn a_lost_role_is_reported_and_recorded_requests_are_decided_again() {
        let mut new = rules("/metadata/instance");
        new["rules"]["role_assignments"] = json!({});
        let line = r#"{"id":1,"method":"GET","url":"/metadata/instance","clientIp":"127.0.0.1","clientPort":1,"ip":"169.254.169.254","port":80,"userId":1,"userName":"web","userGroups":[],"processFullPath":"/x","processCmdLine":"x","runAsElevated":false,"responseStatus":"200 OK","elapsedTime":1,"errorDetails":""}"#;
        let result = call(&[rules("/metadata/instance"), new, json!({"log": line, "endpoint": "IMDS"})]);
        assert_eq!(result.get("lost"), Some(&Value::List(vec!["i -> p (r)".into()])));
        assert_eq!(result.get("changed"), Some(&1.into()));
        let change = result.get("changes").and_then(|changes| changes.elements()?.first()).unwrap();
        assert_eq!(
            (change.get("before"), change.get("after")),
            (Some(&"Allowed".into()), Some(&"Denied".into()))
        );
    }
}
