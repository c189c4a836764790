use std::collections::HashMap;

use super::*;
use crate::plugin::tls::tests::p384_certificate_pem;

const COOKIE_SET: (&str, &str) = COOKIE;

fn read(variables: &[(&str, &str)]) -> Result<Handshake, HandshakeError> {
    let variables: HashMap<_, _> = variables.iter().copied().collect();
    Handshake::from_environment(&|name| variables.get(name).map(OsString::from))
}

fn refusal(variable: (&str, &str)) -> String {
    read(&[COOKIE_SET, variable]).expect_err(variable.1).to_string()
}

#[test]
fn the_cookie_decides_whether_there_is_a_host() {
    assert!(matches!(read(&[]), Err(HandshakeError::NoCookie)));
    assert!(matches!(read(&[(COOKIE.0, "")]), Err(HandshakeError::NoCookie)));
    assert!(matches!(read(&[(COOKIE.0, "xyz")]), Err(HandshakeError::WrongCookie)));
    assert!(read(&[(COOKIE.0, "xyz")]).unwrap_err().is_by_hand());
    assert!(read(&[COOKIE_SET]).is_ok());
}

#[test]
fn a_host_without_version_6_gets_an_error() {
    for offered in ["6", "5,6", "6,5", " 5 , 6 ", "4,5,6,7", ""] {
        let handshake = read(&[COOKIE_SET, ("PLUGIN_PROTOCOL_VERSIONS", offered)]).unwrap();
        assert_eq!(handshake.incompatible, None, "{offered}");
    }
    for offered in ["5", "4,5", "66", "16", "0"] {
        let handshake = read(&[COOKIE_SET, ("PLUGIN_PROTOCOL_VERSIONS", offered)]).unwrap();
        let message = handshake.incompatible.unwrap().to_string();
        assert!(message.contains("speaks plugin protocol 6") && message.contains(offered), "{message}");
    }
    for garbage in ["six", "6,", ",6", "6;5", "-6", "6.0", "99999999999", "6\n"] {
        let result = read(&[COOKIE_SET, ("PLUGIN_PROTOCOL_VERSIONS", garbage)]);
        // A line feed at the end is only white space.
        assert_eq!(result.is_ok(), garbage == "6\n", "{garbage}");
    }
}

#[test]
fn ports_are_a_range() {
    let ports = |variables: &[(&str, &str)]| {
        let mut all = vec![COOKIE_SET];
        all.extend(variables);
        read(&all).map(|handshake| handshake.socket.ports)
    };
    assert_eq!(ports(&[]).unwrap(), 0..=0);
    assert_eq!(ports(&[("PLUGIN_MIN_PORT", "10000"), ("PLUGIN_MAX_PORT", "25000")]).unwrap(), 10000..=25000);
    assert_eq!(ports(&[("PLUGIN_MIN_PORT", "10000")]).unwrap(), 10000..=65535);
    assert_eq!(ports(&[("PLUGIN_MAX_PORT", "25000")]).unwrap(), 0..=0);
    let upside_down = ports(&[("PLUGIN_MIN_PORT", "2"), ("PLUGIN_MAX_PORT", "1")]).unwrap_err();
    assert_eq!(upside_down.to_string(), "PLUGIN_MIN_PORT 2 is above PLUGIN_MAX_PORT 1");
    for garbage in ["x", "-1", "65536", "1.5", "1 2"] {
        for name in ["PLUGIN_MIN_PORT", "PLUGIN_MAX_PORT"] {
            let refused = refusal((name, garbage));
            assert_eq!(refused, format!("{name} is \"{garbage}\", which is not a port, 0 to 65535"));
        }
    }
}

#[test]
fn a_port_can_be_requested_on_every_system() {
    let unix = |network: &str| read(&[COOKIE_SET, (NETWORK, network)]).map(|handshake| handshake.socket.unix);
    assert_eq!(unix("").unwrap(), cfg!(unix));
    assert!(!unix("tcp").unwrap());
    assert_eq!(unix("unix").is_ok(), cfg!(unix));
    assert!(refusal((NETWORK, "udp")).starts_with("PLUGIN_NETWORK is \"udp\", which is not \""));
}

