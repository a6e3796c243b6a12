//! `lifeboat backups prune`: the plan with its reasons, then what was removed.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use jiff::Timestamp;
use lifeboat_core::retention::RetentionPolicy;
use lifeboat_repository::{MissingFolder, PruneDecision, PrunePlan, PruneRequest, Volume};
use serde::Serialize;

use crate::{
    cli::PruneOptions,
    commands::exit_code,
    interrupt,
    output::{Printer, Report, Table, age, alert, bytes, count, note},
};

pub(crate) async fn run(options: &PruneOptions, printer: &Printer) -> anyhow::Result<ExitCode> {
    let repository = options.repository.open(MissingFolder::Refuse)?;
    let request = PruneRequest {
        instance: options.repository.instance.clone(),
        policy: policy(options),
        grace: options.grace,
        cancellation: interrupt::on_signal()?,
    };
    let now = Timestamp::now();
    let plan = repository.plan_prune(&request, now).await?;
    let pruned = if options.dry_run {
        None
    } else {
        Some(repository.execute_prune(&plan, &request, now).await?)
    };
    let report = PruneReport::of(repository.location().to_string(), &plan, pruned);
    printer.print(&report)?;
    Ok(exit_code(report.unreadable.is_empty()))
}

fn policy(options: &PruneOptions) -> RetentionPolicy {
    RetentionPolicy {
        last: options.keep_last,
        hourly: options.keep_hourly,
        daily: options.keep_daily,
        weekly: options.keep_weekly,
        monthly: options.keep_monthly,
        yearly: options.keep_yearly,
        keep_within: options.keep_within,
        time_zone: options.time_zone.clone(),
    }
}

#[derive(Serialize)]
struct PruneReport {
    repository: String,
    dry_run: bool,
    plan: Vec<Row>,
    unreadable: Vec<Unreadable>,
    kept: u64,
    dropped: u64,
    swept: Volume,
    waiting: Volume,
}

#[derive(Serialize)]
struct Row {
    id: String,
    made_at: Timestamp,
    keep: bool,
    reasons: Vec<String>,
}

#[derive(Serialize)]
struct Unreadable {
    id: String,
    reason: String,
}

impl Row {
    fn of(decided: &PruneDecision) -> Self {
        let decision = &decided.decision;
        let mut reasons: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
        if !decision.keep() {
            reasons.push(drop_reason(decided));
        }
        Self {
            id: decided.backup.metadata.id.to_string(),
            made_at: decision.candidate.made_at,
            keep: decision.keep(),
            reasons,
        }
    }
}

fn drop_reason(decided: &PruneDecision) -> String {
    if decided.decision.candidate.good {
        "no rule keeps it".to_owned()
    } else {
        "damaged, and there are good ones".to_owned()
    }
}

impl PruneReport {
    fn of(
        repository: String,
        plan: &PrunePlan,
        pruned: Option<lifeboat_repository::Pruned>,
    ) -> Self {
        let rows: Vec<Row> = plan.decisions.iter().map(Row::of).collect();
        let dry_run = pruned.is_none();
        let pruned = pruned.unwrap_or_default();
        let kept = rows.iter().filter(|row| row.keep).count();
        let unreadable = plan.unreadable.iter().map(|(id, reason)| Unreadable {
            id: id.to_string(),
            reason: reason.clone(),
        });
        Self {
            repository,
            dry_run,
            dropped: if dry_run {
                (rows.len() - kept) as u64
            } else {
                pruned.dropped.len() as u64
            },
            kept: kept as u64,
            plan: rows,
            unreadable: unreadable.collect(),
            swept: pruned.swept,
            waiting: pruned.waiting,
        }
    }
}

impl Report for PruneReport {
    fn write_table(&self, out: &mut dyn Write, now: Timestamp) -> io::Result<()> {
        if self.plan.is_empty() && self.unreadable.is_empty() {
            return writeln!(out, "No backups in {}: nothing to prune.", self.repository);
        }
        let mut table = Table::new(&["BACKUP", ">AGE", "DECISION", "REASON"]);
        for row in &self.plan {
            table.row([
                row.id.clone(),
                age(row.made_at, now),
                if row.keep {
                    "keep".to_owned()
                } else {
                    note("drop")
                },
                row.reasons.join("; "),
            ]);
        }
        table.write(out)?;
        for unreadable in &self.unreadable {
            writeln!(
                out,
                "\n{} {}\nNo object is removed while a backup cannot be read, since nobody knows \
                 what it needs.",
                alert("unreadable:"),
                unreadable.reason
            )?;
        }
        if self.dry_run {
            return writeln!(
                out,
                "\nDry run: {} would stay, {} would go. Nothing was removed.",
                self.kept, self.dropped
            );
        }
        writeln!(
            out,
            "\n{} stay, {} removed. {} deleted ({}); {} wait for their grace ({}).",
            count(self.kept, "backup"),
            self.dropped,
            count(self.swept.files, "object"),
            bytes(self.swept.bytes),
            self.waiting.files,
            bytes(self.waiting.bytes)
        )
    }
}
