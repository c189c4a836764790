//! The request that represents a privilege: the shortest one that it matches.

use std::collections::BTreeMap;

use super::super::Privilege;
use super::super::decision::Pattern;

/// The request of a row, as a rule would write it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowRequest {
    /// The beginning of the path.
    pub path: String,
    /// Parameters of the request.
    pub query_parameters: BTreeMap<String, String>,
}

impl From<&Privilege> for RowRequest {
    fn from(privilege: &Privilege) -> Self {
        Self { path: privilege.path.clone(), query_parameters: privilege.query_parameters.clone() }
    }
}

impl RowRequest {
    pub(super) fn pattern(&self) -> Pattern {
        Pattern::of(&self.path, self.query_parameters.iter().map(|(key, value)| (&**key, &**value)))
    }

    /// The intersection of two rules: the longer path and the parameters of both.
    pub(super) fn and(&self, other: &Self) -> Self {
        let longer = if self.path.len() >= other.path.len() { self } else { other };
        let mut query_parameters = longer.query_parameters.clone();
        let mine =
            |key: &String| longer.query_parameters.keys().any(|one| one.to_lowercase() == key.to_lowercase());
        let shorter = if self.path.len() >= other.path.len() { other } else { self };
        let more = shorter.query_parameters.iter().filter(|(key, _)| !mine(key));
        query_parameters.extend(more.map(|(key, value)| (key.clone(), value.clone())));
        Self { path: longer.path.clone(), query_parameters }
    }

    /// The request target, or nothing if no request can match.
    pub fn target(&self) -> Option<String> {
        if !self.pattern().can_match() {
            return None;
        }
        let mut target = String::from(if self.path.is_empty() { "/" } else { "" });
        let mut last = ' ';
        for c in self.path.chars() {
            // Two slashes in a row are refused before any rule, unless they are encoded.
            if c == '/' && last == '/' {
                target.push_str("%2F")
            } else {
                put(&mut target, c, "/:@!$&'()*+,;=")
            }
            last = c;
        }
        // Of keys that differ only in case the last counts, as for the agent.
        let mut parameters = BTreeMap::new();
        for (key, value) in &self.query_parameters {
            parameters.insert(key.to_lowercase(), (key, value));
        }
        for (number, (key, value)) in parameters.into_values().enumerate() {
            target.push(if number == 0 { '?' } else { '&' });
            key.chars().for_each(|c| put(&mut target, c, "/:@!$'()*,;"));
            target.push('=');
            value.chars().for_each(|c| put(&mut target, c, "/:@!$'()*,;"));
        }
        Some(target)
    }
}

/// Adds a character to a target, encoded unless it may occur there literally.
fn put(target: &mut String, c: char, plain: &str) {
    if c.is_ascii_alphanumeric() || "-._~".contains(c) || plain.contains(c) {
        target.push(c);
        return;
    }
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        target.push_str(&format!("%{byte:02X}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, query: &[(&str, &str)]) -> RowRequest {
        let query = query.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        RowRequest { path: path.into(), query_parameters: query.collect() }
    }

    #[test]
    fn a_rule_becomes_a_target_that_it_matches() {
        let target = |path: &str, query: &[(&str, &str)]| request(path, query).target();
        assert_eq!(target("/a", &[]).unwrap(), "/a");
        assert_eq!(target("", &[]).unwrap(), "/");
        assert_eq!(target("/a b%41//é", &[]).unwrap(), "/a%20b%2541/%2F%C3%A9");
        assert_eq!(target("/t", &[("resource", "https://v&=+")]).unwrap(), "/t?resource=https://v%26%3D%2B");
        assert_eq!(target("/t", &[("K", "1"), ("k", "2")]).unwrap(), "/t?k=2");
        for (path, query) in [("a", &[][..]), ("/a?b", &[]), ("/a..", &[]), ("/a", &[("", "x")])] {
            assert_eq!(target(path, query), None, "{path}");
        }
    }

    #[test]
    fn the_intersection_of_two_rules_has_the_longer_path_and_all_parameters() {
        let one = request("/m", &[("comp", "x")]);
        let other = request("/machine", &[("Comp", "x"), ("type", "full")]);
        assert_eq!(one.and(&other), other.and(&one));
        assert_eq!(one.and(&other), other);
    }
}
