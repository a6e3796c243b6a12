//! The next step for a check that is failing or unknown.

use lifeboat_core::{Evidence, Verdict};

use super::check::is_trouble;

const BACK_UP_NOW: &str =
    "back up now with `lifeboat run ASSET`; last_run says why it didn't happen";
const VERIFY_NOW: &str = "verify now with `lifeboat run ASSET --operation verification`";
const LOOK_AT_BACKUPS: &str =
    "`lifeboat backups list` says what is there; back up anew with `lifeboat run ASSET`";

/// What to do first.
pub(super) fn of(verdict: &Verdict) -> Option<String> {
    if !is_trouble(verdict.status) {
        return None;
    }
    let hint = match &verdict.evidence {
        Evidence::RunFailed { hint, .. } => return hint.clone(),
        Evidence::Age { .. }
        | Evidence::NoGoodRecoveryPoint { .. }
        | Evidence::NeverSucceeded { .. }
        | Evidence::NeverRan
        | Evidence::NoRecoveryPoint => BACK_UP_NOW,
        Evidence::InventoryUnknown { error: Some(_) } => {
            "the repository has to be reachable: try `lifeboat backups list` from the same machine"
        }
        Evidence::Damaged { .. } => {
            "`lifeboat backups show` names the damaged blocks; Prometheus has to be rid of them first"
        }
        Evidence::Refuted { .. } | Evidence::VerificationFailed { .. } => LOOK_AT_BACKUPS,
        Evidence::VerificationAge { .. } | Evidence::NeverVerified { .. } => VERIFY_NOW,
        Evidence::RunMissed { .. } => {
            "other runs may hold it up: Lifeboat's log says what it waits for"
        }
        Evidence::RunInconclusive { .. } => {
            "it is tried again; or run it now with `lifeboat run ASSET`"
        }
        Evidence::Stuck { .. } => {
            "Lifeboat's log says what it waits for; restarting Lifeboat ends the run"
        }
        Evidence::InTheFuture { .. } => {
            "compare the clocks of this machine and of the one that made it"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}
