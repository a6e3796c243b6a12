//! `lifeboat backup prometheus`: check, snapshot, back up, remove the snapshot, say what was done.

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Instant};

use anyhow::anyhow;
use jiff::Timestamp;
use lifeboat_prometheus::{
    Authentication, Client, ClientSettings, DataDirectory, Description, Evidence, Snapshot,
};
use lifeboat_repository::{
    BackupRun, Cancellation, MissingFolder, Origin, Progress, Repository, Source,
};

use crate::{
    cli::PrometheusOptions,
    commands::{
        backup_report::{BackupReport, Done, Planned, Summary},
        exit_code,
    },
    output::{Bar, Printer},
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
