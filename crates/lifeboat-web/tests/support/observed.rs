//! Assets that others operate, with a past that is observed as in real life.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use lifeboat_controller::AssetView;
use lifeboat_core::{
    ArchiverReading, Archiving, ArchivingCondition, AssetHistory, AssetId, AssetKind, Availability,
    Definition, Facts, Finding, Instance, InstanceReading, InstanceRole, Integrity, NewestSnapshot,
    ObjectStoreFacts, ObjectiveOverrides, Observation, ObservedPoints, ObservedSchedule, Outcome,
    ReadFailure, RecoveryPoint, RecoveryWindow, RepositoryFacts, RepositoryReading, Run, RunEnd,
    RunId, RunTrigger, Schedule, ScheduleState, SmallMap, SnapshotSource, Status, StoreReading,
    StoredBackup, StoredState, TransferPace, UnderWay,
    assess::{Asset, Blind, assess_asset},
    slo::{FreshLook, ServiceLevels},
    system,
};

/// An asset that others operate, known for 30 days.
pub(crate) struct Observed {
    id: AssetId,
    now: Timestamp,
    known_for: SignedDuration,
    pub(crate) facts: Facts,
    runs: Vec<Run>,
    points: Vec<RecoveryPoint>,
    blind: Option<Blind>,
    own: ObjectiveOverrides,
    places: BTreeMap<&'static str, String>,
    levels_known: bool,
}

fn observed(now: Timestamp, id: &str) -> Observed {
    Observed {
        id: id.parse().unwrap(),
        now,
        known_for: SignedDuration::from_hours(30 * 24),
        facts: Facts::default(),
        runs: Vec::new(),
        points: Vec::new(),
        blind: None,
        own: ObjectiveOverrides::default(),
        places: BTreeMap::new(),
        levels_known: false,
    }
}

/// A PostgreSQL cluster of two instances that archives its WAL, with a daily backup at 03:00.
pub(crate) fn cnpg(now: Timestamp, namespace: &str, name: &str) -> Observed {
    let mut cluster = observed(now, &format!("CNPGCluster/{namespace}/{name}"));
    let (primary, replica) = (format!("{name}-1"), format!("{name}-2"));
    cluster.facts = Facts {
        schedules: Some(vec![daily(now, "ScheduledBackup/daily", "0 0 3 * * *")]),
        archiving: Some(Box::new(Archiving {
            condition: Some(ArchivingCondition {
                working: true,
                since: Some(now - SignedDuration::from_hours(20 * 24)),
                message: None,
            }),
            reading: Some(Ok(ArchiverReading {
                instance: primary.clone(),
                at: now,
                archived: Some(500),
                failed: Some(0),
                failed_lately: 0,
                window: SignedDuration::from_mins(5),
                last_archived_at: Some(now - SignedDuration::from_mins(2)),
                last_failed_at: None,
                waiting_files: Some(1),
            })),
        })),
        instances: vec![
            instance(now, &primary, InstanceRole::Primary),
            instance(now, &replica, InstanceRole::Replica),
        ],
        retention: Some(SignedDuration::from_hours(30 * 24)),
        ..Facts::default()
    };
    cluster
}

/// A `CronJob` that runs daily at 03:00.
pub(crate) fn cron_job(now: Timestamp, namespace: &str, name: &str) -> Observed {
    let mut cron_job = observed(now, &format!("CronJob/{namespace}/{name}"));
    let schedule = daily(now, &format!("CronJob/{name}"), "0 0 3 * * *");
    cron_job.facts.schedules = Some(vec![schedule]);
    cron_job
}

/// Rehearsals of a restore by a `CronJob`, daily at 03:00.
pub(crate) fn restore_test(now: Timestamp, namespace: &str, name: &str) -> Observed {
    let mut rehearsal = observed(now, &format!("RestoreTest/{namespace}/{name}"));
    let schedule = daily(now, &format!("CronJob/{name}"), "0 0 3 * * *");
    rehearsal.facts.schedules = Some(vec![schedule]);
    rehearsal
}

