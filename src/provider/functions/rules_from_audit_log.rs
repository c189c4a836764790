//! `rules_from_audit_log(log, options)`: an allowlist learned from recorded requests.

use super::arguments::Arguments;
use super::json;
use super::options::Options;
use crate::allowlist::{Grant, LearnOptions, LearnReport, Learned, grants, learn};
use crate::plugin::function::{Function, FunctionError, Parameter, Signature};
use crate::plugin::{Type, Value};
use crate::provider::invm_access_profile_version::rules;
use crate::provider::roles::values::count;

/// The function.
#[derive(Clone, Copy, Debug)]
pub struct RulesFromAuditLog;

const OPTIONS: [&str; 6] =
    ["endpoint", "os_type", "keep_parameters", "drop_parameters", "include_not_allowed", "strip_deleted"];

impl Function for RulesFromAuditLog {
    fn name(&self) -> &'static str {
        "rules_from_audit_log"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "The smallest rules that allow what a log shows",
            description: "Learns an allowlist from the guest proxy agent's records of one endpoint: bare \
                          JSON lines, lines of syslog or the journal, Windows events exported as JSON, the \
                          agent's own connection log, or results of Log Analytics as JSON or as a table \
                          with commas, semicolons or tabs. A log without any readable record is an error. \
                          The same log always gives the same rules. You can pass the result to the other \
                          functions unchanged, and its `rules` to the `rules` block of a version. The \
                          learned rules decide every record again: `left_out` lists what they would not \
                          allow and why, `wider` where they allow more than the log shows, and `complete` \
                          whether the log can contain every request. The agent samples its events, so most \
                          logs cannot."
                .into(),
            parameters: vec![
                Parameter {
                    name: "log",
                    kind: Type::String,
                    allow_null: false,
                    description: "The log, as `file()` reads it.".into(),
                },
                Parameter {
                    name: "options",
                    kind: Type::Dynamic,
                    allow_null: false,
                    description: "What to learn: an object of `endpoint` (`IMDS` or `WireServer`, \
                                  required), `os_type` (default `Linux`), `keep_parameters` and \
                                  `drop_parameters` (lists of query parameters to keep or omit, in \
                                  addition to those that are known to select an operation), \
                                  `include_not_allowed` (treat requests recorded as not allowed as wanted) \
                                  and `strip_deleted` (treat a program that was replaced while it ran as \
                                  the one at its path)."
                        .into(),
                },
            ],
            variadic: None,
            result: result(),
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let mut arguments = Arguments::new(arguments);
        let log = arguments.text()?;
        let parts = Options::new(json::from_value(&arguments.value()?), 1, "options", &OPTIONS)?;
        let Some(endpoint) = parts.word("endpoint")? else {
            return Err(parts.wrong("The options have no `endpoint`: `IMDS` or `WireServer`."));
        };
        let mut options = LearnOptions::new(endpoint, parts.word("os_type")?.unwrap_or_default());
        options.keep_parameters = parts.set("keep_parameters")?;
        options.drop_parameters = parts.set("drop_parameters")?;
        options.include_not_allowed = parts.flag("include_not_allowed")?;
        options.strip_deleted = parts.flag("strip_deleted")?;
        let learned = learn(log.as_bytes(), options)
            .map_err(|error| FunctionError::argument(0, format!("The log cannot be read: {error}.")))?;
        if let Some(problem) = learned.report.reading.problem() {
            return Err(FunctionError::argument(0, format!("The log cannot be learned from: {problem}.")));
        }
        Ok(value(&learned))
    }
}

fn result() -> Type {
    let text = Type::String;
    let request = || {
        [
            ("method", text.clone()),
            ("url", text.clone()),
            ("user_name", text.clone()),
            ("exe_path", text.clone()),
        ]
    };
    let left_out = request().into_iter().chain([("reason", text.clone()), ("times", Type::Number)]);
    let newly_allowed = request().into_iter().chain([("times", Type::Number)]);
    Type::object([
        ("mode", text.clone()),
        ("default_access", text.clone()),
        ("rules", rules_type()),
        ("grants", Type::list(text.clone())),
        ("records", Type::Number),
        ("covered", Type::Number),
        ("not_understood", Type::Number),
        ("complete", Type::Bool),
        ("left_out", Type::list(Type::object(left_out))),
        ("newly_allowed", Type::list(Type::object(newly_allowed))),
        ("wider", Type::list(text.clone())),
        ("commands", Type::map(Type::list(text.clone()))),
        ("first_time", text.clone()),
        ("last_time", text.clone()),
        ("notes", Type::list(text)),
    ])
}

