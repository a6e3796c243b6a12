//! `lifeboat crds`: prints the definitions of the custom resources, for kubectl to apply.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use jiff::Timestamp;
use lifeboat_resources::custom_resources::{CustomResource, definitions_yaml};
use serde::Serialize;
use serde_json::Value;

use crate::{
    cli::CrdsOptions,
    output::{Printer, Report},
};

pub(crate) fn run(options: &CrdsOptions, printer: &Printer) -> anyhow::Result<ExitCode> {
    let resources = match options.kind {
        Some(kind) => vec![kind.into()],
        None => CustomResource::ALL.to_vec(),
    };
    printer.print(&Definitions {
        yaml: definitions_yaml(&resources)?,
        list: List {
            api_version: "v1",
            kind: "List",
            items: resources
                .into_iter()
                .map(CustomResource::definition)
                .collect(),
        },
    })?;
    Ok(ExitCode::SUCCESS)
}

/// YAML documents for people, and a list for machines: kubectl takes both.
#[derive(Serialize)]
struct Definitions {
    #[serde(skip)]
    yaml: String,
    #[serde(flatten)]
    list: List,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List {
    api_version: &'static str,
    kind: &'static str,
    items: Vec<Value>,
}

impl Report for Definitions {
    fn write_table(&self, out: &mut dyn Write, _now: Timestamp) -> io::Result<()> {
        out.write_all(self.yaml.as_bytes())
    }
}
