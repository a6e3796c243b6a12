//! Where a `CronJob`'s work is done and where its backup goes, for people.

use std::collections::{BTreeMap, BTreeSet};

use lifeboat_core::Operation;

use super::{destination, schedule};
use crate::objects::batch::CronJob;

/// What is told of a `CronJob`. Nothing of it is secret: see [`destination`].
pub(super) fn of(cron_job: &CronJob, operation: Operation) -> BTreeMap<&'static str, String> {
    let containers = cron_job.spec.containers();
    // Where a rehearsal restores from is no destination.
    let destinations = match operation {
        Operation::Backup => destination::of_containers(containers),
        _ => BTreeSet::new(),
    };
    let images = containers.iter().map(|container| container.image.clone());
    let places = [
        ("schedule", cron_job.spec.schedule.clone()),
        ("time_zone", schedule::time_zone(cron_job)),
        ("image", join(images.collect())),
        ("destination", join(destinations)),
    ];
    let told = places.into_iter().filter(|(_, place)| !place.is_empty());
    told.collect()
}

fn join(places: BTreeSet<String>) -> String {
    places.into_iter().collect::<Vec<_>>().join(", ")
}
