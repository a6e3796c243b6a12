//! Declarations in the controller: assets that come, change, go and come back with their history.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use lifeboat_core::{AssetHistory, AssetId};

use crate::{controller::Controller, fleet::Managed, recorder::Record, source::Declared};

impl Controller {
    /// Asks the source for changes. What can't be used leaves everything as it is, and is told.
    pub(crate) async fn reload(&mut self, now: Timestamp) {
        match self.source.changes(now) {
            Ok(Some(declared)) => {
                tracing::info!(
                    assets = declared.assets.len(),
                    policies = declared.policies.len(),
                    "the resources have changed"
                );
                self.take_over(declared, BTreeMap::new(), now).await;
            }
            Ok(None) => {}
            Err(error) => {
                if self.resources_error.as_ref() != Some(&error) {
                    tracing::error!(
                        "the changed resources can't be used, the former ones stay in force: {error}"
                    );
                    self.changed = true;
                }
                self.resources_error = Some(error);
            }
        }
    }

    /// Makes the fleet what is declared now.
    pub(crate) async fn take_over(
        &mut self,
        declared: Declared,
        mut histories: BTreeMap<AssetId, AssetHistory>,
        now: Timestamp,
    ) {
        let present: BTreeSet<AssetId> =
            declared.assets.iter().map(|spec| spec.id.clone()).collect();
        for spec in declared.assets {
            let id = spec.id.clone();
            if let Some(managed) = self.fleet.assets.get_mut(&id) {
                managed.describe(spec, Some(now));
            } else {
                let known = histories.remove(&id).or_else(|| self.departed.remove(&id));
                let history = match known {
                    Some(history) => history,
                    None => self.earlier_history(&id, now).await,
                };
                self.recorder.record(Record::Seen(id.clone(), now));
                self.fleet.assets.insert(id, Managed::new(spec, history));
            }
        }
        // Those left over went while Lifeboat was away.
        let mut gone = histories;
        for id in self.fleet.missing_from(&present) {
            if let Some(managed) = self.fleet.assets.remove(&id) {
                gone.insert(id, managed.asset.history.clone());
            }
        }
        for (id, history) in gone {
            tracing::info!(asset = %id, "the asset is declared no more");
            self.recorder.record(Record::Gone(id.clone(), now));
            self.departed.insert(id, history);
        }
        self.policies = declared.policies;
        self.resources_loaded_at = Some(now);
        self.resources_error = None;
        self.changed = true;
    }

    /// What is known of an asset that comes back, or a new history: to be made anew is not to be new.
    async fn earlier_history(&self, id: &AssetId, now: Timestamp) -> AssetHistory {
        let known = self.ledger.history(id).await.unwrap_or_else(|error| {
            tracing::error!(asset = %id, "it can't be looked up whether the asset was known before: {error}");
            None
        });
        known.unwrap_or_else(|| AssetHistory::new(now))
    }
}
