//! How an asset's objectives over thirty days are kept, and what is left of what may fail.

use std::io::{self, Write};

use lifeboat_core::slo::Slo;
use lifeboat_web::api::{AssetDetail, ServiceLevelReport};

use super::words::span;
use crate::output::{Table, alert};

/// Every objective of which enough is known to judge, or nothing where there is none.
pub(super) fn write(out: &mut dyn Write, asset: &AssetDetail) -> io::Result<()> {
    if asset.service_levels.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nService levels:")?;
    let mut table = Table::new(&["OBJECTIVE", "TARGET", "KEPT", "BUDGET LEFT", "WITHIN"]);
    for level in &asset.service_levels {
        table.row([
            name(level.slo).to_owned(),
            level.target_ratio.to_string(),
            level.ratio.in_short().to_string(),
            budget(level),
            span(level.window_seconds),
        ]);
    }
    table.write(out)
}

fn name(slo: Slo) -> &'static str {
    match slo {
        Slo::Backup => "backup young enough",
        Slo::WalArchiving => "WAL archived",
    }
}

fn budget(level: &ServiceLevelReport) -> String {
    let percent = level.error_budget_remaining_ratio * 100.0;
    if percent < 0.0 {
        alert(&format!("overspent by {:.0}%", -percent))
    } else {
        format!("{percent:.0}%")
    }
}
