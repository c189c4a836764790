//! Objects that exist already: the errors of a create that would overwrite something, and the warning about
//! an identical object under another name.

use crate::plugin::Diagnostic;

/// How an existing object was found during a create.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// The read before the creation has found it.
    Found,
    /// That read has found it, and the plan replaces this object.
    Replaced,
    /// It appeared between the read and the request.
    Appeared,
    /// It appeared in between, and Azure treated the request as a change of it.
    Changed,
    /// The plan has found it under the new name of an object that it replaces.
    AtNewName,
}

/// The block that imports an object, with a label made from its name.
#[must_use]
pub fn import_block(resource_type: &str, name: &str, id: &str) -> String {
    let mut label: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect();
    if !label.starts_with(|c: char| c.is_ascii_alphabetic()) {
        label.insert_str(0, "existing_");
    }
    format!("import {{\n  to = {resource_type}.{label}\n  id = \"{id}\"\n}}")
}

/// How to import an object that something else manages, with the block to paste.
#[must_use]
pub fn how_to_import(resource_type: &str, name: &str, id: &str) -> String {
    format!(
        "To manage it with Terraform, import it by adding this block, with the address of this resource \
         after `to` (before Terraform 1.5: `terraform import ADDRESS ID`):\n\n{}\n\n",
        import_block(resource_type, name, id)
    )
}

/// The error for an object that already exists, with the import block to paste.
#[must_use]
pub fn diagnostic(resource_type: &str, kind: &str, name: &str, id: &str, how: Existing) -> Diagnostic {
    let import = how_to_import(resource_type, name, id);
    let detail = match how {
        Existing::Found => format!(
            "{id} exists at Azure already, and creating would overwrite it. {import}Otherwise give the new \
             one another name. If this plan also deletes it under another address, because a resource or a \
             key of `for_each` was renamed, write a `moved` block: then nothing is deleted or created. If \
             this plan replaces it and creates the new one before it deletes the old \
             (`create_before_destroy`, which Terraform extends to everything that such a resource depends \
             on), remove `create_before_destroy` for this apply, or give the new one another name."
        ),
        Existing::Replaced => format!(
            "The plan replaces {id} and creates the new {kind} before it deletes the old one. Azure does \
             not allow two under one name. Terraform uses this order where the {kind}, or something that \
             depends on it, has `create_before_destroy`. Nothing was changed.\n\nRemove \
             `create_before_destroy` for this apply, or give the new {kind} another name."
        ),
        Existing::Appeared => format!(
            "{id} did not exist when this run checked. It exists now, with values that this run did not \
             send: another run, or another resource of this one, has created it in the meantime. This run \
             leaves it alone, and it is not in this state. {import}Otherwise give the new one another \
             name."
        ),
        Existing::Changed => format!(
            "{id} did not exist when this run checked, but did when its request arrived: another run, or \
             another resource of this one, has created it in the meantime. Azure treated the request as a \
             change, so what can be changed (not the rules) may be as this run wanted it until its owner \
             applies again. This run leaves it alone, and it is not in this state. {import}Otherwise give \
             the new one another name."
        ),
        Existing::AtNewName => format!(
            "The plan replaces a {kind} with {id}, which exists at Azure already: it would delete the old \
             {kind} and then fail to create the new one. Nothing was changed.\n\nGive the new {kind} a \
             name that is free. If another resource of this configuration gives the name up, apply that \
             change first."
        ),
    };
    Diagnostic::error(format!("In-VM access {kind} already exists"), detail)
}

/// The warning for a recently published version that equals the one just created under a later name. A run
/// that is killed after its request and before it writes the state leaves such a version. The summary names
/// it, since hosts show only one of several warnings with the same summary.
#[must_use]
pub fn duplicate_warning(resource_type: &str, profile: &str, name: &str, id: &str) -> Diagnostic {
    let detail = format!(
        "{id} was published a short time ago, with the same content as the version that was created \
         now. If an interrupted run has left it behind, delete it, or manage it with a resource of its \
         own and this block (before Terraform 1.5: `terraform import ADDRESS ID`):\n\n{}\n\n\
         If another state or run manages it, do nothing.",
        import_block(resource_type, name, id)
    );
    Diagnostic::warning(format!("Version {name} of {profile} equals the new version"), detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_can_be_pasted() {
        let kind = "profile version";
        for how in [Existing::Found, Existing::Appeared, Existing::Changed] {
            let error = diagnostic("gallery_invm_access_profile_version", kind, "1.0.0", "/id/1.0.0", how);
            assert!(error.detail.contains("to = gallery_invm_access_profile_version.existing_1_0_0\n"));
            assert!(error.detail.contains("id = \"/id/1.0.0\""));
            assert!(error.summary.len() < 60, "{}", error.summary);
        }
        let warning = duplicate_warning("gallery_x", "web", "1.0.0", "/id/1.0.0");
        assert!(warning.detail.contains("import {\n  to = gallery_x.existing_1_0_0\n"));
        assert!(warning.summary.len() < 60 && warning.summary.contains("1.0.0"), "{}", warning.summary);
    }

    #[test]
    fn an_object_that_is_replaced_gets_no_import_block() {
        let detail = |how| diagnostic("gallery_invm_access_profile", "profile", "web", "/id/web", how).detail;
        assert!(!detail(Existing::Replaced).contains("import {"));
        assert!(detail(Existing::Replaced).contains("`create_before_destroy`"));
        assert!(!detail(Existing::AtNewName).contains("import {"));
    }
}
