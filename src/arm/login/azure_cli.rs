//! Login as the az CLI's user, through azure_identity: it builds the command line and reads the token. We run
//! the command ourselves, since azure_identity's default waits for ever, reads without limit, and leaves
//! child processes running.

use super::super::error::{Error, LoginError, excerpt, without_mark};
use super::super::pipeline::{without_secrets, wrap_error};
use super::answer::TokenAnswer;
use super::application::TenantId;
use super::child::{self, RunOutcome};
use super::entra::into_error;
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_identity::{AzureCliCredential, AzureCliCredentialOptions, Executor};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::io;
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::process::Command;

/// The login, for messages.
pub(super) const LOGIN_NAME: &str = "az CLI";

/// The command, for messages.
pub(super) const COMMAND: &str = "az account get-access-token";

/// How long `az` may take: it starts Python, and uses the network when its own token has expired.
const LONGEST: Duration = Duration::from_secs(60);

/// The program's file names.
const PROGRAMS: &[&str] = if cfg!(windows) { &["az.cmd", "az.exe", "az.bat", "az.com"] } else { &["az"] };

/// Variables of other logins that may hold a secret. az does not need them, and modules that somebody has
/// added to it must not see them.
const SECRETS: [&str; 7] = [
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ARM_CLIENT_CERTIFICATE",
    "ARM_CLIENT_CERTIFICATE_PASSWORD",
    "ARM_CLIENT_SECRET",
    "ARM_OIDC_REQUEST_TOKEN",
    "ARM_OIDC_TOKEN",
    "SYSTEM_ACCESSTOKEN",
];

/// Beginnings of the names of other variables that may hold a secret: those of the program that started this
/// one (its variables and the tokens of its registries).
const FOREIGN: [&str; 2] = ["TF_TOKEN_", "TF_VAR_"];

/// Whether a variable is withheld from az.
fn is_withheld(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_uppercase();
    SECRETS.contains(&name.as_str()) || FOREIGN.iter().any(|start| name.starts_with(start))
}

/// Requests tokens from the az CLI. It does not keep them.
#[derive(Debug)]
pub(super) struct AzureCli(Arc<AzureCliCredential>);

impl AzureCli {
    /// A tenant and a subscription exclude each other in az; the tenant is more specific.
    pub(super) fn new(
        tenant_id: Option<&TenantId>,
        subscription_id: Option<&str>,
        process: AzProcess,
    ) -> Result<Self, Error> {
        let options = AzureCliCredentialOptions {
            tenant_id: tenant_id.map(|id| id.as_str().to_owned()),
            subscription: subscription_id.filter(|_| tenant_id.is_none()).map(str::to_owned),
            executor: Some(Arc::new(process)),
        };
        AzureCliCredential::new(Some(options))
            .map(Self)
            .map_err(|error| into_error(error, LOGIN_NAME, COMMAND))
    }
}

#[async_trait]
impl TokenCredential for AzureCli {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        self.0
            .get_token(scopes, options)
            .await
            .map_err(|error| wrap_error(into_error(error, LOGIN_NAME, COMMAND)))
    }
}

/// Runs the az CLI for azure_identity, and returns its output in the form that azure_identity reads: az
/// before 2.54 does not return a token's expiry in seconds.
#[derive(Debug)]
pub(super) struct AzProcess {
    /// Where to look for az.
    path: OsString,
    longest: Duration,
}

impl Default for AzProcess {
    fn default() -> Self {
        Self { path: std::env::var_os("PATH").unwrap_or_default(), longest: LONGEST }
    }
}

#[async_trait]
impl Executor for AzProcess {
    async fn run(&self, program: &OsStr, args: &[&OsStr]) -> io::Result<Output> {
        self.output(program, args).await.map_err(|error| io::Error::other(Error::from(error)))
    }
}

