//! `lifeboat backups list`: every backup of an instance, newest first.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use jiff::Timestamp;
use lifeboat_repository::{Backup, Instance, Level, MissingFolder, Outcome, Totals};
use serde::Serialize;

use crate::{
    cli::ListOptions,
    commands::exit_code,
    output::{Printer, Report, Table, alert, bytes, count, fine, short_age},
};

pub(crate) async fn run(options: &ListOptions, printer: &Printer) -> anyhow::Result<ExitCode> {
    let repository = options.repository.open(MissingFolder::Refuse)?;
    let instance = &options.repository.instance;
    let catalogue = repository.catalogue(instance).await?;
    let mut backups: Vec<Row> = catalogue.backups.iter().map(Row::of).collect();
    let unreadable = catalogue.unreadable.into_iter();
    backups.extend(unreadable.map(|(id, error)| Row::unreadable(id.to_string(), &error)));
    backups.sort_by(|left, right| right.id.cmp(&left.id));
    let other_instances = if backups.is_empty() {
        repository.instances().await?
    } else {
        Vec::new()
    };
    let list = List {
        repository: repository.location().to_string(),
        instance: instance.clone(),
        backups,
        other_instances,
    };
    printer.print(&list)?;
    // An unreadable backup is one that could no longer save anybody.
    Ok(exit_code(
        list.backups.iter().all(|row| row.problem.is_none()),
    ))
}

#[derive(Serialize)]
struct List {
    repository: String,
    instance: Instance,
    backups: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_instances: Vec<Instance>,
}

#[derive(Serialize)]
struct Row {
    id: String,
    good: bool,
    pinned: bool,
    made_at: Option<Timestamp>,
    totals: Totals,
    sent_bytes: u64,
    verified_at: Option<Timestamp>,
    verified_level: Option<Level>,
    /// The percentage of the blocks that the verification read.
    verified_percent: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(skip)]
    state: State,
}

#[derive(Clone, Copy)]
enum State {
    Good,
    SourceDamaged,
    Bad,
    Unreadable,
}

impl Row {
    fn of(backup: &Backup) -> Self {
        let metadata = &backup.metadata;
        let newest = backup
            .verification
            .as_ref()
            .and_then(|verification| verification.newest());
        Self {
            id: metadata.id.to_string(),
            good: backup.is_good(),
            pinned: backup.pin.is_some(),
            made_at: Some(metadata.started_at),
            totals: metadata.totals,
            sent_bytes: metadata.sent.bytes,
            verified_at: newest.map(|(_, result)| result.verified_at),
            verified_level: newest.map(|(level, _)| level),
            verified_percent: newest.map(|(_, result)| result.sample_percent),
            problem: None,
            state: match (metadata.outcome, backup.is_good()) {
                (_, true) => State::Good,
                (Outcome::Damaged, false) => State::SourceDamaged,
                (Outcome::Complete, false) => State::Bad,
            },
        }
    }

    fn unreadable(id: String, error: &lifeboat_repository::Error) -> Self {
        Self {
            id,
            good: false,
            pinned: false,
            made_at: None,
            totals: Totals::default(),
            sent_bytes: 0,
            verified_at: None,
            verified_level: None,
            verified_percent: None,
            problem: Some(error.to_string()),
            state: State::Unreadable,
        }
    }

    /// Of an unreadable backup, nobody knows it.
    fn size(&self) -> String {
        self.made_at
            .map_or_else(String::new, |_| bytes(self.totals.bytes))
    }

    fn verified(&self, now: Timestamp) -> String {
        match (self.verified_at, self.verified_level) {
            (Some(at), Some(level)) => {
                let share = match self.verified_percent {
                    Some(percent) if percent < 100.0 && level > Level::Quick => {
                        format!("{percent}% ")
                    }
                    _ => String::new(),
                };
                format!("{share}{level}, {} ago", short_age(at, now))
            }
            _ if self.made_at.is_none() => String::new(),
            _ => "never".to_owned(),
        }
    }
}

impl State {
    fn shown(self, pinned: bool) -> String {
        let word = match self {
            Self::Good => fine("good"),
            Self::SourceDamaged => alert("damaged"),
            Self::Bad => alert("bad"),
            Self::Unreadable => alert("unreadable"),
        };
        if pinned {
            format!("{word}, pinned")
        } else {
            word
        }
    }
}

impl List {
    fn is_damaged(&self) -> bool {
        let mut rows = self.backups.iter();
        rows.any(|row| matches!(row.state, State::SourceDamaged))
    }
}

impl Report for List {
    fn write_table(&self, out: &mut dyn Write, now: Timestamp) -> io::Result<()> {
        if self.backups.is_empty() {
            writeln!(
                out,
                "No backups of {} in {}.",
                self.instance, self.repository
            )?;
            if !self.other_instances.is_empty() {
                let names: Vec<_> = self
                    .other_instances
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                writeln!(out, "There are backups of: {}", names.join(", "))?;
            }
            return Ok(());
        }
        // What was sent and the number of blocks stay out: with them, a line gets too long.
        let headings = ["BACKUP", ">AGE", ">SIZE", "VERIFIED", "STATE"];
        let mut table = Table::new(&headings);
        for row in &self.backups {
            table.row([
                row.id.clone(),
                row.made_at
                    .map_or_else(String::new, |at| short_age(at, now)),
                row.size(),
                row.verified(now),
                row.state.shown(row.pinned),
            ]);
        }
        table.write(out)?;
        let good = self.backups.iter().filter(|row| row.good).count() as u64;
        writeln!(
            out,
            "\n{} of {} in {}, {good} of them good",
            count(self.backups.len() as u64, "backup"),
            self.instance,
            self.repository
        )?;
        if self.is_damaged() {
            writeln!(
                out,
                "damaged: Prometheus's data was so before the backup; `backups show ID` says where"
            )?;
        }
        for problem in self.backups.iter().filter_map(|row| row.problem.as_ref()) {
            writeln!(out, "{} {problem}", alert("unreadable:"))?;
        }
        Ok(())
    }
}
