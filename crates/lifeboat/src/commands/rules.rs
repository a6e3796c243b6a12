//! `lifeboat rules generate`: prints the alerts as rules of Prometheus, and what goes with them.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use jiff::Timestamp;
use lifeboat_alerts::rules::{GeneratedDocument, generate};
use serde::Serialize;
use serde_json::Value;

use crate::{
    cli::{GenerateOptions, RulesCommand},
    output::{Printer, Report},
};

pub(crate) fn run(command: &RulesCommand, printer: &Printer) -> anyhow::Result<ExitCode> {
    match command {
        RulesCommand::Generate(options) => print(options, printer),
    }
}

fn print(options: &GenerateOptions, printer: &Printer) -> anyhow::Result<ExitCode> {
    let GeneratedDocument { yaml, json } = generate(options.format(), &options.rules());
    printer.print(&Generated { yaml, json })?;
    Ok(ExitCode::SUCCESS)
}

/// YAML with comments for people and for Prometheus, and the same without them for machines.
#[derive(Serialize)]
#[serde(transparent)]
struct Generated {
    #[serde(skip)]
    yaml: String,
    json: Value,
}

impl Report for Generated {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        out.write_all(self.yaml.as_bytes())
    }
}
