//! The command line.

use std::path::PathBuf;

/// The help.
pub(crate) const USAGE: &str = "\
usage: cargo benchmark [OPTIONS]

  --sizes N,N,...    numbers of versions for the calls of the protocol   [10,100,1000,10000]
  --commands N       number of versions for the commands of the CLI      [1000]; 0 leaves them out
  --starts N         how often each program is started                   [60]
  --in-flight N      calls that wait at the same time for the memory     [200]
  --provider FILE    this binary in place of the release build
  --pace             only how soon the ends of operations are noticed: six minutes
  --at-scale         only a simulation of many versions under Azure's buckets of requests: a second, and no build";

/// The options.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Numbers of versions for the protocol's calls.
    pub(crate) sizes: Vec<usize>,
    /// The number of versions for the commands.
    pub(crate) commands: usize,
    /// How often each program is started.
    pub(crate) starts: usize,
    /// Calls that wait at a time.
    pub(crate) in_flight: usize,
    /// Only the durations of operations.
    pub(crate) pace: bool,
    /// Only the simulation.
    pub(crate) at_scale: bool,
    /// The binary to measure.
    pub(crate) provider: Option<PathBuf>,
}

impl Options {
    /// Reads the arguments; `None` for the help.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let mut options = Self {
            sizes: vec![10, 100, 1000, 10_000],
            commands: 1000,
            starts: 60,
            in_flight: 200,
            pace: false,
            at_scale: false,
            provider: None,
        };
        while let Some(name) = arguments.next() {
            if matches!(name.as_str(), "--help" | "-h") {
                return Ok(None);
            }
            if name == "--pace" {
                options.pace = true;
                continue;
            }
            if name == "--at-scale" {
                options.at_scale = true;
                continue;
            }
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number =
                |text: &str| text.trim().parse().map_err(|_| format!("{name} needs numbers, not {text}"));
            match name.as_str() {
                "--sizes" => options.sizes = value.split(',').map(number).collect::<Result<_, _>>()?,
                "--commands" => options.commands = number(&value)?,
                "--starts" => options.starts = number(&value)?.max(1),
                "--in-flight" => options.in_flight = number(&value)?.max(1),
                "--provider" => options.provider = Some(value.into()),
                _ => return Err(format!("unknown option {name}")),
            }
        }
        Ok(Some(options))
    }
}
