//! The place of a value in a configuration or a state.

use std::fmt;

/// One step from a value to a value inside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// An attribute or nested block of an object.
    Attribute(String),
    /// An element of a map.
    Key(String),
    /// An element of a list or tuple.
    Index(i64),
}

/// A path from the root of a resource, data source or provider block to a value inside it. Empty: the whole block.
///
/// Terraform has no step into a set: a path ends at the set itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Vec<Step>);

impl Path {
    /// The whole block.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The path of a top-level attribute or block.
    #[must_use]
    pub fn attribute(name: impl Into<String>) -> Self {
        Self::root().with_attribute(name)
    }

    /// This path, extended by an attribute.
    #[must_use]
    pub fn with_attribute(&self, name: impl Into<String>) -> Self {
        self.with(Step::Attribute(name.into()))
    }

    /// This path, extended by a map element.
    #[must_use]
    pub fn with_key(&self, key: impl Into<String>) -> Self {
        self.with(Step::Key(key.into()))
    }

    /// This path, extended by a list element.
    #[must_use]
    pub fn with_index(&self, index: i64) -> Self {
        self.with(Step::Index(index))
    }

    /// This path, extended by one step.
    #[must_use]
    pub fn with(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }

    /// The steps, outermost first.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the whole block.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Path {
    /// In the format of Terraform's own messages: `rules.privileges["token"].path`, `list[0]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn a_path_reads_as_terraform_writes_it() {
        let path =
            Path::attribute("rules").with_attribute("privileges").with_key("to\"ken").with_attribute("path");
        assert_eq!(path.to_string(), r#"rules.privileges["to\"ken"].path"#);
        assert_eq!(Path::attribute("list").with_index(0).to_string(), "list[0]");
        assert_eq!(Path::root().to_string(), "");
    }
}
