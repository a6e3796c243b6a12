//! `lifeboat alerts silence` and `unsilence`: make a silence, and end one.

use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::later;
use lifeboat_web::api::{ChangedSilence, MakeSilence};
use serde::Serialize;

use crate::{
    cli::{SilenceOptions, UnsilenceOptions},
    commands::status::words::paragraph,
    output::{Printer, Report, count, note, time},
};

/// Who made a silence if nobody says.
const NOBODY: &str = "lifeboat alerts";

pub(super) async fn silence(options: SilenceOptions, printer: &Printer) -> anyhow::Result<()> {
    let client = options.server.client()?;
    let starts_at = options.from.unwrap_or_else(Timestamp::now);
    // The server rounds the beginning, and so the end is rounded, or a silence could be too long.
    let ends_at = options
        .until
        .unwrap_or_else(|| later(starts_at, options.length));
    let wanted = MakeSilence {
        matchers: options.matchers,
        starts_at: options.from,
        ends_at: Some(whole_seconds(ends_at)),
        comment: options.comment,
        created_by: options.creator.unwrap_or_else(|| NOBODY.to_owned()),
    };
    let made = client.silence(&wanted).await?;
    printer.print(&Made(made))
}

pub(super) async fn unsilence(options: &UnsilenceOptions, printer: &Printer) -> anyhow::Result<()> {
    let ended = options.server.client()?.unsilence(&options.silence).await?;
    printer.print(&Ended(ended))
}

fn whole_seconds(at: Timestamp) -> Timestamp {
    at - SignedDuration::from_nanos(i64::from(at.subsec_nanosecond()))
}

#[derive(Serialize)]
#[serde(transparent)]
struct Made(ChangedSilence);

impl Report for Made {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        let ChangedSilence {
            silence,
            matching_alerts,
            ..
        } = &self.0;
        let (id, until) = (&silence.silence, time(silence.ends_at));
        writeln!(out, "Made {id}, until {until}.")?;
        if *matching_alerts == 0 {
            let warning = "It fits no alert that fires or waits to fire now. If that is not what you \
                           meant, compare it with `lifeboat alerts list`.";
            paragraph(out, 0, &note(warning))?;
        } else {
            let alerts = count(*matching_alerts as u64, "alert");
            writeln!(out, "It fits {alerts} now, firing or waiting to fire.")?;
        }
        writeln!(out, "`lifeboat alerts unsilence {id}` ends it.")?;
        kept(out, &self.0)
    }
}

#[derive(Serialize)]
#[serde(transparent)]
struct Ended(ChangedSilence);

impl Report for Ended {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        let silence = &self.0.silence;
        let (id, at) = (&silence.silence, time(silence.ends_at));
        writeln!(out, "{id} is over since {at}.")?;
        kept(out, &self.0)
    }
}

fn kept(out: &mut dyn Write, changed: &ChangedSilence) -> io::Result<()> {
    if changed.kept {
        return Ok(());
    }
    let warning = "The ledger can't be written now. Until it can, a restart of Lifeboat would forget \
                   this.";
    paragraph(out, 0, &note(warning))
}
