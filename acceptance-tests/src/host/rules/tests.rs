use terraform_provider_gallery::plugin::Type;
use terraform_provider_gallery::plugin::schema::NestedBlock;

use super::*;

fn block() -> Block {
    let text = |name: &'static str| Attribute::new(name, Type::String, "");
    let rule = vec![text("path").required(), text("note").optional_computed()];
    let inner = Block::new("").attributes([text("size")]);
    Block::new("")
        .attributes([
            text("id").computed(),
            text("name").required(),
            text("zone").optional_computed(),
            text("note"),
            Attribute::nested("rules", AttributeNesting::Map, rule, ""),
        ])
        .nested(NestedBlock::new("disk", BlockNesting::Single, inner))
}

fn rules(pairs: &[(&str, &str)]) -> Value {
    let rule = |path: &str| Value::object([("path", path.into()), ("note", Value::Null)]);
    Value::Map(pairs.iter().map(|(name, path)| ((*name).to_owned(), rule(path))).collect())
}

fn thing(changes: &[(&str, Value)]) -> Value {
    let Value::Object(mut all) = Value::object([
        ("id", Value::Null),
        ("name", "x".into()),
        ("zone", Value::Null),
        ("note", Value::Null),
        ("rules", rules(&[("a", "/")])),
        ("disk", Value::Null),
    ]) else {
        panic!("an object")
    };
    all.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Object(all)
}

/// The paths at which a plan breaks the rules.
fn broken(prior: &[(&str, Value)], config: &[(&str, Value)], planned: &[(&str, Value)]) -> Vec<String> {
    let found = plan(&block(), &thing(prior), &thing(config), &thing(planned));
    found.iter().map(|one| one.split('`').nth(1).unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_plan_has_the_configured_values() {
    assert_eq!(broken(&[], &[], &[]), [""; 0]);
    assert_eq!(broken(&[], &[], &[("name", "y".into())]), ["name"]);
    assert_eq!(broken(&[], &[], &[("note", "y".into())]), ["note"]);
    assert_eq!(broken(&[], &[("note", "y".into())], &[]), ["note"]);
    assert_eq!(broken(&[], &[("name", Value::unknown())], &[]), [""; 0], "the state's value may stand");
    assert_eq!(broken(&[("name", "z".into())], &[("name", Value::unknown())], &[]), ["name"]);
}

#[test]
fn the_states_value_may_stay_where_both_have_one() {
    let (prior, config) = ([("note", Value::from("West US"))], [("note", Value::from("westus"))]);
    assert_eq!(broken(&prior, &config, &prior), [""; 0]);
    assert_eq!(broken(&prior, &[], &prior), ["note"], "not where the configuration says nothing");
}

#[test]
fn computed_attributes_may_have_any_value() {
    assert_eq!(broken(&[], &[], &[("id", Value::unknown()), ("zone", "1".into())]), [""; 0]);
    assert_eq!(broken(&[], &[("zone", "2".into())], &[("zone", "1".into())]), ["zone"]);
}

#[test]
fn elements_are_compared_by_key() {
    let changed = [("rules", rules(&[("a", "/x")]))];
    assert_eq!(broken(&[], &[], &changed), ["rules[\"a\"].path"]);
    let more = [("rules", rules(&[("a", "/"), ("b", "/")]))];
    assert_eq!(broken(&[], &[], &more), ["rules[\"b\"]"]);
    let prior = [("rules", rules(&[("a", "/old")]))];
    assert_eq!(broken(&prior, &more, &[]), ["rules[\"b\"]"]);
    assert_eq!(broken(&[], &more, &[]), [""; 0], "the state may stand as a whole");
    assert_eq!(broken(&[], &[("rules", Value::Null)], &[]), ["rules"]);
}

#[test]
fn a_block_exists_exactly_when_it_is_configured() {
    let disk = |size: Value| [("disk", Value::object([("size", size)]))];
    assert_eq!(broken(&[], &disk("1".into()), &disk("1".into())), [""; 0]);
    assert_eq!(broken(&[], &disk("1".into()), &disk("2".into())), ["disk.size"]);
    assert_eq!(broken(&[], &disk("1".into()), &[]), ["disk"]);
    assert_eq!(broken(&[], &[], &disk(Value::Null)), ["disk"]);
}

#[test]
fn an_apply_must_match_its_plan() {
    let fits = |planned: Value, actual: Value| applied(&planned, &actual).is_empty();
    assert!(fits(thing(&[("id", Value::unknown())]), thing(&[("id", "i".into())])));
    assert!(fits(thing(&[("id", Value::unknown())]), thing(&[])));
    assert!(!fits(thing(&[]), thing(&[("note", "x".into())])));
    assert!(!fits(thing(&[("note", "x".into())]), thing(&[])));
    assert!(!fits(thing(&[("id", Value::unknown())]), thing(&[("id", Value::unknown())])));
    assert!(!fits(thing(&[]), Value::Null));
    assert!(!fits(thing(&[]), thing(&[("rules", rules(&[("b", "/")]))])));
    let set = |elements: &[&str]| Value::Set(elements.iter().map(|one| (*one).into()).collect());
    assert!(fits(set(&["a", "b"]), set(&["b", "a"])));
    assert!(!fits(set(&["a", "b"]), set(&["a"])));
    assert!(fits(Value::Set(vec!["a".into(), Value::unknown()]), set(&["a"])));
    assert!(!fits(Value::List(vec!["a".into()]), Value::List(vec![])));
}

#[test]
fn a_proposal_takes_missing_values_from_the_state() {
    let prior = thing(&[("id", "i".into()), ("zone", "1".into()), ("note", "old".into())]);
    let expected = thing(&[("id", "i".into()), ("zone", "1".into())]);
    assert_eq!(proposed(Release::NEWEST, &block(), &prior, &thing(&[])), expected);
    assert_eq!(proposed(Release::NEWEST, &block(), &Value::Null, &thing(&[])), thing(&[]));
}

#[test]
fn older_hosts_keep_removed_blocks_and_look_into_nothing_computed() {
    let mut block = block();
    let rules = block.attributes.iter_mut().find(|one| one.name == "rules").unwrap();
    *rules = rules.clone().optional_computed();
    let noted = |note: Value| {
        [("rules", Value::Map([("a".into(), Value::object([("path", "/".into()), ("note", note)]))].into()))]
    };
    let disk = [("disk", Value::object([("size", "1".into())]))];
    let prior = thing(&[noted("made".into()), disk.clone()].concat());
    let propose = |minor| proposed(Release { minor, ..Release::NEWEST }, &block, &prior, &thing(&[]));
    assert_eq!(propose(4), thing(&noted("made".into())));
    assert_eq!(propose(3), thing(&disk));
}
