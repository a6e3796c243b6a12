//! The postings lists: for each label pair, the series that have it.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::series::Series;
use super::{padding, skip};
use crate::bitmap::Bitmap;
use crate::body::Body;
use crate::finding::Findings;
use crate::window::{Stop, Window};

/// Postings lists start at multiples of this, in every version.
pub(super) const ALIGNMENT: u64 = 4;
/// How many lists that are as long as there are series are remembered, to find the list of all series among them.
const CANDIDATES: usize = 4096;

/// What the postings section holds.
#[derive(Debug, Default)]
pub(super) struct Postings {
    pub(super) lists: u64,
    /// Series references in all lists together.
    pub(super) entries: u64,
    /// Where lists start: the offset from `base`, divided by their alignment.
    pub(super) starts: Bitmap,
    pub(super) base: u64,
    /// Lists that hold as many entries as there are series; those whose entries are also all sound hold all series.
    pub(super) full: BTreeMap<u64, bool>,
    pub(super) full_forgotten: bool,
    /// Whether all of the section was understood.
    pub(super) complete: bool,
}

pub(super) fn scan_postings<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    section_end: u64,
    series: &Series,
    postings: &mut Postings,
    findings: &mut Findings,
) -> Result<(), Stop> {
    const NAME: &str = "postings list";
    postings.base = window.position().next_multiple_of(ALIGNMENT);
    postings.complete = true;
    loop {
        let start = window
            .position()
            .next_multiple_of(ALIGNMENT)
            .min(section_end);
        padding(window, start, findings)?;
        if start == section_end {
            return Ok(());
        }
        let Some(mut body) = Body::begin(window, section_end, NAME, findings)? else {
            postings.complete = false;
            return skip(window, section_end);
        };
        postings.lists += 1;
        postings.starts.insert((start - postings.base) / ALIGNMENT);
        let list = read_list(&mut body, series)?;
        let sound = body.finish(NAME, findings)?.sound;
        if sound {
            list.tell(start, series, findings);
        }
        postings.complete &= sound;
        postings.entries += list.entries;
        if list.entries == series.count {
            if postings.full.len() < CANDIDATES {
                postings.full.insert(start, list.is_sound());
            } else {
                postings.full_forgotten = true;
            }
        }
    }
}

/// What a list holds.
#[derive(Debug, Default)]
struct List {
    claimed: Option<u32>,
    entries: u64,
    left: u64,
    unsorted: Option<u64>,
    unknown: Option<(u64, u32)>,
}

impl List {
    fn is_sound(&self) -> bool {
        self.unsorted.is_none() && self.unknown.is_none() && self.left == 0
    }

    fn tell(&self, start: u64, series: &Series, findings: &mut Findings) {
        let entries = self.entries;
        match self.claimed {
            Some(claimed) if u64::from(claimed) == entries && self.left == 0 => {}
            Some(claimed) => {
                findings.damage(
                    start,
                    format_args!("a postings list claims {claimed} entries and holds {entries}"),
                );
            }
            None => findings.damage(
                start,
                format_args!("a postings list has no room for its count"),
            ),
        }
        if let Some(offset) = self.unsorted {
            findings.damage(
                offset,
                format_args!("an entry of a postings list is not greater than the one before it"),
            );
        }
        // References to series that could not be read are no fault of the list.
        if let Some((offset, reference)) = self.unknown
            && series.complete
        {
            findings.damage(
                offset,
                format_args!("a postings list refers to {reference}, where no series starts"),
            );
        }
    }
}

fn read_list<R: BufRead + ?Sized>(
    body: &mut Body<'_, '_, R>,
    series: &Series,
) -> Result<List, Stop> {
    let mut list = List {
        claimed: body.take_u32()?,
        ..List::default()
    };
    let mut previous = None;
    body.items(4, |position, bytes| {
        let (entries, _) = bytes.as_chunks::<4>();
        for (number, entry) in entries.iter().enumerate() {
            let reference = u32::from_be_bytes(*entry);
            if previous.is_some_and(|previous| previous >= reference) && list.unsorted.is_none() {
                list.unsorted = Some(position + number as u64 * 4);
            }
            if !series.references.contains(u64::from(reference)) && list.unknown.is_none() {
                list.unknown = Some((position + number as u64 * 4, reference));
            }
            previous = Some(reference);
        }
        list.entries += entries.len() as u64;
        entries.len() * 4
    })?;
    list.left = body.left();
    Ok(list)
}
