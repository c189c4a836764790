//! The JSON schema of a rules file agrees with the parser.

use super::*;

/// The keywords that the schema uses. Others would be ignored, so they are an error here.
fn fits(schema: &Value, value: &Value, whole: &Value) -> Result<(), String> {
    let object = schema.as_object().unwrap();
    for (keyword, wanted) in object {
        match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" | "definitions" => {}
            "$ref" => {
                let name = wanted.as_str().unwrap().strip_prefix("#/definitions/").unwrap();
                fits(&whole["definitions"][name], value, whole)?;
            }
            "anyOf" => {
                let all: Vec<_> =
                    wanted.as_array().unwrap().iter().map(|one| fits(one, value, whole)).collect();
                if all.iter().all(Result::is_err) {
                    return Err(all.into_iter().filter_map(Result::err).collect::<Vec<_>>().join(" | "));
                }
            }
            "type" => {
                let is = match value {
                    Value::Object(_) => "object",
                    Value::Array(_) => "array",
                    Value::String(_) => "string",
                    _ => "other",
                };
                if wanted != is {
                    return Err(format!("{value} is not a {wanted}"));
                }
            }
            "enum" => {
                if !wanted.as_array().unwrap().contains(value) {
                    return Err(format!("{value} is none of {wanted}"));
                }
            }
            "required" => {
                for name in wanted.as_array().unwrap() {
                    if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
                        return Err(format!("{name} is missing"));
                    }
                }
            }
            "items" => {
                for one in value.as_array().into_iter().flatten() {
                    fits(wanted, one, whole)?;
                }
            }
            "properties" => {
                for (name, one) in wanted.as_object().unwrap() {
                    if let Some(value) = value.get(name) {
                        fits(one, value, whole).map_err(|error| format!("{name}: {error}"))?;
                    }
                }
            }
            "additionalProperties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    if object.get("properties").is_some_and(|known| known.get(name).is_some()) {
                        continue;
                    }
                    if wanted == false {
                        return Err(format!("{name} is not known"));
                    }
                    fits(wanted, value, whole).map_err(|error| format!("{name}: {error}"))?;
                }
            }
            other => panic!("the schema uses {other}"),
        }
    }
    Ok(())
}

fn check(value: &Value) -> Result<(), String> {
    let schema: Value = serde_json::from_str(crate::explain::SCHEMA).unwrap();
    fits(&schema, value, &schema)
}

#[test]
fn the_option_prints_the_schema() {
    let (mut output, mut errors) = (Vec::new(), Vec::new());
    assert_eq!(run(["--schema".into()].into_iter(), &mut &b""[..], &mut output, &mut errors, 80), FINE);
    assert_eq!(String::from_utf8(output).unwrap(), crate::explain::SCHEMA);
}

#[test]
fn rules_in_every_form_match_the_schema() {
    for value in [
        keyed(),
        keyed()["rules"].clone(),
        properties(),
        properties()["rules"].clone(),
        json!({ "properties": properties() }),
    ] {
        check(&value).unwrap();
    }
    let mut marked = keyed();
    marked["$schema"] = json!("./rules.schema.json");
    check(&marked).unwrap();
    assert_eq!(of(&marked, "--endpoint IMDS --os Linux").2, FINE);
}

#[test]
fn examples_and_fixtures_match_the_schema() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    let mut folders = vec![root.join("examples"), root.join("acceptance-tests/fixtures/explain")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "json") {
                let value: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
                if value.get("rules").is_some() || value.get("privileges").is_some() {
                    check(&value).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > 2, "{seen}");
}

#[test]
fn refused_rules_do_not_match_the_schema() {
    for (at, value) in [
        ("/mode", json!("Enforced")),
        ("/default_access", json!("Permit")),
        ("/rules/privileges/token", json!({})),
        ("/rules/privileges/token", json!({ "path": "/x", "queryParameters": {} })),
        ("/rules/roles/app", json!({ "privilege": [] })),
        ("/rules/identities/web", json!({ "userName": "web" })),
        ("/rules/role_assignments/app", json!({ "identities": "web" })),
        ("/rules", json!({ "privilege": {} })),
        ("/rules", json!([])),
    ] {
        let mut wrong = keyed();
        *wrong.pointer_mut(at).unwrap() = value.clone();
        assert!(check(&wrong).is_err(), "{at}: {value}");
        let (_, _, code) = of(&wrong, "--endpoint IMDS --os Linux");
        assert_ne!(code, FINE, "{at}: {value}");
    }
}
