//! `docs/metrics.md`: every family with its type, labels, meaning and source, from the very data that writes it.

use std::fmt::Write;

use super::{Family, PROCESS_GROUPS, VIEW_GROUPS};

/// What each group is about, in the order of the groups.
const TITLES: [&str; 7] = [
    "Assets",
    "Recovery points",
    "Runs",
    "Checks and objectives",
    "Alerts",
    "Lifeboat itself",
    "The process",
];

/// The tables of all families, as Markdown.
#[must_use]
pub fn document() -> String {
    let view = VIEW_GROUPS.iter().map(|group| table(group));
    let process = PROCESS_GROUPS.iter().map(|group| table(group));
    let mut text = String::new();
    for (title, table) in TITLES.iter().zip(view.chain(process)) {
        text.extend(["## ", title, "\n\n", &table, "\n"]);
    }
    text
}

fn table<T>(families: &[Family<T>]) -> String {
    let mut text =
        String::from("| metric | type | labels | meaning | source |\n|---|---|---|---|---|\n");
    for family in families {
        let row = [
            format!("`{}`", family.name),
            family.kind.name().to_owned(),
            labels(family),
            family.help.to_owned(),
            family.source.to_owned(),
        ];
        // Writing to a string can't fail.
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text
}

fn labels<T>(family: &Family<T>) -> String {
    let of_asset = family.of_asset.then(|| "*asset*".to_owned());
    let own = family.labels.iter().map(|label| format!("`{label}`"));
    of_asset
        .into_iter()
        .chain(own)
        .collect::<Vec<_>>()
        .join(", ")
}
