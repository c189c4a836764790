//! Ids of the resources here. They compare without case and keep their original spelling.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// A resource group.
    Group,
    /// A gallery.
    Gallery,
    /// An in-VM access control profile.
    Profile,
    /// A version of one.
    Version,
    /// A virtual machine.
    Machine,
    /// A virtual machine scale set.
    ScaleSet,
    /// An instance of one.
    Instance,
}

impl Kind {
    /// The type, as Azure Resource Manager knows it.
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Group => "Microsoft.Resources/resourceGroups",
            Self::Gallery => "Microsoft.Compute/galleries",
            Self::Profile => "Microsoft.Compute/galleries/inVMAccessControlProfiles",
            Self::Version => "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions",
            Self::Machine => "Microsoft.Compute/virtualMachines",
            Self::ScaleSet => "Microsoft.Compute/virtualMachineScaleSets",
            Self::Instance => "Microsoft.Compute/virtualMachineScaleSets/virtualMachines",
        }
    }

    /// Whether it is a machine, a scale set or an instance of one.
    pub fn is_machine(self) -> bool {
        matches!(self, Self::Machine | Self::ScaleSet | Self::Instance)
    }

    /// The value of `type` in the Compute provider's responses: a version has its profile's (recorded).
    pub fn answered_type(self) -> &'static str {
        if self == Self::Version { Self::Profile.type_name() } else { self.type_name() }
    }

    /// The type without its namespace, as error texts name it.
    pub fn nested_name(self) -> &'static str {
        let full = self.type_name();
        full.split_once('/').map_or(full, |(_, nested)| nested)
    }
}

/// The kind of the first name in a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Family {
    /// A gallery.
    #[default]
    Gallery,
    /// A virtual machine.
    Machine,
    /// A scale set.
    ScaleSet,
}

impl Family {
    /// The path's literal segments between the names.
    fn collections(self) -> &'static [&'static str] {
        match self {
            Self::Gallery => &["galleries", "inVMAccessControlProfiles", "versions"],
            Self::Machine => &["virtualMachines"],
            Self::ScaleSet => &["virtualMachineScaleSets", "virtualMachines"],
        }
    }

    fn of(collection: &str) -> Option<Self> {
        [Self::Gallery, Self::Machine, Self::ScaleSet].into_iter().find(|family| {
            family.collections().first().is_some_and(|one| one.eq_ignore_ascii_case(collection))
        })
    }
}

/// The id of a resource group or of something in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResourceId {
    /// The subscription.
    pub subscription: String,
    /// The resource group.
    pub group: String,
    /// The kind of the first of the names.
    #[serde(default)]
    pub family: Family,
    /// Gallery, profile and version, as far as the id has them; or machine; or scale set and instance.
    pub names: Vec<String>,
}

impl ResourceId {
    /// The id of a resource group.
    pub fn of_group(subscription: &str, group: &str) -> Self {
        Self {
            subscription: subscription.to_owned(),
            group: group.to_owned(),
            family: Family::default(),
            names: Vec::new(),
        }
    }

    /// Reads the decoded segments of a path; `None` if they are not an id of a kind here.
    pub fn from_segments(segments: &[String]) -> Option<Self> {
        let mut rest = segments.iter().map(String::as_str);
        if !rest.next()?.eq_ignore_ascii_case("subscriptions") {
            return None;
        }
        let subscription = rest.next()?.to_owned();
        if !rest.next()?.eq_ignore_ascii_case("resourceGroups") {
            return None;
        }
        let mut id = Self::of_group(&subscription, rest.next()?);
        let Some(providers) = rest.next() else { return Some(id) };
        if !providers.eq_ignore_ascii_case("providers")
            || !rest.next()?.eq_ignore_ascii_case("Microsoft.Compute")
        {
            return None;
        }
        let mut rest = rest.peekable();
        id.family = Family::of(rest.peek()?)?;
        for collection in id.family.collections() {
            match rest.next() {
                None if !id.names.is_empty() => return Some(id),
                Some(found) if found.eq_ignore_ascii_case(collection) => {
                    id.names.push(rest.next()?.to_owned())
                }
                _ => return None,
            }
        }
        rest.next().is_none().then_some(id)
    }

    /// Reads an id written as a path.
    pub fn parse(path: &str) -> Option<Self> {
        let segments: Vec<String> =
            path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
        Self::from_segments(&segments)
    }

