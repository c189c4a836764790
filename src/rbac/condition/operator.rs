//! The operators and quantifiers of comparisons.

use std::fmt;

/// What kind of values an operator compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Text.
    String,
    /// Whole numbers.
    Numeric,
    /// Points in time.
    DateTime,
    /// True and false.
    Bool,
    /// GUIDs.
    Guid,
}

/// The test on a pair of values, without negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// Both are the same.
    Equals,
    /// The left one begins with the right one.
    StartsWith,
    /// The left one matches the right one, in which `*` and `?` are wildcards.
    Like,
    /// The left one is smaller or earlier.
    LessThan,
    /// The left one is not greater or later.
    LessThanEquals,
    /// The left one is greater or later.
    GreaterThan,
    /// The left one is not smaller or earlier.
    GreaterThanEquals,
}

/// A comparison operator, such as `StringNotLikeIgnoreCase`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// The kind of values.
    pub family: Family,
    /// The test.
    pub test: Test,
    /// Whether it is negated. The negation applies to each pair of values, under the quantifier.
    pub negated: bool,
    /// Whether text is compared ignoring case.
    pub ignore_case: bool,
}

/// How the values of two sides are paired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// Some value on the left matches some on the right.
    AnyAny,
    /// Each value on the left matches some on the right.
    AllAny,
    /// Some value on the left matches each on the right.
    AnyAll,
    /// Each value on the left matches each on the right.
    AllAll,
}

/// Operators of other dialects: of the preview engine in Microsoft's regorus, and of similar policy
/// languages. They get their own error message, because they look right.
const UNSUPPORTED: [&str; 27] = [
    "IpMatch",
    "IpNotMatch",
    "IpInRange",
    "ListContains",
    "ListNotContains",
    "StringContains",
    "StringNotContains",
    "StringEndsWith",
    "StringNotEndsWith",
    "StringMatches",
    "StringNotMatches",
    "NumericInRange",
    "DateTimeInRange",
    "NotExists",
    "ToLower",
    "ToUpper",
    "Trim",
    "NormalizeSet",
    "NormalizeList",
    "AddDays",
    "AddHours",
    "AddMinutes",
    "AddSeconds",
    "ToDateTime",
    "ToTime",
    "DateTimeAdd",
    "Contains",
];

impl Family {
    const ALL: [Self; 5] = [Self::String, Self::Numeric, Self::DateTime, Self::Bool, Self::Guid];

    /// The word operators of the family begin with.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Numeric => "Numeric",
            Self::DateTime => "DateTime",
            Self::Bool => "Bool",
            Self::Guid => "Guid",
        }
    }

    fn tests(self) -> &'static [Test] {
        match self {
            Self::String => &[Test::Equals, Test::StartsWith, Test::Like],
            Self::Numeric | Self::DateTime => &[
                Test::Equals,
                Test::LessThan,
                Test::LessThanEquals,
                Test::GreaterThan,
                Test::GreaterThanEquals,
            ],
            Self::Bool | Self::Guid => &[Test::Equals],
        }
    }
}

impl Test {
    /// The word for it inside an operator's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equals => "Equals",
            Self::StartsWith => "StartsWith",
            Self::Like => "Like",
            Self::LessThan => "LessThan",
            Self::LessThanEquals => "LessThanEquals",
            Self::GreaterThan => "GreaterThan",
            Self::GreaterThanEquals => "GreaterThanEquals",
        }
    }

    /// Whether the test has a negated form. The four that order values have none: each other is their opposite.
    fn can_be_negated(self) -> bool {
        matches!(self, Self::Equals | Self::StartsWith | Self::Like)
    }
}

impl Operator {
    /// All operators of the language.
    pub fn all() -> impl Iterator<Item = Self> {
        Family::ALL.into_iter().flat_map(|family| {
            family.tests().iter().flat_map(move |&test| {
                [(false, false), (true, false), (false, true), (true, true)]
                    .into_iter()
                    .filter(move |&(negated, ignore_case)| {
                        (!negated || test.can_be_negated()) && (!ignore_case || family == Family::String)
                    })
                    .map(move |(negated, ignore_case)| Self { family, test, negated, ignore_case })
            })
        })
    }

    /// The operator of this name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|operator| operator.to_string().eq_ignore_ascii_case(name))
    }

    /// Whether `name` belongs to another dialect.
    pub fn is_unsupported(name: &str) -> bool {
        UNSUPPORTED.iter().any(|known| known.eq_ignore_ascii_case(name))
            || name.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("TimeOfDay"))
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.negated { "Not" } else { "" };
        let ignore_case = if self.ignore_case { "IgnoreCase" } else { "" };
        write!(f, "{}{not}{}{ignore_case}", self.family.name(), self.test.name())
    }
}

impl Quantifier {
    /// All four.
    pub const ALL: [Self; 4] = [Self::AnyAny, Self::AllAny, Self::AnyAll, Self::AllAll];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AnyAny => "ForAnyOfAnyValues",
            Self::AllAny => "ForAllOfAnyValues",
            Self::AnyAll => "ForAnyOfAllValues",
            Self::AllAll => "ForAllOfAllValues",
        }
    }

    /// The quantifier of this name, in any case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|quantifier| quantifier.name().eq_ignore_ascii_case(name))
    }
}
