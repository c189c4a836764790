//! Which cloud: by name, by addresses, or from a metadata host.

use url::Url;

use super::source::{Lookup, Setting};
use crate::arm::{Cloud, CloudSource, MetadataHost};
use crate::plugin::{Diagnostic, Path};
use crate::provider::checks::{capitalised, sentence};

/// The addresses that settings can give.
const MANAGER: (&str, &str) = ("resource_manager_endpoint", "ARM_RESOURCE_MANAGER_ENDPOINT");
const AUTHORITY: (&str, &str) = ("active_directory_authority_host", "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST");

/// The named cloud; the addresses of the `endpoint` block replace its own, field by field. Addresses alone
/// are enough, without `custom`. A metadata host provides all addresses; none may be set beside it.
pub(super) fn cloud(lookup: &Lookup<'_>) -> Result<CloudSource, Diagnostic> {
    let environment = lookup.text("environment");
    let manager = lookup.text("endpoint.resource_manager_endpoint");
    let authority = lookup.text("endpoint.active_directory_authority_host");
    let audience = lookup.text("endpoint.resource_manager_audience");

    if let Some(host) = lookup.text("metadata_host") {
        if let Some(given) = [&manager, &authority, &audience].into_iter().flatten().next() {
            let detail = format!(
                "The {} is a host that provides the addresses of the cloud, and the {} is one of them. Set \
                 either the host or the addresses.",
                host.source, given.source
            );
            let diagnostic = Diagnostic::error("Metadata host and addresses both set", detail);
            return Err(host.source.attach_to(diagnostic));
        }
        let host = host.parse("Unusable metadata host", |text| MetadataHost::new(&text))?.value;
        let environment = environment.map(|found| found.value).filter(|name| !is_custom(name));
        return Ok(CloudSource::Published { host, environment });
    }
    let base = match &environment {
        Some(found) if is_custom(&found.value) => None,
        Some(found) => Some(Cloud::named(&found.value).map_err(|error| {
            let detail = format!("The {} is {:?}: {error}.", found.source, found.value);
            found.source.attach_to(Diagnostic::error("Unknown Azure environment", detail))
        })?),
        None => Some(Cloud::public()),
    };
    if manager.is_none() && authority.is_none() && audience.is_none() {
        return base.map(CloudSource::Known).ok_or_else(|| incomplete(environment.as_ref(), MANAGER));
    }
    let address_of = |found: &Option<Setting<String>>, base: Option<&Url>| {
        found.as_ref().map(|found| found.value.clone()).or_else(|| base.map(ToString::to_string))
    };
    let Some(manager_address) = address_of(&manager, base.as_ref().map(Cloud::resource_manager)) else {
        return Err(incomplete(environment.as_ref(), MANAGER));
    };
    let Some(authority_address) = address_of(&authority, base.as_ref().map(Cloud::authority)) else {
        return Err(incomplete(environment.as_ref(), AUTHORITY));
    };
    let audience_text = audience.as_ref().map(|found| found.value.as_str());
    let cloud = Cloud::custom(&manager_address, &authority_address, audience_text);
    cloud.map(CloudSource::Known).map_err(|error| {
        let message = error.to_string();
        let blamed = [&manager, &authority, &audience]
            .into_iter()
            .flatten()
            .find(|found| message.contains(&format!("{:?}", found.value)));
        let reason = sentence(&error);
        let detail = match blamed {
            Some(found) => format!("The {} cannot be used: {reason}.", found.source),
            None => format!("{}.", capitalised(&reason)),
        };
        let diagnostic = Diagnostic::error("Unusable Azure endpoint", detail);
        match blamed {
            Some(found) => found.source.attach_to(diagnostic),
            None => diagnostic,
        }
    })
}

fn is_custom(name: &str) -> bool {
    name.trim().eq_ignore_ascii_case("custom")
}

fn incomplete(environment: Option<&Setting<String>>, (argument, variable): (&str, &str)) -> Diagnostic {
    let detail = format!(
        "The environment is `custom`, so `{argument}` in the `endpoint` block, or {variable}, must be \
         set; or `metadata_host` (ARM_METADATA_HOSTNAME), which provides the addresses."
    );
    let diagnostic = Diagnostic::error("Custom environment without its addresses", detail);
    match environment {
        Some(found) => found.source.attach_to(diagnostic),
        None => diagnostic.at(Path::attribute("environment")),
    }
}
