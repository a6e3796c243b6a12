//! From the world to assets: what changed is translated anew, and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_controller::AssetSpec;
use lifeboat_core::{AssetId, AssetKind, Finding, Policy, assess::Blind};

use crate::{
    event::{Contact, LossReason, Watch},
    objects::{Kind, ObjectRef},
    observers::{Observer, Sight},
    unseen::unseen,
    world::{WatchState, World},
};

/// The assets that are declared, and who sees them.
pub(crate) struct Translation {
    observers: Vec<Box<dyn Observer>>,
    declared: BTreeSet<AssetId>,
    /// The kinds of which all assets have been seen.
    complete: BTreeSet<AssetKind>,
    /// How what the observers see was arranged when everything was last translated.
    arrangements: BTreeMap<AssetKind, u64>,
}

/// What follows from a change of the world.
#[derive(Default)]
pub(crate) struct Translated {
    /// Assets as they are now; none for those that are gone.
    pub(crate) assets: BTreeMap<AssetId, Option<AssetSpec>>,
    /// Kinds of which all assets are among these, and were not known before.
    pub(crate) completed: BTreeSet<AssetKind>,
}

/// The kinds of objects without which a kind of asset can't be judged.
const fn needs(kind: AssetKind) -> &'static [Kind] {
    match kind {
        AssetKind::CnpgCluster => &[
            Kind::Cluster,
            Kind::Backup,
            Kind::ScheduledBackup,
            Kind::ObjectStore,
        ],
        AssetKind::CronJob | AssetKind::RestoreTest => &[Kind::CronJob, Kind::Job],
        AssetKind::ReplicationSource => &[Kind::ReplicationSource],
        AssetKind::ReplicationDestination => &[Kind::ReplicationDestination],
        AssetKind::KopiaMaintenance => &[
            Kind::KopiaMaintenance,
            Kind::ReplicationSource,
            Kind::CronJob,
            Kind::Job,
        ],
        // Others read them; which, the policies say.
        AssetKind::KopiaRepository => &[Kind::BackupPolicy],
        AssetKind::Operator => &[Kind::Deployment],
        AssetKind::Prometheus => &[Kind::PrometheusBackup],
    }
}

impl Translation {
    pub(crate) fn new(observers: Vec<Box<dyn Observer>>) -> Self {
        Self {
            observers,
            declared: BTreeSet::new(),
            complete: BTreeSet::new(),
            arrangements: BTreeMap::new(),
        }
    }

    /// Translates what these changes concern, and everything of kinds that are seen as a whole for
    /// the first time. Before that, what isn't seen yet would look as if it were gone.
    pub(crate) fn translate(&mut self, sight: &Sight<'_>, changed: &[ObjectRef]) -> Translated {
        let mut concerned = BTreeSet::new();
        for observer in &self.observers {
            for object in changed {
                concerned.extend(observer.concerned(sight, object));
            }
        }
        concerned.extend(self.rearranged(sight));
        let completed: BTreeSet<AssetKind> = AssetKind::ALL
            .into_iter()
            .filter(|kind| !self.complete.contains(kind) && is_complete(sight.world, *kind))
            .collect();
        self.complete.extend(&completed);
        if !completed.is_empty() {
            let seen = self.everything(sight);
            concerned.extend(seen.into_iter().filter(|id| completed.contains(&id.kind)));
        }
        let assets = self.observe(sight, concerned);
        Translated { assets, completed }
    }

    /// Translates everything anew: what decides has changed, such as the policies.
    pub(crate) fn translate_all(&mut self, sight: &Sight<'_>) -> Translated {
        let mut all = self.everything(sight);
        all.extend(self.declared.iter().cloned());
        Translated {
            assets: self.observe(sight, all),
            completed: BTreeSet::new(),
        }
    }

    /// The policies that are declared.
    pub(crate) fn policies(&self, sight: &Sight<'_>) -> Vec<Policy> {
        let observers = self.observers.iter();
        let mut policies: Vec<Policy> = observers
            .flat_map(|observer| observer.policies(sight))
            .collect();
        policies.sort_by(|left, right| left.name.cmp(&right.name));
        policies
    }

