//! Upkeep: what is remembered of maintenance, of rehearsals and of a standby, beside runs.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    AssetHistory, Definition, Facts, Objectives, Operation, RepositorySizes, StandbyRole,
    history::is_in_the_future,
};

/// What is remembered of an asset's maintenance, or of its rehearsals, beside its runs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upkeep {
    /// When a maintenance or a rehearsal last succeeded, as somebody else noted it: of the run itself there may be
    /// no trace.
    pub last_succeeded_at: Option<Timestamp>,
    /// How what carries it out has changed.
    #[serde(default)]
    pub changes: DefinitionChanges,
    /// Whether it was a standby when somebody last could tell, so that its promotion is noticed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub was_standby: bool,
    /// The sizes that it had of late, if it is a repository that is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sizes: Option<Box<RepositorySizes>>,
}

/// How what carries an operation out has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionChanges {
    /// How often one was made.
    pub created: u64,
    /// How often one was written anew.
    pub updated: u64,
    /// How often one was deleted.
    pub deleted: u64,
    /// Those that were there when somebody last looked.
    pub known: Vec<Definition>,
    /// When changes were seen of late, in order. Those that were there before anybody looked have no
    /// moment.
    pub recent: Vec<Timestamp>,
}

impl AssetHistory {
    /// When a maintenance or a rehearsal last succeeded: a run that was seen, or one that somebody else
    /// noted. What is dated in the future is no success yet.
    #[must_use]
    pub fn last_succeeded_at(&self, operation: Operation, now: Timestamp) -> Option<Timestamp> {
        let run = self.operation(operation);
        let run = run.and_then(|history| history.last_succeeded.as_ref()?.end.as_ref());
        let noted = self.upkeep.as_ref();
        let noted = noted.and_then(|upkeep| upkeep.last_succeeded_at);
        let past = |at: &Timestamp| !is_in_the_future(*at, now);
        run.map(|end| end.at).filter(past).max(noted.filter(past))
    }
}

impl Upkeep {
    /// Takes in how it is now.
    pub(crate) fn observe(&mut self, facts: &Facts, now: Timestamp, is_first: bool) {
        self.last_succeeded_at = self.last_succeeded_at.max(facts.succeeded_at);
        self.changes.observe(&facts.definitions, now, is_first);
        match facts.standby {
            StandbyRole::Follows(_) => self.was_standby = true,
            StandbyRole::Leads => self.was_standby = false,
            StandbyRole::Untold => {}
        }
        if let Some(reading) = facts.reading() {
            let sizes = self.sizes.get_or_insert_default();
            sizes.observe(reading, Objectives::GROWTH_WINDOW);
        }
    }
}

impl DefinitionChanges {
    /// How far back changes count as one unrest.
    pub const WINDOW: SignedDuration = SignedDuration::from_hours(1);

    /// More than these are not told apart.
    const REMEMBERED: usize = 100;

    /// The changes within a window, in order.
    #[must_use]
    pub fn within(&self, window: SignedDuration, now: Timestamp) -> Vec<Timestamp> {
        let recent = self.recent.iter().copied();
        recent
            .filter(|at| now.duration_since(*at) <= window && *at <= now)
            .collect()
    }

    /// Compares what is there with what was. `is_first`: nobody has looked before, so when it came
    /// to be as it is isn't known.
    fn observe(&mut self, present: &[Definition], now: Timestamp, is_first: bool) {
        let mut changes = 0;
        for definition in present {
            let known = self
                .known
                .iter()
                .find(|known| known.name == definition.name);
            let since = match known {
                Some(known) if known.uid == definition.uid => known.generation,
                known => {
                    self.deleted += u64::from(known.is_some());
                    self.created += 1;
                    changes += 1;
                    1
                }
            };
            let updates = definition.generation.saturating_sub(since);
            self.updated += updates;
            changes += updates;
        }
        let is_present = |known: &Definition| present.iter().any(|now| now.name == known.name);
        for _ in self.known.iter().filter(|known| !is_present(known)) {
            self.deleted += 1;
            changes += 1;
        }
        if self.known != present {
            self.known = present.to_vec();
        }
        if is_first || changes == 0 {
            return;
        }
        let count = usize::try_from(changes).unwrap_or(Self::REMEMBERED);
        self.recent = self.within(Self::WINDOW, now);
        self.recent
            .extend(std::iter::repeat_n(now, count.min(Self::REMEMBERED)));
        let surplus = self.recent.len().saturating_sub(Self::REMEMBERED);
        self.recent.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn cron_job(uid: &str, generation: u64) -> Definition {
        Definition {
            name: "CronJob/kopia-maint".to_owned(),
            uid: uid.to_owned(),
            generation,
        }
    }

    /// Created, updated, deleted, and how many of them lately, after these looks a minute apart.
    fn after(looks: &[&[Definition]]) -> (u64, u64, u64, usize) {
        let mut changes = DefinitionChanges::default();
        let mut now = minute(0);
        for (number, look) in looks.iter().enumerate() {
            now = minute(i64::try_from(number).unwrap());
            changes.observe(look, now, number == 0);
        }
        let lately = changes.within(DefinitionChanges::WINDOW, now).len();
        (changes.created, changes.updated, changes.deleted, lately)
    }

    #[test]
    fn what_was_there_before_anybody_looked_counts_but_is_no_unrest() {
        assert_eq!(after(&[&[cron_job("a", 4)]]), (1, 3, 0, 0));
        assert_eq!(
            after(&[&[cron_job("a", 4)], &[cron_job("a", 4)]]),
            (1, 3, 0, 0)
        );
    }

    #[test]
    fn every_change_counts_once() {
        let updated = after(&[&[cron_job("a", 1)], &[cron_job("a", 3)]]);
        assert_eq!(updated, (1, 2, 0, 2));
        let made_anew = after(&[&[cron_job("a", 5)], &[cron_job("b", 1)]]);
        assert_eq!(made_anew, (2, 4, 1, 1));
        let gone = after(&[&[cron_job("a", 1)], &[]]);
        assert_eq!(gone, (1, 0, 1, 1));
        let came = after(&[&[], &[cron_job("a", 1)]]);
        assert_eq!(came, (1, 0, 0, 1));
    }

    #[test]
    fn unrest_is_forgotten_after_an_hour() {
        let mut changes = DefinitionChanges::default();
        changes.observe(&[cron_job("a", 1)], minute(0), true);
        changes.observe(&[cron_job("a", 9)], minute(1), false);
        assert_eq!(
            changes.within(DefinitionChanges::WINDOW, minute(61)).len(),
            8
        );
        assert_eq!(changes.within(DefinitionChanges::WINDOW, minute(62)), []);
        changes.observe(&[cron_job("a", 10)], minute(90), false);
        assert_eq!(changes.recent, [minute(90)]);
    }
}
