//! Schedules: each `ScheduledBackup` as a schedule that somebody else keeps.

use jiff::Timestamp;
use lifeboat_core::{ObservedSchedule, Schedule, ScheduleError, ScheduleState};

use super::scene::Scene;
use crate::objects::cnpg::ScheduledBackup;

/// The operator reads schedules in its own time zone, and its image knows no other than this.
pub(super) const TIME_ZONE: &str = "UTC";

/// All schedules of the Cluster.
pub(super) fn of(scene: &Scene<'_>) -> Vec<ObservedSchedule> {
    let schedules = scene.schedules.iter();
    schedules.map(|scheduled| observed(scheduled)).collect()
}

/// A schedule as the operator reads it.
pub(super) fn read(scheduled: &ScheduledBackup) -> Result<Schedule, ScheduleError> {
    Schedule::parse_with_seconds(&scheduled.spec.schedule, TIME_ZONE)
}

fn observed(scheduled: &ScheduledBackup) -> ObservedSchedule {
    let state = if scheduled.spec.suspend {
        ScheduleState::Suspended { since: None }
    } else {
        match read(scheduled) {
            Ok(schedule) => ScheduleState::Active {
                first_due: first_due(scheduled, &schedule),
                schedule,
            },
            Err(error) => ScheduleState::Unusable {
                problem: error.to_string(),
            },
        }
    };
    ObservedSchedule {
        name: format!("ScheduledBackup/{}", scheduled.metadata.name),
        text: scheduled.spec.schedule.clone(),
        state,
        last_scheduled_at: scheduled.status.last_schedule_time,
    }
}

/// The first moment that nothing was scheduled for yet.
///
/// The operator counts from when it last checked, which it notes only when it acts. After a time
/// away it makes up for one missed moment, notes the oldest of them as scheduled, and lets the
/// others go: counted from that one, the next would seem to be missed.
fn first_due(scheduled: &ScheduledBackup, schedule: &Schedule) -> Option<Timestamp> {
    let created_at = scheduled.metadata.creation_timestamp.get();
    let status = &scheduled.status;
    let acted_at = status.last_schedule_time.max(status.last_check_time);
    if scheduled.spec.immediate && acted_at.is_none() {
        return created_at;
    }
    schedule.after(acted_at.max(created_at)?)
}
