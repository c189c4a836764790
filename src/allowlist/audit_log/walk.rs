//! Finds records inside JSON of any shape without building the value: an object that is a record, an object
//! with a text that contains one (an event), a table of columns and rows, and lists of any of them.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use super::fields::{Fields, Groups, Member, Text};
use super::{Reading, Record};

/// The nesting depth up to which texts with JSON are read.
const DEEPEST_TEXT: u8 = 4;

/// The receiver of the records.
pub(super) type Found<'f> = &'f mut dyn FnMut(Fields);

/// Reads JSON values one after the other until the log ends or something else than JSON follows. The caller
/// then reads the rest as lines.
pub(super) fn documents(
    log: &mut impl Read,
    reading: &mut Reading,
    found: &mut dyn FnMut(Record, &mut Reading),
) -> io::Result<()> {
    loop {
        let mut log = Noting { log, seen: false };
        let mut deserializer = serde_json::Deserializer::from_reader(&mut log);
        let mut elements = 0;
        let missed = Missed::default();
        let walked = {
            let mut each = |fields: Fields| {
                elements += 1;
                if let Some(record) = fields.record() {
                    found(record, reading);
                }
            };
            let counting = Counting::Elements(&missed);
            Walk { depth: 0, counting, found: &mut each }.deserialize(&mut deserializer)
        };
        reading.lines += elements + missed.count.get();
        reading.is_table |= missed.is_list.get();
        reading.not_understood += missed.count.get();
        match walked.map_err(|error| (error.classify(), error)) {
            Ok(_) => reading.not_understood += usize::from(elements == 0 && !missed.is_list.get()),
            Err((Category::Io, error)) => return Err(error.into()),
            Err((Category::Eof, _)) => {
                // If the input ends between two values, it is complete; inside a value, it is truncated.
                reading.truncated += usize::from(log.seen);
                return Ok(());
            }
            Err((Category::Syntax | Category::Data, _)) => {
                reading.malformed += 1;
                return Ok(());
            }
        }
    }
}

/// A reader that records whether it has read anything but blanks.
struct Noting<'r, R> {
    log: &'r mut R,
    seen: bool,
}

impl<R: Read> Read for Noting<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.log.read(buffer)?;
        self.seen |= buffer.iter().take(length).any(|byte| !byte.is_ascii_whitespace());
        Ok(length)
    }
}

/// Whether a complete JSON object has records in a list or table, as opposed to a record or event.
pub(super) fn is_container(text: &[u8]) -> bool {
    let value: Result<serde_json::Map<String, serde_json::Value>, _> = serde_json::from_slice(text);
    value.is_ok_and(|object| {
        ["tables", "value", "rows"].iter().any(|name| object.get(*name).is_some_and(|v| v.is_array()))
    })
}

/// Finds records in the JSON value at the beginning of a text and ignores the rest. Returns their number.
pub(super) fn text(text: &str, depth: u8, found: Found<'_>) -> Result<usize, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Walk { depth, counting: Counting::Nothing, found }.deserialize(&mut deserializer)
}

/// Elements of a list or rows of a table without a record.
#[derive(Debug, Default)]
struct Missed {
    count: Cell<usize>,
    /// Whether there is a list or table.
    is_list: Cell<bool>,
}

impl Missed {
    /// Counts an element that had this many records.
    fn element(&self, records: usize) {
        self.count.set(self.count.get() + usize::from(records == 0));
    }
}

