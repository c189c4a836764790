//! Every description is a sentence that helps: what it is, what a change of it does, which values there are, and what
//! happens when it is left out. What of that can be held by a rule is held here.

// clippy.toml lets tests fail loudly; what the tests share counts as a test here too.
#![allow(clippy::unwrap_used, clippy::panic)]

use terraform_provider_gallery::plugin::schema::{Attribute, Block, NestedBlock, Presence, Shape};
use terraform_provider_gallery::plugin::{Provider as _, Type};
use terraform_provider_gallery::provider::Gallery;

/// Where something stands, for the message.
#[derive(Clone)]
struct At(String);

impl At {
    fn inside(&self, name: &str) -> Self {
        Self(format!("{}.{name}", self.0))
    }
}

/// What is wrong with texts.
#[derive(Default)]
struct Found(Vec<String>);

impl Found {
    fn unless(&mut self, holds: bool, at: &At, text: &str, rule: &str) {
        if !holds {
            self.0.push(format!("{}: {rule}: {text:?}", at.0));
        }
    }

    /// What holds for every text.
    fn sentence(&mut self, at: &At, text: &str) {
        self.unless(text.len() >= 10, at, text, "says something");
        self.unless(text.ends_with('.'), at, text, "ends as a sentence");
        self.unless(
            !text.contains("  ") && !text.contains('\n') && text.trim() == text,
            at,
            text,
            "has single blanks",
        );
        let begins = text.chars().next().is_some_and(|first| first.is_uppercase() || first == '`');
        self.unless(begins, at, text, "begins as a sentence");
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

/// Which rules hold besides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What is set can be changed later.
    Resource,
    /// It is read, filtered or listed.
    Read,
    /// Every argument has a variable or a default.
    Provider,
}

fn check_block(found: &mut Found, at: &At, block: &Block, kind: Kind) {
    found.sentence(at, &block.description);
    for attribute in &block.attributes {
        check(found, &at.inside(&attribute.name), attribute, kind, false);
    }
    for nested in &block.blocks {
        let NestedBlock { name, block, .. } = nested;
        let at = at.inside(name);
        found.sentence(&at, &nested.prose());
        // Timeouts change nothing at Azure.
        let kind = if name == "timeouts" { Kind::Read } else { kind };
        check_block(found, &at, block, kind);
    }
}

/// `replaced` says whether a change of the attribute it is inside of makes a new resource.
fn check(found: &mut Found, at: &At, attribute: &Attribute, kind: Kind, replaced: bool) {
    let text = attribute.prose_within(replaced);
    found.sentence(at, &text);
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let settable = attribute.presence != Presence::Computed;
    if settable && attribute.presence != Presence::Required {
        let ways = match kind {
            Kind::Provider => ["environment variable", "Defaults to ", "omitted", "need no"].as_slice(),
            _ => ["If omitted, ", "Defaults to ", "Alternatively, set ", " instead"].as_slice(),
        };
        found.unless(says(ways), at, &text, "says what happens when it is left out");
    }
    if settable && kind == Kind::Resource {
        let ways =
            ["Changing this forces a new resource", "Changed in place", "changing it makes no request"];
        found.unless(says(&ways), at, &text, "says what a change does");
    }
    if !settable {
        let ways = ["Changing this", "Changed in place", "If omitted, ", "Defaults to "];
        found.unless(!says(&ways), at, &text, "says nothing of setting what cannot be set");
    }
    if !attribute.possible_values.is_empty() {
        let named = attribute.possible_values.iter().all(|value| text.contains(&format!("`{value}`")));
        found.unless(named, at, &text, "names its possible values");
    }
    if matches!(attribute.shape, Shape::Plain(Type::Bool)) {
        // What other providers have and this one has no use for says so instead.
        let begins = text.starts_with("Whether ") || text.starts_with("Accepted so that ");
        found.unless(begins, at, &text, "says what is true when it is");
    }
    if let Shape::Nested(_, inner) = &attribute.shape {
        for one in inner {
            check(found, &at.inside(&one.name), one, kind, replaced || attribute.replaces);
        }
    }
}

#[test]
fn every_attribute_and_argument_is_described() {
    let provider = Gallery::new();
    let mut found = Found::default();
    check_block(&mut found, &At("provider".into()), &provider.schema().block, Kind::Provider);
    for resource in provider.resources() {
        let at = At(format!("resource {}", resource.type_name()));
        check_block(&mut found, &at, &resource.schema().block, Kind::Resource);
        for part in resource.identity_schema().unwrap().attributes {
            found.sentence(&at.inside(&format!("identity.{}", part.name)), part.description);
        }
    }
    for source in provider.data_sources() {
        let at = At(format!("data source {}", source.type_name()));
        check_block(&mut found, &at, &source.schema().block, Kind::Read);
    }
    for list in provider.list_resources() {
        let at = At(format!("list resource {}", list.type_name()));
        check_block(&mut found, &at, &list.schema().block, Kind::Read);
    }
    assert!(found.0.is_empty(), "\n{}", found.0.join("\n"));
}

#[test]
fn every_function_is_described() {
    let mut found = Found::default();
    for function in Gallery::new().functions() {
        let at = At(format!("function {}", function.name()));
        let signature = function.signature();
        found.sentence(&at, &signature.description);
        // Editors show it in one line beside the name.
        let summary = &signature.summary;
        let short = (10..=72).contains(&summary.len()) && !summary.ends_with('.');
        found.unless(short, &at, summary, "has a summary of a few words");
        for parameter in signature.parameters.iter().chain(&signature.variadic) {
            found.sentence(&at.inside(parameter.name), &parameter.description);
        }
        // A name that is not among the parameters is one that was called otherwise once.
        let known: Vec<_> =
            signature.parameters.iter().chain(&signature.variadic).map(|one| one.name.to_string()).collect();
        found.unless(!known.is_empty(), &at, "", "takes something");
    }
    assert!(found.0.is_empty(), "\n{}", found.0.join("\n"));
}

/// The members of what a type holds, those of rules aside, which are the arguments of the `rules` block.
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
fn every_member_of_what_a_function_gives_is_told() {
    for function in Gallery::new().functions() {
        let mut names = Vec::new();
        members(&function.signature().result, &mut names);
        let page = format!("{}/../../docs/functions/{}.md", env!("CARGO_MANIFEST_DIR"), function.name());
        let page = std::fs::read_to_string(page).unwrap();
        // Every second part stands between the marks of a code block.
        let prose: String = page.split("```").step_by(2).collect();
        for name in names {
            assert!(prose.contains(&format!("`{name}`")), "{}: nothing is said of {name}", function.name());
        }
    }
}
