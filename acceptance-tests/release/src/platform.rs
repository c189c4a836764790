//! The platforms of a registry, and the compiler's targets for them.

/// A platform as a registry names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Platform {
    /// `linux`, `darwin`, `windows` or `freebsd`
    pub os: &'static str,
    /// `amd64` or `arm64`
    pub architecture: &'static str,
    /// Targets for it, the preferred one first.
    pub triples: &'static [&'static str],
}

impl Platform {
    /// Whether programs for it run here.
    pub fn is_this_machine(&self) -> bool {
        let os = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        (os, architecture) == (self.os, self.architecture)
    }

    /// The ending of an executable's name there.
    pub fn suffix(&self) -> &'static str {
        if self.os == "windows" { ".exe" } else { "" }
    }
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}_{}", self.os, self.architecture)
    }
}

const fn platform(
    os: &'static str,
    architecture: &'static str,
    triples: &'static [&'static str],
) -> Platform {
    Platform { os, architecture, triples }
}

/// Every platform of a release. On Linux musl is preferred: one binary then runs on every distribution and
/// needs nothing of the system, not even to resolve names.
pub const PLATFORMS: [Platform; 7] = [
    platform("darwin", "amd64", &["x86_64-apple-darwin"]),
    platform("darwin", "arm64", &["aarch64-apple-darwin"]),
    platform("freebsd", "amd64", &["x86_64-unknown-freebsd"]),
    platform("linux", "amd64", &["x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu"]),
    platform("linux", "arm64", &["aarch64-unknown-linux-musl", "aarch64-unknown-linux-gnu"]),
    platform("windows", "amd64", &["x86_64-pc-windows-msvc", "x86_64-pc-windows-gnu"]),
    platform("windows", "arm64", &["aarch64-pc-windows-msvc"]),
];

/// The decision about a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// It is built, with this target.
    Build(Platform, &'static str),
    /// The compiler has none of its targets.
    Missing(Platform),
}

/// Decides for every platform: the first of its targets that is installed. If targets are requested by name,
/// only those count, installed or not, so that the compiler reports a missing one.
pub fn choose(wanted: &[String], is_installed: impl Fn(&str) -> bool) -> Vec<Choice> {
    let of = |platform: Platform| {
        let mut triples = platform.triples.iter().copied();
        if wanted.is_empty() {
            let found = triples.find(|triple| is_installed(triple));
            return Some(found.map_or(Choice::Missing(platform), |triple| Choice::Build(platform, triple)));
        }
        let named = triples.find(|triple| wanted.iter().any(|one| one == triple))?;
        Some(Choice::Build(platform, named))
    };
    PLATFORMS.into_iter().filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_preferred_target_is_used_and_missing_ones_are_listed() {
        let built = |installed: &[&str]| {
            let choices = choose(&[], |triple| installed.contains(&triple));
            assert_eq!(choices.len(), PLATFORMS.len());
            let built = choices.into_iter().filter_map(|choice| match choice {
                Choice::Build(platform, triple) => Some((platform.to_string(), triple)),
                Choice::Missing(_) => None,
            });
            built.collect::<Vec<_>>()
        };
        let (musl, gnu) = ("x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu");
        assert_eq!(built(&[gnu, musl]), [("linux_amd64".to_owned(), musl)]);
        assert_eq!(built(&[gnu]), [("linux_amd64".to_owned(), gnu)]);
        assert_eq!(built(&[]), []);
    }

    #[test]
    fn a_requested_target_is_the_only_one() {
        let wanted = ["x86_64-unknown-linux-gnu".to_owned()];
        let choices = choose(&wanted, |_| true);
        assert!(
            matches!(choices[..], [Choice::Build(platform, "x86_64-unknown-linux-gnu")] if platform.os == "linux")
        );
    }
}
