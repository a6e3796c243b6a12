//! What follows from a Lease for a candidate: pure, so that it can be tested with a table.

use super::{lease::Lease, monotonic::Moment};

/// What a candidate has seen of a Lease so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// As it was when it last was there.
    last: Option<Lease>,
    /// Whether it is still there.
    is_there: bool,
    /// When its record was first seen as it is, on the candidate's own clock.
    unchanged_since: Moment,
}

/// What to do now.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Make the Lease.
    Create,
    /// Take the Lease, which nobody holds any more.
    Take(Lease),
    /// Renew one's own Lease.
    Renew(Lease),
    /// It is another's until this moment, if it isn't renewed.
    Wait {
        /// Who holds it.
        holder: String,
        /// Until when.
        until: Moment,
    },
}

impl Seen {
    /// Takes in how the Lease is, or that there is none, as it was known at a moment: the one at which the
    /// answer came, so that nobody's time is cut short by how long it took.
    pub(super) fn take_in(&mut self, lease: Option<Lease>, now: Moment) {
        self.is_there = lease.is_some();
        let Some(lease) = lease else { return };
        let record = self.last.as_ref().map(Lease::record);
        if record != Some(lease.record()) {
            self.unchanged_since = now;
        }
        self.last = Some(lease);
    }

    /// What a candidate is to do at a moment.
    ///
    /// A Lease that somebody has deleted is respected for as long as it was good: its holder learns of it
    /// only when it renews. Only one that comes when nothing is left can't know.
    pub(super) fn decide(&self, me: &str, now: Moment) -> Step {
        let Some(lease) = &self.last else {
            return Step::Create;
        };
        let until = self.unchanged_since.saturating_add(lease.duration());
        match lease.holder() {
            Some(holder) if holder != me && now < until => Step::Wait {
                holder: holder.to_owned(),
                until,
            },
            _ if !self.is_there => Step::Create,
            Some(holder) if holder == me => Step::Renew(lease.clone()),
            _ => Step::Take(lease.clone()),
        }
    }

    /// The Lease, if it was there when it was last looked at.
    pub(super) fn present(&self) -> Option<&Lease> {
        self.last.as_ref().filter(|_| self.is_there)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    const fn at(seconds: u64) -> Moment {
        Duration::from_secs(seconds)
    }

    /// A Lease of somebody, renewed for the `renewal`th time.
    fn lease(holder: &Value, duration: &Value, renewal: u32) -> Lease {
        Lease(json!({
            "metadata": { "resourceVersion": renewal.to_string() },
            "spec": {
                "holderIdentity": holder,
                "leaseDurationSeconds": duration,
                "renewTime": format!("2026-11-21T12:00:{renewal:02}.000000Z"),
            },
        }))
    }

    fn by(holder: &str, renewal: u32) -> Lease {
        lease(&json!(holder), &json!(12), renewal)
    }

    /// What `me` decides at a moment, having seen this before.
    fn decision(seen: &[(u64, Option<Lease>)], now: u64) -> &'static str {
        let mut memory = Seen::default();
        for (moment, lease) in seen {
            memory.take_in(lease.clone(), at(*moment));
        }
        match memory.decide("me", at(now)) {
            Step::Create => "create",
            Step::Take(_) => "take",
            Step::Renew(_) => "renew",
            Step::Wait { .. } => "wait",
        }
    }

    #[rstest]
    #[case::never_seen(&[], 0, "create")]
    #[case::none(&[(5, None)], 5, "create")]
    #[case::new_to_us_however_old(&[(100, Some(by("other", 1)))], 100, "wait")]
    #[case::not_yet(&[(100, Some(by("other", 1))), (111, Some(by("other", 1)))], 111, "wait")]
    #[case::over(&[(100, Some(by("other", 1))), (112, Some(by("other", 1)))], 112, "take")]
    #[case::renewed(&[(100, Some(by("other", 1))), (111, Some(by("other", 2)))], 122, "wait")]
    #[case::renewed_then_over(&[(100, Some(by("other", 1))), (111, Some(by("other", 2)))], 123, "take")]
    #[case::a_third_took_it(&[(100, Some(by("other", 1))), (111, Some(by("third", 1)))], 122, "wait")]
    #[case::given_back(&[(100, Some(by("other", 1))), (101, Some(by("", 2)))], 101, "take")]
    #[case::mine(&[(100, Some(by("me", 1)))], 100, "renew")]
    #[case::mine_for_long(&[(100, Some(by("me", 1)))], 1000, "renew")]
    #[case::mine_was_taken(&[(100, Some(by("me", 1))), (102, Some(by("other", 2)))], 102, "wait")]
    #[case::mine_was_deleted(&[(100, Some(by("me", 1))), (102, None)], 102, "create")]
    #[case::deleted_and_good(&[(100, Some(by("other", 1))), (102, None)], 111, "wait")]
    #[case::deleted_and_over(&[(100, Some(by("other", 1))), (102, None)], 112, "create")]
    #[case::deleted_and_made_anew(&[(100, Some(by("other", 1))), (102, None), (104, Some(by("third", 1)))], 115, "wait")]
    #[case::deleted_once_given_back(&[(100, Some(by("", 1))), (102, None)], 102, "create")]
    fn a_candidate_waits_for_as_long_as_anybody_may_lead(
        #[case] seen: &[(u64, Option<Lease>)],
        #[case] now: u64,
        #[case] expected: &str,
    ) {
        assert_eq!(decision(seen, now), expected);
    }

    #[rstest]
    #[case::a_longer_one(json!("other"), json!(60), 159, "wait")]
    #[case::a_longer_one_is_over(json!("other"), json!(60), 160, "take")]
    #[case::no_duration(json!("other"), json!(null), 111, "wait")]
    #[case::no_duration_is_over(json!("other"), json!(null), 112, "take")]
    #[case::no_holder(json!(null), json!(60), 100, "take")]
    #[case::the_longest(json!("other"), json!(i32::MAX), 1_000_000, "wait")]
    fn a_strangers_lease_is_judged_by_what_it_says(
        #[case] holder: Value,
        #[case] duration: Value,
        #[case] now: u64,
        #[case] expected: &str,
    ) {
        let lease = lease(&holder, &duration, 1);
        assert_eq!(decision(&[(100, Some(lease))], now), expected);
    }

    #[test]
    fn a_label_is_no_renewal() {
        let first = by("other", 1);
        let mut second = first.clone();
        second.0["metadata"] = json!({ "resourceVersion": "2", "labels": { "a": "b" } });
        let seen = [(100, Some(first)), (111, Some(second.clone()))];
        assert_eq!(decision(&seen, 112), "take");
        // What is written then is what was seen last.
        let mut memory = Seen::default();
        for (moment, lease) in seen {
            memory.take_in(lease, at(moment));
        }
        assert_eq!(memory.decide("me", at(112)), Step::Take(second));
    }
}
