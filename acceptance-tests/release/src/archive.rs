//! One archive, which is always the same for the same bytes.

use std::io::{Cursor, Write as _};

use time::OffsetDateTime;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::Error;

/// The name of a file in an archive, its permissions, and its content.
pub type Entry<'a> = (&'a str, u32, &'a [u8]);

/// Packs files into an archive with this time. They are sorted by name, and nothing of the machine gets in:
/// no owner, no clock, no time zone.
///
/// # Errors
/// If an archive cannot store the time (1980 to 2107), or there is no memory.
pub fn pack(entries: &[Entry<'_>], made: OffsetDateTime, level: i64) -> Result<Vec<u8>, Error> {
    let wrong = |error: &dyn std::fmt::Display| Error::Archive(error.to_string());
    let mut entries = entries.to_vec();
    entries.sort_unstable_by_key(|(name, ..)| *name);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(level))
        .last_modified_time(dos_time(made)?);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, mode, bytes) in entries {
        archive.start_file(name, options.unix_permissions(mode)).map_err(|error| wrong(&error))?;
        archive.write_all(bytes).map_err(|error| wrong(&error))?;
    }
    archive.finish().map(Cursor::into_inner).map_err(|error| wrong(&error))
}

/// Archives store years from 1980 and pairs of seconds.
fn dos_time(made: OffsetDateTime) -> Result<DateTime, Error> {
    let wrong = || Error::BadTime { text: made.unix_timestamp().to_string() };
    let year = u16::try_from(made.year()).map_err(|_| wrong())?;
    let (month, day) = (u8::from(made.month()), made.day());
    DateTime::from_date_and_time(year, month, day, made.hour(), made.minute(), made.second())
        .map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn names(archive: &zip::ZipArchive<Cursor<Vec<u8>>>) -> Vec<String> {
        archive.file_names().map(|name| name.unwrap().into_owned()).collect()
    }

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).unwrap()
    }

    #[test]
    fn the_same_bytes_make_the_same_archive_in_any_order() {
        let (program, licence): (Entry<'_>, Entry<'_>) =
            (("p_v1.0.0", 0o755, &[7; 5000]), ("LICENSE.txt", 0o644, b"free"));
        let one = pack(&[program, licence], at(1_700_000_000), 9).unwrap();
        assert_eq!(one, pack(&[licence, program], at(1_700_000_000), 9).unwrap());
        assert_ne!(one, pack(&[program, licence], at(1_700_000_002), 9).unwrap());
        assert!(one.len() < 1000, "it is not compressed: {}", one.len());
    }

    #[test]
    fn unpacking_returns_the_packed_files() {
        let bytes = pack(&[("b", 0o755, b"program"), ("a", 0o644, b"")], at(1_700_000_000), 9).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(names(&archive), ["a", "b"]);
        let mut file = archive.by_name("b").unwrap();
        assert_eq!(file.unix_mode().unwrap() & 0o777, 0o755);
        assert_eq!(file.last_modified().unwrap().to_string(), "2023-11-14 22:13:20");
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "program");
    }

    #[test]
    fn times_that_an_archive_cannot_store_are_refused() {
        for seconds in [0, 4_400_000_000] {
            assert!(matches!(pack(&[], at(seconds), 9), Err(Error::BadTime { .. })), "{seconds}");
        }
    }
}
