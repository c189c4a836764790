//! The answer to a create that would overwrite something.

use crate::plugin::Diagnostic;

/// The error for an object that is already there, with the import block to paste.
#[must_use]
pub fn diagnostic(resource_type: &str, kind: &str, name: &str, id: &str) -> Diagnostic {
    let mut label: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if !label.starts_with(|c: char| c.is_ascii_alphabetic()) {
        label.insert_str(0, "existing_");
    }
    Diagnostic::error(
        format!("In-VM access {kind} already exists"),
        format!(
            "Azure has {id} already, and creating would overwrite it. To manage it with Terraform, import it by adding \
             this block, with the address of this very resource after `to`:\n\n\
             import {{\n  to = {resource_type}.{label}\n  id = \"{id}\"\n}}\n\n\
             Otherwise give the new one another name. Where the new one is to take the place of the old before that is \
             deleted (`create_before_destroy`), both exist for a while: then it needs a name of its own as well."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_can_be_pasted() {
        let told = diagnostic("gallery_invm_access_profile_version", "profile version", "1.0.0", "/id/1.0.0");
        assert!(told.detail.contains("to = gallery_invm_access_profile_version.existing_1_0_0\n"));
        assert!(told.detail.contains("id = \"/id/1.0.0\""));
        assert!(told.summary.len() < 60, "{}", told.summary);
    }
}
