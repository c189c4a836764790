//! zig as the C compiler and linker. It has musl and an unwinder for every architecture of Linux. A compiler
//! that builds the standard library from its sources needs these, and so does a machine without `musl-gcc`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Error;
use super::script::{quoted, written};

/// A working zig.
#[derive(Clone, Debug)]
pub struct Zig {
    program: PathBuf,
}

impl Zig {
    /// Accepts a path, or a name on the `PATH`.
    ///
    /// # Errors
    /// If it does not run.
    pub fn at(program: &Path) -> Result<Self, Error> {
        // A name stays a name; a path must be valid in other directories too.
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

    /// Its path or name.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Whether it supports a target: those of musl, since the others have their own C libraries elsewhere.
    pub fn serves(triple: &str) -> bool {
        triple.ends_with("-linux-musl")
    }

    /// The environment in which cargo, the compiler and build scripts of C code use it. Two scripts are
    /// written to the target directory, since cargo expects a file as linker. zig's cache is there too, so
    /// that nothing of an earlier build gets in.
    ///
    /// # Errors
    /// If they cannot be written.
    pub(crate) fn environment(&self, triple: &str, target: &Path) -> Result<Vec<(String, OsString)>, Error> {
        let directory = target.join("zig");
        std::fs::create_dir_all(&directory).map_err(Error::file(&directory))?;
        let script = |name: &str, text: String| written(&directory.join(format!("{triple}-{name}")), &text);
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

/// The script in the role of a C compiler. zig has its own names for targets, must not add its default checks
/// to C code, and needs two words for `-static-pie`.
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

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    /// A program in the role of zig prints its arguments.
    #[test]
    fn its_scripts_translate_the_arguments() {
        let directory = tempfile::tempdir().unwrap();
        let zig = Zig::at(Path::new("echo")).unwrap();
        let environment = zig.environment("aarch64-unknown-linux-musl", directory.path()).unwrap();
        let run = |variable: &str, arguments: &[&str]| {
            let script =
                environment.iter().find(|(name, _)| name == variable).map(|(_, value)| value).unwrap();
            let output = Command::new("sh").arg(script).args(arguments).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        assert_eq!(
            run("CC_aarch64_unknown_linux_musl", &["--target=aarch64-unknown-linux-musl", "-c", "a.c"]),
            "cc -target aarch64-linux-musl -fno-sanitize=all -c a.c\n"
        );
        assert_eq!(
            run("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER", &["-static-pie", "x.o"]),
            "cc -target aarch64-linux-musl -fno-sanitize=all -static -pie x.o\n"
        );
        assert_eq!(run("AR_aarch64_unknown_linux_musl", &["cq", "a.a"]), "ar cq a.a\n");
    }

    #[test]
    fn paths_and_arguments_with_blanks_are_quoted() {
        let script = compiler(&quoted("/home/o'neil/my zig"), "x86_64-unknown-linux-musl");
        assert!(script.contains(r"exec '/home/o'\''neil/my zig' cc"), "{script}");
        let script = script.replace(r"'/home/o'\''neil/my zig' cc", "printf '%s|'");
        let output = Command::new("sh").args(["-c", &script, "sh", "a b.c", "$HOME"]).output().unwrap();
        let output = String::from_utf8(output.stdout).unwrap();
        assert!(output.ends_with("|-fno-sanitize=all|a b.c|$HOME|"), "{output}");
    }

    #[test]
    fn a_zig_that_does_not_run_is_an_error() {
        let error = Zig::at(Path::new("no-zig-of-this-name")).unwrap_err().to_string();
        assert!(error.starts_with("no-zig-of-this-name cannot be run: "), "{error}");
        let error = Zig::at(Path::new("/bin/false")).unwrap_err().to_string();
        assert!(error.contains("`zig version` ends with exit status: 1"), "{error}");
    }
}
