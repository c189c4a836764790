use serde_json::{Value, json};

use super::super::{Lists, Matcher, OsType, Request, Verdict};
use super::*;

fn rules() -> Value {
    json!({
        "privileges": { "token": { "path": "/metadata/identity" }, "instance": { "path": "/metadata/instance" } },
        "roles": { "app": { "privileges": ["token", "instance"] } },
        "identities": { "web": { "user_name": "web", "exe_path": "/opt/web" }, "ops": { "user_name": "ops" } },
        "role_assignments": { "app": { "identities": ["web"] } }
    })
}

fn allowlist(mode: Mode, default_access: DefaultAccess, rules: &Value) -> Allowlist {
    Allowlist { mode, default_access, rules: Lists::from_value(rules).unwrap().into_rules().0 }
}

fn strict(rules: &Value) -> Allowlist {
    allowlist(Mode::Enforce, DefaultAccess::Deny, rules)
}

fn effects_of(old: &Allowlist, new: &Allowlist) -> Vec<String> {
    difference(old, new, Some(Endpoint::Imds)).effects.iter().map(ToString::to_string).collect()
}

#[test]
fn no_change_reports_nothing() {
    let same = strict(&rules());
    let nothing = Difference { grants_compared: true, ..Difference::default() };
    assert_eq!(difference(&same, &same, None), nothing);
}

#[test]
fn a_lost_grant_under_enforce_is_an_outage() {
    let mut less = rules();
    less["roles"]["app"]["privileges"] = json!(["token"]);
    let lost = ["web -> instance (app) is lost: those requests are refused"];
    assert_eq!(effects_of(&strict(&rules()), &strict(&less)), lost);

    let audit = |rules| allowlist(Mode::Audit, DefaultAccess::Deny, rules);
    let (old, new) = (audit(&rules()), audit(&less));
    let found = difference(&old, &new, None);
    assert_eq!((found.lost.len(), found.effects.len()), (1, 0));
}

#[test]
fn a_moved_or_renamed_grant_is_not_lost() {
    let mut moved = rules();
    moved["privileges"] =
        json!({ "tokens": { "path": "/Metadata/identity" }, "vm": { "path": "/metadata/instance" } });
    moved["roles"] = json!({ "a": { "privileges": ["tokens"] }, "b": { "privileges": ["vm"] } });
    moved["role_assignments"] = json!({ "a": { "identities": ["web"] }, "b": { "identities": ["web"] } });
    let (old, new) = (strict(&rules()), strict(&moved));
    let found = difference(&old, &new, None);
    assert_eq!(found.effects, []);
    assert_eq!((found.gained.len(), found.lost.len()), (2, 2));
}

#[test]
fn a_narrower_path_or_identity_under_the_same_name_is_a_loss() {
    let mut narrower = rules();
    narrower["privileges"]["instance"]["path"] = json!("/metadata/instance/compute");
    assert_eq!(effects_of(&strict(&rules()), &strict(&narrower)).len(), 1);
    let mut narrower = rules();
    narrower["identities"]["web"]["process_name"] = json!("web");
    assert_eq!(effects_of(&strict(&rules()), &strict(&narrower)).len(), 2);
}

#[test]
fn only_a_sensitive_gain_is_reported() {
    let mut more = rules();
    more["roles"]["ops"] = json!({ "privileges": ["instance"] });
    more["role_assignments"]["ops"] = json!({ "identities": ["ops"] });
    assert_eq!(effects_of(&strict(&rules()), &strict(&more)), Vec::<String>::new());

    more["roles"]["ops"]["privileges"] = json!(["token"]);
    let reaches = ["ops -> token (ops) is gained and reaches managed-identity tokens"];
    assert_eq!(effects_of(&strict(&rules()), &strict(&more)), reaches);
}

#[test]
fn nothing_opens_if_nothing_was_closed() {
    let none = json!({ "privileges": {} });
    for (mode, access) in [
        (Mode::Audit, DefaultAccess::Deny),
        (Mode::Disabled, DefaultAccess::Deny),
        (Mode::Enforce, DefaultAccess::Allow),
    ] {
        let (old, new) = (allowlist(mode, access, &none), allowlist(mode, access, &rules()));
        assert!(difference(&old, &new, None).effects.iter().all(Effect::is_loss), "{mode} {access}");
        assert!(
            effects_of(&old, &allowlist(mode, DefaultAccess::Allow, &rules()))
                .iter()
                .all(|one| !one.contains("open"))
        );
    }
}

#[test]
fn a_wider_path_under_the_same_name_is_a_gain() {
    let mut wider = rules();
    wider["privileges"]["instance"]["path"] = json!("/metadata");
    let effects = effects_of(&strict(&rules()), &strict(&wider));
    assert_eq!(effects.len(), 1, "{effects:?}");
    assert!(effects[0].contains("web -> instance (app)") && effects[0].contains("attested data"));
}

