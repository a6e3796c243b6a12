//! `lifeboat backups verify`: what is bad, and which backups it hurts.

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use lifeboat_repository::{
    Cancellation, Error, Instance, Level, MissingFolder, Progress, Sample, Selection, VerifyReport,
    VerifyRequest,
};
use serde::Serialize;

use crate::{
    cli::VerifyOptions,
    commands::exit_code,
    output::{Bar, Printer, Report, Table, alert, bytes, count, fine, rate, seconds},
};

pub(crate) async fn run(
    options: &VerifyOptions,
    printer: &Printer,
    cancellation: Arc<Cancellation>,
) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let repository = options.repository.open(MissingFolder::Refuse)?;
    let instance = options.repository.instance.clone();
    let only = match &options.backup {
        None => None,
        Some(Selection::Id(id)) => Some(id.clone()),
        Some(selection) => {
            let selected = repository.select(&instance, selection).await?;
            Some(selected.backup.metadata.id)
        }
    };
    let progress = Arc::new(Progress::default());
    let bar = Bar::follow("verifying", &progress);
    let request = VerifyRequest {
        instance: instance.clone(),
        only,
        level: options.level.into(),
        sample: Sample::Random {
            percent: options.sample,
            seed: rand::random(),
        },
        record_at: (!options.no_record).then(Timestamp::now),
        progress,
        cancellation,
    };
    let found = repository.verify(&request).await?;
    drop(bar);
    if found.backups.is_empty() {
        // Nothing verified must not look like everything verified.
        return Err(Error::NoSuchBackup {
            repository: repository.location().to_string(),
            instance: instance.to_string(),
            wanted: "to verify".to_owned(),
        }
        .into());
    }
    let report = Verified {
        repository: repository.location().to_string(),
        instance,
        good: found.is_good(),
        duration_seconds: started.elapsed().as_secs_f64(),
        found,
    };
    printer.print(&report)?;
    Ok(exit_code(report.good))
}

#[derive(Serialize)]
struct Verified {
    repository: String,
    instance: Instance,
    good: bool,
    #[serde(flatten)]
    found: VerifyReport,
    duration_seconds: f64,
}

impl Report for Verified {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        let found = &self.found;
        let mut table = Table::new(&["BACKUP", "STATE", ">BAD OBJECTS"]);
        for backup in found.backups.iter().rev() {
            let bad = found.bad_objects.iter();
            let bad = bad
                .filter(|object| object.backups.contains(&backup.id))
                .count();
            let state = match (backup.good, backup.source_damage.is_empty()) {
                (true, _) => fine("good"),
                (false, false) => alert("damaged"),
                (false, true) => alert("bad"),
            };
            table.row([backup.id.to_string(), state, bad.to_string()]);
        }
        table.write(out)?;
        self.write_bad_objects(out)?;
        for backup in &found.backups {
            for damage in &backup.source_damage {
                writeln!(
                    out,
                    "\n{} {}: Prometheus's data was so before the backup:\n  {damage}",
                    alert("damaged:"),
                    backup.id
                )?;
            }
        }
        self.write_extent(out)
    }
}

impl Verified {
    fn write_bad_objects(&self, out: &mut dyn Write) -> io::Result<()> {
        for object in &self.found.bad_objects {
            writeln!(out, "\n{} {}", alert("bad:"), object.key)?;
            for reason in &object.reasons {
                writeln!(out, "  {reason}")?;
            }
            let hurt: Vec<_> = object.backups.iter().map(ToString::to_string).collect();
            writeln!(out, "  hurts {}", hurt.join("\n        "))?;
        }
        Ok(())
    }

    fn write_extent(&self, out: &mut dyn Write) -> io::Result<()> {
        let found = &self.found;
        let duration = Duration::from_secs_f64(self.duration_seconds);
        let listed = count(found.objects_listed, "object");
        if found.level == Level::Quick {
            return writeln!(
                out,
                "\nLooked for {listed} and at their sizes in {}. No data was read; see --level.",
                seconds(duration)
            );
        }
        writeln!(
            out,
            "\nLooked for {listed}; read {} of {} in {}, {} ({}).",
            bytes(found.bytes_read),
            count(found.objects_read, "object"),
            seconds(duration),
            rate(found.bytes_read, duration),
            found.level,
        )
    }
}
