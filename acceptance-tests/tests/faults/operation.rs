//! The operation during which a fault occurs.

use acceptance_tests::host::{CallError, Host, Object, Outcome};
use serde_json::{Value as Json, json};

use super::rig::Rig;

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Profile,
    Version,
    /// A version with an automatic name.
    Unnamed,
    /// A version attached to a machine.
    Attachment,
}

/// The operation on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Read,
    Update,
    Delete,
    Import,
}

/// All operations.
pub(crate) const ALL: [(Kind, Verb); 15] = [
    (Kind::Profile, Verb::Create),
    (Kind::Profile, Verb::Read),
    (Kind::Profile, Verb::Update),
    (Kind::Profile, Verb::Delete),
    (Kind::Profile, Verb::Import),
    (Kind::Version, Verb::Create),
    (Kind::Unnamed, Verb::Create),
    (Kind::Version, Verb::Read),
    (Kind::Version, Verb::Update),
    (Kind::Version, Verb::Delete),
    (Kind::Version, Verb::Import),
    (Kind::Attachment, Verb::Create),
    (Kind::Attachment, Verb::Read),
    (Kind::Attachment, Verb::Update),
    (Kind::Attachment, Verb::Delete),
];

impl Verb {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Import => "import",
        }
    }

    /// The operation's name in the `timeouts` block.
    pub(crate) fn timeout(self) -> &'static str {
        if self == Self::Import { "read" } else { self.word() }
    }
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Version => "version",
            Self::Unnamed => "unnamed",
            Self::Attachment => "attach",
        }
    }

    pub(crate) fn resource(self) -> &'static str {
        match self {
            Self::Profile => "gallery_invm_access_profile",
            Self::Attachment => "gallery_invm_access_attachment",
            _ => "gallery_invm_access_profile_version",
        }
    }
}

/// One object and the operation on it.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) kind: Kind,
    pub(crate) verb: Verb,
    /// The parent's id.
    pub(crate) parent: String,
    /// Its id, if a test can know it.
    pub(crate) id: String,
    /// The object before.
    pub(crate) before: Option<Object>,
    /// The arguments of the apply.
    pub(crate) arguments: Json,
}

impl Subject {
    /// Creates an Azure for it. From here on operations end at the second poll, so that each run has the same
    /// requests; one without polls ends by itself.
    pub(crate) async fn prepare(
        rig: &mut Rig,
        (kind, verb): (Kind, Verb),
        timeout: Option<&str>,
        settings: &Json,
    ) -> Result<Self, String> {
        rig.number += 1;
        rig.clear();
        let name = format!("p{}", rig.number);
        let profile = format!("{}/inVMAccessControlProfiles/{name}", Rig::gallery());
        let (parent, id, mut arguments) = if kind == Kind::Profile {
            let arguments = json!({
                "gallery_id": Rig::gallery(), "name": name, "location": "West US", "os_type": "Linux",
                "applicable_host_endpoint": "IMDS"
            });
            (Rig::gallery(), profile.clone(), arguments)
        } else if kind == Kind::Attachment {
            rig.plant_profile(&name);
            for version in ["1.0.0", "1.0.1"] {
                rig.plant_version(&name, version);
            }
            let machine = rig.plant_machine(&name);
            let arguments = json!({
                "machine_id": machine, "imds_profile_version_id": format!("{profile}/versions/1.0.0")
            });
            (machine.clone(), machine, arguments)
        } else {
            rig.plant_profile(&name);
            let mut arguments = json!({
                "profile_id": profile, "mode": "Audit", "default_access": "Deny",
                "rules": {
                    "privileges": {"p": {"path": "/metadata/instance"}},
                    "roles": {"r": {"privileges": ["p"]}},
                    "identities": {"i": {"user_name": "web"}},
                    "role_assignments": {"r": {"identities": ["i"]}}
                }
            });
            if kind == Kind::Version {
                arguments["name"] = "1.0.0".into();
            }
            (profile.clone(), format!("{profile}/versions/1.0.0"), arguments)
        };
        if timeout.is_some() {
            arguments["timeouts"] = timeouts(PATIENT);
        }
        let mut subject = Self { kind, verb, parent, id, before: None, arguments };
        if verb != Verb::Create {
            let made = subject.apply(rig.host().await?, None).await.map_err(|error| error.to_string())?;
            if !made.succeeded() {
                return Err(format!("it could not be created without a fault: {}", made.text()));
            }
            subject.before = made.object;
        }
        if let Some(timeout) = timeout {
            subject.arguments["timeouts"] = timeouts(timeout);
            if let Some(before) = subject.before.take() {
                let host = rig.host().await?;
                let changed = subject.apply(host, Some(&before)).await.map_err(|error| error.to_string())?;
                subject.before = changed.object;
            }
        }
        if verb == Verb::Update {
            match kind {
                Kind::Profile => subject.arguments["applicable_host_endpoint"] = "WireServer".into(),
                Kind::Attachment => {
                    subject.arguments["imds_profile_version_id"] = format!("{profile}/versions/1.0.1").into();
                }
                _ => subject.arguments["mode"] = "Enforce".into(),
            }
        }
        rig.set(&json!({"operation_seconds": 2.5, "operation_polls": 2, "retry_after": null}));
        rig.set(settings);
        rig.forget();
        Ok(subject)
    }

