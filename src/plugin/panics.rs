//! What a panic prints: its place, and nothing else.
//!
//! A panic's message may quote a value, and values here contain people's secrets, so the message is not
//! printed. The line begins as Go's do: Terraform looks for that and then shows it under "the plugin
//! crashed". Calls catch their panics and return a diagnostic; this hook only affects stderr.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write as _};
use std::panic::{self, Location};

/// Installs the hook. `name` is the program's.
pub fn report(name: &'static str) {
    panic::set_hook(Box::new(move |panic| {
        let thread = std::thread::current();
        let mut text = sentence(name, panic.location(), thread.name());
        // Only if RUST_BACKTRACE is set.
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            text.push_str(&format!("\n{backtrace}"));
        }
        // In one write, so that other lines cannot come between. A failure cannot be reported anywhere.
        drop(writeln!(io::stderr().lock(), "{text}"));
    }));
}

fn sentence(name: &str, location: Option<&Location<'_>>, thread: Option<&str>) -> String {
    let place = location.map_or_else(|| String::from("an unknown place"), ToString::to_string);
    let thread = thread.unwrap_or("unnamed");
    format!("panic: {name}: internal error at {place} (thread {thread}); please report this as a bug")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_one_line_that_terraform_recognises() {
        let text = sentence("a-provider", Some(Location::caller()), Some("plugin"));
        assert!(text.starts_with("panic: a-provider: internal error at src/plugin/panics.rs:"), "{text}");
        assert!(text.contains("(thread plugin)"));
        assert_eq!(text.lines().count(), 1);
    }
}
