//! Each cell equals the decision about a real request, and nothing unknown is claimed.

use proptest::prelude::*;
use serde_json::json;

use super::super::{Allowlist, DefaultAccess, Identity, Matcher, Mode, Request, Verdict};
use super::*;

const ALL: Size = Size { rows: 1_000, columns: 1_000 };

fn document(value: &serde_json::Value) -> Document {
    Document::from_value(value).unwrap()
}

fn of(document: &Document) -> Matrix {
    Matrix::new(
        &MatrixSource { document, endpoint: Some(Endpoint::Imds), os_type: None, is_open: &|_| false },
        ALL,
    )
}

fn example() -> serde_json::Value {
    json!({ "mode": "Enforce", "default_access": "Deny", "rules": {
        "privileges": {
            "attested": { "path": "/metadata/attested" },
            "broad": { "path": "/metadata/instance" },
            "userdata": { "path": "/metadata/instance/compute/userdata" },
            "never": { "path": "metadata" },
            "closed": { "path": "/metadata/loadbalancer" },
            "vault": { "path": "/metadata/identity/oauth2/token", "query_parameters": { "resource": "https://v" } }
        },
        "roles": { "app": { "privileges": ["broad", "vault"] }, "narrow": { "privileges": ["userdata"] } },
        "identities": {
            "web": { "user_name": "web" }, "ops": { "user_name": "ops", "exe_path": "/usr/bin/ops" },
            "idle": { "user_name": "idle" }, "mixed-up": { "exe_path": "/usr/bin/x", "process_name": "y" }
        },
        "role_assignments": { "app": { "identities": ["web", "mixed-up"] }, "narrow": { "identities": ["ops"] } }
    } })
}

fn cell<'m>(matrix: &'m Matrix, privilege: &str, identity: Option<&str>) -> &'m Cell {
    let column = matrix.columns.iter().position(|one| one.identity.as_deref() == identity).unwrap();
    let row = matrix.rows.iter().find(|row| row.privilege.as_deref() == Some(privilege)).unwrap();
    &row.cells[column]
}

#[test]
fn a_cell_names_the_role_and_broad_privileges_count() {
    let document = document(&example());
    let matrix = of(&document);
    let userdata = cell(&matrix, "userdata", Some("web"));
    assert_eq!(userdata.outcome, CellOutcome::Allowed);
    let by = userdata.by.as_ref().unwrap();
    assert_eq!((by.role.as_str(), by.privilege.as_str(), by.identity.as_str()), ("app", "broad", "web"));
    assert_eq!(cell(&matrix, "broad", Some("idle")).outcome, CellOutcome::Denied);
    assert_eq!(cell(&matrix, "broad", None).outcome, CellOutcome::Denied);
    let part = cell(&matrix, "broad", Some("ops"));
    assert_eq!((part.outcome, part.in_part.as_ref().unwrap().role.as_str()), (CellOutcome::Denied, "narrow"));
    assert_eq!(cell(&matrix, "never", Some("web")).outcome, CellOutcome::Impossible);
    // The agent derives the process name from the path, so no process matches this one.
    assert_eq!(cell(&matrix, "broad", Some("mixed-up")).outcome, CellOutcome::Impossible);
}

#[test]
fn tokens_come_first_then_closed_requests_then_the_rest() {
    let document = document(&example());
    let matrix = of(&document);
    let sections: Vec<Section> = matrix.rows.iter().map(|row| row.section).collect();
    assert!(sections.is_sorted(), "{sections:?}");
    assert_eq!(matrix.rows[0].request.path, "/metadata/identity/oauth2/token");
    assert_eq!(sections.last(), Some(&Section::Rest));
    let closed: Vec<_> = matrix.rows.iter().filter(|row| row.section == Section::Closed).collect();
    let names: Vec<_> = closed.iter().filter_map(|row| row.privilege.as_deref()).collect();
    assert_eq!(names, ["closed", "never"]);
    let token = &matrix.reached[0];
    assert_eq!(token.what, Sensitive::ManagedIdentityToken);
    assert_eq!(words::reachers(token), ["web for resource=https://v (role app)"]);
    assert!(matrix.reached.iter().any(|one| one.what == Sensitive::AttestedData && one.by.is_empty()));
}

#[test]
fn the_outcome_follows_the_mode_and_the_default_access() {
    let with = |mode: &str, access: &str| {
        let mut value = example();
        value["mode"] = json!(mode);
        value["default_access"] = json!(access);
        value["rules"]["privileges"].as_object_mut().unwrap().remove("never");
        let document = document(&value);
        let matrix = of(&document);
        let rest = matrix.rows.last().unwrap().cells.last().unwrap().outcome;
        (rest, cell(&matrix, "closed", None).outcome, cell(&matrix, "broad", Some("web")).outcome)
    };
    assert_eq!(with("Enforce", "Deny"), (CellOutcome::Denied, CellOutcome::Denied, CellOutcome::Allowed));
    assert_eq!(with("Enforce", "Allow"), (CellOutcome::ByDefault, CellOutcome::Denied, CellOutcome::Allowed));
    assert_eq!(with("Audit", "Deny"), (CellOutcome::Recorded, CellOutcome::Recorded, CellOutcome::Allowed));
    assert_eq!(with("Disabled", "Deny").0, CellOutcome::NotEvaluated);
    let mut value = example();
    value.as_object_mut().unwrap().remove("mode");
    let document = document(&value);
    assert_eq!(cell(&of(&document), "closed", None).outcome, CellOutcome::NotAllowed);
    value.as_object_mut().unwrap().remove("default_access");
    let document = self::document(&value);
    assert_eq!(of(&document).rows.last().unwrap().cells.last().unwrap().outcome, CellOutcome::Unknown);
    assert_eq!(cell(&of(&document), "broad", Some("web")).outcome, CellOutcome::Allowed);
}

