//! The state file, read without the CLI.

use std::path::Path;

use serde_json::Value;

/// The objects in Terraform's state.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    resources: Vec<Instance>,
}

/// One object in it.
#[derive(Debug, Clone, PartialEq)]
struct Instance {
    address: String,
    kind: String,
    managed: bool,
    tainted: bool,
    attributes: Value,
}

impl State {
    /// Reads the state file of a directory; a missing file is an empty state.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(directory: &Path) -> Result<Self, String> {
        let path = directory.join("terraform.tfstate");
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(|error| format!("{}: {error}", path.display()))?,
        };
        let state: Value =
            serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self::parse(&state))
    }

    fn parse(state: &Value) -> Self {
        let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
        let mut resources = Vec::new();
        for resource in list(state.get("resources")) {
            let text = |name| resource.get(name).and_then(Value::as_str).unwrap_or_default();
            let module = text("module");
            let managed = text("mode") == "managed";
            let base = [module, if managed { "" } else { "data" }, text("type"), text("name")];
            let base = base.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".");
            for instance in list(resource.get("instances")) {
                let key = instance.get("index_key").map(|key| format!("[{key}]")).unwrap_or_default();
                resources.push(Instance {
                    address: format!("{base}{key}"),
                    kind: text("type").to_owned(),
                    managed,
                    tainted: instance.get("status").and_then(Value::as_str) == Some("tainted"),
                    attributes: instance.get("attributes").cloned().unwrap_or_default(),
                });
            }
        }
        Self { resources }
    }

    /// The attributes of a resource or data source, null if there is none at this address.
    #[must_use]
    pub fn attributes(&self, address: &str) -> &Value {
        self.resources.iter().find(|one| one.address == address).map_or(&Value::Null, |one| &one.attributes)
    }

    /// Whether the next apply replaces the object at this address because its creation failed.
    #[must_use]
    pub fn is_tainted(&self, address: &str) -> bool {
        self.resources.iter().any(|one| one.address == address && one.tainted)
    }

    /// The addresses of all managed objects.
    #[must_use]
    pub fn addresses(&self) -> Vec<&str> {
        self.resources.iter().filter(|one| one.managed).map(|one| one.address.as_str()).collect()
    }

    /// The ids of the managed resources whose types have this prefix, in lower case and sorted.
    #[must_use]
    pub fn ids(&self, prefix: &str) -> Vec<String> {
        let ours = self.resources.iter().filter(|one| one.managed && one.kind.starts_with(prefix));
        let id = |one: &Instance| one.attributes.get("id")?.as_str().map(str::to_ascii_lowercase);
        let mut ids: Vec<_> = ours.filter_map(id).collect();
        ids.sort();
        ids
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn instances_are_found_by_their_addresses() {
        let instance = |key: Value, id: &str| json!({"index_key": key, "attributes": {"id": id}});
        let state = State::parse(&json!({"resources": [
            {"mode": "managed", "type": "gallery_x", "name": "one", "instances": [
                {"attributes": {"id": "/B"}, "status": "tainted"}]},
            {"mode": "managed", "type": "gallery_x", "name": "all", "module": "module.m",
             "instances": [instance(json!("k"), "/A"), instance(json!(1), "/C")]},
            {"mode": "data", "type": "gallery_x", "name": "seen", "instances": [{"attributes": {"id": "/D"}}]},
            {"mode": "managed", "type": "terraform_data", "name": "t", "instances": [{"attributes": {"id": "x"}}]},
        ]}));
        assert_eq!(state.attributes("module.m.gallery_x.all[\"k\"]")["id"], "/A");
        assert_eq!(state.attributes("data.gallery_x.seen")["id"], "/D");
        assert_eq!(state.attributes("gallery_x.none"), &Value::Null);
        assert!(state.is_tainted("gallery_x.one"));
        assert_eq!(state.ids("gallery_"), ["/a", "/b", "/c"]);
        assert_eq!(state.addresses().len(), 4);
    }
}
