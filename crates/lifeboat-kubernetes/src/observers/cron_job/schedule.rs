//! The schedule of a `CronJob`, as its controller keeps it.

use lifeboat_core::{ObservedSchedule, Schedule, ScheduleState};

use crate::objects::batch::CronJob;

/// What stands for the zone of a `CronJob` that names none.
pub(in crate::observers) const ASSUMED_ZONE: &str = "UTC";

/// The schedule, and when it is due.
pub(in crate::observers) fn observed(cron_job: &CronJob) -> ObservedSchedule {
    let spec = &cron_job.spec;
    ObservedSchedule {
        name: format!("CronJob/{}", cron_job.metadata.name),
        text: spec.schedule.clone(),
        state: state(cron_job),
        last_scheduled_at: cron_job.status.last_schedule_time,
    }
}

fn state(cron_job: &CronJob) -> ScheduleState {
    if cron_job.spec.suspend {
        return ScheduleState::Suspended { since: None };
    }
    match parse(cron_job) {
        Ok(schedule) => {
            let from = cron_job.status.last_schedule_time;
            let from = from.max(cron_job.metadata.creation_timestamp.get());
            ScheduleState::Active {
                first_due: from.and_then(|from| schedule.after(from)),
                schedule,
            }
        }
        Err(problem) => ScheduleState::Unusable { problem },
    }
}

/// The schedule, or why there is none, in a sentence.
pub(crate) fn parse(cron_job: &CronJob) -> Result<Schedule, String> {
    let spec = &cron_job.spec;
    let text = spec.schedule.trim();
    if text.is_empty() {
        return Err("the CronJob has no schedule: write one in spec.schedule".to_owned());
    }
    if text.starts_with("TZ=") || text.starts_with("CRON_TZ=") {
        let problem = "a time zone within the schedule is something that Kubernetes does not \
                       support, and refuses in new CronJobs: write it in spec.timeZone";
        return Err(problem.to_owned());
    }
    let zone = spec.time_zone.as_deref().unwrap_or(ASSUMED_ZONE);
    Schedule::parse_with_intervals(text, zone).map_err(|error| error.to_string())
}

/// The time zone, for people. Without one, that of kube-controller-manager is meant, which nobody can
/// see from outside; in nearly all clusters it is UTC.
pub(in crate::observers) fn time_zone(cron_job: &CronJob) -> String {
    match &cron_job.spec.time_zone {
        Some(zone) => zone.clone(),
        None => format!("{ASSUMED_ZONE} (assumed; that of kube-controller-manager is meant)"),
    }
}
