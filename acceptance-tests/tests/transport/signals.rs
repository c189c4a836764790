//! What the plugin does when the system asks it to stop. On Windows these tests need a program that announces
//! the events of a console, which `.ci/windows` builds.

use std::path::PathBuf;
use std::time::Duration;

use acceptance_tests::stop::{CLOSE, closing_is_ignored};
#[cfg(target_os = "linux")]
use acceptance_tests::{binaries::binaries, host::Launch};
use tokio::time::sleep;

use super::{answers, launch};

const INTERRUPTS: &[&str] = if cfg!(unix) { &["INT"] } else { &["CTRL_C_EVENT", "CTRL_BREAK_EVENT"] };

/// Other signals, and their names in the log.
const ENDS: [(&str, &str); 3] = if cfg!(unix) {
    [("TERM", "SIGTERM"), ("HUP", "SIGHUP"), ("QUIT", "SIGQUIT")]
} else {
    [
        ("CTRL_CLOSE_EVENT", "close of the console"),
        ("CTRL_LOGOFF_EVENT", "log-off"),
        ("CTRL_SHUTDOWN_EVENT", "shutdown"),
    ]
};

#[tokio::test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
async fn interrupts_are_ignored_under_a_host() {
    for signal in INTERRUPTS {
        let plugin = launch().start().await.unwrap();
        let mut connection = plugin.connect().await.unwrap();
        for _ in 0..3 {
            plugin.signal(signal).unwrap();
            sleep(Duration::from_millis(30)).await;
            answers(&mut connection).await;
        }
        assert!(plugin.shutdown().await.unwrap().status.success(), "{signal}");
    }
}

#[tokio::test]
#[cfg_attr(windows, ignore = "it needs .ci/console-event.c")]
async fn other_signals_end_it_and_leave_nothing_behind() {
    for (signal, logged) in ENDS {
        if signal == CLOSE && closing_is_ignored() {
            continue;
        }
        let launch = launch().variable("TF_LOG_PROVIDER_GALLERY_PLUGIN", "info");
        let plugin = launch.start().await.unwrap();
        answers(&mut plugin.connect().await.unwrap()).await;
        plugin.signal(signal).unwrap();
        let ended = plugin.ended().await.unwrap();
        assert!(ended.status.success(), "{signal}: {ended:?}");
        assert!(ended.stderr.contains(&format!("\"signal\":\"{logged}\"")), "{}", ended.stderr);
        assert_eq!(ended.left_behind, Vec::<PathBuf>::new(), "{signal}");
    }
}

#[cfg(target_os = "linux")] // Elsewhere the provider cannot know it.
#[tokio::test]
async fn under_nohup_a_closing_terminal_is_ignored() {
    let provider = &binaries().unwrap().provider;
    let shell = Launch::new("/bin/sh").unwrap().argument("-c").argument("trap '' HUP; exec \"$0\"");
    let plugin = shell.argument(provider).start().await.unwrap();
    let mut connection = plugin.connect().await.unwrap();
    plugin.signal(CLOSE).unwrap();
    sleep(Duration::from_millis(300)).await;
    answers(&mut connection).await;
    assert!(plugin.shutdown().await.unwrap().status.success());
}
