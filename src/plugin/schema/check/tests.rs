use std::borrow::Cow;

use super::*;
use crate::plugin::function::Parameter;
use crate::plugin::schema::IdentityAttribute;

fn plain(name: &'static str) -> Attribute {
    Attribute::new(name, Type::String, "Text.")
}

fn rules_broken(block: Block, purpose: Use) -> Vec<String> {
    schema(&Schema::new(0, block), purpose).iter().map(ToString::to_string).collect()
}

fn in_resource(attribute: Attribute) -> Vec<String> {
    rules_broken(Block::new("").attributes([attribute]), Use::Resource)
}

fn nested(nesting: BlockNesting, min: i64, max: i64, attribute: Attribute) -> Vec<String> {
    let block = NestedBlock::new("b", nesting, Block::new("").attributes([attribute])).items(min, max);
    rules_broken(Block::new("").nested(block), Use::Resource)
}

#[track_caller]
fn assert_broken(found: &[String], expected: &str) {
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains(expected), "{found:?}");
}

#[test]
fn a_valid_schema_has_no_errors() {
    let inner = vec![plain("path").required(), plain("secret").write_only()];
    let block = Block::new("All.")
        .attributes([
            plain("name").required(),
            Attribute::new("any", Type::Dynamic, "Any."),
            Attribute::nested("rules", AttributeNesting::Map, inner, "Rules."),
        ])
        .nested(NestedBlock::new("one", BlockNesting::Single, Block::new("One.")).items(1, 1))
        .nested(NestedBlock::new("maybe", BlockNesting::Single, Block::new("One.")).items(0, 1))
        .nested(NestedBlock::new("some", BlockNesting::List, Block::new("Some.")).items(1, 0));
    assert_eq!(rules_broken(block, Use::Resource), Vec::<String>::new());
}

#[test]
fn names_are_plain_and_unique() {
    for name in ["Name", "with-dash", "1st", "_x", "", "é"] {
        assert_broken(&in_resource(plain(name)), "lower-case letters");
    }
    let twice = Block::new("").attributes([plain("a")]).nested(NestedBlock::new(
        "a",
        BlockNesting::List,
        Block::new(""),
    ));
    assert_broken(&rules_broken(twice, Use::Resource), "`a`: the name occurs twice");
    let inner = vec![plain("x"), plain("x")];
    let nested = Attribute::nested("a", AttributeNesting::Single, inner, "A.");
    assert_broken(&in_resource(nested), "`a.x`: the name occurs twice");
}

#[test]
fn names_of_the_language_are_reserved_only_at_the_root() {
    assert_broken(&in_resource(plain("count")), "reserves the name");
    assert_eq!(nested(BlockNesting::List, 0, 0, plain("count")), Vec::<String>::new());
    assert_eq!(in_resource(plain("version")), Vec::<String>::new());
    let provider = |attribute| rules_broken(Block::new("").attributes([attribute]), Use::Provider);
    assert_broken(&provider(plain("alias")), "reserves the name");
    assert_broken(&provider(plain("id").computed()), "computed");
}

#[test]
fn bounds_fit_the_nesting() {
    assert_broken(&nested(BlockNesting::Single, 0, 2, plain("a")), "at most once");
    assert_broken(&nested(BlockNesting::List, 3, 2, plain("a")), "at most the maximum");
    assert_broken(&nested(BlockNesting::Set, -1, 0, plain("a")), "not negative");
    assert_broken(&nested(BlockNesting::Map, 1, 0, plain("a")), "no minimum or maximum");
    assert_broken(&nested(BlockNesting::Group, 0, 1, plain("a")), "no minimum or maximum");
}

#[test]
fn write_only_is_allowed_in_some_places() {
    assert_broken(&in_resource(plain("a").computed().write_only()), "never computed");
    assert_broken(&in_resource(plain("a").optional_computed().write_only()), "never computed");
    assert_broken(&nested(BlockNesting::Set, 0, 0, plain("a").write_only()), "no write-only");
    let set = Attribute::nested("a", AttributeNesting::Set, vec![plain("b").write_only()], "A.");
    assert_broken(&in_resource(set), "no write-only");
    let computed =
        Attribute::nested("a", AttributeNesting::List, vec![plain("b").write_only()], "A.").computed();
    assert_broken(&in_resource(computed), "holds no write-only");
    let data = rules_broken(Block::new("").attributes([plain("a").write_only()]), Use::DataSource);
    assert_broken(&data, "only a resource");
}

#[test]
fn any_type_is_allowed_in_some_places() {
    let any = || Attribute::new("a", Type::Dynamic, "Any.");
    assert_eq!(nested(BlockNesting::List, 0, 0, any()), Vec::<String>::new());
    assert_broken(&nested(BlockNesting::Set, 0, 0, any()), "could not compare");
    let set = Attribute::nested("s", AttributeNesting::Set, vec![any()], "S.");
    assert_broken(&in_resource(set), "could not compare");
    for kind in [Type::list(Type::Dynamic), Type::object([("x", Type::map(Type::Dynamic))])] {
        assert_broken(&in_resource(Attribute::new("a", kind, "A.")), "have one type");
    }
}

#[test]
fn everything_needs_a_description() {
    assert_broken(&in_resource(Attribute::new("a", Type::Bool, " ")), "a description");
}

#[test]
fn an_identity_is_made_of_primitive_values() {
    let part = |kind| IdentityAttribute { name: "a", kind, required_for_import: true, description: "A." };
    let violations = |attributes| identity(&IdentitySchema { version: 0, attributes }).len();
    assert_eq!(violations(vec![part(Type::String)]), 0);
    assert_eq!(violations(vec![part(Type::list(Type::Number))]), 0);
    assert_eq!(violations(vec![]), 1);
    assert_eq!(violations(vec![part(Type::map(Type::String))]), 1);
    assert_eq!(violations(vec![part(Type::String), part(Type::String)]), 1);
}

#[test]
fn a_signature_has_names_and_types_that_can_be_called() {
    let parameter =
        |name, kind| Parameter { name, kind, allow_null: false, description: Cow::Borrowed("P.") };
    let violations = |parameters, variadic| {
        let result = Type::Dynamic;
        signature(&Signature { summary: "S", description: Cow::Borrowed("D."), parameters, variadic, result })
            .len()
    };
    assert_eq!(violations(vec![parameter("a", Type::Dynamic)], Some(parameter("b", Type::String))), 0);
    assert_eq!(violations(vec![parameter("a", Type::Bool)], Some(parameter("a", Type::String))), 1);
    assert_eq!(violations(vec![parameter("a", Type::set(Type::Dynamic))], None), 1);
}
