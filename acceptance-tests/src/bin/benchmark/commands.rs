//! Whole commands of the real CLI, and the provider's share of their processor time.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use acceptance_tests::cli::{Cli, HOW_TO_GET_ONE};
use acceptance_tests::terraform::Terraform;
use terraform_provider_gallery::provider::ADDRESS;

use super::state_server::StateServer;
use super::table::{say, table};
use super::{AnyError, Rig, workload};

/// Where the wrapper shells write what their child processes have used.
const LOG: &str = "provider-times";

/// The steps, in order: the name of a step, its form of the configuration, and its arguments.
const STEPS: [(&str, Form, &str); 10] = [
    ("validate", Form::First, "validate"),
    ("plan", Form::First, "plan -input=false -out=planned"),
    ("apply of the plan", Form::First, "apply -input=false planned"),
    ("plan without change", Form::First, "plan -input=false -detailed-exitcode"),
    ("plan of a replacement", Form::Replaced, "plan -input=false -out=planned"),
    ("replacement, destroyed first", Form::Replaced, "apply -input=false planned"),
    ("keep before destroying", Form::CreatedFirst, "apply -input=false -auto-approve"),
    ("plan of a replacement", Form::ReplacedAgain, "plan -input=false -out=planned"),
    ("replacement, created first", Form::ReplacedAgain, "apply -input=false planned"),
    ("destroy", Form::ReplacedAgain, "destroy -input=false -auto-approve"),
];

/// The forms of the configuration.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    First,
    /// The versions have another name.
    Replaced,
    /// They also have `create_before_destroy`.
    CreatedFirst,
    /// Another name again.
    ReplacedAgain,
}

impl Form {
    /// The number before the last of the versions' names.
    fn minor(self) -> u32 {
        match self {
            Self::First => 0,
            Self::Replaced | Self::CreatedFirst => 1,
            Self::ReplacedAgain => 2,
        }
    }

    fn is_created_first(self) -> bool {
        matches!(self, Self::CreatedFirst | Self::ReplacedAgain)
    }
}

/// Measures each program on the PATH, and prints a column for each.
pub(crate) fn measure(rig: &Rig) -> Result<(), AnyError> {
    let count = rig.options.commands;
    if count == 0 {
        return Ok(());
    }
    if Cli::all().is_empty() {
        say(HOW_TO_GET_ONE);
        return Ok(());
    }
    let mut columns = Vec::new();
    for cli in Cli::all() {
        columns.push(one_program(rig, cli, count)?);
    }
    let mut head = vec!["command".to_owned()];
    head.extend(Cli::all().iter().map(|cli| format!("{} {}", cli.name, cli.version())));
    let head: Vec<_> = head.iter().map(String::as_str).collect();
    let profiles = count.div_ceil(workload::EACH);
    let title = |what: &str| format!("{count} versions of 40 rules under {profiles} profiles: {what}");
    let rows = |cell: &dyn Fn(&Step) -> String| -> Vec<Vec<String>> {
        let row = |(number, (name, ..)): (usize, &(&str, Form, &str))| {
            let cells = columns.iter().filter_map(|steps| steps.get(number)).map(cell);
            std::iter::once((*name).to_owned()).chain(cells).collect()
        };
        STEPS.iter().enumerate().map(row).collect()
    };
    table(&title("seconds"), &head, &rows(&|step| format!("{:.2}", step.times.wall)));
    let provider = |step: &Step| {
        let ratio = step.times.provider / step.times.cli.max(0.001);
        format!("{:.2} ({ratio:.3})", step.times.provider)
    };
    let what = "processor seconds of the provider (and to those of the program itself: the goal is 0.200)";
    table(&title(what), &head, &rows(&provider));
    table(&title("requests"), &head, &rows(&|step| step.requests.to_string()));
    Ok(())
}

/// The cost of a step.
struct Step {
    times: Times,
    requests: usize,
}

