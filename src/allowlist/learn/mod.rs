//! Learns rules from audit logs: the smallest ones that allow what was allowed, readable, and the same for
//! the same log.
//!
//! What it does with a record (ours, after section "log to rule" of the agent's documentation and its
//! source):
//! - it removes the volatile end of the path (ids, GUIDs) and a final slash; of the query it keeps only
//!   parameters that select an operation;
//! - it turns the caller into an identity of executable and account, or of process name and account if the
//!   path of the executable contains a version;
//! - identities with the same privileges share a role;
//! - it then decides every record by the result, under Enforce and Deny, and reports what would be refused.

mod caller;
mod names;
mod report;
mod requests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, BufRead};

use super::audit_log::{self, Outcome, Reading, Record};
use super::decision::{Destination, Target, Verdict, path_is_guarded};
use super::{
    Allowlist, DefaultAccess, Endpoint, Identity, Matcher, Mode, OsType, Privilege, Role, RoleAssignment,
    Rules,
};

pub(super) use caller::file_of;
pub use report::{LearnReport, LeftOut, LeftOutRequest, Reason, Wider};

use caller::Caller;
use requests::{Examples, LearnedPattern};

/// How many different requests are kept for the replay.
const MOST_KEPT: usize = 100_000;

/// How many pairs of identity and privilege are learned.
const MOST_LEARNED: usize = 20_000;

/// What to learn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnOptions {
    /// The endpoint of the profile. Records of HostGAPlugin belong to a profile for the WireServer.
    pub endpoint: Endpoint,
    /// The operating system of the profile.
    pub os_type: OsType,
    /// Query parameters to keep in addition to those that are known to select an operation.
    pub keep_parameters: BTreeSet<String>,
    /// Query parameters to omit in any case.
    pub drop_parameters: BTreeSet<String>,
    /// Also allow requests that were recorded as not allowed.
    pub include_not_allowed: bool,
    /// Treat a program that was replaced while it ran as the one now under its path.
    pub strip_deleted: bool,
}

impl LearnOptions {
    /// The default options.
    pub const fn new(endpoint: Endpoint, os_type: OsType) -> Self {
        Self {
            endpoint,
            os_type,
            keep_parameters: BTreeSet::new(),
            drop_parameters: BTreeSet::new(),
            include_not_allowed: false,
            strip_deleted: false,
        }
    }
}

/// The result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    /// The rules, for `mode = "Enforce"` and `default_access = "Deny"`.
    pub rules: Rules,
    /// What they do not cover, where they are wider than the log, and how complete the log can be.
    pub report: LearnReport,
}

/// Reads a log and learns from it. The only errors are those of the reader.
pub fn learn(log: impl BufRead, options: LearnOptions) -> io::Result<Learned> {
    let mut learner = Learner::new(options);
    let reading = audit_log::read(log, |record| learner.add(record))?;
    Ok(learner.finish(reading))
}

/// Learns from records one by one.
#[derive(Debug)]
pub struct Learner {
    options: LearnOptions,
    /// Each different request and how often it occurred.
    requests: HashMap<RecordedRequest, usize>,
    /// The maximum number kept.
    most_kept: usize,
    /// The number of requests beyond that.
    not_kept: usize,
    pairs: BTreeMap<Caller, BTreeMap<LearnedPattern, Examples>>,
    learned: usize,
    /// The maximum number of pairs of identity and privilege.
    most_learned: usize,
    commands: BTreeMap<Caller, BTreeSet<String>>,
    report: LearnReport,
}

/// What distinguishes requests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct RecordedRequest {
    is_wanted: bool,
    method: String,
    url: String,
    destination: Destination,
    user_name: String,
    exe_path: String,
    elevated: bool,
}

impl Learner {
    /// Starts empty.
    pub fn new(options: LearnOptions) -> Self {
        Self {
            options,
            requests: HashMap::new(),
            most_kept: MOST_KEPT,
            not_kept: 0,
            pairs: BTreeMap::new(),
            learned: 0,
            most_learned: MOST_LEARNED,
            commands: BTreeMap::new(),
            report: LearnReport::default(),
        }
    }

