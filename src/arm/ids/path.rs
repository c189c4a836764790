//! Reading the path form of an id: which segments are fixed, which are names, and where it goes wrong.

use super::{
    GalleryName, IdError, IdKind, MachineKind, MachineName, NameError, ProfileName, ResourceGroupName,
    SubscriptionId, VersionName,
};
use std::str::FromStr;

/// The fixed words in order, each before a name (the provider's namespace counts as a name).
const SUBSCRIPTIONS: &str = "subscriptions";
const RESOURCE_GROUPS: &str = "resourceGroups";
const PROVIDERS: &str = "providers";
const NAMESPACE: &str = "Microsoft.Compute";
const GALLERIES: &str = "galleries";
const PROFILES: &str = "inVMAccessControlProfiles";
const VERSIONS: &str = "versions";
const MACHINES: &str = "virtualMachines";
const SCALE_SETS: &str = "virtualMachineScaleSets";

/// The other types of objects in a gallery, so that their ids are distinguished from a misspelt profile's.
const SIBLINGS: [&str; 3] = ["images", "applications", "scripts"];

/// The content of a machine's id.
pub(super) struct MachineParts {
    pub(super) subscription: SubscriptionId,
    pub(super) resource_group: ResourceGroupName,
    pub(super) kind: MachineKind,
    pub(super) name: MachineName,
}

/// The content of the id of a gallery or of something in it, as deep as it goes.
pub(super) struct Parts {
    pub(super) subscription: SubscriptionId,
    pub(super) resource_group: ResourceGroupName,
    pub(super) gallery: GalleryName,
    pub(super) profile: Option<ProfileName>,
    pub(super) version: Option<VersionName>,
}

/// What may follow the id.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    /// Nothing: the text is the id.
    None,
    /// The name of a portal page, such as `/overview`.
    PortalPage,
}

/// Takes the text from `/subscriptions` on and returns its parts, down to the requested kind.
pub(super) fn read(text: &str, expected: &IdKind, tail: Tail) -> Result<Parts, IdError> {
    let (mut reader, subscription, resource_group) = start(text, expected)?;
    reader.other_type(expected, tail)?;
    reader.word(NAMESPACE, "\"Microsoft.Compute\"")?;
    reader.word(GALLERIES, "\"galleries\"")?;
    let gallery = reader.name("the name of a gallery")?;

    let mut parts = Parts { subscription, resource_group, gallery, profile: None, version: None };
    let mut found = IdKind::Gallery;
    if reader.next_is(PROFILES) && reader.has_name_after() {
        reader.word(PROFILES, "\"inVMAccessControlProfiles\"")?;
        parts.profile = Some(reader.name("the name of a profile")?);
        found = IdKind::Profile;
        if reader.next_is(VERSIONS) && reader.has_name_after() {
            reader.word(VERSIONS, "\"versions\"")?;
            parts.version = Some(reader.name("the name of a version")?);
            found = IdKind::Version;
        }
    }
    if found == *expected && (tail == Tail::PortalPage || reader.peek().is_none()) {
        return Ok(parts);
    }
    Err(reader.wrong_end(expected, found, tail))
}

