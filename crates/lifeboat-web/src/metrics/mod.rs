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

/// A whole exposition of one view and one reading of the process.
pub fn render(view: Arc<View>, process: Process, format: TextFormat) -> Result<String, fmt::Error> {
    let mut text = render::render(view, VIEW_GROUPS)?;
    text.push_str(&render::render(Arc::new(process), PROCESS_GROUPS)?);
    Ok(match format {
        TextFormat::OpenMetrics => text + render::END,
        TextFormat::Plain => text_format::from_open_metrics(&text),
    })
}
