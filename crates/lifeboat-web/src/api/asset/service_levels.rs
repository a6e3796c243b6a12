//! What was kept of the objectives over thirty days.

use std::collections::BTreeMap;

use lifeboat_core::{
    Check,
    assess::Assessment,
    slo::{Ratio, Slo, Window},
};
use serde::{Deserialize, Serialize};

use crate::api::seconds;

/// How an objective over thirty days is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceLevelReport {
    /// Which objective.
    pub slo: Slo,
    /// The share that is to be kept at the least, from 0 to 1.
    pub target_ratio: Ratio,
    /// The share that was kept.
    pub ratio: Ratio,
    /// The rolling window.
    pub window_seconds: f64,
    /// How much of the error budget is left: 1 is all, below 0 it is overspent.
    pub error_budget_remaining_ratio: f64,
    /// How many times as fast as allowed the budget is used up, by window; of attempts only.
    pub burn_rates: BTreeMap<String, f64>,
}

impl ServiceLevelReport {
    /// Those of an asset of which enough is known to judge.
    pub(super) fn all(assessment: &Assessment) -> Vec<Self> {
        let checks = [Check::BackupSlo, Check::ArchivingSlo].into_iter();
        let verdicts = checks.filter_map(|check| assessment.verdict(check));
        let levels = verdicts.filter_map(|verdict| verdict.evidence.service_level());
        let reports = levels.map(|level| Self {
            slo: level.slo,
            target_ratio: level.target,
            ratio: level.ratio,
            window_seconds: seconds(Window::Month.length()),
            error_budget_remaining_ratio: level.budget_left,
            burn_rates: match level.slo {
                Slo::Backup => BTreeMap::new(),
                Slo::WalArchiving => burn_rates(assessment),
            },
        });
        reports.collect()
    }
}

fn burn_rates(assessment: &Assessment) -> BTreeMap<String, f64> {
    let checks = [Check::ArchivingBurn, Check::ArchivingBurnSlow].into_iter();
    let verdicts = checks.filter_map(|check| assessment.verdict(check));
    let burns = verdicts.flat_map(|verdict| verdict.evidence.burns());
    burns
        .filter_map(|burn| Some((burn.window.name().to_owned(), burn.rate?)))
        .collect()
}
