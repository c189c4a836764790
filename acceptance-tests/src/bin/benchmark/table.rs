//! The output.

use std::io::Write as _;

/// Prints a line.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // The reader is gone, and nothing can be done about it.
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}

/// Prints a title, the head of a table, and its rows, each column as wide as its widest cell.
pub(crate) fn table(title: &str, head: &[&str], rows: &[Vec<String>]) {
    let cells = |row: &Vec<String>| row.iter().map(|cell| cell.chars().count()).collect::<Vec<_>>();
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(cells(row)) {
            *width = cell.max(*width);
        }
    }
    let line = |row: &[String]| {
        let mut text = String::from("|");
        for (number, (cell, width)) in row.iter().zip(&widths).enumerate() {
            text += &if number == 0 { format!(" {cell:<width$} |") } else { format!(" {cell:>width$} |") };
        }
        text
    };
    say(&format!("\n{title}\n"));
    say(&line(&head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>()));
    let rule = widths.iter().enumerate().map(|(number, width)| {
        if number == 0 { "-".repeat(*width + 2) } else { format!("{}:", "-".repeat(*width + 1)) }
    });
    say(&format!("|{}|", rule.collect::<Vec<_>>().join("|")));
    for row in rows {
        say(&line(row));
    }
}
