//! A change for a terminal.

use super::super::difference::{ChangeKind, VersionDifference};
use super::words::{MOST, heading, merged_changes, plain, verdict};
use crate::allowlist::listed;

/// The changes, as text.
pub(super) fn differences(all: &[VersionDifference], code: u8, width: usize) -> String {
    let mut page = format!("{}\n", verdict(all, code));
    for one in all.iter().filter(|one| one.kind != ChangeKind::Unchanged) {
        page.push_str(&format!("\n{}\n", heading(one)));
        for note in one.notes.iter().chain(&one.unknown) {
            page.push_str(&format!("  {}\n", plain(note)));
        }
        section(
            &mut page,
            "What matters",
            one.consequences.len(),
            one.consequences
                .iter()
                .map(|one| format!("{} {}", if one.is_loss { "loss  " } else { "danger" }, plain(&one.text))),
        );
        let rows = merged_changes(&one.compared.changes);
        let lines = rows.iter().map(|one| {
            let line = format!("{:<6} {} by {}: ", one.word, one.request, listed(&one.callers));
            let outcome = format!("{} -> {}", one.before, one.after);
            // On its own line if it does not fit.
            if line.chars().count() + outcome.chars().count() + 4 > width {
                format!("{}\n           {outcome}", line.trim_end())
            } else {
                format!("{line}{outcome}")
            }
        });
        section(&mut page, "Requests decided differently", rows.len() + one.compared.more, lines);
        section(
            &mut page,
            "Grants gained",
            one.gained.len(),
            one.gained.iter().map(|one| format!("+ {}", plain(one))),
        );
        section(
            &mut page,
            "Grants lost",
            one.lost.len(),
            one.lost.iter().map(|one| format!("- {}", plain(one))),
        );
    }
    page
}

fn section(page: &mut String, heading: &str, count: usize, lines: impl Iterator<Item = String>) {
    if count == 0 {
        return;
    }
    page.push_str(&format!("  {heading}: {count}\n"));
    for line in lines.take(MOST) {
        page.push_str(&format!("    {line}\n"));
    }
    if count > MOST {
        page.push_str(&format!("    and {} more\n", count - MOST));
    }
}
