//! zig as the compiler and linker of C: it brings musl and an unwinder for every architecture of Linux, which a compiler
//! that builds the standard library from its sources needs, and a machine without `musl-gcc` too.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Error;

/// A zig that runs.
#[derive(Clone, Debug)]
pub struct Zig {
    program: PathBuf,
}

impl Zig {
    /// Takes a path, or a name that the `PATH` knows.
    ///
    /// # Errors
    /// When it does not run.
    pub fn at(program: &Path) -> Result<Self, Error> {
        // A name stays a name; a path has to hold in other directories too.
        let program = if program.components().count() > 1 {
            std::path::absolute(program).map_err(Error::file(program))?
        } else {
            program.to_owned()
        };
        let failed = |error| Error::Program { program: program.display().to_string(), error };
        let status = Command::new(&program).arg("version").output().map_err(failed)?.status;
        if status.success() {
            Ok(Self { program })
        } else {
            Err(failed(std::io::Error::other(format!("`zig version` ends with {status}"))))
        }
    }

    /// Where it is, to hand it on.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Whether it serves a target: those of musl, since the others have their own C libraries elsewhere.
    pub fn serves(triple: &str) -> bool {
        triple.ends_with("-linux-musl")
    }

    /// What cargo, the compiler and build scripts of C code need to use it. Two scripts are written to the target directory,
    /// since a linker is a file for cargo; so is what zig keeps, so that nothing of an earlier build gets in.
    ///
    /// # Errors
    /// When they cannot be written.
    pub(crate) fn environment(&self, triple: &str, target: &Path) -> Result<Vec<(String, OsString)>, Error> {
        let directory = target.join("zig");
        std::fs::create_dir_all(&directory).map_err(Error::file(&directory))?;
        let script = |name: &str, text: String| {
            let path = directory.join(format!("{triple}-{name}"));
            std::fs::write(&path, text).map_err(Error::file(&path))?;
            executable(&path).map_err(Error::file(&path))?;
            Ok::<_, Error>(OsString::from(path))
        };
        let zig = quoted(&self.program.display().to_string());
        let c = script("cc", compiler(&zig, triple))?;
        let ar = script("ar", format!("#!/bin/sh\nexec {zig} ar \"$@\"\n"))?;
        let (upper, lower) = (triple.to_uppercase().replace('-', "_"), triple.replace('-', "_"));
        let cache = OsString::from(directory.join("cache"));
        Ok(vec![
            (format!("CARGO_TARGET_{upper}_LINKER"), c.clone()),
            (format!("CC_{lower}"), c),
            (format!("AR_{lower}"), ar),
            ("ZIG_GLOBAL_CACHE_DIR".to_owned(), cache.clone()),
            ("ZIG_LOCAL_CACHE_DIR".to_owned(), cache),
        ])
    }
}

/// The script that stands for a C compiler. zig has names of its own for targets, does without the checks it adds to C code
/// on its own account, and wants in two words what the others call `-static-pie`.
fn compiler(zig: &str, triple: &str) -> String {
    let target = triple.replace("-unknown-", "-");
    format!(
        "#!/bin/sh\n\
         for one; do\n  \
           shift\n  \
           case \"$one\" in\n    \
             --target=*) ;;\n    \
             -static-pie) set -- \"$@\" -static -pie ;;\n    \
             *) set -- \"$@\" \"$one\" ;;\n  \
           esac\n\
         done\n\
         exec {zig} cc -target {target} -fno-sanitize=all \"$@\"\n"
    )
}

/// A word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(unix)]
fn executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn executable(_: &Path) -> std::io::Result<()> {
    Err(std::io::Error::new(std::io::ErrorKind::Unsupported, "this takes a system with a Unix shell"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A zig that says how it was called.
    fn stand_in(directory: &Path) -> PathBuf {
        let program = directory.join("it's zig");
        std::fs::write(&program, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n").unwrap();
        executable(&program).unwrap();
        program
    }

    #[test]
    fn its_scripts_speak_its_language() {
        let directory = tempfile::tempdir().unwrap();
        let zig = Zig::at(&stand_in(directory.path())).unwrap();
        let environment = zig.environment("aarch64-unknown-linux-musl", directory.path()).unwrap();
        let run = |variable: &str, arguments: &[&str]| {
            let program =
                environment.iter().find(|(name, _)| name == variable).map(|(_, value)| value).unwrap();
            let output = Command::new(program).args(arguments).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        assert_eq!(
            run("CC_aarch64_unknown_linux_musl", &["--target=aarch64-unknown-linux-musl", "-c", "a b.c"]),
            "cc\n-target\naarch64-linux-musl\n-fno-sanitize=all\n-c\na b.c\n"
        );
        assert_eq!(
            run("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER", &["-static-pie", "x.o"]),
            "cc\n-target\naarch64-linux-musl\n-fno-sanitize=all\n-static\n-pie\nx.o\n"
        );
        assert_eq!(run("AR_aarch64_unknown_linux_musl", &["cq", "a.a"]), "ar\ncq\na.a\n");
    }

    #[test]
    fn one_that_does_not_run_is_told() {
        let error = Zig::at(Path::new("no-zig-of-this-name")).unwrap_err().to_string();
        assert!(error.starts_with("no-zig-of-this-name cannot be run: "), "{error}");
        let error = Zig::at(Path::new("/bin/false")).unwrap_err().to_string();
        assert!(error.contains("`zig version` ends with exit status: 1"), "{error}");
    }
}
