//! Evidence: the facts a verdict rests on, each readable as a sentence.

mod sentence;
mod slo_sentence;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::{
    Operation,
    slo::{Burn, PairOfBurns, Ratio, ServiceLevel, Slo},
};

/// What a verdict rests on. The variant's name is the reason that machines read.
///
/// There are a hundred thousand of these at a time, and nearly all say that something is well: what says
/// that something isn't is not to make them larger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "reason", rename_all_fields = "snake_case")]
pub enum Evidence {
    /// The newest good recovery point and its age, with what is promised.
    Age {
        /// The recovery point.
        recovery_point: String,
        /// When it was taken.
        taken_at: Timestamp,
        /// Its age.
        age: SignedDuration,
        /// The age promised at most.
        maximum_age: SignedDuration,
    },
    /// The age of the newest good recovery point, with what is usual.
    EarlyAge {
        /// When it was taken.
        taken_at: Timestamp,
        /// Its age.
        age: SignedDuration,
        /// The age from which on one is warned.
        warning_age: SignedDuration,
        /// The age promised at most.
        maximum_age: SignedDuration,
    },
    /// There is no good recovery point.
    NoGoodRecoveryPoint {
        /// Since when the asset is known.
        known_since: Timestamp,
        /// How many recovery points there are that are not good.
        not_good: usize,
        /// The age promised at most.
        maximum_age: SignedDuration,
    },
    /// What is in the repository could not be learnt.
    InventoryUnknown {
        /// Why, if it was tried.
        error: Option<String>,
    },
    /// The newest recovery point is whole.
    Whole {
        /// The recovery point.
        recovery_point: String,
    },
    /// The newest recovery point was damaged when it was made.
    Damaged {
        /// The recovery point.
        recovery_point: String,
        /// What is damaged.
        damage: String,
    },
    /// A verification found the newest recovery point bad.
    Refuted {
        /// The recovery point.
        recovery_point: String,
        /// When the verification ended.
        at: Timestamp,
    },
    /// There is no recovery point to look at.
    NoRecoveryPoint,
    /// The newest good verification and its age.
    VerificationAge {
        /// When it ended.
        at: Timestamp,
        /// Its age.
        age: SignedDuration,
        /// The age promised at most.
        maximum_age: SignedDuration,
        /// How many slices of the repository were verified of late, of how many.
        coverage: Option<(u32, u32)>,
    },
    /// A verification failed.
    VerificationFailed {
        /// When.
        at: Timestamp,
        /// Why.
        error: String,
    },
    /// Nothing was verified yet.
    NeverVerified {
        /// The age promised at most.
        maximum_age: SignedDuration,
    },
    /// Everything that was due has run.
    ScheduleKept {
        /// What is due next.
        next: Option<Timestamp>,
    },
    /// A run was due, and there was none.
    RunMissed {
        /// What should have run.
        operation: Operation,
        /// When.
        due_at: Timestamp,
    },
    /// The newest run succeeded.
    RunSucceeded {
        /// What ran.
        operation: Operation,
        /// When it ended.
        at: Timestamp,
    },
    /// The newest run failed.
    RunFailed {
        /// What ran.
        operation: Operation,
        /// When it ended.
        at: Timestamp,
        /// How many have failed since the last success.
        failures: u32,
        /// Why.
        error: String,
        /// The next step.
        hint: Option<String>,
    },
    /// The newest run ended before one could tell.
    RunInconclusive {
        /// What ran.
        operation: Operation,
        /// When it ended.
        at: Timestamp,
        /// Why.
        error: String,
    },
    /// Nothing has run yet.
    NeverRan {
        /// What should have run.
        operation: Operation,
    },
    /// A backup has succeeded.
    EverSucceeded {
        /// The first recovery point known.
        first: Timestamp,
    },
    /// No backup ever succeeded.
    NeverSucceeded {
        /// By when the first one was to be expected.
        expected_by: Timestamp,
    },
    /// Nothing runs for longer than it may.
    NothingStuck,
    /// A run goes on for longer than it may.
    Stuck {
        /// What runs.
        operation: Operation,
        /// Since when.
        started_at: Timestamp,
        /// How long it may take.
        deadline: SignedDuration,
    },
    /// A backup that somebody else runs goes on for longer than it may.
    StuckUnderWay(Box<StuckUnderWay>),
    /// How long the newest run took that succeeded.
    RunDuration {
        /// What ran.
        operation: Operation,
        /// When it ended.
        at: Timestamp,
        /// How long it took.
        took: SignedDuration,
        /// How long it should take at most.
        expected: SignedDuration,
    },
    /// The program runs.
    Available {
        /// What people call the program.
        system: String,
        /// How many instances are available.
        available: u32,
        /// How many there should be.
        desired: u32,
    },
    /// The program doesn't run.
    Unavailable {
        /// What people call the program.
        system: String,
        /// How many there should be.
        desired: u32,
        /// Why.
        message: Option<String>,
    },
    /// No recovery point has gone that should be there.
    PointsKept {
        /// How many there are.
        count: usize,
    },
    /// Recovery points have gone that should be there.
    PointsLost {
        /// When they were missed.
        at: Timestamp,
        /// How many.
        count: usize,
        /// The newest of them.
        newest: String,
        /// When that one was taken.
        newest_taken_at: Timestamp,
    },
    /// A schedule is kept.
    Scheduled {
        /// Whose.
        name: String,
        /// As it is written.
        text: String,
    },
    /// There is no schedule.
    Unscheduled {
        /// What should be scheduled.
        operation: Operation,
    },
    /// All schedules are suspended.
    ScheduleSuspended {
        /// Whose.
        name: String,
        /// Since when, if that is known.
        since: Option<Timestamp>,
    },
    /// A schedule can't be read.
    ScheduleUnusable {
        /// Whose.
        name: String,
        /// As it is written.
        text: String,
        /// Why.
        problem: String,
    },
    /// WAL is archived.
    Archives {
        /// When a file was last archived, if that is known.
        last: Option<Timestamp>,
        /// How many failures there were lately.
        failed_lately: u64,
    },
    /// Archiving WAL fails.
    ArchivingFails {
        /// How many failures there were lately, if they were counted.
        failed_lately: Option<u64>,
        /// The span that they were counted in.
        window: SignedDuration,
        /// Why, as the cluster's condition has it.
        message: Option<String>,
    },
    /// No WAL was ever archived.
    NeverArchived,
    /// Files wait to be archived.
    ArchiveBacklog {
        /// How many.
        waiting: u64,
        /// How many may.
        limit: u64,
    },
    /// The counters of archiving can't be read.
    ArchivingUnknown {
        /// Why.
        error: String,
    },
    /// The last good maintenance and its age.
    MaintenanceAge {
        /// When it ended.
        at: Timestamp,
        /// Its age.
        age: SignedDuration,
        /// The age promised at most.
        maximum_age: SignedDuration,
    },
    /// No maintenance is known to have succeeded.
    NeverMaintained {
        /// Since when the asset is known.
        known_since: Timestamp,
        /// The age promised at most.
        maximum_age: SignedDuration,
    },
    /// How the standby is can be read.
    StandbyRead {
        /// The instance that says so.
        instance: String,
        /// When it was read.
        at: Timestamp,
    },
    /// How the standby is can't be read.
    StandbyUnread {
        /// Why.
        error: String,
    },
    /// The standby is in recovery, as it should be.
    InRecovery {
        /// The instance that follows the other database.
        instance: String,
        /// Whom it follows, if it says so.
        follows: Option<String>,
    },
    /// What was a standby takes writes.
    NotInRecovery {
        /// The instance that says so, if one does.
        instance: Option<String>,
    },
    /// The standby receives WAL.
    Receives {
        /// The instance that does.
        instance: String,
    },
    /// The standby doesn't receive WAL.
    ReceivesNot {
        /// The instance that should.
        instance: String,
        /// From whom, if it says so.
        follows: Option<String>,
    },
    /// How far the standby lies behind.
    ReplayLag {
        /// The instance that says so.
        instance: String,
        /// How far.
        lag: SignedDuration,
        /// How far it may.
        limit: SignedDuration,
        /// Whether it receives nothing though it should, so that a small lag says nothing.
        is_cut_off: bool,
    },
    /// The last good rehearsal of a restore and its age.
    RehearsalAge {
        /// When it ended.
        at: Timestamp,
        /// Its age.
        age: SignedDuration,
        /// The age promised at most.
        maximum_age: SignedDuration,
    },
    /// No rehearsal of a restore is known to have succeeded.
    NeverRehearsed {
        /// Since when the asset is known.
        known_since: Timestamp,
        /// The age promised at most.
        maximum_age: SignedDuration,
    },
    /// What carries the operation out is left as it is.
    Settled {
        /// How often it was changed all the same.
        changes: usize,
        /// The span that they were counted in.
        window: SignedDuration,
    },
    /// What carries the operation out is rewritten again and again.
    Unsettled {
        /// How often.
        changes: usize,
        /// The span that they were counted in.
        window: SignedDuration,
        /// How many may be.
        limit: usize,
    },
    /// By how much the repository has grown.
    Growth {
        /// What it took in its store before.
        bytes_before: u64,
        /// What it takes by now.
        bytes: u64,
        /// The growth, in percent of what it took before.
        percent: u64,
        /// The span in which it grew.
        window: SignedDuration,
        /// By how many percent it may grow.
        limit_percent: u32,
    },
    /// How much of what the repository is given was there already.
    Deduplication {
        /// What it was given, by what it keeps of that.
        ratio: f64,
        /// What that should be at the least.
        minimum: f64,
    },
    /// The repository was read.
    RepositoryRead {
        /// When.
        at: Timestamp,
    },
    /// The repository was not read yet.
    RepositoryNotRead,
    /// The repository can't be read.
    RepositoryUnreadable {
        /// Since when.
        since: Timestamp,
        /// Why.
        error: Box<str>,
        /// The next step.
        hint: Option<Box<str>>,
        /// When it last was.
        read_at: Option<Timestamp>,
    },
    /// The newest snapshot of every source is complete and free of errors.
    SnapshotsWhole {
        /// How many sources there are.
        sources: usize,
    },
    /// The newest snapshot of a source was cut short.
    SnapshotIncomplete {
        /// The source.
        source: String,
        /// When the snapshot began.
        at: Timestamp,
    },
    /// The newest snapshot of a source lacks something that could not be read.
    SnapshotErrors {
        /// The source.
        source: String,
        /// When it ended.
        at: Timestamp,
        /// How many files and folders it lacks.
        errors: u64,
    },
    /// The object store answers.
    StoreAnswers {
        /// When it last did.
        at: Timestamp,
    },
    /// Nobody has looked into the object store yet.
    StoreNotRead,
    /// The object store doesn't answer, or not with what was asked for.
    StoreUnreachable {
        /// Since when.
        since: Timestamp,
        /// Why.
        error: Box<str>,
        /// The next step.
        hint: Option<Box<str>>,
        /// When it last did.
        answered_at: Option<Timestamp>,
    },
    /// How much the object store holds.
    StoreSpace {
        /// How many bytes.
        used: u64,
        /// How many it may.
        capacity: u64,
    },
    /// What base backups lie in the object store.
    BackupsStored {
        /// How many are whole.
        whole: usize,
        /// How many folders there are that are no recovery point.
        not_whole: usize,
        /// The newest whole one.
        newest: Option<String>,
    },
    /// A backup counts as complete, and can't be restored from the object store.
    BackupNotRestorable {
        /// Its recovery point.
        backup: Box<str>,
        /// Its folder in the store.
        folder: Box<str>,
        /// What keeps one from restoring it.
        problem: Box<str>,
        /// How many others there are like it.
        others: usize,
        /// The newest one in the store that is whole.
        usable: Option<Box<str>>,
    },
    /// The WAL in the object store has no gap.
    WalContinuous {
        /// How many segments there are.
        segments: u64,
        /// The newest.
        newest: String,
        /// When that one was stored.
        newest_at: Timestamp,
    },
    /// WAL is missing in the object store.
    WalGap {
        /// The first segment that is missing.
        segment: Box<str>,
        /// How many are.
        missing: u64,
        /// Up to where one can recover.
        lsn: Box<str>,
        /// About up to when.
        recoverable_until: Timestamp,
        /// The first whole backup after the gap.
        again_from: Option<Box<str>>,
    },
    /// For how much of the time the newest good recovery point was as young as promised.
    TimeWithin {
        /// The share of the time that counts.
        ratio: Ratio,
        /// What it should be at the least.
        target: Ratio,
        /// The window.
        window: SignedDuration,
        /// How much of the window counts: not what was paused, and not what nobody could tell.
        counted: SignedDuration,
        /// For how long it was older than promised.
        outside: SignedDuration,
        /// How much of the error budget is left, as a share of it; below 0 where it is overspent.
        budget_left: f64,
    },
    /// How many attempts to archive WAL succeeded.
    AttemptsArchived {
        /// The share of all attempts.
        ratio: Ratio,
        /// What it should be at the least.
        target: Ratio,
        /// The window.
        window: SignedDuration,
        /// How many attempts there were.
        attempts: u32,
        /// How many of them failed.
        failed: u32,
        /// How much of the error budget is left, as a share of it; below 0 where it is overspent.
        budget_left: f64,
    },
    /// How fast failures to archive WAL use up what may fail.
    BudgetBurn {
        /// The share of attempts that should succeed at the least.
        target: Ratio,
        /// What was looked at: each a long window and a short one.
        pairs: Vec<PairOfBurns>,
    },
    /// The asset can be looked at.
    InSight,
    /// Nobody could look for a while.
    NotSeen {
        /// Since when.
        since: Timestamp,
        /// Why.
        error: String,
    },
    /// No timestamp lies in the future.
    ClockSound,
    /// Something is dated in the future.
    InTheFuture {
        /// What.
        what: String,
        /// Its date.
        at: Timestamp,
    },
}

