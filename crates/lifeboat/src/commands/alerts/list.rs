//! `lifeboat alerts list`: every alert in short, those that people are told of first.

use std::io::{self, Write};

use jiff::Timestamp;
use lifeboat_web::api::{Alert, AlertList, AlertQuery};
use serde::Serialize;

use super::{since, state};
use crate::{
    cli::AlertListOptions,
    commands::status::words::{WIDTH, staleness},
    output::{Printer, Report, Table, count, short_age, wrapped},
};

/// What stands before the last column: states, severities and ages, with their gaps.
const BEFORE_TEXT: usize = 29;

pub(super) async fn run(options: &AlertListOptions, printer: &Printer) -> anyhow::Result<()> {
    let query = AlertQuery {
        state: options.state.map(Into::into),
        severity: options.severity.map(Into::into),
        cluster: options.cluster.clone(),
        ..AlertQuery::default()
    };
    let alerts = options.server.client()?.alerts(&query).await?;
    printer.print(&List(alerts))
}

#[derive(Serialize)]
#[serde(transparent)]
struct List(AlertList);

impl Report for List {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        let AlertList { as_of, alerts } = &self.0;
        staleness(out, as_of)?;
        if alerts.is_empty() {
            return writeln!(out, "No alerts.");
        }
        let mut table = Table::new(&["STATE", "SEVERITY", ">SINCE", "ALERT"]);
        for alert in alerts {
            table.row([
                state(alert),
                alert.severity.name().to_owned(),
                short_age(since(alert), as_of.at),
                text(alert),
            ]);
        }
        table.write(out)?;
        writeln!(out, "\n{}", count(alerts.len() as u64, "alert"))
    }
}

/// What is wrong, and if nobody is told, why.
fn text(alert: &Alert) -> String {
    let width = WIDTH - BEFORE_TEXT;
    let mut text = format!("{}\n{}", alert.alert, wrapped(&alert.summary, width));
    if let Some(suppressor) = &alert.suppressed_by {
        text.push('\n');
        text.push_str(&wrapped(&format!("not told: {suppressor}"), width));
    }
    text
}
