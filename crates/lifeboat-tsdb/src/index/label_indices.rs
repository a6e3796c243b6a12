//! The label indices and their offset table: written by old versions, read by none, so only their frames are checked.

use std::io::BufRead;

use super::{padding, skip};
use crate::body::Body;
use crate::finding::Findings;
use crate::window::{Stop, Window};

/// Label indices start at multiples of this.
const ALIGNMENT: u64 = 4;

/// Checks length and checksum of each label index; how many there are, or `None` if some could not be told.
pub(super) fn scan_label_indices<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    section_end: u64,
    findings: &mut Findings,
) -> Result<Option<u64>, Stop> {
    const NAME: &str = "label index";
    let mut count = 0;
    loop {
        let start = window
            .position()
            .next_multiple_of(ALIGNMENT)
            .min(section_end);
        padding(window, start, findings)?;
        if start == section_end {
            return Ok(Some(count));
        }
        let Some(body) = Body::begin(window, section_end, NAME, findings)? else {
            skip(window, section_end)?;
            return Ok(None);
        };
        body.finish(NAME, findings)?;
        count += 1;
    }
}

/// Checks length, checksum and count of the table. The table may be missing altogether: new versions leave it out.
pub(super) fn scan_label_offset_table<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    section_end: u64,
    label_indices: Option<u64>,
    findings: &mut Findings,
) -> Result<(), Stop> {
    const NAME: &str = "label offset table";
    if window.position() == section_end {
        return Ok(());
    }
    let Some(mut body) = Body::begin(window, section_end, NAME, findings)? else {
        return skip(window, section_end);
    };
    let start = body.start();
    let claimed = body.take_u32()?.map(u64::from);
    if body.finish(NAME, findings)?.sound
        && let Some(label_indices) = label_indices
        && claimed != Some(label_indices)
    {
        let claimed = claimed.unwrap_or_default();
        findings.damage(
            start,
            format_args!("the label offset table has {claimed} entries, there are {label_indices} label indices"),
        );
    }
    padding(window, section_end, findings)
}
