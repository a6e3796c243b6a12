//! Archiving: what is told of it where only the cluster's own condition is known.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use lifeboat_core::{
    Archiving, ArchivingCondition, AssetHistory, Check, Facts, Status,
    assess::{Assessment, Asset, assess_asset},
};
use rstest::rstest;

use crate::builder::{KNOWN_SINCE, at};

/// A cluster whose exporters nobody reads, a day after it was first seen.
fn by_its_condition(working: bool) -> Assessment {
    let condition = ArchivingCondition {
        working,
        since: Some(at("2026-11-20T10:00:00Z")),
        message: (!working).then(|| "exit status 1".to_owned()),
    };
    let facts = Facts {
        archiving: Some(
            Archiving {
                condition: Some(condition),
                reading: None,
            }
            .into(),
        ),
        ..Facts::default()
    };
    let asset = Asset {
        id: "CNPGCluster/shop/db".parse().unwrap(),
        labels: BTreeMap::new(),
        own: None,
        suspended: false,
        planned: BTreeMap::new(),
        history: AssetHistory::new(at(KNOWN_SINCE)),
        facts: Some(Box::new(facts)),
        blind: None,
    };
    let now = at(KNOWN_SINCE) + SignedDuration::from_hours(24);
    assess_asset(&asset, &[], now)
}

#[rstest]
#[case::it_works(true, Status::Ok, Status::Ok)]
// It may have worked for years before.
#[case::it_fails_now(false, Status::Failing, Status::Unknown)]
fn a_condition_alone_tells_of_now_and_not_of_ever(
    #[case] working: bool,
    #[case] archiving: Status,
    #[case] ever: Status,
) {
    let assessment = by_its_condition(working);
    let status = |check| assessment.verdict(check).unwrap().status;
    assert_eq!(status(Check::Archiving), archiving);
    assert_eq!(status(Check::EverArchived), ever);
}
