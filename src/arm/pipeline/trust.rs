//! Trusted certificates: those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, and if neither is set, those of
//! the system's store. The error for an untrusted certificate names its issuer: behind a proxy that inspects
//! TLS, a user has to look for that name.

use super::super::text;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
};
use rustls_platform_verifier::Verifier;
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::{env, fs};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// The hosts with untrusted certificates, and the issuers of those.
#[derive(Debug, Default)]
pub(super) struct UntrustedHosts(Mutex<HashMap<String, String>>);

impl UntrustedHosts {
    /// The issuer of a host's certificate, if that was not trusted.
    pub(super) fn of(&self, host: &str) -> Option<String> {
        let host = host.trim_matches(['[', ']']);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(host).cloned()
    }

    fn record(&self, host: &ServerName<'_>, leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) {
        let Some(description) = describe(leaf, chain) else { return };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_str().into_owned(), description);
    }
}

/// The variables that name the certificates to trust instead of the system's: a file, and folders.
const FILE: &str = "SSL_CERT_FILE";
const FOLDERS: &str = "SSL_CERT_DIR";

/// The TLS settings: the certificates that `SSL_CERT_FILE` and `SSL_CERT_DIR` name, otherwise the system's
/// store, and also these certificates (PEM, one or more each).
pub(super) fn client_config(
    roots: &[Vec<u8>],
    untrusted_hosts: &Arc<UntrustedHosts>,
) -> Result<ClientConfig, String> {
    let provider = match CryptoProvider::get_default() {
        Some(provider) => Arc::clone(provider),
        None => Arc::new(rustls::crypto::ring::default_provider()),
    };
    let mut extra = Vec::new();
    for pem in roots {
        for certificate in CertificateDer::pem_slice_iter(pem) {
            extra.push(certificate.map_err(|error| format!("a given certificate cannot be read: {error}"))?);
        }
    }
    let set = |name| env::var_os(name).filter(|value| !value.is_empty());
    let (file, folders) = (set(FILE), set(FOLDERS));
    let named = match (&file, &folders) {
        // The platform's verifier takes an empty variable for a file without a name.
        (None, None) if cfg!(all(unix, not(target_vendor = "apple"))) && env::var_os(FILE).is_some() => {
            Some(of_the_system()?)
        }
        (None, None) => None,
        _ => Some(named(file.as_deref(), folders.as_deref())?),
    };
    let unusable =
        |error: &dyn std::fmt::Display| format!("the certificates to trust cannot be used: {error}");
    let inner: Arc<dyn ServerCertVerifier> = match named {
        Some(certificates) => {
            let mut store = RootCertStore::empty();
            if store.add_parsable_certificates(certificates).0 == 0 {
                return Err(format!("{FILE} and {FOLDERS} name no certificate that can be read"));
            }
            for certificate in extra {
                store.add(certificate).map_err(|error| unusable(&error))?;
            }
            let verifier =
                WebPkiServerVerifier::builder_with_provider(Arc::new(store), Arc::clone(&provider));
            verifier.build().map_err(|error| unusable(&error))?
        }
        None if extra.is_empty() => {
            Arc::new(Verifier::new(Arc::clone(&provider)).map_err(|error| unusable(&error))?)
        }
        None => {
            let verifier = Verifier::new_with_extra_roots(extra, Arc::clone(&provider));
            Arc::new(verifier.map_err(|error| unusable(&error))?)
        }
    };
    let verifier = RecordingVerifier { inner, untrusted_hosts: Arc::clone(untrusted_hosts) };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The certificates of the file and the folders that the environment names.
fn named(file: Option<&OsStr>, folders: Option<&OsStr>) -> Result<Vec<CertificateDer<'static>>, String> {
    let mut found = Vec::new();
    // `openssl rehash` gives each file several names.
    let mut seen = HashSet::new();
    if let Some(path) = file.map(Path::new) {
        let unusable = |reason: &str| format!("{FILE} names {}, which {reason}", path.display());
        if path.is_dir() {
            return Err(unusable("is a folder; SSL_CERT_DIR takes folders"));
        }
        let bytes = fs::read(path).map_err(|error| unusable(&format!("cannot be read: {error}")))?;
        found = certificates(&bytes).map_err(|reason| unusable(&reason))?;
        seen.extend(path.canonicalize());
    }
    for folder in folders.iter().flat_map(|folders| env::split_paths(folders)) {
        if folder.as_os_str().is_empty() {
            continue;
        }
        let unusable = |reason: &str| format!("{FOLDERS} names {}, which {reason}", folder.display());
        let entries = fs::read_dir(&folder).map_err(|error| unusable(&format!("cannot be read: {error}")))?;
        let mut is_empty = true;
        // A folder may contain other files too, and dangling links.
        for path in entries.flatten().filter_map(|entry| entry.path().canonicalize().ok()) {
            if !path.is_file() {
                continue;
            }
            if !seen.insert(path.clone()) {
                is_empty = false;
                continue;
            }
            let read = fs::read(&path).ok().and_then(|bytes| certificates(&bytes).ok());
            is_empty &= read.is_none();
            found.extend(read.unwrap_or_default());
        }
        if is_empty {
            return Err(unusable("holds no file with a certificate in PEM form"));
        }
    }
    found.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
    found.dedup();
    Ok(found)
}

