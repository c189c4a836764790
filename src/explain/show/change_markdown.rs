//! A change for a pull request.

use super::super::difference::{ChangeKind, VersionDifference};
use super::words::{MOST, heading, merged_changes, plain, verdict};
use crate::allowlist::{code, prose};

/// The changes, in Markdown.
pub(super) fn differences(all: &[VersionDifference], exit_code: u8) -> String {
    let mut page = format!("## What changes\n\n**{}**\n", prose(&verdict(all, exit_code)));
    for one in all.iter().filter(|one| one.kind != ChangeKind::Unchanged) {
        page.push_str(&format!("\n### {}\n\n", prose(&heading(one))));
        for note in one.notes.iter().chain(&one.unknown) {
            page.push_str(&format!("{}\n\n", prose(note)));
        }
        for one in one.consequences.iter().take(MOST) {
            let word = if one.is_loss { "loss" } else { "danger" };
            page.push_str(&format!("- **{word}**: {}\n", prose(&one.text)));
        }
        cut(&mut page, one.consequences.len());
        let rows = merged_changes(&one.compared.changes);
        if !rows.is_empty() {
            page.push_str("\n| | Request | By | Before | After |\n| --- | --- | --- | --- | --- |\n");
            for one in rows.iter().take(MOST) {
                let request = if one.is_named { code(&one.request) } else { format!("*{}*", one.request) };
                let mut callers: Vec<_> = one.callers.iter().take(MOST).map(|caller| code(caller)).collect();
                if let Some(more @ 1..) = one.callers.len().checked_sub(MOST) {
                    callers.push(format!("and {more} more"));
                }
                let (before, after) = (prose(&one.before), prose(&one.after));
                page.push_str(&format!(
                    "| **{}** | {request} | {} | {before} | {after} |\n",
                    one.word,
                    callers.join("<br>")
                ));
            }
            page.push('\n');
            cut(&mut page, rows.len() + one.compared.more);
        }
        for (heading, sign, grants) in [("Grants gained", '+', &one.gained), ("Grants lost", '-', &one.lost)]
        {
            if grants.is_empty() {
                continue;
            }
            page.push_str(&format!("\n{heading} ({}):\n\n", grants.len()));
            for grant in grants.iter().take(MOST) {
                page.push_str(&format!("- {}\n", code(&format!("{sign} {}", plain(grant)))));
            }
            cut(&mut page, grants.len());
        }
    }
    page
}

fn cut(page: &mut String, count: usize) {
    if count > MOST {
        page.push_str(&format!("\nand {} more\n", count - MOST));
    }
}
