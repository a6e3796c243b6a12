//! Every asset in a line, and below what is wrong.

use std::io::{self, Write};

use jiff::Timestamp;
use lifeboat_core::Status;
use lifeboat_kubernetes::CLUSTER_NOT_SEEN;
use lifeboat_web::api::{AssetCounts, AssetList, AssetSummary, CoverageList, FindingReport};
use serde::Serialize;

use super::{
    coverage, maintained, observed,
    words::{self, span, status},
};
use crate::output::{Report, Table, alert, fine, note, short_age};

/// What is left of a line for the asset's name.
const NAME_WIDTH: usize = 28;

/// The assets that were asked for.
#[derive(Serialize)]
pub(super) struct Overview {
    #[serde(flatten)]
    pub(super) list: AssetList,
    /// What somebody should look at, though it concerns none of the assets.
    pub(super) findings: Vec<FindingReport>,
    /// What holds data and what covers it; none where only some assets were asked for.
    pub(super) coverage: Option<CoverageList>,
    /// Whether the cluster itself was asked.
    #[serde(skip)]
    pub(super) is_of_cluster: bool,
    /// How many there are with those that a filter left out.
    #[serde(skip)]
    pub(super) known: usize,
}

impl Overview {
    pub(super) fn is_fine(&self) -> bool {
        let counts = self.list.counts;
        counts.failing == 0 && counts.unknown == 0 && !self.list.as_of.stale && !self.is_unseen()
    }

    /// Whether a cluster was not seen in full, so that assets may be missing here.
    fn is_unseen(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.code == CLUSTER_NOT_SEEN)
    }

    pub(super) fn news(&self) -> String {
        let list = &self.list;
        let assets = list.assets.iter().map(news);
        let alerts = list.alerts.iter().map(|alert| {
            let (name, asset, state) = (&alert.alert, &alert.asset, alert.state);
            format!("{name} {asset} {state}")
        });
        let news: Vec<String> = assets.chain(alerts).collect();
        let (ledger, resources) = (&list.lifeboat.ledger.up, &list.lifeboat.resources.valid);
        let notifiers = &list.lifeboat.failing_notifiers;
        let stale = list.as_of.stale;
        let findings: Vec<&String> = self.findings.iter().map(|one| &one.message).collect();
        let coverage = self.coverage.as_ref().map(coverage::news);
        format!("{stale} {ledger} {resources} {notifiers:?} {news:?} {findings:?} {coverage:?}")
    }
}

/// What is new about an asset when it differs.
pub(super) fn news(asset: &AssetSummary) -> String {
    let troubles = asset.troubles.iter();
    let troubles: Vec<_> = troubles
        .map(|check| (check.check, check.status, &check.reason))
        .collect();
    let point = asset.newest_good_recovery_point.as_ref();
    let running: Vec<_> = asset.running.iter().map(|running| &running.run).collect();
    format!(
        "{} {} {troubles:?} {:?} {:?} {running:?}",
        asset.asset,
        asset.status,
        point.map(|point| &point.name),
        asset.last_backup.as_ref().map(|run| &run.run),
    )
}

impl Report for Overview {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        // Ages count from the server's moment: its clock and this one may differ.
        let at = self.list.as_of.at;
        words::staleness(out, &self.list.as_of)?;
        if self.list.assets.is_empty() {
            self.write_nothing(out)?;
        } else {
            writeln!(out, "{}\n", headline(self.list.counts))?;
            table(&self.list.assets, at).write(out)?;
        }
        for asset in &self.list.assets {
            if !asset.troubles.is_empty() {
                writeln!(out, "\n{}", asset.asset)?;
            }
            words::checks(out, &asset.troubles)?;
        }
        if let Some(coverage) = &self.coverage {
            coverage::write(out, coverage)?;
        }
        let of_assets = self.list.assets.iter().flat_map(|asset| &asset.findings);
        let findings: Vec<&FindingReport> = self.findings.iter().chain(of_assets).collect();
        observed::findings(out, &findings)?;
        words::alerts(out, &self.list.alerts, at)?;
        words::lifeboat(out, &self.list.lifeboat)
    }
}

impl Overview {
    fn write_nothing(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.known > 0 {
            return writeln!(out, "None of the {} assets fits.", self.known);
        }
        if self.is_unseen() {
            let unknown = note("unknown");
            return writeln!(out, "What assets there are is {unknown}.");
        }
        writeln!(out, "There are no assets yet.")?;
        let way = if self.is_of_cluster {
            "hint: watched are the Clusters of CloudNativePG, and CronJobs that say so: `kubectl label \
             -n NAMESPACE cronjob NAME lifeboat.dev/backup=true`"
        } else {
            "hint: put a PrometheusBackup document into the folder that `lifeboat serve` reads its \
             resources from (`lifeboat resources check` says whether it is right), or let it watch \
             a cluster with --kubernetes"
        };
        words::paragraph(out, 0, way)
    }
}

/// The whole in a sentence.
fn headline(counts: AssetCounts) -> String {
    let total = counts.total();
    let verb = |count| if count == 1 { "is" } else { "are" };
    let noun = if total == 1 { "asset" } else { "assets" };
    let mut parts = Vec::new();
    for (count, word) in [
        (counts.failing, alert("FAILING")),
        (counts.unknown, note("unknown")),
        (counts.ok, fine("ok")),
        (counts.paused, note("paused")),
    ] {
        if count == 0 {
            continue;
        }
        let share = match (parts.is_empty(), count == total, total) {
            (true, true, 1) => format!("The only {noun}"),
            (true, true, _) => format!("All {total} {noun}"),
            (true, false, _) => format!("{count} of {total} {noun}"),
            (false, ..) => count.to_string(),
        };
        parts.push(format!("{share} {} {word}", verb(count)));
    }
    format!("{}.", parts.join(", "))
}

