//! Signing in with a managed identity, or as the az CLI's user.

use super::super::source::{Lookup, Setting, Source};
use super::application::ApplicationIds;
use super::{Choice, Switches, incomplete_error};
use crate::arm::{IdentityEndpoint, IdentitySelector, Login, MachineUrl, ManagedIdentity, Secret};
use crate::plugin::Diagnostic;

/// The managed identity of the platform.
pub(super) fn by_managed_identity(
    lookup: &Lookup<'_>,
    ids: &ApplicationIds,
    switches: &Switches,
) -> Result<Choice, Diagnostic> {
    let Some(switch) = switches.msi.as_ref().filter(|found| found.value) else {
        return Ok(Choice::Skip("use_msi is not set to true".to_owned()));
    };
    let (identity, named_by) = identity(lookup, ids)?;
    let endpoint = endpoint(lookup)?;
    let version = lookup.sign_in_text("msi_api_version")?;
    if let Some(version) = &version
        && !version.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
    {
        let detail = format!("The {} is not an api-version, such as 2018-02-01.", version.source);
        return Err(version.source.attach_to(Diagnostic::error("Unusable api-version", detail)));
    }
    match ManagedIdentity::new(identity, endpoint, version.map(|found| found.value)) {
        Ok(identity) => Ok(Choice::Use(Login::ManagedIdentity(identity))),
        Err(error) => {
            let source = named_by.unwrap_or(&switch.source);
            let detail = format!("The {source} names an identity, but {error}. Leave it out.");
            Err(source.attach_to(Diagnostic::error("No such managed identity", detail)))
        }
    }
}

/// Which identity, and the setting that named it.
fn identity<'a>(
    lookup: &Lookup<'_>,
    ids: &'a ApplicationIds,
) -> Result<(IdentitySelector, Option<&'a Source>), Diagnostic> {
    let object = lookup.sign_in_text("msi_object_id")?;
    let resource = lookup.sign_in_text("msi_resource_id")?;
    let client = ids.given_client();
    let twice = |one: &dyn std::fmt::Display, other: &Setting<String>| {
        let detail =
            format!("The {one} and the {} each name a managed identity. Set only one of them.", other.source);
        other.source.attach_to(Diagnostic::error("Two managed identities", detail))
    };
    match (object, resource) {
        (Some(object), Some(resource)) => Err(twice(&object.source, &resource)),
        (Some(found), None) => match client {
            Some(client) => Err(twice(&client.source, &found)),
            None => Ok((IdentitySelector::Object(found.value), None)),
        },
        (None, Some(found)) => match client {
            Some(client) => Err(twice(&client.source, &found)),
            None => Ok((IdentitySelector::Resource(found.value), None)),
        },
        (None, None) => Ok(match &ids.client {
            Some(client) => {
                (IdentitySelector::Client(client.value.as_str().to_owned()), Some(&client.source))
            }
            None => (IdentitySelector::System, None),
        }),
    }
}

/// The endpoint to call: the one that is set, else the one that the platform has set in the environment, else
/// a virtual machine's. The variables are those of azure_identity.
fn endpoint(lookup: &Lookup<'_>) -> Result<IdentityEndpoint, Diagnostic> {
    if let Some(given) = lookup.sign_in_text("msi_endpoint")? {
        let url =
            given.parse("Unusable endpoint for managed identities", |text| MachineUrl::from_user(&text))?;
        return Ok(IdentityEndpoint::Imds(url.value));
    }
    let platform = |found: Setting<String>| {
        let url =
            found.parse("Unusable endpoint for managed identities", |text| MachineUrl::of_platform(&text))?;
        Ok::<_, Diagnostic>(url.value)
    };
    let header = lookup.variable("IDENTITY_HEADER");
    match (lookup.variable("IDENTITY_ENDPOINT"), header) {
        (Some(found), Some(header)) => {
            if let Some(thumbprint) = lookup.variable("IDENTITY_SERVER_THUMBPRINT") {
                let detail = format!(
                    "The {} is set, so this seems to run in Service Fabric, whose managed identities this provider \
                     cannot use. Use another login.",
                    thumbprint.source
                );
                return Err(Diagnostic::error("No managed identity in Service Fabric", detail));
            }
            Ok(IdentityEndpoint::AppService(platform(found)?, Secret::new(header.value)))
        }
        (Some(found), None) if lookup.variable("IMDS_ENDPOINT").is_some() => {
            Ok(IdentityEndpoint::Arc(platform(found)?))
        }
        _ => match lookup.variable("MSI_ENDPOINT") {
            Some(found) => Ok(IdentityEndpoint::CloudShell(platform(found)?)),
            None => Ok(IdentityEndpoint::Imds(MachineUrl::imds())),
        },
    }
}

/// Signs in as the az CLI's user. A client id without credentials is reported instead: whoever has set it
/// wants to sign in as that application, not as a person.
pub(super) fn by_az_cli(
    lookup: &Lookup<'_>,
    ids: &ApplicationIds,
    switches: &Switches,
) -> Result<Choice, Diagnostic> {
    if let Some(switch) = switches.cli.as_ref().filter(|found| !found.value) {
        return Ok(Choice::Skip(format!("use_cli is false ({})", switch.source)));
    }
    if let Some(client) = ids.given_client().filter(|_| switches.cli.is_none()) {
        let missing = "credentials for it: a client secret (ARM_CLIENT_SECRET), a client certificate \
                       (ARM_CLIENT_CERTIFICATE_PATH), `use_oidc` (ARM_USE_OIDC) or `use_msi` \
                       (ARM_USE_MSI). To use the az CLI, leave the client id out or set `use_cli` \
                       (ARM_USE_CLI) to true";
        let detail = format!("The {} sets a client id, but there are no {missing}.", client.source);
        return Err(incomplete_error(client, "client", detail));
    }
    Ok(Choice::Use(Login::AzureCli {
        tenant_id: ids.tenant.as_ref().map(|found| found.value.clone()),
        subscription_id: lookup.sign_in_text("subscription_id")?.map(|found| found.value),
    }))
}
