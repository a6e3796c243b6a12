//! The assets that others operate, for the families about what is seen of them.

use std::fmt;

use lifeboat_controller::{AssetView, View};
use lifeboat_core::{AssetId, Availability, Facts, Instance, InstanceReading, ObservedSchedule};

use super::labels::{self, Labels};

/// Every asset that others operate, as it was last seen. For moments, which stay true.
pub(super) fn each(view: &View) -> impl Iterator<Item = (&AssetView, &Facts)> {
    let assets = view.assets.iter();
    assets.filter_map(|view| Some((view, view.asset.facts.as_deref()?)))
}

/// Every asset that others operate and that can be looked at. For states: while nobody can look,
/// the last one known would pass for the present one.
pub(super) fn each_in_sight(view: &View) -> impl Iterator<Item = (&AssetView, &Facts)> {
    each(view).filter(|(view, _)| view.asset.blind.is_none())
}

/// Every program that backups depend on, and how many of it run.
pub(super) fn programs(view: &View) -> impl Iterator<Item = (&AssetView, &Availability)> {
    each_in_sight(view).filter_map(|(view, facts)| Some((view, facts.availability.as_deref()?)))
}

/// Every instance whose exporter is to be read.
pub(super) fn each_instance(
    view: &View,
    mut write: impl FnMut(&AssetId, &Instance, &Result<InstanceReading, String>) -> fmt::Result,
) -> fmt::Result {
    for (view, facts) in each_in_sight(view) {
        for instance in &facts.instances {
            if let Some(reading) = &instance.reading {
                write(&view.asset.id, instance, reading)?;
            }
        }
    }
    Ok(())
}

/// Every schedule of others.
pub(super) fn schedules(facts: &Facts) -> impl Iterator<Item = &ObservedSchedule> {
    facts.schedules.iter().flatten()
}

pub(super) const fn of_instance<'a>(asset: &'a AssetId, instance: &'a str) -> Labels<'a, 1> {
    labels::with(asset, [("instance", instance)])
}

pub(super) const fn of_schedule<'a>(
    asset: &'a AssetId,
    schedule: &'a ObservedSchedule,
) -> Labels<'a, 1> {
    labels::with(asset, [("schedule", schedule.name.as_str())])
}
