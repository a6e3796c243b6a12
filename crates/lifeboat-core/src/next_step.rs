//! The next step for a check that is failing or unknown, ready to be typed.

use crate::{AssetId, AssetKind, Evidence, Operation, Verdict};

/// What to do first, where that can be told from the evidence.
#[must_use]
#[expect(
    clippy::too_many_lines,
    reason = "one step a variant, side by side so that they read alike"
)]
pub fn next_step(asset: &AssetId, verdict: &Verdict) -> Option<String> {
    if !verdict.status.is_trouble() {
        return None;
    }
    let run = run_of(asset);
    let hint = match &verdict.evidence {
        Evidence::RunFailed { hint, .. } => return hint.clone(),
        Evidence::RepositoryUnreadable { hint, .. } | Evidence::StoreUnreachable { hint, .. } => {
            return hint.as_deref().map(ToOwned::to_owned);
        }
        Evidence::Age { .. }
        | Evidence::NoGoodRecoveryPoint { .. }
        | Evidence::NeverSucceeded { .. } => {
            format!("back up now with {run}; the check last_run says what went wrong")
        }
        Evidence::EarlyAge { .. } => format!(
            "see that the next backup succeeds, or back up now with {run}; the check on_schedule says \
             when it is due"
        ),
        Evidence::RehearsalAge { .. }
        | Evidence::NeverRehearsed { .. }
        | Evidence::NeverRan {
            operation: Operation::Drill,
        } => format!("rehearse now with {run}; the check last_run says what went wrong"),
        Evidence::NeverRan {
            operation: Operation::Maintenance,
        }
        | Evidence::MaintenanceAge { .. }
        | Evidence::NeverMaintained { .. } => {
            format!("run one now with {run}; the check last_run says what went wrong")
        }
        Evidence::BackupNotRestorable { .. } | Evidence::BackupsStored { .. } => {
            format!("back up now with {run}, and see that the new one is whole")
        }
        Evidence::WalGap { .. } => format!(
            "back up now with {run}: from its end on one can recover again; then look on the \
             database's disk and in the bucket's older versions for the segments that are missing"
        ),
        Evidence::NeverRan { .. } | Evidence::NoRecoveryPoint => format!("back up now with {run}"),
        Evidence::InventoryUnknown { error: Some(_) } => {
            "the repository has to be reachable: try `lifeboat backups list` from the same machine"
                .to_owned()
        }
        Evidence::Damaged { .. } => "`lifeboat backups show` names the damaged blocks; Prometheus \
                                     has to be rid of them first"
            .to_owned(),
        Evidence::RunMissed { .. } if !asset.kind.is_operated() => {
            "one that has not ended may hold it up: `lifeboat status` with the asset's name shows it"
                .to_owned()
        }
        Evidence::ScheduleSuspended { name, .. } => resumption(asset, name),
        Evidence::Refuted { .. } | Evidence::VerificationFailed { .. } => {
            format!("`lifeboat backups list` says what is there; back up anew with {run}")
        }
        Evidence::VerificationAge { .. } | Evidence::NeverVerified { .. } => {
            format!("verify now with `lifeboat run {asset} --operation verification`")
        }
        Evidence::RunMissed { .. } => {
            "other runs may hold it up: Lifeboat's log says what it waits for".to_owned()
        }
        Evidence::RunInconclusive { .. } if asset.kind.is_operated() => {
            format!("it is tried again; or try it now with {run}")
        }
        Evidence::RunInconclusive { .. } => format!("try it now with {run}"),
        Evidence::Stuck { .. } => {
            "Lifeboat's log says what it waits for; restarting Lifeboat ends the run".to_owned()
        }
        Evidence::InTheFuture { .. } => {
            "compare the clocks of this machine and of the one that made it".to_owned()
        }
        Evidence::StuckUnderWay(stuck) => {
            let (namespace, name) = located(asset, &stuck.name);
            format!(
                "`kubectl describe -n {namespace} {name}` says more; what waits behind it runs once \
                 it has ended or is deleted"
            )
        }
        Evidence::PointsLost { .. } => format!(
            "look whether the bucket still holds them: a rule of the bucket, or somebody, may have \
             removed them; and back up now with {run}"
        ),
        Evidence::Unscheduled { .. } if asset.kind == AssetKind::CnpgCluster => {
            "give it a ScheduledBackup; six fields, seconds first: `0 0 3 * * *` is daily at 03:00"
                .to_owned()
        }
        Evidence::Unscheduled { .. } if asset.kind == AssetKind::KopiaMaintenance => {
            maintenance_for(asset)
        }
        Evidence::ScheduleUnusable { name, .. } if asset.kind == AssetKind::KopiaMaintenance => {
            let (namespace, name) = located(asset, name);
            format!("`kubectl describe -n {namespace} {name}` says more; correct it there")
        }
        Evidence::ArchivingFails { .. }
        | Evidence::NeverArchived
        | Evidence::AttemptsArchived { .. }
        | Evidence::BudgetBurn { .. } => {
            let (namespace, name) = (&asset.namespace, &asset.name);
            let primary = "cnpg.io/instanceRole=primary";
            format!(
                "the primary says why: `kubectl logs -n {namespace} -l cnpg.io/cluster={name},\
                 {primary} --tail=100`"
            )
        }
        // Only of an exporter that was asked.
        Evidence::ArchivingUnknown { error } if error.contains("http") => {
            "Lifeboat has to reach port 9187 of the primary's pod: a NetworkPolicy may forbid it"
                .to_owned()
        }
        Evidence::TimeWithin { .. } => format!(
            "`lifeboat status {asset}` lists the last runs: those that failed or never began say why"
        ),
        Evidence::ReceivesNot { .. } => {
            let (namespace, name) = (&asset.namespace, &asset.name);
            let primary = "cnpg.io/instanceRole=primary";
            format!(
                "it says why it can't connect: `kubectl logs -n {namespace} -l cnpg.io/cluster={name},\
                 {primary} --tail=100`"
            )
        }
        Evidence::StandbyUnread { error } if error.contains("http") => {
            "Lifeboat has to reach port 9187 of the standby's pods: a NetworkPolicy may forbid it"
                .to_owned()
        }
        Evidence::NotInRecovery { .. } => {
            "if it was promoted on purpose, say that it is no standby any more with \
             lifeboat.dev/standby: \"false\" on it; if not, keep everybody from writing to it"
                .to_owned()
        }
        Evidence::Unavailable { .. } => {
            let (namespace, name) = (&asset.namespace, &asset.name);
            format!("`kubectl describe -n {namespace} deployment/{name}` says why")
        }
        _ => return None,
    };
    Some(hint)
}

