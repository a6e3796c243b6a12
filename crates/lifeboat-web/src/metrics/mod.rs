//! Metrics: families as data, written from a view, in both of Prometheus's text formats.
//!
//! A new family is one entry in the file of its group. `docs/metrics.md` is made from the entries.

mod alerts;
mod assets;
mod cache;
mod checks;
mod document;
mod family;
mod health;
mod labels;
mod negotiation;
mod process;
mod recovery_points;
mod render;
mod runs;
mod text_format;

use std::{fmt, sync::Arc};

pub use cache::{Exposition, ExpositionCache};
pub use document::document;
pub use family::{Family, Kind, Series};
use labels::Label;
use lifeboat_controller::View;
pub use negotiation::TextFormat;
pub use process::Process;

/// The families that are written from a view, in groups that each begin with a line of explanation.
const VIEW_GROUPS: &[&[Family<View>]] = &[
    assets::FAMILIES,
    recovery_points::FAMILIES,
    runs::FAMILIES,
    checks::FAMILIES,
    alerts::FAMILIES,
    health::FAMILIES,
];

/// The families about the process, which are read at each scrape.
const PROCESS_GROUPS: &[&[Family<Process>]] = &[process::FAMILIES];

/// What an asset's series take, rounded up. Memory that is reserved and not written costs nothing.
const BYTES_PER_ASSET: usize = 12 * 1024;
/// What the descriptions and Lifeboat's own series take, rounded up.
const BYTES_OF_OTHERS: usize = 16 * 1024;

fn view_part(view: Arc<View>) -> Result<String, fmt::Error> {
    let expected_bytes = BYTES_OF_OTHERS + view.assets.len() * BYTES_PER_ASSET;
    render::render(view, VIEW_GROUPS, expected_bytes)
}

fn process_part(process: Process) -> Result<String, fmt::Error> {
    render::render(Arc::new(process), PROCESS_GROUPS, BYTES_OF_OTHERS)
}

/// A whole exposition of one view and one reading of the process.
pub fn render(view: Arc<View>, process: Process, format: TextFormat) -> Result<String, fmt::Error> {
    let mut text = view_part(view)?;
    text.push_str(&process_part(process)?);
    Ok(match format {
        TextFormat::OpenMetrics => text + render::END,
        TextFormat::Plain => text_format::from_open_metrics(&text),
    })
}
