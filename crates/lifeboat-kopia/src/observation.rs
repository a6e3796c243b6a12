//! From what was read of a repository to what Lifeboat sees of it.

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use lifeboat_core::{
    AssetId, Facts, Finding, HumanDuration, Observation, ObservedPoints, ObservedSchedule,
    Operation, Outcome, ReadFailure, RepositoryFacts, RepositoryReading, Run, RunEnd, RunId,
    RunTrigger, Schedule, ScheduleState, later,
};

use crate::{
    Reading,
    cycles::{self, FullCycle},
    documents::Maintenance,
};

/// What clocks may differ by before a time of maintenance is more than an interval ahead.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

/// What Lifeboat sees of a repository by its last good reading, and by why it can't be read now.
pub(crate) fn observe(
    id: &AssetId,
    reading: Option<&Reading>,
    failure: Option<&ReadFailure>,
    now: Timestamp,
) -> Observation {
    let mut observation = reading.map_or_else(Observation::default, |reading| {
        observe_reading(id, reading, now)
    });
    observation.facts.repository = Some(Box::new(RepositoryFacts {
        reading: reading.map(facts_of),
        failure: failure.cloned(),
    }));
    observation
}

fn observe_reading(id: &AssetId, reading: &Reading, now: Timestamp) -> Observation {
    let cycles = cycles::full_cycles(&reading.maintenance, now);
    let succeeded = cycles.iter().filter_map(|cycle| {
        let end = cycle.end.as_ref()?;
        (end.outcome == Outcome::Succeeded).then_some(end.at)
    });
    Observation {
        created_at: reading.blobs.oldest,
        facts: Facts {
            schedules: Some(vec![schedule(reading, &cycles)]),
            maintained_at: succeeded.max().map(to_milliseconds),
            findings: findings(reading),
            ..Facts::default()
        },
        runs: cycles.iter().map(|cycle| run(id, cycle)).collect(),
        points: ObservedPoints::default(),
    }
}

fn run(id: &AssetId, cycle: &FullCycle) -> Run {
    let start = to_milliseconds(cycle.start);
    let end = cycle.end.as_ref().map(|end| RunEnd {
        bytes: cycle.freed_bytes,
        error: end.error.clone(),
        hint: end.error.as_ref().map(|_| {
            "`kopia maintenance run --full`, by its owner and by hand, tells more".to_owned()
        }),
        ..RunEnd::plain(to_milliseconds(end.at), end.outcome)
    });
    Run {
        // A repository has one maintenance at a time, and one asset may have been another repository
        // before.
        id: RunId(format!(
            "kopia-full-maintenance:{}:{}:{start}",
            id.namespace, id.name
        )),
        asset: id.clone(),
        operation: Operation::Maintenance,
        trigger: RunTrigger::Schedule,
        scheduled_for: None,
        attempt: 1,
        started_at: start,
        end,
    }
}

/// The precision in which runs are remembered.
fn to_milliseconds(moment: Timestamp) -> Timestamp {
    let rule = TimestampRound::new()
        .smallest(Unit::Millisecond)
        .mode(RoundMode::Trunc);
    moment.round(rule).unwrap_or(moment)
}

fn schedule(reading: &Reading, cycles: &[FullCycle]) -> ObservedSchedule {
    let maintenance = &reading.maintenance;
    let text = format!("@every {}s", maintenance.full.interval.as_secs().max(1));
    let state = if !maintenance.full.enabled || is_paused(reading) {
        ScheduleState::Suspended { since: None }
    } else {
        match Schedule::parse_with_intervals(&text, "UTC") {
            Ok(schedule) => ScheduleState::Active {
                schedule,
                first_due: maintenance.schedule.next_full().or(reading.blobs.oldest),
            },
            Err(error) => ScheduleState::Unusable {
                problem: error.to_string(),
            },
        }
    };
    ObservedSchedule {
        name: "full maintenance".to_owned(),
        text: format!("every {}", HumanDuration(maintenance.full.interval)),
        state,
        last_scheduled_at: cycles.last().map(|cycle| to_milliseconds(cycle.start)),
    }
}

/// A cycle that begins sets the next one an interval ahead, so only a pause puts it further.
fn is_paused(reading: &Reading) -> bool {
    let Maintenance { full, schedule, .. } = &reading.maintenance;
    let furthest = later(later(reading.at, full.interval), TOLERANCE);
    schedule.next_full().is_some_and(|next| next > furthest)
}

fn facts_of(reading: &Reading) -> RepositoryReading {
    let contents = reading.contents;
    let snapshots = reading.snapshots.bytes;
    RepositoryReading {
        at: reading.at,
        unique_id: reading.unique_id.clone(),
        storage: reading.storage.clone(),
        owner: Some(reading.maintenance.owner.clone()).filter(|owner| !owner.is_empty()),
        physical_bytes: Some(reading.blobs.bytes),
        logical_bytes: contents.map(|contents| contents.bytes),
        objects: contents.map(|contents| contents.count),
        deduplication_ratio: contents
            .filter(|_| snapshots > 0)
            .and_then(|contents| ratio(snapshots, contents.bytes)),
        compression_ratio: contents.and_then(|contents| {
            // Where compression gains nothing, kopia doesn't say what is packed.
            ratio(
                contents.bytes,
                contents.packed_bytes.unwrap_or(contents.bytes),
            )
        }),
        sources: reading.snapshots.sources().cloned().collect(),
    }
}

/// None if there is nothing to divide by.
#[expect(
    clippy::cast_precision_loss,
    reason = "a ratio of sizes needs no more than 53 bits of each"
)]
fn ratio(dividend: u64, divisor: u64) -> Option<f64> {
    (divisor > 0).then(|| dividend as f64 / divisor as f64)
}

fn findings(reading: &Reading) -> Vec<Finding> {
    let mut findings: Vec<Finding> = maintenance_findings(reading).into_iter().collect();
    if reading.contents.is_none() {
        findings.push(Finding {
            code: "kopia_statistics_not_understood",
            message: "what `kopia content stats` says was not understood, so the logical size, \
                      the number of objects and the ratios are unknown"
                .to_owned(),
            hint: Some(
                "another version of kopia may differ: 0.22.3 to 0.23 are known to work".to_owned(),
            ),
        });
    }
    findings
}

/// What is due and isn't done for a whole interval more: only the owner does it, and nobody says so
/// when the owner is gone.
fn maintenance_findings(reading: &Reading) -> Option<Finding> {
    let maintenance = &reading.maintenance;
    if !maintenance.full.enabled {
        return None;
    }
    if maintenance.owner.is_empty() {
        return Some(Finding {
            code: "kopia_maintenance_without_owner",
            message: "nobody owns the maintenance of the repository, so nobody runs it".to_owned(),
            hint: Some(
                "`kopia maintenance set --owner=me`, by who is to run it from now on".to_owned(),
            ),
        });
    }
    let overdue = cycles::overdue(maintenance, reading.at)?;
    (overdue > maintenance.full.interval).then(|| {
        Finding {
        code: "kopia_maintenance_left_undone",
        message: format!(
            "full maintenance has been due for {}, and only its owner {} runs it",
            HumanDuration(overdue),
            maintenance.owner,
        ),
        hint: Some(
            "if that user or host is gone, `kopia maintenance set --owner=me`, by who is to run it \
             from now on"
                .to_owned(),
        ),
    }
    })
}
