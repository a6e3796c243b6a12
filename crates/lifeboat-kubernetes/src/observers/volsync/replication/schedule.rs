//! The schedule of a synchronisation, as VolSync keeps it.

use lifeboat_core::{ObservedSchedule, Schedule, ScheduleState};

use super::subject::Subject;
use crate::observers::cron_job::schedule::ASSUMED_ZONE;

/// The schedule that is kept. With a manual trigger or with none at all, nobody asks for one.
pub(super) fn observed(subject: &Subject<'_>) -> Option<ObservedSchedule> {
    let text = subject.schedule().filter(|_| subject.manual().is_none())?;
    let state = match parse(text) {
        Ok(schedule) => active(subject, schedule),
        Err(problem) => ScheduleState::Unusable { problem },
    };
    let status = subject.status;
    Some(ObservedSchedule {
        name: subject.called(),
        text: text.to_owned(),
        state,
        last_scheduled_at: status.last_sync_start_time.or(status.last_sync_time).get(),
    })
}

/// VolSync counts from the end of the last one. The first one begins at once.
fn active(subject: &Subject<'_>, schedule: Schedule) -> ScheduleState {
    let status = subject.status;
    let began = status
        .last_sync_start_time
        .get()
        .max(status.last_sync_time.get());
    let first_due = match began {
        Some(began) => schedule.after(began),
        None => subject.metadata.creation_timestamp.get(),
    };
    ScheduleState::Active {
        schedule,
        first_due,
    }
}

/// As VolSync reads it: five fields or a name, with a time zone before it if need be.
fn parse(text: &str) -> Result<Schedule, String> {
    let (zone, fields) = zone_and_fields(text);
    Schedule::parse_with_intervals(fields, zone.unwrap_or(ASSUMED_ZONE))
        .map_err(|error| error.to_string())
}

fn zone_and_fields(text: &str) -> (Option<&str>, &str) {
    let zone = text
        .strip_prefix("CRON_TZ=")
        .or_else(|| text.strip_prefix("TZ="));
    match zone.and_then(|rest| rest.split_once(char::is_whitespace)) {
        Some((zone, fields)) => (Some(zone), fields.trim_start()),
        None => (None, text),
    }
}

/// The time zone, for people: without one in the schedule, that of VolSync's container is meant,
/// which nobody can see from outside.
pub(super) fn time_zone(subject: &Subject<'_>) -> Option<String> {
    let text = subject.schedule()?;
    Some(match zone_and_fields(text) {
        (Some(zone), _) => zone.to_owned(),
        (None, _) => format!("{ASSUMED_ZONE} (assumed; that of VolSync's controller is meant)"),
    })
}
