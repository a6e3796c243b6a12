//! Which `CronJob` carries out what is asked for, and how everything else is started.

use lifeboat_controller::{Obstacle, TriggerError, Wish};
use lifeboat_core::{AssetId, AssetKind, Operation};

use crate::objects::ObjectKey;

/// The place of an asset that names the `CronJob` by which it is kept up.
pub(super) const CRON_JOB: &str = "cron_job";

/// The `CronJob` of the asset, or why there is none.
pub(super) fn of(wish: &Wish) -> Result<ObjectKey, TriggerError> {
    let asset = &wish.asset;
    let key = match asset.kind {
        AssetKind::CronJob | AssetKind::RestoreTest => {
            Some(ObjectKey::new(&asset.namespace, &asset.name))
        }
        AssetKind::KopiaMaintenance => wish.places.get(CRON_JOB).map(|place| {
            let (namespace, name) = place.split_once('/').unwrap_or((&asset.namespace, place));
            ObjectKey::new(namespace, name)
        }),
        _ => None,
    };
    let Some(key) = key else {
        return Err(refused(
            format!("{asset} is not started by Lifeboat"),
            otherwise(asset),
        ));
    };
    if asset.kind.operation() != Some(wish.operation) {
        let own = asset.kind.operation().map(Operation::name);
        return Err(refused(
            format!("there is no {} of {asset}", wish.operation),
            own.map(|own| format!("its CronJob does a {own}: leave out --operation")),
        ));
    }
    Ok(key)
}

fn refused(message: String, hint: Option<String>) -> TriggerError {
    TriggerError {
        obstacle: Obstacle::NotPossible,
        message,
        hint,
    }
}

/// How a person starts it.
fn otherwise(asset: &AssetId) -> Option<String> {
    let (namespace, name) = (&asset.namespace, &asset.name);
    Some(match asset.kind {
        AssetKind::CnpgCluster => format!(
            "`kubectl cnpg backup {name} -n {namespace}` does it; for a backup by the plugin, with \
             `--method plugin --plugin-name barman-cloud.cloudnative-pg.io`"
        ),
        // VolSync keeps no schedule while there is a manual trigger.
        AssetKind::ReplicationSource | AssetKind::ReplicationDestination => format!(
            "`kubectl patch {kind} {name} -n {namespace} --type merge -p \
             '{{\"spec\":{{\"trigger\":{{\"manual\":\"by-hand\"}}}}}}'` does it; take it out again \
             afterwards, with null in place of the text: while it is there, no schedule is kept",
            kind = asset.kind.name().to_lowercase()
        ),
        AssetKind::KopiaMaintenance => {
            "no CronJob of it is there: VolSync makes one for a KopiaMaintenance with a schedule"
                .to_owned()
        }
        AssetKind::KopiaRepository => {
            "`kopia maintenance run --full` does it, for the repository's owner".to_owned()
        }
        AssetKind::Prometheus
        | AssetKind::CronJob
        | AssetKind::RestoreTest
        | AssetKind::Operator => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rstest::rstest;

    use super::*;

    fn asked(asset: &str, operation: Operation, place: Option<&str>) -> Result<String, String> {
        let wish = Wish {
            asset: asset.parse().unwrap(),
            operation,
            force: false,
            places: Arc::new(
                place
                    .map(|place| (CRON_JOB, place.to_owned()))
                    .into_iter()
                    .collect(),
            ),
        };
        match of(&wish) {
            Ok(key) => Ok(format!("{}/{}", key.namespace, key.name)),
            Err(error) => {
                let hint = error.hint.clone().unwrap_or_default();
                Err(format!("{error}; {hint}"))
            }
        }
    }

    #[rstest]
    #[case("CronJob/shop/dump", Operation::Backup, None, "shop/dump")]
    #[case("east:CronJob/shop/dump", Operation::Backup, None, "shop/dump")]
    #[case(
        "RestoreTest/shop/cnpg-restore-test",
        Operation::Drill,
        None,
        "shop/cnpg-restore-test"
    )]
    #[case(
        "KopiaMaintenance/shop/s3",
        Operation::Maintenance,
        Some("kopia-maint-1"),
        "shop/kopia-maint-1"
    )]
    #[case(
        "KopiaMaintenance/shop/s3",
        Operation::Maintenance,
        Some("volsync/maint"),
        "volsync/maint"
    )]
    fn what_a_cron_job_does_is_done_by_it(
        #[case] asset: &str,
        #[case] operation: Operation,
        #[case] place: Option<&str>,
        #[case] expected: &str,
    ) {
        assert_eq!(asked(asset, operation, place).unwrap(), expected);
    }

    #[rstest]
    #[case("CronJob/shop/dump", Operation::Prune, "leave out --operation")]
    #[case("RestoreTest/shop/t", Operation::Backup, "its CronJob does a drill")]
    #[case("KopiaMaintenance/shop/s3", Operation::Maintenance, "no CronJob of it")]
    #[case(
        "CNPGCluster/shop/db",
        Operation::Backup,
        "kubectl cnpg backup db -n shop"
    )]
    #[case(
        "ReplicationSource/shop/data",
        Operation::Backup,
        "kubectl patch replicationsource data -n shop"
    )]
    fn of_everything_else_the_way_is_told(
        #[case] asset: &str,
        #[case] operation: Operation,
        #[case] told: &str,
    ) {
        let error = asked(asset, operation, None).unwrap_err();
        assert!(error.contains(told), "{error}");
    }
}
