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
    let (mut steps, mut outside) = (0, 0);
    for (arguments, mut scripts) in by_arguments {
        scripts.sort_by(|(a, _), (b, _)| a.cmp(b));
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let mut rig = Rig::new(&arguments);
        for (name, script) in scripts {
            let outcomes =
                rig.on(async |host| script.replay(host).await).unwrap_or_else(|why| panic!("{name}: {why}"));
            let expected: Vec<_> = script.steps.iter().map(|step| step.outside.clone()).collect();
            assert_eq!(outcomes, expected, "{name}: what can be done, and what needs something from outside");
            steps += outcomes.len();
            outside += outcomes.iter().flatten().count();
        }
    }
    assert!(steps > 100, "{steps} steps");
    assert!(outside * 10 < steps, "{outside} of {steps} steps cannot be done again");
}
