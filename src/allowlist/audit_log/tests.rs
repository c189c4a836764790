use serde_json::{Value, json};

use super::super::{Destination, Endpoint, OsType};
use super::*;

/// The sample in the agent's own serializer.
const SAMPLE: &str = r#"{"id":7,"method":"GET","url":"/metadata/instance?api-version=2021-02-01","clientIp":"127.0.0.1","clientPort":40722,"ip":"169.254.169.254","port":80,"userId":1000,"userName":"azureuser","userGroups":["azureuser","sudo"],"processFullPath":"/usr/bin/curl","processCmdLine":"curl -s -H Metadata:true","runAsElevated":false,"responseStatus":"200 OK","elapsedTime":12,"errorDetails":""}"#;

fn sample() -> Record {
    Record {
        method: "GET".into(),
        url: "/metadata/instance?api-version=2021-02-01".into(),
        destination: Destination::Host(Endpoint::Imds),
        user_name: "azureuser".into(),
        user_groups: vec!["azureuser".into(), "sudo".into()],
        exe_path: "/usr/bin/curl".into(),
        command_line: "curl -s -H Metadata:true".into(),
        elevated: false,
        outcome: Outcome::Answered(200),
        time: None,
        traced: false,
    }
}

fn all(log: impl AsRef<[u8]>) -> (Vec<Record>, Reading) {
    let mut records = Vec::new();
    let reading = read(log.as_ref(), |record| records.push(record)).unwrap();
    assert_eq!(reading.records(), records.len());
    (records, reading)
}

/// Asserts that a log contains the sample this many times, regardless of the time.
#[track_caller]
fn holds(log: impl AsRef<[u8]>, times: usize) -> Reading {
    let (records, reading) = all(log);
    assert_eq!(records.len(), times, "{reading:?}");
    for mut record in records {
        record.time = None;
        assert_eq!(record, sample());
    }
    reading
}

fn quoted(text: &str) -> String {
    Value::String(text.into()).to_string()
}

#[test]
fn bare_json_lines() {
    let reading = holds(format!("{SAMPLE}\n\n{SAMPLE}\r\n{SAMPLE}"), 3);
    assert_eq!((reading.lines, reading.truncated, reading.malformed), (4, 0, 0));
}

#[test]
fn the_connection_logs_header() {
    let line = |time: &str| format!("2026-07-22T{time} [INFO]    {SAMPLE}\n");
    let noise = "2026-07-22T14:27:45.130 [INFO]    IMDS request /x denied in audit mode, continue forward the request\n";
    let reading = holds(format!("{}{noise}{}", line("14:27:46.123"), line("14:27:45.123")), 2);
    assert_eq!(reading.first_time.as_deref(), Some("2026-07-22T14:27:45.123"));
    assert_eq!(reading.last_time.as_deref(), Some("2026-07-22T14:27:46.123"));
}

