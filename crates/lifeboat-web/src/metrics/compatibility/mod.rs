//! Names that others gave: queries and rules written for them work unchanged, and get true answers.
//!
//! They can be left out where the programs that own the names are scraped as well.

mod absent;
mod cnpg;
mod cnpg_collector;
mod cron_job;
mod job;
mod kopia;
mod kopia_maintenance;
mod kopia_repository;
mod labels;
mod object_store;
mod success;

pub(super) use absent::ABSENT;
use lifeboat_controller::View;

use super::Family;

/// The families, in groups.
pub(super) const GROUPS: &[&[Family<View>]] = &[
    cnpg::FAMILIES,
    object_store::FAMILIES,
    cnpg_collector::FAMILIES,
    cron_job::FAMILIES,
    job::FAMILIES,
    kopia_maintenance::FAMILIES,
    kopia_repository::FAMILIES,
];