/// The steps with one program.
fn one_program(rig: &Rig, cli: &Cli, count: usize) -> Result<Vec<Step>, AnyError> {
    let directory = tempfile::tempdir()?;
    let (emulator, state) = (rig.azure()?, StateServer::start()?);
    let mut terraform = Terraform::new(cli, directory.path());
    terraform.mirror_provider(&wrapper(rig, directory.path())?)?;
    for (name, value) in emulator.environment() {
        terraform.set(name, value);
    }
    let gallery = workload::gallery(emulator.ready("subscription_id"));
    let write = |form| terraform.write("main.tf", &configuration(&gallery, count, &state.backend(), form));
    write(Form::First)?;
    terraform.write("rules.json", &workload::rules().to_string())?;
    timed(&terraform, cli, "init -input=false")?;
    emulator.forget_requests()?;

    let mut steps = Vec::new();
    for (name, form, arguments) in STEPS {
        write(form)?;
        let times = timed(&terraform, cli, arguments)?;
        let requests = emulator.requests()?.iter().filter(|request| !request.is_login()).count();
        emulator.forget_requests()?;
        steps.push(Step { times, requests });
        if name == "plan without change" {
            let (written, bare) = state.size();
            say(&format!(
                "\n{} {}: the state takes {} bytes for each version, profiles included; {} of them are not \
                 indentation. The rules of a version take {} bytes as the provider's JSON.",
                cli.name,
                cli.version(),
                written / count,
                bare / count,
                workload::rules().to_string().len()
            ));
        }
    }
    Ok(steps)
}

/// The seconds that a command took.
struct Times {
    wall: f64,
    cli: f64,
    provider: f64,
}

/// A wrapper that runs the real provider and writes its usage. A shell's `times` has milliseconds, and lists
/// the shell apart from its child processes.
fn wrapper(rig: &Rig, directory: &Path) -> Result<std::path::PathBuf, AnyError> {
    let folder = directory.join("provider");
    std::fs::create_dir(&folder)?;
    let file = folder.join("terraform-provider-gallery");
    let text = format!(
        "#!/usr/bin/env bash\ntrap '' INT\n{:?} \"$@\"\nstatus=$?\ntimes >> {:?}\nexit $status\n",
        rig.provider,
        directory.join(LOG)
    );
    std::fs::write(&file, text)?;
    #[cfg(unix)]
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(file)
}

/// Runs a command under a shell that prints its usage.
fn timed(terraform: &Terraform, cli: &Cli, arguments: &str) -> Result<Times, AnyError> {
    let log = terraform.directory().join(LOG);
    std::fs::write(&log, "")?;
    let began = Instant::now();
    let script = format!("{:?} {arguments} > output 2>&1; status=$?; times; exit $status", cli.program);
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(terraform.directory())
        .env_clear()
        .envs(terraform.variables())
        .stdin(Stdio::null())
        .output()?;
    let wall = began.elapsed().as_secs_f64();
    if !output.status.success() {
        let said = std::fs::read_to_string(terraform.directory().join("output")).unwrap_or_default();
        return Err(format!("{} {arguments} failed: {said}", cli.name).into());
    }
    let (_, all) = times(&String::from_utf8_lossy(&output.stdout));
    let (shells, provider) = times(&std::fs::read_to_string(&log)?);
    Ok(Times { wall, cli: (all - shells - provider).max(0.0), provider })
}

/// Reads the output of `times`, once or more often: the shells' own seconds, and those of their child
/// processes.
fn times(text: &str) -> (f64, f64) {
    let seconds = |word: &str| {
        let (minutes, seconds) = word.trim_end_matches('s').split_once('m')?;
        Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
    };
    let line = |line: &str| line.split_whitespace().filter_map(seconds).sum::<f64>();
    let lines: Vec<f64> = text.lines().map(line).collect();
    let every_other = |from: usize| lines.iter().skip(from).step_by(2).sum();
    (every_other(0), every_other(1))
}

/// The configuration: all versions in one block, as a module would have them.
fn configuration(gallery: &str, count: usize, backend: &str, form: Form) -> String {
    let (profiles, each, minor) = (count.div_ceil(workload::EACH), workload::EACH, form.minor());
    let lifecycle = match form.is_created_first() {
        true => "\n  lifecycle {\n    create_before_destroy = true\n  }",
        false => "",
    };
    format!(
        r#"{backend}
terraform {{
  required_providers {{
    gallery = {{ source = {ADDRESS:?} }}
  }}
}}

locals {{
  rules = jsondecode(file("rules.json"))
}}

resource "gallery_invm_access_profile" "p" {{
  count                    = {profiles}
  gallery_id               = {gallery:?}
  name                     = "p${{count.index}}"
  location                 = "westus"
  os_type                  = "Linux"
  applicable_host_endpoint = "IMDS"
}}

resource "gallery_invm_access_profile_version" "v" {{
  count          = {count}
  profile_id     = gallery_invm_access_profile.p[floor(count.index / {each})].id
  name           = "1.{minor}.${{count.index % {each}}}"
  mode           = "Enforce"
  default_access = "Deny"
  target_regions = ["westus"]
  rules {{
    privileges       = local.rules.privileges
    roles            = local.rules.roles
    identities       = local.rules.identities
    role_assignments = local.rules.role_assignments
  }}{lifecycle}
}}
"#
    )
}
