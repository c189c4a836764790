//! Checks of single attributes, shared by the resources. They use no network. An unknown value passes: it is
//! checked when it is known.

use std::fmt::Display;
use std::str::FromStr;

use crate::allowlist::{nearest, nearest_within};
use crate::arm::{KNOWN_REGIONS, Location};
use crate::plugin::{Diagnostic, Path, Value};

/// The attribute's text, when it is known and set.
#[must_use]
pub fn text<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

/// Checks an attribute that is an ARM id of one kind.
#[must_use]
pub fn id<T: FromStr<Err = E>, E: Display>(config: &Value, name: &str) -> Option<Diagnostic> {
    let text = text(config, name)?;
    let error = text.parse::<T>().err()?;
    let detail = format!(
        "`{name}` is {text:?}. {}.{}{}",
        capitalised(&sentence(&error)),
        source_hint(name),
        mock_hint(text)
    );
    Some(Diagnostic::error("Malformed resource id", detail).at(Path::attribute(name)))
}

/// The hint for an id that a test's mock may have generated: OpenTofu and Terraform generate eight letters
/// and digits.
fn mock_hint(text: &str) -> &'static str {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        " If a test's `mock_provider` generated it, set a default for `id` in a `mock_resource` block."
    } else {
        ""
    }
}

/// Where the id of a parent usually comes from.
fn source_hint(name: &str) -> &'static str {
    match name {
        "gallery_id" => " For a gallery of azurerm, use `azurerm_shared_image_gallery.NAME.id`.",
        "machine_id" => " For a machine of azurerm, use `azurerm_linux_virtual_machine.NAME.id`.",
        "imds_profile_version_id" | "wire_server_profile_version_id" => {
            " For a version in this configuration, use `gallery_invm_access_profile_version.NAME.id`."
        }
        "profile_id" => " For a profile in this configuration, use `gallery_invm_access_profile.NAME.id`.",
        _ => "",
    }
}

/// Checks an attribute that is a name with its own rule.
#[must_use]
pub fn name<E: Display>(
    config: &Value,
    name: &str,
    check: impl FnOnce(&str) -> Result<(), E>,
) -> Option<Diagnostic> {
    let error = check(text(config, name)?).err()?;
    Some(Diagnostic::error("Malformed name", capitalised(&format!("{error}."))).at(Path::attribute(name)))
}

/// Checks an attribute with fixed possible values, spelled exactly.
#[must_use]
pub fn word(config: &Value, name: &str, words: &[&str]) -> Option<Diagnostic> {
    let text = text(config, name)?;
    if words.contains(&text) {
        return None;
    }
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    let hint = nearest(text, words.iter().copied())
        .map_or_else(String::new, |word| format!(" Did you mean `{word}`?"));
    let possible = match quoted.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.join(""),
    };
    let detail = format!("`{name}` cannot be {text:?}. Possible values are {possible}.{hint}");
    Some(Diagnostic::error(format!("Invalid value for {name}"), detail).at(Path::attribute(name)))
}

/// Checks an attribute that is an Azure region.
#[must_use]
pub fn location(config: &Value, name: &str) -> Option<Diagnostic> {
    let text = text(config, name)?;
    let Some(problem) = region_problem(text) else { return unknown_region(text, Path::attribute(name)) };
    Some(Diagnostic::error("Malformed region", format!("`{name}` {problem}.")).at(Path::attribute(name)))
}

/// A warning about a region that is not in the list of known ones. Azure may have added it since.
#[must_use]
pub fn unknown_region(text: &str, path: Path) -> Option<Diagnostic> {
    const LONGEST: usize = 40;
    let region = Location::from(text).normalised();
    if KNOWN_REGIONS.contains(&region.as_str()) {
        return None;
    }
    let meant = nearest_within(&region, 2, KNOWN_REGIONS.iter().copied())
        .map_or_else(String::new, |meant| format!(" Did you mean `{meant}`?"));
    let summary =
        if text.len() > LONGEST { "Unknown region".to_owned() } else { format!("Unknown region {text:?}") };
    let detail = format!(
        "This version of the provider does not know the region {text:?}.{meant} If Azure has no such \
         region, it refuses to create the object. In a replacement, the old object is deleted by then. If \
         it is a new region, ignore this warning."
    );
    Some(Diagnostic::warning(summary, detail).at(path))
}

/// Why a text cannot be a region, worded to follow the attribute's name; `None` when it may be one. Only
/// Azure knows which regions exist.
#[must_use]
pub fn region_problem(text: &str) -> Option<&'static str> {
    if Location::from(text).is_empty() {
        Some("is empty; write a region such as `westeurope`")
    } else if text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ') {
        None
    } else {
        Some("contains a character that no region has; write a region such as `westeurope`")
    }
}

