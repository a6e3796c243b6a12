//! The next step for a check that is failing or unknown, ready to be typed.

use lifeboat_core::{AssetId, Evidence, Verdict};

use super::check::is_trouble;

/// What to do first.
pub(super) fn of(asset: &AssetId, verdict: &Verdict) -> Option<String> {
    if !is_trouble(verdict.status) {
        return None;
    }
    let run = format!("`lifeboat run {asset}`");
    let hint = match &verdict.evidence {
        Evidence::RunFailed { hint, .. } => return hint.clone(),
        Evidence::Age { .. }
        | Evidence::NoGoodRecoveryPoint { .. }
        | Evidence::NeverSucceeded { .. } => {
            format!("back up now with {run}; the check last_run says what went wrong")
        }
        Evidence::NeverRan | Evidence::NoRecoveryPoint => format!("back up now with {run}"),
        Evidence::InventoryUnknown { error: Some(_) } => {
            "the repository has to be reachable: try `lifeboat backups list` from the same machine"
                .to_owned()
        }
        Evidence::Damaged { .. } => "`lifeboat backups show` names the damaged blocks; Prometheus \
                                     has to be rid of them first"
            .to_owned(),
        Evidence::Refuted { .. } | Evidence::VerificationFailed { .. } => {
            format!("`lifeboat backups list` says what is there; back up anew with {run}")
        }
        Evidence::VerificationAge { .. } | Evidence::NeverVerified { .. } => {
            format!("verify now with `lifeboat run {asset} --operation verification`")
        }
        Evidence::RunMissed { .. } => {
            "other runs may hold it up: Lifeboat's log says what it waits for".to_owned()
        }
        Evidence::RunInconclusive { .. } => format!("it is tried again; or try it now with {run}"),
        Evidence::Stuck { .. } => {
            "Lifeboat's log says what it waits for; restarting Lifeboat ends the run".to_owned()
        }
        Evidence::InTheFuture { .. } => {
            "compare the clocks of this machine and of the one that made it".to_owned()
        }
        _ => return None,
    };
    Some(hint)
}
