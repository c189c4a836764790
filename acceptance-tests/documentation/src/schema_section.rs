//! The section of a page that lists the arguments and attributes of a block, in the form that registries
//! show.

use terraform_provider_gallery::plugin::schema::{
    Attribute, Block, BlockNesting, IdentitySchema, NestedBlock, Presence, Shape,
};

use super::words;

/// The section of a whole block.
pub(crate) fn section(block: &Block) -> String {
    let mut text = "## Schema\n".to_owned();
    let mut nested = Vec::new();
    groups(&entries(block), "### ", "", &[], &mut text, &mut nested);
    below(nested, &mut text);
    text
}

/// The parts of an identity, for import.
pub(crate) fn identity(schema: &IdentitySchema) -> String {
    let mut text = String::new();
    for (title, required) in [("\n#### Required\n\n", true), ("\n#### Optional\n\n", false)] {
        let parts: Vec<_> =
            schema.attributes.iter().filter(|part| part.required_for_import == required).collect();
        if !parts.is_empty() {
            text.push_str(title);
            for part in parts {
                text.push_str(&format!(
                    "- `{}` ({}) {}\n",
                    part.name,
                    words::of_type(&part.kind),
                    part.description
                ));
            }
        }
    }
    text
}

/// Who sets an attribute, in the order of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Required,
    Optional,
    ReadOnly,
}

const GROUPS: [(Group, &str); 3] =
    [(Group::Required, "Required"), (Group::Optional, "Optional"), (Group::ReadOnly, "Read-Only")];

/// An attribute or nested block, as a line of the list.
struct Entry<'a> {
    name: &'a str,
    group: Group,
    kind: String,
    prose: String,
    inner: Option<(&'static str, Inner<'a>)>,
}

#[derive(Clone, Copy)]
enum Inner<'a> {
    /// The same, with whether a change of the outer element makes a new resource.
    Attributes(&'a [Attribute], bool),
    Block(&'a Block),
}

/// A nested list still to be written, with its path.
struct Nested<'a> {
    path: Vec<String>,
    anchor: String,
    inner: Inner<'a>,
}

fn entries(block: &Block) -> Vec<Entry<'_>> {
    let attributes = block.attributes.iter().map(|one| attribute(one, false));
    attributes.chain(block.blocks.iter().map(nested_block)).collect()
}

fn attribute(attribute: &Attribute, replaced: bool) -> Entry<'_> {
    let (mut kind, inner) = match &attribute.shape {
        Shape::Plain(kind) => (words::of_type(kind), None),
        Shape::Nested(nesting, attributes) => (
            words::of_attributes(*nesting).to_owned(),
            Some(("nestedatt", Inner::Attributes(attributes.as_slice(), replaced || attribute.replaces))),
        ),
    };
    for (marked, mark) in [
        (attribute.sensitive, ", Sensitive"),
        (attribute.write_only, ", Write-only"),
        (attribute.deprecated.is_some(), ", Deprecated"),
    ] {
        if marked {
            kind.push_str(mark);
        }
    }
    let mut prose = attribute.prose_within(replaced);
    if let Some(instead) = &attribute.deprecated {
        prose.push_str(&format!(" **Deprecated:** {instead}"));
    }
    let group = match attribute.presence {
        Presence::Required => Group::Required,
        Presence::Optional | Presence::OptionalComputed => Group::Optional,
        Presence::Computed => Group::ReadOnly,
    };
    Entry { name: &attribute.name, group, kind, prose, inner }
}

fn nested_block(nested: &NestedBlock) -> Entry<'_> {
    let mut kind = words::of_blocks(nested.nesting).to_owned();
    if matches!(nested.nesting, BlockNesting::List | BlockNesting::Set) {
        for (name, bound) in [("Min", nested.min_items), ("Max", nested.max_items)] {
            if bound > 0 {
                kind.push_str(&format!(", {name}: {bound}"));
            }
        }
    }
    let group = if nested.min_items > 0 { Group::Required } else { Group::Optional };
    let inner = Some(("nestedblock", Inner::Block(&nested.block)));
    Entry { name: &nested.name, group, kind, prose: nested.prose(), inner }
}

fn groups<'a>(
    entries: &[Entry<'a>],
    before: &str,
    after: &str,
    path: &[String],
    text: &mut String,
    nested: &mut Vec<Nested<'a>>,
) {
    for (group, title) in GROUPS {
        let members: Vec<_> = entries.iter().filter(|entry| entry.group == group).collect();
        if members.is_empty() {
            continue;
        }
        text.push_str(&format!("\n{before}{title}{after}\n\n"));
        for entry in members {
            text.push_str(&format!("- `{}` ({}) {}", entry.name, entry.kind, entry.prose));
            if let Some((anchor, inner)) = entry.inner {
                let path: Vec<_> = path.iter().cloned().chain([entry.name.to_owned()]).collect();
                let anchor = format!("{anchor}--{}", path.join("--"));
                text.push_str(&format!(" (see [below for nested schema](#{anchor}))"));
                nested.push(Nested { path, anchor, inner });
            }
            text.push('\n');
        }
    }
}

fn below(nested: Vec<Nested<'_>>, text: &mut String) {
    for one in nested {
        text.push_str(&format!(
            "\n<a id=\"{}\"></a>\n### Nested Schema for `{}`\n",
            one.anchor,
            one.path.join(".")
        ));
        let entries = match one.inner {
            Inner::Attributes(attributes, replaced) => {
                attributes.iter().map(|one| attribute(one, replaced)).collect()
            }
            Inner::Block(block) => entries(block),
        };
        let mut inner = Vec::new();
        groups(&entries, "", ":", &one.path, text, &mut inner);
        below(inner, text);
    }
}

#[cfg(test)]
mod tests {
    use terraform_provider_gallery::plugin::Type;
    use terraform_provider_gallery::plugin::schema::AttributeNesting;

    use super::*;

    #[test]
    fn attributes_are_grouped_and_nested_ones_follow_below() {
        let inner = vec![Attribute::new("path", Type::String, "The path.").required()];
        let block = Block::new("A thing.")
            .attributes([
                Attribute::new("id", Type::String, "The id.").computed(),
                Attribute::new("name", Type::String, "The name.").required().replaces(),
                Attribute::new("secret", Type::String, "A secret.").sensitive().deprecated("Use none."),
            ])
            .nested(NestedBlock::new(
                "rules",
                BlockNesting::Single,
                Block::new("The rules.").attributes([Attribute::nested(
                    "privileges",
                    AttributeNesting::Map,
                    inner,
                    "What can be called.",
                )]),
            ))
            .nested(NestedBlock::new("part", BlockNesting::List, Block::new("Parts.")).items(1, 3));
        let expected = "\
## Schema

### Required

- `name` (String) The name. Changing this forces a new resource to be created.
- `part` (Block List, Min: 1, Max: 3) Parts. (see [below for nested schema](#nestedblock--part))

### Optional

- `secret` (String, Sensitive, Deprecated) A secret. **Deprecated:** Use none.
- `rules` (Block) The rules. (see [below for nested schema](#nestedblock--rules))

### Read-Only

- `id` (String) The id.

<a id=\"nestedblock--part\"></a>
### Nested Schema for `part`

<a id=\"nestedblock--rules\"></a>
### Nested Schema for `rules`

Optional:

- `privileges` (Attributes Map) What can be called. (see [below for nested schema](#nestedatt--rules--privileges))

<a id=\"nestedatt--rules--privileges\"></a>
### Nested Schema for `rules.privileges`

Required:

- `path` (String) The path.
";
        assert_eq!(section(&block), expected);
    }
}
