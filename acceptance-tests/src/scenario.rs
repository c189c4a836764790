//! A test with the real CLI, the real provider and the real emulator. It makes the checks that every test
//! needs. After every apply the plan is empty. After every failure the state and Azure agree. At the end
//! everything is destroyed, and Azure is as it was before.

// A scenario is a test's body: it fails by panicking, as an assertion does.
#![allow(clippy::panic)]

use std::fmt::Display;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use serde_json::Value;
use terraform_provider_gallery::provider::ADDRESS;

use crate::binaries::binaries;
use crate::cli::{self, Cli};
use crate::emulator::{Emulator, Request};
use crate::host::{Feature, Recording, Release};
use crate::output::Output;
use crate::plan::Plan;
use crate::programs;
use crate::replay;
use crate::state::State;
use crate::terraform::Terraform;

/// Keeps the directories of failed tests if it is set.
pub const KEEP: &str = "GALLERY_KEEP";

/// The content of Azure before a test.
pub(crate) const SEED: [&str; 2] = ["--seed", "rg/g@westus"];
/// Checks versions as strictly as ARM can; no operation takes time unless the test says so.
pub(crate) const USUAL: [&str; 3] = ["--strict", "--operations", "none"];

/// A running test.
#[derive(Debug)]
pub struct Scenario {
    /// Azure.
    pub emulator: Emulator,
    /// The CLI, for anything without a method here.
    pub terraform: Terraform,
    gallery: String,
    strangers: Vec<(String, Value)>,
    arguments: Vec<String>,
}

/// Runs a test against an emulator with default settings.
pub fn scenario(test: impl Fn(&mut Scenario)) {
    scenario_with(&[], test);
}

/// Runs a test against an emulator with these further arguments.
pub fn scenario_with(arguments: &[&str], test: impl Fn(&mut Scenario)) {
    with_cli(|cli| run(cli, arguments, &test));
}

/// Runs a test that needs the CLI, once with each program on the PATH. If there is none, the test fails, or
/// is skipped if that is allowed.
pub fn with_cli(test: impl Fn(&Cli)) {
    let all = Cli::all();
    for cli in all {
        test(cli);
        programs::ran(cli);
    }
    match all.first() {
        Some(_) => {}
        None if cli::may_skip() => {
            let name = std::thread::current().name().unwrap_or("a test").to_owned();
            // Outside the test runner's capture, so that a skipped test is seen.
            let _ = writeln!(std::io::stderr(), "skipped {name}: {}", cli::HOW_TO_GET_ONE);
        }
        None => panic!("{} ({}=1 skips the tests that need it)", cli::HOW_TO_GET_ONE, cli::SKIP),
    }
}

fn run(cli: &Cli, arguments: &[&str], test: &impl Fn(&mut Scenario)) {
    let mut directory = or_fail(tempfile::tempdir());
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let mut scenario = Scenario::start(cli, directory.path(), arguments);
        test(&mut scenario);
        scenario.finish();
    }));
    if let Err(failure) = outcome {
        if std::env::var_os(KEEP).is_some() {
            directory.disable_cleanup(true);
            eprintln!("the directory of this test is kept: {}", directory.path().display());
        }
        resume_unwind(failure);
    }
}

impl Scenario {
    fn start(cli: &Cli, directory: &Path, arguments: &[&str]) -> Self {
        let binaries = or_fail(binaries());
        let all: Vec<_> = SEED.iter().chain(&USUAL).chain(arguments).copied().collect();
        let emulator = or_fail(Emulator::start(&binaries.emulator, &all));
        let mut terraform = Terraform::new(cli, directory);
        or_fail(terraform.override_provider(&binaries.provider));
        or_fail(replay::record(&mut terraform));
        for (name, value) in emulator.environment() {
            terraform.set(name, value);
        }
        let subscription = emulator.ready("subscription_id");
        let gallery = format!(
            "/subscriptions/{subscription}/resourceGroups/rg/providers/Microsoft.Compute/galleries/g"
        );
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let scenario = Self { emulator, terraform, gallery, strangers: Vec::new(), arguments };
        scenario.provider("provider \"gallery\" {}");
        scenario
    }

    /// Writes another provider block. Configurations of tests can use `local.gallery_id`.
    pub fn provider(&self, block: &str) {
        let text = format!(
            "terraform {{\n  required_providers {{\n    gallery = {{ source = {ADDRESS:?} }}\n  }}\n}}\n\n{block}\n\n\
             locals {{\n  gallery_id = {:?}\n}}\n",
            self.gallery
        );
        or_fail(self.terraform.write("provider.tf", &text));
    }

    /// Writes the configuration.
    pub fn write(&self, config: &str) {
        or_fail(self.terraform.write("main.tf", config));
    }

    /// The id of the gallery.
    #[must_use]
    pub fn gallery(&self) -> &str {
        &self.gallery
    }

    /// The id of a profile in the gallery.
    #[must_use]
    pub fn profile(&self, name: &str) -> String {
        format!("{}/inVMAccessControlProfiles/{name}", self.gallery)
    }

