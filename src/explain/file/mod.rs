//! The kind of a file, and the versions in it.

mod comments;
mod exported;
mod template;
mod terraform;

use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};

use super::version::{Key, Placeholders, Profile, Version};

/// A version's type in Azure Resource Manager.
const VERSION: &str = "Microsoft.Compute/galleries/inVMAccessControlProfiles/versions";
/// Its profile's.
const PROFILE: &str = "Microsoft.Compute/galleries/inVMAccessControlProfiles";
/// The largest file that is read: far larger than any template or state with rules.
const LARGEST: u64 = 256 * 1024 * 1024;

/// Why a file cannot be explained. `Display` says what to do.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("{0}")]
    File(#[from] std::io::Error),
    #[error("more than {} MiB; pass only the part with the rules", LARGEST / 1024 / 1024)]
    TooLarge,
    #[error("it is not JSON ({error}). {hint}")]
    NotJson { error: String, hint: &'static str },
    #[error(
        "these are the parameters of an ARM template; pass the template, with the parameters' values as \
         `defaultValue`"
    )]
    Parameters,
    #[error(
        "it contains no rules of an in-VM access control profile version. It may be rules, an exported \
         version, an ARM template, or the output of `terraform show -json`; see explain --help"
    )]
    Nothing,
}

/// The content of a file.
#[derive(Debug, Default)]
pub(super) struct FileContent {
    /// The versions.
    pub(super) versions: Vec<Version>,
    /// What cannot be read, and why.
    pub(super) unread: Vec<String>,
    /// For a plan, the versions before it.
    pub(super) before: Option<Vec<Version>>,
}

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ObjectKind {
    Profile,
    Version,
    Other,
}

/// Reads the versions of a file; `-` is `input`.
pub(super) fn open(path: &Path, input: &mut dyn Read) -> Result<FileContent, Unreadable> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        input.take(LARGEST + 1).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    }
    if bytes.len() as u64 > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    let text = decoded(&bytes);
    let value = serde_json::from_str(&text)
        .or_else(|error| serde_json::from_str(&comments::without(&text)).map_err(|_| error))
        .map_err(|error| Unreadable::NotJson { error: error.to_string(), hint: hint(path, &text) })?;
    content(&value)
}

/// Every version in a value, whatever kind of file it is.
fn content(value: &Value) -> Result<FileContent, Unreadable> {
    let has = |name: &str| value.get(name).is_some();
    // A deployment, or the result of exporting a template.
    let deployment = value.get("properties").filter(|inner| inner.get("template").is_some()).unwrap_or(value);
    let deployed = deployment.get("template").filter(|template| template.get("resources").is_some());
    let content = if has("planned_values") || has("resource_changes") {
        terraform::plan(value)
    } else if has("terraform_version") || (has("format_version") && has("values")) {
        terraform::state(value)
    } else if let Some(template) = deployed {
        template::read(template, deployment.get("parameters"))
    } else if has("resources") && !has("rules") {
        template::read(value, None)
    } else if text(value, "$schema").is_some_and(|schema| schema.contains("deploymentParameters.json")) {
        return Err(Unreadable::Parameters);
    } else {
        exported::read(&without_schema(value))
    };
    let is_empty = content.versions.is_empty() && content.before.as_ref().is_none_or(Vec::is_empty);
    if is_empty && content.unread.is_empty() { Err(Unreadable::Nothing) } else { Ok(content) }
}

/// Rules without the member by which editors find their schema.
fn without_schema(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(object) = value.as_object_mut() {
        object.remove("$schema");
    }
    value
}

/// The text of a file. Windows tools write UTF-16, and UTF-8 with a byte order mark.
fn decoded(bytes: &[u8]) -> String {
    let wide = |one: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes
            .get(2..)
            .unwrap_or_default()
            .chunks_exact(2)
            .map(|pair| one(pair.try_into().unwrap_or_default()))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn hint(path: &Path, text: &str) -> &'static str {
    let extension = path.extension().map(|kind| kind.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("tf" | "tfvars" | "hcl") => {
            "For a configuration, save a plan (terraform plan -out=planned) and pass the output of \
             `terraform show -json planned`"
        }
        Some("bicep") => "For Bicep, pass the output of `bicep build FILE --stdout`",
        Some("yml" | "yaml") => "For YAML, convert it: az prints JSON with `--output json`",
        _ if text.trim().is_empty() && path == Path::new("-") => "Standard input is empty",
        _ if text.trim().is_empty() => "It is empty",
        _ if text.starts_with("PK") => "This is a saved plan: pass the output of `terraform show -json FILE`",
        _ => "explain --help lists the files that it reads",
    }
}

/// Whether two names of types, regions or ids are equal for Azure Resource Manager.
fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

/// The profile's part of a version's id, and the version's name.
fn title_of(id: &str) -> Option<String> {
    let parts: Vec<&str> = id.split('/').collect();
    let at = parts.iter().position(|part| same(part, "inVMAccessControlProfiles"))?;
    let profile = parts.get(at + 1)?;
    Some(match (parts.get(at + 2), parts.get(at + 3)) {
        (Some(kind), Some(version)) if same(kind, "versions") => format!("{profile} {version}"),
        _ => (*profile).to_owned(),
    })
}

/// The part of a version's id that is its profile's.
fn profile_of(id: &str) -> &str {
    let lower = id.to_ascii_lowercase();
    lower.find("/versions/").and_then(|end| id.get(..end)).unwrap_or_default()
}

/// The kind of object that an id is of; `None` for other kinds.
fn kind_of_id(id: &str) -> Option<ObjectKind> {
    let mut parts = id.split('/').skip_while(|part| !same(part, "inVMAccessControlProfiles")).skip(1);
    match (parts.next().filter(|name| !name.is_empty()), parts.next(), parts.next()) {
        (Some(_), Some(kind), Some(name)) if same(kind, "versions") && !name.is_empty() => {
            Some(ObjectKind::Version)
        }
        (Some(_), None, None) => Some(ObjectKind::Profile),
        _ => None,
    }
}

/// Whether properties belong to a version.
fn has_rules(properties: &Map<String, Value>) -> bool {
    let known = [
        "mode",
        "defaultAccess",
        "default_access",
        "rules",
        "privileges",
        "roles",
        "identities",
        "roleAssignments",
        "role_assignments",
    ];
    properties.keys().any(|name| known.iter().any(|known| same(known, name)))
}

/// A member of an object, whose name may be in any case.
fn member<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.as_object()?.iter().find(|(one, _)| same(one, name)).map(|(_, value)| value)
}

fn text_in_any_case<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    member(value, name).and_then(Value::as_str)
}

/// The names in an id: every second part, without the subscription.
fn names_of(id: &str) -> Vec<String> {
    let kinds = ["resourceGroups", "galleries", "inVMAccessControlProfiles"];
    let parts: Vec<&str> = id.split('/').collect();
    let pairs = parts.iter().zip(parts.iter().skip(1));
    pairs
        .filter(|(kind, _)| kinds.iter().any(|known| same(known, kind)))
        .map(|(_, name)| (*name).to_owned())
        .collect()
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str)
}
