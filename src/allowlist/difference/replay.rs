//! Decides recorded requests by two sets of rules: the strongest way to show the effect of a change.

use std::collections::BTreeMap;

use super::super::{Decision, Finding, FindingId, Matcher, Request, Severity, Subject, Verdict};

/// The maximum number of changes kept; the others are counted.
const KEPT: usize = 1_000;

/// The result of replaying requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// The number of replayed requests.
    pub requests: usize,
    /// The number decided differently.
    pub changed: usize,
    /// The changes, equal ones together, in the order of their first; at most a thousand.
    pub changes: Vec<ChangedRequest>,
}

/// Requests that are decided differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedRequest {
    /// The method.
    pub method: String,
    /// The request target.
    pub url: String,
    /// The account.
    pub user_name: String,
    /// The program.
    pub exe_path: String,
    /// The verdict of the old rules.
    pub before: Verdict,
    /// The verdict of the new rules.
    pub after: Verdict,
    /// Why the new rules decide so.
    pub reason: String,
    /// How often this request occurred.
    pub times: usize,
}

impl Replay {
    /// The changes as a finding (L53), or none if every decision stays the same.
    pub fn finding(&self) -> Option<Finding> {
        let first = self.changes.first()?;
        Some(Finding {
            id: FindingId::L53,
            severity: Severity::Warning,
            high: false,
            subject: Subject::Rules,
            message: format!(
                "{} of {} recorded requests are decided differently, the first: {} {} by \"{}\" was {} and \
                 is {}.",
                self.changed,
                self.requests,
                first.method,
                first.url,
                first.exe_path,
                first.before,
                first.after
            ),
            suggestion: None,
        })
    }
}

/// Decides every request by the old and by the new rules, and keeps those whose verdicts differ.
pub fn replay<'r>(old: &Matcher, new: &Matcher, requests: impl IntoIterator<Item = Request<'r>>) -> Replay {
    let mut replay = Replay::default();
    let mut known = BTreeMap::<(String, String, String, String), usize>::new();
    for request in requests {
        replay.requests += 1;
        let (before, after) = (old.decide(&request), new.decide(&request));
        if before.verdict == after.verdict {
            continue;
        }
        replay.changed += 1;
        let text = |text: &str| text.to_owned();
        let key = (text(request.method), text(request.url), text(request.user_name), text(request.exe_path));
        let alike = known.get(&key).and_then(|&index| replay.changes.get_mut(index));
        if let Some(changed) = alike.filter(|one| (one.before, one.after) == (before.verdict, after.verdict))
        {
            changed.times += 1;
        } else if replay.changes.len() < KEPT {
            known.insert(key, replay.changes.len());
            replay.changes.push(changed(&request, &before, &after));
        }
    }
    replay
}

fn changed(request: &Request<'_>, before: &Decision<'_>, after: &Decision<'_>) -> ChangedRequest {
    ChangedRequest {
        method: request.method.to_owned(),
        url: request.url.to_owned(),
        user_name: request.user_name.to_owned(),
        exe_path: request.exe_path.to_owned(),
        before: before.verdict,
        after: after.verdict,
        reason: after.reason(),
        times: 1,
    }
}
