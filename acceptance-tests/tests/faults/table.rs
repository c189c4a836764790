//! The table that the matrix prints: a row for each fault, a column for each operation, and in each place how
//! many of the cells passed.

use std::collections::BTreeMap;

use super::operation::{ALL, Kind, Verb};

/// The results.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: BTreeMap<String, BTreeMap<usize, (u32, u32)>>,
}

fn column(subject: (Kind, Verb)) -> usize {
    ALL.iter().position(|one| *one == subject).unwrap_or_default()
}

impl Table {
    /// Records a cell.
    pub(crate) fn note(&mut self, fault: &str, subject: (Kind, Verb), passed: bool) {
        let place = self.rows.entry(fault.to_owned()).or_default().entry(column(subject)).or_default();
        place.0 += u32::from(passed);
        place.1 += 1;
    }

    /// How many passed, and how many were run.
    pub(crate) fn total(&self) -> (u32, u32) {
        let cells = self.rows.values().flat_map(BTreeMap::values);
        cells.fold((0, 0), |(passed, run), cell| (passed + cell.0, run + cell.1))
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let width = self.rows.keys().map(String::len).max().unwrap_or_default();
        write!(f, "{:width$}", "")?;
        for (kind, _) in ALL {
            write!(f, " {:>7}", kind.word())?;
        }
        write!(f, "\n{:width$}", "fault")?;
        for (_, verb) in ALL {
            write!(f, " {:>7}", verb.word())?;
        }
        writeln!(f, " {:>9}", "all")?;
        for (fault, cells) in &self.rows {
            write!(f, "{fault:width$}")?;
            let mut sum = (0, 0);
            for subject in ALL {
                match cells.get(&column(subject)) {
                    None => write!(f, " {:>7}", "-")?,
                    Some((passed, run)) => {
                        sum = (sum.0 + passed, sum.1 + run);
                        write!(f, " {:>7}", format!("{passed}/{run}"))?;
                    }
                }
            }
            writeln!(f, " {:>9}", format!("{}/{}", sum.0, sum.1))?;
        }
        Ok(())
    }
}
