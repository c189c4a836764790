//! The quickstart, step by step. Each step checks what it must see; anything else ends the quickstart.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::time::Instant;

use acceptance_tests::binaries::binaries;
use acceptance_tests::cli::Cli;
use acceptance_tests::emulator::Emulator;
use acceptance_tests::host::{Feature, Release};
use acceptance_tests::output::Output;
use acceptance_tests::terraform::Terraform;
use serde_json::json;

use crate::interrupt;
use crate::narration::Narration;
use crate::playground::{self, AUTHORITY, AZURE, MAIN};

/// Why the quickstart ends early.
#[derive(Debug)]
pub(crate) struct Stop(pub(crate) String);

impl<E: Display> From<E> for Stop {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// The resource group and gallery of the quickstart.
const SEED: &str = "fleet/fleet@westeurope";
/// The change in the quickstart: one name in one line.
const BEFORE: &str = "secrets-reader = { identities = [\"web\"] }";
const AFTER: &str = "secrets-reader = { identities = [\"backup\", \"web\"] }";
/// The files for plans, the import block and the generated configuration.
const PLANNED: &str = "planned";
const IMPORT: &str = "import.tf";
const GENERATED: &str = "generated.tf";

/// Runs all steps.
pub(crate) fn tell(cli: &Cli, narration: &Narration, directory: Option<PathBuf>) -> Result<(), Stop> {
    let begun = Instant::now();
    narration.heading("Build the provider and the emulator");
    narration.command("cargo build --workspace --bins");
    let built = binaries()?;
    narration.says(&format!("Done in {:.1} seconds.", begun.elapsed().as_secs_f64()));
    let story = Instant::now();

    let example = playground::example()?;
    let directory = match directory {
        Some(directory) => playground::requested(&directory)?,
        None => playground::usual(&example)?,
    };
    let at = |name: &str| directory.join(name).display().to_string();
    let arguments: Vec<String> = ["--seed", SEED, "--state", &at(AZURE), "--ca-dir", &at(AUTHORITY)]
        .into_iter()
        .map(str::to_owned)
        .collect();
    let borrowed: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let emulator = Emulator::start(&built.emulator, &borrowed)?;
    narration.heading("Start an emulated Azure");
    narration.says(&format!(
        "gallery-emulator answers as Azure Resource Manager and Entra. It has a Compute Gallery named \
         \"fleet\" and nothing else; writes take a moment, as they do in Azure. It listens at {}",
        emulator.ready("arm")
    ));

    let mut terraform = Terraform::new(cli, &directory);
    for (name, value) in emulator.environment() {
        terraform.set(name, value);
    }
    let gallery = format!(
        "/subscriptions/{}/resourceGroups/fleet/providers/Microsoft.Compute/galleries/fleet",
        emulator.ready("subscription_id")
    );
    terraform.set("TF_VAR_gallery_id", &gallery);
    terraform.mirror_provider(&built.provider)?;
    terraform.write(MAIN, &example)?;
    playground::furnish(&terraform, &emulator, &built.emulator, &arguments)?;

    let stage = Stage { terraform: &terraform, narration };
    stage.create()?;
    stage.change(&example)?;
    stage.import(&emulator, &gallery)?;
    stage.destroy()?;
    nothing_is_left(&emulator, &gallery)?;
    terraform.write(MAIN, &example)?;
    for name in [PLANNED, IMPORT, GENERATED] {
        terraform.remove(name)?;
    }
    how_to_go_on(narration, &terraform, &directory, story);
    Ok(())
}

/// Where commands run and where their output is printed.
struct Stage<'a> {
    terraform: &'a Terraform,
    narration: &'a Narration,
}

