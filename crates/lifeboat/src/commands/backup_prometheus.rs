//! `lifeboat backup prometheus`: check, snapshot, back up, remove the snapshot, say what was done.

use std::{process::ExitCode, sync::Arc, time::Instant};

use anyhow::anyhow;
use jiff::Timestamp;
use lifeboat_controller::operations::{BackupSource, PreparedBackup};
use lifeboat_prometheus::{Authentication, ClientSettings};
use lifeboat_repository::{Cancellation, MissingFolder, Progress};

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
    let instance = &options.repository.instance;
    let source = source(options)?;
    let prepared =
        PreparedBackup::prepare(&repository, instance, &source, Timestamp::now()).await?;
    let report = if options.dry_run {
        BackupReport::DryRun(Planned::of(&prepared.discard()?))
    } else {
        let read = prepared.plan.to_read();
        let progress = Arc::new(Progress::default());
        let bar = Bar::follow("backing up", &progress);
        let random = rand::random();
        let metadata = prepared
            .execute(&repository, random, progress, cancellation, &Timestamp::now)
            .await?;
        drop(bar);
        BackupReport::Done(Box::new(Done {
            repository: repository.location().to_string(),
            read,
            duration_seconds: started.elapsed().as_secs_f64(),
            backup: Summary::of(metadata),
        }))
    };
    printer.print(&report)?;
    Ok(exit_code(report.is_good()))
}

fn source(options: &PrometheusOptions) -> anyhow::Result<BackupSource> {
    if let Some(folder) = &options.from_snapshot {
        return Ok(BackupSource::Folder(folder.clone()));
    }
    let (Some(url), Some(data_directory)) = (&options.url, &options.data_dir) else {
        return Err(anyhow!("--url and --data-dir are needed"));
    };
    Ok(BackupSource::Running {
        client: client_settings(options, url),
        data_directory: data_directory.clone(),
        skip_head: options.skip_head,
    })
}

fn client_settings(options: &PrometheusOptions, url: &str) -> ClientSettings {
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
