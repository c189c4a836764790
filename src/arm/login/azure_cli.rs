//! Login as whoever the az CLI is signed in as: its command `az account get-access-token`.

use super::super::error::{Error, LoginError, excerpt};
use super::answer::{TokenAnswer, is_header_text};
use super::application::TenantId;
use super::entra::through;
use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::process::Stdio;
use std::time::Duration;
use time::OffsetDateTime;
use tokio::process::Command;

/// The way, for messages.
pub(super) const WAY: &str = "az CLI";

/// How long `az` may take: it starts Python, and asks the net when its own token has run out.
const LONGEST: Duration = Duration::from_secs(60);

/// The program, as the system finds it on the `PATH`. On Windows it is a batch file.
const PROGRAM: &str = if cfg!(windows) { "az.cmd" } else { "az" };

/// Variables that other ways to sign in read, and that may hold a secret: az has no use for them, and the modules that
/// somebody has added to it are no place for them.
const SECRETS: [&str; 7] = [
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ARM_CLIENT_CERTIFICATE",
    "ARM_CLIENT_CERTIFICATE_PASSWORD",
    "ARM_CLIENT_SECRET",
    "ARM_OIDC_REQUEST_TOKEN",
    "ARM_OIDC_TOKEN",
    "SYSTEM_ACCESSTOKEN",
];

/// What variables with other names may hold a secret, by the beginning of the name: what was handed to the program that
/// started this one (its variables and the tokens of its registries).
const FOREIGN: [&str; 2] = ["TF_TOKEN_", "TF_VAR_"];

/// Whether a variable is kept from az.
fn is_withheld(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_uppercase();
    SECRETS.contains(&name.as_str()) || FOREIGN.iter().any(|start| name.starts_with(start))
}

/// Asks the az CLI for a token. Keeps none.
#[derive(Debug)]
pub(super) struct AzureCli {
    program: OsString,
    tenant_id: Option<TenantId>,
    subscription_id: Option<String>,
    longest: Duration,
}

impl AzureCli {
    pub(super) fn new(tenant_id: Option<&TenantId>, subscription_id: Option<&str>) -> Self {
        Self {
            program: PROGRAM.into(),
            tenant_id: tenant_id.cloned(),
            subscription_id: subscription_id.map(str::to_owned),
            longest: LONGEST,
        }
    }

    /// The command's arguments. A tenant and a subscription exclude each other there; the tenant says more.
    fn arguments(&self, scope: &str) -> Vec<String> {
        let resource = scope.strip_suffix("/.default").unwrap_or(scope);
        let mut all = vec!["account", "get-access-token", "--output", "json", "--resource", resource];
        match (&self.tenant_id, &self.subscription_id) {
            (Some(tenant), _) => all.extend(["--tenant", tenant.as_str()]),
            (None, Some(subscription)) => all.extend(["--subscription", subscription]),
            (None, None) => {}
        }
        all.into_iter().map(str::to_owned).collect()
    }

    async fn ask(&self, scopes: &[&str]) -> Result<AccessToken, Error> {
        let arguments = self.arguments(scopes.first().copied().unwrap_or_default());
        tracing::debug!(target: "provider.auth", way = WAY, command = arguments.join(" "), "asking for a token");
        let mut command = Command::new(&self.program);
        command
            .args(&arguments)
            // az is Python started with -m, which looks for modules in the current folder first: that of a cloned
            // repository could bring its own.
            .current_dir(if cfg!(windows) {
                std::env::var_os("SystemRoot").unwrap_or("C:\\".into())
            } else {
                "/".into()
            })
            .env("AZURE_CORE_NO_COLOR", "true")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Whoever stops waiting, at the deadline or on Ctrl-C, drops this future and ends the process.
            .kill_on_drop(true);
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_withheld(name)) {
            command.env_remove(name);
        }
        let asked = OffsetDateTime::now_utc();
        let output = match tokio::time::timeout(self.longest, command.output()).await {
            Ok(Ok(output)) => output,
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(LoginError {
                    not_installed: true,
                    ..refused("the command is not on the PATH".to_owned())
                }
                .into());
            }
            Ok(Err(error)) => return Err(refused(format!("the command cannot be started: {error}")).into()),
            Err(_) => {
                let seconds = self.longest.as_secs();
                return Err(refused(format!("the command did not end within {seconds} seconds")).into());
            }
        };
        if !output.status.success() {
            let said = excerpt(&output.stderr).unwrap_or_else(|| "it said nothing".to_owned());
            let ended = output.status.code().map_or("a signal".to_owned(), |code| format!("code {code}"));
            return Err(refused(format!("the command ended with {ended}: {said}")).into());
        }
        let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        match TokenAnswer::read(&json).filter(|answer| is_header_text(&answer.token)) {
            Some(answer) => Ok(answer.access_token(asked)),
            // What it wrote is left out: it may hold a token.
            None => Err(refused("what the command wrote holds no usable token".to_owned()).into()),
        }
    }
}

