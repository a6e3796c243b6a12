//! `lifeboat alerts show`: all that is known of an alert.

use std::io::{self, Write};

use jiff::Timestamp;
use lifeboat_web::api::{Alert, AlertList, AlertQuery};
use serde::Serialize;

use super::{since, state};
use crate::{
    cli::{AlertShowOptions, UsageError},
    commands::status::{
        selection,
        words::{moment, paragraph, staleness},
    },
    output::{Printer, Report, short_age},
};

pub(super) async fn run(options: &AlertShowOptions, printer: &Printer) -> anyhow::Result<()> {
    let client = options.server.client()?;
    let mut list = client.alerts(&AlertQuery::default()).await?;
    let known = names(&list.alerts);
    list.alerts.retain(|alert| alert.alert == options.alert);
    if list.alerts.is_empty() {
        let hint = if known.is_empty() {
            "no alert fires, waits to fire, or was over lately; docs/runbooks.md explains every one"
                .to_owned()
        } else {
            format!(
                "these do: {}; docs/runbooks.md explains every alert",
                known.join(", ")
            )
        };
        let message = format!(
            "no alert {} fires, waits to fire, or was over lately",
            options.alert
        );
        return Err(UsageError::new(message, hint).into());
    }
    if let Some(wanted) = &options.asset {
        let asset = selection::select(wanted, list.alerts.iter().map(|alert| &alert.asset))?;
        list.alerts.retain(|alert| alert.asset == asset);
    }
    printer.print(&Shown(list))
}

/// The names of alerts, each once.
fn names(alerts: &[Alert]) -> Vec<String> {
    let mut names: Vec<String> = alerts.iter().map(|alert| alert.alert.clone()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[derive(Serialize)]
#[serde(transparent)]
struct Shown(AlertList);

impl Report for Shown {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        let AlertList { as_of, alerts } = &self.0;
        staleness(out, as_of)?;
        for (index, alert) in alerts.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            show(out, alert, as_of.at)?;
        }
        Ok(())
    }
}

fn show(out: &mut dyn Write, alert: &Alert, at: Timestamp) -> io::Result<()> {
    writeln!(
        out,
        "{} {} ({}), for {}",
        state(alert),
        alert.alert,
        alert.severity,
        short_age(since(alert), at)
    )?;
    paragraph(out, 2, &alert.summary)?;
    if let Some(suppressor) = &alert.suppressed_by {
        paragraph(out, 2, &format!("not told: {suppressor}"))?;
        if !alert.withheld {
            paragraph(out, 2, "It was told before that, and so will be its end.")?;
        }
    }
    writeln!(out)?;
    paragraph(out, 2, &alert.description)?;
    writeln!(out)?;
    writeln!(out, "  asset        {}", alert.asset)?;
    writeln!(out, "  so since     {}", moment(alert.condition_since, at))?;
    writeln!(out, "  noticed      {}", moment(alert.active_at, at))?;
    for (name, time) in [
        ("fired       ", alert.fired_at),
        ("over        ", alert.resolved_at),
    ] {
        if let Some(time) = time {
            writeln!(out, "  {name} {}", moment(time, at))?;
        }
    }
    writeln!(
        out,
        "  runbook      docs/runbooks.md#{}",
        alert.alert.to_ascii_lowercase()
    )
}
