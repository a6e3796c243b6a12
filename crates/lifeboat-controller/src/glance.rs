//! A glance: what one source declares, judged as of now, without a ledger. What is gone by now is not known.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use lifeboat_core::{AssetHistory, AssetId, Finding, Policy};

use crate::{fleet::Managed, source::Source, spec::Care, view::View};

/// Looks at a source. Assets that Lifeboat itself operates are left out: what became of them stands
/// in the ledger of whoever operates them.
pub struct Glance {
    source: Box<dyn Source>,
    assets: BTreeMap<AssetId, Managed>,
    policies: Vec<Policy>,
    findings: Vec<Finding>,
}

impl Glance {
    /// Looks at this source.
    #[must_use]
    pub fn new(source: Box<dyn Source>) -> Self {
        Self {
            source,
            assets: BTreeMap::new(),
            policies: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// What the source declares, as of now. An error is a text for people.
    pub fn look(&mut self, now: Timestamp) -> Result<View, String> {
        let declared = self.source.changes(now)?.unwrap_or_default();
        if let Some(policies) = declared.policies {
            self.source.heed(&policies);
            self.policies = policies;
        }
        self.findings = declared.findings.unwrap_or_else(|| self.findings.clone());
        for id in declared.gone {
            self.assets.remove(&id);
        }
        for spec in declared.assets {
            if let Care::Observed(_) = spec.care {
                let managed = self.assets.entry(spec.id.clone()).or_insert_with_key(|id| {
                    Managed::remembered(id.clone(), AssetHistory::new(now), 0)
                });
                // There is no ledger to write to.
                drop(managed.describe(spec, now, true));
            }
        }
        let blind = self.source.blind();
        let mut view = View::empty(now);
        for (id, managed) in &mut self.assets {
            managed.set_blind(blind.get(&id.kind));
            let assessment = Arc::new(managed.judge(&self.policies, now));
            view.assets.push(managed.view(assessment, now));
        }
        view.findings.clone_from(&self.findings);
        Ok(view)
    }
}
