//! A Prometheus as an asset: backup, verification, prune, and the inventory of its recovery points.

use std::fmt::Display;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{
    HumanDuration, Integrity, Operation, PointVerification, RecoveryPoint, readable_causes,
    retention::RetentionPolicy,
};
use lifeboat_repository::{
    Backup, BackupMetadata, Instance, Level, MissingFolder, PruneRequest, Repository, Sample,
    VerifyReport, VerifyRequest,
};

use super::{BackupSource, Finding, OperationError, Operator, Order, PreparedBackup};

/// Opens a repository. Called for each run, so that credentials that were renewed are read anew.
pub type OpenRepository =
    Box<dyn Fn(MissingFolder) -> Result<Repository, OperationError> + Send + Sync>;

/// Operates one Prometheus.
pub struct PrometheusOperator {
    /// Opens the repository.
    pub open: OpenRepository,
    /// The name under which the repository keeps its backups.
    pub instance: Instance,
    /// Where its blocks come from.
    pub source: BackupSource,
    /// Which backups to keep.
    pub retention: RetentionPolicy,
    /// How long an object that nothing refers to stays.
    pub grace: SignedDuration,
    /// How deep verifications go.
    pub level: Level,
    /// In how many slices the repository is verified in turn, at least 1.
    pub slices: u32,
}

#[async_trait(?Send)]
impl Operator for PrometheusOperator {
    async fn carry_out(&self, order: Order<'_>) -> Result<Finding, OperationError> {
        match order.operation {
            Operation::Backup => self.back_up(order).await,
            Operation::Verification => self.verify(order).await,
            Operation::Prune => self.prune(order).await,
            Operation::Maintenance | Operation::Drill => {
                Err(OperationError::NoSuchOperation(order.operation))
            }
        }
    }

    async fn inventory(
        &self,
        has_recovery_points: bool,
    ) -> Result<Vec<RecoveryPoint>, OperationError> {
        let repository = (self.open)(if has_recovery_points {
            MissingFolder::Refuse
        } else {
            MissingFolder::TakeForEmpty
        })?;
        let catalogue = repository.catalogue(&self.instance).await?;
        let mut points: Vec<RecoveryPoint> = catalogue.backups.iter().map(point_of).collect();
        for (id, error) in &catalogue.unreadable {
            let damage = readable_causes(error).join(": ");
            // Its name still tells its time, and that it is of no use is worth knowing.
            let taken_at = id.began_at().unwrap_or(Timestamp::UNIX_EPOCH);
            points.push(RecoveryPoint {
                name: id.to_string(),
                taken_at,
                bytes: None,
                integrity: Integrity::Damaged(damage),
                verification: None,
                pinned: false,
            });
        }
        Ok(points)
    }
}

impl PrometheusOperator {
    async fn back_up(&self, order: Order<'_>) -> Result<Finding, OperationError> {
        // Where backups are known to be, a folder that is gone is not mounted: a new one in its
        // place would fill the wrong disk, and look like success.
        let repository = (self.open)(if order.has_recovery_points {
            MissingFolder::Refuse
        } else {
            MissingFolder::Create
        })?;
        let now = (order.clock)();
        let prepared =
            PreparedBackup::prepare(&repository, &self.instance, &self.source, now).await?;
        let metadata = prepared
            .execute(
                &repository,
                order.random,
                order.progress,
                order.cancellation,
                order.clock,
            )
            .await?;
        Ok(finding_of_backup(&metadata))
    }

    async fn verify(&self, order: Order<'_>) -> Result<Finding, OperationError> {
        let repository = (self.open)(MissingFolder::Refuse)?;
        let slices = self.slices.max(1);
        // What one slice found bad is taken back only by a look at everything.
        let failing = order
            .history
            .is_some_and(|history| history.found_bad.is_some());
        let slice = (slices > 1 && !failing).then(|| {
            let index = order
                .history
                .map_or(0, |history| history.next_slice(slices));
            (index, slices)
        });
        let sample = slice.map_or(Sample::All, |(index, of)| Sample::Slice { index, of });
        let request = VerifyRequest {
            instance: self.instance.clone(),
            only: None,
            level: self.level,
            sample,
            record_at: Some((order.clock)()),
            progress: order.progress,
            cancellation: order.cancellation,
        };
        let report = repository.verify(&request).await?;
        Ok(finding_of_verification(&report, slice))
    }