#[test]
fn unknown_parts_are_not_guessed() {
    let mut value = example();
    value["rules"]["privileges"]["vault"] = json!({ "path": "later" });
    value["rules"]["privileges"].as_object_mut().unwrap().remove("never");
    let document = document(&value);
    let source = |is_open| MatrixSource {
        document: &document,
        endpoint: Some(Endpoint::Imds),
        os_type: None,
        is_open,
    };
    let matrix = Matrix::new(&source(&|text| text == "later"), ALL);
    // It may become any path; then only web may.
    assert_eq!(cell(&matrix, "closed", Some("web")).outcome, CellOutcome::Unknown);
    assert_eq!(cell(&matrix, "closed", Some("ops")).outcome, CellOutcome::Denied);
    assert_eq!(cell(&matrix, "broad", Some("web")).outcome, CellOutcome::Allowed);
    assert_eq!(cell(&matrix, "vault", Some("ops")).outcome, CellOutcome::Unknown);
    assert!(matrix.rows.iter().all(|row| !row.is_closed));
    // An unknown user may be any user.
    let mut value = example();
    value["rules"]["identities"]["web"] = json!({ "user_name": "later" });
    let document = self::document(&value);
    let source =
        MatrixSource { document: &document, endpoint: None, os_type: None, is_open: &|text| text == "later" };
    let matrix = Matrix::new(&source, ALL);
    assert_eq!(cell(&matrix, "broad", Some("web")).outcome, CellOutcome::Allowed);
    assert_eq!(cell(&matrix, "broad", Some("idle")).outcome, CellOutcome::Unknown);
    assert_eq!(cell(&matrix, "closed", Some("idle")).outcome, CellOutcome::Denied);
}

#[test]
fn a_wide_matrix_is_folded_and_a_large_one_cut() {
    let mut value = example();
    for n in 0..30 {
        value["rules"]["identities"][format!("identity-number-{n}")] =
            json!({ "user_name": format!("u{n}") });
    }
    let document = document(&value);
    let matrix = of(&document);
    for width in [40, 80, 200] {
        let page = matrix_text(&matrix, Some(Mode::Enforce), width);
        for line in page.lines().skip_while(|line| !line.contains("Who may send what")) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        assert!(page.contains("Closed to everybody") && page.contains("denied"), "{page}");
    }
    let source = MatrixSource { document: &document, endpoint: None, os_type: None, is_open: &|_| false };
    let cut = Matrix::new(&source, Size { rows: 2, columns: 3 });
    assert_eq!((cut.rows.len(), cut.columns.len()), (3, 4));
    assert_eq!(cut.rows.last().unwrap().section, Section::Rest);
    assert_eq!(
        words::left_out(&cut),
        ["5 more requests have no row here, and 31 more identities no column."]
    );
    assert!(matrix_markdown(&cut, None).contains("31 more identities no column"));
}

#[test]
fn a_change_is_listed_by_request() {
    let before = document(&example());
    let mut value = example();
    value["rules"]["roles"]["narrow"]["privileges"] = json!(["attested"]);
    value["rules"]["roles"]["app"]["privileges"] = json!(["vault"]);
    let after = document(&value);
    let source = |document| MatrixSource {
        document,
        endpoint: Some(Endpoint::Imds),
        os_type: None,
        is_open: &|_| false,
    };
    let compared = compare(&source(&before), &source(&after));
    assert!(compared.is_complete && compared.more == 0);
    let changes: Vec<_> = compared
        .changes
        .iter()
        .map(|one| (one.identity.as_deref().unwrap(), one.request.path.as_str(), one.opens(), one.closes()))
        .collect();
    assert_eq!(
        changes,
        [
            ("ops", "/metadata/attested", true, false),
            ("web", "/metadata/instance", false, true),
            ("ops", "/metadata/instance/compute/userdata", false, true),
            ("web", "/metadata/instance/compute/userdata", false, true),
        ]
    );
    assert_eq!(compared.changes[0].sensitive, [Sensitive::AttestedData]);
    assert_eq!(compare(&source(&before), &source(&before)).changes, []);
}

