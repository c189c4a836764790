//! The objects, the writes that still run on them, and the effect of time on both.

use std::collections::BTreeMap;
use std::ops::Bound;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::arm::id::{Kind, ResourceId};
use crate::arm::operation::Operation;
use crate::clock::Millis;

/// How an operation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// As requested.
    Succeeded,
    /// With an error.
    Failed,
    /// Cancelled.
    Canceled,
}

impl Ending {
    /// The word of an operation's `status`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Canceled => "Canceled",
        }
    }
}

/// The kind of a running write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WriteKind {
    /// Makes the object.
    Create,
    /// Changes it.
    Update,
    /// Removes it.
    Delete,
}

impl WriteKind {
    /// The `provisioningState` meanwhile.
    pub fn state(self) -> &'static str {
        match self {
            Self::Create => "Creating",
            Self::Update => "Updating",
            Self::Delete => "Deleting",
        }
    }
}

/// A write that has not ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pending {
    /// Its operation.
    pub operation: String,
    /// Its kind.
    pub work: WriteKind,
    /// When the object changes for good.
    pub ends: Millis,
    /// How.
    pub ending: Ending,
    /// How long the parent still counts a deleted object.
    pub lag: Millis,
    /// Whether a create that fails removes the object again.
    #[serde(default)]
    pub leaves_nothing: bool,
}

impl Pending {
    /// The write of this operation.
    pub fn of(operation: &Operation, work: WriteKind) -> Self {
        Self {
            operation: operation.name.clone(),
            work,
            ends: operation.ends,
            ending: operation.ending,
            lag: 0,
            leaves_nothing: false,
        }
    }
}

/// A resource.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Object {
    /// Its id, as it was first written.
    pub id: ResourceId,
    /// `location`, `tags`, `properties` and the like, without the members that the service adds.
    pub body: Map<String, Value>,
    /// `provisioningState`.
    pub state: String,
    /// When it was created.
    pub created: Millis,
    /// When it was last written.
    pub modified: Millis,
    /// Who created it.
    pub creator: String,
    /// The write that runs on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// The model of an instance of a scale set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Value>,
}

impl Object {
    /// A finished object.
    pub fn new(id: ResourceId, body: Map<String, Value>, now: Millis, creator: &str) -> Self {
        Self {
            id,
            body,
            state: "Succeeded".to_owned(),
            created: now,
            modified: now,
            creator: creator.to_owned(),
            pending: None,
            model: None,
        }
    }

    /// The `location` of the body.
    pub fn location(&self) -> &str {
        self.body.get("location").and_then(Value::as_str).unwrap_or("")
    }

    /// The `properties` of the body.
    pub fn properties(&self) -> Option<&Map<String, Value>> {
        self.body.get("properties").and_then(Value::as_object)
    }
}

/// A deleted object that its parent still counts.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Ghost {
    id: ResourceId,
    until: Millis,
}

/// All objects, found by id without case.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Store {
    objects: BTreeMap<String, Object>,
    ghosts: Vec<Ghost>,
}

impl Store {
    /// The object with this id.
    pub fn get(&self, id: &ResourceId) -> Option<&Object> {
        self.objects.get(&id.key())
    }

    /// Whether there is an object with this key.
    pub fn has(&self, key: &str) -> bool {
        self.objects.contains_key(key)
    }

    /// The object with this id, to change it.
    pub fn get_mut(&mut self, id: &ResourceId) -> Option<&mut Object> {
        self.objects.get_mut(&id.key())
    }

    /// Stores an object, replacing one with the same id.
    pub fn put(&mut self, object: Object) {
        self.ghosts.retain(|ghost| ghost.id.key() != object.id.key());
        self.objects.insert(object.id.key(), object);
    }

    /// Removes one object in order to store a changed one; its content stays.
    pub fn take(&mut self, id: &ResourceId) -> Option<Object> {
        self.objects.remove(&id.key())
    }

    /// Removes an object and everything inside it; returns whether it existed.
    pub fn remove(&mut self, id: &ResourceId) -> bool {
        let inside: Vec<String> = self.inside(id).map(|object| object.id.key()).collect();
        for key in inside {
            self.objects.remove(&key);
        }
        self.ghosts.retain(|ghost| !ghost.id.key().starts_with(&id.inside()));
        self.objects.remove(&id.key()).is_some()
    }

