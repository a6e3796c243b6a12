//! Coverage: what holds data and which backup covers it, below the assets or by itself.

use std::io::{self, Write};

use jiff::Timestamp;
use lifeboat_core::CoverageStatus;
use lifeboat_web::api::{CoverageCounts, CoverageList, CoverageReport};
use serde::Serialize;

use super::words::{self, capitalised, paragraph, span};
use crate::output::{Report, alert, fine, note};

/// How many things without a backup are shown below the assets.
const SHOWN: usize = 10;

/// All of it, one thing after the other.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct AllCoverage(pub(super) CoverageList);

impl AllCoverage {
    /// Whether what is told is all there is to tell. That something has no backup breaks no promise.
    pub(super) fn is_fine(&self) -> bool {
        let list = &self.0;
        list.unseen.is_empty() && list.blind.is_empty() && !list.as_of.stale
    }

    pub(super) fn news(&self) -> String {
        format!("{} {}", self.0.as_of.stale, news(&self.0))
    }
}

impl Report for AllCoverage {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        let list = &self.0;
        words::staleness(out, &list.as_of)?;
        if !list.watched {
            writeln!(
                out,
                "No cluster is watched, so nobody knows what holds data."
            )?;
            return paragraph(
                out,
                0,
                "hint: let `lifeboat serve` watch one with --kubernetes",
            );
        }
        head(out, list)?;
        for subject in &list.subjects {
            writeln!(out)?;
            told(out, subject, 0)?;
        }
        advice(out, list)
    }
}

/// What is new of it when it differs.
pub(super) fn news(list: &CoverageList) -> String {
    let subjects = list.subjects.iter();
    let subjects: Vec<_> = subjects
        .map(|one| (named(one), one.state, &one.why, &one.covered_by))
        .collect();
    format!("{:?} {subjects:?}", list.unseen)
}

/// In short, below the assets: how many there are, and the first of those that nothing covers.
pub(super) fn write(out: &mut dyn Write, list: &CoverageList) -> io::Result<()> {
    let is_empty = list.counts.total() == 0 && list.unseen.is_empty() && list.blind.is_empty();
    if !list.watched || is_empty {
        return Ok(());
    }
    writeln!(out)?;
    head(out, list)?;
    let bare = |status| {
        let subjects = list.subjects.iter();
        subjects.filter(move |one| one.state == status)
    };
    let open = || bare(CoverageStatus::Uncovered).chain(bare(CoverageStatus::Unknown));
    for subject in open().take(SHOWN) {
        told(out, subject, 2)?;
    }
    let more = open().count().saturating_sub(SHOWN);
    if more > 0 {
        writeln!(out, "  and {more} more: lifeboat status --coverage")?;
    }
    advice(out, list)
}

/// How many are covered how, and what can't be seen.
fn head(out: &mut dyn Write, list: &CoverageList) -> io::Result<()> {
    paragraph(out, 0, &headline(list.counts))?;
    for unseen in &list.unseen {
        let cluster = unseen.cluster.as_ref();
        let within = cluster.map_or_else(String::new, |name| format!(" in the cluster {name}"));
        let head = note(&format!("Not every {}{within} is seen:", unseen.kind));
        paragraph(out, 2, &format!("{head} {}.", unseen.error))?;
    }
    for blind in &list.blind {
        let for_long = span(blind.for_seconds);
        let head = note("Nobody sees what changes,");
        paragraph(out, 2, &format!("{head} for {for_long}: {}.", blind.error))?;
    }
    Ok(())
}

/// The whole in a sentence.
fn headline(counts: CoverageCounts) -> String {
    let total = counts.total();
    if total == 0 {
        return "Coverage: nothing is seen that holds data.".to_owned();
    }
    let by: Vec<String> = [
        (counts.by_volume_backup, "volume backup"),
        (counts.by_cnpg, "CloudNativePG"),
        (counts.by_cron_job, "CronJob"),
        (counts.by_prometheus, "Prometheus backup"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, means)| format!("{count} by {means}"))
    .collect();
    let by = if by.is_empty() {
        String::new()
    } else {
        format!(" ({})", by.join(", "))
    };
    let mut parts = vec![format!(
        "{} of {total} {}{by}",
        counts.covered,
        fine("covered")
    )];
    for (count, word) in [
        (counts.uncovered, alert("WITHOUT BACKUP")),
        (counts.unknown, note("unknown")),
        (counts.excused, note("excused")),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    format!("Coverage: {}.", parts.join(", "))
}

/// One thing: what it is, how it is covered and since when, and by what or why not.
fn told(out: &mut dyn Write, subject: &CoverageReport, indent: usize) -> io::Result<()> {
    let state = match subject.state {
        CoverageStatus::Covered => fine("covered"),
        CoverageStatus::Uncovered => alert("no backup"),
        CoverageStatus::Unknown => note("unknown"),
        CoverageStatus::Excused => note("excused"),
    };
    let age = span(subject.for_seconds);
    let name = named(subject);
    paragraph(out, indent, &format!("{name} {state}, for {age}"))?;
    if let Some(why) = &subject.why {
        let stop = if why.ends_with('.') { "" } else { "." };
        paragraph(out, indent + 2, &format!("{}{stop}", capitalised(why)))?;
    }
    for cover in &subject.covered_by {
        paragraph(out, indent + 2, &format!("by {}", cover.asset))?;
    }
    Ok(())
}

fn named(subject: &CoverageReport) -> String {
    let cluster = subject.cluster.as_ref();
    let cluster = cluster.map_or_else(String::new, |name| format!("{name}:"));
    let (kind, namespace, name) = (subject.kind, &subject.namespace, &subject.name);
    format!("{cluster}{kind}/{namespace}/{name}")
}

/// The next step, once for all.
fn advice(out: &mut dyn Write, list: &CoverageList) -> io::Result<()> {
    if list.counts.uncovered == 0 {
        return Ok(());
    }
    paragraph(
        out,
        2,
        "hint: back it up, or say why it needs none: kubectl annotate -n NAMESPACE pvc NAME \
         lifeboat.dev/no-backup=\"the reason\"",
    )
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        CoverageCounts::default(),
        "Coverage: nothing is seen that holds data."
    )]
    #[case(CoverageCounts { uncovered: 2, ..CoverageCounts::default() },
        "Coverage: 0 of 2 covered, 2 WITHOUT BACKUP.")]
    #[case(CoverageCounts { covered: 3, by_volume_backup: 2, by_cnpg: 1, excused: 1, unknown: 1,
        ..CoverageCounts::default() },
        "Coverage: 3 of 5 covered (2 by volume backup, 1 by CloudNativePG), 1 unknown, 1 excused.")]
    fn the_first_line_says_how_many_are_covered_how(
        #[case] counts: CoverageCounts,
        #[case] expected: &str,
    ) {
        let plain = anstream::adapter::strip_str(&headline(counts)).to_string();
        assert_eq!(plain, expected);
    }
}
