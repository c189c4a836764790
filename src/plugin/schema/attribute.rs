//! One attribute of a block or of a nested object.

use std::borrow::Cow;

use crate::plugin::types::Type;

/// Who sets an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// The configuration, always.
    Required,
    /// The configuration, or nobody.
    Optional,
    /// The provider.
    Computed,
    /// The configuration, otherwise the provider.
    OptionalComputed,
}

/// The collection of nested objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttributeNesting {
    /// One object.
    Single,
    /// A list of objects.
    List,
    /// A set of objects.
    Set,
    /// A map of objects.
    Map,
}

/// The content of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A value of a type.
    Plain(Type),
    /// Objects whose attributes have descriptions and rules of their own.
    Nested(AttributeNesting, Vec<Attribute>),
}

/// One attribute, with everything that the documentation says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name in the configuration.
    pub name: Cow<'static, str>,
    /// Its content.
    pub shape: Shape,
    /// Who sets it.
    pub presence: Presence,
    /// Its description, in Markdown, as a sentence.
    pub description: Cow<'static, str>,
    /// Never shown in a plan.
    pub sensitive: bool,
    /// Never stored in the state.
    pub write_only: bool,
    /// Why it should no longer be used, and what to use instead.
    pub deprecated: Option<Cow<'static, str>>,
    /// Whether changing it makes a new resource. Documentation; the plan itself decides.
    pub replaces: bool,
    /// The possible values; empty for any. For documentation and snapshot.
    pub possible_values: Cow<'static, [&'static str]>,
    /// The default. For documentation.
    pub default: Option<Cow<'static, str>>,
}

impl Attribute {
    /// An optional attribute of this type; the methods below change the rest.
    #[must_use]
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        kind: Type,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::of(name.into(), Shape::Plain(kind), description.into())
    }

    /// An optional attribute with one object of these attributes, or several.
    #[must_use]
    pub fn nested(
        name: impl Into<Cow<'static, str>>,
        nesting: AttributeNesting,
        attributes: Vec<Self>,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::of(name.into(), Shape::Nested(nesting, attributes), description.into())
    }

    const fn of(name: Cow<'static, str>, shape: Shape, description: Cow<'static, str>) -> Self {
        Self {
            name,
            shape,
            presence: Presence::Optional,
            description,
            sensitive: false,
            write_only: false,
            deprecated: None,
            replaces: false,
            possible_values: Cow::Borrowed(&[]),
            default: None,
        }
    }

    /// Must be set.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.presence = Presence::Required;
        self
    }

    /// Set by the provider only.
    #[must_use]
    pub const fn computed(mut self) -> Self {
        self.presence = Presence::Computed;
        self
    }

    /// Set by the provider if the configuration does not.
    #[must_use]
    pub const fn optional_computed(mut self) -> Self {
        self.presence = Presence::OptionalComputed;
        self
    }

    /// Never shown in a plan.
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Never stored in the state.
    #[must_use]
    pub const fn write_only(mut self) -> Self {
        self.write_only = true;
        self
    }

    /// Deprecated; `instead` says why and what to use.
    #[must_use]
    pub fn deprecated(mut self, instead: impl Into<Cow<'static, str>>) -> Self {
        self.deprecated = Some(instead.into());
        self
    }

    /// A change of it forces a new resource.
    #[must_use]
    pub const fn replaces(mut self) -> Self {
        self.replaces = true;
        self
    }

    /// Accepts only these values.
    #[must_use]
    pub fn one_of(mut self, words: &'static [&'static str]) -> Self {
        self.possible_values = Cow::Borrowed(words);
        self
    }

    /// The default.
    #[must_use]
    pub fn default_text(mut self, text: impl Into<Cow<'static, str>>) -> Self {
        self.default = Some(text.into());
        self
    }

    /// The type of its values.
    #[must_use]
    pub fn implied_type(&self) -> Type {
        match &self.shape {
            Shape::Plain(kind) => kind.clone(),
            Shape::Nested(nesting, attributes) => {
                let object = Type::object(attributes.iter().map(|a| (a.name.as_ref(), a.implied_type())));
                match nesting {
                    AttributeNesting::Single => object,
                    AttributeNesting::List => Type::list(object),
                    AttributeNesting::Set => Type::set(object),
                    AttributeNesting::Map => Type::map(object),
                }
            }
        }
    }
}
