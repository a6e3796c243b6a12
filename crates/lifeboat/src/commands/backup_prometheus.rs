//! `lifeboat backup prometheus`: check, snapshot, back up, remove the snapshot, say what was done.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::anyhow;
use jiff::Timestamp;
use lifeboat_prometheus::{
    Authentication, Client, ClientSettings, DataDirectory, Description, Evidence, Snapshot,
};
use lifeboat_repository::{
    BackupMetadata, BackupPlan, BackupRun, Cancellation, MissingFolder, Origin, Outcome, Progress,
    Repository, Source, Volume,
};
use serde::Serialize;

use crate::{
    cli::PrometheusOptions,
    commands::exit_code,
    output::{Bar, Printer, Report, alert, bytes, count, fine, note, rate, seconds, time},
};

pub(crate) async fn run(
    options: &PrometheusOptions,
    printer: &Printer,
    cancellation: Arc<Cancellation>,
) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let repository = options.repository.open(if options.dry_run {
        MissingFolder::TakeForEmpty
    } else {
        MissingFolder::Create
    })?;
    let operation = Operation {
        options,
        repository,
        cancellation,
        started,
    };
    let report = match &options.from_snapshot {
        Some(folder) => {
            let origin = Origin {
                url: None,
                prometheus_version: None,
                skip_head: false,
            };
            operation.back_up(folder.clone(), origin).await?
        }
        None => operation.back_up_running().await?,
    };
    printer.print(&report)?;
    Ok(exit_code(report.is_good()))
}

struct Operation<'a> {
    options: &'a PrometheusOptions,
    repository: Repository,
    cancellation: Arc<Cancellation>,
    started: Instant,
}

impl Operation<'_> {
    /// Takes a snapshot of a running Prometheus, and removes it whatever happens.
    async fn back_up_running(&self) -> anyhow::Result<BackupReport> {
        let (Some(url), Some(data_dir)) = (&self.options.url, &self.options.data_dir) else {
            return Err(anyhow!("--url and --data-dir are needed"));
        };
        let client = Client::new(&self.client_settings(url))?;
        let description = client.describe().await?;
        let directory = DataDirectory::check(data_dir, &client).await?;
        if directory.evidence() == Evidence::NotComparable {
            tracing::warn!(
                "Prometheus's own metrics cannot be read; the snapshot will show whether the data directory is the right one"
            );
        }
        // A store that refuses us is better known before Prometheus has to take a snapshot.
        let instance = &self.options.repository.instance;
        self.repository.backup_ids(instance).await?;
        for folder in Snapshot::remove_leftovers(&directory)?.removed {
            tracing::warn!(folder = %folder.display(), "removed the snapshot of an interrupted run");
        }
        // Not cut short by a signal at once: Prometheus would go on with it all the same.
        let snapshot = Snapshot::take(
            &client,
            &directory,
            self.options.skip_head,
            Timestamp::now(),
        )
        .await?;
        let origin = self.origin(&client, description);
        let backed_up = self.back_up(snapshot.folder().to_owned(), origin).await;
        let removed = snapshot.remove();
        let report = backed_up?;
        removed?;
        Ok(report)
    }

    fn client_settings(&self, url: &str) -> ClientSettings {
        let options = self.options;
        let authentication = match (
            &options.prometheus_username,
            &options.prometheus_password_file,
            &options.prometheus_bearer_token_file,
        ) {
            (Some(username), Some(password_file), _) => Authentication::Basic {
                username: username.clone(),
                password_file: password_file.clone(),
            },
            (_, _, Some(token_file)) => Authentication::Bearer {
                token_file: token_file.clone(),
            },
            _ => Authentication::None,
        };
        ClientSettings {
            url: url.to_owned(),
            authentication,
            certificate_authority: options.repository.certificate_authority.clone(),
        }
    }

    fn origin(&self, client: &Client, description: Description) -> Origin {
        Origin {
            url: Some(client.url()),
            prometheus_version: Some(description.version),
            skip_head: self.options.skip_head,
        }
    }

    async fn back_up(&self, folder: PathBuf, origin: Origin) -> anyhow::Result<BackupReport> {
        let source = Source::list(&folder)?;
        for path in &source.ignored {
            tracing::debug!(path = %path.display(), "not part of a block, left out");
        }
        let instance = &self.options.repository.instance;
        let plan = self.repository.plan_backup(instance, source).await?;
        if self.options.dry_run {
            return Ok(BackupReport::DryRun(Planned::of(&plan)));
        }
        let progress = Arc::new(Progress::default());
        let bar = Bar::follow("backing up", &progress);
        let run = BackupRun {
            origin,
            lifeboat_version: env!("CARGO_PKG_VERSION").to_owned(),
            random: rand::random(),
            progress: Arc::clone(&progress),
            cancellation: Arc::clone(&self.cancellation),
        };
        let read = plan.to_read();
        let metadata = self
            .repository
            .execute_backup(plan, run, &Timestamp::now)
            .await?;
        drop(bar);
        Ok(BackupReport::Done(Box::new(Done {
            repository: self.repository.location().to_string(),
            read,
            duration_seconds: self.started.elapsed().as_secs_f64(),
            backup: Summary::of(metadata),
        })))
    }
}

/// What the command has to say.
#[derive(Serialize)]
#[serde(untagged)]
enum BackupReport {
    Done(Box<Done>),
    DryRun(Planned),
}