    /// Empties the store.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Every object, by id.
    pub fn all(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// Everything inside an object, at any depth.
    pub fn inside(&self, id: &ResourceId) -> impl Iterator<Item = &Object> {
        let prefix = id.inside();
        let start: (Bound<String>, Bound<String>) = (Bound::Included(prefix.clone()), Bound::Unbounded);
        self.objects
            .range(start)
            .take_while(move |(key, _)| key.starts_with(&prefix))
            .map(|(_, object)| object)
    }

    /// The objects of a kind inside an object.
    pub fn children(&self, id: &ResourceId, kind: Kind) -> impl Iterator<Item = &Object> {
        self.inside(id).filter(move |object| object.id.kind() == kind)
    }

    /// Whether a deleted child of the object is still counted.
    pub fn has_ghosts(&self, id: &ResourceId, now: Millis) -> bool {
        let prefix = id.inside();
        self.ghosts.iter().any(|ghost| ghost.until > now && ghost.id.key().starts_with(&prefix))
    }

    /// Whether a write still runs on any object for which `belongs` is true.
    pub fn busy(&self, belongs: impl Fn(&ResourceId) -> bool) -> bool {
        self.objects.values().any(|object| object.pending.is_some() && belongs(&object.id))
    }

    /// Ends the writes that are due.
    pub fn settle(&mut self, now: Millis) {
        self.ghosts.retain(|ghost| ghost.until > now);
        let due: Vec<String> = self
            .objects
            .iter()
            .filter(|(_, object)| object.pending.as_ref().is_some_and(|pending| pending.ends <= now))
            .map(|(key, _)| key.clone())
            .collect();
        for key in due {
            let Some(object) = self.objects.get_mut(&key) else { continue };
            let Some(pending) = object.pending.take() else { continue };
            match (pending.work, pending.ending) {
                (WriteKind::Delete, Ending::Succeeded) => {
                    let id = object.id.clone();
                    self.remove(&id);
                    if pending.lag > 0 {
                        self.ghosts.push(Ghost { id, until: pending.ends.saturating_add(pending.lag) });
                    }
                }
                (WriteKind::Create, Ending::Failed | Ending::Canceled) if pending.leaves_nothing => {
                    let id = object.id.clone();
                    self.remove(&id);
                }
                (_, ending) => ending.word().clone_into(&mut object.state),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(path: &str) -> ResourceId {
        ResourceId::parse(&format!("/subscriptions/s/resourceGroups/{path}")).unwrap()
    }

    fn object(path: &str) -> Object {
        let Value::Object(body) = json!({"location": "westus"}) else { unreachable!() };
        Object::new(id(path), body, 0, "me")
    }

    fn pending(work: WriteKind, ends: Millis, ending: Ending, lag: Millis) -> Option<Pending> {
        Some(Pending { operation: "o".to_owned(), work, ends, ending, lag, leaves_nothing: false })
    }

    const GALLERY: &str = "rg/providers/Microsoft.Compute/galleries/g";

    #[test]
    fn deleting_a_group_deletes_its_content_but_not_similarly_named_groups() {
        let mut store = Store::default();
        for path in ["rg", "rg2", GALLERY, "rg2/providers/Microsoft.Compute/galleries/g"] {
            store.put(object(path));
        }
        assert!(store.remove(&id("RG")));
        let left: Vec<&str> = store.all().map(|object| object.id.group.as_str()).collect();
        assert_eq!(left, ["rg2", "rg2"]);
    }

    #[test]
    fn writes_end_at_their_time_and_not_before() {
        let mut store = Store::default();
        let mut creating = object("rg");
        creating.state = "Creating".to_owned();
        creating.pending = pending(WriteKind::Create, 100, Ending::Succeeded, 0);
        store.put(creating);
        store.settle(99);
        assert_eq!(store.get(&id("rg")).unwrap().state, "Creating");
        store.settle(100);
        assert_eq!(store.get(&id("rg")).unwrap().state, "Succeeded");
    }

    #[test]
    fn a_failed_delete_leaves_the_object() {
        let mut store = Store::default();
        let mut deleting = object("rg");
        deleting.pending = pending(WriteKind::Delete, 1, Ending::Failed, 0);
        store.put(deleting);
        store.settle(1);
        assert_eq!(store.get(&id("rg")).unwrap().state, "Failed");
    }

    #[test]
    fn a_deleted_child_still_counts_only_for_its_parent() {
        let mut store = Store::default();
        store.put(object(GALLERY));
        let mut child = object(&format!("{GALLERY}/inVMAccessControlProfiles/p"));
        child.pending = pending(WriteKind::Delete, 10, Ending::Succeeded, 50);
        let child_id = child.id.clone();
        store.put(child);
        store.settle(10);
        assert!(store.get(&child_id).is_none());
        assert!(store.has_ghosts(&id(GALLERY), 59));
        assert!(!store.has_ghosts(&id(GALLERY), 60));
        assert!(!store.has_ghosts(&id("rg/providers/Microsoft.Compute/galleries/g2"), 11));
    }
}
