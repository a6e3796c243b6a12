//! Labels and annotations: what an alert is called outside, and what is written beside it.

use std::collections::BTreeMap;

use lifeboat_core::AlertInstance;

use crate::catalogue::runbook_anchor;

/// Names and values, in the order of the names.
pub type LabelSet = BTreeMap<String, String>;

/// The labels that Lifeboat itself gives, so that no external one may have their names. `cluster`
/// is free: an asset's own cluster wins over it.
pub(crate) const RESERVED: [&str; 5] = ["alertname", "severity", "kind", "namespace", "name"];

/// The labels of an alert: its identity for Alertmanager. An alert's own win over external ones.
#[must_use]
pub fn labels(instance: &AlertInstance, external: &LabelSet) -> LabelSet {
    let asset = &instance.key.asset;
    let mut labels = external.clone();
    let mut own = vec![
        ("alertname", instance.key.alert.as_str()),
        ("severity", instance.severity.name()),
        ("kind", asset.kind.name()),
        ("namespace", &asset.namespace),
        ("name", &asset.name),
    ];
    own.extend(asset.cluster.as_deref().map(|cluster| ("cluster", cluster)));
    labels.extend(
        own.into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    // Alertmanager drops labels without a value, so they are not part of the identity.
    labels.retain(|_, value| !value.is_empty());
    labels
}

/// The annotations of an alert: `summary`, `description` and `runbook_url`.
#[must_use]
pub fn annotations(instance: &AlertInstance, runbook_base: &str) -> LabelSet {
    let base = runbook_base.trim_end_matches('/');
    let anchor = runbook_anchor(&instance.key.alert);
    [
        ("summary", instance.summary.clone()),
        ("description", instance.description.clone()),
        ("runbook_url", format!("{base}/{anchor}")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// The fingerprint that Alertmanager gives to an alert with these labels: 64-bit FNV-1a of the names
/// and values, each followed by a byte 255, in hexadecimal.
#[must_use]
pub fn fingerprint(labels: &LabelSet) -> String {
    let texts = labels.iter().flat_map(|(name, value)| [name, value]);
    fnv1a(texts.map(String::as_str))
}

/// 64-bit FNV-1a of texts, each followed by a byte 255, in hexadecimal.
pub(crate) fn fnv1a<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let bytes = texts.flat_map(|text| text.bytes().chain(std::iter::once(0xff)));
    let hash = bytes.fold(OFFSET, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    });
    format!("{hash:016x}")
}
