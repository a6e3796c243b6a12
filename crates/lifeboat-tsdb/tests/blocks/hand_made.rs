//! Writes index, segments and tombstones byte by byte, sound or with any fault, from the descriptions of the formats.

use lifeboat_tsdb::BlockMeta;

/// CRC-32C bit by bit, so that tests share no code with what they test.
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| {
            (sum >> 1) ^ (0x82f6_3b78 * (sum & 1))
        })
    })
}

pub(crate) fn uvarint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    bytes.push(value.to_le_bytes()[0]);
    bytes
}

pub(crate) fn varint(value: i64) -> Vec<u8> {
    uvarint(((value << 1) ^ (value >> 63)).cast_unsigned())
}

fn text(text: &str) -> Vec<u8> {
    [uvarint(text.len() as u64), text.as_bytes().to_vec()].concat()
}

/// `length, body, checksum`, the length in four bytes.
fn framed(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap();
    [
        &length.to_be_bytes()[..],
        body,
        &checksum(body).to_be_bytes()[..],
    ]
    .concat()
}

fn pad(bytes: &mut Vec<u8>, alignment: usize) {
    bytes.resize(bytes.len().next_multiple_of(alignment), 0);
}

/// The body of a series: label references, then chunks as (first time, last time, reference).
pub(crate) fn series_body(labels: &[(u64, u64)], chunks: &[(i64, i64, u64)]) -> Vec<u8> {
    let mut body = uvarint(labels.len() as u64);
    for (name, value) in labels {
        body.extend(uvarint(*name));
        body.extend(uvarint(*value));
    }
    body.extend(uvarint(chunks.len() as u64));
    let mut before: Option<(i64, u64)> = None;
    for &(min_time, max_time, reference) in chunks {
        let length = uvarint(max_time.wrapping_sub(min_time).cast_unsigned());
        body.extend(match before {
            None => [varint(min_time), length, uvarint(reference)].concat(),
            Some((time, previous)) => {
                let distance = uvarint(min_time.wrapping_sub(time).cast_unsigned());
                [
                    distance,
                    length,
                    varint(reference.wrapping_sub(previous).cast_signed()),
                ]
                .concat()
            }
        });
        before = Some((max_time, reference));
    }
    body
}

/// An entry of a postings list.
#[derive(Clone, Copy)]
pub(crate) enum Entry {
    /// The series with this number, from zero.
    Series(usize),
    /// A reference as it is.
    Raw(u32),
}

/// An entry of the postings offset table.
pub(crate) struct TableEntry {
    pub(crate) keys: u64,
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) offset: u64,
}

/// What to write as an index. [`Index::sound`] is a small one without fault; tests change it before they write it.
pub(crate) struct Index {
    pub(crate) magic: u32,
    pub(crate) version: u8,
    pub(crate) symbols: Vec<String>,
    /// What the symbol table claims beyond what it holds.
    pub(crate) extra_symbols: u32,
    pub(crate) symbol_tail: Vec<u8>,
    pub(crate) series: Vec<Vec<u8>>,
    /// Frames between series and postings, as Prometheus 2 writes them.
    pub(crate) label_indices: Vec<Vec<u8>>,
    pub(crate) label_table: Option<Vec<u8>>,
    pub(crate) lists: Vec<(&'static str, &'static str, Vec<Entry>)>,
    /// What each list claims beyond what it holds.
    pub(crate) extra_entries: u32,
    pub(crate) change_table: fn(&mut Vec<TableEntry>),
    pub(crate) extra_table_entries: u32,
    pub(crate) table_tail: Vec<u8>,
}

/// A written index and where its parts start.
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    pub(crate) series: Vec<usize>,
    pub(crate) lists: Vec<usize>,
    pub(crate) symbols: usize,
    pub(crate) label_indices: usize,
    pub(crate) label_table: usize,
    pub(crate) table: usize,
    pub(crate) contents: usize,
}

impl Index {
    /// `{job="a"}` with one chunk and `{job="b", zone="a"}` with two.
    pub(crate) fn sound() -> Self {
        use Entry::Series;
        Self {
            magic: 0xBAAA_D700,
            version: 2,
            symbols: ["a", "b", "job", "zone"].map(str::to_owned).to_vec(),
            extra_symbols: 0,
            symbol_tail: Vec::new(),
            series: vec![
                series_body(&[(2, 0)], &[(1000, 2000, 8)]),
                series_body(&[(2, 1), (3, 0)], &[(1500, 1800, 30), (1900, 2999, 60)]),
            ],
            label_indices: Vec::new(),
            label_table: None,
            lists: vec![
                ("", "", vec![Series(0), Series(1)]),
                ("job", "a", vec![Series(0)]),
                ("job", "b", vec![Series(1)]),
                ("zone", "a", vec![Series(1)]),
            ],
            extra_entries: 0,
            change_table: |_| {},
            extra_table_entries: 0,
            table_tail: Vec::new(),
        }
    }

