//! The text of a schema: the description as the host and the documentation show it, with the sentences that
//! follow from the other fields, so that they need not be repeated by hand.

use super::attribute::Attribute;
use super::block::NestedBlock;

const REPLACES: &str = "Changing this forces a new resource to be created.";

impl Attribute {
    /// The description, extended by the possible values, the default, and whether a change forces a new
    /// resource. A sentence that the description already has is not repeated. The wording is azurerm's.
    #[must_use]
    pub fn prose(&self) -> String {
        self.prose_within(false)
    }

    /// The same for an attribute inside another one: if the outer one is `replaced`, a change inside it
    /// forces a new resource, too.
    #[must_use]
    pub fn prose_within(&self, replaced: bool) -> String {
        let mut text = self.description.trim().to_owned();
        if !self.possible_values.is_empty() && !says(&text, "possible value") {
            add(&mut text, &possible_values(&self.possible_values));
        }
        if let Some(default) = &self.default
            && !says(&text, "defaults to")
        {
            add(&mut text, &format!("Defaults to {}.", default.trim_end_matches('.')));
        }
        if (self.replaces || replaced) && !says(&text, "forces a new resource") {
            add(&mut text, REPLACES);
        }
        text
    }
}

impl NestedBlock {
    /// The description of the block, extended by whether a change in it forces a new resource.
    #[must_use]
    pub fn prose(&self) -> String {
        let mut text = self.block.description.trim().to_owned();
        if self.replaces && !says(&text, "forces a new resource") {
            add(&mut text, REPLACES);
        }
        text
    }
}

fn says(text: &str, phrase: &str) -> bool {
    text.to_lowercase().contains(phrase)
}

fn add(text: &mut String, sentence: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(sentence);
}

fn possible_values(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [only] => format!("The only possible value is {only}."),
        [first, second] => format!("Possible values are {first} and {second}."),
        [firsts @ .., last] => format!("Possible values are {}, and {last}.", firsts.join(", ")),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Attribute, NestedBlock};
    use crate::plugin::schema::{Block, BlockNesting};
    use crate::plugin::types::Type;

    #[test]
    fn the_fields_become_sentences() {
        let mode = Attribute::new("mode", Type::String, "How it is applied.");
        let mode = mode.one_of(&["Audit", "Enforce", "Disabled"]).default_text("`Audit`").replaces();
        assert_eq!(
            mode.prose(),
            "How it is applied. Possible values are `Audit`, `Enforce`, and `Disabled`. Defaults to `Audit`. \
             Changing this forces a new resource to be created."
        );
        let two = Attribute::new("os", Type::String, "The system.").one_of(&["Linux", "Windows"]);
        assert!(
            two.prose_within(true).ends_with("`Windows`. Changing this forces a new resource to be created.")
        );
        assert_eq!(two.prose(), "The system. Possible values are `Linux` and `Windows`.");
        let one = Attribute::new("os", Type::String, "The system.").one_of(&["Linux"]);
        assert_eq!(one.prose(), "The system. The only possible value is `Linux`.");
    }

    #[test]
    fn no_sentence_is_repeated() {
        let text = "A name. Defaults to `x`. Changing this forces a new resource to be created.";
        let name = Attribute::new("name", Type::String, text).default_text("`x`").replaces();
        assert_eq!(name.prose(), text);
    }

    #[test]
    fn a_block_gets_the_same_sentences() {
        let rules = NestedBlock::new("rules", BlockNesting::Single, Block::new("The rules.")).replaces();
        assert_eq!(rules.prose(), "The rules. Changing this forces a new resource to be created.");
    }
}
