//! Reads a tombstones file: the intervals of series that were deleted but not yet removed.

use std::io::{self, BufRead};

use crate::checksum::continue_checksum;
use crate::decode::{big_endian_u32, take_uvarint, take_varint};
use crate::finding::{Finding, Findings};
use crate::window::{Stop, Window};

const MAGIC: u32 = 0x0130_BA30;
const HEADER: u64 = 5;
const CHECKSUM_BYTES: u64 = 4;
/// Three numbers of at most ten bytes.
const LONGEST_TOMBSTONE: usize = 30;
/// How many series references are kept for checking them against the index: eight megabytes.
const REFERENCES: usize = 1 << 20;

/// What a tombstones file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TombstoneScan {
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// Intervals of deleted samples, one series each.
    pub tombstones: u64,
    /// The series that they name, each once in a row, up to about a million.
    pub series_references: Vec<u64>,
    /// Whether all of the file was understood. If not, the counts above are too small and prove nothing.
    pub complete: bool,
    /// How many bytes were read.
    pub bytes: u64,
}

/// Reads a whole tombstones file. `reader` is always read to its end, damage or not. Fails only if reading does.
pub fn scan_tombstones<R: BufRead + ?Sized>(
    reader: &mut R,
    file_length: u64,
) -> io::Result<TombstoneScan> {
    let mut scan = TombstoneScan {
        findings: Vec::new(),
        tombstones: 0,
        series_references: Vec::new(),
        complete: false,
        bytes: 0,
    };
    let mut findings = Findings::new("tombstones");
    let mut window = Window::new(reader);
    match read(&mut window, file_length, &mut scan, &mut findings) {
        Ok(()) | Err(Stop::Ended) => {}
        Err(Stop::Io(error)) => return Err(error),
    }
    window.drain()?;
    scan.bytes = window.position();
    if scan.bytes != file_length {
        let bytes = scan.bytes;
        findings.damage(
            bytes,
            format_args!("the file has {bytes} bytes, {file_length} were expected"),
        );
        scan.complete = false;
    }
    scan.findings = findings.into_list();
    Ok(scan)
}

fn read<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    file_length: u64,
    scan: &mut TombstoneScan,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let Some(end) = file_length
        .checked_sub(CHECKSUM_BYTES)
        .filter(|&end| end >= HEADER)
    else {
        let least = HEADER + CHECKSUM_BYTES;
        findings.damage(
            None,
            format_args!(
                "the file has {file_length} bytes, a tombstones file has at least {least}"
            ),
        );
        return Ok(());
    };
    let header = window.exactly(5)?;
    let magic = big_endian_u32(header).ok_or(Stop::Ended)?;
    let version = header.get(4).copied().ok_or(Stop::Ended)?;
    window.consume(5);
    if magic != MAGIC {
        findings.damage(
            0,
            format_args!("the magic number is {magic:08x}, a tombstones file has {MAGIC:08x}"),
        );
    }
    if version != 1 {
        findings.damage(4, format_args!("the version is {version}, only 1 is known"));
    }
    // The checksum leaves out magic number and version.
    let mut computed = 0;
    let mut faults = Faults::default();
    while window.position() < end {
        let position = window.position();
        let left = usize::try_from(end - position).unwrap_or(usize::MAX);
        let bytes = window.peek(left.min(LONGEST_TOMBSTONE))?;
        let bytes = bytes.get(..left).unwrap_or(bytes);
        if bytes.is_empty() {
            return Err(Stop::Ended);
        }
        let used = many(bytes, position, scan, &mut faults);
        if used == 0 {
            // Fewer bytes than one can have and still none: cut short, or the file ended.
            if bytes.len() < left.min(LONGEST_TOMBSTONE) {
                return Err(Stop::Ended);
            }
            faults.unreadable = Some(position);
            window.run_to(end, |_, bytes| {
                computed = continue_checksum(computed, bytes);
            })?;
            break;
        }
        computed = continue_checksum(computed, bytes.get(..used).unwrap_or(bytes));
        window.consume(used);
    }
    let stored = big_endian_u32(window.exactly(4)?).ok_or(Stop::Ended)?;
    window.consume(4);
    if stored == computed {
        faults.tell(findings);
        scan.complete = faults.unreadable.is_none();
    } else {
        findings.damage(
            end,
            format_args!(
                "the checksum of the tombstones is {stored:08x}, their bytes give {computed:08x}"
            ),
        );
    }
    Ok(())
}

/// The first of each kind of fault.
#[derive(Default)]
struct Faults {
    unreadable: Option<u64>,
    reversed: Option<u64>,
}

impl Faults {
    fn tell(&self, findings: &mut Findings) {
        if let Some(position) = self.unreadable {
            findings.damage(
                position,
                format_args!("the bytes from here on are no tombstone"),
            );
        }
        if let Some(position) = self.reversed {
            findings.damage(position, format_args!("a tombstone ends before it starts"));
        }
    }
}

/// Reads as many tombstones as `bytes` has; how many bytes they take.
fn many(bytes: &[u8], position: u64, scan: &mut TombstoneScan, faults: &mut Faults) -> usize {
    let mut rest = bytes;
    let mut used = 0;
    while !rest.is_empty() {
        let mut one = || {
            Some((
                take_uvarint(&mut rest)?,
                take_varint(&mut rest)?,
                take_varint(&mut rest)?,
            ))
        };
        let Some((reference, min_time, max_time)) = one() else {
            break;
        };
        if max_time < min_time {
            faults.reversed.get_or_insert(position + used as u64);
        }
        scan.tombstones += 1;
        if scan.series_references.last() != Some(&reference)
            && scan.series_references.len() < REFERENCES
        {
            scan.series_references.push(reference);
        }
        used = bytes.len() - rest.len();
    }
    used
}
