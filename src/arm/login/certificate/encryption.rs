//! Decryption with a password: the current schemes (PBES2 of RFC 8018) and those that Windows, older OpenSSL
//! and many vaults write (PKCS #12, RFC 7292 appendix C).

use super::CertificateError;
use super::der::{Malformed, OCTETS, OID, Reader, SEQUENCE};
use super::password::Password;
use aes::{Aes128, Aes192, Aes256};
use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, InnerIvInit, KeyIvInit};
use des::TdesEde3;
use rc2::Rc2;
use ring::pbkdf2;
use std::num::NonZeroU32;

/// More rounds than any program uses; a corrupt number must not keep a machine busy for hours.
const ROUNDS: u32 = 10_000_000;

const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
/// 1.2.840.113549.1.12.1: the last number is the scheme.
const PKCS12_PBE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];
/// 1.2.840.113549.2: the last number is the HMAC.
const HMAC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02];
/// 2.16.840.1.101.3.4.1: the last number is the length of AES.
const AES: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01];
const TRIPLE_DES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07];

/// The hash for deriving a key from the password, and the byte for "a key" or "an initialisation vector".
const FOR_KEY: u8 = 1;
const FOR_START: u8 = 2;

/// Takes the algorithm from the file (the content of its SEQUENCE), the password, and the encrypted data.
pub(super) fn decrypt(
    mut algorithm: Reader<'_>,
    password: &Password,
    encrypted: &[u8],
) -> Result<Vec<u8>, CertificateError> {
    let name = algorithm.take(OID)?.content;
    if name == PBES2 {
        return pbes2(algorithm.enter(SEQUENCE)?, password, encrypted);
    }
    let Some((scheme, family)) = name.split_last().filter(|(_, family)| *family == PKCS12_PBE) else {
        return Err(CertificateError::Unsupported("an encryption scheme that is not known"));
    };
    let mut parameters = algorithm.enter(SEQUENCE)?;
    debug_assert_eq!(family, PKCS12_PBE);
    let salt = parameters.octets()?;
    let rounds = rounds(parameters.number()?)?;
    let derive = |purpose, length| password.derive_sha1(purpose, &salt, rounds, length);
    let start = derive(FOR_START, 8);
    match scheme {
        3 => open::<Decryptor<TdesEde3>>(&derive(FOR_KEY, 24), &start, encrypted),
        4 => {
            // Two keys: the third is the first.
            let mut key = derive(FOR_KEY, 16);
            key.extend_from_within(..8);
            open::<Decryptor<TdesEde3>>(&key, &start, encrypted)
        }
        5 => rc2(&derive(FOR_KEY, 16), &start, encrypted),
        6 => rc2(&derive(FOR_KEY, 5), &start, encrypted),
        _ => Err(CertificateError::Unsupported("RC4 encryption")),
    }
}

fn pbes2(
    mut parameters: Reader<'_>,
    password: &Password,
    encrypted: &[u8],
) -> Result<Vec<u8>, CertificateError> {
    let mut derivation = parameters.enter(SEQUENCE)?;
    if derivation.take(OID)?.content != PBKDF2 {
        return Err(CertificateError::Unsupported("a key derivation other than PBKDF2"));
    }
    let mut with = derivation.enter(SEQUENCE)?;
    let salt = with.octets()?;
    let rounds = rounds(with.number()?)?;
    with.take_if(super::der::INTEGER)?;
    let algorithm = match with.take_if(SEQUENCE)? {
        None => pbkdf2::PBKDF2_HMAC_SHA1,
        Some(function) => hmac(Reader::new(function.content).take(OID)?.content)?,
    };
    let mut cipher = parameters.enter(SEQUENCE)?;
    let name = cipher.take(OID)?.content;
    let start = cipher.take(OCTETS)?.content;
    let derive = |length| {
        let mut key = vec![0; length];
        pbkdf2::derive(algorithm, rounds, &salt, password.text(), &mut key);
        key
    };
    match name.split_last() {
        Some((2, AES)) => open::<Decryptor<Aes128>>(&derive(16), start, encrypted),
        Some((22, AES)) => open::<Decryptor<Aes192>>(&derive(24), start, encrypted),
        Some((42, AES)) => open::<Decryptor<Aes256>>(&derive(32), start, encrypted),
        _ if name == TRIPLE_DES => open::<Decryptor<TdesEde3>>(&derive(24), start, encrypted),
        _ => Err(CertificateError::Unsupported("a cipher other than AES-CBC and 3DES")),
    }
}

fn hmac(name: &[u8]) -> Result<pbkdf2::Algorithm, CertificateError> {
    match name.split_last() {
        Some((7, HMAC)) => Ok(pbkdf2::PBKDF2_HMAC_SHA1),
        Some((9, HMAC)) => Ok(pbkdf2::PBKDF2_HMAC_SHA256),
        Some((10, HMAC)) => Ok(pbkdf2::PBKDF2_HMAC_SHA384),
        Some((11, HMAC)) => Ok(pbkdf2::PBKDF2_HMAC_SHA512),
        _ => Err(CertificateError::Unsupported("a hash other than SHA-1, SHA-256, SHA-384 and SHA-512")),
    }
}

/// A plausible number of rounds.
pub(super) fn rounds(number: u32) -> Result<NonZeroU32, CertificateError> {
    NonZeroU32::new(number).filter(|rounds| rounds.get() <= ROUNDS).ok_or(CertificateError::Malformed)
}

/// A wrong key shows as invalid padding.
fn open<C: KeyIvInit + BlockModeDecrypt>(
    key: &[u8],
    start: &[u8],
    encrypted: &[u8],
) -> Result<Vec<u8>, CertificateError> {
    let cipher = C::new_from_slices(key, start).map_err(|_| Malformed)?;
    unpad(cipher, encrypted)
}

/// RC2 with a key as long as the scheme says, of which all bits are effective.
fn rc2(key: &[u8], start: &[u8], encrypted: &[u8]) -> Result<Vec<u8>, CertificateError> {
    let rc2 = Rc2::new_with_eff_key_len(key, key.len() * 8);
    unpad(Decryptor::<Rc2>::inner_iv_slice_init(rc2, start).map_err(|_| Malformed)?, encrypted)
}

fn unpad(cipher: impl BlockModeDecrypt, encrypted: &[u8]) -> Result<Vec<u8>, CertificateError> {
    let mut buffer = encrypted.to_vec();
    match cipher.decrypt_padded::<Pkcs7>(&mut buffer) {
        Ok(plain) => Ok(plain.to_vec()),
        Err(_) => Err(CertificateError::Password),
    }
}
