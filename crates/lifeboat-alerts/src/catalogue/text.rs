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
        self.0
            .replace("{asset}", asset)
            .replace("{kind}", kind)
            .replace("{namespace}", namespace)
            .replace("{name}", name)
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
