//! Findings: what somebody should look at, though it breaks no promise. `GET /api/v1/findings`.

use lifeboat_controller::View;
use lifeboat_core::{AssetId, Finding};
use serde::{Deserialize, Serialize};

use super::AsOf;

/// All findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingList {
    /// Of which moment this is.
    #[serde(flatten)]
    pub as_of: AsOf,
    /// Those that concern no asset, then those about each asset in order of its identity.
    pub findings: Vec<FindingReport>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingReport {
    /// The asset it is about; none if it concerns none.
    pub asset: Option<AssetId>,
    /// What kind of finding it is, such as `five_field_schedule`.
    pub code: String,
    /// What was found, in a sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl FindingReport {
    pub(super) fn new(asset: Option<&AssetId>, finding: &Finding) -> Self {
        Self {
            asset: asset.cloned(),
            code: finding.code.to_owned(),
            message: finding.message.clone(),
            hint: finding.hint.clone(),
        }
    }
}

impl FindingList {
    /// Reports the findings of a view.
    #[must_use]
    pub fn new(view: &View, as_of: AsOf) -> Self {
        let of_none = view.findings.iter();
        let of_none = of_none.map(|finding| FindingReport::new(None, finding));
        let of_assets = view.assets.iter().flat_map(|view| {
            let facts = view.asset.facts.iter();
            facts
                .flat_map(|facts| &facts.findings)
                .map(|finding| FindingReport::new(Some(&view.asset.id), finding))
        });
        Self {
            as_of,
            findings: of_none.chain(of_assets).collect(),
        }
    }
}
