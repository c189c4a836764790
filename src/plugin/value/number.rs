//! Numbers without loss.

use std::fmt;

/// A number as Terraform sends it: a whole number, a binary fraction, or decimal text where neither holds it.
#[derive(Clone, Debug)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// A whole number beyond `i64`.
    UInt(u64),
    /// A binary fraction; finite.
    Float(f64),
    /// Decimal text of a number that fits none of the others.
    Big(String),
}

impl Number {
    /// The whole number, when it is one within `i64`.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::UInt(value) => i64::try_from(*value).ok(),
            Self::Float(value) => {
                // 2^63 is exact in binary; beyond it the cast would saturate and lie.
                let whole = value.fract() == 0.0
                    && *value >= -9_223_372_036_854_775_808.0
                    && *value < 9_223_372_036_854_775_808.0;
                #[allow(clippy::cast_possible_truncation)]
                whole.then_some(*value as i64)
            }
            Self::Big(text) => text.parse().ok(),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::UInt(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
            Self::Big(text) => f.write_str(text),
        }
    }
}

impl PartialEq for Number {
    /// Equal when they are the same number, however each is kept.
    fn eq(&self, other: &Self) -> bool {
        match (self.as_i64(), other.as_i64()) {
            (Some(a), Some(b)) => a == b,
            (None, None) => match (self, other) {
                (Self::Float(a), Self::Float(b)) => a == b,
                _ => self.to_string() == other.to_string(),
            },
            _ => false,
        }
    }
}
