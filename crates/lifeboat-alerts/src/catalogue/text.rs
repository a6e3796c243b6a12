//! Texts: sentences with a place for the asset they are about, alike for both engines.

use lifeboat_core::AssetId;

/// A text in which `{asset}`, `{kind}`, `{namespace}` and `{name}` stand for what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text(pub &'static str);

impl Text {
    /// The text about an asset.
    #[must_use]
    pub fn about(self, asset: &AssetId) -> String {
        self.filled(
            &asset.to_string(),
            asset.kind.name(),
            &asset.namespace,
            &asset.name,
        )
    }

    /// The text as a template of Prometheus, which fills in the labels of each alert.
    #[must_use]
    pub fn template(self) -> String {
        self.filled(
            "{{ with $labels.cluster }}{{ . }}:{{ end }}{{ $labels.kind }}/{{ $labels.namespace }}/{{ $labels.name }}",
            "{{ $labels.kind }}",
            "{{ $labels.namespace }}",
            "{{ $labels.name }}",
        )
    }

    fn filled(self, asset: &str, kind: &str, namespace: &str, name: &str) -> String {
        // In one pass: of thousands of alerts that fire, each evaluation writes all texts anew.
        let mut text = String::with_capacity(self.0.len() + asset.len());
        let mut rest = self.0;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (place, after) = after.split_once('}').unwrap_or((after, ""));
            match place {
                "asset" => text.push_str(asset),
                "kind" => text.push_str(kind),
                "namespace" => text.push_str(namespace),
                "name" => text.push_str(name),
                other => text.extend(["{", other, "}"]),
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

/// Makes a sentence of a clause.
pub(super) fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}
