//! What `lifeboat backup prometheus` says of the backup that it took, or would take.

use std::{
    io::{self, Write},
    time::Duration,
};

use jiff::Timestamp;
use lifeboat_repository::{BackupMetadata, BackupPlan, Origin, Outcome, Volume};
use serde::Serialize;

use crate::output::{Report, alert, bytes, count, fine, note, rate, seconds, time};

/// What the command has to say.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum BackupReport {
    Done(Box<Done>),
    DryRun(Planned),
}

#[derive(Serialize)]
pub(super) struct Done {
    pub(super) repository: String,
    #[serde(flatten)]
    pub(super) backup: Summary,
    pub(super) read: Volume,
    pub(super) duration_seconds: f64,
}

/// A backup's metadata without the list of its files.
#[derive(Serialize)]
pub(super) struct Summary {
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
pub(super) struct Planned {
    dry_run: bool,
    instance: String,
    blocks: u64,
    total: Volume,
    read: Volume,
    send: Volume,
}

impl Summary {
    pub(super) fn of(metadata: BackupMetadata) -> Self {
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
    pub(super) fn of(plan: &BackupPlan) -> Self {
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
    pub(super) fn is_good(&self) -> bool {
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