/// The certificates of a PEM file, or why there are none.
fn certificates(bytes: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = match bytes {
        [] => return Err("is empty".to_owned()),
        [0x30, 0x80..=0x84, ..] => {
            return Err("is DER; convert it to PEM, with `openssl x509 -inform der`".to_owned());
        }
        // As Windows tools write texts.
        [0xef, 0xbb, 0xbf, ..] | [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => text::decoded(bytes)
            .ok_or("begins with a byte order mark and is not the text that this announces")?,
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    let read = CertificateDer::pem_slice_iter(text.as_bytes()).collect::<Result<Vec<_>, _>>();
    let read = read.map_err(|error| format!("is not proper PEM: {error}"))?;
    if read.is_empty() { Err("holds no certificate in PEM form".to_owned()) } else { Ok(read) }
}

/// The system's certificates on a Unix that keeps them in files.
#[cfg(all(unix, not(target_vendor = "apple")))]
fn of_the_system() -> Result<Vec<CertificateDer<'static>>, String> {
    let system = openssl_probe::probe();
    let folders = env::join_paths(&system.cert_dir).unwrap_or_default();
    match &system.cert_file {
        Some(file) => named(Some(file.as_os_str()), None),
        None if folders.is_empty() => Err("the system has no store of certificates".to_owned()),
        None => named(None, Some(&folders)),
    }
}

#[cfg(not(all(unix, not(target_vendor = "apple"))))]
fn of_the_system() -> Result<Vec<CertificateDer<'static>>, String> {
    Ok(Vec::new())
}

/// The verifier; it records hosts that it does not trust.
#[derive(Debug)]
struct RecordingVerifier {
    inner: Arc<dyn ServerCertVerifier>,
    untrusted_hosts: Arc<UntrustedHosts>,
}

impl ServerCertVerifier for RecordingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let result =
            self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        if let Err(Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::Other(_))) =
            &result
        {
            self.untrusted_hosts.record(server_name, end_entity, intermediates);
        }
        result
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        self.inner.root_hint_subjects()
    }
}

/// Names the issuer of a certificate, and the last one in the chain that the other side sent.
fn describe(leaf: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) -> Option<String> {
    let issuer_of = |certificate: &CertificateDer<'_>| {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        Some((parsed.subject().to_string(), parsed.issuer().to_string()))
    };
    let (subject, issuer) = issuer_of(leaf)?;
    if subject == issuer {
        return Some(format!(
            "its certificate was issued by itself, \"{issuer}\", which is not trusted here"
        ));
    }
    let top = chain.last().and_then(issuer_of).map(|(_, issuer)| issuer).filter(|top| *top != issuer);
    let above = top.map(|top| format!(" under \"{top}\"")).unwrap_or_default();
    Some(format!("its certificate was issued by \"{issuer}\"{above}, which is not trusted here"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem() -> (String, Vec<u8>) {
        let key = rcgen::KeyPair::generate().unwrap();
        let made =
            rcgen::CertificateParams::new(vec!["ca.example".to_owned()]).unwrap().self_signed(&key).unwrap();
        let encoded = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, made.der());
        (format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n"), made.der().to_vec())
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named_with_its_variable() {
        let folder = tempfile::tempdir().unwrap();
        let (text, der) = pem();
        for (name, content, reason) in [
            ("missing.pem", None, "cannot be read"),
            ("empty.pem", Some(Vec::new()), "is empty"),
            ("binary.der", Some(der.clone()), "is DER"),
            ("half.pem", Some(b"\xff\xfe-".to_vec()), "byte order mark"),
            ("other.pem", Some(b"# nothing here\n".to_vec()), "holds no certificate"),
            ("broken.pem", Some(text.replace("MII", "!!!").into_bytes()), "PEM"),
        ] {
            let path = folder.path().join(name);
            if let Some(content) = content {
                fs::write(&path, content).unwrap();
            }
            let description = named(Some(path.as_os_str()), None).unwrap_err();
            assert!(
                description.starts_with(&format!("SSL_CERT_FILE names {}", path.display())),
                "{description}"
            );
            assert!(description.contains(reason), "{description}");
        }
        let description = named(Some(folder.path().as_os_str()), None).unwrap_err();
        assert!(description.contains("is a folder"), "{description}");
        let absent = folder.path().join("absent");
        let description = named(None, Some(absent.as_os_str())).unwrap_err();
        assert!(
            description.starts_with("SSL_CERT_DIR names") && description.contains("absent"),
            "{description}"
        );
        fs::create_dir(&absent).unwrap();
        let description = named(None, Some(absent.as_os_str())).unwrap_err();
        assert!(description.contains("holds no file with a certificate"), "{description}");
    }

    #[test]
    fn a_file_may_be_as_windows_writes_it() {
        let text = (pem().0 + &pem().0).replace('\n', "\r\n");
        let wide = text.encode_utf16().flat_map(u16::to_be_bytes);
        for bytes in [
            text.clone().into_bytes(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [0xfe, 0xff].into_iter().chain(wide).collect(),
        ] {
            assert_eq!(certificates(&bytes).map(|read| read.len()), Ok(2));
        }
    }

    #[test]
    fn the_file_and_the_folders_count_together() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one.pem"), folder.path().join("certs"));
        fs::create_dir(&other).unwrap();
        fs::write(&one, pem().0).unwrap();
        fs::write(other.join("a.pem"), pem().0 + &pem().0).unwrap();
        fs::write(other.join("README"), "nothing").unwrap();
        assert_eq!(named(Some(one.as_os_str()), Some(other.as_os_str())).unwrap().len(), 3);
        assert_eq!(named(None, Some(other.as_os_str())).unwrap().len(), 2);
    }
}
