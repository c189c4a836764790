//! The operations that exist, against which wildcards are expanded.

use super::reading::{FoldedFields, ReadError, wrong_kind};
use super::{Operation, Plane};
use serde_json::Value;
use std::collections::HashMap;

/// One operation of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueEntry {
    /// The operation's name, in the first spelling the catalogue used.
    pub operation: Operation,
    /// Its plane; `None` if the catalogue was a bare list of names.
    pub plane: Option<Plane>,
}

impl CatalogueEntry {
    /// The plane of the operation: the one in the catalogue, or the known one for its name, otherwise the
    /// control plane.
    pub fn effective_plane(&self) -> Plane {
        self.plane.or_else(|| Plane::well_known(&self.operation)).unwrap_or(Plane::Control)
    }
}

/// A set of operations. Azure lists them at two levels and repeats names in varying case; here each name of a
/// plane occurs once.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    entries: Vec<CatalogueEntry>,
    index: HashMap<(String, Option<Plane>), usize>,
}

/// The lists that may contain operations or their containers, in every shape that [`Catalogue::from_json`]
/// reads.
const CONTAINERS: [&str; 4] = ["operations", "resourceTypes", "value", "names"];

impl Catalogue {
    /// Takes entries; of equal ones the first is kept.
    pub fn new(entries: impl IntoIterator<Item = CatalogueEntry>) -> Self {
        let mut catalogue = Self::default();
        for entry in entries {
            catalogue.insert(entry);
        }
        catalogue
    }

    /// Reads a catalogue from JSON, in one of these forms:
    /// - the provider operations of ARM: `operations` and `resourceTypes`, alone or under `value`;
    /// - a provider's own operations list;
    /// - our data source, or its `operations` alone;
    /// - a plain list of names.
    ///
    /// `isDataAction` and `is_data_action` are both read. Entries that are not operation names are skipped,
    /// since one odd name must not hide the other ten thousand.
    pub fn from_json(value: &Value) -> Result<Self, ReadError> {
        let mut catalogue = Self::default();
        catalogue.read(value, "catalogue")?;
        Ok(catalogue)
    }

    /// All entries, in the order they were read.
    pub fn entries(&self) -> &[CatalogueEntry] {
        &self.entries
    }

    /// How many operations there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn insert(&mut self, entry: CatalogueEntry) {
        let key = (entry.operation.folded().to_owned(), entry.plane);
        if let std::collections::hash_map::Entry::Vacant(vacant) = self.index.entry(key) {
            vacant.insert(self.entries.len());
            self.entries.push(entry);
        }
    }

    fn read(&mut self, value: &Value, path: &str) -> Result<(), ReadError> {
        match value {
            Value::String(name) => {
                self.read_name(name, None);
                Ok(())
            }
            Value::Array(items) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, item)| self.read(item, &format!("{path}[{index}]"))),
            Value::Object(map) => self.read_object(FoldedFields::new(map, path)),
            other => Err(wrong_kind(path, "operations", other)),
        }
    }

    /// An object is a container if it has one of the container lists, otherwise an operation. Our data source
    /// has `operations` and `names`; the names alone would repeat it without the planes.
    fn read_object(&mut self, fields: FoldedFields<'_>) -> Result<(), ReadError> {
        let mut is_container = false;
        let mut has_operations = false;
        for key in CONTAINERS {
            let Some(inner @ Value::Array(_)) = fields.get(key)? else { continue };
            is_container = true;
            if key == "names" && has_operations {
                continue;
            }
            has_operations |= key == "operations";
            self.read(inner, &fields.path_to(key))?;
        }
        if is_container {
            return Ok(());
        }
        let Some(name) = fields.text("name")? else {
            return Err(ReadError::new(
                &fields.path_to("name"),
                "an operation has a `name`, a list of them is under `operations`, `resourceTypes` or `value`",
            ));
        };
        let plane = fields.boolean("isDataAction")?.map(Plane::of);
        self.read_name(name, Some(plane.unwrap_or(Plane::Control)));
        Ok(())
    }

    fn read_name(&mut self, name: &str, plane: Option<Plane>) {
        if let Ok(operation) = Operation::new(name) {
            self.insert(CatalogueEntry { operation, plane });
        }
    }
}