#[test]
fn thousands_of_entries_take_seconds_and_are_truncated() {
    let mut value = json!({ "mode": "Enforce", "default_access": "Deny", "rules": {
        "privileges": {}, "roles": {}, "identities": {}, "role_assignments": {} } });
    for n in 0..700 {
        let rules = &mut value["rules"];
        rules["privileges"][format!("p{n}")] = json!({ "path": "/metadata/identity/oauth2/token", "query_parameters": { "resource": format!("r{n}") } });
        rules["roles"][format!("r{n}")] = json!({ "privileges": [format!("p{n}")] });
        rules["identities"][format!("i{n}")] = json!({ "user_name": format!("u{n}") });
        rules["role_assignments"][format!("r{n}")] = json!({ "identities": [format!("i{n}")] });
    }
    let document = document(&value);
    let start = std::time::Instant::now();
    let source = MatrixSource { document: &document, endpoint: None, os_type: None, is_open: &|_| false };
    let matrix = Matrix::new(&source, Size { rows: 120, columns: 20 });
    assert!(!matrix.is_complete() && matrix.rows.len() <= 121);
    assert!(matrix_markdown(&matrix, None).len() < 200_000);
    assert!(compare(&source, &source).changes.is_empty());
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

/// Rules of a small world, with meaningless names.
fn rules() -> impl Strategy<Value = Rules> {
    let paths = proptest::sample::select(vec!["/", "/a", "/a/b", "/ab", "/A", "", "a", "/a b%41"]);
    let query = proptest::option::of(proptest::sample::select(vec![("k", "v"), ("k", ""), ("J", "1&=")]));
    let privileges = proptest::collection::vec((paths, query), 0..5);
    let users = proptest::option::of(proptest::sample::select(vec!["u", "v"]));
    let paths = proptest::option::of(proptest::sample::select(vec!["/x", "/y/x"]));
    let processes = proptest::option::of(proptest::sample::select(vec!["x", "z"]));
    let identities = proptest::collection::vec((users, paths, processes), 0..4);
    let links = proptest::collection::vec((0..4_usize, 0..5_usize, 0..4_usize), 0..8);
    (privileges, identities, links).prop_map(|(privileges, identities, links)| {
        let mut rules = Rules::default();
        for (n, (path, query)) in privileges.into_iter().enumerate() {
            let query_parameters = query.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
            rules
                .privileges
                .insert(format!("p{n}"), super::super::Privilege { path: path.into(), query_parameters });
        }
        for (n, (user, path, process)) in identities.into_iter().enumerate() {
            let identity = Identity {
                user_name: user.map(Into::into),
                exe_path: path.map(Into::into),
                process_name: process.map(Into::into),
                group_name: None,
            };
            rules.identities.insert(format!("i{n}"), identity);
        }
        for (role, privilege, identity) in links {
            let name = format!("r{role}");
            rules.roles.entry(name.clone()).or_default().privileges.insert(format!("p{privilege}"));
            rules.role_assignments.entry(name).or_default().identities.insert(format!("i{identity}"));
        }
        rules
    })
}

proptest! {
    #[test]
    fn every_cell_is_a_decision(rules in rules(), allow in any::<bool>(), audit in any::<bool>()) {
        let default_access = if allow { DefaultAccess::Allow } else { DefaultAccess::Deny };
        let mode = if audit { Mode::Audit } else { Mode::Enforce };
        let document = Document {
            mode: Some(mode.as_str().into()),
            default_access: Some(default_access.as_str().into()),
            rules: Some((&rules).into()),
        };
        let matcher = Matcher::new(&Allowlist { mode, default_access, rules: rules.clone() });
        let matrix = of(&document);
        prop_assert!(matrix.is_complete());
        for row in &matrix.rows {
            let Some(target) = &row.target else {
                prop_assert!(row.cells.iter().all(|cell| cell.outcome == CellOutcome::Impossible));
                continue;
            };
            for (cell, column) in row.cells.iter().zip(&matrix.columns) {
                let identity = column.identity.as_ref().map(|name| &rules.identities[name]).cloned().unwrap_or_default();
                let path = identity.exe_path.clone().unwrap_or("/else/where".into());
                let file = path.rsplit('/').next().unwrap_or_default().to_owned();
                let process = if identity.exe_path.is_some() { Some(file) } else { identity.process_name.clone() };
                if cell.outcome == CellOutcome::Impossible {
                    prop_assert_ne!(process, identity.process_name);
                    continue;
                }
                let request = Request {
                    user_name: identity.user_name.as_deref().unwrap_or("else"),
                    exe_path: &path,
                    process_name: process.as_deref().unwrap_or("where"),
                    ..Request::new(Endpoint::Imds.into(), target)
                };
                let decision = matcher.decide(&request);
                let passes = matches!(cell.outcome, CellOutcome::Allowed | CellOutcome::ByDefault);
                prop_assert_eq!(passes, decision.verdict == Verdict::Allowed);
                prop_assert_eq!(cell.outcome == CellOutcome::Recorded, decision.verdict == Verdict::AllowedByAudit);
                prop_assert_eq!(cell.by.as_ref().map(|by| by.role.as_str()), decision.role);
                if let Some(privilege) = &row.privilege {
                    prop_assert!(matcher.matches(&request).privileges.contains(&privilege.as_str()));
                }
                prop_assert!(!row.is_closed || !matches!(cell.outcome, CellOutcome::Allowed));
            }
        }
    }
}