/// Checks ARM's limits for tags (Azure's page on tag limitations): at most 50; values of at most 256
/// characters; names of at most 512, without `<>%&\?/`, that differ in more than case.
#[must_use]
pub fn tags(config: &Value) -> Vec<Diagnostic> {
    let path = Path::attribute("tags");
    let Some(Value::Map(tags)) = config.get("tags") else { return Vec::new() };
    let mut diagnostics = Vec::new();
    if tags.len() > 50 {
        let detail = format!("There are {} tags; Azure allows at most 50 for each resource.", tags.len());
        diagnostics.push(Diagnostic::error("Too many tags", detail).at(path.clone()));
    }
    for (name, value) in tags {
        if let Some(other) = tags.keys().find(|other| *other < name && other.eq_ignore_ascii_case(name)) {
            let detail = format!(
                "Azure takes {other:?} and {name:?} for the same tag, since they differ only \
                 in case. Keep one."
            );
            diagnostics.push(Diagnostic::error("Tag set twice", detail).at(path.with_key(&**name)));
        }
        let problem = if name.trim().is_empty() {
            "has an empty name"
        } else if name.chars().count() > 512 {
            "has a name of more than 512 characters"
        } else if name.contains(['<', '>', '%', '&', '\\', '?', '/']) {
            r"has one of <>%&\?/ in its name"
        } else if value.is_null() {
            "is null"
        } else if value.as_str().is_some_and(|text| text.chars().count() > 256) {
            "has a value of more than 256 characters"
        } else {
            continue;
        };
        diagnostics.push(
            Diagnostic::error("Invalid tag", format!("The tag {name:?} {problem}."))
                .at(path.with_key(&**name)),
        );
    }
    diagnostics
}

/// The text of an attribute as an id or name.
///
/// # Errors
/// If it is not valid, which `validate` has reported before.
pub fn parsed<T>(object: &Value, name: &str) -> Result<T, Diagnostic>
where
    T: FromStr,
    T::Err: Display,
{
    parsed_value(object.get(name).unwrap_or(&Value::Null), name)
}

/// The same for an attribute's value.
///
/// # Errors
/// As [`parsed`].
pub fn parsed_value<T>(value: &Value, name: &str) -> Result<T, Diagnostic>
where
    T: FromStr,
    T::Err: Display,
{
    let text = value.as_str().unwrap_or_default();
    text.parse().map_err(|error: T::Err| {
        let detail = format!("`{name}` is {text:?}: {error}.");
        Diagnostic::error("Unusable value", detail).at(Path::attribute(name))
    })
}

pub(crate) fn sentence(error: &impl Display) -> String {
    error.to_string().trim_end_matches('.').to_owned()
}

/// A text as a whole sentence: adds a full stop, unless the text ends with a question, as in "did you mean
/// `x`?".
pub(crate) fn with_full_stop(text: &str) -> String {
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}

pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::ids::GalleryId;

    #[test]
    fn a_question_does_not_get_a_full_stop() {
        assert_eq!(
            with_full_stop("`x` is not known; did you mean `y`?"),
            "`x` is not known; did you mean `y`?"
        );
        assert_eq!(with_full_stop("it is missing"), "it is missing.");
    }

    fn config(name: &str, value: Value) -> Value {
        Value::object([(name, value)])
    }

    #[test]
    fn a_word_in_another_case_is_refused_with_the_correct_spelling() {
        let found = word(&config("mode", "enforce".into()), "mode", &["Audit", "Enforce"]).unwrap();
        assert!(found.detail.ends_with("Possible values are `Audit` and `Enforce`. Did you mean `Enforce`?"));
        assert_eq!(found.path, Some(Path::attribute("mode")));
        assert_eq!(word(&config("mode", "Audit".into()), "mode", &["Audit", "Enforce"]), None);
    }

    #[test]
    fn unknown_and_unset_values_pass() {
        for value in [Value::unknown(), Value::Null] {
            assert_eq!(word(&config("mode", value.clone()), "mode", &["Audit"]), None);
            assert_eq!(id::<GalleryId, _>(&config("gallery_id", value.clone()), "gallery_id"), None);
            assert_eq!(location(&config("location", value), "location"), None);
        }
    }

    #[test]
    fn an_id_of_another_kind_says_so_on_its_attribute() {
        let text = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg";
        let found = id::<GalleryId, _>(&config("gallery_id", text.into()), "gallery_id").unwrap();
        assert_eq!(found.path, Some(Path::attribute("gallery_id")));
        assert!(found.detail.contains("azurerm_shared_image_gallery"), "{}", found.detail);
    }

    #[test]
    fn an_unknown_region_is_a_warning_in_every_spelling() {
        let warned = |text: &str| location(&config("location", text.into()), "location");
        let found = warned("westeurop").unwrap();
        assert_eq!(found.severity, crate::plugin::Severity::Warning);
        assert!(found.detail.contains("Did you mean `westeurope`?"), "{}", found.detail);
        for region in ["westus4", "West US 33", "EASTUS22", "malaysiasouth", "Mars", "nowhere"] {
            let found = warned(region).unwrap();
            assert_eq!(found.severity, crate::plugin::Severity::Warning, "{region}");
            assert!(found.summary.contains(region), "{}", found.summary);
        }
        for region in ["West Europe", "westus", "WESTUS", "finland central"] {
            let known = KNOWN_REGIONS.contains(&Location::from(region).normalised().as_str());
            assert_eq!(warned(region).is_none(), known, "{region}");
        }
    }

    #[test]
    fn a_region_consists_of_letters_digits_and_spaces() {
        assert_eq!(location(&config("location", "West US 2".into()), "location"), None);
        assert!(location(&config("location", " ".into()), "location").is_some());
        assert!(location(&config("location", "west-us".into()), "location").is_some());
    }

    #[test]
    fn tags_beyond_azures_limits_are_errors() {
        let tags_of = |pairs: &[(&str, Value)]| {
            let map = pairs.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            tags(&config("tags", Value::Map(map)))
        };
        assert!(tags_of(&[("team", "security".into())]).is_empty());
        assert_eq!(tags_of(&[("a/b", "x".into()), ("n", Value::Null)]).len(), 2);
        let twice = tags_of(&[("Team", "a".into()), ("team", "b".into())]);
        assert_eq!(twice.iter().map(|one| one.summary.as_str()).collect::<Vec<_>>(), ["Tag set twice"]);
    }
}
