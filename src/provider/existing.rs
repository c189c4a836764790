//! What is there already: the answer to a create that would overwrite something, and to one that finds the same
//! under another name.

use crate::plugin::Diagnostic;

/// The block that imports an object, with a label made of its name.
fn block(resource_type: &str, name: &str, id: &str) -> String {
    let mut label: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if !label.starts_with(|c: char| c.is_ascii_alphabetic()) {
        label.insert_str(0, "existing_");
    }
    format!("import {{\n  to = {resource_type}.{label}\n  id = \"{id}\"\n}}")
}

/// The error for an object that is already there, with the import block to paste.
#[must_use]
pub fn diagnostic(resource_type: &str, kind: &str, name: &str, id: &str) -> Diagnostic {
    Diagnostic::error(
        format!("In-VM access {kind} already exists"),
        format!(
            "Azure has {id} already, and creating would overwrite it. To manage it with Terraform, import it by adding \
             this block, with the address of this very resource after `to`:\n\n\
             {}\n\n\
             Otherwise give the new one another name. Where the new one is to take the place of the old before that is \
             deleted (`create_before_destroy`), both exist for a while: then it needs a name of its own as well.",
            block(resource_type, name, id)
        ),
    )
}

/// The warning beside a version that was created under the next name, while another that was published a short time
/// ago holds the very same: a run that was killed between its request and its state leaves such a one.
#[must_use]
pub fn twin(resource_type: &str, name: &str, id: &str) -> Diagnostic {
    Diagnostic::warning(
        "Another version holds the same",
        format!(
            "{id} was published a short time ago and holds just what was created now under the next name. If it was \
             left behind by a run that was ended, delete it, or manage it as well with a resource of its own and \
             this block:\n\n{}\n\nIf something manages it already, all is well.",
            block(resource_type, name, id)
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
        assert!(
            twin("gallery_x", "1.0.0", "/id/1.0.0")
                .detail
                .contains("import {\n  to = gallery_x.existing_1_0_0\n")
        );
    }
}
