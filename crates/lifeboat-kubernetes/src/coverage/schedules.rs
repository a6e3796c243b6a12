//! What is wrong with schedules, each looked at once: to read one takes a hundred times as long as all the
//! rest that is done for a thing.

use std::collections::HashMap;

use lifeboat_core::Schedule;

/// How a schedule is meant.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Dialect {
    /// As a `CronJob` has it.
    CronJob,
    /// As `VolSync` has it.
    VolSync,
    /// As CloudNativePG has it, seconds first.
    Seconds,
}

type Written = (Dialect, String, String);

/// What is known of schedules. What one look has no use of is forgotten with the next.
#[derive(Default)]
pub(crate) struct Schedules {
    before: HashMap<Written, Option<String>>,
    now: HashMap<Written, Option<String>>,
}

impl Schedules {
    /// Why nothing runs by a schedule, as it is written and in its zone; none if something does.
    pub(crate) fn problem<E: ToString>(
        &mut self,
        dialect: Dialect,
        text: &str,
        zone: &str,
        read: impl FnOnce() -> Result<Schedule, E>,
    ) -> Option<String> {
        let written = (dialect, text.to_owned(), zone.to_owned());
        let before = &mut self.before;
        let known = self.now.entry(written);
        let problem = known.or_insert_with_key(|written| {
            before
                .remove(written)
                .unwrap_or_else(|| read().err().map(|error| error.to_string()))
        });
        problem.clone()
    }

    /// Ends a look.
    pub(super) fn end_look(&mut self) {
        self.before = std::mem::take(&mut self.now);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_schedule_is_read_once_for_as_long_as_it_is_in_use() {
        let mut schedules = Schedules::default();
        let reads = Cell::new(0);
        let mut look = |texts: &[&str]| -> Vec<bool> {
            let texts = texts.iter();
            let problems = texts.map(|text| {
                let read = || {
                    reads.set(reads.get() + 1);
                    Schedule::parse(text, "UTC")
                };
                schedules
                    .problem(Dialect::CronJob, text, "UTC", read)
                    .is_some()
            });
            let problems = problems.collect();
            schedules.end_look();
            problems
        };
        assert_eq!(
            look(&["0 3 * * *", "never", "0 3 * * *"]),
            [false, true, false]
        );
        assert_eq!(look(&["never"]), [true]);
        assert_eq!(reads.get(), 2);
        look(&["0 3 * * *"]);
        assert_eq!(reads.get(), 3, "what nobody used is forgotten");
    }
}
