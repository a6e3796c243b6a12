//! `lifeboat resources check`: what the documents of a folder come to, or everything that is wrong with them.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    iter,
    path::PathBuf,
    process::ExitCode,
};

use jiff::{Timestamp, tz::TimeZone};
use lifeboat_core::{Operation, Schedule};
use lifeboat_resources::{
    BackupPolicy, LoadError, Problem, PrometheusBackup, ResourceFolder, Resources,
};
use serde::Serialize;

use crate::{
    cli::CheckOptions,
    commands::exit_code,
    output::{Printer, Report, Table, alert, count, fine, note},
};

/// How many of the next runs are shown.
const RUNS: usize = 3;

pub(crate) fn run(options: &CheckOptions, printer: &Printer) -> anyhow::Result<ExitCode> {
    let mut files = Vec::new();
    for path in &options.paths {
        files.extend(ResourceFolder::new(path).files()?);
    }
    let report = match Resources::read(&files) {
        Ok(resources) => Checked::of(&resources, options, Timestamp::now()),
        Err(LoadError::Documents(problems)) => Checked::bad(problems, options),
        Err(error) => return Err(error.into()),
    };
    printer.print(&report)?;
    Ok(exit_code(report.problems.is_empty()))
}

#[derive(Serialize)]
struct Checked {
    resources: Vec<Row>,
    problems: Vec<Problem>,
    #[serde(skip)]
    paths: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Row {
    kind: &'static str,
    namespace: String,
    name: String,
    suspended: bool,
    #[serde(flatten)]
    backup: Option<BackupRow>,
}

#[derive(Serialize)]
struct BackupRow {
    schedule: String,
    time_zone: String,
    /// In the schedule's time zone.
    next_runs: Vec<String>,
    repository: String,
    instance: String,
}

impl Checked {
    fn of(resources: &Resources, options: &CheckOptions, now: Timestamp) -> Self {
        let backups = resources.backups.iter();
        let policies = resources.policies.iter();
        Self {
            resources: backups
                .map(|backup| Row::of_backup(backup, now))
                .chain(policies.map(Row::of_policy))
                .collect(),
            problems: Vec::new(),
            paths: options.paths.clone(),
        }
    }

    fn bad(problems: Vec<Problem>, options: &CheckOptions) -> Self {
        Self {
            resources: Vec::new(),
            problems,
            paths: options.paths.clone(),
        }
    }

    fn places(&self) -> String {
        let places: Vec<String> = self
            .paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        places.join(", ")
    }
}

impl Row {
    fn of_backup(backup: &PrometheusBackup, now: Timestamp) -> Self {
        let metadata = backup.metadata();
        let repository = backup.repository();
        let plan = backup.plans().remove(&Operation::Backup);
        Self {
            kind: PrometheusBackup::KIND,
            namespace: metadata.namespace.0.as_str().to_owned(),
            name: metadata.name.0.as_str().to_owned(),
            suspended: backup.is_suspended(),
            backup: plan.map(|plan| BackupRow {
                schedule: plan.schedule.expression().to_owned(),
                time_zone: plan.schedule.time_zone().to_owned(),
                next_runs: next_runs(&plan.schedule, &backup.spec().time_zone.0, now),
                repository: repository.location.to_string(),
                instance: repository.instance.to_string(),
            }),
        }
    }

    fn of_policy(policy: &BackupPolicy) -> Self {
        let metadata = policy.metadata();
        Self {
            kind: BackupPolicy::KIND,
            namespace: metadata.namespace.0.as_str().to_owned(),
            name: metadata.name.0.as_str().to_owned(),
            suspended: policy.spec().suspend,
            backup: None,
        }
    }

    fn cells(&self) -> [String; 5] {
        let name = format!("{}/{}", self.namespace, self.name);
        let suspended = self.suspended.then(|| note("suspended"));
        let Some(backup) = &self.backup else {
            let empty = String::new;
            return [
                self.kind.to_owned(),
                name,
                empty(),
                suspended.unwrap_or_default(),
                empty(),
            ];
        };
        [
            self.kind.to_owned(),
            name,
            format!("{}\n{}", backup.schedule, backup.time_zone),
            suspended.unwrap_or_else(|| backup.next_runs.join("\n")),
            format!("{}\nas {}", backup.repository, backup.instance),
        ]
    }
}

fn next_runs(schedule: &Schedule, time_zone: &TimeZone, now: Timestamp) -> Vec<String> {
    iter::successors(schedule.after(now), |moment| schedule.after(*moment))
        .take(RUNS)
        .map(|moment| {
            let local = moment.to_zoned(time_zone.clone());
            local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
        })
        .collect()
}

impl Report for Checked {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        if !self.problems.is_empty() {
            return self.write_problems(out);
        }
        if self.resources.is_empty() {
            return writeln!(out, "No resources in {}.", self.places());
        }
        let headings = ["KIND", "NAME", "SCHEDULE", "NEXT RUNS", "REPOSITORY"];
        let mut table = Table::new(&headings);
        for row in &self.resources {
            table.row(row.cells());
        }
        table.write(out)?;
        let number = self.resources.len() as u64;
        writeln!(
            out,
            "\n{} in {}, {}",
            count(number, "resource"),
            self.places(),
            fine("all good")
        )
    }
}

impl Checked {
    fn write_problems(&self, out: &mut dyn Write) -> io::Result<()> {
        for problem in &self.problems {
            writeln!(out, "{}: {}", alert(&problem.place()), problem.message)?;
            if let Some(hint) = &problem.hint {
                writeln!(out, "  hint: {hint}")?;
            }
        }
        let files: BTreeSet<&PathBuf> = self.problems.iter().map(|problem| &problem.file).collect();
        let problems = count(self.problems.len() as u64, "problem");
        let files = count(files.len() as u64, "file");
        writeln!(out, "\n{problems} in {files}")
    }
}