#[derive(Serialize)]
struct Done {
    repository: String,
    #[serde(flatten)]
    backup: Summary,
    read: Volume,
    duration_seconds: f64,
}

/// A backup's metadata without the list of its files.
#[derive(Serialize)]
struct Summary {
    id: String,
    instance: String,
    outcome: Outcome,
    started_at: Timestamp,
    finished_at: Timestamp,
    #[serde(flatten)]
    origin: Origin,
    min_time: Option<i64>,
    max_time: Option<i64>,
    totals: lifeboat_repository::Totals,
    sent: Volume,
    damage: Vec<String>,
}

#[derive(Serialize)]
struct Planned {
    dry_run: bool,
    instance: String,
    blocks: u64,
    total: Volume,
    read: Volume,
    send: Volume,
}

impl Summary {
    fn of(metadata: BackupMetadata) -> Self {
        let damage = metadata.damage();
        let damage = damage.map(|(block, finding)| format!("{}/{finding}", block.ulid));
        Self {
            damage: damage.collect(),
            id: metadata.id.to_string(),
            instance: metadata.instance.to_string(),
            outcome: metadata.outcome,
            started_at: metadata.started_at,
            finished_at: metadata.finished_at,
            origin: metadata.origin,
            min_time: metadata.min_time,
            max_time: metadata.max_time,
            totals: metadata.totals,
            sent: metadata.sent,
        }
    }
}

impl Planned {
    fn of(plan: &BackupPlan) -> Self {
        let files = plan
            .source
            .blocks
            .iter()
            .map(|block| block.files.len() as u64);
        Self {
            dry_run: true,
            instance: plan.instance.to_string(),
            blocks: plan.source.blocks.len() as u64,
            total: Volume {
                files: files.sum(),
                bytes: plan.source.bytes(),
            },
            read: plan.to_read(),
            send: plan.to_send(),
        }
    }
}

impl BackupReport {
    fn is_good(&self) -> bool {
        match self {
            Self::Done(done) => done.backup.outcome == Outcome::Complete,
            Self::DryRun(_) => true,
        }
    }
}

impl Report for BackupReport {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        match self {
            Self::Done(done) => done.write(out),
            Self::DryRun(planned) => planned.write(out),
        }
    }
}

impl Done {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let backup = &self.backup;
        let outcome = match backup.outcome {
            Outcome::Complete => fine("complete"),
            Outcome::Damaged => alert("damaged"),
        };
        writeln!(out, "{}  {outcome}", backup.id)?;
        writeln!(
            out,
            "  repository  {}, instance {}",
            self.repository, backup.instance
        )?;
        writeln!(
            out,
            "  holds       {}, {} in {}",
            count(backup.totals.blocks, "block"),
            bytes(backup.totals.bytes),
            count(backup.totals.files, "file"),
        )?;
        if let Some(samples) = sample_times(backup.min_time, backup.max_time) {
            writeln!(out, "  samples     {samples}")?;
        }
        self.write_work(out)?;
        if backup.damage.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        writeln!(
            out,
            "{} Prometheus's data was damaged before it was backed up:",
            alert("Not good.")
        )?;
        for finding in &backup.damage {
            writeln!(out, "  {finding}")?;
        }
        writeln!(
            out,
            "\nEverything else is in the backup and can be restored, but the backup does not\n\
             count as a good one. {} look for a failing disk; delete the damaged block, or\n\
             put an older backup's copy of it back.",
            note("Next:")
        )
    }
}

impl Done {
    /// What was read and sent. After the first backup that is little or nothing.
    fn write_work(&self, out: &mut dyn Write) -> io::Result<()> {
        let duration = Duration::from_secs_f64(self.duration_seconds);
        let (read, sent) = (self.read, self.backup.sent);
        if read.files == 0 {
            writeln!(out, "  read        nothing, the repository had all of it")?;
            return writeln!(out, "  took        {}", seconds(duration));
        }
        writeln!(
            out,
            "  read        {} in {}, and checked every checksum",
            bytes(read.bytes),
            count(read.files, "file"),
        )?;
        let rest = if sent.files == self.backup.totals.files {
            ""
        } else {
            "; the rest was in the repository already"
        };
        writeln!(
            out,
            "  sent        {} in {}{rest}",
            bytes(sent.bytes),
            count(sent.files, "file"),
        )?;
        writeln!(
            out,
            "  took        {}, {}",
            seconds(duration),
            rate(read.bytes, duration)
        )
    }
}

impl Planned {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "Dry run: nothing was sent.")?;
        writeln!(
            out,
            "  source      {}, {} in {}",
            count(self.blocks, "block"),
            bytes(self.total.bytes),
            count(self.total.files, "file")
        )?;
        writeln!(
            out,
            "  to read     {} in {}",
            bytes(self.read.bytes),
            count(self.read.files, "file")
        )?;
        writeln!(
            out,
            "  to send     {} in {}",
            bytes(self.send.bytes),
            count(self.send.files, "file")
        )
    }
}

fn sample_times(min_time: Option<i64>, max_time: Option<i64>) -> Option<String> {
    let from = Timestamp::from_millisecond(min_time?).ok()?;
    // One past the newest sample.
    let to = Timestamp::from_millisecond(max_time? - 1).ok()?;
    Some(format!("{} to {}", time(from), time(to)))
}
