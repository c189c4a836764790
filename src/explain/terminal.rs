//! How wide the terminal is.

/// The width of text that goes nowhere in particular.
const WIDTH: usize = 100;

/// The columns of the terminal that standard output goes to, or what `COLUMNS` says.
pub fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    of_output().or(told).filter(|width| *width > 0).unwrap_or(WIDTH)
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
