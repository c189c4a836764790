//! As the machine or service that Terraform runs on.

use acceptance_tests::emulator::Request;
#[cfg(unix)]
use acceptance_tests::scenario::scenario_with;
use acceptance_tests::scenario::{Scenario, scenario};
use serde_json::json;

use super::{block_signs_in, is_refused, says, signs_in, without_login};

const CLIENT: &str = "7e4a0000-0000-4000-8000-00000000000a";
const OBJECT: &str = "7e4a0000-0000-4000-8000-00000000000b";
const RESOURCE: &str = "/subscriptions/7e4a0000-0000-4000-8000-000000000004/resourceGroups/identities/providers/\
                        Microsoft.ManagedIdentity/userAssignedIdentities/terraform";
/// Where the agent of Azure Arc keeps its files; files elsewhere are never read.
#[cfg(unix)]
const ARC: &str = "/var/opt/azcmagent/tokens";

fn on_a_machine(test: impl Fn(&mut Scenario)) {
    scenario(|s| {
        without_login(s);
        s.terraform.set("ARM_USE_MSI", "true");
        test(s);
    });
}

fn place(s: &Scenario, pointer: &str) -> String {
    s.emulator.place(pointer).unwrap()
}

fn only(requests: &[Request]) -> &Request {
    assert_eq!(requests.len(), 1, "{requests:?}");
    &requests[0]
}

#[test]
fn a_virtual_machine_and_each_of_its_identities() {
    on_a_machine(|s| {
        let endpoint = place(s, "/instance_metadata");
        let mine = ("ARM_MSI_ENDPOINT", endpoint.as_str());
        let own = signs_in(s, &[mine]);
        assert_eq!(only(&own).headers["metadata"], "true");
        assert!(!only(&own).query.contains("client_id"), "{own:?}");
        for (name, value, parameter) in [
            ("ARM_CLIENT_ID", CLIENT, "client_id="),
            ("ARM_MSI_OBJECT_ID", OBJECT, "object_id="),
            ("ARM_MSI_RESOURCE_ID", RESOURCE, "msi_res_id="),
        ] {
            let requests = signs_in(s, &[mine, (name, value)]);
            assert!(only(&requests).query.contains(parameter), "{requests:?}");
        }
        let requests = signs_in(s, &[mine, ("ARM_MSI_API_VERSION", "2021-02-01")]);
        assert!(only(&requests).query.contains("api-version=2021-02-01"), "{requests:?}");
        s.terraform.unset("ARM_USE_MSI");
        let block =
            format!("  use_msi      = true\n  msi_endpoint = {endpoint:?}\n  client_id    = {CLIENT:?}");
        assert!(only(&block_signs_in(s, &block)).query.contains(CLIENT));
    });
}

#[test]
fn app_service_and_cloud_shell_by_what_they_set() {
    on_a_machine(|s| {
        let (endpoint, header) = (place(s, "/app_service/endpoint"), place(s, "/app_service/header"));
        let there = [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IDENTITY_HEADER", header.as_str())];
        let requests = signs_in(s, &there);
        assert_eq!(
            (only(&requests).path.as_str(), &only(&requests).headers["x-identity-header"]),
            ("/msi/token", &json!("present"))
        );
        signs_in(s, &[there[0], there[1], ("ARM_CLIENT_ID", CLIENT)]);
        signs_in(s, &[there[0], there[1], ("ARM_MSI_OBJECT_ID", OBJECT)]);
        signs_in(s, &[there[0], there[1], ("ARM_MSI_RESOURCE_ID", RESOURCE)]);
        let output = is_refused(s, &[there[0], ("IDENTITY_HEADER", "stale-identity-header")]);
        says(&output, &["401", "identity header"]);
        assert!(!output.says("stale-identity-header"), "{output}");

        let shell = place(s, "/cloud_shell");
        assert_eq!(only(&signs_in(s, &[("MSI_ENDPOINT", &shell)])).method, "POST");
    });
}

#[test]
fn an_identity_that_is_not_there() {
    on_a_machine(|s| {
        let endpoint = place(s, "/instance_metadata");
        let mine = ("ARM_MSI_ENDPOINT", endpoint.as_str());
        let unknown = "7e4a0000-0000-4000-8000-0000000000ff";
        says(&is_refused(s, &[mine, ("ARM_CLIENT_ID", unknown)]), &["Identity not found", unknown]);
        let two = [(1, "1"), (2, "2")].map(|(at, id)| {
            json!({"client_id": format!("c{at}"), "object_id": format!("o{at}"), "resource_id": format!("/id/{id}")})
        });
        s.emulator
            .register(&json!({"managed_identities": {"system_assigned": false, "user_assigned": two}}))
            .unwrap();
        says(&is_refused(s, &[mine]), &["Multiple user assigned identities exist"]);
        s.emulator
            .register(&json!({"managed_identities": {"system_assigned": false, "user_assigned": []}}))
            .unwrap();
        says(&is_refused(s, &[mine]), &["Identity not found"]);
        let far = is_refused(s, &[("ARM_MSI_ENDPOINT", "http://identity.example/token")]);
        says(&far, &["http", "ARM_MSI_ENDPOINT"]);
    });
}

#[cfg(unix)]
#[test]
fn azure_arc_reads_keys_from_its_own_folder_only() {
    // The folder belongs to the agent, and only administrators can create one.
    let made = !std::path::Path::new(ARC).exists() && std::fs::create_dir_all(ARC).is_ok();
    if made {
        scenario_with(&["--arc-directory", ARC], |s| {
            without_login(s);
            let endpoint = place(s, "/arc/endpoint");
            let arc = [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IMDS_ENDPOINT", endpoint.as_str())];
            let requests = signs_in(s, &[arc[0], arc[1], ("ARM_USE_MSI", "true")]);
            let statuses: Vec<_> = requests.iter().map(|one| one.status).collect();
            assert_eq!(statuses, [Some(401), Some(200)], "{requests:?}");
        });
        for directory in [ARC, "/var/opt/azcmagent"] {
            // Other files in it are not ours.
            let _ = std::fs::remove_dir(directory);
        }
    }
    on_a_machine(|s| {
        let endpoint = place(s, "/arc/endpoint");
        let arc = [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IMDS_ENDPOINT", endpoint.as_str())];
        let output = is_refused(s, &arc);
        says(&output, &["is not in /var/opt/azcmagent/tokens", "was not read"]);
        let output = is_refused(s, &[arc[0], arc[1], ("ARM_CLIENT_ID", CLIENT)]);
        says(&output, &["Azure Arc has no user-assigned identities"]);
    });
}
