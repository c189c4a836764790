use super::*;
use ring::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256};
use ring::signature::{UnparsedPublicKey, VerificationAlgorithm};

const PASSWORD: &str = "pass-wörd";

fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/arm/login/certificate/fixtures");
    std::fs::read(format!("{folder}/{name}")).unwrap()
}

fn read(name: &str) -> Result<Certificate, CertificateError> {
    Certificate::read(&fixture(name), Some(PASSWORD))
}

fn now() -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(1_900_000_000).unwrap()
}

/// Checks an assertion as an authority does: only with the certificate in its header.
fn check(certificate: &Certificate) -> (Value, Value) {
    let assertion =
        certificate.assertion("the-client", "https://login.example/t/oauth2/v2.0/token", now()).unwrap();
    let parts: Vec<_> = assertion.split('.').collect();
    let [header, claims, signature] = parts[..] else { panic!("{assertion}") };
    let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    let leaf = BASE64_STANDARD.decode(header["x5c"][0].as_str().unwrap()).unwrap();
    let thumbprint = |hash| BASE64_URL_SAFE_NO_PAD.encode(digest::digest(hash, &leaf));
    assert_eq!(header["x5t"], thumbprint(&digest::SHA1_FOR_LEGACY_USE_ONLY));
    assert_eq!(header["x5t#S256"], thumbprint(&digest::SHA256));
    let algorithm: &dyn VerificationAlgorithm = match header["alg"].as_str().unwrap() {
        "RS256" => &RSA_PKCS1_2048_8192_SHA256,
        "ES256" => &ECDSA_P256_SHA256_FIXED,
        "ES384" => &ECDSA_P384_SHA384_FIXED,
        other => panic!("{other}"),
    };
    let (_, parsed) = X509Certificate::from_der(&leaf).unwrap();
    let signed = assertion.rsplit_once('.').unwrap().0;
    UnparsedPublicKey::new(algorithm, &parsed.public_key().subject_public_key.data)
        .verify(signed.as_bytes(), &decode(signature))
        .unwrap();
    (header, serde_json::from_slice(&decode(claims)).unwrap())
}

#[test]
fn every_form_of_file_yields_a_valid_assertion() {
    for (name, algorithm) in [
        ("rsa.pfx", "RS256"),
        ("legacy.pfx", "RS256"),
        ("rc2-128.pfx", "RS256"),
        ("des2.pfx", "RS256"),
        ("aes128-sha512.pfx", "RS256"),
        ("p256.pfx", "ES256"),
        ("p384.pfx", "ES384"),
        ("rsa.pem", "RS256"),
        ("rsa-pkcs1.pem", "RS256"),
        ("rsa-encrypted.pem", "RS256"),
        ("p256.pem", "ES256"),
        ("p256-sec1.pem", "ES256"),
        ("p384.pem", "ES384"),
    ] {
        let certificate = read(name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (header, _) = check(&certificate);
        assert_eq!(header["alg"], algorithm, "{name}");
        assert!(certificate.expires().year() > 2100, "{name}");
    }
}

#[test]
fn an_assertion_has_issuer_audience_and_expiry() {
    let certificate = read("rsa.pfx").unwrap();
    let (header, claims) = check(&certificate);
    assert_eq!(header["x5c"].as_array().unwrap().len(), 2, "the certificate and its issuer");
    assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some("the-client"), Some("the-client")));
    assert_eq!(claims["aud"], "https://login.example/t/oauth2/v2.0/token");
    assert_eq!(claims["exp"].as_i64().unwrap() - now().unix_timestamp(), 600);
    assert!(claims["nbf"].as_i64().unwrap() <= now().unix_timestamp());
    assert_ne!(check(&certificate).1["jti"], claims["jti"], "each has an id of its own");
}

#[test]
fn a_file_without_a_password_is_read() {
    for name in ["empty.pfx", "plain.pfx", "rsa.pem", "p256.pem"] {
        for password in [None, Some("")] {
            check(
                &Certificate::read(&fixture(name), password)
                    .unwrap_or_else(|error| panic!("{name}: {error}")),
            );
        }
    }
}

