//! Everything that goes to stdout: one printer, as a table for people, as JSON or YAML for machines.

mod bar;
mod table;
mod units;

use std::io::{self, Write};

use anyhow::Context;
pub(crate) use bar::{Bar, RemoteBar};
use clap::ValueEnum;
use jiff::Timestamp;
use serde::Serialize;
pub(crate) use table::{Table, alert, fine, note, wrapped};
pub(crate) use units::{age, bytes, count, rate, seconds, short_age, time};

/// How to print data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For machines
    Json,
    /// For machines and people
    Yaml,
}

/// What a command has to say.
pub(crate) trait Report: Serialize {
    /// Writes it for people. `now` is what ages count from.
    fn write_table(&self, out: &mut dyn Write, now: Timestamp) -> io::Result<()>;
}

/// The owner of stdout.
pub(crate) struct Printer {
    format: Format,
}

impl Printer {
    pub(crate) const fn new(format: Format) -> Self {
        Self { format }
    }

    /// Whether people read what is printed, and not machines.
    pub(crate) const fn is_for_people(&self) -> bool {
        matches!(self.format, Format::Table)
    }

    /// Prints a report. Nobody listening any more, as after `| head`, is not an error.
    pub(crate) fn print(&self, report: &impl Report) -> anyhow::Result<()> {
        match self.write(report, &mut anstream::stdout().lock()) {
            Err(error) if is_broken_pipe(&error) => Ok(()),
            result => result.context("failed to write to stdout"),
        }
    }

    fn write(&self, report: &impl Report, out: &mut dyn Write) -> anyhow::Result<()> {
        match self.format {
            Format::Table => report.write_table(out, Timestamp::now())?,
            Format::Json => {
                serde_json::to_writer_pretty(&mut *out, report)?;
                writeln!(out)?;
            }
            Format::Yaml => out.write_all(serde_saphyr::to_string(report)?.as_bytes())?,
        }
        out.flush()?;
        Ok(())
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
    })
}
