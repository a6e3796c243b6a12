//! Metrics: families as data, written from a view, in both of Prometheus's text formats.
//!
//! A new family is one entry in the file of its group. `docs/metrics.md` is made from the entries.

mod alerts;
mod asset_text;
mod assets;
mod checks;
mod compatibility;
mod coverage;
mod document;
mod exposition;
mod family;
mod health;
mod instances;
mod kopia_repositories;
mod labels;
mod maintenance;
mod negotiation;
mod observation;
mod observed;
mod process;
mod recovery_points;
mod render;
mod runs;
mod schedules;
mod series;
mod slo;
mod standing;
mod value;
mod wal;

use std::fmt;

use asset_text::AssetTexts;
pub use document::document;
pub use exposition::Exposition;
pub use family::{Family, Kind};
use lifeboat_controller::View;
pub use negotiation::TextFormat;
pub use process::Process;
use series::Label;
pub use series::Series;
pub use standing::Standing;

/// The families that are written from a view, in groups that each begin with a line of explanation.
const VIEW_GROUPS: &[&[Family<View>]] = &[
    assets::FAMILIES,
    recovery_points::FAMILIES,
    runs::FAMILIES,
    checks::FAMILIES,
    slo::FAMILIES,
    schedules::FAMILIES,
    instances::FAMILIES,
    wal::FAMILIES,
    maintenance::FAMILIES,
    kopia_repositories::FAMILIES,
    coverage::FAMILIES,
    observation::FAMILIES,
    alerts::FAMILIES,
    health::FAMILIES,
];

/// The families about this Lifeboat beside others, which a standby has as well.
const STANDING_GROUPS: &[&[Family<Standing>]] = &[standing::FAMILIES];

/// The families about the process, which are read at each scrape.
const PROCESS_GROUPS: &[&[Family<Process>]] = &[process::FAMILIES];

fn process_part(
    standing: Standing,
    process: &Process,
    format: TextFormat,
) -> Result<String, fmt::Error> {
    let mut text = String::new();
    let none = AssetTexts::default();
    render::render(&standing, STANDING_GROUPS, format, &none, &mut text)?;
    render::render(process, PROCESS_GROUPS, format, &none, &mut text)?;
    text.push_str(render::end(format));
    Ok(text)
}

/// A whole exposition of one view and one reading of the process, with every family, as of a Lifeboat
/// that leads others.
pub fn render(view: &View, process: &Process, format: TextFormat) -> Result<String, fmt::Error> {
    let mut text = String::new();
    let assets = AssetTexts::of(view.assets.iter().map(|view| &view.asset.id));
    render::render(view, VIEW_GROUPS, format, &assets, &mut text)?;
    render::render(view, compatibility::GROUPS, format, &assets, &mut text)?;
    let standing = Standing { leads: Some(true) };
    Ok(text + &process_part(standing, process, format)?)
}