/// How to count it if it has no record.
#[derive(Clone, Copy)]
enum Counting<'m> {
    Nothing,
    /// Elements of the list that a document is, or has as its `value`; rows of its tables.
    Elements(&'m Missed),
    /// Rows of tables.
    Rows(&'m Missed),
}

/// Visits a value; returns the number of its records.
struct Walk<'f> {
    depth: u8,
    counting: Counting<'f>,
    found: Found<'f>,
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<usize, A::Error> {
        let mut fields = Fields::default();
        let mut columns = Vec::new();
        let mut inside = 0;
        while let Some(member) = map.next_key::<Member>()? {
            match member {
                // An event has the same in several members; the first is enough.
                _ if inside > 0 => {
                    map.next_value::<IgnoredAny>()?;
                }
                Member::Other | Member::Value | Member::Tables => {
                    let counting = match (member, self.counting) {
                        (Member::Value, Counting::Elements(missed)) => Counting::Elements(missed),
                        (Member::Tables, Counting::Elements(missed)) => Counting::Rows(missed),
                        _ => Counting::Nothing,
                    };
                    let walk = Walk { depth: self.depth, counting, found: &mut *self.found };
                    inside += map.next_value_seed(walk)?;
                }
                Member::Columns => {
                    columns = map.next_value::<Vec<Column>>().unwrap_or_default();
                }
                Member::Rows => {
                    inside += map.next_value_seed(Rows {
                        columns: &columns,
                        counting: self.counting,
                        found: &mut *self.found,
                    })?;
                }
                Member::UserGroups => fields.set_groups(map.next_value::<Groups>()?),
                member => fields.set(member, map.next_value::<Text>()?),
            }
        }
        if inside == 0 && fields.is_started() {
            (self.found)(fields);
            inside = 1;
        }
        Ok(inside)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<usize, A::Error> {
        let mut inside = 0;
        let of_elements = match self.counting {
            Counting::Rows(missed) => Counting::Rows(missed),
            Counting::Nothing | Counting::Elements(_) => Counting::Nothing,
        };
        loop {
            let walk = Walk { depth: self.depth, counting: of_elements, found: &mut *self.found };
            let Some(more) = list.next_element_seed(walk)? else { break };
            inside += more;
            if let Counting::Elements(missed) = self.counting {
                missed.element(more);
            }
        }
        if let Counting::Elements(missed) | Counting::Rows(missed) = self.counting {
            missed.is_list.set(true);
        }
        Ok(inside)
    }

    /// A text that may contain a record, bare or in the XML of an event.
    fn visit_str<E>(self, text: &str) -> Result<usize, E> {
        if self.depth >= DEEPEST_TEXT || !text.contains("processFullPath") {
            return Ok(0);
        }
        let plain;
        let text = if text.contains("&quot;") {
            plain =
                text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            &plain
        } else {
            text
        };
        let start = text.find('{').and_then(|start| text.get(start..)).unwrap_or_default();
        Ok(self::text(start, self.depth + 1, self.found).unwrap_or_default())
    }

    fn visit_bool<E>(self, _: bool) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_u64<E>(self, _: u64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_i64<E>(self, _: i64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_f64<E>(self, _: f64) -> Result<usize, E> {
        Ok(0)
    }

    fn visit_unit<E>(self) -> Result<usize, E> {
        Ok(0)
    }
}

/// A column of a table, of which only the name matters.
#[derive(serde::Deserialize)]
struct Column {
    name: String,
}

/// The rows of a table.
struct Rows<'f> {
    columns: &'f [Column],
    counting: Counting<'f>,
    found: Found<'f>,
}

impl<'de> DeserializeSeed<'de> for Rows<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the rows of a table")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<usize, A::Error> {
        let mut inside = 0;
        while let Some(row) = rows.next_element::<Vec<Text>>()? {
            let columns = self.columns.iter().map(|column| column.name.as_str());
            let more = row_of(columns, row.into_iter(), self.found);
            inside += more;
            if let Counting::Elements(missed) | Counting::Rows(missed) = self.counting {
                missed.element(more);
            }
        }
        if let Counting::Elements(missed) | Counting::Rows(missed) = self.counting {
            missed.is_list.set(true);
        }
        Ok(inside)
    }
}

/// A row of values under the names of columns. A value may itself contain a record, if a column has the whole
/// event.
pub(super) fn row_of<'c>(
    columns: impl Iterator<Item = &'c str>,
    values: impl Iterator<Item = Text>,
    found: Found<'_>,
) -> usize {
    let mut fields = Fields::default();
    let mut whole = None;
    for (column, value) in columns.zip(values) {
        match (Member::named(column), value) {
            (Member::Other, Text(Some(text))) if whole.is_none() && text.contains("processFullPath") => {
                whole = Some(text);
            }
            (member, value) => fields.set(member, value),
        }
    }
    if let Some(text) = whole {
        // An event does not have its time; its row does.
        let mut with_time = |inner: Fields| found(inner.or_at(&fields));
        let walk = Walk { depth: 1, counting: Counting::Nothing, found: &mut with_time };
        let inside = walk.visit_str::<serde_json::Error>(&text).unwrap_or_default();
        if inside > 0 {
            return inside;
        }
    }
    if !fields.is_started() {
        return 0;
    }
    found(fields);
    1
}