/// A backup that somebody else runs, and that goes on for longer than it may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StuckUnderWay {
    /// Which.
    pub name: String,
    /// Its phase, as its operator calls it.
    pub phase: String,
    /// Since when.
    pub since: Timestamp,
    /// How long it may take.
    pub limit: SignedDuration,
    /// How many wait behind it.
    pub waiting: usize,
    /// What is said of it.
    pub message: Option<String>,
}

impl Evidence {
    /// Every reason that there is.
    pub const REASONS: &[&str] = Self::VARIANTS;

    /// The reason that machines read: the variant's name.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.into()
    }

    /// How an objective over thirty days was kept, if that is what this tells.
    #[must_use]
    pub const fn service_level(&self) -> Option<ServiceLevel> {
        let (slo, ratio, target, budget_left) = match self {
            Self::TimeWithin {
                ratio,
                target,
                budget_left,
                ..
            } => (Slo::Backup, *ratio, *target, *budget_left),
            Self::AttemptsArchived {
                ratio,
                target,
                budget_left,
                ..
            } => (Slo::WalArchiving, *ratio, *target, *budget_left),
            _ => return None,
        };
        Some(ServiceLevel {
            slo,
            ratio,
            target,
            budget_left,
        })
    }

    /// How fast an error budget burns in each window, if that is what this tells.
    pub fn burns(&self) -> impl Iterator<Item = &Burn> {
        let pairs = match self {
            Self::BudgetBurn { pairs, .. } => pairs.as_slice(),
            _ => &[],
        };
        pairs.iter().flat_map(|pair| [&pair.long, &pair.short])
    }

    /// The evidence in words, without the next step, for those who tell that apart.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::RunFailed {
                operation,
                at,
                failures,
                error,
                hint: Some(_),
            } => Self::RunFailed {
                operation: *operation,
                at: *at,
                failures: *failures,
                error: error.clone(),
                hint: None,
            }
            .to_string(),
            other => other.to_string(),
        }
    }
}
