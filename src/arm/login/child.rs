//! Running a program that may start others. Its output is limited, and when the caller stops waiting all of
//! them are ended.

use std::io;
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

/// How much a program may write to each of its two outputs.
pub(super) const LARGEST: usize = 1 << 20;

/// How long to wait for the output of a program that has ended. Its own child processes may keep the outputs
/// open longer; they are not waited for.
const SETTLE: Duration = Duration::from_millis(200);

/// How a program ended.
#[derive(Debug)]
pub(super) enum RunOutcome {
    /// By itself.
    Exited(Output),
    /// It was ended because it took too long.
    TimedOut,
    /// It was ended because it wrote too much.
    OutputTooLarge,
}

/// Runs a program until it ends, or for this long at most. Dropping the future ends the program and its child
/// processes.
pub(super) async fn run(command: &mut Command, longest: Duration) -> io::Result<RunOutcome> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn()?;
    let _tree = ProcessTree::of(&child);
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
    match ended {
        Err(_) => Ok(RunOutcome::TimedOut),
        Ok(Err(error)) if error.kind() == io::ErrorKind::FileTooLarge => Ok(RunOutcome::OutputTooLarge),
        Ok(status) => Ok(RunOutcome::Exited(Output { status: status?, stdout, stderr })),
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

/// A program and everything it has started; dropping it ends them. The program leads a process group of its
/// own, in which its child processes stay unless they leave it on purpose.
#[cfg(unix)]
struct ProcessTree(Option<u32>);

#[cfg(unix)]
impl ProcessTree {
    fn of(child: &Child) -> Self {
        Self(child.id())
    }
}

#[cfg(unix)]
impl Drop for ProcessTree {
    fn drop(&mut self) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let leader = self.0.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader {
            // The group is already empty: the usual case.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

/// A program and everything it has started; dropping it ends them. They are in a job of their own, which the
/// system ends with its last handle, even if this process is killed.
#[cfg(windows)]
struct ProcessTree {
    _job: Option<win32job::Job>,
}

#[cfg(windows)]
impl ProcessTree {
    /// Created right after the start, before the program can have started another. If the system cannot
    /// create a job, the program alone is ended.
    fn of(child: &Child) -> Self {
        let mut limits = win32job::ExtendedLimitInfo::new();
        limits.limit_kill_on_job_close();
        let job = win32job::Job::create_with_limit_info(&limits).ok().filter(|job| {
            // A handle is a number; the crate expects it as one.
            child.raw_handle().is_some_and(|process| job.assign_process(process as isize).is_ok())
        });
        if job.is_none() {
            tracing::debug!(target: "provider.auth", "the program's child processes may outlive it: no job");
        }
        Self { _job: job }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::net::{TcpListener, TcpStream};
    use std::path::Path;

    /// Where the program's child writes its port, and whether the program ends before the child.
    const PORT: &str = "GALLERY_TEST_PORT_FILE";
    const ENDS: &str = "GALLERY_TEST_PROGRAM_ENDS";

    /// This test program, run as one of the next two tests.
    fn own(test: &str) -> std::process::Command {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", &format!("arm::login::child::tests::{test}"), "--ignored", "--nocapture"]);
        command
    }

    #[test]
    #[ignore = "a program that starts another, run by the test below"]
    #[allow(clippy::zombie_processes)] // It leaves the child process behind on purpose.
    fn program() {
        let mut child = own("child_of_the_program").spawn().unwrap();
        if std::env::var_os(ENDS).is_some() {
            while port(Path::new(&std::env::var_os(PORT).unwrap())).is_none() {
                std::thread::sleep(Duration::from_millis(10));
            }
        } else {
            child.wait().unwrap();
        }
    }

    #[test]
    #[ignore = "what that program starts"]
    fn child_of_the_program() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut file = std::fs::File::create(std::env::var_os(PORT).unwrap()).unwrap();
        writeln!(file, "{}", listener.local_addr().unwrap().port()).unwrap();
        std::thread::sleep(Duration::from_secs(300));
    }

    /// The port, once all of it is written.
    fn port(file: &Path) -> Option<u16> {
        let text = std::fs::read_to_string(file).ok()?;
        text.strip_suffix('\n')?.parse().ok()
    }

    async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
        for _ in 0..3000 {
            if is_so() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{what}");
    }

    #[tokio::test]
    async fn child_processes_end_with_their_program() {
        for ends in [false, true] {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("port");
            let mut command = Command::from(own("program"));
            command.env(PORT, &file);
            if ends {
                command.env(ENDS, "1");
            }
            let running = tokio::spawn(async move { run(&mut command, Duration::from_secs(120)).await });
            until("the child has not started", || port(&file).is_some()).await;
            if ends {
                let ended = running.await.unwrap().unwrap();
                assert!(matches!(&ended, RunOutcome::Exited(output) if output.status.success()), "{ended:?}");
            } else {
                running.abort();
            }
            let port = port(&file).unwrap();
            until("the child lives on", || TcpStream::connect(("127.0.0.1", port)).is_err()).await;
        }
    }
}
