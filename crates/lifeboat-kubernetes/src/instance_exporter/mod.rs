//! The exporters of CloudNativePG's instances: what each pod says of archiving and replication.

mod counters;
mod exposition;
mod metrics;
mod reader;
mod readings;
mod scraper;
mod target;

pub use counters::{ArchiverCounters, ArchiverIncrease};
pub use metrics::{InstanceMetrics, RecoveryPointTimes};
pub(crate) use reader::Reader;
pub use readings::{PodReadings, Readings};
pub use scraper::{InstanceReading, Scraper, ScraperError, ScraperSettings};
pub use target::Target;
