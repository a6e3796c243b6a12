//! `lifeboat backups restore`: a backup's blocks in an empty folder, every byte compared.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_repository::{
    Cancellation, MissingFolder, Progress, RestorePlan, RestoreRun, Selection, TimeRange, Volume,
};
use serde::Serialize;

use crate::{
    cli::{RestoreOptions, UsageError},
    output::{Bar, Printer, Report, bytes, count, fine, note, rate, seconds, time},
};

/// What Prometheus keeps if it is told nothing else.
/// <https://prometheus.io/docs/prometheus/latest/storage/#operational-aspects>
const DEFAULT_RETENTION: SignedDuration = SignedDuration::from_hours(15 * 24);

pub(crate) async fn run(
    options: &RestoreOptions,
    printer: &Printer,
    cancellation: Arc<Cancellation>,
) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let repository = options.repository.open(MissingFolder::Refuse)?;
    if let (Some(min_time), Some(max_time)) = (options.min_time, options.max_time)
        && min_time > max_time
    {
        return Err(UsageError::new(
            format!("--min-time {min_time} is later than --max-time {max_time}"),
            "swap them",
        )
        .into());
    }
    let range = TimeRange {
        min_time: options.min_time.map(Timestamp::as_millisecond),
        max_time: options.max_time.map(Timestamp::as_millisecond),
    };
    let instance = &options.repository.instance;
    let plan = repository
        .plan_restore(instance, &selection(options), range, &options.target)
        .await?;
    for (id, reason) in &plan.selected.passed_over {
        tracing::warn!(%id, reason, "a newer backup is passed over");
    }
    if !options.dry_run {
        let progress = Arc::new(Progress::default());
        let bar = Bar::follow("restoring", &progress);
        let run = RestoreRun {
            checksum: options.checksums.into(),
            progress,
            cancellation,
        };
        repository.execute_restore(&plan, &run).await?;
        drop(bar);
    }
    printer.print(&Restored::of(
        &plan,
        repository.location().to_string(),
        options.dry_run,
        started.elapsed(),
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn selection(options: &RestoreOptions) -> Selection {
    match (&options.backup, options.at) {
        (Some(selection), _) => selection.clone(),
        (None, Some(at)) => Selection::At(at),
        // The command line asks for one of the two.
        (None, None) => Selection::Latest,
    }
}

#[derive(Serialize)]
struct Restored {
    id: String,
    repository: String,
    target: PathBuf,
    dry_run: bool,
    blocks: u64,
    total: Volume,
    min_time: Timestamp,
    max_time: Timestamp,
    passed_over: Vec<String>,
    damage: Vec<String>,
    duration_seconds: f64,
}

impl Restored {
    fn of(plan: &RestorePlan, repository: String, dry_run: bool, duration: Duration) -> Self {
        let moment = |time: Option<i64>| {
            time.and_then(|time| Timestamp::from_millisecond(time).ok())
                .unwrap_or(Timestamp::UNIX_EPOCH)
        };
        let damage = plan.blocks.iter().flat_map(|block| {
            let findings = block.damage.iter();
            findings.map(move |finding| format!("{}/{finding}", block.ulid))
        });
        Self {
            id: plan.id().to_string(),
            repository,
            // Where Prometheus starts, the present folder may be another one.
            target: std::path::absolute(&plan.target).unwrap_or_else(|_| plan.target.clone()),
            dry_run,
            blocks: plan.blocks.len() as u64,
            total: Volume {
                files: plan.files(),
                bytes: plan.bytes(),
            },
            min_time: moment(plan.blocks.iter().map(|block| block.min_time).min()),
            max_time: moment(plan.blocks.iter().map(|block| block.max_time - 1).max()),
            passed_over: plan
                .selected
                .passed_over
                .iter()
                .map(|(id, reason)| format!("{id}: {reason}"))
                .collect(),
            damage: damage.collect(),
            duration_seconds: duration.as_secs_f64(),
        }
    }
}

impl Report for Restored {
    fn write_table(&self, out: &mut dyn Write, now: Timestamp) -> io::Result<()> {
        let duration = Duration::from_secs_f64(self.duration_seconds);
        let word = if self.dry_run {
            note("dry run")
        } else {
            fine("restored")
        };
        writeln!(out, "{}  {word}", self.id)?;
        writeln!(out, "  repository  {}", self.repository)?;
        writeln!(out, "  target      {}", self.target.display())?;
        writeln!(
            out,
            "  holds       {}, {} in {}",
            count(self.blocks, "block"),
            bytes(self.total.bytes),
            count(self.total.files, "file")
        )?;
        writeln!(
            out,
            "  samples     {} to {}",
            time(self.min_time),
            time(self.max_time)
        )?;
        if self.dry_run {
            return Ok(());
        }
        writeln!(
            out,
            "  took        {}, {}, every byte compared",
            seconds(duration),
            rate(self.total.bytes, duration)
        )?;
        for damage in &self.damage {
            writeln!(out, "  {} {damage}", note("damaged before the backup:"))?;
        }
        writeln!(
            out,
            "\nStart Prometheus with --storage.tsdb.path={}\n\
             as a user that may write there: the files belong to whoever ran this restore.",
            self.target.display()
        )?;
        if now.duration_since(self.min_time) > DEFAULT_RETENTION {
            writeln!(
                out,
                "{} Prometheus deletes blocks that are older than its retention, which is 15\n\
                 days unless it is told otherwise. Some of these are: set a longer\n\
                 --storage.tsdb.retention.time before it starts.",
                note("Mind:")
            )?;
        }
        Ok(())
    }
}
