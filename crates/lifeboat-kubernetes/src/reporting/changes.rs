//! Which assets are no longer as they were: the changes that are worth an event.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_controller::{AssetView, View};
use lifeboat_core::{AssetId, Status};

use super::sentence::sentence;
use crate::objects::ObjectRef;

/// An asset whose status is another than before.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    pub(super) object: ObjectRef,
    pub(super) uid: String,
    pub(super) status: Status,
    pub(super) note: String,
    pub(super) at: Timestamp,
}

/// How each asset was last.
#[derive(Debug, Default)]
pub(super) struct Changes {
    known: BTreeMap<AssetId, Known>,
}

#[derive(Debug)]
struct Known {
    /// Of the object: one that was made anew is another.
    uid: String,
    status: Status,
    /// Whether it came by a change that was told.
    told: bool,
}

impl Changes {
    /// Takes a view in, and tells what changed. `subject` gives the object that an asset is.
    ///
    /// Nothing is told of an asset's first status, so that a start is no news. While nobody can look
    /// at an asset, it stays as it was before: neither going blind nor seeing again is a change of it.
    pub(super) fn take_in(
        &mut self,
        view: &View,
        subject: impl Fn(&AssetId) -> Option<(ObjectRef, String)>,
    ) -> Vec<Change> {
        let mut changes = Vec::new();
        let present: BTreeSet<&AssetId> = view.assets.iter().map(|one| &one.asset.id).collect();
        self.known.retain(|id, _| present.contains(id));
        for asset in &view.assets {
            if asset.asset.blind.is_some() {
                continue;
            }
            let Some((object, uid)) = subject(&asset.asset.id) else {
                continue;
            };
            let status = asset.assessment.status;
            let before = self.known.get(&asset.asset.id);
            let before = before.filter(|known| known.uid == uid);
            if before.is_some_and(|known| known.status == status) {
                continue;
            }
            let told = before.is_some_and(|known| is_news(known, asset, view.started_at));
            if told {
                changes.push(Change {
                    object,
                    uid: uid.clone(),
                    status,
                    note: note(asset),
                    at: view.at,
                });
            }
            let known = Known { uid, status, told };
            self.known.insert(asset.asset.id.clone(), known);
        }
        changes
    }
}

/// After a start some things are unknown until everybody has been asked, such as a repository or the
/// exporters. What comes to light then is news only if it happened since.
fn is_news(before: &Known, asset: &AssetView, started_at: Timestamp) -> bool {
    let is_finding_out = before.status == Status::Unknown && !before.told;
    let leading = asset.assessment.leading();
    !is_finding_out || leading.is_some_and(|verdict| verdict.since > started_at)
}

fn note(asset: &AssetView) -> String {
    match asset.assessment.leading() {
        Some(verdict) => sentence(verdict),
        None => format!("{} is {}", asset.asset.id, asset.assessment.status),
    }
}