    /// What series start at multiples of, and what their references count.
    fn series_alignment(&self) -> usize {
        if self.version == 1 { 1 } else { 16 }
    }

    pub(crate) fn write(&self) -> Written {
        let mut bytes = self.magic.to_be_bytes().to_vec();
        bytes.push(self.version);

        let symbols = bytes.len();
        let count = u32::try_from(self.symbols.len()).unwrap() + self.extra_symbols;
        let mut body = count.to_be_bytes().to_vec();
        body.extend(self.symbols.iter().flat_map(|symbol| text(symbol)));
        body.extend(&self.symbol_tail);
        bytes.extend(framed(&body));

        let series_section = bytes.len();
        let mut series = Vec::new();
        for body in &self.series {
            pad(&mut bytes, self.series_alignment());
            series.push(bytes.len());
            bytes.extend(uvarint(body.len() as u64));
            bytes.extend(body);
            bytes.extend(checksum(body).to_be_bytes());
        }

        let label_indices = bytes.len();
        for body in &self.label_indices {
            pad(&mut bytes, 4);
            bytes.extend(framed(body));
        }

        let postings = bytes.len();
        let mut lists = Vec::new();
        let mut entries = Vec::new();
        for (name, value, references) in &self.lists {
            pad(&mut bytes, 4);
            lists.push(bytes.len());
            let (name, value, offset) =
                ((*name).to_owned(), (*value).to_owned(), bytes.len() as u64);
            entries.push(TableEntry {
                keys: 2,
                name,
                value,
                offset,
            });
            let count = u32::try_from(references.len()).unwrap() + self.extra_entries;
            let mut body = count.to_be_bytes().to_vec();
            for entry in references {
                let reference = match *entry {
                    Entry::Series(number) => {
                        u32::try_from(series[number] / self.series_alignment()).unwrap()
                    }
                    Entry::Raw(reference) => reference,
                };
                body.extend(reference.to_be_bytes());
            }
            bytes.extend(framed(&body));
        }

        let label_table = bytes.len();
        bytes.extend(self.label_table.iter().flat_map(|body| framed(body)));

        let table = bytes.len();
        (self.change_table)(&mut entries);
        let count = u32::try_from(entries.len()).unwrap() + self.extra_table_entries;
        let mut body = count.to_be_bytes().to_vec();
        for entry in entries {
            body.extend(uvarint(entry.keys));
            body.extend([text(&entry.name), text(&entry.value), uvarint(entry.offset)].concat());
        }
        body.extend(&self.table_tail);
        bytes.extend(framed(&body));

        let contents = bytes.len();
        let offsets = [
            symbols,
            series_section,
            label_indices,
            label_table,
            postings,
            table,
        ];
        bytes.extend(
            offsets
                .iter()
                .flat_map(|&offset| (offset as u64).to_be_bytes()),
        );
        let sum = checksum(&bytes[contents..]);
        bytes.extend(sum.to_be_bytes());
        Written {
            bytes,
            series,
            lists,
            symbols,
            label_indices,
            label_table,
            table,
            contents,
        }
    }
}

/// A segment with these chunks (encoding and data), and where each starts.
pub(crate) fn segment(chunks: &[(u8, Vec<u8>)]) -> (Vec<u8>, Vec<usize>) {
    let mut bytes = vec![0x85, 0xBD, 0x40, 0xDD, 1, 0, 0, 0];
    let mut starts = Vec::new();
    for (encoding, data) in chunks {
        starts.push(bytes.len());
        bytes.extend(uvarint(data.len() as u64));
        let covered = [&[*encoding][..], data].concat();
        bytes.extend(&covered);
        bytes.extend(checksum(&covered).to_be_bytes());
    }
    (bytes, starts)
}

/// The data of a chunk with so many samples; what follows the count is made up.
pub(crate) fn chunk_data(samples: u16, length: usize) -> Vec<u8> {
    let mut data = samples.to_be_bytes().to_vec();
    data.extend((2..length).map(|place| (place * 37 + usize::from(samples)).to_le_bytes()[0]));
    data
}

/// A tombstones file with these (series reference, first time, last time).
pub(crate) fn tombstones(stones: &[(u64, i64, i64)]) -> Vec<u8> {
    let body: Vec<u8> = stones
        .iter()
        .flat_map(|&(reference, first, last)| {
            [uvarint(reference), varint(first), varint(last)].concat()
        })
        .collect();
    let header = [0x01, 0x30, 0xBA, 0x30, 1];
    [&header[..], &body, &checksum(&body).to_be_bytes()[..]].concat()
}

/// A `meta.json` with these counts.
pub(crate) fn meta(times: (i64, i64), stats: &str) -> BlockMeta {
    let (min_time, max_time) = times;
    let json = format!(
        r#"{{"ulid": "01DXXFZDYD1MQW6079WK0K6EDQ", "minTime": {min_time}, "maxTime": {max_time},
            "stats": {{{stats}}}, "compaction": {{"level": 1}}, "version": 1}}"#
    );
    BlockMeta::parse(json.as_bytes()).unwrap()
}
