//! Schedules and backups that others keep, and the span that can be restored.

use lifeboat_controller::View;
use lifeboat_core::ScheduleState;

use super::{Family, Kind, labels, observed};

pub(super) const FAMILIES: &[Family<View>] = &[
    Family {
        name: "lifeboat_schedule_suspended",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if this schedule is suspended, else 0.",
        labels: &["schedule"],
        of_asset: true,
        source: "`spec.suspend` of the ScheduledBackup, CronJob or KopiaMaintenance. Absent for assets that Lifeboat \
                 operates, and while nobody can look.",
        write: |view, series| {
            for (view, facts) in observed::each_in_sight(view) {
                for schedule in observed::schedules(facts) {
                    let suspended = matches!(schedule.state, ScheduleState::Suspended { .. });
                    let labels = observed::of_schedule(&view.asset.id, schedule);
                    series.sample_of(&labels, u32::from(suspended))?;
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_schedule_next_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "The first moment of this schedule that nothing was scheduled for yet; it lies in the \
               past if it was missed.",
        labels: &["schedule"],
        of_asset: true,
        source: "The schedule, read as its operator reads it, and what that last scheduled. Absent for \
                 schedules that are suspended, can't be read or never come due, and for assets that \
                 Lifeboat operates: see `lifeboat_next_run_timestamp_seconds`.",
        write: |view, series| {
            for (view, facts) in observed::each(view) {
                for schedule in observed::schedules(facts) {
                    if let Some(next) = schedule.first_due() {
                        let labels = observed::of_schedule(&view.asset.id, schedule);
                        series.sample_of(&labels, next)?;
                    }
                }
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_backups_waiting",
        kind: Kind::Gauge,
        unit: None,
        help: "How many backups wait for the one before them.",
        labels: &[],
        of_asset: true,
        source: "The Backups or Jobs that have neither begun nor ended. Absent for assets that \
                 Lifeboat operates, for operators, and while nobody can look.",
        write: |view, series| {
            let in_sight = observed::each_in_sight(view);
            for (view, facts) in in_sight.filter(|(view, _)| view.asset.holds_data()) {
                let waiting = facts.under_way.iter().filter(|one| one.waiting).count();
                series.sample_of(&labels::of(&view.asset.id), waiting)?;
            }
            Ok(())
        },
    },
    Family {
        name: "lifeboat_recovery_window_first_timestamp_seconds",
        kind: Kind::Gauge,
        unit: Some("seconds"),
        help: "The first moment that can be restored, by the account of those who keep it.",
        labels: &[],
        of_asset: true,
        source: "The ObjectStore's status with the plugin, else the Cluster's for the methods in use. \
                 Absent while nobody keeps such an account. Nobody has checked that the WAL since is \
                 without a gap.",
        write: |view, series| {
            for (view, facts) in observed::each(view) {
                if let Some(first) = facts.window.as_ref().and_then(|window| window.first) {
                    series.sample_of(&labels::of(&view.asset.id), first)?;
                }
            }
            Ok(())
        },
    },
];
