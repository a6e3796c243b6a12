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
            succeeded_at: succeeded.max().map(to_milliseconds),
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

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        RepositoryName,
        documents::{BlobTotals, ContentTotals, SnapshotList},
    };

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn id() -> AssetId {
        let name = RepositoryName {
            namespace: "backups".to_owned(),
            name: "kopia".to_owned(),
        };
        name.asset_id()
    }

    /// What real repositories said, with changes to the maintenance that they told.
    fn reading(maintenance: &str, changes: &Value) -> Reading {
        let mut maintenance: Value = serde_json::from_str(maintenance).unwrap();
        if let (Value::Object(known), Value::Object(changes)) = (&mut maintenance, changes) {
            known.extend(changes.clone());
        }
        let snapshots = include_str!("../tests/captured/snapshots.json");
        let blobs = include_str!("../tests/captured/blobs.json");
        Reading {
            at: moment("2026-11-21T18:00:00Z"),
            unique_id: "5e1f".to_owned(),
            storage: "filesystem: /data".to_owned(),
            maintenance: serde_json::from_value(maintenance).unwrap(),
            snapshots: SnapshotList::read(&mut snapshots.as_bytes()).unwrap(),
            blobs: BlobTotals::read(&mut blobs.as_bytes()).unwrap(),
            contents: ContentTotals::read(include_str!("../tests/captured/contents.txt")),
        }
    }

    const GOOD: &str = include_str!("../tests/captured/maintenance.json");
    const FAILED: &str = include_str!("../tests/captured/maintenance-failed.json");
    const UNSCHEDULED: &str = include_str!("../tests/captured/unscheduled.json");

    fn observed(reading: &Reading) -> Observation {
        observe(&id(), Some(reading), None, reading.at)
    }

    fn codes(observation: &Observation) -> Vec<&str> {
        let findings = observation.facts.findings.iter();
        findings.map(|finding| finding.code).collect()
    }

    #[test]
    fn of_an_unread_repository_nothing_is_said_but_why() {
        let failure = ReadFailure {
            since: moment("2026-11-21T12:00:00Z"),
            error: "no way".to_owned(),
            hint: None,
        };
        let observation = observe(&id(), None, Some(&failure), failure.since);
        assert!(observation.facts.is_unread());
        assert_eq!(observation.facts.schedules, None);
        assert_eq!(observation.facts.repository.unwrap().failure, Some(failure));
    }

    #[test]
    fn a_failed_reading_keeps_what_was_known() {
        let reading = reading(GOOD, &json!({}));
        let failure = ReadFailure {
            since: moment("2026-11-22T12:00:00Z"),
            error: "no way".to_owned(),
            hint: None,
        };
        let observation = observe(&id(), Some(&reading), Some(&failure), failure.since);
        assert_eq!(observation.runs, observed(&reading).runs);
        let repository = observation.facts.repository.unwrap();
        assert_eq!(repository.failure, Some(failure));
        assert_eq!(repository.reading.unwrap().at, reading.at);
    }

    #[test]
    fn a_maintained_repository_is_told_with_all_its_figures() {
        let observation = observed(&reading(GOOD, &json!({})));
        assert_eq!(codes(&observation), [""; 0]);
        let created = moment("2026-11-21T16:21:14.303645223Z");
        assert_eq!(observation.created_at, Some(created));
        let maintained = moment("2026-11-21T16:21:32.226Z");
        assert_eq!(observation.facts.succeeded_at, Some(maintained));
        let reading = observation.facts.repository.unwrap().reading.unwrap();
        assert_eq!(reading.owner.as_deref(), Some("maintenance@volsync"));
        assert_eq!(reading.physical_bytes, Some(3_036_905));
        assert_eq!(reading.logical_bytes, Some(8_006_504));
        assert_eq!(reading.objects, Some(17));
        let rounded = |ratio: Option<f64>| ratio.map(|ratio| format!("{ratio:.3}"));
        // 22000013 bytes of snapshots by 8006504, and 8006504 by 3006522.
        assert_eq!(
            rounded(reading.deduplication_ratio).as_deref(),
            Some("2.748")
        );
        assert_eq!(rounded(reading.compression_ratio).as_deref(), Some("2.663"));
        assert_eq!(reading.sources.len(), 3);
    }

    #[test]
    fn runs_are_the_full_cycles_and_stay_the_same_however_often_they_are_read() {
        let first = observed(&reading(GOOD, &json!({})));
        let outcomes: Vec<_> = first.runs.iter().map(Run::outcome).collect();
        assert_eq!(outcomes, [Some(Outcome::Succeeded); 2]);
        let later = observed(&reading(FAILED, &json!({})));
        assert_eq!(later.runs[..2], first.runs[..]);
        let failed = &later.runs[2];
        assert_eq!(failed.outcome(), Some(Outcome::Failed));
        assert_ne!(failed.id, later.runs[1].id);
        assert_eq!(failed.id.object(), None);
    }

    #[rstest]
    #[case::kept(GOOD, json!({}), "active from 2026-11-22T16:21:32.148918106Z")]
    #[case::switched_off(GOOD, json!({ "full": { "enabled": false, "interval": 1 } }), "suspended")]
    #[case::paused_for_a_week(
        GOOD,
        json!({ "schedule": { "nextFullMaintenance": "2026-11-28T18:00:00Z", "runs": {} } }),
        "suspended")]
    #[case::never_planned(UNSCHEDULED, json!({}), "active from 2026-11-21T16:21:14.303645223Z")]
    fn its_schedule_is_what_kopia_keeps_to(
        #[case] maintenance: &str,
        #[case] changes: Value,
        #[case] expected: &str,
    ) {
        let observation = observed(&reading(maintenance, &changes));
        let [schedule] = &observation.facts.schedules.unwrap()[..] else {
            panic!("a repository has one schedule");
        };
        let state = match &schedule.state {
            ScheduleState::Active { first_due, .. } => {
                format!("active from {}", first_due.unwrap())
            }
            ScheduleState::Suspended { .. } => "suspended".to_owned(),
            ScheduleState::Unusable { problem } => problem.clone(),
        };
        assert_eq!(state, expected);
    }

    #[rstest]
    #[case::nobody_owns_it(json!({ "owner": "" }), &["kopia_maintenance_without_owner"])]
    #[case::its_owner_is_gone(
        json!({ "owner": "gone@nowhere",
            "schedule": { "nextFullMaintenance": "2026-11-19T18:00:00Z", "runs": {} } }),
        &["kopia_maintenance_left_undone"])]
    #[case::its_owner_is_only_late(
        json!({ "schedule": { "nextFullMaintenance": "2026-11-21T02:00:00Z", "runs": {} } }), &[])]
    #[case::what_is_switched_off_is_not_left_undone(
        json!({ "full": { "enabled": false, "interval": 1 },
            "schedule": { "nextFullMaintenance": "2026-11-01T02:00:00Z", "runs": {} } }), &[])]
    fn maintenance_that_nobody_does_is_a_finding(
        #[case] changes: Value,
        #[case] expected: &[&str],
    ) {
        assert_eq!(codes(&observed(&reading(GOOD, &changes))), expected);
    }

    #[test]
    fn figures_that_were_not_understood_are_absent_and_that_is_a_finding() {
        let mut reading = reading(GOOD, &json!({}));
        reading.contents = None;
        let observation = observed(&reading);
        assert_eq!(codes(&observation), ["kopia_statistics_not_understood"]);
        let reading = observation.facts.repository.unwrap().reading.unwrap();
        assert_eq!((reading.logical_bytes, reading.objects), (None, None));
        assert_eq!(reading.compression_ratio, None);
        assert_eq!(reading.physical_bytes, Some(3_036_905));
    }
}
