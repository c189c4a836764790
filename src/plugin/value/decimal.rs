//! Decimal text in one canonical form, to compare two numbers.

use std::cmp::Ordering;

/// The number `0.DIGITS × 10^exponent`, negative or not; zero has no digits. The digits neither begin nor end
/// with a zero, so that every number has exactly one form. An exponent of any size costs nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads `[+-]DIGITS[.DIGITS][e[+-]DIGITS]`; there must be a digit before or after the point.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }

        let significant = digits.trim_start_matches('0');
        let leading = i64::try_from(digits.len() - significant.len()).ok()?;
        let exponent = i64::try_from(whole.len()).ok()?.checked_add(exponent)?.checked_sub(leading)?;
        let significant = significant.trim_end_matches('0');
        if significant.is_empty() {
            return Some(Self { negative: false, digits: String::new(), exponent: 0 });
        }
        Some(Self { negative, digits: significant.to_owned(), exponent })
    }

    /// Every digit of a binary fraction; `None` if it is not finite.
    pub(super) fn of_float(value: f64) -> Option<Self> {
        // The smallest positive f64 has 1074 digits after the point; none has more.
        if value.is_finite() { Self::parse(&format!("{value:.1074}")) } else { None }
    }

    /// The whole number, if it may fit into a 64-bit integer.
    pub(super) fn to_integer(&self) -> Option<i128> {
        if self.digits.is_empty() {
            return Some(0);
        }
        let zeros = usize::try_from(self.exponent).ok()?.checked_sub(self.digits.len())?;
        // Twenty digits are more than 64 bits can hold.
        if zeros > 20 {
            return None;
        }
        let whole: i128 = format!("{}{}", self.digits, "0".repeat(zeros)).parse().ok()?;
        let fits = whole <= i128::from(u64::MAX) && (!self.negative || whole <= 1_i128 << 63);
        fits.then_some(if self.negative { -whole } else { whole })
    }

    /// Whether a binary fraction might equal this number: a fraction with a finite decimal form ends with a
    /// 5, and the range of f64 is limited.
    pub(super) fn may_be_binary(&self) -> bool {
        let whole = usize::try_from(self.exponent).is_ok_and(|exponent| exponent >= self.digits.len());
        self.exponent.abs() < 400 && (whole || self.digits.ends_with('5'))
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        // Zero is below every other magnitude whatever the exponents.
        (!self.digits.is_empty())
            .cmp(&!other.digits.is_empty())
            .then_with(|| self.exponent.cmp(&other.exponent))
            .then_with(|| self.digits.cmp(&other.digits))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    impl Decimal {
        /// The number as plain text, without an exponent if that is short.
        pub(in crate::plugin::value) fn to_text(&self) -> String {
            let sign = if self.negative { "-" } else { "" };
            let digits = &self.digits;
            if digits.is_empty() {
                return "0".to_owned();
            }
            match usize::try_from(self.exponent) {
                Ok(point) if point >= digits.len() && point <= 400 => {
                    format!("{sign}{digits}{}", "0".repeat(point - digits.len()))
                }
                Ok(point) if point > 0 && point < digits.len() => {
                    let (whole, fraction) = digits.split_at(point);
                    format!("{sign}{whole}.{fraction}")
                }
                _ => match usize::try_from(-self.exponent) {
                    Ok(zeros) if zeros <= 400 => format!("{sign}0.{}{digits}", "0".repeat(zeros)),
                    _ => format!("{sign}0.{digits}e{}", self.exponent),
                },
            }
        }
    }

    #[test]
    fn plain_text_has_every_digit() {
        for (text, plain) in [
            ("1200", "1200"),
            ("-1.250", "-1.25"),
            ("0.0010", "0.001"),
            ("12e3", "12000"),
            ("12e-3", "0.012"),
            ("000", "0"),
            ("+.5", "0.5"),
            ("5.", "5"),
            ("1e5000", "0.1e5001"),
            ("-1e-5000", "-0.1e-4999"),
        ] {
            assert_eq!(Decimal::parse(text).expect(text).to_text(), plain, "{text}");
        }
    }

    #[test]
    fn a_binary_fraction_shows_all_its_digits() {
        let tenth = Decimal::of_float(0.1).expect("finite").to_text();
        assert_eq!(tenth, "0.1000000000000000055511151231257827021181583404541015625");
        assert_eq!(Decimal::of_float(f64::INFINITY), None);
        assert_eq!(Decimal::of_float(f64::NAN), None);
        let smallest = Decimal::of_float(5e-324).expect("finite");
        assert_eq!(smallest.to_text().parse::<f64>(), Ok(5e-324));
    }
}
