//! The content of each picture, for any content of the rules.

use proptest::prelude::*;
use serde_json::json;

use super::super::{LintContext, document_findings};
use super::*;

fn document() -> Document {
    Document::from_value(&json!({
        "mode": "Enforce",
        "default_access": "Deny",
        "rules": {
            "privileges": {
                "attested": { "path": "/metadata/attested" },
                "instance": { "path": "/metadata/instance" },
                "token": { "path": "/metadata/identity/oauth2/token",
                           "query_parameters": { "resource": "https://vault.azure.net" } }
            },
            "roles": { "app": { "privileges": ["instance", "token"] }, "ops": { "privileges": ["instance"] } },
            "identities": {
                "any": {},
                "idle": { "process_name": "idle" },
                "web": { "user_name": "web", "exe_path": "/opt/web/bin/server" }
            },
            "role_assignments": { "app": { "identities": ["web"] }, "ops": { "identities": ["any", "ghost"] } }
        }
    }))
    .unwrap()
}

fn picture() -> Picture {
    Picture::new(&document()).titled("web 1.0.0").of_profile(Some(Endpoint::Imds), Some(OsType::Linux))
}

fn changed(change: impl FnOnce(&mut Document)) -> Picture {
    let mut document = document();
    change(&mut document);
    Picture::new(&document)
}

#[test]
fn a_page_shows_who_may_what_is_closed_and_the_rest() {
    let page = text(&picture(), None, &[]);
    let expected = "\
web 1.0.0
  Mode Enforce: a request that is not allowed is refused.
  Default access Deny: a request that no privilege matches is refused.
  For IMDS, on Linux.

  Who may call what
    any: EVERY PROCESS
      instance: /metadata/instance (by ops)
    web: user web, executable /opt/web/bin/server
      instance: /metadata/instance (by app)
      token: /metadata/identity/oauth2/token with resource=https://vault.azure.net (by app)
        reaches managed-identity tokens

  Closed to everybody
    attested: /metadata/attested

  Identities without a role
    idle: process name idle

  Every other request
    refused

  No findings
";
    assert_eq!(page, expected);
}

