//! HTML pages: nothing in them is markup or code except what this program wrote.

use proptest::prelude::*;

use super::*;

/// The elements and attributes of this program; any other came from the rules.
#[track_caller]
pub(super) fn is_harmless(page: &str) {
    super::super::fuzz::is_harmless(page);
}

fn awkward() -> impl Strategy<Value = String> {
    let pieces = proptest::sample::select(vec![
        "<script>",
        "</script>",
        "<!--",
        "-->",
        "<img src=x onerror=alert(1)>",
        "\"",
        "'",
        "&",
        "&lt;",
        "`",
        "${x}",
        "]]>",
        "</style>",
        "</title>",
        "</svg>",
        "<svg/onload=a>",
        " onclick=",
        "\u{2028}",
        "\u{0}",
        "\n",
        "é",
        "/",
        "__proto__",
        "javascript:",
        "%%",
        "|",
        "{{",
        "\\u003c",
        "a",
    ]);
    proptest::collection::vec(pieces, 0..4).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_page_is_harmless_whatever_the_rules_contain(
        names in proptest::collection::vec(awkward(), 6..7), path in awkward(), audit in any::<bool>()
    ) {
        let [privilege, role, identity, text, key, title] = <[String; 6]>::try_from(names).unwrap();
        let value = json!({ "id": format!("{ID}/versions/{title}"), "properties": {
            "mode": if audit { "Audit" } else { "Enforce" }, "defaultAccess": "Deny", "rules": {
            "privileges": [
                { "name": privilege, "path": format!("/{path}"), "queryParameters": { key: text } },
                { "name": "token", "path": "/metadata/identity/oauth2/token" } ],
            "roles": [{ "name": role, "privileges": [privilege, "token", "gone"] }],
            "identities": [{ "name": identity, "userName": text, "exePath": path }],
            "roleAssignments": [{ "role": role, "identities": [identity] }]
        } } });
        let (page, _, _) = of(&value, "--format html");
        is_harmless(&page);
        for format in ["text", "markdown", "mermaid", "dot", "json"] {
            let (page, _, code) = of(&value, &format!("--format {format}"));
            prop_assert!(!page.is_empty() && code != UNREADABLE);
            if format == "json" {
                prop_assert!(serde_json::from_str::<Value>(&page).is_ok());
            } else {
                let hides = page.contains(['\u{0}', '\u{2028}']);
                prop_assert!(!hides, "{page}");
            }
        }
    }
}
