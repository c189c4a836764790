//! When two values are equal, and an order that agrees with that.
//!
//! Sets are equal whatever the order of their elements; numbers are equal if they are the same number. The
//! order itself means nothing to a user; it serves to sort and to search.

use std::cmp::Ordering;

use super::Value;

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            // Values are mostly compared with unchanged copies of themselves.
            (Self::Set(a), Self::Set(b)) => a.len() == b.len() && (a == b || sorted(a) == sorted(b)),
            (Self::List(a), Self::List(b)) | (Self::Tuple(a), Self::Tuple(b)) => a == b,
            (Self::Map(a), Self::Map(b)) | (Self::Object(a), Self::Object(b)) => a == b,
            _ => self.cmp(other) == Ordering::Equal,
        }
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Unknown(a), Self::Unknown(b)) => a.cmp(b),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::List(a), Self::List(b)) | (Self::Tuple(a), Self::Tuple(b)) => a.cmp(b),
            (Self::Set(a), Self::Set(b)) => sorted(a).cmp(&sorted(b)),
            (Self::Map(a), Self::Map(b)) | (Self::Object(a), Self::Object(b)) => a.cmp(b),
            (Self::Dynamic(a), Self::Dynamic(b)) => a.cmp(b),
            _ => rank(self).cmp(&rank(other)),
        }
    }
}

fn sorted(elements: &[Value]) -> Vec<&Value> {
    let mut elements: Vec<_> = elements.iter().collect();
    elements.sort();
    elements
}

const fn rank(value: &Value) -> u8 {
    match value {
        Value::Unknown(_) => 0,
        Value::Null => 1,
        Value::Bool(_) => 2,
        Value::Number(_) => 3,
        Value::String(_) => 4,
        Value::List(_) => 5,
        Value::Set(_) => 6,
        Value::Tuple(_) => 7,
        Value::Map(_) => 8,
        Value::Object(_) => 9,
        Value::Dynamic(_) => 10,
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn sets_are_unordered_and_lists_are_ordered() {
        let (a, b) = (Value::from("a"), Value::from("b"));
        let nested = |elements: Vec<Value>| Value::Set(vec![Value::Set(elements), Value::Null]);
        assert_eq!(nested(vec![a.clone(), b.clone()]), nested(vec![b.clone(), a.clone()]));
        assert_ne!(Value::Set(vec![a.clone(), a.clone()]), Value::Set(vec![a.clone(), b.clone()]));
        assert_ne!(Value::List(vec![a.clone(), b.clone()]), Value::List(vec![b, a]));
    }

    #[test]
    fn values_of_different_kinds_differ() {
        assert_ne!(Value::Null, Value::unknown());
        assert_ne!(Value::List(vec![]), Value::Set(vec![]));
        assert_ne!(Value::from("1"), Value::from(1));
    }
}