/// An operator with so many of its two replicas available: CloudNativePG's, or the plugin `barman-cloud`.
pub(crate) fn operator(now: Timestamp, namespace: &str, name: &str, available: u32) -> Observed {
    let mut operator = observed(now, &format!("Operator/{namespace}/{name}"));
    operator.facts.availability = Some(Box::new(Availability {
        system: match name {
            "barman-cloud" => system::BARMAN_CLOUD_PLUGIN,
            _ => system::CLOUDNATIVE_PG_OPERATOR,
        }
        .to_owned(),
        available,
        desired: 2,
        unavailable_since: (available == 0).then(|| now - SignedDuration::from_mins(20)),
        message: None,
    }));
    operator
}

/// The upkeep of a Kopia repository by a `CronJob`, daily at 02:00.
pub(crate) fn kopia_maintenance(now: Timestamp, namespace: &str, name: &str) -> Observed {
    let mut upkeep = observed(now, &format!("KopiaMaintenance/{namespace}/{name}"));
    let cron_job = format!("CronJob/kopia-maint-{name}");
    upkeep.facts.schedules = Some(vec![daily(now, &cron_job, "0 0 2 * * *")]);
    upkeep.facts.definitions = vec![Definition {
        name: cron_job,
        uid: "7f3a".to_owned(),
        generation: 1,
    }];
    upkeep
}

/// A Kopia repository that was read an hour ago.
pub(crate) fn kopia_repository(now: Timestamp, namespace: &str, name: &str) -> Observed {
    let mut repository = observed(now, &format!("KopiaRepository/{namespace}/{name}"));
    repository.facts.repository = Some(Box::new(RepositoryFacts {
        reading: Some(RepositoryReading {
            at: now - SignedDuration::from_hours(1),
            unique_id: "5e1f".to_owned(),
            storage: "s3: backups/kopia".to_owned(),
            owner: Some("maintenance@volsync".to_owned()),
            physical_bytes: Some(10 << 30),
            logical_bytes: Some(15 << 30),
            objects: Some(4_200),
            deduplication_ratio: Some(2.5),
            compression_ratio: Some(1.5),
            sources: vec![SnapshotSource {
                name: "photos@media:/data".to_owned(),
                snapshots: 30,
                newest: Some(NewestSnapshot {
                    at: now - SignedDuration::from_hours(9),
                    bytes: 12 << 30,
                    files: 9_000,
                    errors: 0,
                }),
                incomplete: 0,
                newest_incomplete_at: None,
            }],
        }),
        failure: None,
    }));
    repository
}

/// A volume that Kopia copies to a repository daily at 03:00.
pub(crate) fn kopia_source(
    now: Timestamp,
    namespace: &str,
    name: &str,
    repository: &str,
) -> Observed {
    let mut source = observed(now, &format!("ReplicationSource/{namespace}/{name}"));
    let schedule = daily(now, &format!("ReplicationSource/{name}"), "0 0 3 * * *");
    source.facts.schedules = Some(vec![schedule]);
    source.places = BTreeMap::from([
        ("mover", "kopia".to_owned()),
        ("repository", repository.to_owned()),
    ]);
    source
}

fn daily(now: Timestamp, name: &str, text: &str) -> ObservedSchedule {
    let schedule = Schedule::parse_with_seconds(text, "UTC").unwrap();
    let last = schedule.after(now - SignedDuration::from_hours(24));
    ObservedSchedule {
        name: name.to_owned(),
        text: text.to_owned(),
        state: ScheduleState::Active {
            first_due: schedule.after(now),
            schedule,
        },
        last_scheduled_at: last,
    }
}

fn instance(now: Timestamp, name: &str, role: InstanceRole) -> Instance {
    let leads = role == InstanceRole::Primary;
    Instance {
        name: name.to_owned(),
        role,
        reading: Some(Ok(InstanceReading {
            at: now,
            collector_up: Some(true),
            last_collection_error: Some(false),
            in_recovery: Some(!leads),
            wal_receiver_up: Some(!leads),
            replication_lag_seconds: Some(if leads { 0.0 } else { 0.5 }),
            wal_files_ready: Some(u64::from(leads)),
            wal_files_done: Some(7),
            wal_archived: leads.then_some(500),
            wal_failed: leads.then_some(0),
        })),
    }
}

