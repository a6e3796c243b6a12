//! The schedules of a maintenance: those of its CronJobs, and what a `KopiaMaintenance` without one
//! comes to.

use std::collections::BTreeSet;

use lifeboat_core::{ObservedSchedule, Schedule, ScheduleState};

use super::upkeep::Upkeep;
use crate::{
    objects::{Condition, Kind, batch::CronJob, volsync::KopiaMaintenance},
    observers::cron_job::schedule,
};

/// The schedules of those who maintain a repository; none where everything is asked for by hand, so
/// that nobody misses a schedule.
pub(super) fn own(upkeep: &Upkeep<'_>) -> Option<Vec<ObservedSchedule>> {
    let cron_jobs = upkeep.cron_jobs.iter();
    let mut schedules: Vec<_> = cron_jobs.map(|one| of_cron_job(upkeep, one)).collect();
    let alone = upkeep.without_cron_job();
    let by_hand = |one: &&&KopiaMaintenance| one.is_enabled() && one.is_manual();
    let of_alone = alone.iter().filter(|one| !by_hand(one));
    schedules.extend(of_alone.map(|one| of_maintenance(upkeep, one)));
    let is_by_hand = schedules.is_empty() && alone.iter().any(|one| by_hand(&one));
    (!is_by_hand).then_some(schedules)
}

/// The schedules of those who maintain it elsewhere. Whether they keep them is asked there.
pub(super) fn inherited(others: &[Upkeep<'_>]) -> Option<Vec<ObservedSchedule>> {
    let mut schedules = Vec::new();
    for other in others {
        let names = other.maintainers("").join(", ");
        for mut schedule in own(other)? {
            if let ScheduleState::Active { first_due, .. } = &mut schedule.state {
                *first_due = None;
            }
            schedules.push(ObservedSchedule {
                name: names.clone(),
                ..schedule
            });
        }
    }
    Some(schedules)
}

/// Every schedule as it is written, for people.
pub(super) fn texts(upkeep: &Upkeep<'_>, inherited: &[Upkeep<'_>]) -> String {
    let all = match inherited {
        [] => own(upkeep),
        others => self::inherited(others),
    };
    let texts: BTreeSet<String> = all
        .into_iter()
        .flatten()
        .map(|schedule| schedule.text)
        .collect();
    texts.into_iter().collect::<Vec<_>>().join(", ")
}

/// It goes by the name of the `KopiaMaintenance`, where there is one: VolSync undoes what somebody
/// changes of the `CronJob`.
fn of_cron_job(upkeep: &Upkeep<'_>, cron_job: &CronJob) -> ObservedSchedule {
    let name = match upkeep.maintenance_of(cron_job) {
        Some(maintenance) => upkeep.called(Kind::KopiaMaintenance, &maintenance.metadata),
        None => upkeep.called(Kind::CronJob, &cron_job.metadata),
    };
    ObservedSchedule {
        name,
        ..schedule::observed(cron_job)
    }
}

fn of_maintenance(upkeep: &Upkeep<'_>, maintenance: &KopiaMaintenance) -> ObservedSchedule {
    let conditions = &maintenance.status.conditions;
    let refused = Condition::find(conditions, "Ready").filter(|ready| !ready.is_true());
    let state = if maintenance.spec.suspend || !maintenance.is_enabled() {
        ScheduleState::Suspended { since: None }
    } else if let Some(refused) = refused {
        let problem = format!("VolSync made no CronJob for it: {}", refused.message);
        ScheduleState::Unusable { problem }
    } else {
        active(maintenance)
    };
    ObservedSchedule {
        name: upkeep.called(Kind::KopiaMaintenance, &maintenance.metadata),
        text: maintenance.schedule().to_owned(),
        state,
        last_scheduled_at: None,
    }
}

fn active(maintenance: &KopiaMaintenance) -> ScheduleState {
    match Schedule::parse(maintenance.schedule(), schedule::ASSUMED_ZONE) {
        Ok(schedule) => {
            let last = maintenance.status.last_maintenance_time;
            let from = last.max(maintenance.metadata.creation_timestamp.get());
            ScheduleState::Active {
                first_due: from.and_then(|from| schedule.after(from)),
                schedule,
            }
        }
        Err(error) => ScheduleState::Unusable {
            problem: error.to_string(),
        },
    }
}
