//! `lifeboat alerts incidents`: what was wrong, how soon it was noticed, and for how long it lasted.

use std::io::{self, Write};

use jiff::Timestamp;
use lifeboat_web::api::{IncidentList, IncidentQuery, IncidentReport};
use serde::Serialize;

use crate::{
    cli::IncidentsOptions,
    commands::status::words::{WIDTH, span},
    output::{Printer, Report, Table, note, time, wrapped},
};

/// What stands before the last column: moments and two lengths of time, with their gaps.
const BEFORE_TEXT: usize = 41;

pub(super) async fn run(options: &IncidentsOptions, printer: &Printer) -> anyhow::Result<()> {
    let query = IncidentQuery {
        alert: options.alert.clone(),
        asset: options.asset.clone(),
        unresolved: options.unresolved.then_some(true),
        since: options.since,
        limit: Some(options.limit),
    };
    let incidents = options.server.client()?.incidents(&query).await?;
    printer.print(&List(incidents))
}

#[derive(Serialize)]
#[serde(transparent)]
struct List(IncidentList);

impl Report for List {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        let IncidentList {
            incidents,
            mean_time_to_detection_seconds,
            mean_time_to_resolution_seconds,
        } = &self.0;
        if incidents.is_empty() {
            return writeln!(out, "No incidents.");
        }
        let mut table = Table::new(&["FIRED", ">NOTICED", ">LASTED", "ALERT"]);
        for incident in incidents {
            table.row(row(incident));
        }
        table.write(out)?;
        writeln!(out)?;
        if let Some(mean) = mean_time_to_detection_seconds {
            writeln!(out, "Mean time to detection: {}", span(*mean))?;
        }
        if let Some(mean) = mean_time_to_resolution_seconds {
            writeln!(out, "Mean time to resolution: {}", span(*mean))?;
        }
        Ok(())
    }
}

fn row(incident: &IncidentReport) -> [String; 4] {
    let about = format!("{}, {}", incident.severity, incident.asset);
    let text = wrapped(&about, WIDTH - BEFORE_TEXT);
    let lasted = incident.time_to_resolution_seconds;
    [
        time(incident.fired_at),
        span(incident.time_to_detection_seconds),
        lasted.map_or_else(|| note("goes on"), span),
        format!("{}\n{text}", incident.alert),
    ]
}
