//! Lenient reading of JSON from services: null for absent members, null among entries.

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// The most entries of a list: far more than any version has, and few enough for memory.
const ENTRIES: usize = 50_000;

/// A list with at most this many entries, without the nulls among them.
struct Bounded<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Bounded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Vec<T>, A::Error> {
                let mut read = Vec::new();
                let mut count = 0;
                while let Some(entry) = entries.next_element::<Option<T>>()? {
                    count += 1;
                    if count > ENTRIES {
                        return Err(A::Error::custom(format!("a list has more than {ENTRIES} entries")));
                    }
                    read.extend(entry);
                }
                Ok(read)
            }
        }
        deserializer.deserialize_seq(Entries(PhantomData)).map(Self)
    }
}

/// A list that may be absent or null, and may contain nulls, which are dropped.
pub(crate) fn entries<'de, D, T>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let list: Option<Bounded<T>> = Option::deserialize(deserializer)?;
    Ok(list.map(|list| list.0))
}

/// The same if an absent list means an empty one.
pub(crate) fn entries_or_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    entries(deserializer).map(Option::unwrap_or_default)
}

/// A map of texts that may be null; a null value is read as an empty text.
pub(crate) fn texts<'de, D>(deserializer: D) -> Result<Option<BTreeMap<String, String>>, D::Error>
where
    D: Deserializer<'de>,
{
    let map: Option<BTreeMap<String, Option<String>>> = Option::deserialize(deserializer)?;
    Ok(map.map(|map| map.into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect()))
}

/// The same if an absent map means an empty one.
pub(crate) fn texts_or_empty<'de, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: Deserializer<'de>,
{
    texts(deserializer).map(Option::unwrap_or_default)
}

/// Any value that may be null for its default.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A number that may be null or have a fraction; anything else is read as absent, since it is only displayed.
pub(crate) fn whole_number<'de, D>(deserializer: D) -> Result<Option<i64>, D::Error>
where
    D: Deserializer<'de>,
{
    let value: Option<serde_json::Value> = Option::deserialize(deserializer)?;
    Ok(value.and_then(|value| value.as_i64().or_else(|| value.as_f64().map(|number| number.round() as i64))))
}
