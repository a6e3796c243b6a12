//! Maintenance: who does it, when it is due, and what was done (`kopia maintenance info`).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::moment;

/// What `kopia maintenance info` says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Maintenance {
    /// `user@host`; empty if nobody maintains it.
    pub(crate) owner: String,
    /// The cycle that gives space back.
    pub(crate) full: Cycle,
    pub(crate) schedule: Schedule,
}

/// How often a cycle runs by itself.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Cycle {
    pub(crate) enabled: bool,
    #[serde(deserialize_with = "nanoseconds")]
    pub(crate) interval: SignedDuration,
}

/// When maintenance is due, and the last 50 runs of each of its tasks.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Schedule {
    next_full_maintenance: Timestamp,
    #[serde(default)]
    runs: Option<BTreeMap<String, Vec<TaskRun>>>,
}

/// One run of one task. It is written down when it ends.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct TaskRun {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    #[serde(default)]
    pub(crate) success: bool,
    /// Why it failed; empty if it did not.
    #[serde(default)]
    pub(crate) error: String,
    #[serde(default)]
    extra: Vec<Extra>,
}

/// What a task says of what it did.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Extra {
    kind: String,
    #[serde(default)]
    data: Value,
}

impl Schedule {
    /// When the next full cycle is due; none if none ever was planned.
    pub(crate) fn next_full(&self) -> Option<Timestamp> {
        moment(self.next_full_maintenance)
    }

    /// The runs of a task, in any order.
    pub(crate) fn runs_of(&self, task: &str) -> &[TaskRun] {
        let runs = self.runs.as_ref().and_then(|runs| runs.get(task));
        runs.map_or(&[], Vec::as_slice)
    }

    /// Every run of every task, with its task.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (&str, &TaskRun)> {
        let tasks = self.runs.iter().flatten();
        tasks.flat_map(|(task, runs)| runs.iter().map(move |run| (task.as_str(), run)))
    }
}

impl TaskRun {
    /// What was freed by it, in bytes, as far as it says so.
    pub(crate) fn freed_bytes(&self) -> Option<u64> {
        let extra = self.extra.iter();
        let freed = extra.filter(|extra| extra.kind == "deleteUnreferencedPacksStats");
        freed
            .filter_map(|extra| extra.data.get("deletedTotalSize")?.as_u64())
            .reduce(u64::saturating_add)
    }
}

/// As Go writes lengths of time.
fn nanoseconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SignedDuration, D::Error> {
    i64::deserialize(deserializer).map(SignedDuration::from_nanos)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read(text: &str) -> Result<Maintenance, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[rstest]
    #[case::nothing("")]
    #[case::no_owner(
        r#"{"full":{"enabled":true,"interval":1},"schedule":{"nextFullMaintenance":"0001-01-01T00:00:00Z"}}"#
    )]
    #[case::no_schedule(r#"{"owner":"me@host","full":{"enabled":true,"interval":1}}"#)]
    #[case::a_length_of_another_form(
        r#"{"owner":"me@host","full":{"enabled":true,"interval":"24h"},"schedule":{"nextFullMaintenance":"0001-01-01T00:00:00Z"}}"#
    )]
    fn another_form_is_refused(#[case] text: &str) {
        assert!(read(text).is_err());
    }

    #[test]
    fn a_repository_without_a_schedule_has_no_runs() {
        let maintenance = read(include_str!("../../tests/captured/unscheduled.json")).unwrap();
        assert_eq!(maintenance.schedule.next_full(), None);
        assert_eq!(maintenance.schedule.runs().count(), 0);
        assert!(maintenance.full.enabled);
        assert_eq!(maintenance.full.interval, SignedDuration::from_hours(24));
    }

    #[test]
    fn a_history_is_read() {
        let maintenance = read(include_str!("../../tests/captured/maintenance.json")).unwrap();
        assert_eq!(maintenance.owner, "maintenance@volsync");
        assert_eq!(maintenance.schedule.runs_of("snapshot-gc").len(), 2);
        assert_eq!(maintenance.schedule.runs_of("no-such-task").len(), 0);
        let deletions = maintenance.schedule.runs_of("full-delete-blobs");
        let freed: Vec<_> = deletions.iter().map(TaskRun::freed_bytes).collect();
        assert_eq!(freed, [Some(3_045_816)]);
        assert_eq!(
            maintenance.schedule.runs_of("snapshot-gc")[0].freed_bytes(),
            None
        );
    }
}