/// The same for the id of a virtual machine or scale set.
pub(super) fn read_machine(text: &str, tail: Tail) -> Result<MachineParts, IdError> {
    let expected = IdKind::Machine;
    let (mut reader, subscription, resource_group) = start(text, &expected)?;
    let rest = reader.segments.get(reader.position..).unwrap_or_default();
    let kind = match (rest.first(), rest.get(1)) {
        (Some(namespace), Some(word)) if namespace.eq_ignore_ascii_case(NAMESPACE) => {
            [(MACHINES, MachineKind::Machine), (SCALE_SETS, MachineKind::ScaleSet)]
                .into_iter()
                .find(|(collection, _)| collection.eq_ignore_ascii_case(word))
        }
        _ => None,
    };
    let is_whole = rest.len() == 3 || (rest.len() > 3 && tail == Tail::PortalPage);
    match kind {
        Some((collection, kind)) if is_whole => {
            reader.word(NAMESPACE, "\"Microsoft.Compute\"")?;
            reader.word(collection, "\"virtualMachines\"")?;
            let name = reader.name("the name of a machine")?;
            Ok(MachineParts { subscription, resource_group, kind, name })
        }
        // The id of something else: a gallery, an extension, an instance of a scale set.
        _ if rest.len() >= 3 && rest.len() % 2 == 1 && rest.first().is_some_and(|word| !word.is_empty()) => {
            Err(IdError::Kind { expected, found: kind_of(rest), shape: reader.shape })
        }
        Some(_) if rest.len() > 3 => {
            let found = rest.get(3).copied().unwrap_or_default().to_owned();
            Err(IdError::Trailing { position: reader.position + 4, found, shape: reader.shape })
        }
        _ => {
            reader.word(NAMESPACE, "\"Microsoft.Compute\"")?;
            if kind.is_none() {
                reader.word(MACHINES, "\"virtualMachines\" and the name of a machine")?;
            } else {
                reader.position += 1;
            }
            let position = reader.position;
            Err(IdError::Ends { position, expected: "the name of a machine", shape: reader.shape })
        }
    }
}

/// The kind of an id with these segments after `/providers/`.
fn kind_of(from_namespace: &[&str]) -> IdKind {
    let is = |at: usize, word: &str| from_namespace.get(at).is_some_and(|one| one.eq_ignore_ascii_case(word));
    if !is(0, NAMESPACE) || !is(1, GALLERIES) {
        return IdKind::Other(type_of(from_namespace));
    }
    match from_namespace.len() {
        3 => IdKind::Gallery,
        5 if is(3, PROFILES) => IdKind::Profile,
        7 if is(3, PROFILES) && is(5, VERSIONS) => IdKind::Version,
        _ => IdKind::Other(type_of(from_namespace)),
    }
}

/// Reads an id up to `/providers/`.
fn start<'a>(
    text: &'a str,
    expected: &IdKind,
) -> Result<(Reader<'a>, SubscriptionId, ResourceGroupName), IdError> {
    let shape = shape(expected);
    let Some(inner) = text.strip_prefix('/') else {
        return Err(IdError::Start { found: beginning(text), shape });
    };
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let mut reader = Reader { segments: inner.split('/').collect(), position: 0, shape };

    if !reader.peek().is_some_and(|word| word.eq_ignore_ascii_case(SUBSCRIPTIONS)) {
        return Err(IdError::Start { found: beginning(text), shape });
    }
    reader.word(SUBSCRIPTIONS, "a subscription id")?;
    let subscription = reader.name("a subscription id")?;
    reader.ends_early(expected, IdKind::Subscription)?;
    reader.word(RESOURCE_GROUPS, "\"resourceGroups\"")?;
    let resource_group = reader.name("the name of a resource group")?;
    reader.ends_early(expected, IdKind::ResourceGroup)?;
    reader.word(PROVIDERS, "\"providers\"")?;
    Ok((reader, subscription, resource_group))
}

/// The canonical shape of each id, for messages.
pub(super) fn shape(kind: &IdKind) -> &'static str {
    match kind {
        IdKind::Gallery => {
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/galleries/{gallery}"
        }
        IdKind::Profile => {
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/galleries/{gallery}\
             /inVMAccessControlProfiles/{profile}"
        }
        IdKind::Machine => {
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{name}"
        }
        _ => {
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/galleries/{gallery}\
             /inVMAccessControlProfiles/{profile}/versions/{version}"
        }
    }
}

/// Enough of a text to recognise it.
pub(super) fn beginning(text: &str) -> String {
    let mut start: String = text.chars().take(40).collect();
    if start.len() < text.len() {
        start.push_str("...");
    }
    start
}