#[test]
fn a_table_shows_the_same() {
    let findings = document_findings(&document(), &LintContext::default());
    let page = markdown(&picture(), None, &findings);
    let expected = "\
### `web 1.0.0`

Mode Enforce: a request that is not allowed is refused. Default access Deny: a request that no privilege matches is refused. \
For IMDS, on Linux.

| Privilege | Requests | Who may |
| --- | --- | --- |
| `attested` | `/metadata/attested`<br>reaches attested data | **closed to everybody** |
| `instance` | `/metadata/instance` | `any` (**every process**) by `ops`<br>`web` by `app` |
| `token` | `/metadata/identity/oauth2/token` with `resource=https://vault.azure.net`<br>reaches managed-identity \
tokens | `web` by `app` |
| *every other request* | | **refused** |

| Identity | Processes | Roles |
| --- | --- | --- |
| `any` | **every process** | `ops` |
| `idle` | process name `idle` | *none* |
| `web` | user `web`<br>executable `/opt/web/bin/server` | `app` |

Findings (error 2, ";
    assert!(page.starts_with(expected), "{page}");
    assert!(page.contains("\n- **error** L02 "), "{page}");
    assert_eq!(page.matches("\n- **").count(), findings.len());
}

#[test]
fn a_flowchart_leads_from_identities_to_privileges() {
    let expected = "\
flowchart LR
  subgraph v0[\"web 1#46;0#46;0, Enforce, default Deny\"]
  direction LR
  v0i0([\"any<br/>every process\"]):::open
  v0i1([\"idle<br/>process name idle\"]):::idle
  v0i2([\"web<br/>user web<br/>executable /opt/web/bin/server\"]):::granted
  v0r0[\"app\"]:::granted
  v0r1[\"ops\"]:::granted
  v0p0[[\"attested<br/>/metadata/attested<br/>closed to everybody\"]]:::closed
  v0p1[[\"instance<br/>/metadata/instance\"]]:::granted
  v0p2[[\"token<br/>/metadata/identity/oauth2/token<br/>resource=https#58;//vault#46;azure#46;net<br/>reaches \
managed-identity tokens\"]]:::secret
  v0d{{\"every other request<br/>refused\"}}:::refused
  v0i2 --> v0r0
  v0i0 --> v0r1
  v0r0 --> v0p1
  v0r0 --> v0p2
  v0r1 --> v0p1
  v0r0 ~~~ v0p0
  v0r0 ~~~ v0d
  end
  subgraph legend[\"Legend\"]
  direction LR
  lgranted[\"granted\"]:::granted
  lsecret[\"reaches tokens, certificates or the like\"]:::secret
  lgranted ~~~ lsecret
  lclosed[\"closed to everybody\"]:::closed
  lsecret ~~~ lclosed
  lrefused[\"refused by default\"]:::refused
  lclosed ~~~ lrefused
  lopen[\"open to everybody\"]:::open
  lrefused ~~~ lopen
  lidle[\"has no effect, or not known\"]:::idle
  lopen ~~~ lidle
  end
";
    let chart = mermaid(&[picture()]);
    assert!(chart.starts_with(expected), "{chart}");
    assert!(!chart.contains("%%"), "{chart}");
}

#[test]
fn a_graph_leads_from_identities_to_privileges() {
    let graph = graphviz(&[picture(), Picture::default()]);
    for part in [
        "subgraph cluster_0 {\n    label=\"web 1.0.0\\nEnforce, default Deny\";",
        "v0p0 [label=\"attested\\n/metadata/attested\\nclosed to everybody\", shape=component, fillcolor=\"#fbe3e4\"",
        "v0i2 -> v0r0;",
        "v0r0 -> v0p2;",
        "subgraph cluster_1 {",
        "v1d [label=\"every other request\\nnot known here\"",
    ] {
        assert!(graph.contains(part), "{part}: {graph}");
    }
}

#[test]
fn requests_that_another_privilege_opens_are_not_shown_as_closed() {
    let opened = changed(|document| {
        let privileges = document.rules.as_mut().unwrap().privileges.as_mut().unwrap();
        let (name, path) = ("userdata".to_owned(), "/metadata/instance/compute/userdata".to_owned());
        privileges.push(super::super::PrivilegeEntry { name, path, query_parameters: Default::default() });
        let (name, path) = ("identity".to_owned(), "/metadata/identity".to_owned());
        privileges.push(super::super::PrivilegeEntry { name, path, query_parameters: Default::default() });
        let (name, path) = ("log".to_owned(), "/vmAgentLog".to_owned());
        privileges.push(super::super::PrivilegeEntry { name, path, query_parameters: Default::default() });
    });
    let page = text(&opened, None, &[]);
    for part in [
        "      userdata: /metadata/instance/compute/userdata (by app, through instance)\n",
        "      identity: /metadata/identity (by app, in part, through token)\n",
        "  Closed to everybody\n    attested: /metadata/attested\n",
        "  Closed to everybody but for what elevated processes may always send\n    log: /vmAgentLog\n",
        "  Granted to nobody, but reached all the same\n    identity: /metadata/identity\n      reached in part through \
         token\n    userdata: /metadata/instance/compute/userdata\n      reached through instance\n",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let table = markdown(&opened, None, &[]);
    let row = "| `userdata` | `/metadata/instance/compute/userdata` | `any` (**every process**) by `ops`, through \
               `instance`<br>`web` by `app`, through `instance` |\n";
    assert!(table.contains(row), "{table}");
    assert!(table.contains("| in part `web` by `app`, through `token` |\n"), "{table}");
    for drawn in [mermaid(std::slice::from_ref(&opened)), graphviz(std::slice::from_ref(&opened))] {
        let drawn = drawn.split("legend").next().unwrap();
        assert_eq!(drawn.matches("closed to everybody").count(), 2, "{drawn}");
        assert!(drawn.contains("reached through instance"), "{drawn}");
    }
}

#[test]
fn rules_that_are_not_in_force_are_shown_as_such() {
    let disabled = changed(|document| document.mode = Some("disabled".into()));
    let absent = changed(|document| document.rules.as_mut().unwrap().roles = None);
    for picture in [&disabled, &absent] {
        let page = text(picture, None, &[]);
        assert!(!page.contains("Closed to everybody") && !page.contains("Who may"), "{page}");
        assert!(!mermaid(std::slice::from_ref(picture)).contains(":::closed"));
        for drawn in [
            markdown(picture, None, &[]),
            mermaid(std::slice::from_ref(picture)),
            graphviz(std::slice::from_ref(picture)),
        ] {
            assert!(!drawn.contains("closed to everybody") && drawn.contains("granted to nobody"), "{drawn}");
        }
    }
    assert!(text(&disabled, None, &[]).contains("Every other request\n    let through"));
    assert!(text(&absent, None, &[]).contains("roles is absent, so the guest agent ignores all of them"));
    let audit = changed(|document| document.mode = Some("Audit".into()));
    assert!(text(&audit, None, &[]).contains("Closed to everybody, which Audit only records"));
    // An unknown word: the agent reads it as Disabled, or as Deny.
    let unknown = changed(|document| {
        document.mode = Some("Block".into());
        document.default_access = Some("Permit".into());
    });
    assert!(text(&unknown, None, &[]).contains("Mode Disabled"));
}

#[test]
fn unknown_parts_are_shown_as_unknown() {
    let page = text(&Picture::new(&Document::default()).noting("Its rules are an expression."), None, &[]);
    assert!(page.contains("The mode is not known here.\n"), "{page}");
    assert!(page.contains("Its rules are an expression.\n"), "{page}");
    let wire = Picture::new(&document()).of_profile(Some(Endpoint::WireServer), None);
    assert!(markdown(&wire, None, &[]).contains("Only elevated processes reach WireServer"));
}

#[test]
fn code_and_sentences_are_not_markup() {
    let hostile = Document::from_value(&json!({ "rules": {
        "privileges": { "a|b`c``d": { "path": "<script>alert(1)</script>" } },
        "roles": { "@team #12 [x](https://e.vil)": { "privileges": ["a|b`c``d", "*gone*"] } },
        "identities": { "`": {} },
        "role_assignments": { "@team #12 [x](https://e.vil)": { "identities": ["`"] } }
    }}))
    .unwrap();
    let page = markdown(&Picture::new(&hostile), None, &document_findings(&hostile, &LintContext::default()));
    assert!(page.contains(
        "| ```a\\|b`c``d``` | `<script>alert(1)</script>` | `` ` `` (**every process**) by `@team"
    ));
    assert!(page.contains("there is no privilege \"\\*gone\\*\""), "{page}");
}

/// Names and texts that could break a format.
fn awkward() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "a",
        "\"",
        "'",
        "|",
        "`",
        "``",
        "\\",
        "\\|",
        "\n",
        "\r",
        "<b>",
        "&quot;",
        "#quot;",
        "#35;",
        "]",
        "}}",
        ")",
        "%%",
        "%%{init}%%",
        "-->",
        "end",
        "style:x#1;",
        "classDef",
        "1. ",
        "- ",
        "_x_",
        "*",
        "@me",
        "é",
        "\u{202e}",
        "\u{0}",
        " ",
        "```",
        "::",
        "www.x.y",
        "{",
        "[[",
        "日本",
        "\\N",
        "fa:fa-x",
        ";",
    ]);
    proptest::collection::vec(pieces, 0..5).prop_map(|pieces| pieces.concat())
}

fn awkward_rules() -> impl Strategy<Value = Document> {
    let privileges = proptest::collection::btree_map(awkward(), (awkward(), awkward()), 0..4);
    (privileges, proptest::collection::btree_set(awkward(), 0..3), awkward()).prop_map(
        |(privileges, identities, role)| {
            let names: Vec<_> = privileges.keys().cloned().collect();
            let privilege = |(name, (path, text)): (String, (String, String))| {
                (name, json!({ "path": path, "query_parameters": { text.clone(): text } }))
            };
            let privileges: serde_json::Map<_, _> = privileges.into_iter().map(privilege).collect();
            let identity = |name: &String| (name.clone(), json!({ "user_name": name, "exe_path": name }));
            Document::from_value(&json!({
                "mode": "Audit", "default_access": "Allow",
                "rules": {
                    "privileges": privileges,
                    "roles": { role.clone(): { "privileges": names } },
                    "identities": identities.iter().map(identity).collect::<serde_json::Map<_, _>>(),
                    "role_assignments": { role: { "identities": identities } }
                }
            }))
            .unwrap()
        },
    )
}

/// The texts that a reader should see in a diagram of these rules, in its order.
fn shown(document: &Document) -> Vec<Vec<String>> {
    let rules = document.rules_as_agent_reads();
    let see = |text: &str| visible(text).into_owned();
    let identities = rules.identities.iter().map(|(name, one)| {
        let conditions = conditions(one).into_iter().map(|(what, text)| format!("{what} {text}"));
        std::iter::once(see(name)).chain(conditions).collect::<Vec<_>>()
    });
    let roles = rules.roles.keys().map(|name| vec![see(name)]);
    let privileges = rules
        .privileges
        .iter()
        .map(|(name, one)| [vec![see(name), see(&one.path)], parameters(one)].concat());
    identities.chain(roles).chain(privileges).collect()
}

/// Extracts the label of a line of a flowchart, and checks the rest of the line.
fn read_mermaid(line: &str) -> Option<Vec<String>> {
    let parts: Vec<_> = line.split('"').collect();
    let [before, label, after] = parts[..] else {
        assert_eq!(parts.len(), 1, "quotes are not in pairs: {line}");
        return None;
    };
    let fits = |text: &str, signs: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || signs.contains(c));
    assert!(fits(before, " [({") && fits(after, "])}:"), "{line}");
    let lines = label.split("<br/>").map(|text| {
        let mut decoded = String::new();
        let mut rest = text;
        while let Some((plain, entity)) = rest.split_once('#') {
            let (number, more) = entity.split_once(';').expect(line);
            decoded.push_str(plain);
            decoded.push(char::from_u32(number.parse().expect(line)).expect(line));
            rest = more;
        }
        assert!(rest.chars().all(|c| c.is_alphanumeric() || "/ ,=-".contains(c)), "{line}");
        decoded + rest
    });
    Some(lines.collect())
}

/// The labels of a graph, parsed as Graphviz parses strings.
fn read_graphviz(graph: &str) -> Vec<Vec<String>> {
    let mut labels = Vec::new();
    let mut rest = graph;
    while let Some((_, after)) = rest.split_once("label=\"") {
        let (mut lines, mut line, mut chars) = (Vec::new(), String::new(), after.char_indices());
        rest = loop {
            match chars.next().expect("a label without an end") {
                (end, '"') => break &after[end + 1..],
                (_, '\\') => match chars.next().unwrap().1 {
                    'n' => lines.push(std::mem::take(&mut line)),
                    c @ ('\\' | '"') => line.push(c),
                    other => panic!("\\{other} means something else"),
                },
                (_, c) => line.push(c),
            }
        };
        lines.push(line);
        labels.push(lines.iter().map(|line| line.replace("&amp;", "&")).collect());
    }
    labels
}

#[test]
fn a_large_list_is_grouped_by_role_and_names_what_it_omits() {
    let fleet =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("acceptance-tests/fixtures/explain/fleet.json");
    let fleet: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(fleet).unwrap()).unwrap();
    let picture = Picture::new(&Document::from_value(&fleet).unwrap());
    for drawn in
        [mermaid(std::slice::from_ref(&picture)), graphviz(std::slice::from_ref(&picture)), svg(&picture)]
    {
        let plain = drawn.replace("#58;", ":");
        assert!(plain.contains("all 30 privileges and 15 identities"), "{plain}");
        for part in ["web-app", "4 identities", "5 privileges", "managed-identity tokens", "1 more"] {
            assert!(plain.contains(part), "{part}: {plain}");
        }
        assert!(drawn.lines().count() < 120, "{drawn}");
    }
}

#[test]
fn requests_that_audit_lets_through_are_not_coloured_as_closed() {
    let audit = changed(|document| document.mode = Some("Audit".into()));
    let chart = mermaid(std::slice::from_ref(&audit));
    assert!(
        !chart.contains(":::closed") && chart.contains("recorded, and let through\"}}:::recorded"),
        "{chart}"
    );
    let opened = changed(|document| {
        let privileges = document.rules.as_mut().unwrap().privileges.as_mut().unwrap();
        let (name, path) = ("userdata".to_owned(), "/metadata/instance/compute/userdata".to_owned());
        privileges.push(super::super::PrivilegeEntry { name, path, query_parameters: [].into() });
    });
    // By name: attested, instance, token, userdata.
    assert!(mermaid(std::slice::from_ref(&opened)).contains("\n  v0p1 -.-> v0p3\n"));
    assert!(
        graphviz(std::slice::from_ref(&opened)).contains("v0p1 -> v0p3 [style=dashed, constraint=false];")
    );
    assert!(svg(&opened).contains("class=\"edge opens\""));
}

proptest! {
    #[test]
    fn diagrams_are_well_formed_and_show_the_exact_texts(document in awkward_rules()) {
        let picture = Picture::new(&document).titled("t");
        let (chart, graph) = (mermaid(std::slice::from_ref(&picture)), graphviz(std::slice::from_ref(&picture)));
        // The legend is ours.
        let charted: Vec<_> = chart.split("subgraph legend").next().unwrap().lines().filter_map(read_mermaid).collect();
        let drawn = read_graphviz(graph.split("subgraph cluster_legend").next().unwrap());
        // The title comes first and the default access last; the text for a privilege in addition to its own
        // is ours.
        let expected = shown(&document);
        for labels in [&charted, &drawn] {
            prop_assert_eq!(labels.len(), expected.len() + 2);
            for (label, texts) in labels[1..].iter().zip(&expected) {
                prop_assert_eq!(&label[..texts.len()], &texts[..]);
            }
        }
        for line in graph.lines() {
            prop_assert!(!line.contains(|c: char| c.is_control()), "{:?}", line);
        }
        prop_assert_eq!(chart, mermaid(std::slice::from_ref(&picture)));
    }

    #[test]
    fn tables_are_well_formed(document in awkward_rules()) {
        let picture = Picture::new(&document);
        let page = markdown(&picture, None, &document_findings(&document, &LintContext::default()));
        let rules = document.rules_as_agent_reads();
        let rows: Vec<_> = page.lines().filter(|line| line.starts_with('|')).collect();
        let tables = if rules.identities.is_empty() { 1 } else { 2 };
        prop_assert_eq!(rows.len(), rules.privileges.len() + 1 + rules.identities.len() + 2 * tables);
        for row in &rows {
            let bars = row.char_indices().filter(|(at, c)| *c == '|' && !row[..*at].ends_with('\\'));
            prop_assert_eq!(bars.count(), 4, "{}", row);
        }
        for (row, name) in rows[2..].iter().zip(rules.privileges.keys()) {
            // The first cell is code: as many backticks at the end as at the beginning, and none so long
            // between.
            let cell = row[2..].replace("\\|", "\u{1}");
            let cell = cell.split(" | ").next().unwrap().replace('\u{1}', "|");
            let fence = cell.len() - cell.trim_start_matches('`').len();
            let inside = &cell[fence..cell.len() - fence];
            prop_assert!(!inside.contains(&"`".repeat(fence)) || fence == 0, "{}", row);
            let name = visible(name);
            prop_assert!(inside == name || inside == format!(" {name} "), "{} {:?}", row, name);
        }
    }

    #[test]
    fn a_page_of_text_has_no_control_characters(document in awkward_rules()) {
        let page = text(&Picture::new(&document), None, &document_findings(&document, &LintContext::default()));
        prop_assert!(!page.contains(|c: char| c.is_control() && c != '\n'), "{:?}", page);
    }
}