fn table(assets: &[AssetSummary], at: Timestamp) -> Table {
    let headings = ["ASSET", "STATUS", "LAST GOOD", "LAST RUN", "NEXT RUN"];
    let mut clusters = assets.iter().map(|asset| &asset.cluster);
    let first = clusters.next();
    let has_several = clusters.any(|cluster| Some(cluster) != first);
    let mut table = if has_several {
        Table::new(&[&["CLUSTER"], &headings[..]].concat())
    } else {
        Table::new(&headings)
    };
    for asset in assets {
        // What nothing is done with has nothing to tell of.
        let is_carried_out = asset.kind.operation().is_some();
        let told = |text: &dyn Fn() -> String| {
            if is_carried_out {
                text()
            } else {
                "-".to_owned()
            }
        };
        let name = format!("{}/{}/{}", asset.kind, asset.namespace, asset.name);
        let cluster = asset.cluster.as_deref().unwrap_or("-");
        let cluster = has_several.then(|| folded(cluster));
        let columns = [
            folded(&name),
            status(asset.status),
            told(&|| newest(asset)),
            told(&|| last(asset, at)),
            told(&|| next(asset, at)),
        ];
        table.row(cluster.into_iter().chain(columns));
    }
    table
}

/// The age of the newest good backup, or of the last good maintenance or rehearsal, and what is promised.
fn newest(asset: &AssetSummary) -> String {
    if let Some(maintenance) = &asset.maintenance {
        let promised = asset.objectives.maintenance_age_seconds;
        return maintained::age(maintenance.age_seconds, promised);
    }
    if let Some(rehearsal) = &asset.rehearsal {
        return maintained::age(rehearsal.age_seconds, asset.objectives.drill_age_seconds);
    }
    let promised = span(asset.objectives.maximum_age_seconds);
    match &asset.newest_good_recovery_point {
        Some(point) => {
            let age = span(point.age_seconds);
            let is_late = point.age_seconds > asset.objectives.maximum_age_seconds;
            let is_told = is_late && asset.status != Status::Paused;
            let age = if is_told { alert(&age) } else { age };
            format!("{age} of {promised}")
        }
        None => format!("none of {promised}"),
    }
}

fn last(asset: &AssetSummary, at: Timestamp) -> String {
    let mut running = asset.running.iter();
    let operation = asset.kind.operation();
    if let Some(running) = running.find(|running| Some(running.operation) == operation) {
        return note(&format!("running {}", short_age(running.started_at, at)));
    }
    let (last, left_a_trace) = match (&asset.maintenance, &asset.rehearsal) {
        (Some(maintenance), _) => {
            let succeeded = maintenance.last_maintenance;
            (&maintenance.last_run, succeeded.is_some())
        }
        (None, Some(rehearsal)) => (&rehearsal.last_run, rehearsal.last_rehearsal.is_some()),
        (None, None) => {
            let made = &asset.newest_good_recovery_point;
            (&asset.last_backup, made.is_some())
        }
    };
    match last {
        Some(run) => words::ended(run, at),
        // Others ran it, and left no trace but what it made.
        None if left_a_trace => "not seen".to_owned(),
        None => "never".to_owned(),
    }
}

fn next(asset: &AssetSummary, at: Timestamp) -> String {
    let mut next = asset.next_runs.iter();
    let operation = asset.kind.operation();
    match next.find(|next| Some(next.operation) == operation) {
        Some(next) => words::due(next.at, at),
        None => "none".to_owned(),
    }
}

/// A name broken into lines that fit, behind a slash where that does.
fn folded(name: &str) -> String {
    let mut lines = vec![String::new()];
    for part in name.split_inclusive('/') {
        let mut rest: Vec<char> = part.chars().collect();
        while !rest.is_empty() {
            let used = lines.last().map_or(0, |line| line.chars().count());
            if used > 0 && used + rest.len() > NAME_WIDTH {
                lines.push(String::new());
                continue;
            }
            let taken: String = rest.drain(..rest.len().min(NAME_WIDTH)).collect();
            if let Some(line) = lines.last_mut() {
                line.push_str(&taken);
            }
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case((1, 0, 0, 0), "The only asset is ok.")]
    #[case((3, 0, 0, 0), "All 3 assets are ok.")]
    #[case((2, 1, 0, 0), "1 of 3 assets is FAILING, 2 are ok.")]
    #[case((1, 2, 1, 1), "2 of 5 assets are FAILING, 1 is unknown, 1 is ok, 1 is paused.")]
    #[case((0, 0, 2, 0), "All 2 assets are unknown.")]
    #[case((1, 0, 0, 1), "1 of 2 assets is ok, 1 is paused.")]
    fn the_first_line_says_it_all(
        #[case] (ok, failing, unknown, paused): (usize, usize, usize, usize),
        #[case] expected: &str,
    ) {
        let counts = AssetCounts {
            ok,
            failing,
            unknown,
            paused,
        };
        let plain = anstream::adapter::strip_str(&headline(counts)).to_string();
        assert_eq!(plain, expected);
    }

    #[test]
    fn a_long_name_is_folded_and_loses_nothing() {
        let name =
            "Prometheus/a-namespace-of-some-length/a-name-that-is-longer-than-any-line-may-be";
        let folded = folded(name);
        assert!(
            folded
                .lines()
                .all(|line| line.chars().count() <= NAME_WIDTH)
        );
        assert_eq!(folded.replace('\n', ""), name);
    }
}
