//! What can't be seen: nothing follows from the absence of objects that nobody ever listed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifeboat_core::{CoverageKind, assess::Blind};

use super::NEEDS;
use crate::{
    event::{Contact, LossReason, Watch},
    objects::Kind,
    world::{WatchState, World},
};

/// What was never listed, and what nobody hears of any more.
pub(super) struct Seen {
    /// What was never listed, in the order of [`NEEDS`].
    unseen: Vec<(Watch, Blind)>,
    /// Since when something is out of date that was listed.
    blind: Option<Blind>,
}

impl Seen {
    pub(super) fn of(world: &World, started_at: Timestamp) -> Self {
        let needed = world
            .watches()
            .filter(|(watch, _)| NEEDS.contains(&watch.kind));
        let mut unseen = Vec::new();
        let mut outdated: Vec<Blind> = Vec::new();
        for (watch, state) in needed {
            let Some(loss) = loss(watch, state, started_at) else {
                continue;
            };
            if state.synced {
                outdated.push(loss);
            } else {
                unseen.push((watch.clone(), loss));
            }
        }
        Self {
            unseen,
            blind: outdated.into_iter().min_by_key(|loss| loss.since),
        }
    }

    /// Why something of one of these kinds may be in a namespace and not be seen.
    pub(super) fn missing(&self, kinds: &[Kind], namespace: &str) -> Option<&Blind> {
        let unseen = self.unseen.iter().find(|(watch, _)| {
            let is_there = watch.namespace.as_deref();
            kinds.contains(&watch.kind) && is_there.is_none_or(|there| there == namespace)
        });
        unseen.map(|(_, loss)| loss)
    }

    /// Since when, and why, what is known may be out of date.
    pub(super) fn blind(self) -> Option<Blind> {
        self.blind
    }

    /// The kinds that hold data and that can't be seen as a whole.
    pub(super) fn unseen_kinds(&self) -> BTreeMap<CoverageKind, String> {
        let kinds = [
            (CoverageKind::CnpgCluster, Kind::Cluster),
            (CoverageKind::StatefulSet, Kind::StatefulSet),
            (
                CoverageKind::PersistentVolumeClaim,
                Kind::PersistentVolumeClaim,
            ),
        ];
        let unseen = kinds.into_iter().filter_map(|(subject, kind)| {
            let (_, loss) = self.unseen.iter().find(|(watch, _)| watch.kind == kind)?;
            Some((subject, loss.error.clone()))
        });
        unseen.collect()
    }
}

fn loss(watch: &Watch, state: &WatchState, started_at: Timestamp) -> Option<Blind> {
    match &state.contact {
        Some(Contact::Lost { since, loss }) => Some(Blind {
            since: *since,
            error: match loss.reason {
                LossReason::Unreachable => {
                    format!("the API server can't be reached: {}", loss.error)
                }
                LossReason::Forbidden => {
                    format!("the permission to list and watch {watch} is missing")
                }
                _ => format!("{watch} can't be watched: {}", loss.error),
            },
        }),
        Some(Contact::NotServed) => None,
        _ if state.synced => None,
        _ => Some(Blind {
            since: started_at,
            error: format!("{watch} has not been listed yet"),
        }),
    }
}