impl Stage<'_> {
    /// The name of the program.
    fn title(&self) -> &'static str {
        self.terraform.cli().title()
    }

    /// Runs a command that must end with this exit code and print all of this.
    fn run(&self, arguments: &str, code: i32, expected: &[&str]) -> Result<Output, Stop> {
        self.narration.command(&format!("{} {arguments}", self.terraform.name()));
        let mut words: Vec<&str> = arguments.split(' ').collect();
        words.insert(1, "-no-color");
        let output = self.terraform.run(&words)?;
        if interrupt::happened() {
            return Err(Stop("interrupted".to_owned()));
        }
        if output.code != Some(code) {
            return Err(Stop(format!("expected exit code {code} of\n{output}")));
        }
        for sentence in expected {
            if !output.says(sentence) {
                return Err(Stop(format!("expected {sentence:?} of\n{output}")));
            }
        }
        Ok(output)
    }

    fn create(&self) -> Result<(), Stop> {
        self.narration
            .heading("Take a real example: who may ask the metadata service of our web servers for what");
        self.narration.says(
            "examples/quickstart has a profile and a first version of it: the web server may fetch Key Vault tokens, \
             the Azure agent and the backup may see the machine's data, everybody else is refused.",
        );
        let init = self.run("init", 0, &["successfully initialized"])?;
        self.show(&init, &["- Installed", "successfully initialized"]);
        let validate = self.run("validate", 0, &["The configuration is valid"])?;
        self.show(&validate, &["Success!"]);

        self.narration.heading("Plan it");
        self.narration.says("The plan shows before anything exists who will be granted what:");
        let plan = self.run(&format!("plan -out={PLANNED}"), 0, &["2 to add, 0 to change, 0 to destroy"])?;
        self.show_part(&plan, "+ grants", "]");
        self.show(&plan, &["Plan:"]);
        let apply = self.run(&format!("apply {PLANNED}"), 0, &["2 added, 0 changed, 0 destroyed"])?;
        self.show(&apply, &["Creation complete", "Apply complete!"]);

        self.narration.heading("Plan again: there is nothing to change");
        let plan = self.run("plan -detailed-exitcode", 0, &["No changes."])?;
        self.show(&plan, &["No changes."]);
        Ok(())
    }

    fn change(&self, example: &str) -> Result<(), Stop> {
        if !example.contains(BEFORE) {
            return Err(Stop(format!("the example has no line {BEFORE}")));
        }
        self.terraform.write(MAIN, &example.replace(BEFORE, AFTER))?;
        self.narration.heading("Change one rule: the backup wants secrets, too");
        self.narration.output([&*format!("- {BEFORE}"), &*format!("+ {AFTER}")]);
        self.narration.says(
            "Azure never changes the rules of a version, so the plan is a new version, which the provider \
             names 1.0.1. You need not work out what the new rules mean: see `grants`.",
        );
        let plan = self.run(
            &format!("plan -out={PLANNED}"),
            0,
            &["1 to add, 0 to change, 1 to destroy", "+ \"backup -> vault-token"],
        )?;
        self.show_part(&plan, "gallery_invm_access_profile_version.web must be replaced", "Plan:");
        let apply = self.run(&format!("apply {PLANNED}"), 0, &["versions/1.0.1"])?;
        self.show(
            &apply,
            &["Creation complete", "Destruction complete", "Apply complete!", "profile_version_id ="],
        );
        let plan = self.run("plan -detailed-exitcode", 0, &["No changes."])?;
        self.show(&plan, &["No changes."]);
        Ok(())
    }

    fn import(&self, emulator: &Emulator, gallery: &str) -> Result<(), Stop> {
        self.narration.heading("Import a profile that somebody made in the portal");
        let id = format!("{gallery}/inVMAccessControlProfiles/legacy-wireserver");
        let body = json!({
            "location": "westeurope",
            "tags": {"made-by": "hand"},
            "properties": {"osType": "Windows", "applicableHostEndpoint": "WireServer"}
        });
        emulator.put(&id, &body)?;
        if !Release::of(self.terraform.cli()).has(Feature::WrittenConfig) {
            return self.import_by_command(&id, gallery);
        }
        let block = |provider: &str| {
            format!("import {{\n  to = gallery_invm_access_profile.legacy\n  id = {id:?}\n{provider}}}\n")
        };
        self.narration
            .says(&format!("An import block is enough; {} writes the configuration itself:", self.title()));
        let fault = self.terraform.cli().import_blocks_need_a_provider();
        let first = block(if fault { "  provider = gallery\n" } else { "" });
        self.terraform.write(IMPORT, &first)?;
        self.narration.output(first.lines());
        if fault {
            self.narration.says(
                "Terraform 1.16.0 to 1.16.2 finds the provider only if the block names it \
                 (hashicorp/terraform#39144); the line is removed again once the configuration is written.",
            );
        }
        let expected = ["1 to import, 0 to add, 0 to change, 0 to destroy"];
        let plan =
            self.run(&format!("plan -generate-config-out={GENERATED} -out={PLANNED}"), 0, &expected)?;
        self.show(&plan, &["Plan:"]);
        let written = std::fs::read_to_string(self.terraform.directory().join(GENERATED))?;
        self.narration.output(written.lines().filter(|line| !line.is_empty() && !line.starts_with('#')));
        let apply =
            self.run(&format!("apply {PLANNED}"), 0, &["1 imported, 0 added, 0 changed, 0 destroyed"])?;
        self.show(&apply, &["Import complete", "Apply complete!"]);
        self.terraform.write(IMPORT, &block(""))?;
        let plan = self.run("plan -detailed-exitcode", 0, &["No changes."])?;
        self.show(&plan, &["No changes."]);
        Ok(())
    }

    /// The same without import blocks.
    fn import_by_command(&self, id: &str, gallery: &str) -> Result<(), Stop> {
        let config = format!(
            "resource \"gallery_invm_access_profile\" \"legacy\" {{\n  gallery_id               = {gallery:?}\n  \
             name                     = \"legacy-wireserver\"\n  location                 = \"westeurope\"\n  \
             os_type                  = \"Windows\"\n  applicable_host_endpoint = \"WireServer\"\n  \
             tags                     = {{ made-by = \"hand\" }}\n}}\n"
        );
        self.narration.says(&format!(
            "This {} has no import blocks yet, so its configuration is written by hand:",
            self.title()
        ));
        self.terraform.write(GENERATED, &config)?;
        self.narration.output(config.lines());
        let import = format!("import gallery_invm_access_profile.legacy {id}");
        let import = self.run(&import, 0, &["Import successful!"])?;
        self.show(&import, &["Import successful!"]);
        let plan = self.run("plan -detailed-exitcode", 0, &["No changes."])?;
        self.show(&plan, &["No changes."]);
        Ok(())
    }

    fn destroy(&self) -> Result<(), Stop> {
        self.narration.heading("Take it all down");
        self.narration
            .says(&format!("Azure deletes no profile that has versions; {} knows the order.", self.title()));
        let destroy = self.run("destroy -auto-approve", 0, &["Destroy complete! Resources: 3 destroyed."])?;
        self.show(&destroy, &["Destruction complete", "Destroy complete!"]);
        Ok(())
    }

    /// Prints the lines that contain one of these.
    fn show(&self, output: &Output, marks: &[&str]) {
        let lines = output.stdout.lines().filter(|line| marks.iter().any(|mark| line.contains(mark)));
        self.narration.output(lines.map(shortened).collect::<Vec<_>>().iter().map(String::as_str));
    }

    /// Prints the lines from the first that contains this to the next that begins with that.
    fn show_part(&self, output: &Output, first: &str, last: &str) {
        let part = output.stdout.lines().skip_while(|line| !line.contains(first));
        let mut lines = Vec::new();
        for line in part {
            let ends = line.trim_start().starts_with(last);
            if !line.trim().is_empty() {
                lines.push(shortened(line));
            }
            if ends {
                break;
            }
        }
        self.narration.output(lines.iter().map(String::as_str));
    }
}

