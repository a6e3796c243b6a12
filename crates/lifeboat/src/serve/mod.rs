//! `lifeboat serve`: settings, and the wiring of ledger, resources, controller, notifiers and HTTP.

mod error;
mod kopia;
mod leading;
mod object_stores;
mod run;
mod run_history;
mod settings;
mod settings_file;
mod web;
mod work;

pub(crate) use error::ServeError;
pub(crate) use run::run;
pub(crate) use settings_file::SettingsFileError;
