//! `lifeboat backups pin` and `unpin`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use jiff::Timestamp;
use lifeboat_repository::{BackupId, MissingFolder};
use serde::Serialize;

use crate::{
    cli::{PinOptions, UnpinOptions},
    output::{Printer, Report},
};

pub(crate) async fn pin(options: &PinOptions, printer: &Printer) -> anyhow::Result<ExitCode> {
    let repository = options.repository.open(MissingFolder::Refuse)?;
    let instance = &options.repository.instance;
    let reason = options.reason.clone();
    repository
        .pin(instance, &options.id, reason, Timestamp::now())
        .await?;
    printer.print(&PinReport {
        id: options.id.clone(),
        pinned: true,
        changed: true,
    })?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) async fn unpin(options: &UnpinOptions, printer: &Printer) -> anyhow::Result<ExitCode> {
    let repository = options.repository.open(MissingFolder::Refuse)?;
    let instance = &options.repository.instance;
    let changed = repository.unpin(instance, &options.id).await?;
    printer.print(&PinReport {
        id: options.id.clone(),
        pinned: false,
        changed,
    })?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Serialize)]
struct PinReport {
    id: BackupId,
    pinned: bool,
    changed: bool,
}

impl Report for PinReport {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        match (self.pinned, self.changed) {
            (true, _) => writeln!(out, "{} is pinned: no prune removes it.", self.id),
            (false, true) => writeln!(
                out,
                "{} is no longer pinned: the retention policy decides.",
                self.id
            ),
            (false, false) => writeln!(out, "{} was not pinned.", self.id),
        }
    }
}
