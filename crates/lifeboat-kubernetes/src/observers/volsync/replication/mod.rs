//! What VolSync calls `ReplicationSource` and `ReplicationDestination`: volumes that VolSync copies away, or fills.
//!
//! VolSync notes successes only. A mover that fails is started anew while the object goes on saying
//! that it synchronises, so that a failure is seen by nothing but `latestMoverStatus`.

mod findings;
mod log;
mod schedule;
mod subject;
mod synchronisation;

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_controller::{AssetSpec, Care};
use lifeboat_core::{AssetId, AssetKind, Facts, Observation, ObservedPoints};

use self::subject::Subject;
use super::{own_words, unheeded};
use crate::{
    objects::{Kind, Metadata, ObjectKey, ObjectRef},
    observers::{Observer, Sight},
};

/// Observes each `ReplicationSource` and `ReplicationDestination` of VolSync.
pub(crate) struct ReplicationObserver;

impl Observer for ReplicationObserver {
    fn assets(&self, sight: &Sight<'_>) -> Vec<AssetId> {
        let sources = sight.world.replication_sources().iter();
        let sources = sources.map(|source| (AssetKind::ReplicationSource, &source.metadata));
        let destinations = sight.world.replication_destinations().iter();
        let destinations = destinations
            .map(|destination| (AssetKind::ReplicationDestination, &destination.metadata));
        sources
            .chain(destinations)
            .filter(|(_, metadata)| is_watched(metadata))
            .map(|(kind, metadata)| metadata.key.asset_id(kind))
            .collect()
    }

    fn concerned(&self, _sight: &Sight<'_>, object: &ObjectRef) -> Vec<AssetId> {
        match object.kind {
            Kind::ReplicationSource => vec![object.key.asset_id(AssetKind::ReplicationSource)],
            Kind::ReplicationDestination => {
                vec![object.key.asset_id(AssetKind::ReplicationDestination)]
            }
            _ => Vec::new(),
        }
    }

    fn observe(&self, sight: &Sight<'_>, id: &AssetId) -> Option<AssetSpec> {
        if id.cluster.is_some() {
            return None;
        }
        let key = ObjectKey::new(&id.namespace, &id.name);
        let world = sight.world;
        let subject = match id.kind {
            AssetKind::ReplicationSource => {
                Subject::from(world.replication_sources().get(&key)?.as_ref())
            }
            AssetKind::ReplicationDestination => {
                Subject::from(world.replication_destinations().get(&key)?.as_ref())
            }
            _ => return None,
        };
        is_watched(subject.metadata).then(|| translate(&subject, id, sight.now))
    }
}

/// Whether an object is to be watched; it can say of itself that nobody is to.
fn is_watched(metadata: &Metadata) -> bool {
    own_words(metadata).selected != Some(false)
}

fn translate(subject: &Subject<'_>, id: &AssetId, now: Timestamp) -> AssetSpec {
    let metadata = subject.metadata;
    let own = own_words(metadata);
    let mut findings = findings::of(subject);
    findings.extend(unheeded(subject.kind, metadata, &own));
    let observation = Observation {
        created_at: metadata.creation_timestamp.get(),
        facts: Facts {
            paused: subject.paused_because().map(str::to_owned),
            schedules: schedule::observed(subject).map(|schedule| vec![schedule]),
            under_way: synchronisation::under_way(subject).into_iter().collect(),
            findings,
            ..Facts::default()
        },
        runs: synchronisation::runs(subject, id, now),
        points: ObservedPoints::Evident(synchronisation::point(subject).into_iter().collect()),
    };
    AssetSpec {
        id: id.clone(),
        labels: metadata.labels.clone(),
        own: own.overrides,
        suspended: own.suspend,
        care: Care::Observed(Box::new(observation)),
        places: places(subject),
    }
}

/// Where the data is, and where it goes.
fn places(subject: &Subject<'_>) -> BTreeMap<&'static str, String> {
    let mover = subject.mover;
    let trigger = match (subject.manual(), subject.schedule()) {
        (Some(_), _) => "by hand".to_owned(),
        (None, Some(_)) => String::new(),
        (None, None) => "again and again, without a schedule".to_owned(),
    };
    let places = [
        ("mover", mover.name.unwrap_or_default().to_owned()),
        // That of the Secret, by which the upkeep of the repository goes as well.
        ("repository", mover.repository.clone().unwrap_or_default()),
        (
            "volume",
            match subject.claim {
                "" => String::new(),
                claim => format!("PersistentVolumeClaim/{claim}"),
            },
        ),
        ("trigger", trigger),
        (
            "schedule",
            subject.schedule().unwrap_or_default().to_owned(),
        ),
        (
            "time_zone",
            schedule::time_zone(subject).unwrap_or_default(),
        ),
    ];
    let told = places.into_iter().filter(|(_, place)| !place.is_empty());
    told.collect()
}