    /// The id of a version of a profile in the gallery.
    #[must_use]
    pub fn version(&self, profile: &str, name: &str) -> String {
        format!("{}/versions/{name}", self.profile(profile))
    }

    /// Runs the CLI, whatever the outcome.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        or_fail(self.terraform.run(arguments))
    }

    /// The release of the host double that matches the CLI.
    #[must_use]
    pub fn release(&self) -> Release {
        Release::of(self.terraform.cli())
    }

    /// Whether the CLI supports this. If not, the output says what was not tested and why.
    #[must_use]
    pub fn can(&self, feature: Feature) -> bool {
        let can = self.release().has(feature);
        if !can {
            programs::left_out(self.terraform.cli(), &programs::why(self.release(), feature));
        }
        can
    }

    /// Whether the CLI is new enough for the `required_version` of the configuration in this directory. If not,
    /// the output names the directory and what it requires.
    #[must_use]
    pub fn may_use(&self, directory: &Path) -> bool {
        let files = or_fail(std::fs::read_dir(directory)).filter_map(|entry| Some(entry.ok()?.path()));
        let texts = files.filter_map(|file| std::fs::read_to_string(file).ok());
        let required = texts.filter_map(|text| {
            let minor = text.split_once("required_version = \">= 1.")?.1.split('"').next()?;
            minor.parse::<u32>().ok()
        });
        let Some(minor) = required.max().filter(|minor| *minor > self.release().minor) else { return true };
        let name = directory.file_name().unwrap_or_default().display();
        programs::left_out(self.terraform.cli(), &format!("{name} requires 1.{minor}"));
        false
    }

    /// The CLI's calls of the provider so far.
    #[must_use]
    pub fn recording(&self) -> Recording {
        or_fail(replay::recording(&self.terraform))
    }

    /// Turns the recording of calls off, so that the host double does not repeat them: for tests of many
    /// objects that differ in their names alone.
    pub fn unrecorded(&mut self) {
        or_fail(replay::forget(&mut self.terraform));
    }

    /// Runs the CLI, which must succeed.
    pub fn run_well(&self, arguments: &[&str]) -> Output {
        let output = self.run(arguments);
        assert!(output.succeeded(), "{output}");
        output
    }

    /// Plans these import blocks with configurations that the CLI writes to `generated.tf`, and leaves the
    /// blocks in place.
    pub fn generate(&self, blocks: &str) -> Plan {
        // Some releases fail without this line, which is not what is tested here.
        let fault = self.terraform.cli().import_blocks_need_a_provider();
        let line = if fault { "import {\n  provider = gallery\n" } else { "import {\n" };
        self.write(&blocks.replace("import {\n", line));
        let plan = self.replan(&["-generate-config-out=generated.tf"]);
        self.write(blocks);
        plan
    }

    /// Plans a configuration, which must succeed, and reads the plan.
    pub fn plan(&self, config: &str) -> Plan {
        self.write(config);
        self.replan(&[])
    }

    /// Plans the existing configuration, with further arguments.
    pub fn replan(&self, arguments: &[&str]) -> Plan {
        let all = [&["plan", "-no-color", "-input=false", "-out=planned"], arguments].concat();
        let output = self.run_well(&all);
        let shown = self.run_well(&["show", "-json", "planned"]);
        Plan::new(output, or_fail(shown.json()))
    }

    /// Applies the last plan. The plan after it must be empty.
    pub fn apply_planned(&self) -> Output {
        self.apply_with(&["planned"])
    }

    /// Applies a configuration. The plan after it must be empty.
    pub fn apply(&self, config: &str) -> Output {
        self.write(config);
        self.reapply(&[])
    }

    /// Applies the existing configuration, with further arguments. The plan after it must be empty.
    pub fn reapply(&self, arguments: &[&str]) -> Output {
        self.apply_with(&[&["-auto-approve"], arguments].concat())
    }

    fn apply_with(&self, arguments: &[&str]) -> Output {
        let output = self.run_well(&[&["apply", "-no-color", "-input=false"], arguments].concat());
        self.state_matches_azure(&output);
        self.nothing_to_do();
        output
    }

    /// Applies a configuration, which must fail. State and Azure must then agree.
    pub fn apply_fails(&self, config: &str) -> Output {
        self.write(config);
        self.reapply_fails(&[])
    }

    /// Applies the existing configuration, which must fail. State and Azure must then agree.
    pub fn reapply_fails(&self, arguments: &[&str]) -> Output {
        let all = [&["apply", "-no-color", "-input=false", "-auto-approve"], arguments].concat();
        let output = self.run(&all);
        assert_eq!(output.code, Some(1), "{output}");
        self.state_matches_azure(&output);
        output
    }

    /// Plans a configuration, which must fail.
    pub fn plan_fails(&self, config: &str) -> Output {
        self.write(config);
        let output = self.run(&["plan", "-no-color", "-input=false"]);
        assert_eq!(output.code, Some(1), "{output}");
        output
    }

    /// Validates a configuration, and returns its diagnostics.
    pub fn validate(&self, config: &str) -> Vec<Problem> {
        self.write(config);
        let output = self.run(&["validate", "-json"]);
        let found = or_fail(output.json());
        let all = found.get("diagnostics").and_then(Value::as_array).cloned().unwrap_or_default();
        all.iter().map(Problem::read).filter(|one| !one.summary.contains("development overrides")).collect()
    }

    /// Plans the existing configuration: there must be no changes.
    pub fn nothing_to_do(&self) {
        let output = self.run(&["plan", "-no-color", "-input=false", "-detailed-exitcode"]);
        assert_eq!(output.code, Some(0), "the plan is not empty: {output}");
    }

    /// Imports by command. The plan after it must be empty.
    pub fn import(&self, address: &str, id: &str) -> Output {
        let output = self.run_well(&["import", "-no-color", "-input=false", address, id]);
        self.nothing_to_do();
        output
    }

    /// Applies a configuration with the import block for one of its resources, or after an import by command
    /// where there are no such blocks. The plan after it must be empty.
    pub fn take_over(&self, config: &str, address: &str, id: &str) {
        if self.can(Feature::ImportBlock) {
            self.apply(&format!("{config}\nimport {{\n  to = {address}\n  id = {id:?}\n}}\n"));
        } else {
            self.write(config);
            self.run_well(&["import", "-no-color", "-input=false", address, id]);
            self.reapply(&[]);
        }
    }

    /// Removes an object from the state; Azure keeps it.
    pub fn forget(&self, address: &str) {
        self.run_well(&["state", "rm", "-no-color", address]);
    }

    /// The current state.
    #[must_use]
    pub fn state(&self) -> State {
        or_fail(State::read(self.terraform.directory()))
    }

    /// Puts an object into Azure that Terraform does not know of. It must be unchanged at the end, unless the
    /// test adopts it.
    pub fn stranger(&mut self, id: &str, body: &Value) {
        or_fail(self.emulator.put(id, body));
        let object = or_fail(self.emulator.object(id));
        self.strangers.push((id.to_owned(), object));
    }

    /// Declares that Azure keeps this object, unchanged, when the next apply removes it from the state.
    pub fn keeps(&mut self, id: &str) {
        let object = or_fail(self.emulator.object(id));
        self.strangers.push((id.to_owned(), object));
    }

    /// Declares that Terraform now manages what was put into Azure as a stranger.
    pub fn adopted(&mut self, id: &str) {
        self.strangers.retain(|(stranger, _)| !stranger.eq_ignore_ascii_case(id));
    }

    /// The requests to Azure Resource Manager since the last query, without logins.
    pub fn requests(&self) -> Vec<Request> {
        let requests = or_fail(self.emulator.requests());
        or_fail(self.emulator.forget_requests());
        requests.into_iter().filter(|request| !request.is_login()).collect()
    }

    /// The ids of the objects added to Azure since the start, in lower case and sorted.
    #[must_use]
    pub fn new_objects(&self) -> Vec<String> {
        let objects = or_fail(self.emulator.objects());
        let ids = objects.iter().filter_map(|one| one.get("id")?.as_str().map(str::to_ascii_lowercase));
        let inside = format!("{}/", self.gallery.to_ascii_lowercase());
        let is_stranger =
            |id: &String| self.strangers.iter().any(|(stranger, _)| stranger.eq_ignore_ascii_case(id));
        let mut ids: Vec<_> = ids.filter(|id| id.starts_with(&inside) && !is_stranger(id)).collect();
        ids.sort();
        ids
    }

    fn state_matches_azure(&self, output: &Output) {
        // An attachment is not an object of its own: its id is that of a machine.
        let (state, new) = (self.state().ids("gallery_invm_access_profile"), self.new_objects());
        assert_eq!(state, new, "the state (left) differs from Azure (right) after {output}");
    }

    fn finish(self) {
        let state = self.state();
        if !state.addresses().is_empty() {
            let output = self.run_well(&["destroy", "-no-color", "-input=false", "-auto-approve"]);
            assert!(self.state().addresses().is_empty(), "something is left in the state: {output}");
        }
        assert_eq!(self.new_objects(), [""; 0], "something is left in Azure");
        for (id, body) in &self.strangers {
            let object = or_fail(self.emulator.object(id));
            assert_eq!(&object, body, "an object that is not Terraform's was changed");
        }
        let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
        or_fail(replay::check(&self.terraform, &arguments));
    }
}

/// A diagnostic of `validate -json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `error` or `warning`.
    pub severity: String,
    /// The summary.
    pub summary: String,
    /// The detail.
    pub detail: String,
    /// The address of the resource.
    pub address: String,
    /// The line of the configuration.
    pub line: Option<u64>,
    /// The code at that place, as Terraform quotes it.
    pub code: String,
}

impl Problem {
    fn read(json: &Value) -> Self {
        let text = |pointer| json.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            severity: text("/severity"),
            summary: text("/summary"),
            detail: text("/detail"),
            address: text("/address"),
            line: json.pointer("/range/start/line").and_then(Value::as_u64),
            code: text("/snippet/code"),
        }
    }
}

fn or_fail<T, E: Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}
