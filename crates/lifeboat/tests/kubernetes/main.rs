//! `lifeboat serve` with a real Kubernetes API server: the real binary, the operators' objects, and a clock that the test sets.
#![expect(clippy::unwrap_used, reason = "a panic in a helper is a failed test")]

mod both_engines;
mod clusters;
mod cnpg_archiving;
mod cnpg_backups;
mod cnpg_instances;
mod cnpg_ledger;
mod cnpg_migration;
mod cnpg_object_store;
mod cnpg_operators;
mod cnpg_points;
mod cnpg_schedules;
mod costs;
mod coverage;
mod cron_clock;
mod cron_freshness;
mod cron_jobs;
mod cron_memory;
mod cron_scene;
mod cron_selection;
mod installed;
mod leading_scene;
mod leading_takeover;
mod leading_trouble;
mod outage;
#[allow(
    dead_code,
    reason = "the tests of serve share this file, and use other parts of it"
)]
#[path = "../serve/prometheus_engine.rs"]
mod prometheus_engine;
mod queries;
mod rbac;
mod reporting;
mod restore_tests;
mod run_jobs;
mod scene;
#[allow(
    dead_code,
    reason = "the tests of serve share this file, and use other parts of it"
)]
#[path = "../serve/served.rs"]
mod served;
mod standbys;
#[path = "../support/mod.rs"]
mod support;
mod telling;
mod volsync_maintainers;
mod volsync_maintenance;
mod volsync_scene;
mod volsync_sources;
