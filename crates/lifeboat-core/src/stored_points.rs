//! Recovery points joined with what a look into their object store tells of them: how large they are,
//! and which of them can't be restored, whatever others say.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{
    AssetHistory, Facts, Observed, PointVerification, RecoveryPoint, assess::object_store::problem,
};

/// How deep a look into the object store goes.
const LEVEL: &str = "catalogue";

impl AssetHistory {
    /// Takes in what a look into the object store tells of the points that are known already.
    pub fn look_into_store(&mut self, facts: &Facts, now: Timestamp) -> Observed {
        let points = with_what_is_stored(self.recovery_points.clone(), facts);
        let asset_changed = points != self.recovery_points;
        if asset_changed {
            self.take_inventory(now, Ok(points));
        }
        Observed {
            asset_changed,
            ..Observed::default()
        }
    }
}

/// The points with their sizes, and with a verification that failed where one can't be restored.
pub(crate) fn with_what_is_stored(
    mut points: Vec<RecoveryPoint>,
    facts: &Facts,
) -> Vec<RecoveryPoint> {
    let store = facts.object_store.as_ref();
    let Some(reading) = store.and_then(|store| store.reading.as_ref()) else {
        return points;
    };
    let claims = facts.claimed.iter();
    let claims: BTreeMap<&str, _> = claims.map(|claim| (claim.name.as_str(), claim)).collect();
    let stored = reading.backups.iter();
    let stored: BTreeMap<&str, _> = stored.map(|stored| (stored.id.as_str(), stored)).collect();
    for point in &mut points {
        let Some(claim) = claims.get(point.name.as_str()) else {
            continue;
        };
        if let Some(stored) = stored.get(claim.id.as_str()) {
            point.bytes = Some(stored.stored_bytes);
        }
        point.verification = match (problem(claim, reading), point.verification.take()) {
            (Some(_), Some(known)) if !known.good && known.level == LEVEL => Some(known),
            (Some(_), _) => Some(Box::new(PointVerification {
                at: reading.at,
                level: LEVEL.to_owned(),
                good: false,
            })),
            // It may have been put back.
            (None, Some(known)) if known.level == LEVEL => None,
            (None, known) => known,
        };
    }
    points
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::{
        ClaimedBackup, ObjectStoreFacts, ObservedPoints, StoreReading, StoredBackup, StoredState,
    };

    fn hour(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    fn facts(backups: &[(&str, StoredState)]) -> Facts {
        let stored = backups
            .iter()
            .zip(1..)
            .map(|((id, state), at)| StoredBackup {
                id: (*id).to_owned(),
                state: state.clone(),
                began_at: None,
                ended_at: Some(hour(at)),
                stored_bytes: 7,
                original_bytes: None,
            });
        let claim = |name: &str, id: &str, at| ClaimedBackup {
            name: name.to_owned(),
            id: id.to_owned(),
            ended_at: hour(at),
        };
        Facts {
            claimed: vec![claim("one", "1", 1), claim("two", "2", 2)],
            object_store: Some(Box::new(ObjectStoreFacts {
                reading: Some(Box::new(StoreReading {
                    at: hour(3),
                    used_bytes: None,
                    backups: stored.collect(),
                    wal: None,
                })),
                ..ObjectStoreFacts::default()
            })),
            ..Facts::default()
        }
    }

    /// The newest good point after this was seen, and its size.
    fn newest(facts: &Facts) -> Option<(String, Option<u64>)> {
        let points = [("one", 1), ("two", 2)];
        let points = points.map(|(name, at)| RecoveryPoint::of_others(name.to_owned(), hour(at)));
        let mut history = AssetHistory::new(hour(0));
        let observation = crate::Observation {
            points: ObservedPoints::Present(points.to_vec()),
            facts: facts.clone(),
            ..crate::Observation::default()
        };
        history.observe(&observation, hour(3));
        let newest = history.newest_good_point(hour(3))?;
        Some((newest.name.clone(), newest.bytes))
    }

    #[test]
    fn one_that_is_not_whole_in_the_store_is_no_recovery_point() {
        let failed = || StoredState::Failed { error: None };
        let whole = || StoredState::Whole;
        let of = |name: &str| Some((name.to_owned(), Some(7)));
        assert_eq!(newest(&facts(&[("1", whole()), ("2", whole())])), of("two"));
        assert_eq!(
            newest(&facts(&[("1", whole()), ("2", failed())])),
            of("one")
        );
        let undescribed = StoredState::Undescribed;
        assert_eq!(
            newest(&facts(&[("1", whole()), ("2", undescribed)])),
            of("one")
        );
        assert_eq!(newest(&facts(&[("1", failed()), ("2", failed())])), None);
    }

    #[test]
    fn one_of_which_nothing_is_left_is_none_unless_it_was_tidied_up() {
        assert_eq!(newest(&facts(&[])), None);
        let newer_is_whole = facts(&[
            (
                "0",
                StoredState::Unreadable {
                    problem: String::new(),
                },
            ),
            ("2", StoredState::Whole),
        ]);
        assert_eq!(newest(&newer_is_whole), Some(("two".to_owned(), Some(7))));
    }

    #[test]
    fn what_was_put_back_is_a_recovery_point_again() {
        let mut history = AssetHistory::new(hour(0));
        let points = vec![RecoveryPoint::of_others("one".to_owned(), hour(1))];
        history.take_inventory(hour(2), Ok(points));
        let missing = history.look_into_store(&facts(&[]), hour(3));
        assert!(missing.asset_changed);
        assert_eq!(history.newest_good_point(hour(3)), None);
        assert!(!history.look_into_store(&facts(&[]), hour(4)).asset_changed);
        history.look_into_store(&facts(&[("1", StoredState::Whole)]), hour(4));
        assert!(history.newest_good_point(hour(4)).is_some());
    }
}
