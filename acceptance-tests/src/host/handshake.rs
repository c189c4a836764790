//! The line that a plugin prints, read as strictly as go-plugin reads it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;

use super::{Address, HostError};

/// Where the plugin listens, and its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandshakeLine {
    /// Where it listens.
    pub address: Address,
    /// The plugin's certificate; `None` for plaintext.
    pub certificate: Option<CertificateDer<'static>>,
}

impl HandshakeLine {
    /// Takes the line without its line feed.
    pub fn parse(line: &str) -> Result<Self, HostError> {
        let wrong = |reason| HostError::Line { line: line.to_owned(), reason };
        let fields: Vec<&str> = line.split('|').collect();
        match fields.as_slice() {
            ["1", "6", network, address, "grpc", certificate] => {
                let address = Address::parse(network, address).ok_or_else(|| wrong("network or address"))?;
                let certificate = match *certificate {
                    "" => None,
                    // Go's decoder refuses padding, and so does this one.
                    encoded => Some(STANDARD_NO_PAD.decode(encoded).map_err(|_| wrong("base64"))?.into()),
                };
                Ok(Self { address, certificate })
            }
            [_, _, _, _, _, _] => Err(wrong("version or protocol")),
            _ => Err(wrong("not six fields")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_go_plugins_line_is_accepted() {
        let line = HandshakeLine::parse("1|6|tcp|127.0.0.1:1|grpc|AQI").unwrap();
        assert_eq!(line.address, Address::Tcp("127.0.0.1:1".parse().unwrap()));
        assert_eq!(line.certificate.unwrap().as_ref(), [1, 2]);
        #[cfg(unix)]
        {
            let line = HandshakeLine::parse("1|6|unix|/tmp/s|grpc|").unwrap();
            assert_eq!(line.address, Address::Unix("/tmp/s".into()));
            assert_eq!(line.certificate, None);
        }
        for wrong in [
            "",
            "1|6|tcp|127.0.0.1:1|grpc",
            "1|5|tcp|127.0.0.1:1|grpc|",
            "2|6|tcp|127.0.0.1:1|grpc|",
            "1|6|tcp|127.0.0.1:1|grpc|AQI=",
            "1|6|tcp|localhost:1|grpc|",
            "1|6|udp|127.0.0.1:1|grpc|",
        ] {
            assert!(HandshakeLine::parse(wrong).is_err(), "{wrong}");
        }
    }
}