pub(crate) fn finding(code: &'static str) -> Finding {
    Finding {
        code,
        message: "ScheduledBackup/daily has five fields, so it runs every hour".to_owned(),
        hint: Some("begin it with a 0 for the seconds".to_owned()),
    }
}

impl Observed {
    /// Known only for so many minutes.
    pub(crate) fn known_for(mut self, minutes: i64) -> Self {
        self.known_for = SignedDuration::from_mins(minutes);
        self
    }

    /// A backup that ended so many minutes ago, well.
    pub(crate) fn completed(self, ago: i64, took: i64) -> Self {
        self.ended(ago, took, Outcome::Succeeded)
    }

    /// A backup that ended so many minutes ago, badly.
    pub(crate) fn failed(self, ago: i64) -> Self {
        self.ended(ago, 1, Outcome::Failed)
    }

    fn ended(mut self, ago: i64, took: i64, outcome: Outcome) -> Self {
        let at = self.now - SignedDuration::from_mins(ago);
        let started_at = at - SignedDuration::from_mins(took);
        let name = format!("{}-{}", self.id.name, self.runs.len() + 1);
        let kind = match self.id.kind {
            AssetKind::CronJob | AssetKind::KopiaMaintenance | AssetKind::RestoreTest => "Job",
            _ => "Backup",
        };
        let succeeded = outcome == Outcome::Succeeded;
        self.runs.push(Run {
            id: RunId::of_object(kind, &name, "7f3a"),
            asset: self.id.clone(),
            operation: self.id.kind.operation().unwrap(),
            trigger: RunTrigger::Schedule,
            scheduled_for: Some(started_at),
            attempt: 1,
            started_at,
            end: Some(RunEnd {
                error: (!succeeded).then(|| "the bucket says 403 Forbidden".to_owned()),
                ..RunEnd::plain(at, outcome)
            }),
        });
        if succeeded && self.id.kind.holds_data() {
            self.points.push(RecoveryPoint {
                name,
                taken_at: at,
                bytes: None,
                integrity: Integrity::Whole,
                verification: None,
                pinned: false,
            });
        }
        self
    }

    /// Backups that have not ended: the first has begun, the others wait for it.
    pub(crate) fn under_way(mut self, count: usize) -> Self {
        let since = self.now - SignedDuration::from_mins(5);
        let one = |number: usize| UnderWay {
            name: format!("Backup/{}-9{number}", self.id.name),
            phase: if number == 0 { "started" } else { "pending" }.to_owned(),
            since,
            waiting: number > 0,
            message: None,
        };
        self.facts.under_way = (0..count).map(one).collect();
        self
    }

    /// Every schedule is suspended.
    pub(crate) fn suspended(mut self) -> Self {
        for schedule in self.facts.schedules.iter_mut().flatten() {
            schedule.state = ScheduleState::Suspended { since: None };
        }
        self
    }

    /// Somebody else keeps account of what can be restored.
    pub(crate) fn window(mut self, first_ago: i64, last_failed_ago: Option<i64>) -> Self {
        let ago = |minutes| self.now - SignedDuration::from_mins(minutes);
        self.facts.window = Some(Box::new(RecoveryWindow {
            source: "ObjectStore/backups".to_owned(),
            first: Some(ago(first_ago)),
            last_succeeded: None,
            last_failed: last_failed_ago.map(ago),
        }));
        self
    }

    /// The archiver's counters are so, on this instance.
    pub(crate) fn archiver(mut self, pod: &str, failed: u64, waiting: u64) -> Self {
        if let Some(Some(Ok(reading))) = self.facts.archiving.as_mut().map(|it| &mut it.reading) {
            pod.clone_into(&mut reading.instance);
            reading.failed = Some(failed);
            reading.waiting_files = Some(waiting);
            reading.last_failed_at = (failed > 0).then_some(reading.at);
        }
        self
    }

