//! The postings offset table: where the postings list of each label pair starts.

use std::io::BufRead;

use super::postings::{ALIGNMENT, Postings};
use super::series::Series;
use super::{Version, padding, skip};
use crate::body::Body;
use crate::decode::{take_bytes, take_uvarint};
use crate::finding::Findings;
use crate::window::{Stop, Window};

/// An entry longer than this is checked by its checksum only.
const LONGEST_ENTRY: usize = 2 << 20;
const NAME: &str = "postings offset table";

pub(super) fn scan_postings_offset_table<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    section_end: u64,
    version: Version,
    series: &Series,
    postings: &mut Postings,
    findings: &mut Findings,
) -> Result<(), Stop> {
    let Some(mut body) = Body::begin(window, section_end, NAME, findings)? else {
        return skip(window, section_end);
    };
    let start = body.start();
    let mut table = Table::new(version, postings);
    let claimed = body.take_u32()?.map(u64::from);
    body.items(LONGEST_ENTRY, |position, bytes| {
        table.entry(position, bytes)
    })?;
    let left = body.left();
    let Table {
        faults,
        count,
        all,
        longest_length,
        ..
    } = table;
    if body.finish(NAME, findings)?.sound {
        faults.tell(postings, findings);
        if left > LONGEST_ENTRY as u64 && longest_length < left {
            findings.note(
                start,
                format_args!(
                    "after {count} entries one is too long to be checked, so the rest is not"
                ),
            );
        } else {
            check_counts(start, claimed, count, left, postings, findings);
            check_all_postings(start, all, series, postings, findings);
        }
    }
    padding(window, section_end, findings)
}

struct Table<'a> {
    version: Version,
    postings: &'a mut Postings,
    count: u64,
    name: Vec<u8>,
    value: Vec<u8>,
    /// The longest name or value that any entry claims to have.
    longest_length: u64,
    faults: Faults,
    /// The list that the table names as that of all series.
    all: Option<u64>,
}

/// The first entry of each kind of fault.
#[derive(Default)]
struct Faults {
    keys: Option<(u64, u64)>,
    unsorted: Option<u64>,
    astray: Option<(u64, u64)>,
    astray_count: u64,
}

impl Faults {
    fn tell(&self, postings: &Postings, findings: &mut Findings) {
        if let Some((position, keys)) = self.keys {
            findings.damage(
                position,
                format_args!("an entry of the {NAME} has {keys} keys instead of 2"),
            );
        }
        if let Some(position) = self.unsorted {
            findings.damage(
                position,
                format_args!("an entry of the {NAME} is not greater than the one before it"),
            );
        }
        if let Some((position, offset)) = self.astray
            && postings.complete
        {
            let count = self.astray_count;
            findings.damage(
                position,
                format_args!(
                    "{count} entries of the {NAME} point at no postings list of their own, the first at {offset}"
                ),
            );
        }
    }
}

impl<'a> Table<'a> {
    fn new(version: Version, postings: &'a mut Postings) -> Self {
        let (name, value) = (Vec::new(), Vec::new());
        Self {
            version,
            postings,
            count: 0,
            name,
            value,
            longest_length: 0,
            faults: Faults::default(),
            all: None,
        }
    }

    /// Reads the entry at the start of `bytes`; how long it is, or zero if it isn't all there.
    fn entry(&mut self, position: u64, bytes: &[u8]) -> usize {
        let mut rest = bytes;
        let longest = &mut self.longest_length;
        let mut take_string = |rest: &mut _| {
            let length = take_uvarint(rest)?;
            *longest = length.max(*longest);
            take_bytes(rest, length)
        };
        let mut parse = || {
            let keys = take_uvarint(&mut rest)?;
            let name = take_string(&mut rest)?;
            let value = take_string(&mut rest)?;
            Some((keys, name, value, take_uvarint(&mut rest)?))
        };
        let Some((keys, name, value, offset)) = parse() else {
            return 0;
        };
        // Whatever the size of the reader's buffer, the same entries are too long.
        let used = bytes.len() - rest.len();
        if used > LONGEST_ENTRY {
            return 0;
        }
        if keys != 2 {
            self.faults.keys.get_or_insert((position, keys));
        }
        self.order(position, name, value);
        self.point(position, offset);
        if name.is_empty() && value.is_empty() {
            self.all = Some(offset);
        }
        self.count += 1;
        used
    }

    fn order(&mut self, position: u64, name: &[u8], value: &[u8]) {
        if self.version == Version::One {
            return;
        }
        let same_name = self.name == name;
        let greater = if same_name {
            value > self.value.as_slice()
        } else {
            name > self.name.as_slice()
        };
        if self.count > 0 && !greater {
            self.faults.unsorted.get_or_insert(position);
        }
        if !same_name {
            self.name.clear();
            self.name.extend_from_slice(name);
        }
        self.value.clear();
        self.value.extend_from_slice(value);
    }

    /// Takes the list that the entry points at, so that no other entry can have it.
    fn point(&mut self, position: u64, offset: u64) {
        let postings = &mut *self.postings;
        let place = offset
            .checked_sub(postings.base)
            .filter(|place| place.is_multiple_of(ALIGNMENT));
        if !place.is_some_and(|place| postings.starts.remove(place / ALIGNMENT)) {
            self.faults.astray.get_or_insert((position, offset));
            self.faults.astray_count += 1;
        }
    }
}

fn check_counts(
    start: u64,
    claimed: Option<u64>,
    count: u64,
    left: u64,
    postings: &Postings,
    findings: &mut Findings,
) {
    let Some(claimed) = claimed else {
        findings.damage(start, format_args!("the {NAME} has no room for its count"));
        return;
    };
    if left > 0 {
        findings.damage(
            start,
            format_args!("the last {left} bytes of the {NAME} are no entry"),
        );
    }
    if claimed != count {
        findings.damage(
            start,
            format_args!("the {NAME} claims {claimed} entries and holds {count}"),
        );
    }
    let orphans = postings.starts.count();
    if let Some(first) = postings.starts.first()
        && postings.complete
    {
        let first = postings.base + first * ALIGNMENT;
        findings.damage(
            first,
            format_args!("{orphans} postings lists are not in the {NAME}, this is the first"),
        );
    }
}

/// The list under the empty label pair must hold every series, and all others together every label of every series.
fn check_all_postings(
    start: u64,
    all: Option<u64>,
    series: &Series,
    postings: &Postings,
    findings: &mut Findings,
) {
    if !series.complete || !postings.complete {
        return;
    }
    let Some(all) = all else {
        findings.damage(start, format_args!("the {NAME} has no list of all series"));
        return;
    };
    match postings.full.get(&all) {
        Some(true) => {}
        Some(false) => return,
        None if postings.full_forgotten => {
            findings.note(
                all,
                format_args!(
                    "whether the list of all series holds each of them could not be checked"
                ),
            );
            return;
        }
        None => {
            let count = series.count;
            findings.damage(
                all,
                format_args!(
                    "the list of all series does not hold the {count} series of the index"
                ),
            );
            return;
        }
    }
    let others = postings.entries - series.count;
    let labels = series.labels;
    if others != labels {
        findings.damage(
            start,
            format_args!(
                "the postings lists hold {others} entries, the series have {labels} labels"
            ),
        );
    }
}
