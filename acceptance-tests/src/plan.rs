//! A saved plan, from `show -json`.

use serde_json::Value;

use crate::output::Output;

/// The changes of an apply.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The output of the `plan` command.
    pub output: Output,
    json: Value,
}

impl Plan {
    pub(crate) const fn new(output: Output, json: Value) -> Self {
        Self { output, json }
    }

    fn change(&self, address: &str) -> &Value {
        let all = self.json.get("resource_changes").and_then(Value::as_array);
        let found = all.into_iter().flatten().find(|one| one.get("address").is_some_and(|at| at == address));
        found.and_then(|one| one.get("change")).unwrap_or(&Value::Null)
    }

    /// The planned action there, such as `create`, `update`, `delete, create` or `no-op`; empty if nothing is
    /// planned at all.
    #[must_use]
    pub fn actions(&self, address: &str) -> String {
        let actions = self.change(address).get("actions").and_then(Value::as_array);
        let words = actions.into_iter().flatten().filter_map(Value::as_str);
        words.collect::<Vec<_>>().join(", ")
    }

    /// The attributes before.
    #[must_use]
    pub fn before(&self, address: &str) -> &Value {
        self.change(address).get("before").unwrap_or(&Value::Null)
    }

    /// The attributes after, as far as they are known.
    #[must_use]
    pub fn after(&self, address: &str) -> &Value {
        self.change(address).get("after").unwrap_or(&Value::Null)
    }

    /// Which attributes are known only after the apply: `true` in the place of each.
    #[must_use]
    pub fn unknown(&self, address: &str) -> &Value {
        self.change(address).get("after_unknown").unwrap_or(&Value::Null)
    }

    /// The value an output will have, as far as it is known.
    #[must_use]
    pub fn output_value(&self, name: &str) -> &Value {
        let outputs = self.json.get("planned_values").and_then(|values| values.get("outputs"));
        outputs.and_then(|outputs| outputs.get(name)?.get("value")).unwrap_or(&Value::Null)
    }

    /// The attributes that force a replacement, by their first names, sorted.
    #[must_use]
    pub fn replaced_by(&self, address: &str) -> Vec<&str> {
        let paths = self.change(address).get("replace_paths").and_then(Value::as_array);
        let mut names: Vec<_> =
            paths.into_iter().flatten().filter_map(|path| path.get(0)?.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether the refresh found the object at this address changed or gone.
    #[must_use]
    pub fn drifted(&self, address: &str) -> bool {
        let all = self.json.get("resource_drift").and_then(Value::as_array);
        all.into_iter().flatten().any(|one| one.get("address").is_some_and(|at| at == address))
    }
}
