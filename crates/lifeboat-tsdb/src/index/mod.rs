//! Reads an index from start to end, section by section, and checks the sections against each other.

mod label_indices;
mod offset_table;
mod postings;
mod series;
mod series_body;
mod symbols;

use std::io::{self, BufRead};

use crate::bitmap::Bitmap;
use crate::decode::big_endian_u32;
use crate::finding::{Finding, Findings};
use crate::reference_set::ReferenceSet;
use crate::table_of_contents::TableOfContents;
use crate::window::{Stop, Window};

use label_indices::{scan_label_indices, scan_label_offset_table};
use offset_table::scan_postings_offset_table;
use postings::{Postings, scan_postings};
pub(crate) use series::ChunkVisitor;
use series::{Series, scan_series};
use symbols::scan_symbols;

const MAGIC: u32 = 0xBAAA_D700;

/// Which version an index has; it decides how its parts refer to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    /// Of Prometheus 2.0: symbols and series are referred to by their offset, tables are not sorted.
    One,
    /// Since Prometheus 2.1: symbols by number, series by their offset divided by sixteen. Version 3 is read the same.
    Two,
}

impl Version {
    /// The bytes that one series reference counts for.
    pub(crate) fn series_alignment(self) -> u64 {
        match self {
            Self::One => 1,
            Self::Two => 16,
        }
    }
}

/// Which series references exist, for checking others (tombstones) against them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeriesReferences {
    starts: Bitmap,
    /// The reference that the first bit stands for.
    base: u64,
}

impl SeriesReferences {
    fn new(base: u64) -> Self {
        Self {
            starts: Bitmap::default(),
            base,
        }
    }

    fn insert(&mut self, reference: u64) {
        if let Some(number) = reference.checked_sub(self.base) {
            self.starts.insert(number);
        }
    }

    /// Whether a series with this reference is in the index.
    #[inline]
    #[must_use]
    pub fn contains(&self, reference: u64) -> bool {
        reference
            .checked_sub(self.base)
            .is_some_and(|number| self.starts.contains(number))
    }
}

/// What an index holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexScan {
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// The version in its header: 1, 2 or 3 in a sound index.
    pub version: u8,
    /// Symbols in the symbol table.
    pub symbols: u64,
    /// Series.
    pub series: u64,
    /// Label pairs of all series together.
    pub labels: u64,
    /// Postings lists, the list of all series among them.
    pub postings_lists: u64,
    /// The chunks that the series refer to.
    pub chunk_references: ReferenceSet,
    /// How many segments there must be for the highest chunk reference to exist.
    pub segments: u64,
    /// The earliest time of any chunk, in milliseconds since the Unix epoch.
    pub min_time: Option<i64>,
    /// The latest time of any chunk, in milliseconds since the Unix epoch; a sample has this time.
    pub max_time: Option<i64>,
    /// The references by which tombstones name series.
    pub series_references: SeriesReferences,
    /// Whether every series was read. If not, the counts and sets above are too small and prove nothing.
    pub complete: bool,
    /// How many bytes were read.
    pub bytes: u64,
}

/// Reads a whole index and checks all there is to check without its segments.
///
/// `file_length` is the length of the file in bytes and `table` its last [`TableOfContents::LENGTH`] bytes, which the
/// caller reads beforehand: with them, one pass is enough. `reader` is always read to its end, damage or not. Memory
/// beyond the reader's own is one bit for each 16 bytes of series and each 4 bytes of postings, plus the largest
/// series. Fails only if reading does.
pub fn scan_index<R: BufRead + ?Sized>(
    reader: &mut R,
    file_length: u64,
    table: &[u8; TableOfContents::LENGTH],
) -> io::Result<IndexScan> {
    scan_index_with(reader, file_length, table, &mut ())
}

/// As [`scan_index`], and shows every chunk reference to `visitor`.
pub(crate) fn scan_index_with<R: BufRead + ?Sized>(
    reader: &mut R,
    file_length: u64,
    table: &[u8; TableOfContents::LENGTH],
    visitor: &mut impl ChunkVisitor,
) -> io::Result<IndexScan> {
    let mut scan = Scan::default();
    let mut window = Window::new(reader);
    match scan.sections(&mut window, file_length, table, visitor) {
        Ok(()) | Err(Stop::Ended) => {}
        Err(Stop::Io(error)) => return Err(error),
    }
    window.drain()?;
    let bytes = window.position();
    if bytes != file_length {
        scan.findings.damage(
            bytes,
            format_args!("the file has {bytes} bytes, {file_length} were expected"),
        );
    }
    Ok(scan.into_result(bytes))
}

