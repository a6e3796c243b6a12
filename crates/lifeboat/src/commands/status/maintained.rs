//! The upkeep of what backups are kept in, rehearsals of a restore, and what a repository tells of itself.

use std::io::{self, Write};

use jiff::Timestamp;
use lifeboat_web::api::{AssetDetail, MaintenanceReport, RehearsalReport, RepositoryReport};

use super::words::{self, span};
use crate::output::{Table, alert, bytes};

/// How many sources of a repository are listed.
const SOURCES: usize = 10;

/// Everything of this kind, or nothing where there is none.
pub(super) fn write(out: &mut dyn Write, asset: &AssetDetail, at: Timestamp) -> io::Result<()> {
    if let Some(own) = &asset.summary.maintenance {
        writeln!(out, "\nMaintenance:")?;
        maintenance(out, own, at)?;
    }
    if let Some(own) = &asset.summary.rehearsal {
        writeln!(out, "\nRehearsals of a restore:")?;
        rehearsal(out, own, at)?;
    }
    if let Some(others) = &asset.repository_maintenance {
        writeln!(out, "\nMaintenance of its repository, {}:", others.asset)?;
        maintenance(out, others, at)?;
    }
    match &asset.repository {
        Some(found) => repository(out, found, at),
        None => Ok(()),
    }
}

fn maintenance(out: &mut dyn Write, report: &MaintenanceReport, at: Timestamp) -> io::Result<()> {
    let mut lines = Vec::from(regularity(
        report.last_maintenance,
        report.next_scheduled_maintenance,
        report.maintenance_failures,
        at,
    ));
    if let Some(cron_job) = &report.maintenance_cron_job {
        lines.push(("CronJob", cron_job.clone()));
    }
    if let Some(changes) = report.changes {
        lines.push((
            "changes of it",
            format!(
                "{} created, {} updated, {} deleted",
                changes.created, changes.updated, changes.deleted
            ),
        ));
    }
    each(out, lines)
}

fn rehearsal(out: &mut dyn Write, report: &RehearsalReport, at: Timestamp) -> io::Result<()> {
    let lines = regularity(
        report.last_rehearsal,
        report.next_scheduled_rehearsal,
        report.rehearsal_failures,
        at,
    );
    each(out, lines)
}

/// When it last went well, when it is due, and how often it failed since.
fn regularity(
    last: Option<Timestamp>,
    next: Option<Timestamp>,
    failures: u32,
    at: Timestamp,
) -> [(&'static str, String); 3] {
    let failures = match failures {
        0 => "none since then".to_owned(),
        many => alert(&format!("{many} since then")),
    };
    [
        (
            "last good one",
            last.map_or_else(|| "none".to_owned(), |last| words::moment(last, at)),
        ),
        (
            "next",
            next.map_or_else(|| "none".to_owned(), |next| words::due(next, at)),
        ),
        ("failures", failures),
    ]
}

fn each(
    out: &mut dyn Write,
    lines: impl IntoIterator<Item = (&'static str, String)>,
) -> io::Result<()> {
    for (what, value) in lines {
        writeln!(out, "  {what:<13}  {value}")?;
    }
    Ok(())
}

fn repository(out: &mut dyn Write, report: &RepositoryReport, at: Timestamp) -> io::Result<()> {
    let Some(read_at) = report.read_at else {
        return Ok(());
    };
    writeln!(out, "\nThe repository, read {}:", words::ago(read_at, at))?;
    let size = |size: Option<u64>| size.map(bytes);
    let ratio = |ratio: Option<f64>| ratio.map(|ratio| format!("{ratio:.2}"));
    let lines = [
        ("storage", report.storage.clone()),
        ("maintained by", report.owner.clone()),
        ("stored", size(report.physical_bytes)),
        ("contents", size(report.logical_bytes)),
        ("objects", report.objects.map(|objects| objects.to_string())),
        ("deduplication", ratio(report.deduplication_ratio)),
        ("compression", ratio(report.compression_ratio)),
    ];
    for (what, value) in lines {
        let value = value.unwrap_or_else(|| "unknown".to_owned());
        writeln!(out, "  {what:<13}  {value}")?;
    }
    sources(out, report, at)
}

fn sources(out: &mut dyn Write, report: &RepositoryReport, at: Timestamp) -> io::Result<()> {
    writeln!(out)?;
    if report.sources.is_empty() {
        return writeln!(out, "There is no snapshot.");
    }
    let headings = [
        "SNAPSHOTS OF",
        "NEWEST",
        ">SIZE",
        ">KEPT",
        ">CUT SHORT",
        ">ERRORS",
    ];
    let mut table = Table::new(&headings);
    for source in report.sources.iter().take(SOURCES) {
        let newest = source.newest_at;
        let errors = source
            .errors
            .map_or_else(String::new, |errors| match errors {
                0 => "0".to_owned(),
                many => alert(&many.to_string()),
            });
        table.row([
            source.source.replacen(':', ":\n", 1),
            newest.map_or_else(|| "none".to_owned(), |newest| words::ago(newest, at)),
            source.bytes.map(bytes).unwrap_or_default(),
            source.snapshots.to_string(),
            source.incomplete.to_string(),
            errors,
        ]);
    }
    table.write(out)?;
    match report.sources.len().saturating_sub(SOURCES) {
        0 => Ok(()),
        more => writeln!(out, "and {more} more"),
    }
}

/// The age of the last good maintenance or rehearsal and what is promised, for the overview.
pub(super) fn age(age_seconds: Option<f64>, promised_seconds: f64) -> String {
    let promised = span(promised_seconds);
    match age_seconds {
        Some(age) if age > promised_seconds => format!("{} of {promised}", alert(&span(age))),
        Some(age) => format!("{} of {promised}", span(age)),
        None => format!("none of {promised}"),
    }
}
