//! In a pod of a cluster with workload identity, such as AKS.

use acceptance_tests::scenario::scenario;
use serde_json::json;

use super::{assertions, block_signs_in, is_refused, says, signs_in, without_login};

#[test]
fn the_clusters_variables_are_enough() {
    scenario(|s| {
        let (tenant, client) =
            (s.emulator.ready("tenant_id").to_owned(), s.emulator.ready("client_id").to_owned());
        without_login(s);
        let path = s.terraform.directory().join("azure-identity-token");
        std::fs::write(&path, s.emulator.assertion(&json!({})).unwrap()).unwrap();
        let path = path.to_str().unwrap().to_owned();
        s.terraform.set("AZURE_TENANT_ID", &tenant);
        s.terraform.set("AZURE_CLIENT_ID", &client);
        s.terraform.set("AZURE_FEDERATED_TOKEN_FILE", &path);
        let requests = signs_in(s, &[("ARM_USE_AKS_WORKLOAD_IDENTITY", "1")]);
        assert_eq!(assertions(&requests)[0]["claims"]["sub"], "system:serviceaccount:terraform:runner");
        assert_eq!(assertions(&block_signs_in(s, "  use_aks_workload_identity = true")).len(), 1);

        // Another tenant in the settings than in the pod is a mistake, not a preference.
        let other = "7e4a0000-0000-4000-8000-0000000000ff";
        let output = is_refused(s, &[("ARM_USE_AKS_WORKLOAD_IDENTITY", "true"), ("ARM_TENANT_ID", other)]);
        says(&output, &["ARM_TENANT_ID", "AZURE_TENANT_ID"]);
        let missing = "/var/run/secrets/none/token";
        let output = is_refused(
            s,
            &[("ARM_USE_AKS_WORKLOAD_IDENTITY", "true"), ("AZURE_FEDERATED_TOKEN_FILE", missing)],
        );
        says(&output, &[missing, "AZURE_FEDERATED_TOKEN_FILE"]);
        std::fs::write(&path, s.emulator.assertion(&json!({"seconds": -1})).unwrap()).unwrap();
        says(
            &is_refused(s, &[("ARM_USE_AKS_WORKLOAD_IDENTITY", "true")]),
            &["AADSTS700024", "AZURE_FEDERATED_TOKEN_FILE"],
        );
    });
}
