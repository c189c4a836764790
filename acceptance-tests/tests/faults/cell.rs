//! One cell: a fault at one request of one operation, the checks right after it, and the repair.

use std::time::{Duration, Instant};

use acceptance_tests::host::{Host, Outcome};
use gallery_emulator::faults::Script;
use serde_json::Value as Json;

use super::OperationStyle;
use super::catalogue::{Expect, Fault, Then};
use super::operation::{Kind, Subject, Verb};
use super::rig::{Line, Rig};

/// How long an interrupted run may take to end: the five seconds of waiting for a write under way, the three
/// of a last read, and some more for a busy machine.
const SECONDS: Duration = Duration::from_secs(15);
/// How many further runs an operation may need that outlasts its timeout on purpose.
const RUNS: u32 = 8;

/// A fault at a place.
#[derive(Clone, Debug)]
pub(crate) struct Cell<'a> {
    pub(crate) fault: &'a Fault,
    pub(crate) subject: (Kind, Verb),
    /// The verb of the affected request, and its number among these.
    pub(crate) method: String,
    pub(crate) nth: u32,
    /// Its kind: `GET`, `LIST`, `POLL`, `PUT`, `DELETE`.
    pub(crate) kind: String,
    pub(crate) style: &'a OperationStyle,
}

impl Cell<'_> {
    pub(crate) fn name(&self) -> String {
        let (kind, verb) = self.subject;
        let style = self.style.name;
        format!("{} {} {} {} {} {style}", self.fault.name, kind.word(), verb.word(), self.kind, self.nth)
    }

    /// Whether only the object shows the state of its operation.
    fn is_told_by_state(&self) -> bool {
        self.style.name == "state"
    }

    /// How often it may be tried: with a timeout of a few seconds on a busy machine the timeout can expire
    /// before the fault occurs.
    pub(crate) fn tries(&self) -> u32 {
        if self.fault.timeout.is_some() { 3 } else { 1 }
    }

    /// Runs it.
    pub(crate) async fn run(&self, rig: &mut Rig) -> Result<(), String> {
        let subject =
            Subject::prepare(rig, self.subject, self.fault.timeout.as_deref(), &self.style.settings).await?;
        rig.host().await?;
        rig.script(self.fault.script(&self.method, self.nth));
        let begun = self.act(rig, &subject).await;
        let lines = rig.lines();
        let shown = || lines.iter().map(|line| format!("\n    {line}")).collect::<String>();
        let ended = match begun {
            Ok(outcome) => self.judge(rig, &subject, &outcome).map(|()| outcome),
            Err(error) => Err(error),
        };
        let outcome = ended.map_err(|error| format!("{error}{}", shown()))?;
        rig.script(Script::default());
        // The next run has its own provider; this one may have received a delay of an hour.
        if self.fault.then.is_some() || self.fault.timeout.is_some() {
            rig.drop_host();
        }
        let healed = self.heal(rig, &subject.patient(), outcome).await;
        healed.map_err(|error| {
            let all: String = rig.lines().iter().map(|line| format!("\n    {line}")).collect();
            format!("afterwards: {error}{all}")
        })
    }

    async fn act(&self, rig: &mut Rig, subject: &Subject) -> Result<Outcome, String> {
        let watch = rig.watch();
        let (method, nth) = (self.fault.then, self.nth);
        let host = rig.host().await?;
        let (stopper, id) = (host.stopper(), host.id());
        let interrupt = async move {
            let Some(then) = method else { return std::future::pending::<Instant>().await };
            loop {
                let seen = watch.emulator().script.faults.first().map_or(0, |fault| fault.seen);
                if seen >= nth {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // The request has been counted; let the fault take effect.
            tokio::time::sleep(Duration::from_millis(if then == Then::StopLater { 400 } else { 50 })).await;
            let at = Instant::now();
            match then {
                Then::Kill => {
                    let killed = acceptance_tests::stop::kill(id.unwrap_or_default());
                    assert!(killed.is_ok(), "the provider cannot be killed: {killed:?}");
                }
                Then::Stop | Then::StopLater => stopper.stop().await,
            }
            at
        };
        let mut stopped = None;
        let outcome = {
            let acting = subject.act(host);
            tokio::pin!(acting, interrupt);
            tokio::select! {
                outcome = &mut acting => outcome,
                at = &mut interrupt => { stopped = Some(at); acting.await }
            }
        };
        if let Some(took) = stopped.map(|at| at.elapsed()).filter(|took| *took > SECONDS) {
            return Err(format!("it took {took:?} to end after the stop"));
        }
        if rig.struck() == 0 {
            return Err("the fault did not strike".to_owned());
        }
        outcome.map_err(|error| error.to_string())
    }

    /// The checks right after the fault.
    fn judge(&self, rig: &Rig, subject: &Subject, outcome: &Outcome) -> Result<(), String> {
        let objects = subject.objects(rig);
        let kept = outcome.object.is_some();
        if objects.len() > 1 {
            return Err(format!("there is more than one object: {objects:?}"));
        }
        let exists = !objects.is_empty();
        let ghost = kept && !exists && !matches!(self.subject.1, Verb::Read | Verb::Delete);
        if exists && !kept && self.fault.expect != Expect::Lost && self.subject.1 != Verb::Import {
            return Err(format!("Azure holds what the state does not: {}", outcome.text()));
        }
        // A creation without an address, whose object never appears, may still be running.
        let forgotten = self.is_told_by_state() && outcome.text().contains("it does not exist");
        if ghost && !self.fault.leaves_doubt() && !forgotten {
            return Err(format!("the state holds what Azure does not: {}", outcome.text()));
        }
        match self.fault.expect {
            Expect::Passes if !outcome.succeeded() => Err(format!("it failed: {}", outcome.text())),
            Expect::Fails if outcome.succeeded() => Err("nobody noticed".to_owned()),
            Expect::Lost if outcome.lost.is_none() => Err(format!("there is a response: {}", outcome.text())),
            _ if outcome.succeeded() || outcome.lost.is_some() => Ok(()),
            _ => self.message(outcome),
        }
    }

    /// The required content of an error.
    fn message(&self, outcome: &Outcome) -> Result<(), String> {
        let text = outcome.text();
        let lacks = |what: &str| Err(format!("the message lacks {what}: {text}"));
        let time = ["Elapsed: ", "its timeout ", "was stopped after "];
        if !time.iter().any(|words| text.contains(words)) {
            return lacks("the elapsed time against the timeout");
        }
        let by_state = &self.fault.says_by_state;
        if self.is_told_by_state() && !by_state.is_empty() {
            if !by_state.iter().any(|says| text.contains(says)) {
                return lacks(&by_state.join("` or `"));
            }
        } else if let Some(says) = &self.fault.says {
            let says = says.replace("{operation}", self.subject.1.timeout());
            if !text.contains(&says) {
                return lacks(&says);
            }
        }
        let answered = !text.contains("the connection to")
            && self.fault.then.is_none()
            && !text.contains("an address that is not followed");
        if answered && !text.contains("Request id: ") {
            return lacks("the request id");
        }
        if !text.contains("/inVMAccessControlProfiles/") && !text.contains("/virtualMachines/") {
            return lacks("the object");
        }
        let error = acceptance_tests::host::proto::diagnostic::Severity::Error as i32;
        for one in outcome.diagnostics.iter().filter(|one| one.severity == error) {
            let next = one.detail.split("\n\n").last().unwrap_or_default();
            if !next.ends_with('.') || next.contains("Request id") {
                return lacks("the next step at its end");
            }
        }
        Ok(())
    }

    /// The next apply, after which no other is needed.
    async fn heal(&self, rig: &mut Rig, subject: &Subject, outcome: Outcome) -> Result<(), String> {
        let allowed = if self.fault.timeout.is_some() { RUNS } else { 1 };
        let creations = |lines: &[Line]| {
            lines.iter().filter(|line| line.method == "PUT" && line.status == Some(201)).count()
        };
        let (succeeded, lost) = (outcome.succeeded(), outcome.lost.is_some());
        let ghost = outcome.object.is_some() && subject.objects(rig).is_empty();
        let mut state = outcome;
        for run in 1..=allowed {
            let host = rig.host().await?;
            match self.apply_again(host, subject, &mut state).await {
                Ok(()) => break,
                Err(error) if run == allowed => return Err(error),
                Err(_) => {}
            }
        }
        let objects = subject.objects(rig);
        if subject.verb == Verb::Delete {
            return if objects.is_empty() { Ok(()) } else { Err(format!("left in Azure: {objects:?}")) };
        }
        let orphans = usize::from(lost && subject.kind == Kind::Unnamed && creations(&rig.lines()) > 1);
        if objects.len() != 1 + orphans {
            return Err(format!("Azure holds {objects:?}"));
        }
        if subject.verb == Verb::Create && succeeded && !ghost && creations(&rig.lines()) > 1 {
            return Err("it was created twice".to_owned());
        }
        let host = rig.host().await?;
        let object = state.object.ok_or("nothing is in the state")?;
        let refreshed =
            host.refresh(subject.kind.resource(), &object).await.map_err(|error| error.to_string())?;
        let refreshed = refreshed.ok_or("it vanished")?;
        if !refreshed.private.is_empty() {
            let kept: Json = serde_json::from_slice(&refreshed.private).map_err(|error| error.to_string())?;
            // Two things are remembered permanently: that the user set the name, and an attachment's own id.
            let kept = kept.as_object().cloned().unwrap_or_default();
            if kept.keys().any(|name| !["format", "named", "instance"].contains(&name.as_str())) {
                return Err(format!("something is still remembered: {kept:?}"));
            }
        }
        match subject.is_settled(host, &refreshed).await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the plan is not empty".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// One run of a host: refresh, plan, apply.
    async fn apply_again(
        &self,
        host: &mut Host,
        subject: &Subject,
        state: &mut Outcome,
    ) -> Result<(), String> {
        let resource = subject.kind.resource();
        let text = |error: acceptance_tests::host::CallError| error.to_string();
        if let Some(object) = &state.object {
            state.object = host.refresh(resource, object).await.map_err(text)?;
        } else if subject.verb == Verb::Import {
            state.object = Some(host.import(resource, &subject.id).await.map_err(text)?);
            return Ok(());
        }
        let goes = subject.verb == Verb::Delete || state.tainted;
        if let Some(object) = state.object.clone().filter(|_| goes) {
            let destroyed = host.try_destroy(resource, &object).await.map_err(text)?;
            let text = destroyed.text();
            state.object = destroyed.object;
            if state.object.is_some() {
                return Err(text);
            }
        }
        if subject.verb == Verb::Delete {
            return Ok(());
        }
        let before = state.object.clone();
        let lost = std::mem::take(&mut state.lost);
        let applied = subject.apply(host, before.as_ref()).await.map_err(text)?;
        if applied.succeeded() {
            if lost.is_some() && subject.kind == Kind::Unnamed && applied.text().contains("import {") {
                // The unknown one is reported; the new one has the next name.
                return self.is_told(subject, &applied).map(|()| *state = applied);
            }
            *state = applied;
            return Ok(());
        }
        if lost.is_some() && applied.text().contains("import {") {
            self.is_told(subject, &applied)?;
            state.object = Some(host.import(resource, &subject.id).await.map_err(text)?);
            return Ok(());
        }
        let text = applied.text();
        *state = applied;
        Err(text)
    }

    /// The remaining object is reported with the block to paste.
    fn is_told(&self, subject: &Subject, outcome: &Outcome) -> Result<(), String> {
        let block = format!("  id = \"{}\"\n}}", subject.id);
        let text = outcome.text();
        if text.contains(&block) {
            Ok(())
        } else {
            Err(format!("no import block for {}: {text}", subject.id))
        }
    }
}
