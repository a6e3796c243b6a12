//! Where a `CronJob`'s backup is made and where it goes, for people.

use std::collections::{BTreeMap, BTreeSet};

use super::{destination, schedule};
use crate::objects::batch::CronJob;

/// What is told of a `CronJob`. Nothing of it is secret: see [`destination`].
pub(super) fn of(cron_job: &CronJob) -> BTreeMap<&'static str, String> {
    let containers = cron_job.spec.containers();
    let images = containers.iter().map(|container| container.image.clone());
    let places = [
        ("schedule", cron_job.spec.schedule.clone()),
        ("time_zone", schedule::time_zone(cron_job)),
        ("image", join(images.collect())),
        ("destination", join(destination::of_containers(containers))),
    ];
    let told = places.into_iter().filter(|(_, place)| !place.is_empty());
    told.collect()
}

fn join(places: BTreeSet<String>) -> String {
    places.into_iter().collect::<Vec<_>>().join(", ")
}
