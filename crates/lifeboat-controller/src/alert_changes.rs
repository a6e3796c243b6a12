//! What two evaluations of the alerts differ in, and what of that is worth writing down.

use std::cmp::Ordering;

use lifeboat_core::{AlertInstance, AlertKey, AlertState};

/// What two evaluations differ in.
#[derive(Default)]
pub(crate) struct Changed<'a> {
    /// Those that are new, or worth keeping anew.
    pub(crate) instances: Vec<&'a AlertInstance>,
    /// Those that are no more.
    pub(crate) inactive: Vec<AlertKey>,
    /// Those that fire since.
    pub(crate) begun: Vec<&'a AlertInstance>,
    /// Those that fire no more.
    pub(crate) ended: Vec<&'a AlertInstance>,
}

/// Compares two evaluations, both in the order of their keys.
pub(crate) fn compare<'a>(before: &[AlertInstance], now: &'a [AlertInstance]) -> Changed<'a> {
    let mut changed = Changed::default();
    let mut before = before.iter().peekable();
    for instance in now {
        while let Some(gone) = before.next_if(|before| before.key < instance.key) {
            changed.inactive.push(gone.key.clone());
        }
        let before = before.next_if(|before| before.key.cmp(&instance.key) == Ordering::Equal);
        if before.is_some_and(|before| before.is_kept_as(instance)) {
            continue;
        }
        let fired = before.is_some_and(|before| before.state == AlertState::Firing);
        match instance.state {
            AlertState::Firing if !fired => changed.begun.push(instance),
            AlertState::Resolved if fired => changed.ended.push(instance),
            _ => {}
        }
        changed.instances.push(instance);
    }
    changed.inactive.extend(before.map(|gone| gone.key.clone()));
    changed
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use lifeboat_core::Severity;
    use rstest::rstest;

    use super::*;

    fn instance(name: &str, state: AlertState) -> AlertInstance {
        let now = Timestamp::UNIX_EPOCH;
        AlertInstance {
            key: AlertKey {
                alert: "PrometheusBackupFailed".to_owned(),
                asset: format!("Prometheus/monitoring/{name}").parse().unwrap(),
            },
            state,
            severity: Severity::Critical,
            condition_since: now,
            active_at: now,
            fired_at: (state != AlertState::Pending).then_some(now),
            keep_firing_since: None,
            resolved_at: (state == AlertState::Resolved).then_some(now),
            withheld: false,
            suppressed_by: None,
            summary: String::new(),
            description: String::new(),
        }
    }

    #[rstest]
    #[case::new(None, Some(AlertState::Pending), (1, 0, 0, 0))]
    #[case::fires_at_once(None, Some(AlertState::Firing), (1, 0, 1, 0))]
    #[case::fires(Some(AlertState::Pending), Some(AlertState::Firing), (1, 0, 1, 0))]
    #[case::fires_on(Some(AlertState::Firing), Some(AlertState::Firing), (0, 0, 0, 0))]
    #[case::ends(Some(AlertState::Firing), Some(AlertState::Resolved), (1, 0, 0, 1))]
    #[case::is_over(Some(AlertState::Resolved), Some(AlertState::Resolved), (0, 0, 0, 0))]
    #[case::is_forgotten(Some(AlertState::Resolved), None, (0, 1, 0, 0))]
    #[case::fires_again(Some(AlertState::Resolved), Some(AlertState::Firing), (1, 0, 1, 0))]
    fn what_differs_is_found(
        #[case] before: Option<AlertState>,
        #[case] now: Option<AlertState>,
        #[case] expected: (usize, usize, usize, usize),
    ) {
        // Between two that stay as they are.
        let among_others = |state: Option<AlertState>| {
            let names = [
                ("a", Some(AlertState::Firing)),
                ("b", state),
                ("c", Some(AlertState::Firing)),
            ];
            let states = names.into_iter();
            states
                .filter_map(|(name, state)| Some(instance(name, state?)))
                .collect::<Vec<_>>()
        };
        let now = among_others(now);
        let changed = compare(&among_others(before), &now);
        let found = (
            changed.instances.len(),
            changed.inactive.len(),
            changed.begun.len(),
            changed.ended.len(),
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn a_text_that_tells_a_new_age_is_no_change() {
        let before = [instance("a", AlertState::Firing)];
        let mut now = before.clone();
        now[0].description = "The newest is 3 days old.".to_owned();
        assert!(compare(&before, &now).instances.is_empty());
    }
}
