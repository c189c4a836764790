//! Numbers without loss.

use std::cmp::Ordering;
use std::fmt;

use super::decimal::Decimal;

/// A number as Terraform sends it: a whole number, a binary fraction, or decimal text if neither can
/// represent it.
///
/// Two numbers are equal if they are the same number, however each is stored.
#[derive(Clone, Debug)]
pub enum Number {
    /// A whole number.
    Int(i64),
    /// A whole number beyond `i64`.
    UInt(u64),
    /// A binary fraction; finite.
    Float(f64),
    /// Decimal text of a number that fits none of the others, such as `0.1`.
    Big(String),
}

impl Number {
    /// Reads decimal text, `-1`, `0.1` or `1e100`, into the first variant that represents it without loss.
    /// `None` if the text is not a decimal number.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(whole) = text.parse() {
            return Some(Self::Int(whole));
        }
        if let Ok(whole) = text.parse() {
            return Some(Self::UInt(whole));
        }
        let decimal = Decimal::parse(text)?;
        if let Some(whole) = decimal.to_integer() {
            return i64::try_from(whole)
                .map(Self::Int)
                .or_else(|_| u64::try_from(whole).map(Self::UInt))
                .ok();
        }
        if decimal.may_be_binary()
            && let Ok(float) = text.parse::<f64>()
            && Decimal::of_float(float).as_ref() == Some(&decimal)
        {
            return Some(Self::Float(float));
        }
        Some(Self::Big(text.to_owned()))
    }

    /// The whole number, if it fits into `i64`.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            Self::UInt(value) => i64::try_from(*value).ok(),
            Self::Float(value) => {
                // 2^63 is exact in binary; beyond it the cast would saturate to a wrong number.
                let whole = value.fract() == 0.0
                    && *value >= -9_223_372_036_854_775_808.0
                    && *value < 9_223_372_036_854_775_808.0;
                #[allow(clippy::cast_possible_truncation)]
                whole.then_some(*value as i64)
            }
            Self::Big(text) => Decimal::parse(text)?.to_integer()?.try_into().ok(),
        }
    }

    /// The exact decimal digits of this number; `None` for infinity, or text that is not a number. The codecs
    /// admit neither.
    pub(super) fn decimal(&self) -> Option<Decimal> {
        match self {
            Self::Int(value) => Decimal::parse(&value.to_string()),
            Self::UInt(value) => Decimal::parse(&value.to_string()),
            Self::Float(value) => Decimal::of_float(*value),
            Self::Big(text) => Decimal::parse(text),
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
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Self::Int(a), Self::Int(b)) = (self, other) {
            return a.cmp(b);
        }
        match (self.decimal(), other.decimal()) {
            (Some(a), Some(b)) => a.cmp(&b),
            // Texts that are not numbers come after all numbers, ordered as text.
            (None, None) => self.to_string().cmp(&other.to_string()),
            (a, b) => b.is_some().cmp(&a.is_some()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn text_is_kept_in_the_first_form_that_loses_nothing() {
        for (text, expected) in [
            ("0", "Int(0)"),
            ("-0", "Int(0)"),
            ("5.0", "Int(5)"),
            ("5e3", "Int(5000)"),
            ("-9223372036854775808", "Int(-9223372036854775808)"),
            ("9223372036854775808", "UInt(9223372036854775808)"),
            ("18446744073709551615", "UInt(18446744073709551615)"),
            ("18446744073709551616", "Float(1.8446744073709552e19)"),
            ("18446744073709551617", "Big(\"18446744073709551617\")"),
            ("0.5", "Float(0.5)"),
            ("-1.25", "Float(-1.25)"),
            ("0.1", "Big(\"0.1\")"),
            ("0.15", "Big(\"0.15\")"),
            ("1e400", "Big(\"1e400\")"),
        ] {
            assert_eq!(format!("{:?}", Number::parse(text).expect(text)), expected, "{text}");
        }
        for text in ["", "-", ".", "e5", "1e", "0x10", "inf", "NaN", "1_000", " 1", "1e99999999999999999999"]
        {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn equal_means_the_same_number() {
        assert_eq!(Number::Big("5.00".to_owned()), Number::Int(5));
        assert_eq!(Number::Float(5.0), Number::Int(5));
        assert_eq!(Number::Float(0.5), Number::Big("0.50".to_owned()));
        // The binary fraction nearest to a tenth is not a tenth: Terraform distinguishes the two as well.
        assert_ne!(Number::Float(0.1), Number::Big("0.1".to_owned()));
        assert_ne!(Number::Big("0.10000000000000000001".to_owned()), Number::Big("0.1".to_owned()));
        assert_eq!(Number::UInt(7), Number::Int(7));
    }

    #[test]
    fn order_is_that_of_numbers() {
        let ordered =
            ["-1e30", "-18446744073709551617", "-2", "-0.1", "0", "0.1", "0.11", "2", "10", "1e20", "1e300"];
        for pair in ordered.windows(2) {
            assert!(Number::parse(pair[0]) < Number::parse(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn whole_numbers_are_found_in_every_form() {
        assert_eq!(Number::Big("12e1".to_owned()).as_i64(), Some(120));
        assert_eq!(Number::Float(1e18).as_i64(), Some(1_000_000_000_000_000_000));
        assert_eq!(Number::Float(9.3e18).as_i64(), None);
        assert_eq!(Number::UInt(u64::MAX).as_i64(), None);
        assert_eq!(Number::Float(1.5).as_i64(), None);
    }
}