    /// The kind of the object.
    pub fn kind(&self) -> Kind {
        match (self.family, self.names.len()) {
            (_, 0) => Kind::Group,
            (Family::Gallery, 1) => Kind::Gallery,
            (Family::Gallery, 2) => Kind::Profile,
            (Family::Gallery, _) => Kind::Version,
            (Family::Machine, _) => Kind::Machine,
            (Family::ScaleSet, 1) => Kind::ScaleSet,
            (Family::ScaleSet, _) => Kind::Instance,
        }
    }

    /// The last name.
    pub fn name(&self) -> &str {
        self.names.last().unwrap_or(&self.group)
    }

    /// The parent; a resource group has none.
    pub fn parent(&self) -> Option<Self> {
        let (_, names) = self.names.split_last()?;
        Some(Self { names: names.to_vec(), ..self.clone() })
    }

    /// The id of a child called `name`.
    pub fn child(&self, name: &str) -> Self {
        let mut child = self.clone();
        child.names.push(name.to_owned());
        child
    }

    /// The id of the gallery that this one is in, or is.
    pub fn gallery(&self) -> Option<Self> {
        let first = self.names.first().filter(|_| self.family == Family::Gallery)?;
        Some(Self { names: vec![first.clone()], ..self.clone() })
    }

    /// The id as ARM writes it.
    pub fn path(&self) -> String {
        let group = format!("/subscriptions/{}/resourceGroups/{}", self.subscription, self.group);
        match self.path_in_group() {
            nested if nested.is_empty() => group,
            nested => format!("{group}/providers/{nested}"),
        }
    }

    /// The part after the group: `Microsoft.Compute/galleries/g/...`, empty for a group.
    pub fn path_in_group(&self) -> String {
        if self.names.is_empty() {
            return String::new();
        }
        let nested: Vec<String> = self
            .family
            .collections()
            .iter()
            .zip(&self.names)
            .map(|(collection, name)| format!("{collection}/{name}"))
            .collect();
        format!("Microsoft.Compute/{}", nested.join("/"))
    }

    /// The common spelling of equal ids.
    pub fn key(&self) -> String {
        self.path().to_lowercase()
    }

    /// The prefix of the keys of everything inside.
    pub fn inside(&self) -> String {
        self.key() + "/"
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "/subscriptions/s/resourcegroups/RG/providers/microsoft.compute/Galleries/g.1/\
                           InVMAccessControlProfiles/P/VERSIONS/1.0.0";

    #[test]
    fn ids_are_read_in_any_case_and_names_keep_theirs() {
        let id = ResourceId::parse(VERSION).unwrap();
        assert_eq!(id.kind(), Kind::Version);
        assert_eq!(
            id.path(),
            "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Compute/galleries/g.1/inVMAccessControlProfiles/P\
             /versions/1.0.0"
        );
        assert_eq!(id.key(), ResourceId::parse(&VERSION.to_uppercase()).unwrap().key());
        assert_eq!(id.parent().unwrap().name(), "P");
        assert_eq!(id.gallery().unwrap().name(), "g.1");
    }

    #[test]
    fn machines_and_scale_sets_have_ids_too() {
        for (path, kind) in [
            ("virtualMachines/vm", Kind::Machine),
            ("virtualMachineScaleSets/set", Kind::ScaleSet),
            ("virtualMachineScaleSets/set/virtualMachines/0", Kind::Instance),
        ] {
            let path = format!("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/{path}");
            let id = ResourceId::parse(&path.to_uppercase()).unwrap();
            assert_eq!(id.kind(), kind);
            assert_eq!(ResourceId::parse(&path).unwrap().path(), path);
            assert_eq!(id.key(), path.to_lowercase());
            assert!(id.gallery().is_none());
        }
    }

    #[test]
    fn other_paths_are_not_read_as_ids() {
        for path in [
            "",
            "/subscriptions/s",
            "/subscriptions/s/resourceGroups",
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute",
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries",
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/galleries/g",
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/images/i",
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines",
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/v/extensions/e",
            "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/disks/d",
        ] {
            assert!(ResourceId::parse(path).is_none(), "{path}");
        }
        assert!(ResourceId::parse(&format!("{VERSION}/x")).is_none());
    }
}
