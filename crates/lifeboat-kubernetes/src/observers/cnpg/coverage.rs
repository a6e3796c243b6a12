//! Whether a Cluster's data is covered by backups of its own, going by how these are set up.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use super::{
    destination::Destination,
    paused,
    scene::{IN_TREE, Scene, is_going},
    schedules,
};
use crate::{
    coverage::{Dialect, Schedules},
    objects::{
        ObjectKey,
        cnpg::{Cluster, ScheduledBackup},
    },
    world::World,
};

/// What a Cluster's own backups come to. Whether they succeed is what its checks are about.
pub(crate) enum OwnBackups {
    /// They are made again and again.
    Made {
        /// Since when something makes them.
        since: Option<Timestamp>,
    },
    /// It holds nothing of its own.
    Replica {
        /// What it follows.
        of: String,
    },
    /// None are made.
    None {
        /// Why, in a sentence about the Cluster.
        why: String,
    },
}

/// How a Cluster's own backups are set up.
pub(crate) fn own_backups(
    world: &World,
    key: &ObjectKey,
    cluster: &Cluster,
    known: &mut Schedules,
) -> OwnBackups {
    let schedules = world.scheduled_backups_of(key).map(Arc::as_ref);
    let scene = Scene {
        cluster,
        backups: Vec::new(),
        schedules: schedules
            .filter(|scheduled| !is_going(&scheduled.metadata))
            .collect(),
        object_stores: BTreeMap::new(),
        is_whole: true,
        instances: Vec::new(),
        archiver: None,
    };
    let destination = Destination::of(&scene);
    let called = scene.called();
    if scene.schedules.is_empty() {
        if let Some(source) = paused::replica_of(cluster) {
            return OwnBackups::Replica {
                of: source.to_owned(),
            };
        }
        let why = if destination.is_set_up() {
            format!("{called} knows where its backups go, but no ScheduledBackup makes any")
        } else {
            format!("{called} has neither a backup section nor a plugin for backups")
        };
        return OwnBackups::None { why };
    }
    let judged = scene.schedules.iter();
    let (made, obstacles): (Vec<_>, Vec<_>) = judged
        .map(|scheduled| (scheduled, obstacle(scheduled, &destination, known)))
        .partition(|(_, obstacle)| obstacle.is_none());
    if made.is_empty() {
        let why = obstacles.into_iter().filter_map(|(_, obstacle)| obstacle);
        return OwnBackups::None {
            why: why.collect::<Vec<_>>().join("; "),
        };
    }
    let since = made
        .iter()
        .filter_map(|(scheduled, _)| scheduled.metadata.creation_timestamp.get());
    OwnBackups::Made { since: since.min() }
}

/// Why a schedule makes no backups.
fn obstacle(
    scheduled: &ScheduledBackup,
    destination: &Destination<'_>,
    known: &mut Schedules,
) -> Option<String> {
    let called = format!("ScheduledBackup/{}", scheduled.metadata.name);
    if scheduled.spec.suspend {
        return Some(format!("{called} is suspended"));
    }
    let text = &scheduled.spec.schedule;
    let problem = known.problem(Dialect::Seconds, text, schedules::TIME_ZONE, || {
        schedules::read(scheduled)
    });
    if let Some(problem) = problem {
        return Some(format!(
            "{called} has a schedule that can't be read: {problem}"
        ));
    }
    let method = scheduled.spec.method.as_deref().unwrap_or(IN_TREE);
    (!destination.can(method))
        .then(|| format!("{called} asks for the method {method}, which is not set up"))
}
