//! What is seen of an asset that others operate, in short: its schedules, what is under way, and whether anybody can look.

use jiff::Timestamp;
use lifeboat_core::{Facts, ObservedSchedule, ScheduleState, UnderWay, assess::Blind};
use serde::{Deserialize, Serialize};

use crate::api::seconds;

/// A schedule that somebody else keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleReport {
    /// Whose it is, such as `ScheduledBackup/daily`.
    pub name: String,
    /// As it is written.
    pub text: String,
    /// What it comes to.
    pub state: ScheduleStateName,
    /// Since when it is suspended, if that is known.
    pub suspended_since: Option<Timestamp>,
    /// Why it can't be read, if so.
    pub problem: Option<String>,
    /// The moment that was last scheduled. It says nothing of success.
    pub last_scheduled_at: Option<Timestamp>,
    /// The first moment that nothing was scheduled for yet: in the past if it was missed.
    pub next_at: Option<Timestamp>,
}

/// What a schedule comes to, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScheduleStateName {
    /// It is kept.
    Active,
    /// It is suspended.
    Suspended,
    /// It can't be read, so nothing will ever run by it.
    Unusable,
}

/// A backup that has not ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UnderWayReport {
    /// Its name, such as `Backup/db-20261121030000`.
    pub name: String,
    /// Its phase, as its operator calls it.
    pub phase: String,
    /// Since when it is under way, or waits.
    pub since: Timestamp,
    /// How long that is.
    pub for_seconds: f64,
    /// Whether it waits for the one before it.
    pub waiting: bool,
    /// What is said of it, if anything.
    pub message: Option<String>,
}

/// Why nobody can look at an asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BlindReport {
    /// Since when.
    pub since: Timestamp,
    /// How long that is.
    pub for_seconds: f64,
    /// Why.
    pub error: String,
}

impl From<&ObservedSchedule> for ScheduleReport {
    fn from(schedule: &ObservedSchedule) -> Self {
        let (state, suspended_since, problem) = match &schedule.state {
            ScheduleState::Active { .. } => (ScheduleStateName::Active, None, None),
            ScheduleState::Suspended { since } => (ScheduleStateName::Suspended, *since, None),
            ScheduleState::Unusable { problem } => {
                (ScheduleStateName::Unusable, None, Some(problem.clone()))
            }
        };
        Self {
            name: schedule.name.clone(),
            text: schedule.text.clone(),
            state,
            suspended_since,
            problem,
            last_scheduled_at: schedule.last_scheduled_at,
            next_at: schedule.first_due(),
        }
    }
}

impl ScheduleReport {
    pub(super) fn all(facts: Option<&Facts>) -> Vec<Self> {
        let schedules = facts.iter().flat_map(|facts| &facts.schedules);
        schedules.flatten().map(Self::from).collect()
    }
}

impl UnderWayReport {
    pub(super) fn all(facts: Option<&Facts>, at: Timestamp) -> Vec<Self> {
        let backups = facts.iter().flat_map(|facts| &facts.under_way);
        backups.map(|backup| Self::new(backup, at)).collect()
    }

    fn new(backup: &UnderWay, at: Timestamp) -> Self {
        Self {
            name: backup.name.clone(),
            phase: backup.phase.clone(),
            since: backup.since,
            for_seconds: seconds(at.duration_since(backup.since)),
            waiting: backup.waiting,
            message: backup.message.clone(),
        }
    }
}

impl BlindReport {
    pub(in crate::api) fn new(blind: &Blind, at: Timestamp) -> Self {
        Self {
            since: blind.since,
            for_seconds: seconds(at.duration_since(blind.since)),
            error: blind.error.clone(),
        }
    }
}