    async fn prune(&self, order: Order<'_>) -> Result<Finding, OperationError> {
        let repository = (self.open)(MissingFolder::Refuse)?;
        let request = PruneRequest {
            instance: self.instance.clone(),
            policy: self.retention.clone(),
            grace: self.grace,
            cancellation: order.cancellation,
        };
        let now = (order.clock)();
        let plan = repository.plan_prune(&request, now).await?;
        let pruned = repository.execute_prune(&plan, &request, now).await?;
        let unreadable: Vec<String> = plan
            .unreadable
            .iter()
            .map(|(id, reason)| format!("{id}: {reason}"))
            .collect();
        Ok(Finding {
            problem: (!unreadable.is_empty()).then(|| {
                format!(
                    "while backups can't be read, no object is removed: {}",
                    unreadable.join("; ")
                )
            }),
            hint: (!unreadable.is_empty()).then(|| {
                "see `lifeboat backups verify`; a backup whose metadata is beyond repair has to be \
                 removed by hand"
                    .to_owned()
            }),
            bytes: pruned.swept.bytes,
            summary: format!(
                "kept {}, dropped {}; removed {}, {} wait for their grace of {}",
                counted(plan.to_keep().count(), "backup"),
                pruned.dropped.len(),
                counted(pruned.swept.files, "object"),
                pruned.waiting.files,
                HumanDuration(self.grace),
            ),
            ..Finding::default()
        })
    }
}

/// A number with its noun, such as `1 block` or `2 blocks`.
fn counted<N: Copy + Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    let plural = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

fn point_of(backup: &Backup) -> RecoveryPoint {
    let metadata = &backup.metadata;
    RecoveryPoint {
        name: metadata.id.to_string(),
        taken_at: metadata.started_at,
        bytes: Some(metadata.totals.bytes),
        integrity: damage_of(metadata).map_or(Integrity::Whole, Integrity::Damaged),
        verification: backup.verification.as_ref().and_then(|verification| {
            let (level, newest) = verification.newest()?;
            Some(Box::new(PointVerification {
                at: newest.verified_at,
                level: level.to_string(),
                good: verification.is_good(),
            }))
        }),
        pinned: backup.pin.is_some(),
    }
}

/// The damage of a backup's source, with file and offset: the first in full, and how many more.
fn damage_of(metadata: &BackupMetadata) -> Option<String> {
    let mut damage = metadata.damage();
    let (block, finding) = damage.next()?;
    let first = format!("{}/{finding}", block.ulid);
    Some(match damage.count() {
        0 => first,
        more => format!("{first} (and {more} more)"),
    })
}

fn finding_of_backup(metadata: &BackupMetadata) -> Finding {
    let damage = damage_of(metadata);
    Finding {
        hint: damage.is_some().then(|| {
            "the rest is saved; take the damaged block out of Prometheus's data directory, or \
             restore it from an older backup"
                .to_owned()
        }),
        problem: damage
            .map(|damage| format!("Prometheus's data was damaged before the backup: {damage}")),
        bytes: metadata.sent.bytes,
        summary: format!(
            "{} with {}; sent {} of {} files",
            counted(metadata.totals.blocks, "block"),
            counted(metadata.totals.samples, "sample"),
            metadata.sent.files,
            metadata.totals.files
        ),
        recovery_point: Some(metadata.id.to_string()),
        ..Finding::default()
    }
}

fn finding_of_verification(report: &VerifyReport, slice: Option<(u32, u32)>) -> Finding {
    if report.backups.is_empty() {
        // Nothing verified must not look like everything verified.
        return Finding::inconclusive(
            "there is no backup to verify",
            "a backup has to succeed first",
        );
    }
    // Damage that the source had before the backup was told when the backup was made.
    let altered: Vec<_> = report
        .bad_objects
        .iter()
        .filter(|object| object.altered)
        .collect();
    let problem = altered.first().map(|first| {
        let hurt: Vec<String> = first.backups.iter().map(ToString::to_string).collect();
        let more = match altered.len() {
            1 => String::new(),
            many => format!(" (and {} more objects)", many - 1),
        };
        format!(
            "{} {}{more}; hurts {}",
            first.key,
            first.reasons.join(", "),
            hurt.join(", ")
        )
    });
    Finding {
        hint: problem.is_some().then(|| {
            "`lifeboat backups verify` names every bad object and every backup that it hurts; the \
             next backup sends what Prometheus still has"
                .to_owned()
        }),
        problem,
        bytes: report.bytes_read,
        summary: format!(
            "looked for {} and read {} of them ({}) over {}",
            counted(report.objects_listed, "object"),
            report.objects_read,
            report.level,
            counted(report.backups.len(), "backup")
        ),
        slice,
        ..Finding::default()
    }
}
