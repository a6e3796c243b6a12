//! Writes families as `OpenMetrics` text.

use std::{fmt, sync::Arc};

use prometheus_client::{
    collector::Collector, encoding::DescriptorEncoder, encoding::text::encode_registry,
    registry::Registry,
};

use super::Family;

/// What ends a complete exposition.
pub(super) const END: &str = "# EOF\n";

#[derive(Debug)]
struct Facts<T: 'static> {
    facts: Arc<T>,
    groups: &'static [&'static [Family<T>]],
}

impl<T: fmt::Debug + Send + Sync> Collector for Facts<T> {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for family in self.groups.iter().copied().flatten() {
            family.encode(&self.facts, &mut encoder)?;
        }
        Ok(())
    }
}

/// The families' descriptions and series, without the end of an exposition. `expected_bytes` may be
/// wrong either way.
pub(super) fn render<T: fmt::Debug + Send + Sync>(
    facts: Arc<T>,
    groups: &'static [&'static [Family<T>]],
    expected_bytes: usize,
) -> Result<String, fmt::Error> {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Facts { facts, groups }));
    // Growing to many megabytes by doubling would cost as much as writing them.
    let mut text = String::with_capacity(expected_bytes);
    encode_registry(&mut text, &registry)?;
    Ok(text)
}
