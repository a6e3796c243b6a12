//! The next step for a check that is failing or unknown, ready to be typed.

use lifeboat_core::{AssetId, AssetKind, Evidence, Verdict};

use super::check::is_trouble;

/// What to do first.
pub(super) fn of(asset: &AssetId, verdict: &Verdict) -> Option<String> {
    if !is_trouble(verdict.status) {
        return None;
    }
    let run = run_of(asset);
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
        Evidence::RunMissed { .. } if asset.kind != AssetKind::Prometheus => {
            "one that has not ended may hold it up: `lifeboat status` with the asset's name shows it"
                .to_owned()
        }
        Evidence::ScheduleSuspended { name, .. } => {
            let namespace = &asset.namespace;
            let patch = r#"-p '{"spec":{"suspend":false}}'"#;
            format!("take it up again with `kubectl patch -n {namespace} {name} --type=merge {patch}`")
        }
        Evidence::Refuted { .. } | Evidence::VerificationFailed { .. } => {
            format!("`lifeboat backups list` says what is there; back up anew with {run}")
        }
        Evidence::VerificationAge { .. } | Evidence::NeverVerified { .. } => {
            format!("verify now with `lifeboat run {asset} --operation verification`")
        }
        Evidence::RunMissed { .. } => {
            "other runs may hold it up: Lifeboat's log says what it waits for".to_owned()
        }
        Evidence::RunInconclusive { .. } if asset.kind == AssetKind::Prometheus => {
            format!("it is tried again; or try it now with {run}")
        }
        Evidence::RunInconclusive { .. } => format!("try it now with {run}"),
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

/// The command that makes a backup now, by whoever operates the asset.
fn run_of(asset: &AssetId) -> String {
    let (namespace, name) = (&asset.namespace, &asset.name);
    match asset.kind {
        AssetKind::Prometheus | AssetKind::Operator => format!("`lifeboat run {asset}`"),
        AssetKind::CnpgCluster => format!("`kubectl cnpg backup -n {namespace} {name}`"),
        AssetKind::CronJob => {
            format!("`kubectl create job -n {namespace} --from=cronjob/{name} {name}-by-hand`")
        }
    }
}
