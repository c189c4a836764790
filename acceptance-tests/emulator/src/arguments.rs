//! The command line.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::entra::application::FederatedCredential;
use crate::settings::Settings;

/// What `--help` says.
pub const HELP: &str = "\
gallery-emulator: Azure Resource Manager and Entra on this machine,
as far as in-VM access control profiles need them

Usage: gallery-emulator [OPTIONS]

  --listen ADDRESS:PORT      loopback address to listen on; port 0 takes a free one [127.0.0.1:0]
  --state FILE               load the objects from FILE and save them there
  --faults FILE              script of faults
  --end-with-stdin           end when the standard input closes, as it does when whoever started this is gone
  --ca-dir DIR               keep the certificate authority and the key for tokens in DIR
  --seed GROUP[/GALLERY]@REGION
                             make a resource group, with a gallery in it, before anyone asks (repeatable)

  --strict                   refuse all that ARM's contract refuses
  --shout                    return equal values in other spellings
  --throttle                 refuse requests when ARM's token buckets are empty
  --throttle-compute         refuse requests beyond the limits of the Compute provider
  --operations async|both|location|state|none
                             how unfinished writes are announced [async]
  --pace quick|azure|azure/N how long a write takes: as at Azure (45 s for a version), that divided by N,
                             or quick, so that it is over by the first look [quick]
  --operation-seconds N      how long every write takes, whatever the pace
  --retry-after N|none       Retry-After of unfinished answers [none]
  --delete-lag-seconds N     how long a parent still counts a deleted child [0]
  --delete-lag-visible       and the child can still be read meanwhile
  --page-size N              objects on a page of a list [50]
  --token-seconds N          how long a token lives [3599]
  --assertion-seconds N      how long an assertion of the emulator's own issuers lives [600]
  --registration registered|missing|forbidden
                             whether the subscription is registered for Microsoft.Compute [registered]
  --az user|service-principal|signed-out|expired|old
                             who is signed in to the az stand-in [user]
  --set NAME=VALUE           any other setting, as GET /emulator/settings lists them (repeatable)

  --tenant-id, --client-id, --client-secret, --subscription-id VALUE
                             the identity, in place of the built-in one and a random secret
  --client-certificate FILE  a certificate of the application, PEM (repeatable)
  --federated-credential ISSUER,SUBJECT[,AUDIENCE]
                             whose assertions are taken for the application's, in place of the built-in ones (repeatable);
                             github, azure-devops and kubernetes stand for the emulator's own issuers
  --auxiliary-tenant ID      another tenant the application is in (repeatable)
  --machine-listen ADDRESS:PORT
                             where a machine asks for its managed identity, without TLS [127.0.0.1:0]
  --arc-directory DIR        where the challenges of Azure Arc lie [in the CA directory]
  --help, --version

gallery-emulator az ADDRESS WORDS... is what the az stand-in runs.

When ready it prints one line of JSON: addresses, CA certificate file, tenant, client, secret, subscription.
Ctrl-C or SIGTERM ends it. GET /emulator lists the control routes.
";

/// A resource group, and a gallery in it, to create at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// The resource group.
    pub group: String,
    /// The gallery.
    pub gallery: Option<String>,
    /// The region.
    pub region: String,
}

/// The requested action.
#[derive(Clone, Debug, PartialEq)]
pub enum Arguments {
    /// The help.
    Help,
    /// The version.
    Version,
    /// Run the az stand-in.
    Az {
        /// The plain listener of the emulator.
        address: String,
        /// The arguments of `az`.
        words: Vec<String>,
    },
    /// Run the emulator.
    Run(Box<Run>),
}