    /// Its objects in Azure: the ids of the objects within its parent, or of the machine that refers to a
    /// version.
    pub(crate) fn objects(&self, rig: &Rig) -> Vec<String> {
        if self.kind == Kind::Attachment { rig.attached(&self.id) } else { rig.objects(&self.parent) }
    }

    /// The same for a user who has read that a timeout can be raised.
    pub(crate) fn patient(&self) -> Self {
        let mut patient = self.clone();
        if patient.arguments.get("timeouts").is_some() {
            patient.arguments["timeouts"] = timeouts(PATIENT);
        }
        patient
    }

    /// Runs the operation.
    pub(crate) async fn act(&self, host: &mut Host) -> Result<Outcome, CallError> {
        let resource = self.kind.resource();
        match (self.verb, &self.before) {
            (Verb::Create | Verb::Update, before) => self.apply(host, before.as_ref()).await,
            (Verb::Delete, Some(before)) => host.try_destroy(resource, before).await,
            (Verb::Import, _) => outcome(None, host.import(resource, &self.id).await.map(Some)),
            (_, Some(before)) => outcome(Some(before), host.refresh(resource, before).await),
            (_, None) => Ok(empty()),
        }
    }

    /// Plans from a state to the arguments and applies.
    pub(crate) async fn apply(&self, host: &mut Host, before: Option<&Object>) -> Result<Outcome, CallError> {
        let resource = self.kind.resource();
        let config = host.config(resource, &self.arguments)?;
        let plan = match host.plan(resource, before, &config).await {
            // A plan that reads the profile may lose the provider, too.
            Err(CallError::Call(status)) => {
                let object = before.cloned();
                return Ok(Outcome { object, lost: Some(status.to_string()), ..empty() });
            }
            plan => plan?,
        };
        if plan.is_empty {
            return Ok(Outcome { object: before.cloned(), ..empty() });
        }
        host.try_apply(resource, plan).await
    }

    /// Whether there is nothing to change.
    pub(crate) async fn is_settled(&self, host: &mut Host, object: &Object) -> Result<bool, CallError> {
        let config = host.config(self.kind.resource(), &self.arguments)?;
        Ok(host.plan(self.kind.resource(), Some(object), &config).await?.is_empty)
    }
}

/// Long enough for any machine.
const PATIENT: &str = "5m";

fn timeouts(each: &str) -> Json {
    json!({"create": each, "read": each, "update": each, "delete": each})
}

fn empty() -> Outcome {
    Outcome { object: None, tainted: false, diagnostics: Vec::new(), lost: None }
}

/// A read as an outcome: if it fails, the state stays as it was.
fn outcome(before: Option<&Object>, read: Result<Option<Object>, CallError>) -> Result<Outcome, CallError> {
    match read {
        Ok(object) => Ok(Outcome { object, ..empty() }),
        Err(CallError::Refused(diagnostics)) => {
            Ok(Outcome { object: before.cloned(), diagnostics, ..empty() })
        }
        Err(CallError::Call(status)) => {
            Ok(Outcome { object: before.cloned(), lost: Some(status.to_string()), ..empty() })
        }
        Err(broken) => Err(broken),
    }
}
