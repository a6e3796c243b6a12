//! `lifeboat backups prune`: the plan with its reasons, then what was removed.

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::retention::{KeepReason, RetentionPolicy};
use lifeboat_repository::{
    Cancellation, Instance, MissingFolder, PruneDecision, PrunePlan, PruneRequest, Pruned,
    Repository, Volume,
};
use serde::Serialize;

use crate::{
    cli::PruneOptions,
    commands::exit_code,
    output::{Printer, Report, Table, alert, bytes, count, note, short_age, wrapped},
};

/// What a line of 80 columns leaves for the reason.
const REASON_WIDTH: usize = 38;

pub(crate) async fn run(
    options: &PruneOptions,
    printer: &Printer,
    cancellation: Arc<Cancellation>,
) -> anyhow::Result<ExitCode> {
    let repository = options.repository.open(MissingFolder::Refuse)?;
    let request = PruneRequest {
        instance: options.repository.instance.clone(),
        policy: policy(options),
        grace: options.grace,
        cancellation,
    };
    let now = Timestamp::now();
    let plan = repository.plan_prune(&request, now).await?;
    let pruned = if options.dry_run {
        None
    } else {
        Some(repository.execute_prune(&plan, &request, now).await?)
    };
    let report = PruneReport::of(&repository, &request, &plan, pruned);
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
    instance: Instance,
    dry_run: bool,
    #[serde(skip)]
    grace: SignedDuration,
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
    #[serde(skip)]
    explanation: String,
}

#[derive(Serialize)]
struct Unreadable {
    id: String,
    reason: String,
}

impl Row {
    fn of(decided: &PruneDecision) -> Self {
        let decision = &decided.decision;
        let (reasons, explanation) = if decision.keep() {
            let reasons = decision.reasons.iter().map(ToString::to_string);
            (reasons.collect(), explain(&decision.reasons))
        } else {
            let reason = drop_reason(decided);
            (vec![reason.to_owned()], reason.to_owned())
        };
        Self {
            id: decided.backup.metadata.id.to_string(),
            made_at: decision.candidate.made_at,
            keep: decision.keep(),
            reasons,
            explanation,
        }
    }
}

/// The reasons to keep a backup in a few words: a rule is called by its option's name.
fn explain(reasons: &[KeepReason]) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut damaged: Vec<&str> = Vec::new();
    for reason in reasons {
        match reason {
            KeepReason::Last => words.push("--keep-last".to_owned()),
            KeepReason::Within => words.push("--keep-within".to_owned()),
            KeepReason::BetterThanNothing { name } => damaged.push(name),
            other => words.push(other.to_string()),
        }
    }
    if !damaged.is_empty() {
        words.push(format!(
            "damaged, but no better one in {}",
            damaged.join(", ")
        ));
    }
    words.join("; ")
}

fn drop_reason(decided: &PruneDecision) -> &'static str {
    if decided.decision.candidate.good {
        "no rule keeps it"
    } else {
        "damaged, and no rule keeps it"
    }
}

impl PruneReport {
    fn of(
        repository: &Repository,
        request: &PruneRequest,
        plan: &PrunePlan,
        pruned: Option<Pruned>,
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
            repository: repository.location().to_string(),
            instance: request.instance.clone(),
            grace: request.grace,
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
            writeln!(
                out,
                "No backups of {} in {}.",
                self.instance, self.repository
            )?;
            return self.write_outcome(out);
        }
        let mut table = Table::new(&["BACKUP", ">AGE", "DECISION", "REASON"]);
        for row in &self.plan {
            table.row([
                row.id.clone(),
                short_age(row.made_at, now),
                if row.keep {
                    "keep".to_owned()
                } else {
                    note("drop")
                },
                wrapped(&row.explanation, REASON_WIDTH),
            ]);
        }
        table.write(out)?;
        for unreadable in &self.unreadable {
            writeln!(
                out,
                "\n{} {}\nWhile a backup cannot be read, no object is removed: nobody knows what it needs.",
                alert("unreadable:"),
                unreadable.reason
            )?;
        }
        writeln!(out)?;
        self.write_outcome(out)
    }
}

impl PruneReport {
    fn write_outcome(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.dry_run {
            return writeln!(
                out,
                "Dry run: {} would be kept, {} removed. Nothing was changed.",
                count(self.kept, "backup"),
                self.dropped
            );
        }
        writeln!(
            out,
            "{} kept, {} removed.",
            count(self.kept, "backup"),
            self.dropped
        )?;
        writeln!(
            out,
            "{} deleted that no backup needs ({}).",
            count(self.swept.files, "object"),
            bytes(self.swept.bytes)
        )?;
        if self.waiting.files > 0 {
            writeln!(
                out,
                "{} more ({}) will go once unneeded for {:#}; see --grace.",
                count(self.waiting.files, "object"),
                bytes(self.waiting.bytes),
                self.grace
            )?;
        }
        Ok(())
    }
}