#[test]
fn the_client_certificate_must_be_one_certificate() {
    let pem = p384_certificate_pem();
    assert!(read(&[COOKIE_SET, ("PLUGIN_CLIENT_CERT", &pem)]).unwrap().client.is_some());
    assert!(read(&[COOKIE_SET, ("PLUGIN_CLIENT_CERT", "")]).unwrap().client.is_none());
    assert!(read(&[COOKIE_SET]).unwrap().client.is_none());
    let twice = pem.repeat(2);
    let broken = pem.replacen("MI", "AA", 1);
    for (garbage, reason) in [
        ("garbage", "it holds no certificate in PEM form"),
        (
            "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
            "it holds no certificate in PEM form",
        ),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "it is not an X.509 certificate"),
        (twice.as_str(), "it holds more than one certificate"),
        (broken.as_str(), "it is not an X.509 certificate"),
    ] {
        assert_eq!(
            refusal(("PLUGIN_CLIENT_CERT", garbage)),
            format!("PLUGIN_CLIENT_CERT cannot be used: {reason}")
        );
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_refused() {
    use std::os::unix::ffi::OsStringExt as _;

    for name in
        ["PLUGIN_PROTOCOL_VERSIONS", "PLUGIN_CLIENT_CERT", "PLUGIN_UNIX_SOCKET_GROUP", "PLUGIN_MIN_PORT"]
    {
        let error = Handshake::from_environment(&|variable| match variable {
            _ if variable == COOKIE.0 => Some(COOKIE.1.into()),
            _ if variable == name => Some(OsString::from_vec(vec![b'6', 0xff])),
            _ => None,
        });
        assert_eq!(error.unwrap_err().to_string(), format!("{name} is \"6\u{fffd}\", which is not UTF-8"));
    }
}

#[test]
fn long_and_unprintable_values_are_shortened() {
    let refused = refusal(("PLUGIN_PROTOCOL_VERSIONS", &format!("\x1b[31m{}", "9".repeat(5000))));
    assert!(refused.len() < 200 && refused.contains("\\u{1b}[31m") && refused.contains('…'), "{refused}");
}

#[test]
fn the_handshake_line_has_go_plugins_format() {
    let unix = Address::Unix("/tmp/tfabc/s".into());
    assert_eq!(line(&unix, None), "1|6|unix|/tmp/tfabc/s|grpc|");
    // Bytes whose base64 would need padding.
    assert_eq!(line(&unix, Some(b"\xff\xfe\xfd\xfc")), "1|6|unix|/tmp/tfabc/s|grpc|//79/A");
    let tcp = Address::Tcp("127.0.0.1:10000".parse().unwrap());
    assert_eq!(line(&tcp, None), "1|6|tcp|127.0.0.1:10000|grpc|");
}

#[test]
fn a_debugged_plugin_needs_no_cookie_and_uses_no_certificate() {
    let handshake = Handshake::for_debugging(&|name| (name == "TMPDIR").then(|| "/var/tmp".into())).unwrap();
    assert!(handshake.client.is_none());
    assert_eq!(handshake.socket.directory, None);
    #[cfg(unix)]
    assert_eq!(handshake.socket.temporary, PathBuf::from("/var/tmp"));
}

proptest::proptest! {
    /// Whatever a host sets, the result is a handshake or an error of one printable line.
    #[test]
    fn every_environment_leads_to_a_handshake_or_an_error(
        versions in "\\PC*|[0-9, ]*",
        port in "\\PC{0,8}|[0-9]{1,6}",
        certificate in "\\PC*|-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]*\n-----END CERTIFICATE-----\n",
        group in "\\PC*",
    ) {
        for (name, value) in [
            ("PLUGIN_PROTOCOL_VERSIONS", versions),
            ("PLUGIN_MIN_PORT", port.clone()),
            ("PLUGIN_MAX_PORT", port),
            ("PLUGIN_CLIENT_CERT", certificate),
            ("PLUGIN_UNIX_SOCKET_GROUP", group),
        ] {
            if let Err(error) = read(&[COOKIE_SET, (name, &value)]) {
                let text = error.to_string();
                proptest::prop_assert!(text.lines().count() == 1 && text.len() < 2000, "{}", text);
            }
        }
    }
}
