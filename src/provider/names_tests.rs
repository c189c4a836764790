//! Bindings for other languages are generated from names: none may be a word that one of these languages
//! reserves.

use crate::plugin::Provider as _;
use crate::plugin::schema::{Attribute, Block, Shape};
use crate::provider::Gallery;

/// The words that cannot name a parameter, by language.
const RESERVED: [(&str, &str); 5] = [
    (
        "TypeScript",
        "abstract any arguments as async await boolean break case catch class const constructor continue debugger declare \
         default delete do else enum eval export extends false finally for from function get if implements import in \
         instanceof interface is let module namespace never new null number object of package private protected public \
         readonly require return set static string super switch symbol this throw true try type typeof undefined unique \
         unknown var void while with yield",
    ),
    (
        "Python",
        "and as assert async await break class continue def del elif else except exec false finally for from global if \
         import in is lambda match none nonlocal not or pass print raise return self true try while with yield",
    ),
    (
        "Go",
        "break case chan const continue default defer else fallthrough false for func go goto if import interface iota map \
         nil package range return select struct switch true type var",
    ),
    (
        "C#",
        "abstract as base bool break byte case catch char checked class const continue decimal default delegate do double \
         else enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is \
         lock long namespace new null object operator out override params private protected public readonly ref return \
         sbyte sealed short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked \
         unsafe ushort using virtual void volatile while",
    ),
    (
        "Java",
        "abstract assert boolean break byte case catch char class const continue default do double else enum extends false \
         final finally float for goto if implements import instanceof int interface long native new null package private \
         protected public return short static strictfp super switch synchronized this throw throws transient true try void \
         volatile while",
    ),
];

/// Reserved words that attributes of every provider use. Bindings turn attributes into properties, which may
/// have these names.
const PROPERTIES: [&str; 2] = ["delete", "type"];

/// A name as TypeScript and Java write it, such as `skipDestroy`.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| {
        let (initial, rest) = part.split_at(part.len().min(1));
        whole + &initial.to_uppercase() + rest
    })
}

fn reserved(name: &str) -> Vec<&'static str> {
    let forms = [name.to_owned(), camel(name), name.replace('_', "")];
    let reserves = |words: &str| words.split_whitespace().any(|word| forms.iter().any(|name| name == word));
    RESERVED.iter().filter(|(_, words)| reserves(words)).map(|(language, _)| *language).collect()
}

fn attributes(of: &[Attribute], all: &mut Vec<String>) {
    for attribute in of {
        all.push(attribute.name.to_string());
        if let Shape::Nested(_, inner) = &attribute.shape {
            attributes(inner, all);
        }
    }
}

fn block(of: &Block, all: &mut Vec<String>) {
    attributes(&of.attributes, all);
    for nested in &of.blocks {
        all.push(nested.name.to_string());
        block(&nested.block, all);
    }
}

#[test]
fn no_name_is_a_reserved_word_of_a_language_with_bindings() {
    assert_eq!(reserved("new"), ["TypeScript", "C#", "Java"]);
    assert_eq!(reserved("type_of"), ["TypeScript", "C#"]);
    let provider = Gallery::new();
    let mut all = Vec::new();
    block(&provider.schema().block, &mut all);
    for resource in provider.resources() {
        all.push(resource.type_name().trim_start_matches("gallery_").to_owned());
        block(&resource.schema().block, &mut all);
        let identity = resource.identity_schema();
        all.extend(identity.iter().flat_map(|one| &one.attributes).map(|one| one.name.to_owned()));
    }
    for source in provider.data_sources() {
        all.push(source.type_name().trim_start_matches("gallery_").to_owned());
        block(&source.schema().block, &mut all);
    }
    for list in provider.list_resources() {
        block(&list.schema().block, &mut all);
    }
    all.retain(|name| !PROPERTIES.contains(&name.as_str()));
    for function in provider.functions() {
        all.push(function.name().to_owned());
        let signature = function.signature();
        let parameters = signature.parameters.iter().chain(&signature.variadic);
        all.extend(parameters.map(|parameter| parameter.name.to_owned()));
    }
    all.sort();
    all.dedup();
    assert!(all.len() > 100, "{all:?}");
    let wrong: Vec<_> = all
        .iter()
        .map(|name| (name, reserved(name)))
        .filter(|(_, languages)| !languages.is_empty())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