fn value(learned: &Learned) -> Value {
    let LearnReport { reading, left_out, newly_allowed, wider, commands, .. } = &learned.report;
    let texts = |texts: &mut dyn Iterator<Item = String>| Value::List(texts.map(Value::from).collect());
    let left_out = left_out.iter().map(|one| {
        let request = &one.request;
        Value::object([
            ("method", Value::from(request.method.as_str())),
            ("url", request.url.as_str().into()),
            ("user_name", request.user_name.as_str().into()),
            ("exe_path", request.exe_path.as_str().into()),
            ("reason", one.reason.to_string().into()),
            ("times", count(one.times)),
        ])
    });
    let newly_allowed = newly_allowed.iter().map(|(request, times)| {
        Value::object([
            ("method", Value::from(request.method.as_str())),
            ("url", request.url.as_str().into()),
            ("user_name", request.user_name.as_str().into()),
            ("exe_path", request.exe_path.as_str().into()),
            ("times", count(*times)),
        ])
    });
    let commands =
        commands.iter().map(|(identity, lines)| (identity.clone(), texts(&mut lines.iter().cloned())));
    Value::object([
        ("mode", Value::from("Enforce")),
        ("default_access", "Deny".into()),
        ("rules", rules::spelled(&learned.rules, &Value::Null)),
        ("grants", texts(&mut grants(&learned.rules).iter().map(Grant::to_string))),
        ("records", count(reading.records())),
        ("covered", count(learned.report.covered)),
        ("not_understood", count(reading.not_understood)),
        ("complete", learned.report.is_complete().into()),
        ("left_out", Value::List(left_out.collect())),
        ("newly_allowed", Value::List(newly_allowed.collect())),
        ("wider", texts(&mut wider.iter().map(ToString::to_string))),
        ("commands", Value::Map(commands.collect())),
        ("first_time", reading.first_time.clone().into()),
        ("last_time", reading.last_time.clone().into()),
        ("notes", texts(&mut notes(&learned.report).into_iter())),
    ])
}

/// Remarks about the log, in sentences.
fn notes(report: &LearnReport) -> Vec<String> {
    let mut notes: Vec<String> =
        report.finding().map(|found| format!("The rules {}", found.message)).into_iter().collect();
    let mut tell = |count: usize, what: &str| {
        if count > 0 {
            notes.push(format!("{count} {what}"));
        }
    };
    tell(report.other_destinations, "records are for something other than the endpoint and were ignored.");
    tell(report.unsuccessful, "records had a response other than success and were ignored.");
    tell(report.reading.truncated, "lines begin a record but are truncated.");
    tell(report.reading.malformed, "lines look like a record but are not well-formed.");
    tell(report.reading.too_long, "lines were too long to be read.");
    tell(report.reading.not_understood, "other lines, rows or elements hold no readable record.");
    tell(report.not_replayed, "records were too many to be decided again.");
    tell(report.left_out_beyond, "more requests are not allowed than `left_out` lists.");
    notes
}