#[test]
fn syslog_and_journal() {
    let syslog = format!("Jul 22 14:27:45 vm azure-proxy-agent[812]: {SAMPLE}");
    let tagged = format!("<30>1 2026-07-22T14:27:45Z vm azure-proxy-agent 812 - {{x}} {SAMPLE}");
    let journal = format!(r#"{{"_PID":"812","MESSAGE":{},"PRIORITY":"6"}}"#, quoted(SAMPLE));
    holds(format!("{syslog}\n{tagged}\n{journal}\n"), 3);
    holds(format!("{journal}\n{syslog}\n"), 2);
}

#[test]
fn windows_events_as_json() {
    let event = json!({ "Id": 0, "ProviderName": "GuestProxyAgent", "Message": SAMPLE, "Properties": [{ "Value": SAMPLE }] });
    holds(event.to_string(), 1);
    holds(json!([event, event]).to_string(), 2);
    holds(serde_json::to_string_pretty(&json!([event, event, event])).unwrap(), 3);
    holds(format!("\u{feff}{}", serde_json::to_string_pretty(&event).unwrap()), 1);
    let xml = SAMPLE.replace('"', "&quot;");
    let xml = format!("<DataItem><EventData><Data>{xml}</Data></EventData></DataItem>");
    holds(json!({ "EventData": xml }).to_string(), 1);
}

#[test]
fn telemetry_files_are_read() {
    let cut: String = SAMPLE.chars().take(200).collect();
    let event = |message: &str| json!({ "EventLevel": "Info", "Message": message, "TaskName": "log_connection_summary" });
    holds(json!([event(SAMPLE), event(&cut), event("started")]).to_string(), 1);
}

fn flat() -> Value {
    json!({
        "TimeGenerated": "2026-07-22T14:27:45.1Z", "url": "/metadata/instance?api-version=2021-02-01",
        "ip": "169.254.169.254", "port": "80", "processFullPath": "/usr/bin/curl", "method": "GET",
        "userName": "azureuser", "runAsElevated": "False", "processCmdLine": "curl", "_ResourceId": null
    })
}

#[test]
fn log_analytics_as_json() {
    for text in
        [json!([flat(), flat()]).to_string(), serde_json::to_string_pretty(&json!([flat(), flat()])).unwrap()]
    {
        let (records, reading) = all(text);
        assert_eq!(records.len(), 2);
        assert_eq!(records[0].outcome, Outcome::Unknown);
        assert_eq!(records[0].destination, Destination::Host(Endpoint::Imds));
        assert!(!records[0].elevated);
        assert_eq!(reading.last_time.as_deref(), Some("2026-07-22T14:27:45.1Z"));
    }
    let flat = flat();
    let names: Vec<_> =
        flat.as_object().unwrap().keys().map(|name| json!({ "name": name, "type": "string" })).collect();
    let row: Vec<_> = flat.as_object().unwrap().values().cloned().collect();
    let table = json!({ "tables": [{ "name": "PrimaryResult", "columns": names, "rows": [row, row, row] }] });
    assert_eq!(all(table.to_string()).0.len(), 3);
    assert_eq!(all(serde_json::to_string_pretty(&table).unwrap()).0.len(), 3);
    let events = json!({ "tables": [{ "columns": [{ "name": "TimeGenerated" }, { "name": "SyslogMessage" }],
        "rows": [["2026", SAMPLE], ["2026", "started"]] }] });
    holds(events.to_string(), 1);
}

#[test]
fn log_analytics_as_csv() {
    let csv = "TimeGenerated [UTC],url,ip,port,processFullPath,method,userName,runAsElevated,processCmdLine\n\
        \"7/22/2026, 2:27:45 PM\",/machine/?comp=goalstate,168.63.129.16,80,/usr/bin/python3.10,GET,root,true,\"a \"\"b\"\"\nc\"\n\
        x,/vmSettings,168.63.129.16,32526,/usr/bin/python3.10,GET,root,true,\n";
    let (records, reading) = all(csv);
    assert_eq!(records.len(), 2);
    assert_eq!(records[0].command_line, "a \"b\"\nc");
    assert!(records[0].elevated);
    assert_eq!(records[1].destination, Destination::Host(Endpoint::HostGaPlugin));
    assert_eq!(reading.first_time.as_deref(), Some("7/22/2026, 2:27:45 PM"));

    let events = format!(
        "TimeGenerated,RenderedDescription\n2026,\"{0}\"\n2026,\"{0}\"\n",
        SAMPLE.replace('"', "\"\"")
    );
    holds(&events, 2);
    // The event has no time of its own; the row has one, on either side of it.
    let sample = SAMPLE.trim_start_matches(|c| c != '{');
    for table in [
        json!([["TimeGenerated", "SyslogMessage"], ["2026-06-02T09:00:00Z", sample]]),
        json!([["SyslogMessage", "TimeGenerated"], [sample, "2026-06-02T09:00:00Z"]]),
    ] {
        let columns: Vec<_> =
            table[0].as_array().unwrap().iter().map(|name| json!({ "name": name })).collect();
        let (records, reading) =
            all(json!({ "tables": [{ "columns": columns, "rows": [table[1]] }] }).to_string());
        assert_eq!(records.len(), 1, "{reading:?}");
        assert_eq!(reading.first_time.as_deref(), Some("2026-06-02T09:00:00Z"), "{table}");
    }
    holds(format!("#TYPE System.Diagnostics.Eventing.Reader.EventLogRecord\n{events}"), 2);
}

#[test]
fn log_analytics_with_tabs_and_semicolons() {
    let heading = [
        "TimeGenerated [UTC]",
        "url",
        "ip",
        "port",
        "processFullPath",
        "method",
        "userName",
        "runAsElevated",
        "processCmdLine",
    ];
    let row = |time: &'static str, command: &'static str| {
        [
            time,
            "/metadata/instance?api-version=2021-02-01",
            "169.254.169.254",
            "80",
            "/opt/a,b;c",
            "GET",
            "web",
            "false",
            command,
        ]
    };
    for separator in ["\t", ";"] {
        let table = [
            format!("\u{feff}{}\r\n", heading.join(separator)),
            format!(
                "{}\r\n",
                row("6/2/2026, 9:00:00.000 AM", "\"sh -c \"\"x\"\"\"")
                    .map(|cell| if cell.contains(separator) {
                        format!("\"{cell}\"")
                    } else {
                        cell.to_owned()
                    })
                    .join(separator)
            ),
            "something else\r\n".to_owned(),
            format!(
                "{}\r\n",
                row("6/10/2026, 1:00:00.000 PM", "sh -c x")
                    .map(|cell| if cell.contains(separator) {
                        format!("\"{cell}\"")
                    } else {
                        cell.to_owned()
                    })
                    .join(separator)
            ),
        ];
        let (records, reading) = all(table.concat());
        assert_eq!(records.len(), 2, "{separator:?} {reading:?}");
        assert_eq!(
            (records[0].exe_path.as_str(), records[0].command_line.as_str()),
            ("/opt/a,b;c", "sh -c \"x\"")
        );
        assert_eq!(reading.truncated + reading.not_understood, 1, "{reading:?}");
        assert_eq!(reading.first_time.as_deref(), Some("6/2/2026, 9:00:00.000 AM"));
        assert_eq!(reading.last_time.as_deref(), Some("6/10/2026, 1:00:00.000 PM"));
    }
}

#[test]
fn unreadable_entries_are_counted_in_every_form() {
    let lines = format!("started\n\n{SAMPLE}\nstopped\n");
    let list = json!([serde_json::from_str::<Value>(SAMPLE).unwrap(), { "Message": "started" }, 5]);
    let page = json!({ "value": list });
    let rows = json!({ "tables": [{ "columns": [{ "name": "SyslogMessage" }], "rows": [[SAMPLE], ["started"], ["stopped"]] }] });
    let table = format!("SyslogMessage\n\"{}\"\nstarted\nstopped\n", SAMPLE.replace('"', "\"\""));
    for log in [lines, list.to_string(), page.to_string(), rows.to_string(), table] {
        let (records, reading) = all(&log);
        assert_eq!(
            (records.len(), reading.not_understood, reading.malformed),
            (1, 2, 0),
            "{log}: {reading:?}"
        );
        assert_eq!(reading.problem(), None);
    }
}

#[test]
fn denied_requests_are_counted_by_endpoint_and_target() {
    let log = "2026-07-22T14:27:45.130 [INFO]    WireServer request /machine?comp=x denied in audit mode, continue forward the request\n\
               Jul 22 14:27:45 vm azure-proxy-agent[812]: HostGAPlugin request /vmSettings denied in audit mode, continue forward the request\n\
               Jul 22 14:27:45 vm azure-proxy-agent[812]: 4[2] - IMDS request /a denied in audit mode, continue forward the request\n\
               Jul 22 14:27:45 vm azure-proxy-agent[812]: 5[2] - IMDS request /a denied in audit mode, continue forward the request\n";
    let (records, reading) = all(log);
    assert_eq!((records.len(), reading.not_understood), (0, 0), "{reading:?}");
    let denied: Vec<_> =
        reading.denied.iter().map(|((endpoint, url), times)| (*endpoint, url.as_str(), *times)).collect();
    assert_eq!(
        denied,
        [
            (Endpoint::Imds, "/a", 2),
            (Endpoint::WireServer, "/machine?comp=x", 1),
            (Endpoint::HostGaPlugin, "/vmSettings", 1),
        ]
    );
    assert_eq!(reading.problem(), None);
}

#[test]
fn the_lines_of_a_trace_log_are_combined() {
    let claims = r#"{"userId":0,"userName":"root","userGroups":["root"],"processId":9,"processName":"python3.10","processFullPath":"/usr/bin/python3.10","processCmdLine":"python3","runAsElevated":true,"clientIp":"127.0.0.1","clientPort":5}"#;
    let request = |id: u8, url: &str, end: &[&str]| {
        let line = |message: &str| format!("2026-07-22T14:27:45.123 [TRACE]   {id}[3] - {message}\n");
        let begin = [
            &format!("Got request from 127.0.0.1:5 for GET {url}"),
            "Getting destination IP and port.",
            "Getting claims from the tcp_connection_context.",
            "Use lookup value:168.63.129.16:80.",
            claims,
            "Authorizing the request.",
        ];
        begin.iter().chain(end).map(|message| line(message)).collect::<String>()
    };
    let status = |status: &str| format!("Http connection finished with status code: {status}.");
    let (ok, forbidden, forward) =
        (status("200 OK"), status("403 Forbidden"), "Forwarding request to target server.");
    let summary = format!("2026-07-22T14:27:45.123 [INFO]    {SAMPLE}\n");
    let closed = "Privilege matched at least once, but no identity matches, deny the access.";
    let audited = "WireServer request /c denied in audit mode, continue forward the request";
    let log = [
        request(1, "/a", &["Request matched privilege 'X'", forward, &ok]),
        summary,
        request(2, "/b", &[&forbidden, &forbidden]),
        request(3, "/c", &[closed, audited, &forbidden, forward, &ok]),
        request(4, "/d", &[forward, &forbidden]),
        request(5, "/e", &[closed, &forbidden, &forbidden]),
        request(6, "/f", &[]),
    ]
    .concat();
    let (records, reading) = all(log);
    assert_eq!((reading.summaries, reading.traced), (1, 6));
    let traced: Vec<_> = records.iter().filter(|record| record.traced).collect();
    assert!(traced.iter().all(|record| record.elevated && record.exe_path == "/usr/bin/python3.10"));
    assert_eq!(traced[0].destination, Destination::Host(Endpoint::WireServer));
    assert_eq!(traced[0].process_name(OsType::Linux), "python3.10");
    let outcomes: Vec<_> = traced.iter().map(|record| (record.url.as_str(), record.outcome)).collect();
    let expected = [
        ("/a", Outcome::Answered(200)),
        ("/b", Outcome::NotAllowed),
        ("/c", Outcome::Answered(200)),
        ("/d", Outcome::Answered(403)),
        ("/e", Outcome::NotAllowed),
        ("/f", Outcome::Unknown),
    ];
    assert_eq!(outcomes, expected);
}

#[test]
fn outcomes_come_from_status_and_error() {
    let with = |status: &str, error: &str| {
        let line = SAMPLE
            .replace("200 OK", status)
            .replace("\"errorDetails\":\"\"", &format!("\"errorDetails\":{}", quoted(error)));
        all(line).0[0].outcome
    };
    assert_eq!(with("403 Forbidden", "Authorize failed"), Outcome::NotAllowed);
    assert_eq!(with("403 Forbidden", "Block unauthorized request: {\"a\":\"}\"}"), Outcome::NotAllowed);
    assert_eq!(with("404 Not Found", ""), Outcome::Answered(404));
    assert_eq!(with("502 Bad Gateway", "Failed to send request to host: x"), Outcome::HostUnreachable);
}

#[test]
fn unreadable_lines_are_counted_and_the_rest_is_read() {
    let half = &SAMPLE[..300];
    let mut log = format!("{SAMPLE}\n{half}\n{{\"processFullPath\" 5}}\n").into_bytes();
    log.extend(b"\xff\xfe\x00 garbage { } processFullPath {\n");
    log.extend(vec![b'x'; LONGEST_LINE + 5]);
    log.extend(b"\n");
    log.extend(SAMPLE.replace("curl -s", "curl \u{1}").as_bytes());
    log.extend(b"\n");
    log.extend(SAMPLE.as_bytes());
    let (records, reading) = all(log);
    assert_eq!(records.len(), 2);
    assert_eq!((reading.truncated, reading.malformed, reading.too_long), (2, 2, 1), "{reading:?}");
}

#[test]
fn invalid_utf8_does_not_hide_a_record() {
    let mut log = SAMPLE.replace("azureuser\",\"userG", "az\u{1}ure\",\"userG").into_bytes();
    for byte in log.iter_mut().filter(|byte| **byte == 1) {
        *byte = 0xff;
    }
    let (records, _) = all(log);
    assert_eq!(records[0].user_name, "az\u{fffd}ure");
}

#[test]
fn a_truncated_document_yields_the_records_before_the_cut() {
    let text = serde_json::to_string_pretty(&json!([flat(), flat(), flat()])).unwrap();
    let (records, reading) = all(&text[..text.len() - 60]);
    assert_eq!((records.len(), reading.truncated), (2, 1));

    // A truncated first line looks like a document, but the lines after it are still read.
    let (records, reading) = all(format!("{}\n{SAMPLE}\n{SAMPLE}\n{SAMPLE}\n", &SAMPLE[..100]));
    assert!(records.len() >= 2, "{reading:?}");
}

#[test]
fn empty_and_garbage_logs_have_no_records() {
    for log in ["", "\n\n", "{", "[", "[[[[", "\"", "{}", "[]", "a,b\n1,2", "null", "{\"processFullPath\":"] {
        assert_eq!(all(log).0.len(), 0, "{log}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(all(deep).0.len(), 0);
}

#[test]
fn other_objects_are_not_read_as_records() {
    let mut no_url: Value = serde_json::from_str(SAMPLE).unwrap();
    no_url.as_object_mut().unwrap().remove("url");
    assert_eq!(all(no_url.to_string()).0.len(), 0);
    let odd =
        json!({ "url": {}, "processFullPath": [1], "userName": 1.5, "runAsElevated": null, "userGroups": 7 });
    assert_eq!(all(odd.to_string()).0.len(), 0);
}
