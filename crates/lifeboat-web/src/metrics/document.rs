//! `docs/metrics.md`: every family with its type, labels, meaning and source, from the very data that writes it.

use std::fmt::Write;

use super::{Family, PROCESS_GROUPS, STANDING_GROUPS, VIEW_GROUPS, compatibility};

/// What each group is about, in the order of the groups.
const TITLES: [&str; 16] = [
    "Assets",
    "Recovery points",
    "Runs",
    "Checks and objectives",
    "Service levels",
    "Schedules and backups of others",
    "Instances of databases",
    "WAL",
    "Maintenance",
    "Kopia repositories",
    "Coverage",
    "What is seen, and findings",
    "Alerts",
    "Lifeboat itself",
    "Lifeboat beside others",
    "The process",
];

/// What the groups of names that others gave are about, in their order.
const COMPATIBILITY_TITLES: [&str; 9] = [
    "Compatibility: CloudNativePG, names that only rules knew",
    "Compatibility: object stores of CloudNativePG, names that only rules knew",
    "Compatibility: CloudNativePG's exporter",
    "Compatibility: the instances of CloudNativePG, by its exporter",
    "Compatibility: CronJobs, as kube-state-metrics has them",
    "Compatibility: Jobs, as kube-state-metrics has them",
    "Compatibility: programs that make backups",
    "Compatibility: the maintenance of Kopia repositories, as VolSync names it",
    "Compatibility: Kopia repositories, as VolSync names it",
];

/// The tables of all families, as Markdown.
#[must_use]
pub fn document() -> String {
    let view = VIEW_GROUPS.iter().map(|group| table(group));
    let standing = STANDING_GROUPS.iter().map(|group| table(group));
    let process = PROCESS_GROUPS.iter().map(|group| table(group));
    let mut text = String::new();
    for (title, table) in TITLES.iter().zip(view.chain(standing).chain(process)) {
        text.extend(["## ", title, "\n\n", &table, "\n"]);
    }
    let groups = compatibility::GROUPS.iter().map(|group| table(group));
    for (title, table) in COMPATIBILITY_TITLES.iter().zip(groups) {
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
