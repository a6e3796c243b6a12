//! Evidence: each reads as a clause that a tired person understands.

use jiff::SignedDuration;
use lifeboat_core::{Evidence, Operation};
use rstest::rstest;

use crate::builder::at;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const MOMENT: &str = "2026-11-21T02:00:00Z";

fn age(hours: i64) -> Evidence {
    Evidence::Age {
        recovery_point: "b1".to_owned(),
        taken_at: at(MOMENT),
        age: SignedDuration::from_hours(hours),
        maximum_age: SignedDuration::from_hours(25),
    }
}

fn no_good(not_good: usize) -> Evidence {
    Evidence::NoGoodRecoveryPoint {
        known_since: at(MOMENT),
        not_good,
        maximum_age: DAY,
    }
}

fn verified(coverage: Option<(u32, u32)>) -> Evidence {
    Evidence::VerificationAge {
        at: at(MOMENT),
        age: SignedDuration::from_hours(30),
        maximum_age: DAY * 8,
        coverage,
    }
}

fn failed(failures: u32, hint: Option<&str>) -> Evidence {
    Evidence::RunFailed {
        operation: Operation::Backup,
        at: at(MOMENT),
        failures,
        error: "connection refused".to_owned(),
        hint: hint.map(ToOwned::to_owned),
    }
}

#[rstest]
#[case(
    age(26),
    "the newest good recovery point, b1, is 1d 2h old; promised is 1d 1h at most"
)]
#[case(
    Evidence::EarlyAge { taken_at: at(MOMENT), age: SignedDuration::from_hours(26), warning_age: DAY, maximum_age: SignedDuration::from_hours(36) },
    "the newest good recovery point is 1d 2h old; usual is 1d at most, and promised 1d 12h"
)]
#[case(Evidence::Growth { bytes_before: 9, bytes: 8, percent: 0, window: DAY * 7, limit_percent: 50 }, "the repository has not grown within 7d")]
#[case(Evidence::Deduplication { ratio: 1.234, minimum: 1.5 }, "what the repository was given is 1.23 times what it keeps of that; at least 1.50 times is usual")]
#[case(Evidence::RehearsalAge { at: at(MOMENT), age: DAY * 9, maximum_age: DAY * 8 }, "the last good rehearsal of a restore is 9d old; promised is 8d at most")]
#[case(Evidence::NeverRehearsed { known_since: at(MOMENT), maximum_age: DAY * 8 }, "no rehearsal of a restore is known to have succeeded; known since 2026-11-21T02:00:00Z, promised is one every 8d")]
#[case(Evidence::ReceivesNot { instance: "db-1".to_owned(), follows: None }, "db-1 receives no WAL from the database that it follows: it isn't connected")]
#[case(Evidence::NotInRecovery { instance: None }, "it was a standby, and by its description it follows nobody any more")]
#[case(
    no_good(0),
    "there is no good recovery point; known since 2026-11-21T02:00:00Z, promised is an age of 1d at most"
)]
#[case(
    no_good(1),
    "there is no good recovery point; known since 2026-11-21T02:00:00Z, promised is an age of 1d at most; one is there that is not good"
)]
#[case(
    no_good(3),
    "there is no good recovery point; known since 2026-11-21T02:00:00Z, promised is an age of 1d at most; 3 are there that are not good"
)]
#[case(Evidence::InventoryUnknown { error: None }, "the repository has not been looked into yet")]
#[case(Evidence::InventoryUnknown { error: Some("timed out".to_owned()) }, "the repository can't be looked into: timed out")]
#[case(Evidence::Whole { recovery_point: "b1".to_owned() }, "the newest recovery point, b1, is whole")]
#[case(Evidence::Damaged { recovery_point: "b1".to_owned(), damage: "chunks/000001 at 4096".to_owned() }, "the newest recovery point, b1, is damaged: chunks/000001 at 4096")]
#[case(Evidence::Refuted { recovery_point: "b1".to_owned(), at: at(MOMENT) }, "the verification of 2026-11-21T02:00:00Z found the newest recovery point, b1, to be bad")]
#[case(Evidence::NoRecoveryPoint, "there is no recovery point")]
#[case(
    verified(None),
    "the newest good verification is 1d 6h old; promised is 8d at most"
)]
#[case(verified(Some((1, 1))), "the newest good verification is 1d 6h old; promised is 8d at most")]
#[case(verified(Some((3, 7))), "the newest good verification is 1d 6h old; promised is 8d at most; 3 of 7 shares were read in the latest turn")]
#[case(Evidence::VerificationFailed { at: at(MOMENT), error: "one object is gone".to_owned() }, "the verification of 2026-11-21T02:00:00Z failed: one object is gone")]
#[case(Evidence::NeverVerified { maximum_age: DAY * 8 }, "nothing has been verified yet; promised is every 8d")]
#[case(Evidence::ScheduleKept { next: Some(at(MOMENT)) }, "everything that was due has run; next at 2026-11-21T02:00:00Z")]
#[case(Evidence::ScheduleKept { next: None }, "everything that was due has run")]
#[case(Evidence::RunMissed { operation: Operation::Prune, due_at: at(MOMENT) }, "the prune that was due at 2026-11-21T02:00:00Z has not run")]
#[case(Evidence::RunSucceeded { operation: Operation::Backup, at: at(MOMENT) }, "the last backup succeeded at 2026-11-21T02:00:00Z")]
#[case(
    failed(1, None),
    "the last backup failed at 2026-11-21T02:00:00Z: connection refused"
)]
#[case(
    failed(3, Some("start it")),
    "the last backup failed at 2026-11-21T02:00:00Z, as did 2 before it: connection refused (hint: start it)"
)]
#[case(Evidence::RunInconclusive { operation: Operation::Backup, at: at(MOMENT), error: "lifeboat was stopped".to_owned() }, "the last backup was cut short at 2026-11-21T02:00:00Z: lifeboat was stopped")]
#[case(Evidence::NeverRan { operation: Operation::Backup }, "no backup has run yet")]
#[case(Evidence::EverSucceeded { first: at(MOMENT) }, "the first good recovery point known is of 2026-11-21T02:00:00Z")]
#[case(Evidence::NeverSucceeded { expected_by: at(MOMENT) }, "no backup has ever succeeded; the first should be there by 2026-11-21T02:00:00Z")]
#[case(Evidence::NothingStuck, "nothing runs for longer than it may")]
#[case(Evidence::Stuck { operation: Operation::Backup, started_at: at(MOMENT), deadline: DAY }, "a backup has been running since 2026-11-21T02:00:00Z; it may take 1d at most")]
#[case(Evidence::ClockSound, "no timestamp lies in the future")]
#[case(Evidence::InTheFuture { what: "the recovery point b1".to_owned(), at: at(MOMENT) }, "the recovery point b1 is dated 2026-11-21T02:00:00Z, in the future")]
fn evidence_reads_as_a_clause(#[case] evidence: Evidence, #[case] expected: &str) {
    assert_eq!(evidence.to_string(), expected);
}
