//! What every Lifeboat says of itself, the one that leads and those that stand by.

use super::{Family, Kind};

/// How this Lifeboat stands beside others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether it leads; none where no other could.
    pub leads: Option<bool>,
}

pub(super) const FAMILIES: &[Family<Standing>] = &[
    Family {
        name: "lifeboat_build_info",
        kind: Kind::Info,
        unit: None,
        help: "The version of Lifeboat that runs.",
        labels: &["version"],
        of_asset: false,
        source: "The binary. A standby has it too.",
        write: |_, series| series.info(&[("version", env!("CARGO_PKG_VERSION"))]),
    },
    Family {
        name: "lifeboat_leader",
        kind: Kind::Gauge,
        unit: None,
        help: "1 if this replica leads, 0 if it stands by.",
        labels: &[],
        of_asset: false,
        source: "The Lease. Absent without `--leader-election`. Of a standby there is nothing else but \
                 its version and its process.",
        write: |standing, series| match standing.leads {
            Some(leads) => series.single(u32::from(leads)),
            None => Ok(()),
        },
    },
];
