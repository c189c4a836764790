//! Whether a binary for Linux runs everywhere and has no symbols, and which libraries one for Windows needs.
//! This is read from the binary, not from its build options.

/// The program header that names a loader (`PT_INTERP` of the ELF specification).
const INTERPRETER: u32 = 3;
/// The section with the names of functions and objects (`SHT_SYMTAB`), which `strip` removes.
const SYMBOLS: u32 = 2;

/// Whether an executable needs a loader of the system, and so shared libraries. `None` for a file that is not
/// 64-bit little-endian ELF.
pub fn needs_loader(file: &[u8]) -> Option<bool> {
    // The kind of a program header is at its beginning.
    has(file, Table { start: 32, size: 54, count: 56, kind: 0 }, INTERPRETER)
}

/// Whether an executable has no symbol table. `None` for a file that is not 64-bit little-endian ELF.
pub fn is_stripped(file: &[u8]) -> Option<bool> {
    // The kind of a section follows its name.
    has(file, Table { start: 40, size: 58, count: 60, kind: 4 }, SYMBOLS).map(|has| !has)
}

/// The place of a table in the header of the file, and of the kind in an entry.
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

/// The libraries that a program for Windows needs from the system. `None` for a file that is not 64-bit PE,
/// or a broken one.
///
/// "PE Format" of Windows' documentation: the import table is a list of entries of 20 bytes, each with the
/// address of a name. Addresses are those in memory; the sections map them to the file.
pub fn imports(file: &[u8]) -> Option<Vec<String>> {
    if file.get(..2)? != b"MZ" {
        return None;
    }
    let number =
        |at: usize| field(file, at).and_then(|bytes| usize::try_from(u32::from_le_bytes(bytes)).ok());
    let half = |at: usize| field(file, at).map(|bytes| usize::from(u16::from_le_bytes(bytes)));
    let head = number(0x3c)?;
    let optional = head.checked_add(24)?;
    if file.get(head..head.checked_add(4)?)? != b"PE\0\0" || half(optional)? != 0x20b {
        return None;
    }
    let sections = optional.checked_add(half(head.checked_add(20)?)?)?;
    let count = half(head.checked_add(6)?)?;
    let place = |address: usize| {
        (0..count).find_map(|index| {
            let section = sections.checked_add(index * 40)?;
            let start = number(section.checked_add(12)?)?;
            let length = number(section.checked_add(16)?)?;
            let inside = address.checked_sub(start).filter(|inside| *inside < length)?;
            number(section.checked_add(20)?)?.checked_add(inside)
        })
    };
    let mut entry = place(number(optional.checked_add(120)?)?)?;
    let mut names = Vec::new();
    loop {
        let name = number(entry.checked_add(12)?)?;
        if name == 0 {
            return Some(names);
        }
        let text = file.get(place(name)?..)?;
        let end = text.iter().position(|byte| *byte == 0)?;
        names.push(String::from_utf8_lossy(text.get(..end)?).into_owned());
        entry = entry.checked_add(20)?;
    }
}

fn field<const N: usize>(file: &[u8], at: usize) -> Option<[u8; N]> {
    file.get(at..at.checked_add(N)?)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with only these program headers.
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
    fn a_loader_is_found_in_the_headers() {
        assert_eq!(needs_loader(&elf(&[6, 1, 2])), Some(false));
        assert_eq!(needs_loader(&elf(&[6, 3, 1])), Some(true));
        assert_eq!(needs_loader(b"MZ"), None);
        assert_eq!(needs_loader(&elf(&[1, 1])[..80]), None);
    }

    #[test]
    fn a_symbol_table_is_found_in_the_sections() {
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

    /// A program for Windows of one section, with only these libraries.
    fn pe(libraries: &[&str]) -> Vec<u8> {
        const ADDRESS: u32 = 0x1000;
        const PLACE: u32 = 0x200;
        let mut section = vec![0; 20 * (libraries.len() + 1)];
        for (index, library) in libraries.iter().enumerate() {
            let name = ADDRESS + u32::try_from(section.len()).unwrap();
            section[20 * index + 12..][..4].copy_from_slice(&name.to_le_bytes());
            section.extend(library.as_bytes());
            section.push(0);
        }
        let mut file = vec![0; PLACE as usize];
        let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, b"MZ");
        put(0x3c, &[0x40]);
        put(0x40, b"PE\0\0");
        put(0x46, &[1]);
        put(0x54, &[0xf0]);
        put(0x58, &[0x0b, 0x02]);
        put(0x58 + 120, &ADDRESS.to_le_bytes());
        let header = 0x58 + 0xf0;
        put(header + 12, &ADDRESS.to_le_bytes());
        put(header + 16, &u32::try_from(section.len()).unwrap().to_le_bytes());
        put(header + 20, &PLACE.to_le_bytes());
        file.extend(section);
        file
    }

    #[test]
    fn the_libraries_of_a_program_for_windows_are_read() {
        let file = pe(&["KERNEL32.dll", "libgcc_s_seh-1.dll"]);
        assert_eq!(imports(&file).unwrap(), ["KERNEL32.dll", "libgcc_s_seh-1.dll"]);
        assert_eq!(imports(&pe(&[])).unwrap(), [""; 0]);
        for length in [0, 1, 0x41, 0x60, 0x100, file.len() - 1] {
            assert_eq!(imports(&file[..length]), None, "{length}");
        }
        assert_eq!(imports(&elf(&[6])), None);
    }

    #[cfg(all(target_os = "linux", target_env = "gnu", not(target_feature = "crt-static")))]
    #[test]
    fn this_test_program_needs_a_loader() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(needs_loader(&file), Some(true));
    }

    #[cfg(all(target_os = "linux", debug_assertions))]
    #[test]
    fn this_test_program_is_not_stripped() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(is_stripped(&file), Some(false));
    }
}
