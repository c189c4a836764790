//! Every configuration that an acceptance test has the real CLI apply, applied by the host double.

use std::collections::BTreeMap;

use acceptance_tests::host::Script;
use acceptance_tests::replay;

use super::Rig;

#[test]
fn the_host_double_applies_what_the_real_cli_applied() {
    let mut by_arguments: BTreeMap<Vec<String>, Vec<(String, Script)>> = BTreeMap::new();
    for file in std::fs::read_dir(replay::corpus()).unwrap() {
        let path = file.unwrap().path();
        let script = Script::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        by_arguments.entry(script.emulator.clone()).or_default().push((name, script));
    }
    // Many scripts wait for operations, so each emulator has its own thread.
    let counts = std::thread::scope(|scope| {
        let groups = by_arguments.into_iter();
        let threads: Vec<_> =
            groups.map(|(arguments, scripts)| scope.spawn(|| replay_all(arguments, scripts))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    let steps: usize = counts.iter().map(|(steps, _)| steps).sum();
    let outside: usize = counts.iter().map(|(_, outside)| outside).sum();
    assert!(steps > 100, "{steps} steps");
    assert!(outside * 10 < steps, "{outside} of {steps} steps cannot be done again");
}

/// Applies the scripts on one Azure. Returns the number of steps, and of those that need something from outside.
fn replay_all(arguments: Vec<String>, mut scripts: Vec<(String, Script)>) -> (usize, usize) {
    scripts.sort_by(|(a, _), (b, _)| a.cmp(b));
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let mut rig = Rig::new(&arguments);
    let (mut steps, mut outside) = (0, 0);
    for (name, script) in scripts {
        let outcomes =
            rig.on(async |host| script.replay(host).await).unwrap_or_else(|why| panic!("{name}: {why}"));
        let expected: Vec<_> = script.steps.iter().map(|step| step.outside.clone()).collect();
        assert_eq!(outcomes, expected, "{name}: what can be done, and what needs something from outside");
        steps += outcomes.len();
        outside += outcomes.iter().flatten().count();
    }
    (steps, outside)
}
