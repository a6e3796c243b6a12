//! `lifeboat alerts silences`: what nobody is told of, until when, and why.

use std::io::{self, Write};

use jiff::Timestamp;
use lifeboat_core::SilenceState;
use lifeboat_web::api::{SilenceList, SilenceQuery, SilenceReport};
use serde::Serialize;

use crate::{
    cli::SilencesOptions,
    commands::status::words::{paragraph, staleness},
    output::{Printer, Report, fine, note, short_age, time},
};

pub(super) async fn run(options: &SilencesOptions, printer: &Printer) -> anyhow::Result<()> {
    let query = SilenceQuery {
        state: options.state.map(Into::into),
    };
    let silences = options.server.client()?.silences(&query).await?;
    printer.print(&List(silences))
}

#[derive(Serialize)]
#[serde(transparent)]
struct List(SilenceList);

impl Report for List {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        let SilenceList { as_of, silences } = &self.0;
        staleness(out, as_of)?;
        if silences.is_empty() {
            return writeln!(out, "No silences.");
        }
        for (index, silence) in silences.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            show(out, silence, as_of.at)?;
        }
        Ok(())
    }
}

fn show(out: &mut dyn Write, silence: &SilenceReport, at: Timestamp) -> io::Result<()> {
    let id = &silence.silence;
    let state = match silence.state {
        SilenceState::Active => {
            let left = short_age(silence.ends_at, at);
            format!("{}, ends {left}", note("active"))
        }
        SilenceState::Pending => format!("begins {}", short_age(silence.starts_at, at)),
        SilenceState::Expired => {
            format!("{}, over since {}", fine("expired"), time(silence.ends_at))
        }
    };
    writeln!(out, "{id} {state}")?;
    let matchers: Vec<String> = silence.matchers.iter().map(ToString::to_string).collect();
    paragraph(out, 2, &matchers.join(", "))?;
    paragraph(
        out,
        2,
        &format!("{}: {}", silence.created_by, silence.comment),
    )?;
    let (from, until) = (time(silence.starts_at), time(silence.ends_at));
    writeln!(out, "  {from} to {until}")
}
