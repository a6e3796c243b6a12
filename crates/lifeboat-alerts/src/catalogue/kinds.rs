//! The kinds of assets that alerts are about together.

use lifeboat_core::AssetKind;

/// What backups are made of.
pub(super) const HOLDS_DATA: &[AssetKind] = &[
    AssetKind::Prometheus,
    AssetKind::CnpgCluster,
    AssetKind::CronJob,
    AssetKind::ReplicationSource,
    AssetKind::ReplicationDestination,
];

/// What backups are made of, other than clusters of PostgreSQL.
pub(super) const HOLDS_OTHER_DATA: &[AssetKind] = &[
    AssetKind::Prometheus,
    AssetKind::CronJob,
    AssetKind::ReplicationSource,
    AssetKind::ReplicationDestination,
];

/// What something has to run for, again and again.
pub(super) const CARRIED_OUT: &[AssetKind] = &[
    AssetKind::Prometheus,
    AssetKind::CnpgCluster,
    AssetKind::CronJob,
    AssetKind::ReplicationSource,
    AssetKind::ReplicationDestination,
    AssetKind::KopiaMaintenance,
    AssetKind::KopiaRepository,
    AssetKind::RestoreTest,
];

/// What others operate.
pub(super) const OBSERVED: &[AssetKind] = &[
    AssetKind::CnpgCluster,
    AssetKind::CronJob,
    AssetKind::ReplicationSource,
    AssetKind::ReplicationDestination,
    AssetKind::KopiaMaintenance,
    AssetKind::KopiaRepository,
    AssetKind::RestoreTest,
    AssetKind::Operator,
];

/// A Prometheus.
pub(super) const PROMETHEUS: &[AssetKind] = &[AssetKind::Prometheus];
/// A cluster of PostgreSQL.
pub(super) const CNPG: &[AssetKind] = &[AssetKind::CnpgCluster];
/// A `CronJob`'s data.
pub(super) const CRON_JOB: &[AssetKind] = &[AssetKind::CronJob];
/// Volumes under `VolSync`.
pub(super) const VOLSYNC: &[AssetKind] = &[
    AssetKind::ReplicationSource,
    AssetKind::ReplicationDestination,
];
/// The upkeep of Kopia repositories, by whoever tells of it.
pub(super) const KOPIA: &[AssetKind] = &[AssetKind::KopiaMaintenance, AssetKind::KopiaRepository];
/// The upkeep of Kopia repositories, as Kubernetes tells it.
pub(super) const KOPIA_MAINTENANCE: &[AssetKind] = &[AssetKind::KopiaMaintenance];
/// Kopia repositories, as they tell of themselves.
pub(super) const KOPIA_REPOSITORY: &[AssetKind] = &[AssetKind::KopiaRepository];
/// Rehearsals of a restore.
pub(super) const RESTORE_TEST: &[AssetKind] = &[AssetKind::RestoreTest];
/// Programs that backups depend on.
pub(super) const OPERATOR: &[AssetKind] = &[AssetKind::Operator];