/// The options of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The state file.
    pub state: Option<PathBuf>,
    /// The script of faults.
    pub faults: Option<PathBuf>,
    /// Whether to end when the standard input closes.
    pub end_with_stdin: bool,
    /// The directory of the certificate authority.
    pub ca_dir: Option<PathBuf>,
    /// The groups and galleries to create.
    pub seeds: Vec<Seed>,
    /// The settings.
    pub settings: Settings,
    /// Files with certificates of the application.
    pub certificates: Vec<PathBuf>,
    /// Federated credentials in place of the built-in ones.
    pub federated_credentials: Vec<FederatedCredential>,
    /// Other tenants of the application.
    pub auxiliary_tenants: Vec<String>,
    /// The address at which a machine requests its identity.
    pub machine_listen: SocketAddr,
    /// The directory of challenges.
    pub arc_directory: Option<PathBuf>,
    /// The tenant.
    pub tenant_id: Option<String>,
    /// The application.
    pub client_id: Option<String>,
    /// Its secret.
    pub client_secret: Option<String>,
    /// The subscription.
    pub subscription_id: Option<String>,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state: None,
            faults: None,
            end_with_stdin: false,
            ca_dir: None,
            seeds: Vec::new(),
            settings: Settings::default(),
            certificates: Vec::new(),
            federated_credentials: Vec::new(),
            auxiliary_tenants: Vec::new(),
            machine_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            arc_directory: None,
            tenant_id: None,
            client_id: None,
            client_secret: None,
            subscription_id: None,
        }
    }
}

/// Reads the command line, without the program's name. The error is a sentence for the user.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Arguments, String> {
    let mut run = Run::default();
    let mut change = Map::new();
    let mut rest = arguments.into_iter().peekable();
    if rest.peek().is_some_and(|first| first == "az") {
        let address = rest.nth(1).ok_or("az needs the address of the emulator's plain listener")?;
        return Ok(Arguments::Az { address, words: rest.collect() });
    }
    while let Some(argument) = rest.next() {
        let (name, mut given) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
            _ => (argument, None),
        };
        let mut value =
            || given.take().or_else(|| rest.next()).ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--help" | "-h" => return Ok(Arguments::Help),
            "--version" | "-V" => return Ok(Arguments::Version),
            "--listen" => run.listen = listen(&name, &value()?)?,
            "--state" => run.state = Some(value()?.into()),
            "--faults" => run.faults = Some(value()?.into()),
            "--end-with-stdin" => run.end_with_stdin = true,
            "--ca-dir" => run.ca_dir = Some(value()?.into()),
            "--seed" => run.seeds.push(seed(&value()?)?),
            "--tenant-id" => run.tenant_id = Some(value()?),
            "--client-id" => run.client_id = Some(value()?),
            "--client-secret" => run.client_secret = Some(value()?),
            "--subscription-id" => run.subscription_id = Some(value()?),
            "--client-certificate" => run.certificates.push(value()?.into()),
            "--federated-credential" => {
                let text = value()?;
                let read = FederatedCredential::parse(&text)
                    .ok_or_else(|| format!("{name} takes ISSUER,SUBJECT[,AUDIENCE], not {text}"))?;
                run.federated_credentials.push(read);
            }
            "--auxiliary-tenant" => run.auxiliary_tenants.push(value()?),
            "--machine-listen" => run.machine_listen = listen(&name, &value()?)?,
            "--arc-directory" => run.arc_directory = Some(value()?.into()),
            "--strict" | "--shout" | "--throttle" | "--throttle-compute" | "--delete-lag-visible" => {
                change.insert(setting(&name), json!(true));
            }
            "--operations"
            | "--pace"
            | "--operation-seconds"
            | "--retry-after"
            | "--delete-lag-seconds"
            | "--page-size"
            | "--token-seconds"
            | "--assertion-seconds"
            | "--registration"
            | "--az" => {
                let value = value()?;
                change.insert(setting(&name), literal(&name, &value));
            }
            "--set" => {
                let pair = value()?;
                let (name, value) = pair.split_once('=').ok_or("--set takes NAME=VALUE")?;
                change.insert(setting(name), literal(name, value));
            }
            _ => return Err(format!("unknown argument {name}; --help lists them")),
        }
        if given.is_some() {
            return Err(format!("{name} takes no value"));
        }
    }
    run.settings = run.settings.changed(&Value::Object(change))?;
    Ok(Arguments::Run(Box::new(run)))
}

