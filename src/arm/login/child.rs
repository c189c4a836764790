//! Running a program that may start others: what it writes is bounded, and when nobody waits any more all of them end.

use std::io;
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

/// How much a program may write to each of its two outputs.
pub(super) const LARGEST: usize = 1 << 20;

/// How long what an ended program has written may take to arrive. A child of its own may keep the outputs open for
/// longer, and is not waited for.
const SETTLE: Duration = Duration::from_millis(200);

/// How a program ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// By itself.
    Done(Output),
    /// It was ended, since it took too long.
    TooLong,
    /// It was ended, since it wrote too much.
    TooMuch,
}

/// Runs a program until it ends, for so long at most. Whoever drops the future ends the program and its children.
pub(super) async fn run(command: &mut Command, longest: Duration) -> io::Result<Ended> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    command.process_group(0).kill_on_drop(true);
    let mut child = command.spawn()?;
    let mut tree = Tree::of(&child);
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let ended = {
        let mut reading =
            std::pin::pin!(async { tokio::try_join!(read(out, &mut stdout), read(err, &mut stderr)) });
        let work = async {
            tokio::select! {
                read = &mut reading => {
                    read?;
                    child.wait().await
                }
                status = child.wait() => {
                    match tokio::time::timeout(SETTLE, &mut reading).await {
                        Ok(Err(error)) => Err(error),
                        _ => status,
                    }
                }
            }
        };
        tokio::time::timeout(longest, work).await
    };
    if matches!(ended, Ok(Ok(_))) {
        tree.leader_has_ended();
    }
    match ended {
        Err(_) => Ok(Ended::TooLong),
        Ok(Err(error)) if error.kind() == io::ErrorKind::FileTooLarge => Ok(Ended::TooMuch),
        Ok(status) => Ok(Ended::Done(Output { status: status?, stdout, stderr })),
    }
}

async fn read(from: Option<impl AsyncRead + Unpin>, into: &mut Vec<u8>) -> io::Result<()> {
    let Some(mut from) = from else { return Ok(()) };
    while from.read_buf(into).await? > 0 {
        if into.len() > LARGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
    }
    Ok(())
}

/// A program and whatever it has started; dropping it ends them.
struct Tree(Option<u32>);

impl Tree {
    fn of(child: &Child) -> Self {
        Self(child.id())
    }

    /// On Windows its id may soon be another program's.
    fn leader_has_ended(&mut self) {
        if cfg!(windows) {
            self.0 = None;
        }
    }
}

#[cfg(unix)]
impl Drop for Tree {
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        // The program leads a group of its own, in which its children stay unless they leave it on purpose.
        let leader = self.0.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader {
            // Nobody is left in it: the usual case.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

#[cfg(windows)]
impl Drop for Tree {
    fn drop(&mut self) {
        let Some(id) = self.0 else { return };
        let system = std::env::var_os("SystemRoot").unwrap_or("C:\\Windows".into());
        let mut taskkill =
            std::process::Command::new(std::path::Path::new(&system).join("System32").join("taskkill.exe"));
        taskkill.args(["/T", "/F", "/PID", &id.to_string()]);
        // It runs by itself, as nobody may wait here.
        let _ = taskkill.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    }
}

#[cfg(not(any(unix, windows)))]
impl Drop for Tree {
    fn drop(&mut self) {
        let _ = self.0;
    }
}
