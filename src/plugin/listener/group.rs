//! The group that a host may name in `PLUGIN_UNIX_SOCKET_GROUP`: hosts that run plugins as another user need
//! it.

use std::fs::{Permissions, read_to_string, set_permissions};
use std::io;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use super::BindError;

/// The file with the names of groups. A group from a directory service can be given by number.
const GROUPS: &str = "/etc/group";

/// A group that exists.
#[derive(Debug, Clone)]
pub(super) struct Group {
    id: u32,
    named: String,
}

impl Group {
    /// Takes a number, or a name in `/etc/group`, as go-plugin does.
    pub(super) fn find(named: &str) -> Result<Self, BindError> {
        if let Ok(id) = named.parse() {
            return Ok(Self { id, named: named.to_owned() });
        }
        let groups = read_to_string(GROUPS).map_err(|error| refusal(named, format!("{GROUPS}: {error}")))?;
        match look_up(&groups, named) {
            Some(id) => Ok(Self { id, named: named.to_owned() }),
            None => Err(refusal(named, format!("{GROUPS} has no group of that name"))),
        }
    }

    /// Gives `path` this group and these permissions.
    pub(super) fn admit(&self, path: &Path, mode: u32) -> Result<(), BindError> {
        let admitted: io::Result<()> = chown(path, None, Some(self.id))
            .and_then(|()| set_permissions(path, Permissions::from_mode(mode)));
        admitted.map_err(|error| {
            refusal(&self.named, format!("{} cannot be given to it: {error}", path.display()))
        })
    }
}

fn refusal(group: &str, reason: String) -> BindError {
    BindError::Group { group: group.escape_debug().to_string(), reason }
}

/// Finds `name:password:number:members`.
fn look_up(groups: &str, named: &str) -> Option<u32> {
    groups.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != named {
            return None;
        }
        fields.nth(1)?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_looked_up_whole() {
        let groups = "root:x:0:\nadmins:x:100:ann,bob\nadmin:x:101:\nbroken\n:x:7:\n";
        assert_eq!(look_up(groups, "admin"), Some(101));
        assert_eq!(look_up(groups, "root"), Some(0));
        assert_eq!(look_up(groups, "adm"), None);
        assert_eq!(look_up(groups, "broken"), None);
        assert_eq!(look_up(groups, "ann"), None);
    }

    #[test]
    fn an_unknown_name_is_refused() {
        let error = Group::find("no such group, surely").unwrap_err().to_string();
        assert!(error.starts_with("PLUGIN_UNIX_SOCKET_GROUP is \"no such group, surely\""), "{error}");
    }
}
