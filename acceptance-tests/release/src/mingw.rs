//! mingw-w64, the linker for Windows on another system.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Error;

/// Its target.
pub(crate) const TARGET: &str = "x86_64-pc-windows-gnu";
/// The compiler's own name for its linker.
const LINKER: &str = "x86_64-w64-mingw32-gcc";
/// The startup objects of every program. Cargo does not build these with the standard library.
const OBJECTS: [&str; 2] = ["rsbegin", "rsend"];

/// Whether it is installed.
pub(crate) fn is_there() -> bool {
    Command::new(LINKER).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Compiles these objects from the standard library's sources (`library`) to where the compiler looks for
/// them.
pub(crate) fn objects(rustc: &Path, library: &Path, sysroot: &Path) -> Result<(), Error> {
    let directory = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    std::fs::create_dir_all(&directory).map_err(Error::file(&directory))?;
    for name in OBJECTS {
        let source: PathBuf = library.join("rtstartup").join(format!("{name}.rs"));
        let status = Command::new(rustc)
            .args(["--target", TARGET, "-O", "--emit=obj", "-o"])
            .arg(directory.join(format!("{name}.o")))
            .arg(&source)
            .env("RUSTC_BOOTSTRAP", "1")
            .status()
            .map_err(|error| Error::Program { program: rustc.display().to_string(), error })?;
        if !status.success() {
            return Err(Error::Build { triple: TARGET.to_owned() });
        }
    }
    Ok(())
}