    /// Learns from a record.
    pub fn add(&mut self, record: Record) {
        let here = Destination::Host(self.options.endpoint.profile());
        let plugin = Destination::Host(Endpoint::HostGaPlugin);
        let with_plugin = here == Destination::Host(Endpoint::WireServer);
        if record.destination != here && !(with_plugin && record.destination == plugin) {
            self.report.other_destinations += 1;
            return;
        }
        let is_wanted = match record.outcome {
            Outcome::NotAllowed => self.options.include_not_allowed,
            Outcome::Answered(status) if !(200..400).contains(&status) => {
                self.report.unsuccessful += 1;
                return;
            }
            _ => true,
        };
        let recorded = RecordedRequest {
            is_wanted,
            method: record.method,
            url: record.url,
            destination: record.destination,
            user_name: record.user_name,
            exe_path: record.exe_path,
            elevated: record.elevated,
        };
        if let Some(times) = self.requests.get_mut(&recorded) {
            *times += 1;
            return;
        }
        if is_wanted {
            self.learn_from(&recorded, record.command_line);
        }
        if self.requests.len() < self.most_kept {
            self.requests.insert(recorded, 1);
        } else {
            self.not_kept += 1;
        }
    }

    /// A new request: the pair of identity and privilege that it needs.
    fn learn_from(&mut self, recorded: &RecordedRequest, command: String) {
        // The replay reports what cannot be learned.
        let Ok(Some((caller, pattern, is_shortened))) = self.pair_for(recorded) else { return };
        let commands = self.commands.entry(caller.clone()).or_default();
        if !command.is_empty() {
            commands.insert(command);
            while commands.len() > 3 {
                commands.pop_last();
            }
        }
        let patterns = self.pairs.entry(caller).or_default();
        if !patterns.contains_key(&pattern) {
            if self.learned >= self.most_learned {
                return;
            }
            self.learned += 1;
        }
        patterns.entry(pattern).or_default().join([recorded.url.clone()], is_shortened);
    }

    /// The identity and privilege that would allow a request, and whether its path was shortened; nothing if
    /// it needs none; or why there is none.
    fn pair_for(&self, recorded: &RecordedRequest) -> Result<Option<(Caller, LearnedPattern, bool)>, Reason> {
        let request = recorded.decided(&self.options);
        let target = Target::parse(request.url).ok_or(Reason::RefusedBeforeRules)?;
        if !request.has_known_method() || path_is_guarded(target.path) {
            return Err(Reason::RefusedBeforeRules);
        }
        if request.elevated && request.is_on_skip_list(&target) {
            return Ok(None);
        }
        if self.options.endpoint.profile() == Endpoint::WireServer && !request.elevated {
            return Err(Reason::NotElevated);
        }
        let caller = Caller::of(&recorded.exe_path, &recorded.user_name, &self.options)?;
        let (pattern, is_shortened) =
            LearnedPattern::of(&target, &self.options).ok_or(Reason::OnlyByEverything)?;
        Ok(Some((caller, pattern, is_shortened)))
    }

