//! What people call the programs that backups depend on, alike wherever one of them is named.

/// The operator of CloudNativePG.
pub const CLOUDNATIVE_PG_OPERATOR: &str = "CloudNativePG operator";
/// CloudNativePG's plugin for backups with barman-cloud.
pub const BARMAN_CLOUD_PLUGIN: &str = "barman-cloud plugin";
/// The operator of `VolSync`.
pub const VOLSYNC_OPERATOR: &str = "VolSync operator";
