//! The script of a page decides as the decision does. It runs in node, if that is installed.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::*;
use crate::allowlist::{Document, Endpoint, Matcher, Matrix, MatrixSource, Request, Size, Table};

const PATHS: [&str; 10] = ["/", "/a", "/a/b", "/ab", "/A", "", "a", "/a b", "/é", "/a%41"];
const PIECES: [&str; 26] = [
    "/", "a", "b", "A", "%41", "%2F", "%3F", "?", "&", "=", "k", "K", "v", "#", "//", "..", ".", "%", "%zz",
    "é", "%C3%A9", "%FF", " ", "<", "`", "İ",
];

/// Pseudo-random numbers that are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

fn rules(numbers: &mut Numbers) -> Value {
    let mut rules = json!({ "privileges": {}, "roles": {}, "identities": {}, "role_assignments": {} });
    for n in 0..numbers.below(5) {
        let query = [json!({}), json!({ "k": "v" }), json!({ "K": "" }), json!({ "é": "A", "k": "v" })];
        let path = PATHS[numbers.below(PATHS.len())];
        rules["privileges"][format!("p{n}")] =
            json!({ "path": path, "query_parameters": query[numbers.below(4)] });
    }
    for n in 0..3 {
        let list: Vec<_> = (0..numbers.below(3)).map(|_| format!("p{}", numbers.below(5))).collect();
        rules["roles"][format!("r{n}")] = json!({ "privileges": list });
        let list: Vec<_> = (0..numbers.below(3)).map(|_| format!("i{}", numbers.below(3))).collect();
        rules["role_assignments"][format!("r{n}")] = json!({ "identities": list });
        let user = [None, Some("u"), Some("v")][numbers.below(3)];
        rules["identities"][format!("i{n}")] = json!({ "user_name": user });
    }
    let mode = ["Enforce", "Audit", "Disabled"][numbers.below(3)];
    let access = ["Allow", "Deny"][numbers.below(2)];
    json!({ "mode": mode, "default_access": access, "rules": rules })
}

#[test]
fn the_script_of_a_page_decides_as_the_decision_does() {
    if Command::new("node").arg("--version").output().is_err() {
        eprintln!("skipped: there is no node on the PATH");
        return;
    }
    let mut numbers = Numbers(7);
    let mut cases = Vec::new();
    for _ in 0..150 {
        let value = rules(&mut numbers);
        let document = Document::from_value(&value).unwrap();
        let source = MatrixSource {
            document: &document,
            endpoint: Some(Endpoint::Imds),
            os_type: None,
            is_open: &|_| false,
        };
        let matrix = Matrix::new(&source, Size { rows: 100, columns: 100 });
        let table = Table::new(&source, &matrix).unwrap();
        let page = super::super::show::page_data("v0", &table);
        let matcher = Matcher::for_document(&document).unwrap();
        for _ in 0..60 {
            let url: String =
                (0..1 + numbers.below(7)).map(|_| PIECES[numbers.below(PIECES.len())]).collect();
            let url = format!("/{url}");
            let expected: Vec<_> = matrix
                .columns
                .iter()
                .map(|column| {
                    let name = column.identity.as_deref().unwrap_or("none");
                    let user =
                        value["rules"]["identities"][name]["user_name"].as_str().unwrap_or("somebody else");
                    let request = Request { user_name: user, ..Request::new(Endpoint::Imds.into(), &url) };
                    let decision = matcher.decide(&request);
                    json!([
                        decision.verdict.as_str(),
                        decision.role,
                        decision.privilege.filter(|_| decision.role.is_some())
                    ])
                })
                .collect();
            cases.push(json!({ "page": page, "url": url, "expected": expected }));
        }
    }
    let script = r#"
        const pages = require(process.argv[1]);
        const words = { allowed: 'Allowed', not_evaluated: 'Allowed', allowed_by_default: 'Allowed', recorded: 'AllowedByAudit', denied: 'Denied' };
        let text = '';
        process.stdin.on('data', part => text += part).on('end', () => {
          let wrong = 0;
          for (const one of JSON.parse(text)) {
            const cells = pages.decide(one.page, one.url).cells;
            const found = cells.map(cell => [words[cell.answer], cell.role ?? null, cell.privilege ?? null]);
            if (JSON.stringify(found) !== JSON.stringify(one.expected)) {
              console.log(one.url, JSON.stringify(found), JSON.stringify(one.expected), JSON.stringify(one.page));
              if (++wrong > 5) process.exit(1);
            }
          }
          process.exit(wrong ? 1 : 0);
        });"#;
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/explain/show/page.js");
    let mut node = Command::new("node")
        .args(["-e", script])
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = node.stdin.take().unwrap();
    input.write_all(json!(cases).to_string().as_bytes()).unwrap();
    drop(input);
    let output = node.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
