//! With a client secret, or with nothing.

use acceptance_tests::host::Feature;
use acceptance_tests::scenario::scenario;

use super::{with_login, without_login};
use crate::configurations::{PROFILE, both};

const LOGIN: [&str; 3] = ["ARM_TENANT_ID", "ARM_CLIENT_ID", "ARM_CLIENT_SECRET"];

#[test]
fn nothing_is_needed_to_validate_and_plan() {
    scenario(|s| {
        without_login(s);
        assert_eq!(s.validate(&both()), []);
        let plan = s.plan(&both());
        assert!(plan.output.says("2 to add, 0 to change, 0 to destroy"), "{}", plan.output);
        assert!(s.emulator.requests().unwrap().is_empty(), "no request was sent to Azure");

        let output = s.reapply_fails(&[]);
        assert_eq!(output.times("No login configured"), 1, "{output}");
        for name in LOGIN {
            assert!(output.says(name), "{output}");
        }
        with_login(s);
        s.reapply(&[]);
        // Existing objects cannot be read without a login.
        without_login(s);
        let output = s.plan_fails(&both());
        assert!(output.says("No login configured"), "{output}");
        with_login(s);
    });
}

#[test]
fn a_wrong_secret_is_reported_in_azures_own_words() {
    scenario(|s| {
        s.terraform.set("ARM_CLIENT_SECRET", "mistyped");
        let output = s.apply_fails(PROFILE);
        for words in [
            "AADSTS7000215",
            "Invalid client secret provided",
            "Trace ID",
            "Correlation ID",
            "Check the tenant, the client id and the client secret",
        ] {
            assert!(output.says(words), "{words}: {output}");
        }
        assert!(!output.says("mistyped"), "{output}");
        with_login(s);
        s.apply(PROFILE);
    });
}

#[test]
fn arguments_work_like_the_environment() {
    scenario(|s| {
        let ready = |name: &str| s.emulator.ready(name).to_owned();
        let block = format!(
            "provider \"gallery\" {{\n  tenant_id     = {:?}\n  client_id     = {:?}\n  client_secret = {:?}\n  \
             environment   = \"custom\"\n  endpoint {{\n    resource_manager_endpoint       = {:?}\n    \
             active_directory_authority_host = {:?}\n    resource_manager_audience       = {:?}\n  }}\n}}",
            ready("tenant_id"),
            ready("client_id"),
            ready("client_secret"),
            ready("arm"),
            ready("authority"),
            ready("arm"),
        );
        let names: Vec<_> = s.emulator.environment().into_iter().map(|(name, _)| name).collect();
        for name in names.iter().filter(|name| name.starts_with("ARM_")) {
            s.terraform.unset(name);
        }
        s.provider(&block);
        s.apply(&both());

        s.provider(&block.replace("\"custom\"", "\"mars\""));
        let output = s.plan_fails(&both());
        assert!(output.says("`public`, `usgovernment`, `china` and `custom`"), "{output}");
        s.provider(&block);
    });
}

#[test]
fn a_provider_block_that_depends_on_a_resource() {
    scenario(|s| {
        if !s.can(Feature::TerraformData) {
            return;
        }
        let secret = s.emulator.ready("client_secret").to_owned();
        s.terraform.unset("ARM_CLIENT_SECRET");
        s.provider(&format!(
            "resource \"terraform_data\" \"secret\" {{\n  input = {secret:?}\n}}\n\
             provider \"gallery\" {{\n  client_secret = terraform_data.secret.output\n}}"
        ));
        s.apply(&both());
    });
}
