//! Since when things are covered or not, over restarts, absences and clocks that are wrong.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use lifeboat_core::{
    Coverage, CoverageKind, CoverageMemory, CoverageState, CoverageStatus, CoverageSubject,
    KnownCoverage, SubjectCoverage,
};
use rstest::rstest;

const DATA: &str = "data";

fn at(hour: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + hour * 3600).unwrap()
}

fn subject(name: &str) -> CoverageSubject {
    CoverageSubject {
        cluster: None,
        kind: CoverageKind::PersistentVolumeClaim,
        namespace: "shop".to_owned(),
        name: name.to_owned(),
    }
}

fn state(status: CoverageStatus) -> CoverageState {
    match status {
        Covered => CoverageState::Covered {
            by: vec!["ReplicationSource/shop/data".parse().unwrap()],
        },
        Uncovered => CoverageState::Uncovered { why: "so".into() },
        Unknown => CoverageState::Unknown { why: "so".into() },
        Excused => CoverageState::Excused {
            reason: "so".into(),
        },
    }
}

fn coverage(subjects: &[(&str, CoverageStatus, Option<i64>)]) -> Arc<Coverage> {
    let subjects = subjects.iter();
    Arc::new(Coverage {
        subjects: subjects
            .map(|(text, status, evident)| SubjectCoverage {
                subject: subject(text),
                state: state(*status),
                evident_since: evident.map(at),
            })
            .collect(),
        ..Coverage::default()
    })
}

fn remembered(status: CoverageStatus, since: i64) -> CoverageMemory {
    let since = at(since);
    CoverageMemory::new([(subject(DATA), KnownCoverage { status, since })])
}

use CoverageStatus::{Covered, Excused, Uncovered, Unknown};

#[rstest]
// Never seen before: since it was made, or what covers it was.
#[case(None, Uncovered, Some(2), 2)]
#[case(None, Covered, Some(4), 4)]
#[case(None, Uncovered, None, 10)]
// As it was.
#[case(Some((Uncovered, 5)), Uncovered, Some(2), 5)]
#[case(Some((Covered, 5)), Covered, Some(2), 5)]
#[case(Some((Covered, 5)), Covered, Some(7), 5)]
#[case(Some((Excused, 5)), Excused, Some(2), 5)]
// Made again under its name.
#[case(Some((Uncovered, 5)), Uncovered, Some(8), 8)]
// It lost its cover: only that nobody noticed before is known.
#[case(Some((Covered, 5)), Uncovered, Some(2), 10)]
#[case(Some((Uncovered, 5)), Excused, Some(2), 10)]
// Something covers it that was made while nobody looked.
#[case(Some((Uncovered, 5)), Covered, Some(7), 7)]
// Clocks that were ahead, or are behind.
#[case(Some((Uncovered, 50)), Uncovered, Some(2), 10)]
#[case(None, Uncovered, Some(50), 10)]
fn since_when_it_is_so(
    #[case] known: Option<(CoverageStatus, i64)>,
    #[case] status: CoverageStatus,
    #[case] evident: Option<i64>,
    #[case] expected: i64,
) {
    let mut memory = match known {
        Some((status, since)) => remembered(status, since),
        None => CoverageMemory::default(),
    };
    let seen = coverage(&[(DATA, status, evident)]);
    let (judged, _) = memory.join(Arc::clone(&seen), at(10));
    let since: Vec<Timestamp> = judged.subjects().map(|(_, since)| since).collect();
    assert_eq!(since, [at(expected)]);
    // What is joined again is no news, and no younger.
    let (again, changes) = memory.join(seen, at(11));
    assert_eq!(again, judged);
    assert!(changes.is_empty(), "{changes:?}");
}

#[test]
fn what_changes_is_to_be_remembered_and_nothing_else() {
    let mut memory = remembered(Covered, 5);
    let other = "cache";
    let seen = coverage(&[(other, Excused, Some(1)), (DATA, Covered, Some(1))]);
    let (_, changes) = memory.join(seen, at(10));
    let known = KnownCoverage {
        status: Excused,
        since: at(1),
    };
    assert_eq!(changes.known, [(subject(other), known)]);
    assert_eq!(changes.gone, []);
    let (_, changes) = memory.join(coverage(&[(DATA, Covered, Some(1))]), at(11));
    assert_eq!(changes.known, []);
    assert_eq!(changes.gone, [subject(other)]);
}

#[test]
fn unknown_changes_no_memory() {
    let mut memory = remembered(Uncovered, 5);
    let (judged, changes) = memory.join(coverage(&[(DATA, Unknown, Some(9))]), at(10));
    assert_eq!(judged.subjects().next().unwrap().1, at(9));
    assert!(changes.is_empty(), "{changes:?}");
    let (judged, _) = memory.join(coverage(&[(DATA, Uncovered, Some(1))]), at(11));
    assert_eq!(judged.subjects().next().unwrap().1, at(5));
}

#[test]
fn what_cannot_be_seen_is_not_taken_for_gone() {
    let mut memory = remembered(Uncovered, 5);
    let nothing = Coverage {
        unseen: BTreeMap::from([(CoverageKind::PersistentVolumeClaim, "so".to_owned())]),
        ..Coverage::default()
    };
    let (_, changes) = memory.join(Arc::new(nothing), at(10));
    assert!(changes.is_empty(), "{changes:?}");
    // Nor what is another cluster's.
    let east = Coverage {
        cluster: Some("east".to_owned()),
        ..Coverage::default()
    };
    let (_, changes) = memory.join(Arc::new(east), at(11));
    assert!(changes.is_empty(), "{changes:?}");
    let (judged, _) = memory.join(coverage(&[(DATA, Uncovered, Some(1))]), at(12));
    assert_eq!(judged.subjects().next().unwrap().1, at(5));
}