impl AzProcess {
    async fn output(&self, program: &OsStr, args: &[&OsStr]) -> Result<Output, LoginError> {
        let is_there = |folder: std::path::PathBuf| PROGRAMS.iter().any(|name| folder.join(name).is_file());
        if !std::env::split_paths(&self.path).any(is_there) {
            let description = "the command is not on the PATH".to_owned();
            return Err(LoginError { not_installed: true, ..refused(description) });
        }
        let mut command = shell(program, args);
        command.env("PATH", &self.path).env("AZURE_CORE_NO_COLOR", "true");
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_withheld(name)) {
            command.env_remove(name);
        }
        tracing::debug!(target: "provider.auth", login = LOGIN_NAME, command = ?args.last(), "asking for a token");
        let requested_at = OffsetDateTime::now_utc();
        let mut output = match child::run(&mut command, self.longest).await {
            Ok(RunOutcome::Exited(output)) => output,
            Ok(RunOutcome::TimedOut) => {
                return Err(refused(format!(
                    "the command did not end within {} seconds",
                    self.longest.as_secs()
                )));
            }
            Ok(RunOutcome::OutputTooLarge) => {
                return Err(refused(format!("the command wrote more than {} MiB", child::LARGEST >> 20)));
            }
            Err(error) => return Err(refused(format!("the command cannot be started: {error}"))),
        };
        if !output.status.success() {
            let message = without_secrets(&String::from_utf8_lossy(&output.stderr));
            let message = excerpt(message.as_bytes()).unwrap_or_else(|| "it printed nothing".to_owned());
            let ended = output.status.code().map_or("a signal".to_owned(), |code| format!("code {code}"));
            return Err(refused(format!("the command ended with {ended}: {message}")));
        }
        let json: Value = serde_json::from_slice(without_mark(&output.stdout)).unwrap_or_default();
        // Its output is omitted: it may contain a token.
        let answer = TokenAnswer::read(&json)
            .ok_or_else(|| refused("the command's output contains no usable token".to_owned()))?;
        output.stdout = answer.into_az_cli(requested_at).into_bytes();
        Ok(output)
    }
}

#[cfg(not(windows))]
fn shell(program: &OsStr, args: &[&OsStr]) -> Command {
    let mut command = Command::new(program);
    command.args(args);
    command
}

/// `cmd` reads its command line itself: quotes are not escaped, and with `/S` exactly the outer ones are
/// removed.
#[cfg(windows)]
fn shell(program: &OsStr, args: &[&OsStr]) -> Command {
    let mut command = Command::new(program);
    command.raw_arg("/S");
    if let [switches @ .., line] = args {
        for switch in switches {
            command.raw_arg(switch);
        }
        let mut quoted = OsString::from("\"");
        quoted.push(line);
        quoted.push("\"");
        command.raw_arg(quoted);
    }
    command
}

