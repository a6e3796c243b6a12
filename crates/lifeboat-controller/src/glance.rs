//! A glance: what sources declare, judged as of now, without a ledger. What is gone by now is not known.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;
use lifeboat_core::{AssetHistory, AssetId, CoverageMemory, Finding, JudgedCoverage, Policy};

use crate::{fleet::Managed, source::Source, spec::Care, trigger::Trigger, view::View};

/// Looks at sources. Assets that Lifeboat itself operates are left out: what became of them stands
/// in the ledger of whoever operates them.
pub struct Glance {
    sources: Vec<Looked>,
    assets: BTreeMap<AssetId, Managed>,
    coverage: CoverageMemory,
}

/// A source, with what it said last.
struct Looked {
    source: Box<dyn Source>,
    policies: Vec<Policy>,
    findings: Vec<Finding>,
    coverage: Option<Arc<JudgedCoverage>>,
}

impl Glance {
    /// Looks at these sources.
    #[must_use]
    pub fn new(sources: Vec<Box<dyn Source>>) -> Self {
        let sources = sources.into_iter().map(|source| Looked {
            source,
            policies: Vec::new(),
            findings: Vec::new(),
            coverage: None,
        });
        Self {
            sources: sources.collect(),
            assets: BTreeMap::new(),
            coverage: CoverageMemory::default(),
        }
    }

    /// What the sources declare, as of now. An error is a text for people.
    pub fn look(&mut self, now: Timestamp) -> Result<View, String> {
        for index in 0..self.sources.len() {
            let looked = &mut self.sources[index];
            let declared = looked.source.changes(now)?.unwrap_or_default();
            if let Some(findings) = declared.findings {
                looked.findings = findings;
            }
            if let Some(coverage) = declared.coverage {
                // Without a ledger, only what is evident tells since when.
                let (judged, _) = self.coverage.join(coverage, now);
                looked.coverage = Some(Arc::new(judged));
            }
            if let Some(policies) = declared.policies {
                looked.policies = policies;
                let all = self.policies();
                for looked in &mut self.sources {
                    looked.source.heed(&all);
                }
            }
            for id in declared.gone {
                self.assets.remove(&id);
            }
            for spec in declared.assets {
                if let Care::Observed(_) = spec.care {
                    let managed = self.assets.entry(spec.id.clone()).or_insert_with_key(|id| {
                        Managed::remembered(id.clone(), AssetHistory::new(now), index)
                    });
                    // There is no ledger to write to.
                    drop(managed.describe(spec, now, true));
                }
            }
        }
        let policies = self.policies();
        let sources = self.sources.iter();
        let blind: Vec<_> = sources.map(|looked| looked.source.blind()).collect();
        let mut view = View::empty(now);
        for (id, managed) in &mut self.assets {
            managed.set_blind(blind[managed.source].get(&id.kind));
            let assessment = Arc::new(managed.judge(&policies, now));
            view.assets.push(managed.view(assessment, now));
        }
        let findings = self.sources.iter().flat_map(|looked| &looked.findings);
        view.findings = findings.cloned().collect();
        let coverage = self.sources.iter();
        view.coverage = coverage
            .filter_map(|looked| looked.coverage.clone())
            .collect();
        Ok(view)
    }

    /// What starts a run of an asset, if anything can.
    #[must_use]
    pub fn trigger(&self, asset: &AssetId) -> Option<Arc<dyn Trigger>> {
        let managed = self.assets.get(asset)?;
        self.sources[managed.source].source.trigger()
    }

    fn policies(&self) -> Vec<Policy> {
        let policies = self.sources.iter().flat_map(|looked| &looked.policies);
        policies.cloned().collect()
    }
}