/// The type of rules: the shape that the `rules` block takes.
fn rules_type() -> Type {
    let text = Type::String;
    let privilege = Type::object([("path", text.clone()), ("query_parameters", Type::map(text.clone()))]);
    let role = Type::object([("privileges", Type::set(text.clone()))]);
    let identity = Type::object(
        ["exe_path", "group_name", "process_name", "user_name"].map(|name| (name, text.clone())),
    );
    let assignment = Type::object([("identities", Type::set(text))]);
    Type::object([
        ("privileges", Type::map(privilege)),
        ("roles", Type::map(role)),
        ("identities", Type::map(identity)),
        ("role_assignments", Type::map(assignment)),
    ])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::plugin::value::msgpack;

    const LINE: &str = r#"{"id":7,"method":"GET","url":"/metadata/instance?api-version=2021-02-01","clientIp":"127.0.0.1","clientPort":40722,"ip":"169.254.169.254","port":80,"userId":1000,"userName":"azureuser","userGroups":["azureuser"],"processFullPath":"/opt/web/bin/server","processCmdLine":"server --port 80","runAsElevated":false,"responseStatus":"200 OK","elapsedTime":12,"errorDetails":""}"#;

    fn call(log: &str, options: serde_json::Value) -> Result<Value, FunctionError> {
        RulesFromAuditLog.call(vec![log.into(), json::to_dynamic(&options)])
    }

    #[test]
    fn allowed_requests_are_allowed_by_the_learned_rules() {
        let learned = call(LINE, json!({"endpoint": "IMDS"})).unwrap();
        msgpack::encode(&learned, &RulesFromAuditLog.signature().result).unwrap();
        let request = json!({
            "endpoint": "IMDS", "url": "/metadata/instance?api-version=2023-07-01", "user_name": "azureuser",
            "exe_path": "/opt/web/bin/server", "process_name": "server"
        });
        let decision = super::super::access_decision::AccessDecision
            .call(vec![learned.clone(), json::to_dynamic(&request)])
            .unwrap();
        assert_eq!(decision.get("decision"), Some(&"Allowed".into()));
        assert_eq!(learned.get("records"), Some(&1.into()));
        assert_eq!(learned.get("complete"), Some(&false.into()));
    }

    #[test]
    fn a_log_without_readable_entries_is_an_error_but_an_empty_table_is_not() {
        let imds = || json!({"endpoint": "IMDS"});
        for log in [
            "",
            "\n \n",
            "a,b\n1,2\n",
            "null",
            "{}",
            "[{\"a\": 1}]",
            "started\nstopped\n",
            "/opt/x\t169.254.169.254\n",
        ] {
            let error = call(log, imds()).unwrap_err();
            assert_eq!(error.argument, Some(0), "{log}");
            assert!(error.text.starts_with("The log cannot be learned from: "), "{}", error.text);
        }
        for log in [
            "[]",
            "{\"tables\":[{\"columns\":[],\"rows\":[]}]}",
            "url,processFullPath,userName,runAsElevated\n",
        ] {
            assert_eq!(call(log, imds()).unwrap().get("records"), Some(&0.into()), "{log}");
        }
    }

    #[test]
    fn denials_of_the_system_log_are_omitted_unless_a_record_exists() {
        let denied = |url: &str| {
            format!(
                "Jul 22 14:27:45 vm azure-proxy-agent[1]: IMDS request {url} denied in audit mode, continue forward the request\n"
            )
        };
        let log = [
            LINE,
            "\n",
            &denied("/metadata/scheduledevents"),
            &denied("/metadata/scheduledevents"),
            &denied("/metadata/instance?api-version=2021-02-01"),
            "Jul 22 14:27:45 vm sshd[2]: hello\n",
        ]
        .concat();
        let learned = call(&log, json!({"endpoint": "IMDS"})).unwrap();
        assert_eq!(learned.get("not_understood"), Some(&1.into()));
        let left_out = json::from_value(learned.get("left_out").unwrap());
        assert_eq!(left_out.as_array().unwrap().len(), 1, "{left_out}");
        assert_eq!(
            (&left_out[0]["url"], &left_out[0]["times"]),
            (&json!("/metadata/scheduledevents"), &json!(2))
        );
        assert!(left_out[0]["reason"].as_str().unwrap().contains("no record names the caller"), "{left_out}");
        assert_eq!(
            call(&denied("/x"), json!({"endpoint": "WireServer"})).unwrap().get("records"),
            Some(&0.into())
        );
    }

    #[test]
    fn invalid_options_are_errors() {
        assert!(call(LINE, json!({})).unwrap_err().text.contains("endpoint"));
        assert!(
            call(LINE, json!({"endpoint": "IMDS", "os_typ": "Linux"})).unwrap_err().text.contains("os_type")
        );
        assert_eq!(
            call(LINE, json!({"endpoint": "IMDS", "keep_parameters": "x"})).unwrap_err().argument,
            Some(1)
        );
    }
}