fn setting(name: &str) -> String {
    name.trim_start_matches('-').replace('-', "_")
}

/// A setting's value: JSON if it is JSON, else the text itself. `--retry-after none` means none.
fn literal(name: &str, value: &str) -> Value {
    if value == "none" && setting(name) == "retry_after" {
        return Value::Null;
    }
    serde_json::from_str(value).unwrap_or_else(|_| json!(value))
}

fn listen(name: &str, value: &str) -> Result<SocketAddr, String> {
    let value = value.replace("localhost:", "127.0.0.1:");
    let address: SocketAddr = value
        .parse()
        .map_err(|_| format!("{name} takes ADDRESS:PORT, for example 127.0.0.1:0, not {value}"))?;
    // Anyone who reaches it may edit its content.
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err(format!("{name} takes loopback addresses only, not {}", address.ip()))
    }
}

fn seed(value: &str) -> Result<Seed, String> {
    let wrong = || format!("--seed takes GROUP@REGION or GROUP/GALLERY@REGION, not {value}");
    let (path, region) = value.rsplit_once('@').ok_or_else(wrong)?;
    let (group, gallery) =
        path.split_once('/').map_or((path, None), |(group, gallery)| (group, Some(gallery)));
    if group.is_empty()
        || region.is_empty()
        || gallery.is_some_and(|gallery| gallery.is_empty() || gallery.contains('/'))
    {
        return Err(wrong());
    }
    Ok(Seed { group: group.to_owned(), gallery: gallery.map(str::to_owned), region: region.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::Pace;
    use crate::settings::Operations;

    fn words(line: &str) -> Result<Arguments, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    fn run(line: &str) -> Run {
        match words(line).unwrap() {
            Arguments::Run(run) => *run,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn options_reach_the_settings() {
        let run = run("--listen [::1]:0 --strict --operations location --pace azure/20 --retry-after 3 \
             --set next_link=foreign --seed rg/g@westus --seed other@eastus");
        assert!(run.listen.is_ipv6());
        assert!(run.settings.strict);
        assert_eq!(run.settings.operations, Operations::Location);
        assert_eq!(run.settings.pace, Pace::Azure(20.0));
        assert_eq!(run.settings.retry_after, Some(3));
        assert_eq!(run.seeds.len(), 2);
        assert_eq!(run.seeds[0].gallery.as_deref(), Some("g"));
    }

    #[test]
    fn the_stand_in_gets_every_argument_unchanged() {
        let words = words("az http://127.0.0.1:1 account show --help").unwrap();
        let expected = ["account", "show", "--help"].map(str::to_owned).to_vec();
        assert_eq!(words, Arguments::Az { address: "http://127.0.0.1:1".to_owned(), words: expected });
    }

    #[test]
    fn a_wrong_command_line_is_an_error_sentence() {
        for (line, part) in [
            ("--listen 0.0.0.0:0", "loopback"),
            ("--listen 192.168.1.1:80", "loopback"),
            ("--listen nowhere", "ADDRESS:PORT"),
            ("--listen", "needs a value"),
            ("--strict=yes", "takes no value"),
            ("--frob", "--frob"),
            ("--set a", "NAME=VALUE"),
            ("--set frob=1", "frob"),
            ("--operations sometimes", "sometimes"),
            ("--pace slow", "pace"),
            ("--machine-listen 0.0.0.0:0", "loopback"),
            ("--federated-credential github", "ISSUER,SUBJECT"),
            ("--registration maybe", "maybe"),
            ("az", "address"),
            ("--seed rg", "--seed"),
            ("--seed /g@westus", "--seed"),
        ] {
            let error = words(line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