    /// Makes the rules, decides every record by them, and reports.
    pub fn finish(mut self, reading: Reading) -> Learned {
        let identity_names =
            names::of(self.pairs.keys().map(|caller| (caller, caller.name(), caller.longer_name())));
        let mut by_patterns = BTreeMap::<Vec<LearnedPattern>, Vec<String>>::new();
        let mut examples = BTreeMap::<LearnedPattern, Examples>::new();
        let mut rules = Rules::default();
        for (caller, patterns) in &self.pairs {
            let Some(name) = identity_names.get(caller) else { continue };
            let smallest = requests::smallest(patterns.keys());
            for pattern in &smallest {
                let Some(known) = patterns.get(pattern) else { continue };
                examples
                    .entry(pattern.clone())
                    .or_default()
                    .join(known.urls.iter().cloned(), known.is_shortened);
            }
            rules.identities.insert(name.clone(), caller.identity.clone());
            by_patterns.entry(smallest).or_default().push(name.clone());
            if let Some(what) = caller.wider() {
                self.report
                    .wider
                    .push(Wider::Identity { identity: name.clone(), instead_of: what.to_owned() });
            }
            if let Some(commands) = self.commands.remove(caller) {
                self.report.commands.insert(name.clone(), commands);
            }
        }
        let privilege_names = names::of(examples.keys().map(|pattern| (pattern, pattern.name(), None)));
        for (pattern, known) in &examples {
            let Some(name) = privilege_names.get(pattern) else { continue };
            if known.is_shortened {
                let (privilege, path) = (name.clone(), pattern.path.clone());
                self.report.wider.push(Wider::Path {
                    privilege,
                    path,
                    examples: known.urls.iter().cloned().collect(),
                });
            }
            let LearnedPattern { path, query_parameters } = pattern.clone();
            rules.privileges.insert(name.clone(), Privilege { path, query_parameters });
        }
        for (patterns, mut identities) in by_patterns {
            identities.sort_unstable();
            let Some(role) = identities.first().cloned() else { continue };
            let privileges =
                patterns.iter().filter_map(|pattern| privilege_names.get(pattern).cloned()).collect();
            rules.roles.insert(role.clone(), Role { privileges });
            rules
                .role_assignments
                .insert(role, RoleAssignment { identities: identities.into_iter().collect() });
        }
        self.leave_out_denied(&reading);
        self.report.reading = reading;
        self.report.not_replayed = self.not_kept;
        self.replay(&rules);
        Learned { rules, report: self.report }
    }

    /// Requests that Audit mode would deny according to the system log, but that have no record: the caller
    /// is unknown.
    fn leave_out_denied(&mut self, reading: &Reading) {
        let known: BTreeSet<(Destination, &str)> =
            self.requests.keys().map(|recorded| (recorded.destination, recorded.url.as_str())).collect();
        let denied = reading.denied.iter().filter(|((endpoint, url), _)| {
            endpoint.profile() == self.options.endpoint.profile()
                && !known.contains(&(Destination::Host(*endpoint), url.as_str()))
        });
        for ((_, url), times) in denied {
            let request = LeftOutRequest { url: url.clone(), ..LeftOutRequest::default() };
            self.report.leave_out(Reason::DeniedInAudit, request, *times);
        }
    }

    fn replay(&mut self, rules: &Rules) {
        let (mode, default_access) = (Mode::Enforce, DefaultAccess::Deny);
        let matcher = Matcher::new(&Allowlist { mode, default_access, rules: rules.clone() });
        let mut all: Vec<(&RecordedRequest, usize)> =
            self.requests.iter().map(|(recorded, &times)| (recorded, times)).collect();
        all.sort_unstable();
        for (recorded, times) in all {
            let request = recorded.decided(&self.options);
            let decision = matcher.decide(&request);
            match (recorded.is_wanted, decision.verdict == Verdict::Allowed) {
                (true, true) => self.report.covered += times,
                (true, false) => {
                    let why = self.pair_for(recorded).err();
                    let full = self.learned >= self.most_learned;
                    let otherwise = if full { Reason::TooMany } else { Reason::StillDenied };
                    self.report.leave_out(why.unwrap_or(otherwise), recorded.request(), times);
                }
                (false, false) => self.report.leave_out(Reason::NotAllowed, recorded.request(), times),
                (false, true)
                    if !self
                        .requests
                        .contains_key(&RecordedRequest { is_wanted: true, ..recorded.clone() }) =>
                {
                    self.report.newly_allowed.push((recorded.request(), times));
                }
                (false, true) => {}
            }
        }
        self.report.sort();
    }
}

impl RecordedRequest {
    fn decided(&self, options: &LearnOptions) -> super::Request<'_> {
        let bare = self.exe_path.strip_suffix(" (deleted)").filter(|_| options.strip_deleted);
        let exe_path = bare.unwrap_or(&self.exe_path);
        super::Request {
            os_type: options.os_type,
            method: &self.method,
            user_name: &self.user_name,
            exe_path,
            process_name: caller::file_of(exe_path, options.os_type),
            elevated: self.elevated,
            ..super::Request::new(self.destination, &self.url)
        }
    }

    fn request(&self) -> LeftOutRequest {
        LeftOutRequest {
            method: self.method.clone(),
            url: self.url.clone(),
            user_name: self.user_name.clone(),
            exe_path: self.exe_path.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
