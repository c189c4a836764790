//! The width of the terminal.

/// The width of text that is not written to a terminal.
const WIDTH: usize = 100;

/// The columns of the terminal that standard output is written to, or the value of `COLUMNS`.
pub fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    of_output().or(columns).filter(|width| *width > 0).unwrap_or(WIDTH)
}

#[cfg(unix)]
fn of_output() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    Some(usize::from(size.ws_col))
}

#[cfg(not(unix))]
const fn of_output() -> Option<usize> {
    None
}