struct Scan {
    findings: Findings,
    version: u8,
    symbols: u64,
    series: Series,
    postings: Postings,
    complete: bool,
}

impl Default for Scan {
    fn default() -> Self {
        Self {
            findings: Findings::new("index"),
            version: 0,
            symbols: 0,
            series: Series::default(),
            postings: Postings::default(),
            complete: false,
        }
    }
}

impl Scan {
    fn sections<R: BufRead + ?Sized>(
        &mut self,
        window: &mut Window<'_, R>,
        file_length: u64,
        table: &[u8; TableOfContents::LENGTH],
        visitor: &mut impl ChunkVisitor,
    ) -> Result<(), Stop> {
        let contents = match TableOfContents::parse(table, file_length) {
            Ok(contents) => contents,
            Err(finding) => {
                self.findings.push(&finding);
                self.header(window)?;
                self.findings.note(
                    None,
                    format_args!("without a table of contents nothing else could be checked"),
                );
                return Ok(());
            }
        };
        let version = self.header(window)?;
        let findings = &mut self.findings;
        padding(window, contents.symbols, findings)?;

        let symbols = scan_symbols(window, contents.series, findings)?;
        self.symbols = symbols.count;
        padding(window, contents.series, findings)?;

        let symbol_limit = (version == Version::Two && symbols.sound).then_some(symbols.count);
        self.series = Series::new(version, contents.series);
        scan_series(
            window,
            contents.label_indices,
            symbol_limit,
            &mut self.series,
            visitor,
            findings,
        )?;
        self.complete = self.series.complete;

        let label_indices = scan_label_indices(window, contents.postings, findings)?;
        scan_postings(
            window,
            contents.label_offset_table,
            &self.series,
            &mut self.postings,
            findings,
        )?;
        scan_label_offset_table(
            window,
            contents.postings_offset_table,
            label_indices,
            findings,
        )?;
        scan_postings_offset_table(
            window,
            contents.end,
            version,
            &self.series,
            &mut self.postings,
            findings,
        )?;

        if window.exactly(TableOfContents::LENGTH)? != table {
            findings.damage(
                contents.end,
                format_args!("the table of contents changed while the file was read"),
            );
        }
        window.consume(TableOfContents::LENGTH);
        Ok(())
    }

    /// Reads magic number and version. An unknown version is read as the current one: the rest may still be told.
    fn header<R: BufRead + ?Sized>(&mut self, window: &mut Window<'_, R>) -> Result<Version, Stop> {
        let header = window.exactly(5)?;
        let magic = big_endian_u32(header).ok_or(Stop::Ended)?;
        self.version = header.get(4).copied().ok_or(Stop::Ended)?;
        window.consume(5);
        if magic != MAGIC {
            self.findings.damage(
                0,
                format_args!("the magic number is {magic:08x}, an index has {MAGIC:08x}"),
            );
        }
        match self.version {
            1 => {
                let what =
                    "version 1: the symbols of series and the order of tables are not checked";
                self.findings.note(4, format_args!("{what}"));
                return Ok(Version::One);
            }
            2 => {}
            3 => self.findings.note(
                4,
                format_args!("version 3: Prometheus reads it, but no release of it writes it"),
            ),
            other => self.findings.damage(
                4,
                format_args!("the version is {other}, only 1, 2 and 3 are known"),
            ),
        }
        Ok(Version::Two)
    }

    fn into_result(self, bytes: u64) -> IndexScan {
        IndexScan {
            findings: self.findings.into_list(),
            version: self.version,
            symbols: self.symbols,
            series: self.series.count,
            labels: self.series.labels,
            postings_lists: self.postings.lists,
            chunk_references: self.series.chunk_references,
            segments: self.series.segments,
            min_time: self.series.min_time,
            max_time: self.series.max_time,
            series_references: self.series.references,
            complete: self.complete,
            bytes,
        }
    }
}

/// Reads the padding up to `end`: Prometheus fills it with zeros.
fn padding<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    end: u64,
    findings: &mut Findings,
) -> Result<(), Stop> {
    if let Some(odd) = window.zeros_to(end)? {
        findings.damage(odd, format_args!("a byte of padding is not zero"));
    }
    Ok(())
}

/// Skips what cannot be read up to `end`.
fn skip<R: BufRead + ?Sized>(window: &mut Window<'_, R>, end: u64) -> Result<(), Stop> {
    window.run_to(end, |_, _| {})
}
