//! Whether a binary for Linux runs everywhere and has no symbols: read from the binary, not from the options it was built
//! with.

/// The program header that names a loader (`PT_INTERP` of the ELF specification).
const INTERPRETER: u32 = 3;
/// The section with the names of functions and objects (`SHT_SYMTAB`), which `strip` takes away.
const SYMBOLS: u32 = 2;

/// Whether an executable asks the system for a loader, and so for shared libraries. `None` for what is no 64-bit
/// little-endian ELF file.
pub fn needs_loader(file: &[u8]) -> Option<bool> {
    // The kind of a program header stands at its beginning.
    has(file, Table { start: 32, size: 54, count: 56, kind: 0 }, INTERPRETER)
}

/// Whether an executable is without the names of what is in it. `None` for what is no 64-bit little-endian ELF file.
pub fn is_stripped(file: &[u8]) -> Option<bool> {
    // The kind of a section stands behind its name.
    has(file, Table { start: 40, size: 58, count: 60, kind: 4 }, SYMBOLS).map(|has| !has)
}

/// Where the header of the file tells of one of its tables, and where an entry of that has its kind.
struct Table {
    start: usize,
    size: usize,
    count: usize,
    kind: usize,
}

fn has(file: &[u8], table: Table, kind: u32) -> Option<bool> {
    if file.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let start = usize::try_from(u64::from_le_bytes(field(file, table.start)?)).ok()?;
    let size = usize::from(u16::from_le_bytes(field(file, table.size)?));
    let count = usize::from(u16::from_le_bytes(field(file, table.count)?));
    for index in 0..count {
        let entry = start.checked_add(index.checked_mul(size)?)?;
        if u32::from_le_bytes(field(file, entry.checked_add(table.kind)?)?) == kind {
            return Some(true);
        }
    }
    Some(false)
}

fn field<const N: usize>(file: &[u8], at: usize) -> Option<[u8; N]> {
    file.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with these program headers and nothing else.
    fn elf(kinds: &[u32]) -> Vec<u8> {
        let mut file = vec![0; 64];
        file[..6].copy_from_slice(b"\x7fELF\x02\x01");
        file[32] = 64;
        file[54] = 56;
        file[56] = u8::try_from(kinds.len()).unwrap();
        for kind in kinds {
            file.extend(kind.to_le_bytes());
            file.extend([0; 52]);
        }
        file
    }

    #[test]
    fn a_loader_is_seen_among_the_headers() {
        assert_eq!(needs_loader(&elf(&[6, 1, 2])), Some(false));
        assert_eq!(needs_loader(&elf(&[6, 3, 1])), Some(true));
        assert_eq!(needs_loader(b"MZ"), None);
        assert_eq!(needs_loader(&elf(&[1, 1])[..80]), None);
    }

    #[test]
    fn a_table_of_symbols_is_seen_among_the_sections() {
        let file = |kinds: &[u32]| {
            let mut file = elf(&[1]);
            let start = file.len();
            file[40] = u8::try_from(start).unwrap();
            file[58] = 64;
            file[60] = u8::try_from(kinds.len()).unwrap();
            for kind in kinds {
                file.extend([0; 4]);
                file.extend(kind.to_le_bytes());
                file.extend([0; 56]);
            }
            file
        };
        assert_eq!(is_stripped(&file(&[0, 1, 3])), Some(true));
        assert_eq!(is_stripped(&file(&[0, 1, 2, 3])), Some(false));
        assert_eq!(is_stripped(b"MZ"), None);
        assert_eq!(is_stripped(&file(&[0, 1, 2])[..200]), None);
    }

    #[cfg(all(target_os = "linux", target_env = "gnu", not(target_feature = "crt-static")))]
    #[test]
    fn this_test_needs_one() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(needs_loader(&file), Some(true));
    }

    #[cfg(all(target_os = "linux", debug_assertions))]
    #[test]
    fn this_test_is_not_stripped() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(is_stripped(&file), Some(false));
    }
}
