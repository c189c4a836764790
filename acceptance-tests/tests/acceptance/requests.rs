//! The number of requests.

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::{Scenario, scenario};

use crate::configurations::{PROFILE, RULES, V, WEB, both, version, version_of};

fn lines(s: &Scenario) -> Vec<String> {
    s.requests().iter().map(ToString::to_string).collect()
}

#[test]
fn a_create_is_two_requests_a_refresh_one_and_timeouts_none() {
    scenario(|s| {
        s.write(PROFILE);
        s.run_well(&["apply", "-no-color", "-auto-approve"]);
        assert_eq!(lines(s).len(), 2, "a profile is looked for and created");

        s.write(&both());
        s.run_well(&["apply", "-no-color", "-auto-approve", "-refresh=false"]);
        let created = lines(s);
        assert!(
            created.len() <= 3,
            "the region of a profile not seen in this run may take one more: {created:?}"
        );

        s.nothing_to_do();
        let refreshed = lines(s);
        assert_eq!(refreshed.len(), 2, "one for each: {refreshed:?}");
        assert!(refreshed.iter().all(|line| line.starts_with("GET")));

        let patient = both().replace("os_type ", "timeouts { update = \"1h\" }\n  os_type ");
        let patient = patient.replace("mode ", "timeouts { create = \"2h\" }\n  mode ");
        s.write(&patient);
        let plan = s.replan(&["-refresh=false"]);
        assert!(plan.output.says("0 to add, 2 to change, 0 to destroy"), "{}", plan.output);
        s.run_well(&["apply", "-no-color", "planned"]);
        let none: [String; 0] = [];
        assert_eq!(lines(s), none, "timeouts are nothing to Azure");
    });
}

#[test]
fn a_profile_is_read_once_a_run_at_most() {
    scenario(|s| {
        s.apply(PROFILE);
        s.requests();
        let six = |more: &str| format!("{PROFILE}{}", version(&format!("  count = 6\n{more}")));
        s.write(&six(""));
        s.run_well(&["apply", "-no-color", "-auto-approve", "-refresh=false"]);
        let created = lines(s);
        assert_eq!(created.len(), 6 * 2 + 1, "two for each, and one read of the profile: {created:?}");

        // The plan has read the profile, and the deletions pass its region on.
        let plan = s.plan(&six(RULES));
        assert_eq!(plan.actions(&format!("{V}[0]")), "delete, create");
        s.requests();
        s.run_well(&["apply", "-no-color", "planned"]);
        let replaced = lines(s);
        let wrote = |method: &str| replaced.iter().filter(|line| line.starts_with(method)).count();
        // One read of the profile: for the findings of the second plan, unless the host kept the first plan's
        // data.
        let look = usize::from(!s.release().has(Feature::PlannedPrivate));
        assert_eq!((wrote("DELETE"), wrote("PUT"), wrote("GET")), (6, 6, 6 + look), "{replaced:?}");

        // If the configuration refers to the profile's location, the region need not be read; the findings
        // read the profile once.
        let more = format!("  location = {WEB}.location\n{RULES}");
        s.write(&format!("{}{}", six(RULES), version_of("next", &more)));
        s.run_well(&["apply", "-no-color", "-auto-approve", "-refresh=false"]);
        let created = lines(s);
        assert_eq!(created.len(), 3, "{created:?}");
    });
}

#[test]
fn a_version_created_with_its_profile_is_two_requests_too() {
    scenario(|s| {
        s.write(&both());
        s.run_well(&["apply", "-no-color", "-auto-approve"]);
        let created = lines(s);
        assert_eq!(created.len(), 4, "{created:?}");
        let login = s.emulator.requests().unwrap();
        assert!(login.is_empty(), "{login:?}");

        // A name chosen by the provider costs one list of the versions instead of the read.
        s.write(&format!("{}{}", both(), version_of("next", RULES)));
        s.run_well(&["apply", "-no-color", "-auto-approve"]);
        let created = lines(s);
        assert!(
            created.len() <= 5,
            "two to refresh, two to create, one for the profile's region: {created:?}"
        );
    });
}
