//! The last 52 bytes of an index: where each of its sections starts.

use crate::checksum::checksum;
use crate::finding::Finding;

/// Where the sections of an index start, in bytes from the start of the file; as of Prometheus's `index.TOC`.
///
/// Sections lie in the order of the fields below (the label offset table before the postings offset table, both after
/// the postings), without gaps: each ends where the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOfContents {
    /// The symbol table.
    pub symbols: u64,
    /// The series.
    pub series: u64,
    /// The label indices: written by old versions, read by none.
    pub label_indices: u64,
    /// The postings lists.
    pub postings: u64,
    /// The label offset table: written by old versions, read by none.
    pub label_offset_table: u64,
    /// The postings offset table.
    pub postings_offset_table: u64,
    /// Where the table of contents itself starts, and with it the end of the last section.
    pub end: u64,
}

impl TableOfContents {
    /// The length of the table in bytes: six 64-bit offsets and a checksum.
    pub const LENGTH: usize = 52;
    /// The same, for arithmetic on file lengths.
    pub(crate) const LENGTH_U64: u64 = 52;
    /// The length of the index's header, in front of the first section.
    pub(crate) const HEADER: u64 = 5;

    /// Reads the table and checks it against its checksum and the length of the whole index file in bytes.
    pub fn parse(bytes: &[u8; Self::LENGTH], file_length: u64) -> Result<Self, Finding> {
        let start = file_length
            .checked_sub(Self::LENGTH_U64)
            .filter(|&start| start >= Self::HEADER);
        let Some(end) = start else {
            let least = Self::HEADER + Self::LENGTH_U64;
            return Err(damage(
                None,
                format!("the file has {file_length} bytes, an index has at least {least}"),
            ));
        };
        let (words, _) = bytes.as_chunks::<8>();
        let stored = bytes
            .last_chunk()
            .map(|four| u32::from_be_bytes(*four))
            .unwrap_or_default();
        let computed = checksum(words.as_flattened());
        if stored != computed {
            let what = format!(
                "the checksum of the table of contents is {stored:08x}, its bytes give {computed:08x}"
            );
            return Err(damage(Some(end), what));
        }
        let offsets = words
            .iter()
            .map(|word| u64::from_be_bytes(*word))
            .collect::<Vec<_>>();
        let [
            symbols,
            series,
            label_indices,
            label_offset_table,
            postings,
            postings_offset_table,
        ] = offsets[..]
        else {
            return Err(damage(
                Some(end),
                "the table of contents is cut short".to_owned(),
            ));
        };
        // Zero stands for a section that is not there. Only those that nobody reads may be missing.
        let label_indices = if label_indices == 0 {
            postings
        } else {
            label_indices
        };
        let label_offset_table = if label_offset_table == 0 {
            postings_offset_table
        } else {
            label_offset_table
        };
        let table = Self {
            symbols,
            series,
            label_indices,
            postings,
            label_offset_table,
            postings_offset_table,
            end,
        };
        table.check_order()?;
        Ok(table)
    }

    fn check_order(&self) -> Result<(), Finding> {
        let sections = [
            ("header", 0),
            ("symbols", self.symbols),
            ("series", self.series),
            ("label indices", self.label_indices),
            ("postings", self.postings),
            ("label offset table", self.label_offset_table),
            ("postings offset table", self.postings_offset_table),
            ("table of contents", self.end),
        ];
        for pair in sections.windows(2) {
            let [(before, start), (after, next)] = pair else {
                continue;
            };
            if next < start {
                let what = format!(
                    "the {after} start at offset {next}, before the {before} at offset {start}"
                );
                return Err(damage(Some(self.end), what));
            }
        }
        if self.symbols < Self::HEADER {
            let what = format!(
                "the symbols start at offset {}, inside the header",
                self.symbols
            );
            return Err(damage(Some(self.end), what));
        }
        Ok(())
    }
}

fn damage(offset: Option<u64>, what: String) -> Finding {
    Finding::damage("index", offset, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offsets in the file's own order.
    fn table(offsets: [u64; 6]) -> [u8; TableOfContents::LENGTH] {
        let mut bytes = offsets
            .iter()
            .flat_map(|offset| offset.to_be_bytes())
            .collect::<Vec<_>>();
        bytes.extend(checksum(&bytes).to_be_bytes());
        bytes.try_into().unwrap()
    }

    #[test]
    fn a_table_is_read_in_the_order_of_the_file() {
        let table = TableOfContents::parse(&table([5, 20, 30, 60, 40, 70]), 152).unwrap();
        assert_eq!(
            (table.symbols, table.series, table.label_indices),
            (5, 20, 30)
        );
        assert_eq!(
            (
                table.postings,
                table.label_offset_table,
                table.postings_offset_table
            ),
            (40, 60, 70)
        );
        assert_eq!(table.end, 100);
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let sound = table([5, 20, 30, 60, 40, 70]);
        for bit in 0..TableOfContents::LENGTH * 8 {
            let mut bytes = sound;
            bytes[bit / 8] ^= 1 << (bit % 8);
            let finding = TableOfContents::parse(&bytes, 152).unwrap_err();
            assert!(finding.what.contains("checksum"), "{finding}");
        }
    }

    #[test]
    fn sections_out_of_order_or_outside_the_file_are_damage() {
        for (offsets, expected) in [
            (
                [20, 5, 30, 60, 40, 70],
                "the series start at offset 5, before the symbols at offset 20",
            ),
            (
                [5, 20, 30, 60, 40, 101],
                "the table of contents start at offset 100, before the postings offset table",
            ),
            (
                [4, 20, 30, 60, 40, 70],
                "the symbols start at offset 4, inside the header",
            ),
            ([5, 20, 30, 60, u64::MAX, 70], "before the postings"),
        ] {
            let finding = TableOfContents::parse(&table(offsets), 152).unwrap_err();
            assert!(finding.what.contains(expected), "{finding}");
        }
    }

    #[test]
    fn a_file_shorter_than_header_and_table_is_damage() {
        for length in [0, 52, 56] {
            assert!(
                TableOfContents::parse(&table([5; 6]), length)
                    .unwrap_err()
                    .what
                    .contains("at least 57")
            );
        }
        TableOfContents::parse(&table([5; 6]), 57).unwrap();
    }

    #[test]
    fn sections_that_nobody_reads_may_be_missing() {
        let table = TableOfContents::parse(&table([5, 20, 0, 0, 40, 70]), 152).unwrap();
        assert_eq!((table.label_indices, table.label_offset_table), (40, 70));
    }
}
