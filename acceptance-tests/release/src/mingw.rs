//! mingw-w64, the linker for Windows on another system.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Error;
use super::standard::link;

/// Its target.
pub(crate) const TARGET: &str = "x86_64-pc-windows-gnu";
/// The compiler's own name for its linker.
const LINKER: &str = "x86_64-w64-mingw32-gcc";
/// Where its libraries appear, in the target directory.
const LIBRARIES: &str = "mingw-w64";
/// The startup objects of every program. Cargo does not build these with the standard library.
const OBJECTS: [&str; 2] = ["rsbegin", "rsend"];

/// Whether it is installed.
pub(crate) fn is_there() -> bool {
    Command::new(LINKER).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The linker's option for its libraries. GNU's linker sorts imports by the paths of their libraries. The compiler
/// makes some in the target directory, so mingw-w64's are linked there too. Otherwise the path of that directory
/// would decide the order.
pub(crate) fn option(target: &Path) -> OsString {
    let mut option = OsString::from("-L");
    option.push(target.join(LIBRARIES));
    option
}

/// Links mingw-w64's libraries into the target directory.
pub(crate) fn libraries(target: &Path) -> Result<(), Error> {
    let failed = |error| Error::Program { program: LINKER.to_owned(), error };
    let output = Command::new(LINKER).arg("-print-file-name=libkernel32.a").output().map_err(failed)?;
    let library = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let library = library.canonicalize().map_err(Error::file(&library))?;
    let place = target.join(LIBRARIES);
    if place.symlink_metadata().is_ok() {
        std::fs::remove_file(&place).map_err(Error::file(&place))?;
    }
    link(library.parent().unwrap_or(&library), &place)
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
