//! Any text is a request target, any text a rule's path: a decision ends without a panic, and the same one comes out
//! whatever order the rules are in.

#![no_main]

use libfuzzer_sys::fuzz_target;
use terraform_provider_gallery::allowlist::{
    Allowlist, DefaultAccess, Destination, Endpoint, Identity, Matcher, Mode, Privilege, Request, Role,
    RoleAssignment, Rules,
};

fuzz_target!(|input: (&str, &str, &str, &str)| {
    let (url, path, key, value) = input;
    let mut rules = Rules::default();
    let query_parameters = [(key.to_owned(), value.to_owned())].into();
    rules.privileges.insert("p".into(), Privilege { path: path.to_owned(), query_parameters });
    rules.privileges.insert("q".into(), Privilege { path: "/metadata".into(), query_parameters: [].into() });
    rules.roles.insert("r".into(), Role { privileges: ["p".to_owned()].into() });
    rules.identities.insert("i".into(), Identity { user_name: Some("web".into()), ..Identity::default() });
    rules.role_assignments.insert("r".into(), RoleAssignment { identities: ["i".to_owned()].into() });
    for default_access in [DefaultAccess::Allow, DefaultAccess::Deny] {
        let matcher = Matcher::new(&Allowlist { mode: Mode::Enforce, default_access, rules: rules.clone() });
        let mut request = Request::new(Destination::Host(Endpoint::Imds), url);
        request.user_name = "web";
        assert_eq!(matcher.decide(&request), matcher.decide(&request));
    }
});
