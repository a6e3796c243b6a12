//! `lifeboat backups show`: one backup with its blocks, its pin and its verifications.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use jiff::Timestamp;
use lifeboat_repository::{
    Backup, BackupMetadata, Level, MissingFolder, Outcome, Pin, Verification,
};
use serde::Serialize;

use crate::{
    cli::ShowOptions,
    output::{Printer, Report, Table, age, alert, bytes, count, fine, time},
};

pub(crate) async fn run(options: &ShowOptions, printer: &Printer) -> anyhow::Result<ExitCode> {
    let repository = options.repository.open(MissingFolder::Refuse)?;
    let selected = repository
        .select(&options.repository.instance, &options.backup)
        .await?;
    for (id, reason) in &selected.passed_over {
        tracing::warn!(%id, reason, "a newer backup is passed over");
    }
    let good = selected.backup.is_good();
    let Backup {
        metadata,
        pin,
        verification,
    } = selected.backup;
    printer.print(&Shown {
        repository: repository.location().to_string(),
        good,
        metadata,
        pin,
        verification,
        with_files: options.files,
    })?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct Shown {
    repository: String,
    good: bool,
    #[serde(flatten)]
    metadata: BackupMetadata,
    pin: Option<Pin>,
    verification: Option<Verification>,
    #[serde(skip)]
    with_files: bool,
}

impl Report for Shown {
    fn write_table(&self, out: &mut dyn Write, now: Timestamp) -> io::Result<()> {
        let metadata = &self.metadata;
        let state = if self.good {
            fine("good")
        } else {
            alert(match metadata.outcome {
                Outcome::Damaged => "damaged",
                Outcome::Complete => "bad",
            })
        };
        writeln!(out, "{}  {state}", metadata.id)?;
        writeln!(
            out,
            "  repository  {}, instance {}",
            self.repository, metadata.instance
        )?;
        writeln!(
            out,
            "  made        {}, {} ago, by lifeboat {}",
            time(metadata.started_at),
            age(metadata.started_at, now),
            metadata.lifeboat_version
        )?;
        if let Some(url) = &metadata.origin.url {
            let version = metadata.origin.prometheus_version.as_deref().unwrap_or("?");
            let head = if metadata.origin.skip_head {
                ", without the head"
            } else {
                ""
            };
            writeln!(out, "  source      {url}, Prometheus {version}{head}")?;
        }
        writeln!(
            out,
            "  holds       {}, {} in {}; this run sent {} of it",
            count(metadata.totals.blocks, "block"),
            bytes(metadata.totals.bytes),
            count(metadata.totals.files, "file"),
            bytes(metadata.sent.bytes)
        )?;
        if let Some(pin) = &self.pin {
            let reason = pin.reason.as_deref().unwrap_or("no reason given");
            writeln!(
                out,
                "  pinned      {} ago: {reason}",
                age(pin.pinned_at, now)
            )?;
        }
        self.write_verifications(out, now)?;
        writeln!(out)?;
        self.write_blocks(out)
    }
}

impl Shown {
    fn write_verifications(&self, out: &mut dyn Write, now: Timestamp) -> io::Result<()> {
        let Some(verification) = &self.verification else {
            return writeln!(out, "  verified    never");
        };
        for (level, result) in &verification.results {
            let word = if result.good {
                fine("good")
            } else {
                alert("bad")
            };
            let ago = age(result.verified_at, now);
            let share = if *level > Level::Quick && result.sample_percent < 100.0 {
                format!(" of {}% of the blocks", result.sample_percent)
            } else {
                String::new()
            };
            writeln!(out, "  verified    {level}{share}, {ago} ago: {word}")?;
            for finding in &result.findings {
                writeln!(out, "    {finding}")?;
            }
        }
        Ok(())
    }

    fn write_blocks(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::new(&["BLOCK", "FROM", ">SERIES", ">SAMPLES", ">SIZE"]);
        for block in &self.metadata.blocks {
            let from = Timestamp::from_millisecond(block.min_time);
            table.row([
                block.ulid.clone(),
                from.map_or_else(|_| String::new(), time),
                block.series.to_string(),
                block.samples.to_string(),
                bytes(block.bytes()),
            ]);
        }
        table.write(out)?;
        for (block, finding) in self.metadata.damage() {
            writeln!(
                out,
                "\n{} {}/{finding}\n  It was so in Prometheus's data before the backup.",
                alert("damaged:"),
                block.ulid
            )?;
        }
        if self.with_files {
            writeln!(out)?;
            let mut table = Table::new(&["FILE", ">SIZE", "OBJECT"]);
            for file in self.metadata.files() {
                table.row([file.path.clone(), bytes(file.size), file.key.clone()]);
            }
            table.write(out)?;
        }
        Ok(())
    }
}