#[test]
fn a_wrong_password_is_named_as_the_cause() {
    for name in
        ["rsa.pfx", "legacy.pfx", "rc2-128.pfx", "des2.pfx", "aes128-sha512.pfx", "p256.pfx", "empty.pfx"]
    {
        assert_eq!(
            Certificate::read(&fixture(name), Some("wrong")),
            Err(CertificateError::Password),
            "{name}"
        );
    }
    for name in ["rsa.pfx", "legacy.pfx", "rsa-encrypted.pem"] {
        assert_eq!(Certificate::read(&fixture(name), None), Err(CertificateError::NoPassword), "{name}");
    }
    let wrong = Certificate::read(&fixture("rsa-encrypted.pem"), Some("wrong")).unwrap_err();
    assert_eq!(wrong, CertificateError::Password);
}

#[test]
fn an_unusable_value_is_an_error_with_the_reason() {
    assert_eq!(read("no-key.pfx"), Err(CertificateError::NoKey));
    assert_eq!(read("mismatch.pem"), Err(CertificateError::Mismatch));
    assert!(read("p521.pfx").unwrap_err().to_string().contains("P-256"));
    assert!(read("rsa-old-encrypted.pem").unwrap_err().to_string().contains("openssl pkcs8"));
    for bytes in [&b""[..], b"nonsense", &[0x30, 0x80], &[0x30, 3, 2, 1, 3]] {
        assert_eq!(Certificate::read(bytes, None), Err(CertificateError::Malformed), "{bytes:?}");
    }
    assert_eq!(Certificate::read_base64("no base64!", None), Err(CertificateError::NotBase64));
}

#[test]
fn base64_in_lines_and_plain_pem_are_read() {
    let whole = BASE64_STANDARD.encode(fixture("rsa.pfx"));
    let lines: Vec<_> = whole.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    for text in [whole.clone(), lines.join("\r\n"), whole.trim_end_matches('=').to_owned()] {
        assert_eq!(Certificate::read_base64(&text, Some(PASSWORD)), read("rsa.pfx"));
    }
    let pem = String::from_utf8(fixture("rsa.pem")).unwrap();
    assert_eq!(Certificate::read_base64(&pem, None), read("rsa.pem"));
    assert_eq!(Certificate::read_base64(&BASE64_STANDARD.encode(&pem), None), read("rsa.pem"));
}

#[test]
fn pem_is_read_in_any_encoding_that_windows_writes() {
    let pem = String::from_utf8(fixture("rsa.pem")).unwrap().replace('\n', "\r\n");
    let wide = pem.encode_utf16().flat_map(u16::to_le_bytes);
    for bytes in [
        pem.clone().into_bytes(),
        [b"\xef\xbb\xbf", pem.as_bytes()].concat(),
        [0xff, 0xfe].into_iter().chain(wide).collect(),
    ] {
        assert_eq!(Certificate::read(&bytes, None), read("rsa.pem"));
    }
}

/// Whatever is cut off or changed, the result is an error or a certificate, and no panic.
#[test]
fn a_damaged_file_is_an_error() {
    for name in ["plain.pfx", "empty.pfx", "rsa.pem"] {
        let whole = fixture(name);
        for end in (0..whole.len()).step_by(61) {
            let _ = Certificate::read(&whole[..end], Some(""));
        }
        for at in (0..whole.len()).step_by(97) {
            let mut changed = whole.clone();
            changed[at] ^= 0x41;
            let _ = Certificate::read(&changed, Some(""));
        }
    }
}

#[test]
fn nothing_shows_the_key() {
    let certificate = read("rsa.pfx").unwrap();
    let shown = format!("{certificate:?}");
    assert_eq!(shown, format!("Certificate({})", certificate.thumbprint()));
    assert_eq!(certificate.thumbprint().len(), 40);
}
