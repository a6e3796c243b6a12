//! Five fields: schedules written as for cron, which begin with minutes. Here they begin with seconds.

use jiff::Timestamp;
use lifeboat_core::{Finding, Schedule};

use super::schedules::{TIME_ZONE, read};
use crate::objects::cnpg::ScheduledBackup;

/// How many moments say what a schedule does that isn't simply said.
const MOMENTS: usize = 3;

/// What a schedule of five fields really does, and how the one that was meant is written.
pub(super) fn finding(scheduled: &ScheduledBackup, now: Timestamp) -> Option<Finding> {
    let text = scheduled.spec.schedule.trim();
    let fields: Vec<&str> = text.split_whitespace().collect();
    if text.starts_with('@') || fields.len() != 5 {
        return None;
    }
    let name = &scheduled.metadata.name;
    let effect = match read(scheduled) {
        Ok(schedule) => match schedule.in_words() {
            Some(words) => format!("it runs {words}"),
            None => moments(&schedule, now),
        },
        Err(error) => format!("it never runs ({error})"),
    };
    Some(Finding {
        code: "five_field_schedule",
        message: format!(
            "The schedule of ScheduledBackup/{name}, '{text}', has five fields, so it begins with \
             seconds: {effect}."
        ),
        hint: meant(&fields).map(|meant| {
            format!(
                "if it was written as for cron, put the seconds before it: kubectl patch \
                 scheduledbackups.postgresql.cnpg.io {name} -n {} --type merge -p \
                 '{{\"spec\":{{\"schedule\":\"{meant}\"}}}}'",
                scheduled.metadata.namespace
            )
        }),
    })
}

fn moments(schedule: &Schedule, now: Timestamp) -> String {
    let moments = std::iter::successors(schedule.after(now), |moment| schedule.after(*moment));
    let moments: Vec<String> = moments
        .take(MOMENTS)
        .map(|moment| format!("{moment:.0}"))
        .collect();
    format!("the next times are {}", moments.join(", "))
}

/// The same with seconds before it, if that can be read. Sunday is 0 here, and never 7.
fn meant(fields: &[&str]) -> Option<String> {
    let mut fields = fields.to_vec();
    if let Some(weekday) = fields.last_mut().filter(|weekday| **weekday == "7") {
        *weekday = "0";
    }
    let meant = format!("0 {}", fields.join(" "));
    Schedule::parse_with_seconds(&meant, TIME_ZONE).ok()?;
    Some(meant)
}
