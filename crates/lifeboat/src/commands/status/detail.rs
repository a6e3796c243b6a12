//! All that is known of one asset.

use std::io::{self, Write};

use jiff::Timestamp;
use lifeboat_core::{AssetKind, RunId, Status};
use lifeboat_web::api::{AssetDetail, RunReport};
use serde::Serialize;

use super::{
    maintained, observed, overview, service_levels,
    words::{self, span, status},
};
use crate::output::{Report, Table, alert, bytes, fine, short_age, time};

/// How many recovery points are listed.
const POINTS: usize = 10;

/// One asset and its last runs.
#[derive(Serialize)]
pub(super) struct Detail {
    #[serde(flatten)]
    pub(super) asset: AssetDetail,
    pub(super) last_runs: Vec<RunReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) runs_error: Option<String>,
}

impl Detail {
    pub(super) fn is_fine(&self) -> bool {
        let status = self.asset.summary.status;
        !matches!(status, Status::Failing | Status::Unknown) && !self.asset.as_of.stale
    }

    pub(super) fn news(&self) -> String {
        let runs: Vec<_> = self
            .last_runs
            .iter()
            .map(|run| (&run.run, run.outcome))
            .collect();
        let stale = self.asset.as_of.stale;
        let asset = overview::news(&self.asset.summary);
        format!("{stale} {asset} {runs:?}")
    }
}

impl Report for Detail {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        let (detail, at) = (&self.asset, self.asset.as_of.at);
        words::staleness(out, &detail.as_of)?;
        self.write_head(out, at)?;
        writeln!(out, "\nChecks:")?;
        words::checks(out, &detail.checks)?;
        let findings: Vec<_> = detail.summary.findings.iter().collect();
        observed::findings(out, &findings)?;
        observed::write(out, detail, at)?;
        maintained::write(out, detail, at)?;
        service_levels::write(out, detail)?;
        self.write_operations(out, at)?;
        self.write_points(out)?;
        self.write_runs(out, at)?;
        words::alerts(out, &detail.alerts, at)
    }
}

impl Detail {
    fn write_head(&self, out: &mut dyn Write, at: Timestamp) -> io::Result<()> {
        let (detail, summary) = (&self.asset, &self.asset.summary);
        writeln!(out, "{}  {}", summary.asset, status(summary.status))?;
        for (what, place) in &detail.places {
            writeln!(out, "  {what:<11} {place}")?;
        }
        let objectives = summary.objectives;
        if let Some(paused) = &summary.paused {
            writeln!(out, "  {:<11} {paused}", "paused")?;
        }
        let age = span(objectives.maximum_age_seconds);
        match summary.kind {
            AssetKind::Operator => {}
            AssetKind::KopiaMaintenance | AssetKind::KopiaRepository => writeln!(
                out,
                "  {:<11} a good maintenance every {}",
                "promised",
                span(objectives.maintenance_age_seconds)
            )?,
            AssetKind::RestoreTest => writeln!(
                out,
                "  {:<11} a good rehearsal every {}{}",
                "promised",
                span(objectives.drill_age_seconds),
                objectives
                    .recovery_time_seconds
                    .map_or_else(String::new, |limit| format!(", in {} at most", span(limit)))
            )?,
            AssetKind::Prometheus => writeln!(
                out,
                "  {:<11} a good backup of the last {age}, a verification every {}",
                "promised",
                span(objectives.verification_age_seconds)
            )?,
            _ => writeln!(out, "  {:<11} a good backup of the last {age}", "promised")?,
        }
        let since = detail.first_seen_at;
        writeln!(
            out,
            "  {:<11} {}, {} ago",
            "known since",
            time(since),
            crate::output::age(since, at)
        )
    }

    fn write_operations(&self, out: &mut dyn Write, at: Timestamp) -> io::Result<()> {
        if !self.asset.summary.kind.is_operated() {
            // Others keep their schedules, which are told above.
            return Ok(());
        }
        writeln!(out)?;
        let mut table = Table::new(&["OPERATION", "SCHEDULE", "LAST RUN", "NEXT RUN"]);
        for operation in &self.asset.operations {
            let mut running = self.asset.summary.running.iter();
            let running = running.find(|running| running.operation == operation.operation);
            let last = match (running, &operation.last_run) {
                (Some(running), _) => format!("running {}", short_age(running.started_at, at)),
                (None, Some(run)) => words::ended(run, at),
                (None, None) => "never".to_owned(),
            };
            let schedule = match (&operation.schedule, &operation.time_zone) {
                (Some(schedule), Some(zone)) => format!("{schedule} {zone}"),
                _ => "none".to_owned(),
            };
            let next = operation.next_at;
            table.row([
                operation.operation.to_string(),
                schedule,
                last,
                next.map_or_else(|| "none".to_owned(), |next| short_age(next, at)),
            ]);
        }
        table.write(out)
    }

    fn write_points(&self, out: &mut dyn Write) -> io::Result<()> {
        let points = &self.asset.recovery_points;
        if !self.asset.summary.kind.holds_data() {
            return Ok(());
        }
        writeln!(out)?;
        if points.is_empty() {
            return writeln!(out, "No recovery points are known.");
        }
        let headings = ["RECOVERY POINT", ">AGE", ">SIZE", "VERIFIED", "STATE"];
        let mut table = Table::new(&headings);
        for point in points.iter().take(POINTS) {
            let state = if point.good {
                fine("good")
            } else {
                alert("not good")
            };
            let verified = point.verification.as_ref();
            table.row([
                point.point.name.clone(),
                span(point.point.age_seconds),
                point.point.bytes.map(bytes).unwrap_or_default(),
                verified.map_or_else(|| "never".to_owned(), |found| found.level.clone()),
                if point.pinned {
                    format!("{state}, pinned")
                } else {
                    state
                },
            ]);
        }
        table.write(out)?;
        if points.len() > POINTS {
            writeln!(out, "and {} older ones", points.len() - POINTS)?;
        }
        Ok(())
    }

    fn write_runs(&self, out: &mut dyn Write, at: Timestamp) -> io::Result<()> {
        if self.asset.summary.kind.operation().is_none() {
            return Ok(());
        }
        writeln!(out)?;
        if let Some(error) = &self.runs_error {
            return words::paragraph(out, 0, &format!("{} {error}", alert("No runs:")));
        }
        if self.last_runs.is_empty() {
            return writeln!(out, "Nothing has run yet.");
        }
        let mut table = Table::new(&["RUN", "OPERATION", "OUTCOME", ">TOOK"]);
        for run in &self.last_runs {
            table.row([
                short_name(&run.run),
                run.operation.to_string(),
                words::ended(run, at),
                run.duration_seconds.map_or_else(String::new, span),
            ]);
        }
        table.write(out)
    }
}

/// A run's name for people: that of its object, where it has one, without what only machines tell apart.
fn short_name(run: &RunId) -> String {
    match run.object() {
        Some((kind, name)) => format!("{kind}/\n{name}"),
        None => run.to_string(),
    }
}