    /// What somebody should look at, though it concerns no asset.
    pub(crate) fn findings(&self, sight: &Sight<'_>) -> Vec<Finding> {
        let observers = self.observers.iter();
        let mut findings: Vec<Finding> = observers
            .flat_map(|observer| observer.findings(sight))
            .collect();
        findings.extend(undecodable(sight.world));
        findings.extend(unseen(sight.world));
        findings.sort();
        findings
    }

    /// The assets of kinds of which nobody can say any more which of them a change concerns.
    fn rearranged(&mut self, sight: &Sight<'_>) -> Vec<AssetId> {
        let mut assets = Vec::new();
        for observer in &self.observers {
            let Some((kind, arrangement)) = observer.arrangement(sight) else {
                continue;
            };
            if self.arrangements.insert(kind, arrangement) != Some(arrangement) {
                let declared = self.declared.iter().filter(|id| id.kind == kind);
                assets.extend(declared.cloned());
                assets.extend(observer.assets(sight));
            }
        }
        assets
    }

    fn everything(&self, sight: &Sight<'_>) -> BTreeSet<AssetId> {
        let observers = self.observers.iter();
        observers
            .flat_map(|observer| observer.assets(sight))
            .collect()
    }

    fn observe(
        &mut self,
        sight: &Sight<'_>,
        concerned: BTreeSet<AssetId>,
    ) -> BTreeMap<AssetId, Option<AssetSpec>> {
        let mut assets = BTreeMap::new();
        for id in concerned {
            if !self.complete.contains(&id.kind) {
                continue;
            }
            let mut observers = self.observers.iter();
            match observers.find_map(|observer| observer.observe(sight, &id)) {
                Some(spec) => {
                    self.declared.insert(id.clone());
                    assets.insert(id, Some(spec));
                }
                None if self.declared.remove(&id) => {
                    assets.insert(id, None);
                }
                None => {}
            }
        }
        assets
    }
}

fn states(world: &World, kind: AssetKind) -> impl Iterator<Item = (&Watch, &WatchState)> {
    world
        .watches()
        .filter(move |(watch, _)| needs(kind).contains(&watch.kind))
}

/// Whether all objects that a kind of asset needs have been listed.
fn is_complete(world: &World, kind: AssetKind) -> bool {
    states(world, kind).all(|(_, state)| state.synced || state.contact == Some(Contact::NotServed))
}

/// Which kinds of assets nobody can look at, and why.
pub(crate) fn blind(world: &World, started_at: Timestamp) -> BTreeMap<AssetKind, Blind> {
    let mut blind = BTreeMap::new();
    for kind in AssetKind::ALL {
        let mut losses: Vec<Blind> = states(world, kind)
            .filter_map(|(watch, state)| match &state.contact {
                Some(Contact::Lost { since, loss }) => {
                    let error = match loss.reason {
                        LossReason::Unreachable => {
                            format!("the API server can't be reached: {}", loss.error)
                        }
                        _ => format!("{watch} can't be watched: {}", loss.error),
                    };
                    Some(Blind {
                        since: *since,
                        error,
                    })
                }
                Some(Contact::NotServed) => None,
                _ if state.synced => None,
                _ => Some(Blind {
                    since: started_at,
                    error: format!("{watch} has not been listed yet"),
                }),
            })
            .collect();
        losses.sort_by_key(|loss| loss.since);
        // What Lifeboat operates itself goes on; but it must be known first.
        let matters = !kind.is_operated() || !is_complete(world, kind);
        if let Some(first) = losses.into_iter().next().filter(|_| matters) {
            blind.insert(kind, first);
        }
    }
    blind
}

fn undecodable(world: &World) -> impl Iterator<Item = Finding> {
    world.undecodable().iter().map(|(object, error)| Finding {
        code: "object_not_understood",
        message: format!(
            "{}/{} in namespace {} is not understood in full: {error}",
            object.kind, object.key.name, object.key.namespace
        ),
        hint: Some(
            "the rest of it counts, or if nothing could be read, what was known of it before; report \
             it if the object is in order"
                .to_owned(),
        ),
    })
}
