//! Names that others gave: queries and rules written for them work unchanged, and get true answers.
//!
//! They can be left out where the programs that own the names are scraped as well.

mod cnpg;
mod cnpg_collector;
mod cnpg_instances;
mod cron_job;
mod deployment;
mod job;
mod kopia;
mod kopia_maintenance;
mod kopia_repository;
mod labels;
mod object_store;
mod success;

use lifeboat_controller::View;

use super::Family;

/// The families, in groups.
pub(super) const GROUPS: &[&[Family<View>]] = &[
    cnpg::FAMILIES,
    object_store::FAMILIES,
    cnpg_collector::FAMILIES,
    cnpg_instances::FAMILIES,
    cron_job::FAMILIES,
    job::FAMILIES,
    deployment::FAMILIES,
    kopia_maintenance::FAMILIES,
    kopia_repository::FAMILIES,
];