#[test]
fn changes_of_mode_and_default_access() {
    let with = |mode, default_access| allowlist(mode, default_access, &rules());
    let (strict, enforce) = (strict(&rules()), [Effect::NowEnforced(Mode::Audit)]);
    let audit = with(Mode::Audit, DefaultAccess::Deny);
    let found = difference(&audit, &strict, None);
    assert_eq!(found.effects, enforce);
    assert!(found.effects[0].is_loss());

    let disabled = with(Mode::Disabled, DefaultAccess::Deny);
    let found = difference(&strict, &disabled, None);
    assert_eq!(found.effects, [Effect::NoLongerEnforced(Mode::Disabled)]);

    let open = with(Mode::Enforce, DefaultAccess::Allow);
    let found = difference(&strict, &open, Some(Endpoint::Imds));
    assert_eq!(found.effects, [Effect::DefaultAllows(vec![Sensitive::AttestedData])]);
    assert_eq!(difference(&open, &strict, None).effects, [Effect::DefaultDenies]);
}

#[test]
fn a_new_privilege_closes_requests_that_the_default_left_open() {
    let open = |rules: &Value| allowlist(Mode::Enforce, DefaultAccess::Allow, rules);
    let mut more = rules();
    more["privileges"]["attested"] = json!({ "path": "/metadata/attested" });
    let closes = ["privilege \"attested\" closes \"/metadata/attested\" for all but its identities"];
    assert_eq!(effects_of(&open(&rules()), &open(&more)), closes);

    // Removing all privileges opens them under Allow; nobody loses anything.
    let (old, new) = (open(&rules()), open(&json!({ "privileges": {} })));
    let effects = difference(&old, &new, Some(Endpoint::Imds)).effects;
    assert!(effects.len() == 2 && effects.iter().all(|effect| !effect.is_loss()), "{effects:?}");
}

#[test]
fn recorded_requests_are_replayed_against_both_rule_sets() {
    let mut less = rules();
    less["roles"]["app"]["privileges"] = json!(["token"]);
    let (old, new) = (Matcher::new(&strict(&rules())), Matcher::new(&strict(&less)));
    let by_web = |url| Request {
        os_type: OsType::Linux,
        user_name: "web",
        exe_path: "/opt/web",
        ..Request::new(Endpoint::Imds.into(), url)
    };
    let recorded = ["/metadata/instance", "/metadata/identity", "/metadata/instance", "/other"].map(by_web);
    let found = replay(&old, &new, recorded);
    assert_eq!((found.requests, found.changed, found.changes.len()), (4, 2, 1));
    assert_eq!((found.changes[0].before, found.changes[0].after), (Verdict::Allowed, Verdict::Denied));
    assert_eq!(found.changes[0].times, 2);
    assert!(found.finding().unwrap().message.starts_with("2 of 4 recorded requests"));
    assert_eq!(replay(&old, &old, recorded).finding(), None);
}

#[test]
fn rules_with_too_many_grants_are_compared_only_by_mode_and_access() {
    let mut large =
        json!({ "privileges": {}, "roles": { "r": {} }, "identities": {}, "role_assignments": { "r": {} } });
    for n in 0..800 {
        large["privileges"][format!("p{n}")] = json!({ "path": format!("/{n}") });
        large["identities"][format!("i{n}")] = json!({ "user_name": format!("{n}") });
    }
    let names = |of: &str| json!((0..800).map(|n| format!("{of}{n}")).collect::<Vec<_>>());
    large["roles"]["r"]["privileges"] = names("p");
    large["role_assignments"]["r"]["identities"] = names("i");
    let audit = allowlist(Mode::Audit, DefaultAccess::Deny, &large);
    let strict = strict(&large);
    let found = difference(&audit, &strict, None);
    assert!(!found.grants_compared && found.gained.is_empty());
    assert_eq!(found.effects, [Effect::NowEnforced(Mode::Audit)]);
}

#[test]
fn removing_a_privilege_under_the_default_allow_opens_its_path() {
    let open = |rules: &Value| allowlist(Mode::Enforce, DefaultAccess::Allow, rules);
    let mut less = rules();
    less["privileges"].as_object_mut().unwrap().remove("instance");
    less["roles"]["app"]["privileges"] = json!(["token"]);
    let opened = ["privilege \"instance\" no longer closes \"/metadata/instance\": everybody reaches it"];
    assert_eq!(effects_of(&open(&rules()), &open(&less)), opened);

    // The same path in two privileges, or a broader one, still closes it; so does Deny; Audit never did.
    let mut twice = rules();
    twice["privileges"]["broad"] = json!({ "path": "/metadata" });
    let mut once = less.clone();
    once["privileges"]["broad"] = json!({ "path": "/metadata" });
    let effects = effects_of(&open(&twice), &open(&once));
    assert!(effects.iter().all(|effect| !effect.contains("no longer closes")), "{effects:?}");
    assert!(
        effects_of(&strict(&rules()), &strict(&less))
            .iter()
            .all(|effect| !effect.contains("no longer closes"))
    );
    let audit = |rules: &Value| allowlist(Mode::Audit, DefaultAccess::Allow, rules);
    assert_eq!(effects_of(&audit(&rules()), &audit(&less)), [""; 0]);
}
