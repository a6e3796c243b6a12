//! What is seen of an asset that others operate: its schedules, what is under way, its instances.

use std::io::{self, Write};

use jiff::Timestamp;
use lifeboat_web::api::{
    AssetDetail, FindingReport, InstanceReport, ScheduleReport, ScheduleStateName,
};

use super::words::{self, paragraph, span};
use crate::output::{Table, alert, note};

/// Everything of this kind, or nothing where there is none.
pub(super) fn write(out: &mut dyn Write, asset: &AssetDetail, at: Timestamp) -> io::Result<()> {
    schedules(out, &asset.summary.schedules, at)?;
    under_way(out, asset)?;
    instances(out, &asset.instances)?;
    if let Some(window) = &asset.window {
        let first = window.first.map(|first| words::moment(first, at));
        let last = window.last_succeeded.map(|last| words::moment(last, at));
        writeln!(out, "\nBy {}:", window.source)?;
        let unknown = || "unknown".to_owned();
        writeln!(
            out,
            "  first moment to restore  {}",
            first.unwrap_or_else(unknown)
        )?;
        writeln!(
            out,
            "  last good backup         {}",
            last.unwrap_or_else(unknown)
        )?;
    }
    Ok(())
}

fn schedules(out: &mut dyn Write, schedules: &[ScheduleReport], at: Timestamp) -> io::Result<()> {
    if schedules.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut table = Table::new(&["SCHEDULE OF", "SCHEDULE", "LAST SCHEDULED", "NEXT"]);
    for schedule in schedules {
        let last = schedule.last_scheduled_at;
        let next = match schedule.state {
            ScheduleStateName::Active => schedule
                .next_at
                .map_or_else(|| "none".to_owned(), |next| words::due(next, at)),
            ScheduleStateName::Suspended => note("suspended"),
            ScheduleStateName::Unusable => alert("unusable"),
        };
        table.row([
            schedule.name.clone(),
            schedule.text.clone(),
            last.map_or_else(|| "never".to_owned(), |last| words::ago(last, at)),
            next,
        ]);
    }
    table.write(out)
}

fn under_way(out: &mut dyn Write, asset: &AssetDetail) -> io::Result<()> {
    let under_way = &asset.summary.under_way;
    if under_way.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut table = Table::new(&["UNDER WAY", "PHASE", "FOR", "STATE"]);
    for one in under_way {
        let state = if one.waiting { "waits" } else { "runs" };
        table.row([
            one.name.clone(),
            one.phase.clone(),
            span(one.for_seconds),
            state.to_owned(),
        ]);
    }
    table.write(out)
}

fn instances(out: &mut dyn Write, instances: &[InstanceReport]) -> io::Result<()> {
    if instances.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut table = Table::new(&["INSTANCE", "ROLE", "RECOVERY", ">WAL WAITING", ">LAG"]);
    for instance in instances {
        let reading = instance.reading.as_ref();
        let in_recovery = reading.and_then(|reading| reading.in_recovery);
        let waiting = reading.and_then(|reading| reading.wal_files_ready);
        let lag = reading.and_then(|reading| reading.replication_lag_seconds);
        table.row([
            instance.name.clone(),
            instance.role.clone(),
            match in_recovery {
                Some(true) => "yes".to_owned(),
                Some(false) => "no".to_owned(),
                None => note("unknown"),
            },
            waiting.map_or_else(String::new, |waiting| waiting.to_string()),
            lag.map_or_else(String::new, span),
        ]);
    }
    table.write(out)?;
    for instance in instances {
        if let Some(error) = &instance.error {
            paragraph(out, 0, &format!("{}: {error}", instance.name))?;
        }
    }
    Ok(())
}

/// What somebody should look at, each with the next step.
pub(super) fn findings(out: &mut dyn Write, findings: &[&FindingReport]) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", note("Worth a look:"))?;
    for finding in findings {
        let message = words::capitalised(&finding.message);
        let stop = if message.ends_with('.') { "" } else { "." };
        paragraph(out, 2, &format!("{message}{stop}"))?;
        if let Some(hint) = &finding.hint {
            paragraph(out, 4, &format!("hint: {hint}"))?;
        }
    }
    Ok(())
}
