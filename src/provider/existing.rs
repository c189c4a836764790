//! What is there already: the answer to a create that would overwrite something, and to one that finds the same
//! under another name.

use crate::plugin::Diagnostic;

/// How an object that was to be created was found to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// A look before the creation has shown it.
    Found,
    /// The same, and the plan replaces this very object.
    Replaced,
    /// It appeared between the look and the request.
    Appeared,
    /// The same, and Azure has taken the request as a change of it.
    Changed,
    /// The plan has found it under the new name of an object that it replaces.
    InTheWay,
}

/// The block that imports an object, with a label made of its name.
#[must_use]
pub fn block(resource_type: &str, name: &str, id: &str) -> String {
    let mut label: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if !label.starts_with(|c: char| c.is_ascii_alphabetic()) {
        label.insert_str(0, "existing_");
    }
    format!("import {{\n  to = {resource_type}.{label}\n  id = \"{id}\"\n}}")
}

/// The error for an object that is already there, with the import block to paste.
#[must_use]
pub fn diagnostic(resource_type: &str, kind: &str, name: &str, id: &str, how: Existing) -> Diagnostic {
    let block = block(resource_type, name, id);
    let import = format!(
        "To manage it with Terraform, import it by adding this block, with the address of this very resource after \
         `to`:\n\n{block}\n\n"
    );
    let detail = match how {
        Existing::Found => format!(
            "Azure has {id} already, and creating would overwrite it. {import}\
             Otherwise give the new one another name. If this plan also deletes it under another address, because a \
             resource or a key of `for_each` was renamed, write a `moved` block: nothing is then deleted or created. \
             If this plan replaces it and creates the new one before it deletes the old (`create_before_destroy`, \
             which Terraform extends to all that such a resource depends on), remove `create_before_destroy` for this \
             apply, or give the new one another name."
        ),
        Existing::Replaced => format!(
            "The plan replaces {id} and creates the new {kind} before it deletes the old one. Azure does not keep two \
             under one name. Terraform takes this order where the {kind}, or something that depends on it, has \
             `create_before_destroy`. Nothing was changed.\n\n\
             Remove `create_before_destroy` for this apply, or give the new {kind} another name."
        ),
        Existing::Appeared => format!(
            "{id} was not there when this run looked, and is there now with what somebody else has sent. Another run, \
             or another resource of this one, has created it meanwhile. It is left to its owner and is not in this \
             state. {import}Otherwise give the new one another name."
        ),
        Existing::Changed => format!(
            "{id} was not there when this run looked, and was there when its request arrived. Another run, or another \
             resource of this one, has created it meanwhile. Azure took the request as a change, so what can be changed \
             (not the rules) may be as this run wanted it until its owner applies again. It is left to its owner and \
             is not in this state. {import}Otherwise give the new one another name."
        ),
        Existing::InTheWay => format!(
            "The plan replaces a {kind} by {id}, which Azure has already: it would delete the old {kind} and then fail \
             to create the new one. Nothing was changed.\n\n\
             Give the new {kind} a name that is free. If another resource of this configuration gives the name up, apply \
             that change first."
        ),
    };
    Diagnostic::error(format!("In-VM access {kind} already exists"), detail)
}

/// The warning for a version that was published a short time ago and equals the one that was just created under a
/// later name: a run that was killed between its request and its state leaves such a version. The summary names it, since
/// hosts show only one of the warnings with one summary.
#[must_use]
pub fn twin(resource_type: &str, profile: &str, name: &str, id: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Version {name} of {profile} equals the new version"),
        format!(
            "{id} was published a short time ago, with the same content as the version that was created now. If a run \
             that was ended has left it behind, delete it, or manage it as well with a resource of its own and this \
             block:\n\n{}\n\nIf another state or run manages it, nothing needs to be done.",
            block(resource_type, name, id)
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_can_be_pasted() {
        let kind = "profile version";
        for how in [Existing::Found, Existing::Appeared, Existing::Changed] {
            let told = diagnostic("gallery_invm_access_profile_version", kind, "1.0.0", "/id/1.0.0", how);
            assert!(told.detail.contains("to = gallery_invm_access_profile_version.existing_1_0_0\n"));
            assert!(told.detail.contains("id = \"/id/1.0.0\""));
            assert!(told.summary.len() < 60, "{}", told.summary);
        }
        let told = twin("gallery_x", "web", "1.0.0", "/id/1.0.0");
        assert!(told.detail.contains("import {\n  to = gallery_x.existing_1_0_0\n"));
        assert!(told.summary.len() < 60 && told.summary.contains("1.0.0"), "{}", told.summary);
    }

    #[test]
    fn an_object_that_is_replaced_is_not_to_be_imported() {
        let told = |how| diagnostic("gallery_invm_access_profile", "profile", "web", "/id/web", how).detail;
        assert!(!told(Existing::Replaced).contains("import {"));
        assert!(told(Existing::Replaced).contains("`create_before_destroy`"));
        assert!(!told(Existing::InTheWay).contains("import {"));
    }
}
