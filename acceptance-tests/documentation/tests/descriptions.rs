//! Every description is a helpful sentence: what the attribute is, the effect of a change, its possible
//! values, and what happens if it is omitted. These tests check what a rule can check.

// clippy.toml allows panics in tests; shared test code needs it here.
#![allow(clippy::unwrap_used, clippy::panic)]

use terraform_provider_gallery::plugin::schema::{Attribute, Block, NestedBlock, Presence, Shape};
use terraform_provider_gallery::plugin::{Provider as _, Type};
use terraform_provider_gallery::provider::Gallery;

/// The path of a description, for the message.
#[derive(Clone)]
struct At(String);

impl At {
    fn inside(&self, name: &str) -> Self {
        Self(format!("{}.{name}", self.0))
    }
}

/// The faults of the texts.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    fn unless(&mut self, holds: bool, at: &At, text: &str, rule: &str) {
        if !holds {
            self.0.push(format!("{}: {rule}: {text:?}", at.0));
        }
    }

    /// Rules for every text.
    fn sentence(&mut self, at: &At, text: &str) {
        self.unless(text.len() >= 10, at, text, "says something");
        self.unless(text.ends_with('.'), at, text, "ends as a sentence");
        self.unless(
            !text.contains("  ") && !text.contains('\n') && text.trim() == text,
            at,
            text,
            "has single blanks",
        );
        let is_capitalised = text.chars().next().is_some_and(|first| first.is_uppercase() || first == '`');
        self.unless(is_capitalised, at, text, "begins as a sentence");
        self.unless(text.matches('`').count().is_multiple_of(2), at, text, "closes its code marks");
        for (before, after) in
            [("Changed in place", "If omitted, "), ("If omitted, ", "Changing this forces")]
        {
            let order = text.find(before).zip(text.find(after)).is_none_or(|(one, other)| one < other);
            self.unless(
                order,
                at,
                text,
                "says what it is, how it changes, what it is by default, in this order",
            );
        }
    }
}

/// What a schema describes, which selects further rules.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Attributes can be set, and changed later.
    Resource,
    /// Attributes are read, filtered or listed.
    Read,
    /// Every argument has a variable or a default.
    Provider,
}

fn check_block(faults: &mut Faults, at: &At, block: &Block, kind: Kind) {
    faults.sentence(at, &block.description);
    for attribute in &block.attributes {
        check(faults, &at.inside(&attribute.name), attribute, kind, false);
    }
    for nested in &block.blocks {
        let NestedBlock { name, block, .. } = nested;
        let at = at.inside(name);
        faults.sentence(&at, &nested.prose());
        // Timeouts change nothing at Azure.
        let kind = if name == "timeouts" { Kind::Read } else { kind };
        check_block(faults, &at, block, kind);
    }
}

/// `replaced` is whether a change of the outer attribute makes a new resource.
fn check(faults: &mut Faults, at: &At, attribute: &Attribute, kind: Kind, replaced: bool) {
    let text = attribute.prose_within(replaced);
    faults.sentence(at, &text);
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let settable = attribute.presence != Presence::Computed;
    if settable && attribute.presence != Presence::Required {
        let ways = match kind {
            Kind::Provider => ["environment variable", "Defaults to ", "omitted", "need no"].as_slice(),
            _ => ["If omitted, ", "Defaults to ", "Alternatively, set ", " instead"].as_slice(),
        };
        faults.unless(says(ways), at, &text, "says what happens if it is omitted");
    }
    if settable && kind == Kind::Resource {
        let ways =
            ["Changing this forces a new resource", "Changed in place", "changing it makes no request"];
        faults.unless(says(&ways), at, &text, "states the effect of a change");
    }
    if !settable {
        let ways = ["Changing this", "Changed in place", "If omitted, ", "Defaults to "];
        faults.unless(!says(&ways), at, &text, "does not describe setting an attribute that cannot be set");
    }
    if !attribute.possible_values.is_empty() {
        let named = attribute.possible_values.iter().all(|value| text.contains(&format!("`{value}`")));
        faults.unless(named, at, &text, "names its possible values");
    }
    if matches!(attribute.shape, Shape::Plain(Type::Bool)) {
        // Arguments that only other providers need say so instead.
        let begins = text.starts_with("Whether ") || text.starts_with("Accepted so that ");
        faults.unless(begins, at, &text, "states what holds when it is true");
    }
    if let Shape::Nested(_, inner) = &attribute.shape {
        for one in inner {
            check(faults, &at.inside(&one.name), one, kind, replaced || attribute.replaces);
        }
    }
}

#[test]
fn every_attribute_and_argument_is_described() {
    let provider = Gallery::new();
    let mut faults = Faults::default();
    check_block(&mut faults, &At("provider".into()), &provider.schema().block, Kind::Provider);
    for resource in provider.resources() {
        let at = At(format!("resource {}", resource.type_name()));
        check_block(&mut faults, &at, &resource.schema().block, Kind::Resource);
        for part in resource.identity_schema().unwrap().attributes {
            faults.sentence(&at.inside(&format!("identity.{}", part.name)), part.description);
        }
    }
    for source in provider.data_sources() {
        let at = At(format!("data source {}", source.type_name()));
        check_block(&mut faults, &at, &source.schema().block, Kind::Read);
    }
    for list in provider.list_resources() {
        let at = At(format!("list resource {}", list.type_name()));
        check_block(&mut faults, &at, &list.schema().block, Kind::Read);
    }
    assert!(faults.0.is_empty(), "\n{}", faults.0.join("\n"));
}

#[test]
fn every_function_is_described() {
    let mut faults = Faults::default();
    for function in Gallery::new().functions() {
        let at = At(format!("function {}", function.name()));
        let signature = function.signature();
        faults.sentence(&at, &signature.description);
        // Editors show it in one line next to the name.
        let summary = &signature.summary;
        let short = (10..=72).contains(&summary.len()) && !summary.ends_with('.');
        faults.unless(short, &at, summary, "has a summary of a few words");
        for parameter in signature.parameters.iter().chain(&signature.variadic) {
            faults.sentence(&at.inside(parameter.name), &parameter.description);
        }
        let parameters = signature.parameters.iter().chain(&signature.variadic);
        faults.unless(parameters.count() > 0, &at, "", "takes something");
    }
    assert!(faults.0.is_empty(), "\n{}", faults.0.join("\n"));
}

/// The members of a type, except those of rules, which are the arguments of the `rules` block.
fn members(kind: &Type, into: &mut Vec<String>) {
    match kind {
        Type::List(inner) | Type::Set(inner) | Type::Map(inner) => members(inner, into),
        Type::Object(parts) => {
            for (name, part) in parts {
                into.push(name.to_string());
                if name != "rules" {
                    members(part, into);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn every_member_of_a_functions_result_is_described() {
    for function in Gallery::new().functions() {
        let mut names = Vec::new();
        members(&function.signature().result, &mut names);
        let page = format!("{}/../../docs/functions/{}.md", env!("CARGO_MANIFEST_DIR"), function.name());
        let page = std::fs::read_to_string(page).unwrap();
        // Every second part is between the marks of a code block.
        let prose: String = page.split("```").step_by(2).collect();
        for name in names {
            assert!(prose.contains(&format!("`{name}`")), "{}: {name} is not described", function.name());
        }
    }
}
