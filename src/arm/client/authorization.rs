//! Roles, their assignments, and the existing operations. Only read.

use super::super::call::Call;
use super::super::error::Error;
use super::super::models::authorization::{ProviderOperations, RoleAssignment, RoleDefinition};
use super::ArmClient;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

/// The api-version for role definitions. The stable 2022-04-01 lacks the dates in its model; azurerm reads
/// definitions, conditions included, with this one.
const ROLE_DEFINITIONS: &str = "2022-05-01-preview";

/// The api-version for everything else.
const AUTHORIZATION: &str = "2022-04-01";

/// Roles and their assignments. A scope is a path such as `/subscriptions/...`, or empty for the tenant.
#[derive(Clone, Copy, Debug)]
pub struct Authorization<'a>(&'a ArmClient);

impl<'a> Authorization<'a> {
    pub(super) fn new(client: &'a ArmClient) -> Self {
        Self(client)
    }

    /// Reads the role definition with this GUID, as it exists at a scope.
    pub async fn role_definition(
        self,
        scope: &str,
        guid: &str,
        call: &Call,
    ) -> Result<RoleDefinition, Error> {
        let path = format!("{scope}/providers/Microsoft.Authorization/roleDefinitions/{guid}");
        self.one(&path, ROLE_DEFINITIONS, call).await
    }

    /// Reads the role definition with this full id.
    pub async fn role_definition_by_id(self, id: &str, call: &Call) -> Result<RoleDefinition, Error> {
        self.one(id, ROLE_DEFINITIONS, call).await
    }

    /// Reads the role definitions that can be assigned at a scope; with a name, those of that name.
    pub async fn role_definitions(
        self,
        scope: &str,
        role_name: Option<&str>,
        call: &Call,
    ) -> Result<Vec<RoleDefinition>, Error> {
        let filter = role_name.map(|name| format!("roleName eq '{}'", quoted(name)));
        self.all(scope, "roleDefinitions", ROLE_DEFINITIONS, filter, call).await
    }

    /// Reads somebody's role assignments at a scope and above it, direct or through groups.
    pub async fn role_assignments_of(
        self,
        scope: &str,
        principal: &str,
        call: &Call,
    ) -> Result<Vec<RoleAssignment>, Error> {
        let filter = format!("atScope() and assignedTo('{}')", quoted(principal));
        self.all(scope, "roleAssignments", AUTHORIZATION, Some(filter), call).await
    }

    /// Reads the deny assignments at a scope and above it, each as the service returns it.
    pub async fn deny_assignments(self, scope: &str, call: &Call) -> Result<Vec<Value>, Error> {
        self.all(scope, "denyAssignments", AUTHORIZATION, Some("atScope()".to_owned()), call).await
    }

    /// Reads the permission blocks of the caller's own roles at a scope, each as the service returns it.
    /// Published for a resource group and for what is in one.
    pub async fn permissions(self, scope: &str, call: &Call) -> Result<Vec<Value>, Error> {
        self.all(scope, "permissions", AUTHORIZATION, None, call).await
    }

    /// Reads the operations of every resource provider. Megabytes.
    pub async fn all_operations(self, call: &Call) -> Result<Vec<ProviderOperations>, Error> {
        let url = self
            .url("/providers/Microsoft.Authorization/providerOperations", AUTHORIZATION, &EXPANDED, call)
            .await?;
        self.0.list_from(url, AUTHORIZATION, call).await
    }

    /// Reads the operations of one resource provider.
    pub async fn operations_of(self, namespace: &str, call: &Call) -> Result<ProviderOperations, Error> {
        let path = format!("/providers/Microsoft.Authorization/providerOperations/{namespace}");
        let url = self.url(&path, AUTHORIZATION, &EXPANDED, call).await?;
        Ok(self.0.read(&url, call).await?.0)
    }

    async fn one<T: DeserializeOwned + Send>(
        self,
        path: &str,
        version: &str,
        call: &Call,
    ) -> Result<T, Error> {
        let url = self.url(path, version, &[], call).await?;
        Ok(self.0.read(&url, call).await?.0)
    }

    async fn all<T: DeserializeOwned>(
        self,
        scope: &str,
        kind: &str,
        version: &str,
        filter: Option<String>,
        call: &Call,
    ) -> Result<Vec<T>, Error> {
        let path = format!("{scope}/providers/Microsoft.Authorization/{kind}");
        let query: Vec<_> = filter.iter().map(|filter| ("$filter", filter.as_str())).collect();
        let url = self.url(&path, version, &query, call).await?;
        self.0.list_from(url, version, call).await
    }

    async fn url(self, path: &str, version: &str, query: &[(&str, &str)], call: &Call) -> Result<Url, Error> {
        self.0.http(call).await?.url_at(path, version, query)
    }
}

/// Includes the operations of resource types in the response.
const EXPANDED: [(&str, &str); 1] = [("$expand", "resourceTypes")];

/// Text inside the quotes of a filter.
fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}