    /// A policy has its object store looked into: 60 GiB of 1000 are taken in all, and there is a backup
    /// that took an hour and was compressed to a quarter.
    pub(crate) fn stored(self, change: impl FnOnce(&mut ObjectStoreFacts)) -> Self {
        let ago = |minutes| self.now - SignedDuration::from_mins(minutes);
        let reading = StoreReading {
            at: ago(10),
            used_bytes: Some(60 << 30),
            backups: vec![StoredBackup {
                id: "20261121T030000".to_owned(),
                state: StoredState::Whole,
                began_at: Some(ago(120)),
                ended_at: Some(ago(60)),
                stored_bytes: 36 << 30,
                original_bytes: Some(144 << 30),
            }],
            wal: None,
        };
        let mut store = ObjectStoreFacts {
            answered_at: Some(ago(1)),
            capacity: Some(1000 << 30),
            pace: TransferPace::default().after(&reading, ago(10)),
            reading: Some(Box::new(reading)),
            ..ObjectStoreFacts::default()
        };
        change(&mut store);
        self.with(|facts| facts.object_store = Some(Box::new(store)))
    }

    /// Something about its facts is otherwise.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        change(&mut self.facts);
        self
    }

    /// The repository's last reading is otherwise.
    pub(crate) fn read(self, change: impl FnOnce(&mut RepositoryReading)) -> Self {
        self.with(|facts| {
            let repository = facts.repository.as_mut();
            change(repository.and_then(|it| it.reading.as_mut()).unwrap());
        })
    }

    /// The repository can't be read since so many minutes.
    pub(crate) fn unreadable(mut self, minutes: i64) -> Self {
        let since = self.now - SignedDuration::from_mins(minutes);
        self.facts.repository.as_mut().unwrap().failure = Some(ReadFailure {
            since,
            error: "the password is wrong".to_owned(),
            hint: None,
        });
        self
    }

    /// Nobody can look since so many minutes.
    pub(crate) fn blind(mut self, minutes: i64) -> Self {
        self.blind = Some(Blind {
            since: self.now - SignedDuration::from_mins(minutes),
            error: "the API server doesn't answer".to_owned(),
        });
        self
    }

    /// Its own annotations promise something.
    pub(crate) fn promising(mut self, own: &ObjectiveOverrides) -> Self {
        self.own = *own;
        self
    }

    /// It was looked at for thirty days, and its archiver's counters ten minutes ago.
    pub(crate) fn leveled(mut self) -> Self {
        self.levels_known = true;
        self
    }

    /// What was seen ten minutes ago, when the archiver had archived less.
    fn before(&self) -> Observation {
        let mut facts = self.facts.clone();
        let archiving = facts.archiving.as_mut();
        if let Some(Some(Ok(reading))) = archiving.map(|archiving| &mut archiving.reading) {
            reading.at = self.now - SignedDuration::from_mins(10);
            reading.archived = reading.archived.map(|archived| archived - 50);
        }
        Observation {
            created_at: None,
            facts,
            runs: Vec::new(),
            points: ObservedPoints::Present(Vec::new()),
        }
    }

    /// Observed once, and assessed.
    pub(crate) fn build(self) -> AssetView {
        let first_seen_at = self.now - self.known_for;
        let mut history = AssetHistory::new(first_seen_at);
        if self.levels_known {
            let look = FreshLook {
                status: Status::Ok,
                since: first_seen_at,
                points: &self.points,
                maximum_age: SignedDuration::from_hours(36),
                is_complete: true,
                now: first_seen_at,
            };
            history.service_levels = ServiceLevels::after(None, &look).map(Box::new);
            history.observe(&self.before(), self.now - SignedDuration::from_mins(10));
        }
        let observation = Observation {
            created_at: None,
            facts: self.facts.clone(),
            runs: self.runs,
            points: ObservedPoints::Present(self.points),
        };
        history.observe(&observation, self.now);
        if self.facts.paused.is_some() {
            history.suspended_since = Some(self.now - SignedDuration::from_hours(48));
        }
        let asset = Asset {
            id: self.id,
            labels: BTreeMap::new(),
            own: self.own.boxed(),
            suspended: false,
            planned: BTreeMap::new(),
            history,
            facts: Some(Box::new(self.facts)),
            blind: self.blind,
        };
        AssetView {
            assessment: Arc::new(assess_asset(&asset, &[], self.now)),
            next_starts: SmallMap::default(),
            progress: BTreeMap::new(),
            places: Arc::new(self.places.into()),
            asset: Arc::new(asset),
        }
    }
}
