//! The faults: the files in `acceptance-tests/faults`, each a script for the emulator with a `test` that
//! describes the expected outcome.
//!
//! | member of `test` | meaning |
//! |---|---|
//! | `strikes` | the affected requests: `GET`, `LIST`, `POLL` (an operation's address), `PUT`, `DELETE` |
//! | `expect` | `passes`: the fault has no effect; `fails`: a complete error; `either`; `lost`: the host gets no response |
//! | `timeout` | the timeout of each operation in the `timeouts` block |
//! | `says` | what the error must contain; `{operation}` is the operation's name in the `timeouts` block |
//! | `says_by_state` | the same if only the object shows the state of its operation, without a reason: one of these |
//! | `then` | what happens when the request is received: `stop` (Ctrl-C), `stop-later` (in the operation it starts), `kill` |
//! | `full` | it is not in the short form |

use std::path::Path;

use gallery_emulator::faults::Script;
use serde_json::Value as Json;

/// The expected outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    Passes,
    Fails,
    Either,
    Lost,
}

/// What else happens when the affected request is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    Stop,
    StopLater,
    Kill,
}

/// A named fault.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) name: String,
    pub(crate) strikes: Vec<String>,
    pub(crate) expect: Expect,
    pub(crate) timeout: Option<String>,
    pub(crate) says: Option<String>,
    pub(crate) says_by_state: Vec<String>,
    pub(crate) then: Option<Then>,
    pub(crate) full: bool,
    script: Script,
}

impl Fault {
    fn read(name: &str, bytes: &[u8]) -> Result<Self, String> {
        let script = Script::parse(bytes).map_err(|error| error.to_string())?;
        let member = |name: &str| script.test.get(name);
        let text = |name: &str| member(name).and_then(Json::as_str).map(str::to_owned);
        let known = ["strikes", "expect", "timeout", "says", "says_by_state", "then", "full"];
        let unknown =
            script.test.as_object().into_iter().flatten().find(|(name, _)| !known.contains(&name.as_str()));
        if let Some((unknown, _)) = unknown {
            return Err(format!("`test.{unknown}` means nothing"));
        }
        let texts = |name: &str| -> Vec<_> {
            let all = member(name).and_then(Json::as_array).into_iter().flatten();
            all.filter_map(Json::as_str).map(str::to_owned).collect()
        };
        let strikes = texts("strikes");
        if strikes.is_empty() || script.faults.is_empty() || script.about.is_empty() {
            return Err("it needs `about`, `test.strikes` and a fault".to_owned());
        }
        Ok(Self {
            name: name.to_owned(),
            strikes,
            expect: match text("expect").as_deref() {
                Some("passes") => Expect::Passes,
                Some("fails") => Expect::Fails,
                Some("either") => Expect::Either,
                Some("lost") => Expect::Lost,
                other => return Err(format!("`test.expect` is {other:?}")),
            },
            timeout: text("timeout"),
            says: text("says"),
            says_by_state: texts("says_by_state"),
            then: match text("then").as_deref() {
                None => None,
                Some("stop") => Some(Then::Stop),
                Some("stop-later") => Some(Then::StopLater),
                Some("kill") => Some(Then::Kill),
                other => return Err(format!("`test.then` is {other:?}")),
            },
            full: member("full").and_then(Json::as_bool).unwrap_or_default(),
            script,
        })
    }

    /// The script that affects the request of a verb with this number.
    pub(crate) fn script(&self, method: &str, nth: u32) -> Script {
        let mut script = self.script.clone();
        if let Some(first) = script.faults.first_mut() {
            first.matching.method = Some(method.to_owned());
            first.nth = nth;
        }
        script
    }

    /// Whether a state may hold an object that Azure does not hold: a write was under way when the run stopped
    /// waiting for it, so this cannot be known.
    pub(crate) fn leaves_doubt(&self) -> bool {
        self.then.is_some() || self.timeout.is_some()
    }
}

/// Every fault, by name.
pub(crate) fn all() -> Result<Vec<Fault>, String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("faults");
    let entries =
        std::fs::read_dir(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut faults = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let read = std::fs::read(&path).map_err(|error| error.to_string());
        let fault = read.and_then(|bytes| Fault::read(&name, &bytes));
        faults.push(fault.map_err(|error| format!("{}: {error}", path.display()))?);
    }
    faults.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(faults)
}