fn refused(description: String) -> LoginError {
    LoginError {
        login_name: LOGIN_NAME,
        endpoint: COMMAND.to_owned(),
        description: Some(description),
        ..LoginError::default()
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    #[test]
    fn az_gets_no_secret_of_another_login() {
        for name in
            ["ARM_CLIENT_SECRET", "arm_oidc_token", "SYSTEM_ACCESSTOKEN", "TF_VAR_password", "TF_TOKEN_x"]
        {
            assert!(is_withheld(name.as_ref()), "{name}");
        }
        // Variables that az itself reads, or that are needed to find it.
        for name in ["PATH", "HOME", "AZURE_CONFIG_DIR", "ARM_CLOUD_METADATA_URL", "HTTPS_PROXY", "TF_LOG"] {
            assert!(!is_withheld(name.as_ref()), "{name}");
        }
    }

    const TOKEN: &str = r#"echo '{"accessToken": "from-az", "expiresOn": "2030-01-01 00:00:00.000000", "expires_on": 1900000000, "tokenType": "Bearer"}'"#;

    /// A folder with an `az` of our own that runs this shell script, ahead of the system's own.
    fn stand_in(script: &str) -> (tempfile::TempDir, AzProcess) {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("az");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let system = std::env::var_os("PATH").unwrap_or_default();
        let folders = [directory.path().to_owned()].into_iter().chain(std::env::split_paths(&system));
        let path = std::env::join_paths(folders).unwrap();
        (directory, AzProcess { path, longest: LONGEST })
    }

    async fn request_token(cli: &AzureCli) -> Result<AccessToken, LoginError> {
        loop {
            match cli.get_token(&["https://management.example/.default"], None).await {
                Ok(token) => return Ok(token),
                Err(error) => match error.into_downcast::<Error>().unwrap() {
                    // A process that another test has just started still holds the script open for a moment.
                    Error::Login(error) if error.to_string().contains("Text file busy") => {
                        tokio::task::yield_now().await;
                    }
                    Error::Login(error) => return Err(*error),
                    other => panic!("{other}"),
                },
            }
        }
    }

    async fn token(process: AzProcess) -> Result<AccessToken, LoginError> {
        request_token(&AzureCli::new(None, None, process).unwrap()).await
    }

    fn is_alive(id: &str) -> bool {
        // A zombie has ended, though nobody has waited for it.
        let state = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        state.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with('Z'))
    }

    /// Waits until the process with the id in a file has ended.
    async fn ends(file: &Path) {
        for _ in 0..500 {
            let id = std::fs::read_to_string(file).unwrap_or_default();
            if !id.trim().is_empty() && !is_alive(id.trim()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the process of {} is still there", file.display());
    }

    #[tokio::test]
    async fn the_token_and_its_expiry_are_read() {
        let (_directory, az) = stand_in(&format!(
            "[ \"$*\" = \"account get-access-token -o json --scope https://management.example/.default\" ] || exit 9\n\
             pwd | grep -qx /bin || exit 8\n{TOKEN}"
        ));
        let token = token(az).await.unwrap();
        assert_eq!(token.token.secret(), "from-az");
        // An expiry far in the future is limited; the token itself is the same.
        assert!(token.expires_on > OffsetDateTime::now_utc());
    }

    #[tokio::test]
    async fn the_tenant_or_else_the_subscription_is_requested() {
        let tenant: TenantId = "t.example".parse().unwrap();
        for (tenant, subscription, expected) in [
            (None, None, "default"),
            (None, Some("s"), "default --subscription s"),
            (Some(&tenant), Some("s"), "default --tenant t.example"),
        ] {
            let (_directory, az) =
                stand_in(&format!("case \"$*\" in *\"/.{expected}\") ;; *) exit 9 ;; esac\n{TOKEN}"));
            request_token(&AzureCli::new(tenant, subscription, az).unwrap()).await.unwrap();
        }
        // No characters that a shell would interpret.
        for bad in ["s; touch /tmp/x", "$(id)", "a\"b", "a&b", "a\nb"] {
            let error = AzureCli::new(None, Some(bad), AzProcess::default()).unwrap_err();
            assert!(error.to_string().contains("invalid subscription"), "{error}");
        }
    }

    #[tokio::test]
    async fn the_error_of_az_is_shown() {
        let (_directory, az) = stand_in("echo 'ERROR: Please run az login to setup account.' >&2; exit 1");
        let error = token(az).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("code 1: ERROR: Please run az login to setup account."), "{text}");
        assert!(!error.not_installed);
        for script in ["echo nonsense", "echo '{}'", "echo '{\"accessToken\": \"hidden\"}'", ":"] {
            let (_directory, az) = stand_in(script);
            let text = token(az).await.unwrap_err().to_string();
            assert!(text.contains("no usable token") && !text.contains("hidden"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_token_in_the_error_of_az_is_masked() {
        let jwt = format!("eyJhbGciOiJub25lIn0.{}.hidden-1", "eyJhIjoxfQ".repeat(3));
        let opaque = "hidden2".repeat(20);
        for message in [
            jwt.clone(),
            format!("DEBUG: Authorization: Bearer {jwt}"),
            "\"accessToken\": \"hidden-3\"".to_owned(),
            "refresh_token=hidden-4&x=1".to_owned(),
            format!("cache {opaque}"),
        ] {
            let (_directory, az) = stand_in(&format!("echo 'ERROR: no way: {message} (seen)' >&2; exit 1"));
            let text = token(az).await.unwrap_err().to_string();
            assert!(!text.contains("hidden") && text.contains("ERROR: no way: "), "{text}");
        }
    }

    #[tokio::test]
    async fn a_missing_or_hanging_az_is_an_error() {
        let nowhere = AzProcess { path: "/nowhere/at/all".into(), longest: LONGEST };
        assert!(token(nowhere).await.unwrap_err().not_installed);
        let (_directory, mut az) = stand_in("exec sleep 60");
        az.longest = Duration::from_millis(30);
        assert!(token(az).await.unwrap_err().to_string().contains("did not end"));
    }

    #[tokio::test]
    async fn the_output_of_az_is_bounded() {
        for to in ["1", "2"] {
            let (_directory, az) = stand_in(&format!("exec yes >&{to}"));
            let text = token(az).await.unwrap_err().to_string();
            assert!(text.contains("more than 1 MiB"), "{text}");
        }
    }

    #[tokio::test]
    async fn a_child_of_az_ends_if_nobody_waits() {
        let (directory, mut az) = stand_in("sleep 300 &\necho $! > \"$(dirname \"$0\")/child\"\nwait");
        az.longest = Duration::from_millis(500);
        assert!(token(az).await.unwrap_err().to_string().contains("did not end"));
        ends(&directory.path().join("child")).await;

        let (directory, az) = stand_in("sleep 300 &\necho $! > \"$(dirname \"$0\")/child\"\nwait");
        let asking = tokio::spawn(token(az));
        let child = directory.path().join("child");
        while std::fs::read_to_string(&child).unwrap_or_default().trim().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        asking.abort();
        ends(&child).await;
    }

    #[tokio::test]
    async fn a_child_that_keeps_the_output_open_does_not_delay_the_token() {
        let (directory, az) =
            stand_in(&format!("sleep 300 &\necho $! > \"$(dirname \"$0\")/child\"\n{TOKEN}"));
        let before = std::time::Instant::now();
        assert_eq!(token(az).await.unwrap().token.secret(), "from-az");
        assert!(before.elapsed() < Duration::from_secs(30));
        ends(&directory.path().join("child")).await;
    }
}
