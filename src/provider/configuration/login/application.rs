//! Signing in as an application: its ids, and its secret or certificate.

use std::str::FromStr;

use super::super::arguments::{AKS_CLIENT_ID, AKS_TENANT_ID};
use super::super::files;
use super::super::source::{Lookup, Setting, Source, disagreement_error};
use super::{Choice, Switches, incomplete, moment};
use crate::arm::{Application, Certificate, CertificateError, ClientId, Login, Secret, TenantId, text};
use crate::plugin::Diagnostic;
use time::OffsetDateTime;

/// The tenant and the client, as far as they are set.
pub(super) struct ApplicationIds {
    pub(super) tenant: Option<Setting<TenantId>>,
    pub(super) client: Option<Setting<ClientId>>,
}

impl ApplicationIds {
    /// Finds both. With AKS workload identity, the values that the cluster has set count as well, and must
    /// not disagree.
    pub(super) fn find(lookup: &Lookup<'_>) -> Result<Self, Diagnostic> {
        let tenant = lookup.sign_in_text("tenant_id")?;
        let client = files::text_or_file(lookup, "client_id", "client_id_file_path")?;
        let aks = lookup.flag("use_aks_workload_identity")?.is_some_and(|found| found.value);
        let with = |given, name| match aks {
            true => require_agreement(given, lookup.variable(name)),
            false => Ok(given),
        };
        Ok(Self {
            tenant: parsed(with(tenant, AKS_TENANT_ID)?, "Unusable tenant id")?,
            client: parsed(with(client, AKS_CLIENT_ID)?, "Unusable client id")?,
        })
    }

    /// The application, or the settings that are missing.
    pub(super) fn application(&self) -> Result<Application, Vec<String>> {
        match (&self.tenant, &self.client) {
            (Some(tenant), Some(client)) => {
                Ok(Application { tenant_id: tenant.value.clone(), client_id: client.value.clone() })
            }
            (tenant, client) => {
                let mut missing = Vec::new();
                if tenant.is_none() {
                    missing.push("tenant_id (ARM_TENANT_ID)".to_owned());
                }
                if client.is_none() {
                    missing.push("client_id (ARM_CLIENT_ID)".to_owned());
                }
                Err(missing)
            }
        }
    }

    /// The values and sources of these ids, as far as they are set.
    pub(super) fn sources(&self, names: &[&str]) -> String {
        let both = [
            ("tenant_id", self.tenant.as_ref().map(|found| (found.value.to_string(), &found.source))),
            ("client_id", self.client.as_ref().map(|found| (found.value.to_string(), &found.source))),
        ];
        let texts = both.into_iter().filter(|(name, _)| names.contains(name)).filter_map(|(name, found)| {
            let (value, source) = found?;
            Some(format!("{name} {value} from the {source}"))
        });
        texts.collect::<Vec<_>>().join(", ")
    }

    /// A client id that is meant for this provider. `AZURE_CLIENT_ID` is read too, but many other programs
    /// use it.
    pub(super) fn given_client(&self) -> Option<&Setting<ClientId>> {
        self.client.as_ref().filter(|found| found.source != Source::Variable(AKS_CLIENT_ID))
    }
}

/// A setting, otherwise the platform's value. If both are set, they must agree.
pub(super) fn require_agreement(
    given: Option<Setting<String>>,
    platform: Option<Setting<String>>,
) -> Result<Option<Setting<String>>, Diagnostic> {
    match (given, platform) {
        (Some(given), Some(platform)) if given.value != platform.value => {
            Err(disagreement_error(&given, &platform))
        }
        (given, platform) => Ok(given.or(platform)),
    }
}

fn parsed<T>(found: Option<Setting<String>>, summary: &str) -> Result<Option<Setting<T>>, Diagnostic>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    found.map(|found| found.parse(summary, |text| text.parse())).transpose()
}

