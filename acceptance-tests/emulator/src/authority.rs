//! The emulator's own certificate authority, its server certificate, and the key for tokens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use time::{Duration, OffsetDateTime};

use crate::entra::signer::Signer;
use crate::private::PrivateDirectory;

const CERTIFICATE: &str = "ca.pem";
const CERTIFICATE_KEY: &str = "ca.key";
const TOKEN_KEY: &str = "token.key";

/// A directory with the authority's files.
#[derive(Debug)]
pub struct Authority {
    directory: PathBuf,
    key: KeyPair,
    token_key: Vec<u8>,
    // Removed with its content when the emulator ends.
    _temporary: Option<PrivateDirectory>,
}

/// The authority could not be made or read.
#[derive(Debug, thiserror::Error)]
#[error("the certificate authority cannot be used: {0}")]
pub struct AuthorityError(String);

impl AuthorityError {
    fn of(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl Authority {
    /// Opens the authority in `directory` and creates what is missing; without a directory, in a private one
    /// that ends with the process.
    pub fn open(directory: Option<&Path>) -> Result<Self, AuthorityError> {
        let temporary = match directory {
            Some(_) => None,
            None => Some(PrivateDirectory::new(&std::env::temp_dir()).map_err(AuthorityError::of)?),
        };
        let directory = match (directory, &temporary) {
            (Some(directory), _) => {
                std::fs::create_dir_all(directory).map_err(AuthorityError::of)?;
                std::path::absolute(directory).map_err(AuthorityError::of)?
            }
            (None, Some(temporary)) => temporary.path().to_owned(),
            (None, None) => return Err(AuthorityError("no directory".to_owned())),
        };
        let key_path = directory.join(CERTIFICATE_KEY);
        let certificate_path = directory.join(CERTIFICATE);
        let key = if key_path.exists() && certificate_path.exists() {
            let pem = std::fs::read_to_string(&key_path).map_err(AuthorityError::of)?;
            KeyPair::from_pem(&pem).map_err(AuthorityError::of)?
        } else {
            let key = KeyPair::generate().map_err(AuthorityError::of)?;
            let certificate = ca_parameters().self_signed(&key).map_err(AuthorityError::of)?;
            write(&key_path, key.serialize_pem().as_bytes(), true)?;
            write(&certificate_path, certificate.pem().as_bytes(), false)?;
            key
        };
        let token_path = directory.join(TOKEN_KEY);
        let token_key = if token_path.exists() {
            std::fs::read(&token_path).map_err(AuthorityError::of)?
        } else {
            let token_key = Signer::generate().map_err(AuthorityError::of)?;
            write(&token_path, &token_key, true)?;
            token_key
        };
        Ok(Self { directory, key, token_key, _temporary: temporary })
    }

    /// The file that clients must trust.
    pub fn certificate_file(&self) -> PathBuf {
        self.directory.join(CERTIFICATE)
    }

    /// The directory of its files, in which the emulator may put others.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The key for tokens.
    pub fn signer(&self) -> Result<Signer, AuthorityError> {
        Signer::from_pkcs8(&self.token_key).map_err(AuthorityError::of)
    }

    /// TLS with a fresh certificate for the loopback names and the listening address, HTTP/2 and HTTP/1.1 by
    /// ALPN.
    pub fn server_config(&self, listen: IpAddr) -> Result<Arc<ServerConfig>, AuthorityError> {
        // The issuer is rebuilt from the key: a leaf needs only its name and key identifier.
        let parameters = ca_parameters();
        let issuer = Issuer::from_params(&parameters, &self.key);
        let key = KeyPair::generate().map_err(AuthorityError::of)?;
        let certificate = leaf_parameters(listen)?.signed_by(&key, &issuer).map_err(AuthorityError::of)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(AuthorityError::of)?
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .map_err(AuthorityError::of)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn ca_parameters() -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, "gallery-emulator certificate authority");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages =
        vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    parameters.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    parameters.not_after = OffsetDateTime::now_utc() + Duration::days(3650);
    parameters
}

fn leaf_parameters(listen: IpAddr) -> Result<CertificateParams, AuthorityError> {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, "localhost");
    parameters.subject_alt_names = vec![
        SanType::DnsName("localhost".try_into().map_err(AuthorityError::of)?),
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    if ![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].contains(&listen) {
        parameters.subject_alt_names.push(SanType::IpAddress(listen));
    }
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    // Apple's and others' limit for server certificates is 398 days.
    parameters.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    parameters.not_after = OffsetDateTime::now_utc() + Duration::days(390);
    Ok(parameters)
}

fn write(path: &Path, bytes: &[u8], private: bool) -> Result<(), AuthorityError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    let mut file =
        options.open(path).map_err(|error| AuthorityError(format!("{}: {error}", path.display())))?;
    std::io::Write::write_all(&mut file, bytes).map_err(AuthorityError::of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_given_directory_keeps_the_authority_and_a_private_one_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let first = Authority::open(Some(directory.path())).unwrap();
        let pem = std::fs::read(first.certificate_file()).unwrap();
        let token = first.signer().unwrap().sign(&serde_json::json!({})).unwrap();
        let second = Authority::open(Some(directory.path())).unwrap();
        assert_eq!(std::fs::read(second.certificate_file()).unwrap(), pem);
        assert!(second.signer().unwrap().verify(&token).is_some());
        second.server_config(IpAddr::V4(Ipv4Addr::LOCALHOST)).unwrap();
        let private = Authority::open(None).unwrap();
        let file = private.certificate_file();
        assert!(file.exists());
        drop(private);
        assert!(!file.exists());
    }

    #[cfg(unix)]
    #[test]
    fn keys_are_for_the_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let _authority = Authority::open(Some(directory.path())).unwrap();
        for name in [CERTIFICATE_KEY, TOKEN_KEY] {
            let mode = std::fs::metadata(directory.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{name}");
        }
    }
}