/// The namespace and the name of an object as kubectl takes them: of `Kind/name`, or of
/// `Kind/namespace/name` for what lies elsewhere than the asset. CloudNativePG's Backup is not the
/// only one of that name.
fn located<'a>(asset: &'a AssetId, name: &'a str) -> (&'a str, String) {
    let (kind, rest) = name.split_once('/').unwrap_or(("", name));
    let (namespace, name) = match rest.split_once('/') {
        Some((namespace, name)) => (namespace, name),
        None => (asset.namespace.as_str(), rest),
    };
    let name = match kind {
        "" => name.to_owned(),
        "Backup" => format!("backups.postgresql.cnpg.io/{name}"),
        "ScheduledBackup" => format!("scheduledbackups.postgresql.cnpg.io/{name}"),
        kind => format!("{}/{name}", kind.to_lowercase()),
    };
    (namespace, name)
}

/// How a schedule is taken up again.
fn resumption(asset: &AssetId, name: &str) -> String {
    let (namespace, name) = located(asset, name);
    let change = match name.split_once('/') {
        Some(("kopiamaintenance", _)) => r#"{"spec":{"enabled":true,"suspend":false}}"#,
        _ => r#"{"spec":{"suspend":false}}"#,
    };
    format!(
        "take it up again with `kubectl patch -n {namespace} {name} --type=merge -p '{change}'`"
    )
}

/// The manifest that is missing.
fn maintenance_for(asset: &AssetId) -> String {
    let (namespace, name) = (&asset.namespace, &asset.name);
    format!(
        "without it, the repository grows for ever. Create one in one of the namespaces that use the \
         repository, or if another Secret's maintenance is for it, give both the same \
         lifeboat.dev/repository:\n\
         apiVersion: volsync.backube/v1alpha1\n\
         kind: KopiaMaintenance\n\
         metadata:\n  name: {name}\n  namespace: {namespace}\n\
         spec:\n  repository:\n    repository: {name}\n  trigger:\n    schedule: \"0 2 * * *\""
    )
}

/// The command that makes a backup now, by whoever operates the asset.
fn run_of(asset: &AssetId) -> String {
    let (namespace, name) = (&asset.namespace, &asset.name);
    match asset.kind {
        AssetKind::Prometheus | AssetKind::Operator => format!("`lifeboat run {asset}`"),
        AssetKind::CnpgCluster => format!("`kubectl cnpg backup -n {namespace} {name}`"),
        AssetKind::ReplicationSource | AssetKind::ReplicationDestination => {
            // VolSync keeps no schedule while there is a manual trigger.
            let kind = asset.kind.name().to_lowercase();
            format!(
                "a new value of spec.trigger.manual in `kubectl edit -n {namespace} {kind} {name}` \
                 (take it out again afterwards: while it is there, no schedule is kept)"
            )
        }
        AssetKind::KopiaMaintenance | AssetKind::KopiaRepository => {
            "`kopia maintenance run --full`, as the owner of the repository's maintenance"
                .to_owned()
        }
        AssetKind::CronJob | AssetKind::RestoreTest => {
            format!("`kubectl create job -n {namespace} --from=cronjob/{name} {name}-by-hand`")
        }
    }
}
