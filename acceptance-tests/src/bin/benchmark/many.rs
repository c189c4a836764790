//! Many versions through the protocol: the cost of each call to the provider, and its memory.

use std::time::Duration;

use acceptance_tests::emulator::Emulator;
use acceptance_tests::host::{Crowd, Launch, Member};
use terraform_provider_gallery::plugin::Value;

use super::table::table;
use super::{AnyError, Rig, usage, waiting, workload};

/// What is measured.
const VERSION: &str = "gallery_invm_access_profile_version";
/// Terraform's default number of calls at a time.
const WIDTH: usize = 10;

/// Measures and prints.
pub(crate) fn measure(rig: &Rig) -> Result<(), AnyError> {
    let runtime = tokio::runtime::Runtime::new()?;
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for size in &rig.options.sizes {
        let (time, kept) = one_size(rig, &runtime, *size)?;
        times.push(time);
        memory.push(kept);
    }
    let head = ["versions", "plan of a create", "apply", "refresh", "plan without change", "goal, each"];
    table("Processor time of the provider for a version of 40 rules", &head, &times);
    let head = ["versions", "after the applies", "most in the refresh", "requests of the refresh"];
    table("Memory and requests, ten calls at a time", &head, &memory);
    waiting::measure(rig, &runtime)
}

/// One size: a provider for the plan, one for the apply, one for the next plan, as commands have it.
fn one_size(
    rig: &Rig,
    runtime: &tokio::runtime::Runtime,
    size: usize,
) -> Result<(Vec<String>, Vec<String>), AnyError> {
    let emulator = rig.azure()?;
    let gallery = profiles(&emulator, size)?;
    let crowd = crowd(rig, runtime, &emulator, &[])?;
    let base = crowd.config(&workload::version(&gallery))?;
    let config = |index: usize| configured(&base, &gallery, index);

    let planning = spent(&crowd, || runtime.block_on(crowd.plan_creations(size, config)))?.0;
    runtime.block_on(crowd.end())?;

    let crowd = self::crowd(rig, runtime, &emulator, &[])?;
    let (applying, members) = spent(&crowd, || runtime.block_on(crowd.create(size, config)))?;
    let applied = usage::resident(crowd.process());
    runtime.block_on(crowd.end())?;

    emulator.forget_requests()?;
    let crowd = self::crowd(rig, runtime, &emulator, &[])?;
    let (order, shuffled) = shuffled(&members);
    let (refreshing, refreshed) = spent(&crowd, || runtime.block_on(crowd.refresh(&shuffled)))?;
    if refreshed.iter().zip(&shuffled).any(|(now, before)| now.as_ref() != Some(before)) {
        return Err("a refresh has changed something".into());
    }
    let peak = usage::peak(crowd.process());
    let (planning_again, changes) = spent(&crowd, || {
        runtime.block_on(crowd.plan(&shuffled, |index| config(order.get(index).copied().unwrap_or(0))))
    })?;
    if changes > 0 {
        return Err(format!("{changes} plans are not empty").into());
    }
    runtime.block_on(crowd.end())?;
    let requests = emulator.requests()?.iter().filter(|request| !request.is_login()).count();

    let each = |time: Duration| {
        #[allow(clippy::cast_precision_loss)]
        let each = time.as_secs_f64() * 1000.0 / size.max(1) as f64;
        format!("{each:.2} ms")
    };
    let mib = |kib: u64| format!("{}.{} MiB", kib / 1024, kib % 1024 * 10 / 1024);
    let name = size.to_string();
    Ok((
        vec![
            name.clone(),
            each(planning),
            each(applying),
            each(refreshing),
            each(planning_again),
            "2 ms".to_owned(),
        ],
        vec![name, mib(applied), mib(peak), requests.to_string()],
    ))
}

/// Puts profiles for this many versions into Azure, and returns the gallery.
pub(crate) fn profiles(emulator: &Emulator, versions: usize) -> Result<String, AnyError> {
    let gallery = workload::gallery(emulator.ready("subscription_id"));
    for number in 0..versions.div_ceil(workload::EACH) {
        emulator.put(&format!("{gallery}/inVMAccessControlProfiles/p{number}"), &workload::profile())?;
    }
    Ok(gallery)
}

/// A provider, started for these versions.
pub(crate) fn crowd(
    rig: &Rig,
    runtime: &tokio::runtime::Runtime,
    emulator: &Emulator,
    more: &[(&'static str, &str)],
) -> Result<Crowd, AnyError> {
    let mut launch = Launch::new(&rig.provider)?;
    for (name, value) in emulator.environment() {
        launch = launch.variable(name, value);
    }
    for (name, value) in more {
        launch = launch.variable(*name, *value);
    }
    Ok(runtime.block_on(Crowd::start(launch, VERSION, WIDTH))??)
}

/// The configuration of one of them.
pub(crate) fn configured(base: &Value, gallery: &str, index: usize) -> Value {
    let mut config = base.clone();
    if let Value::Object(members) = &mut config {
        let profile = format!("{gallery}/inVMAccessControlProfiles/p{}", index / workload::EACH);
        members.insert("profile_id".to_owned(), profile.into());
        members.insert("name".to_owned(), format!("1.0.{}", index % workload::EACH).into());
    }
    config
}

/// The processor time that the provider needs for some work.
fn spent<T, E: Into<AnyError>>(
    crowd: &Crowd,
    work: impl FnOnce() -> Result<T, E>,
) -> Result<(Duration, T), AnyError> {
    let before = usage::processor_time(crowd.process());
    let done = work().map_err(Into::into)?;
    Ok((usage::processor_time(crowd.process()).saturating_sub(before), done))
}

/// A fixed pseudo-random order, like Terraform's.
fn shuffled(members: &[Member]) -> (Vec<usize>, Vec<Member>) {
    let mut order: Vec<usize> = (0..members.len()).collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for at in (1..order.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(at, usize::try_from(state % (at as u64 + 1)).unwrap_or(0));
    }
    let members = order.iter().filter_map(|index| members.get(*index).cloned()).collect();
    (order, members)
}
