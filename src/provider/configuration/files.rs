//! Settings that may be given directly or in a file, or both if they agree, as in azurerm and azapi.

use std::io::Read as _;

use super::source::{Lookup, Setting, disagreement_error};
use crate::arm::text;
use crate::plugin::Diagnostic;

/// More than any id, secret, token or certificate has. A wrong path may name a larger file.
const LARGEST: u64 = 1 << 20;

/// A text given under one name, or in the file that another setting names. Surrounding whitespace in the file
/// is ignored.
pub(super) fn text_or_file(
    lookup: &Lookup<'_>,
    name: &str,
    file_name: &str,
) -> Result<Option<Setting<String>>, Diagnostic> {
    let direct = lookup.sign_in_text(name)?;
    let Some(file) = lookup.sign_in_text(file_name)? else { return Ok(direct) };
    let text = text_of(&file)?;
    let from_file = Setting { value: text, source: file.source };
    match direct {
        Some(direct) if direct.value != from_file.value => Err(disagreement_error(&direct, &from_file)),
        _ => Ok(Some(from_file)),
    }
}

/// The text of a file that a setting names, in any encoding that Windows writes.
pub(super) fn text_of(file: &Setting<String>) -> Result<String, Diagnostic> {
    let bytes = bytes(file)?;
    let text = text::decoded(&bytes).ok_or_else(|| unreadable(file, "it is not text"))?;
    match text::checked(&text) {
        Ok(text) => Ok(text.to_owned()),
        Err(hint) => Err(unreadable(file, &format!("its content {hint}"))),
    }
}

/// The content of a file that a setting names.
pub(super) fn bytes(file: &Setting<String>) -> Result<Vec<u8>, Diagnostic> {
    let path = &file.value;
    let reader = std::fs::File::open(path).map_err(|error| unreadable(file, &error.to_string()))?;
    let mut bytes = Vec::new();
    reader.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| unreadable(file, &error.to_string()))?;
    if bytes.len() as u64 > LARGEST {
        return Err(unreadable(file, "it is larger than 1 MiB"));
    }
    Ok(bytes)
}

fn unreadable(file: &Setting<String>, reason: &str) -> Diagnostic {
    let detail = format!("The file {:?}, named by {}, cannot be used: {reason}.", file.value, file.source);
    file.source.attach_to(Diagnostic::error("Unreadable credential file", detail))
}
