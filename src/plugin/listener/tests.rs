use std::path::Path;

use super::*;

fn socket(directory: Option<&Path>) -> SocketOptions {
    let directory = directory.map(Path::to_owned);
    SocketOptions { unix: true, directory, temporary: "/tmp".into(), group: None, ports: 0..=0 }
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[tokio::test]
    async fn the_socket_is_private_and_leaves_nothing_behind() {
        let parent = tempfile::tempdir().unwrap();
        let (_listener, address, files) = Listener::bind(&socket(Some(parent.path()))).unwrap();
        let Address::Unix(path) = &address else { panic!("{address:?}") };
        let path = Path::new(path);
        let directory = path.parent().unwrap();
        assert!(path.starts_with(parent.path()));
        assert_eq!(mode(directory), 0o700);
        assert_eq!(mode(path), 0o600);
        assert_eq!(address.network(), "unix");
        files.remove().unwrap();
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_named_group_may_connect() {
        let parent = tempfile::tempdir().unwrap();
        let own = std::fs::metadata(parent.path()).unwrap().gid();
        let socket = SocketOptions { group: Some(own.to_string()), ..socket(Some(parent.path())) };
        let (_listener, address, files) = Listener::bind(&socket).unwrap();
        let path = PathBuf::from(address.to_string());
        assert_eq!(mode(&path), 0o660);
        assert_eq!(mode(path.parent().unwrap()), 0o750);
        assert_eq!(std::fs::metadata(&path).unwrap().gid(), own);
        drop(files);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_directory_that_is_too_long_is_refused_before_anything_is_made() {
        let parent = tempfile::tempdir().unwrap();
        let long = parent.path().join("d".repeat(PATH_LIMIT));
        let refused = Listener::bind(&socket(Some(&long))).unwrap_err().to_string();
        assert!(refused.starts_with("PLUGIN_UNIX_SOCKET_DIR is too long for a socket: "), "{refused}");
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn the_longest_directory_that_fits_is_used() {
        let parent = tempfile::tempdir().unwrap();
        let room = PATH_LIMIT - (1 + PREFIX.len() + RANDOM + 1 + SOCKET.len());
        let longest = parent.path().join("d".repeat(room - parent.path().as_os_str().len() - 1));
        std::fs::create_dir(&longest).unwrap();
        let (_listener, address, _files) = Listener::bind(&socket(Some(&longest))).unwrap();
        assert_eq!(address.to_string().len(), PATH_LIMIT);
    }

    #[tokio::test]
    async fn a_long_temporary_directory_is_replaced_by_a_short_one() {
        let deep =
            SocketOptions { temporary: PathBuf::from("/tmp").join("d".repeat(PATH_LIMIT)), ..socket(None) };
        let (_listener, address, _files) = Listener::bind(&deep).unwrap();
        assert!(address.to_string().starts_with("/tmp/tf"), "{address}");
    }

    #[tokio::test]
    async fn an_unusable_temporary_directory_is_replaced() {
        for unusable in ["/nonexistent/tmp", "/dev/null"] {
            let socket = SocketOptions { temporary: unusable.into(), ..socket(None) };
            let (_listener, address, _files) = Listener::bind(&socket).unwrap();
            assert!(address.to_string().starts_with("/tmp/tf"), "{address}");
        }
    }

    #[tokio::test]
    async fn a_directory_that_breaks_the_line_is_refused() {
        for name in ["a|b", "a\nb"] {
            let parent = tempfile::tempdir().unwrap();
            let odd = parent.path().join(name);
            std::fs::create_dir(&odd).unwrap();
            let refused = Listener::bind(&socket(Some(&odd))).unwrap_err();
            assert!(matches!(refused, BindError::Unprintable { .. }), "{refused}");
            assert_eq!(std::fs::read_dir(&odd).unwrap().count(), 0);
        }
    }

    #[tokio::test]
    async fn a_missing_directory_is_named() {
        let refused =
            Listener::bind(&socket(Some(Path::new("/nonexistent/sockets")))).unwrap_err().to_string();
        assert!(refused.contains("/nonexistent/sockets"), "{refused}");
    }
}

#[tokio::test]
async fn ports_are_tried_in_turn() {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let only_that = SocketOptions { ports: port..=port, ..socket(None) };
    let refused = Listener::bind_tcp(&only_that).unwrap_err().to_string();
    assert!(refused.starts_with(&format!("no port from {port} to {port} can be opened")), "{refused}");
    let some = SocketOptions { ports: port..=port.saturating_add(200), ..socket(None) };
    let (_listener, address, _files) = Listener::bind_tcp(&some).unwrap();
    let Address::Tcp(bound) = address else { panic!("{address:?}") };
    assert!(bound.ip().is_loopback() && bound.port() > port);
    assert_eq!(address.network(), "tcp");
}
