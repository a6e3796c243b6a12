//! Metrics: families as data, written from a view, in both of Prometheus's text formats.
//!
//! A new family is one entry in the file of its group. `docs/metrics.md` is made from the entries.

mod alerts;
mod assets;
mod cache;
mod checks;
mod compatibility;
mod coverage;
mod document;
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
mod standing;
mod value;
mod wal;

use std::fmt;

pub use cache::{Exposition, ExpositionCache};
pub use document::document;
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

/// What an asset's series take, rounded up. Memory that is reserved and not written costs nothing.
const BYTES_PER_ASSET: usize = 12 * 1024;
/// What the descriptions and Lifeboat's own series take, rounded up.
const BYTES_OF_OTHERS: usize = 16 * 1024;

/// Renders the view's part into a text that is empty, with the names that others gave or without.
fn view_part(
    view: &View,
    format: TextFormat,
    compatibility: bool,
    mut text: String,
) -> Result<String, fmt::Error> {
    // Growing to many megabytes by doubling would cost as much as writing them.
    text.reserve(BYTES_OF_OTHERS + view.assets.len() * BYTES_PER_ASSET);
    render::render(view, VIEW_GROUPS, format, &mut text)?;
    if compatibility {
        render::render(view, compatibility::GROUPS, format, &mut text)?;
    }
    Ok(text)
}

fn process_part(
    standing: &Standing,
    process: &Process,
    format: TextFormat,
) -> Result<String, fmt::Error> {
    let mut text = String::new();
    render::render(standing, STANDING_GROUPS, format, &mut text)?;
    render::render(process, PROCESS_GROUPS, format, &mut text)?;
    text.push_str(render::end(format));
    Ok(text)
}

/// A whole exposition of one view and one reading of the process, with every family, as of a Lifeboat
/// that leads others.
pub fn render(view: &View, process: &Process, format: TextFormat) -> Result<String, fmt::Error> {
    let standing = Standing { leads: Some(true) };
    Ok(view_part(view, format, true, String::new())? + &process_part(&standing, process, format)?)
}