/// A line with the long beginning of ids omitted.
fn shortened(line: &str) -> String {
    let Some(start) = line.find("/subscriptions/") else { return line.to_owned() };
    let (before, id) = line.split_at(start);
    match id.split_once("/galleries/") {
        Some((_, rest)) => format!("{before}.../galleries/{}", shortened(rest)),
        None => line.to_owned(),
    }
}

fn nothing_is_left(emulator: &Emulator, gallery: &str) -> Result<(), Stop> {
    let inside = format!("{gallery}/").to_lowercase();
    let objects = emulator.objects()?;
    let left = objects
        .iter()
        .filter_map(|one| one.get("id")?.as_str())
        .filter(|id| id.to_lowercase().starts_with(&inside));
    let left: Vec<_> = left.collect();
    if left.is_empty() { Ok(()) } else { Err(Stop(format!("Azure still contains {}", left.join(", ")))) }
}

fn how_to_go_on(narration: &Narration, terraform: &Terraform, directory: &Path, story: Instant) {
    let here = directory.strip_prefix(playground::repository()).unwrap_or(directory).display().to_string();
    let name = terraform.name();
    narration.heading("That was it");
    narration.says(&format!(
        "{:.1} seconds, and Azure is as empty as before. To continue by yourself, in one terminal:",
        story.elapsed().as_secs_f64()
    ));
    let [emulator, environment] = playground::how_to_go_on(&here);
    narration.command(&emulator);
    narration.says("and in another:");
    narration.command(&environment);
    narration.command(&format!("{name} apply"));
    narration.says(&format!(
        "Then change main.tf: misspell a name in a role, remove the only condition of an identity, leave \
         an import to {}. More examples are in examples/, and docs/ describes every resource.",
        terraform.cli().title()
    ));
}
