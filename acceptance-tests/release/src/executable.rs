//! Whether a binary for Linux runs everywhere: read from the binary, not from the options it was built with.

/// The program header that names a loader (`PT_INTERP` of the ELF specification).
const INTERPRETER: u32 = 3;

/// Whether an executable asks the system for a loader, and so for shared libraries. `None` for what is no 64-bit
/// little-endian ELF file.
pub fn needs_loader(file: &[u8]) -> Option<bool> {
    if file.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let start = usize::try_from(u64::from_le_bytes(field(file, 32)?)).ok()?;
    let size = usize::from(u16::from_le_bytes(field(file, 54)?));
    let count = usize::from(u16::from_le_bytes(field(file, 56)?));
    for index in 0..count {
        let header = start.checked_add(index.checked_mul(size)?)?;
        if u32::from_le_bytes(field(file, header)?) == INTERPRETER {
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

    #[cfg(all(target_os = "linux", target_env = "gnu", not(target_feature = "crt-static")))]
    #[test]
    fn this_test_needs_one() {
        let file = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(needs_loader(&file), Some(true));
    }
}
