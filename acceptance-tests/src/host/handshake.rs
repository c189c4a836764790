//! The line a plugin prints, read as strictly as go-plugin reads it.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::pki_types::CertificateDer;

use super::HostError;

/// Where the plugin listens, and with which certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandshakeLine {
    /// The Unix socket.
    pub socket: PathBuf,
    /// The plugin's certificate, or nothing for plaintext.
    pub certificate: Option<CertificateDer<'static>>,
}

impl HandshakeLine {
    /// Takes the line without its line feed.
    pub fn parse(line: &str) -> Result<Self, HostError> {
        let wrong = |reason| HostError::Line { line: line.to_owned(), reason };
        let fields: Vec<&str> = line.split('|').collect();
        match fields.as_slice() {
            ["1", "6", "unix", socket, "grpc", certificate] => {
                let certificate = match *certificate {
                    "" => None,
                    // Go's decoder refuses padding, and so does this one.
                    encoded => Some(STANDARD_NO_PAD.decode(encoded).map_err(|_| wrong("base64"))?.into()),
                };
                Ok(Self { socket: PathBuf::from(socket), certificate })
            }
            [_, _, _, _, _, _] => Err(wrong("version, network or protocol")),
            _ => Err(wrong("not six fields")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_go_plugins_line_is_taken() {
        let line = HandshakeLine::parse("1|6|unix|/tmp/s|grpc|AQI").unwrap();
        assert_eq!(line.socket, PathBuf::from("/tmp/s"));
        assert_eq!(line.certificate.unwrap().as_ref(), [1, 2]);
        assert_eq!(HandshakeLine::parse("1|6|unix|/tmp/s|grpc|").unwrap().certificate, None);
        for wrong in [
            "",
            "1|6|unix|/tmp/s|grpc",
            "1|5|unix|/tmp/s|grpc|",
            "2|6|unix|/tmp/s|grpc|",
            "1|6|unix|/s|grpc|AQI=",
        ] {
            assert!(HandshakeLine::parse(wrong).is_err(), "{wrong}");
        }
    }
}