struct Reader<'a> {
    segments: Vec<&'a str>,
    position: usize,
    shape: &'static str,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.segments.get(self.position).copied()
    }

    fn next_is(&self, word: &str) -> bool {
        self.peek().is_some_and(|segment| segment.eq_ignore_ascii_case(word))
    }

    fn has_name_after(&self) -> bool {
        self.segments.get(self.position + 1).is_some()
    }

    fn take(&mut self, expected: &'static str) -> Result<&'a str, IdError> {
        let segment =
            self.peek().ok_or(IdError::Ends { position: self.position, expected, shape: self.shape })?;
        self.position += 1;
        Ok(segment)
    }

    fn word(&mut self, word: &'static str, expected: &'static str) -> Result<(), IdError> {
        let found = self.take(expected)?;
        if found.eq_ignore_ascii_case(word) {
            return Ok(());
        }
        Err(IdError::Segment {
            position: self.position,
            found: found.to_owned(),
            expected: word,
            shape: self.shape,
        })
    }

    fn name<N: FromStr<Err = NameError>>(&mut self, expected: &'static str) -> Result<N, IdError> {
        let text = self.take(expected)?;
        text.parse().map_err(|error| IdError::Name { position: self.position, error })
    }

    /// An id that ends at a subscription or group is valid, but of the wrong kind.
    fn ends_early(&self, expected: &IdKind, found: IdKind) -> Result<(), IdError> {
        match self.peek() {
            Some(_) => Ok(()),
            None => Err(IdError::Kind { expected: expected.clone(), found, shape: self.shape }),
        }
    }

    /// An id of another type than `Microsoft.Compute/galleries` is described by its type.
    fn other_type(&self, expected: &IdKind, tail: Tail) -> Result<(), IdError> {
        let rest = self.segments.get(self.position..).unwrap_or_default();
        let (Some(namespace), Some(first)) = (rest.first(), rest.get(1)) else { return Ok(()) };
        let ours = namespace.eq_ignore_ascii_case(NAMESPACE) && first.eq_ignore_ascii_case(GALLERIES);
        if ours || namespace.is_empty() || rest.len() < 3 || (rest.len() % 2 == 0 && tail == Tail::None) {
            return Ok(());
        }
        Err(IdError::Kind {
            expected: expected.clone(),
            found: IdKind::Other(type_of(rest)),
            shape: self.shape,
        })
    }

    /// The id was read as deep as it goes, to `found`, but that is not all or not the requested kind.
    fn wrong_end(&self, expected: &IdKind, found: IdKind, tail: Tail) -> IdError {
        let shape = self.shape;
        let wrong_kind = |found| IdError::Kind { expected: expected.clone(), found, shape };
        let (next_word, next) = match found {
            IdKind::Gallery => (PROFILES, "\"inVMAccessControlProfiles\" and the name of a profile"),
            IdKind::Profile => (VERSIONS, "\"versions\" and the name of a version"),
            _ => ("", ""),
        };
        let rest = self.segments.get(self.position..).unwrap_or_default();
        let Some(segment) = rest.first().filter(|_| tail == Tail::None) else { return wrong_kind(found) };
        if segment.eq_ignore_ascii_case(next_word) {
            return IdError::Ends { position: self.position + 1, expected: next, shape };
        }
        let is_sibling = SIBLINGS.iter().any(|word| segment.eq_ignore_ascii_case(word));
        let has_name = rest.len() % 2 == 0;
        if has_name && (found == *expected || (is_sibling && found == IdKind::Gallery)) {
            return wrong_kind(IdKind::Other(type_of(self.segments.get(5..).unwrap_or_default())));
        }
        let position = self.position + 1;
        let found_text = (*segment).to_owned();
        if found == *expected {
            return IdError::Trailing { position, found: found_text, shape };
        }
        if expected.depth() < found.depth() {
            return wrong_kind(found);
        }
        IdError::Segment { position, found: found_text, expected: next_word, shape }
    }
}

/// Builds `Microsoft.Compute/galleries/images` from the segments from the namespace on.
fn type_of(from_namespace: &[&str]) -> String {
    let types = from_namespace.iter().skip(1).step_by(2);
    from_namespace.iter().take(1).chain(types).copied().collect::<Vec<_>>().join("/")
}
