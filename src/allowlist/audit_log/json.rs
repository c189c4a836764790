//! Finds records inside JSON of any shape without building the value. A record is an object, or a text in one
//! (an event), or the row of a table; all of these may be in lists.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use super::fields::{FieldText, Fields, Groups, Member};
use super::{Reading, Record};

/// The nesting depth up to which texts with JSON are read.
const DEEPEST_TEXT: u8 = 4;

/// The receiver of the records.
pub(super) type OnFields<'f> = &'f mut dyn FnMut(Fields);

/// Reads JSON values one after the other until the log ends or something else than JSON follows. The caller
/// then reads the rest as lines.
pub(super) fn documents(
    log: &mut impl Read,
    reading: &mut Reading,
    on_record: &mut dyn FnMut(Record, &mut Reading),
) -> io::Result<()> {
    loop {
        let mut log = TrackingReader { log, has_content: false };
        let mut deserializer = serde_json::Deserializer::from_reader(&mut log);
        let mut elements = 0;
        let empty = EmptyElements::default();
        let result = {
            let mut on_fields = |fields: Fields| {
                elements += 1;
                if let Some(record) = fields.record() {
                    on_record(record, reading);
                }
            };
            let counting = Counting::Elements(&empty);
            RecordVisitor { depth: 0, counting, on_fields: &mut on_fields }.deserialize(&mut deserializer)
        };
        reading.lines += elements + empty.count.get();
        reading.is_table |= empty.is_list.get();
        reading.not_understood += empty.count.get();
        match result.map_err(|error| (error.classify(), error)) {
            Ok(_) => reading.not_understood += usize::from(elements == 0 && !empty.is_list.get()),
            Err((Category::Io, error)) => return Err(error.into()),
            Err((Category::Eof, _)) => {
                // If the input ends between two values, it is complete; inside a value, it is truncated.
                reading.truncated += usize::from(log.has_content);
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
struct TrackingReader<'r, R> {
    log: &'r mut R,
    has_content: bool,
}

impl<R: Read> Read for TrackingReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.log.read(buffer)?;
        self.has_content |= buffer.iter().take(length).any(|byte| !byte.is_ascii_whitespace());
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
pub(super) fn text(text: &str, depth: u8, on_fields: OnFields<'_>) -> Result<usize, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    RecordVisitor { depth, counting: Counting::Nothing, on_fields }.deserialize(&mut deserializer)
}

/// Elements of a list or rows of a table without a record.
#[derive(Debug, Default)]
struct EmptyElements {
    count: Cell<usize>,
    /// Whether there is a list or table.
    is_list: Cell<bool>,
}

impl EmptyElements {
    /// Counts an element that had this many records.
    fn add(&self, records: usize) {
        self.count.set(self.count.get() + usize::from(records == 0));
    }
}

/// How to count it if it has no record.
#[derive(Clone, Copy)]
enum Counting<'m> {
    Nothing,
    /// Elements of the list that a document is, or has as its `value`; rows of its tables.
    Elements(&'m EmptyElements),
    /// Rows of tables.
    Rows(&'m EmptyElements),
}

/// Visits a value; returns the number of its records.
struct RecordVisitor<'f> {
    depth: u8,
    counting: Counting<'f>,
    on_fields: OnFields<'f>,
}

impl<'de> DeserializeSeed<'de> for RecordVisitor<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for RecordVisitor<'_> {
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
                        (Member::Value, Counting::Elements(empty)) => Counting::Elements(empty),
                        (Member::Tables, Counting::Elements(empty)) => Counting::Rows(empty),
                        _ => Counting::Nothing,
                    };
                    let visitor =
                        RecordVisitor { depth: self.depth, counting, on_fields: &mut *self.on_fields };
                    inside += map.next_value_seed(visitor)?;
                }
                Member::Columns => {
                    columns = map.next_value::<Vec<Column>>().unwrap_or_default();
                }
                Member::Rows => {
                    inside += map.next_value_seed(Rows {
                        columns: &columns,
                        counting: self.counting,
                        on_fields: &mut *self.on_fields,
                    })?;
                }
                Member::UserGroups => fields.set_groups(map.next_value::<Groups>()?),
                member => fields.set(member, map.next_value::<FieldText>()?),
            }
        }
        if inside == 0 && fields.is_started() {
            (self.on_fields)(fields);
            inside = 1;
        }
        Ok(inside)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<usize, A::Error> {
        let mut inside = 0;
        let of_elements = match self.counting {
            Counting::Rows(empty) => Counting::Rows(empty),
            Counting::Nothing | Counting::Elements(_) => Counting::Nothing,
        };
        loop {
            let visitor =
                RecordVisitor { depth: self.depth, counting: of_elements, on_fields: &mut *self.on_fields };
            let Some(more) = list.next_element_seed(visitor)? else { break };
            inside += more;
            if let Counting::Elements(empty) = self.counting {
                empty.add(more);
            }
        }
        if let Counting::Elements(empty) | Counting::Rows(empty) = self.counting {
            empty.is_list.set(true);
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
        Ok(self::text(start, self.depth + 1, self.on_fields).unwrap_or_default())
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
    on_fields: OnFields<'f>,
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
        while let Some(row) = rows.next_element::<Vec<FieldText>>()? {
            let columns = self.columns.iter().map(|column| column.name.as_str());
            let more = row_of(columns, row.into_iter(), self.on_fields);
            inside += more;
            if let Counting::Elements(empty) | Counting::Rows(empty) = self.counting {
                empty.add(more);
            }
        }
        if let Counting::Elements(empty) | Counting::Rows(empty) = self.counting {
            empty.is_list.set(true);
        }
        Ok(inside)
    }
}

/// A row of values under the names of columns. A value may itself contain a record, if a column has the whole
/// event.
pub(super) fn row_of<'c>(
    columns: impl Iterator<Item = &'c str>,
    values: impl Iterator<Item = FieldText>,
    on_fields: OnFields<'_>,
) -> usize {
    let mut fields = Fields::default();
    let mut whole = None;
    for (column, value) in columns.zip(values) {
        match (Member::named(column), value) {
            (Member::Other, FieldText(Some(text))) if whole.is_none() && text.contains("processFullPath") => {
                whole = Some(text);
            }
            (member, value) => fields.set(member, value),
        }
    }
    if let Some(text) = whole {
        // An event does not have its time; its row does.
        let mut with_time = |inner: Fields| on_fields(inner.or_time_of(&fields));
        let visitor = RecordVisitor { depth: 1, counting: Counting::Nothing, on_fields: &mut with_time };
        let inside = visitor.visit_str::<serde_json::Error>(&text).unwrap_or_default();
        if inside > 0 {
            return inside;
        }
    }
    if !fields.is_started() {
        return 0;
    }
    on_fields(fields);
    1
}