/// A certificate with its key, in a file or as base64.
pub(super) fn by_certificate(
    lookup: &Lookup<'_>,
    ids: &ApplicationIds,
    _: &Switches,
) -> Result<Choice, Diagnostic> {
    let direct = lookup.sign_in_text("client_certificate")?;
    let file = lookup.sign_in_text("client_certificate_path")?;
    let password = lookup.text("client_certificate_password");
    if let Some(found) = &password
        && let Some(hint) = text::unreplaced_reference(&found.value)
    {
        let detail = format!("The value of the {} {hint}.", found.source);
        return Err(found.source.attach_to(Diagnostic::error("Unusable sign-in setting", detail)));
    }
    let Some(found) = direct.clone().or_else(|| file.clone()) else {
        return match password {
            Some(password) => {
                let missing = [
                    "client_certificate (ARM_CLIENT_CERTIFICATE)",
                    "client_certificate_path (ARM_CLIENT_CERTIFICATE_PATH)",
                ];
                Err(incomplete(&password, "client certificate", "A password", &missing.map(str::to_owned)))
            }
            None => {
                Ok(Choice::Skip("neither client_certificate nor client_certificate_path is set".to_owned()))
            }
        };
    };
    let application = ids
        .application()
        .map_err(|missing| incomplete(&found, "client certificate", "A certificate", &missing))?;
    let password_text = password.as_ref().map(|found| found.value.as_str());
    let in_file = file.map(|file| Ok::<_, Diagnostic>((files::bytes(&file)?, file))).transpose()?;
    let read = |source: &Setting<String>, read: Result<Certificate, CertificateError>| {
        read.map_err(|error| unusable(source, password.as_ref(), error))
    };
    let first =
        direct.as_ref().map(|direct| read(direct, Certificate::read_base64(&direct.value, password_text)));
    let second = in_file.as_ref().map(|(bytes, file)| read(file, Certificate::read(bytes, password_text)));
    let certificate = match (first.transpose()?, second.transpose()?) {
        (Some(one), Some(other)) if one != other => {
            return Err(direct.zip(in_file).map_or_else(
                || unusable(&found, None, CertificateError::Mismatch),
                |(direct, (_, file))| disagreement_error(&direct, &file),
            ));
        }
        (Some(one), _) | (None, Some(one)) => one,
        (None, None) => return Ok(Choice::Skip("no certificate is set".to_owned())),
    };
    Ok(Choice::Use(Login::ClientCertificate { application, certificate }))
}

/// The warning about a certificate that has expired. Entra will refuse it, but this machine's clock may be
/// wrong.
pub(super) fn expired(login: &Login) -> Option<Diagnostic> {
    let Login::ClientCertificate { certificate, .. } = login else { return None };
    let end = certificate.expires();
    (end <= OffsetDateTime::now_utc()).then(|| {
        let detail = format!(
            "The client certificate with the thumbprint {} expired at {} UTC. Microsoft Entra will refuse it.",
            certificate.thumbprint(),
            moment(end)
        );
        Diagnostic::warning("Expired client certificate", detail)
    })
}

/// The diagnostic for a certificate that cannot be used, on the password if the password is wrong.
fn unusable(
    certificate: &Setting<String>,
    password: Option<&Setting<String>>,
    error: CertificateError,
) -> Diagnostic {
    let reason = error.to_string();
    match (error, password) {
        (CertificateError::Password, Some(password)) => {
            let detail = format!(
                "The {} does not open the certificate of the {}.",
                password.source, certificate.source
            );
            password.source.attach_to(Diagnostic::error("Wrong certificate password", detail))
        }
        _ => {
            let detail = format!("The certificate of the {} cannot be used: {reason}.", certificate.source);
            certificate.source.attach_to(Diagnostic::error("Unusable client certificate", detail))
        }
    }
}

/// A secret, given directly or in a file.
pub(super) fn by_secret(
    lookup: &Lookup<'_>,
    ids: &ApplicationIds,
    _: &Switches,
) -> Result<Choice, Diagnostic> {
    let Some(secret) = files::text_or_file(lookup, "client_secret", "client_secret_file_path")? else {
        return Ok(Choice::Skip("neither client_secret nor client_secret_file_path is set".to_owned()));
    };
    match ids.application() {
        Ok(application) if application.client_id.as_str() == secret.value => {
            let detail = format!(
                "The {} is the same as the client id. Set the value of the secret, not its id.",
                secret.source
            );
            Err(secret.source.attach_to(Diagnostic::error("Client id in place of the client secret", detail)))
        }
        Ok(application) => {
            Ok(Choice::Use(Login::ClientSecret { application, secret: Secret::new(secret.value) }))
        }
        Err(missing) => Err(incomplete(&secret, "client secret", "A client secret", &missing)),
    }
}
