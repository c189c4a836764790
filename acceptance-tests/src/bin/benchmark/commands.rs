//! Whole commands of the real CLI, and what of their processor time is the provider's.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use acceptance_tests::cli::{Cli, HOW_TO_GET_ONE};
use acceptance_tests::terraform::Terraform;
use terraform_provider_gallery::provider::ADDRESS;

use super::state_server::StateServer;
use super::table::{say, table};
use super::{Rig, Trouble, workload};

/// Where the shells that stand between write what their children have used.
const LOG: &str = "provider-times";

/// Measures and prints.
pub(crate) fn measure(rig: &Rig) -> Result<(), Trouble> {
    let count = rig.options.commands;
    if count == 0 {
        return Ok(());
    }
    let Some(cli) = Cli::find() else {
        say(HOW_TO_GET_ONE);
        return Ok(());
    };
    let directory = tempfile::tempdir()?;
    let (emulator, state) = (rig.azure()?, StateServer::start()?);
    let mut terraform = Terraform::new(cli, directory.path());
    terraform.mirror_provider(&wrapper(rig, directory.path())?)?;
    for (name, value) in emulator.environment() {
        terraform.set(name, value);
    }
    let gallery = workload::gallery(emulator.ready("subscription_id"));
    terraform.write("main.tf", &configuration(&gallery, count, &state.backend()))?;
    terraform.write("rules.json", &workload::rules().to_string())?;
    let run = |arguments: &str| timed(&terraform, cli, arguments);
    run("init -input=false")?;
    emulator.forget_requests()?;

    let mut rows = Vec::new();
    for (name, arguments) in [
        ("validate", "validate"),
        ("plan", "plan -input=false -out=planned"),
        ("apply", "apply -input=false planned"),
        ("plan without change", "plan -input=false -detailed-exitcode"),
    ] {
        let times = run(arguments)?;
        let requests = emulator.requests()?.iter().filter(|request| !request.is_login()).count();
        emulator.forget_requests()?;
        let seconds = |seconds: f64| format!("{seconds:.2} s");
        rows.push(vec![
            name.to_owned(),
            seconds(times.wall),
            seconds(times.cli),
            seconds(times.provider),
            format!("{:.3}", times.provider / times.cli.max(0.001)),
            "0.200".to_owned(),
            requests.to_string(),
        ]);
    }
    let head = ["command", "wall", "CLI's own processor time", "provider's", "ratio", "goal", "requests"];
    let profiles = count.div_ceil(workload::EACH);
    table(&format!("{} with {count} versions of 40 rules under {profiles} profiles", cli.name), &head, &rows);
    let (written, bare) = state.size();
    say(&format!(
        "\nThe state takes {} bytes for each version, profiles included; {} of them do not indent. The rules of a version \
         take {} bytes as the provider's JSON.",
        written / count,
        bare / count,
        workload::rules().to_string().len()
    ));
    Ok(())
}

/// The seconds that a command took.
struct Times {
    wall: f64,
    cli: f64,
    provider: f64,
}

/// A provider that runs the real one and writes down what it used. A shell's `times` counts milliseconds, and counts
/// itself apart from its children.
fn wrapper(rig: &Rig, directory: &Path) -> Result<std::path::PathBuf, Trouble> {
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

/// Runs a command under a shell that says what it used.
fn timed(terraform: &Terraform, cli: &Cli, arguments: &str) -> Result<Times, Trouble> {
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

/// Reads what `times` prints, once or more often: the shells' own seconds, and those of their children.
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

/// The configuration: all versions by one block, as a module would have them.
fn configuration(gallery: &str, count: usize, backend: &str) -> String {
    let (profiles, each) = (count.div_ceil(workload::EACH), workload::EACH);
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
  name           = "1.0.${{count.index % {each}}}"
  mode           = "Enforce"
  default_access = "Deny"
  target_regions = ["westus"]
  rules {{
    privileges       = local.rules.privileges
    roles            = local.rules.roles
    identities       = local.rules.identities
    role_assignments = local.rules.role_assignments
  }}
}}
"#
    )
}