fn refused(description: String) -> LoginError {
    LoginError {
        way: WAY,
        endpoint: "az account get-access-token".to_owned(),
        description: Some(description),
        ..LoginError::default()
    }
}

#[async_trait]
impl TokenCredential for AzureCli {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        through(self.ask(scopes).await)
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::super::super::pipeline::to_error;
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn az_is_given_no_secret_of_another_way() {
        for name in
            ["ARM_CLIENT_SECRET", "arm_oidc_token", "SYSTEM_ACCESSTOKEN", "TF_VAR_password", "TF_TOKEN_x"]
        {
            assert!(is_withheld(name.as_ref()), "{name}");
        }
        // What az itself reads, or is found by.
        for name in ["PATH", "HOME", "AZURE_CONFIG_DIR", "ARM_CLOUD_METADATA_URL", "HTTPS_PROXY", "TF_LOG"] {
            assert!(!is_withheld(name.as_ref()), "{name}");
        }
    }

    /// An `az` of our own that runs this shell script.
    fn stand_in(script: &str) -> (tempfile::TempDir, AzureCli) {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("az");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut cli = AzureCli::new(None, None);
        cli.program = program.into();
        (directory, cli)
    }

    async fn token(cli: &AzureCli) -> Result<AccessToken, LoginError> {
        loop {
            match cli.ask(&["https://management.example/.default"]).await {
                Ok(token) => return Ok(token),
                // A process that another test has just started still holds the script open for a moment.
                Err(error) if error.to_string().contains("Text file busy") => tokio::task::yield_now().await,
                Err(Error::Login(error)) => return Err(*error),
                Err(other) => panic!("{other}"),
            }
        }
    }

    #[tokio::test]
    async fn the_token_and_its_end_are_read() {
        let (_directory, cli) = stand_in(
            r#"[ "$*" = "account get-access-token --output json --resource https://management.example" ] || exit 9
pwd | grep -qx / || exit 8
echo '{"accessToken": "from-az", "expiresOn": "2030-01-01 00:00:00.000000", "expires_on": 1900000000, "tokenType": "Bearer"}'"#,
        );
        let token = token(&cli).await.unwrap();
        assert_eq!(token.token.secret(), "from-az");
    }

    #[test]
    fn a_tenant_or_else_a_subscription_is_asked_for() {
        let tenant: TenantId = "t.example".parse().unwrap();
        let with =
            |tenant, subscription| AzureCli::new(tenant, subscription).arguments("r/.default").join(" ");
        let plain = "account get-access-token --output json --resource r";
        assert_eq!(with(None, None), plain);
        assert_eq!(with(None, Some("s")), format!("{plain} --subscription s"));
        assert_eq!(with(Some(&tenant), Some("s")), format!("{plain} --tenant t.example"));
    }

    #[tokio::test]
    async fn what_az_complains_of_is_told() {
        let (_directory, cli) = stand_in("echo 'ERROR: Please run az login to setup account.' >&2; exit 1");
        let error = token(&cli).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("code 1: ERROR: Please run az login to setup account."), "{text}");
        assert!(!error.not_installed);
        for script in ["echo nonsense", "echo '{}'", "echo '{\"accessToken\": \"hidden\"}'"] {
            let (_directory, cli) = stand_in(script);
            let text = token(&cli).await.unwrap_err().to_string();
            assert!(text.contains("no usable token") && !text.contains("hidden"), "{text}");
        }
    }

    #[tokio::test]
    async fn an_az_that_is_not_there_or_does_not_end() {
        let mut cli = AzureCli::new(None, None);
        cli.program = "/nowhere/at/all/az".into();
        assert!(token(&cli).await.unwrap_err().not_installed);
        let (_directory, mut cli) = stand_in("exec sleep 60");
        cli.longest = Duration::from_millis(30);
        assert!(token(&cli).await.unwrap_err().to_string().contains("did not end"));
    }

    #[tokio::test]
    async fn the_error_keeps_its_words_on_the_way_through_azure_core() {
        let mut cli = AzureCli::new(None, None);
        cli.program = "/nowhere/at/all/az".into();
        let error = cli.get_token(&["x"], None).await.unwrap_err();
        let line = crate::arm::error::RequestLine::default();
        let url = url::Url::parse("https://arm.example").unwrap();
        assert!(to_error(error, &line, &url).to_string().contains("not on the PATH"));
    }
}
