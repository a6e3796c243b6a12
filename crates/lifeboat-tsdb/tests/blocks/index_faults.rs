//! Each fault of an index, one by one, in an index whose checksums are right unless they are the fault.

use lifeboat_tsdb::scan_index;

use crate::hand_made::{Entry, Index, TableEntry, Written, checksum, series_body};
use crate::reading::{assert_findings, index, index_through, lines, table_of};

#[test]
fn a_sound_index_is_read_in_full() {
    let scan = index(&Index::sound().write().bytes);
    assert_findings(&scan.findings, &[]);
    assert_eq!(
        (
            scan.version,
            scan.symbols,
            scan.series,
            scan.labels,
            scan.postings_lists
        ),
        (2, 4, 2, 3, 4)
    );
    assert_eq!((scan.chunk_references.count(), scan.segments), (3, 1));
    assert_eq!((scan.min_time, scan.max_time), (Some(1000), Some(2999)));
    assert!(scan.complete);
}

#[test]
fn the_size_of_the_buffer_changes_nothing() {
    let mut written = Index::sound();
    written.label_indices = vec![vec![0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2]];
    written.label_table = Some(vec![0, 0, 0, 1, 1, 3, b'j', b'o', b'b', 0]);
    let bytes = written.write().bytes;
    let whole = index(&bytes);
    for buffer in 1..=bytes.len() {
        assert_eq!(
            index_through(&bytes, buffer),
            whole,
            "buffer of {buffer} bytes"
        );
    }
}

#[test]
fn an_empty_index_is_sound() {
    let mut empty = Index::sound();
    empty.symbols.clear();
    empty.series.clear();
    empty.lists = vec![("", "", vec![])];
    let scan = index(&empty.write().bytes);
    assert_findings(&scan.findings, &[]);
    assert_eq!((scan.series, scan.min_time, scan.max_time), (0, None, None));
}

#[test]
fn a_wrong_magic_number_and_version_are_damage() {
    let mut broken = Index::sound();
    broken.magic = 0x85BD_40DD;
    broken.version = 4;
    assert_findings(
        &index(&broken.write().bytes).findings,
        &[
            "damage: index at offset 0: the magic number is 85bd40dd, an index has baaad700",
            "damage: index at offset 4: the version is 4, only 1, 2 and 3 are known",
        ],
    );
}

#[test]
fn version_three_is_noted_because_no_release_writes_it() {
    let mut odd = Index::sound();
    odd.version = 3;
    let scan = index(&odd.write().bytes);
    let expected =
        "note: index at offset 4: version 3: Prometheus reads it, but no release of it writes it";
    assert_findings(&scan.findings, &[expected]);
}

#[test]
fn symbols_must_be_sorted_and_counted() {
    let mut broken = Index::sound();
    broken.symbols.swap(0, 1);
    broken.extra_symbols = 1;
    assert_findings(
        &index(&broken.write().bytes).findings,
        &[
            "damage: index at offset 5: the symbol table claims 5 symbols and holds 4",
            "damage: index at offset 15: a symbol is not greater than the one before it",
        ],
    );
    broken = Index::sound();
    broken.symbol_tail = vec![9, b'x'];
    let expected = "damage: index at offset 5: the last 2 bytes of the symbol table are no symbol";
    assert_findings(&index(&broken.write().bytes).findings, &[expected]);
}

#[test]
fn a_damaged_symbol_is_told_once_and_the_rest_is_still_read() {
    let mut written = Index::sound().write();
    let at = written.symbols + 9;
    written.bytes[at] ^= 1;
    let scan = index(&written.bytes);
    assert_eq!(scan.findings.len(), 1);
    assert!(
        scan.findings[0]
            .what
            .starts_with("the checksum of the symbol table is"),
        "{}",
        scan.findings[0]
    );
    assert_eq!((scan.series, scan.postings_lists), (2, 4));
}

#[test]
fn a_series_with_a_wrong_checksum_is_named_and_the_next_is_read() {
    let mut written = Index::sound().write();
    let at = written.series[0];
    written.bytes[at + 2] ^= 1;
    let scan = index(&written.bytes);
    assert_eq!(scan.findings.len(), 1, "{:?}", lines(&scan.findings));
    assert_eq!(scan.findings[0].offset, Some(at as u64));
    assert!(
        scan.findings[0]
            .what
            .starts_with("the checksum of a series is")
    );
    assert_eq!(scan.chunk_references.count(), 2);
    assert!(!scan.complete);
}

/// The findings for a sound index whose second series is this one.
fn with_second_series(labels: &[(u64, u64)], chunks: &[(i64, i64, u64)]) -> Vec<String> {
    let mut broken = Index::sound();
    broken.series[1] = series_body(labels, chunks);
    lines(&index(&broken.write().bytes).findings)
}

#[test]
fn a_series_must_refer_to_symbols_that_exist() {
    let expected = ["damage: index at offset 48: a series refers to symbol 4, there are 4"];
    assert_eq!(
        with_second_series(&[(2, 1), (3, 4)], &[(1500, 1800, 30)]),
        expected
    );
}

#[test]
fn the_labels_of_a_series_must_be_sorted_and_unique() {
    let expected = ["damage: index at offset 48: the label names of a series are not sorted"];
    assert_eq!(with_second_series(&[(3, 1), (2, 0)], &[]), expected);
    assert_eq!(with_second_series(&[(3, 1), (3, 2)], &[]), expected);
}

#[test]
fn series_must_be_sorted_and_unique() {
    let expected = ["damage: index at offset 48: a series is not greater than the one before it"];
    assert_eq!(with_second_series(&[(2, 0)], &[]), expected);
    assert_eq!(with_second_series(&[], &[]), expected);
}

#[test]
fn a_chunk_must_not_end_before_it_starts() {
    let expected =
        ["damage: index at offset 48: a chunk of a series ends at 1400, before it starts at 1500"];
    assert_eq!(
        with_second_series(&[(2, 1), (3, 0)], &[(1500, 1400, 30)]),
        expected
    );
}

#[test]
fn chunks_that_overlap_or_lie_backwards_are_only_noted() {
    assert_eq!(
        with_second_series(&[(2, 1), (3, 0)], &[(1500, 1800, 60), (1800, 1900, 30)]),
        [
            "note: index at offset 48: the chunks of 1 series overlap in time, this is the first",
            "note: index at offset 48: 1 series refer to a chunk that lies before the one of the reference before, \
             this is the first",
        ]
    );
}

#[test]
fn a_series_must_end_with_its_last_chunk() {
    type Change = fn(&mut Vec<u8>);
    let cases: [(Change, &str); 4] = [
        (
            |body| body.push(0),
            "a series has 1 bytes after its last chunk",
        ),
        (
            |body| body.truncate(body.len() - 1),
            "a series ends in the middle of its chunks",
        ),
        (
            |body| body.truncate(2),
            "a series ends in the middle of its labels",
        ),
        (
            |body| body[0] = 0x7f,
            "a series ends in the middle of its labels",
        ),
    ];
    for (change, expected) in cases {
        let mut broken = Index::sound();
        change(&mut broken.series[1]);
        let expected = format!("damage: index at offset 48: {expected}");
        assert_eq!(lines(&index(&broken.write().bytes).findings), [expected]);
    }
}

#[test]
fn a_series_that_reaches_past_its_section_hides_those_after_it() {
    let mut written = Index::sound().write();
    let at = written.series[0];
    written.bytes[at] = 0x7f;
    let scan = index(&written.bytes);
    let expected = "damage: index at offset 32: a series claims 127 bytes, its section has 36: \
                    it and all after it are unreadable";
    assert_findings(&scan.findings, &[expected]);
    assert!(!scan.complete);
}

#[test]
fn a_byte_of_padding_that_is_not_zero_is_named() {
    let mut written = Index::sound().write();
    let at = written.series[1] - 1;
    written.bytes[at] = 0x40;
    let expected = "damage: index at offset 47: a byte of padding is not zero";
    assert_findings(&index(&written.bytes).findings, &[expected]);
}

#[test]
fn label_indices_are_checked_by_their_frames_alone() {
    let mut old = Index::sound();
    old.label_indices = vec![vec![1, 2, 3, 4], vec![5, 6, 7, 8, 9]];
    old.label_table = Some(vec![0, 0, 0, 2, 99]);
    let written = old.write();
    assert_findings(&index(&written.bytes).findings, &[]);

    let mut bytes = written.bytes.clone();
    bytes[written.label_indices.next_multiple_of(4) + 4] ^= 1;
    let scan = index(&bytes);
    assert_eq!(scan.findings.len(), 1);
    assert!(
        scan.findings[0]
            .what
            .starts_with("the checksum of the label index is"),
        "{}",
        scan.findings[0]
    );

    old.label_table = Some(vec![0, 0, 0, 3]);
    let written = old.write();
    let at = written.label_table;
    let expected = "the label offset table has 3 entries, there are 2 label indices";
    assert_findings(
        &index(&written.bytes).findings,
        &[&format!("damage: index at offset {at}: {expected}")],
    );
}

/// The findings for a sound index after a change, with the offsets of lists and tables by name.
fn after(change: impl FnOnce(&mut Index)) -> Vec<String> {
    let mut broken = Index::sound();
    change(&mut broken);
    let written = broken.write();
    let mut places = vec![(written.table, "table".to_owned())];
    places.extend(
        written
            .lists
            .iter()
            .enumerate()
            .map(|(number, &at)| (at, format!("list {number}"))),
    );
    let name = |line: String| {
        places.iter().fold(line, |line, (at, name)| {
            line.replace(&format!("offset {at}:"), &format!("{name}:"))
        })
    };
    lines(&index(&written.bytes).findings)
        .into_iter()
        .map(name)
        .collect()
}

#[test]
fn a_postings_list_must_be_sorted() {
    let findings = after(|index| index.lists[0].2.swap(0, 1));
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].ends_with("an entry of a postings list is not greater than the one before it")
    );
}

#[test]
fn a_postings_list_must_hold_what_it_claims() {
    let findings = after(|index| index.extra_entries = 1);
    assert_eq!(
        findings[0],
        "damage: index at list 0: a postings list claims 3 entries and holds 2"
    );
    assert_eq!(findings.len(), 4);
}

#[test]
fn a_postings_list_must_refer_to_series() {
    for reference in [0, 1, 4, 5, u32::MAX] {
        let findings = after(|index| index.lists[3].2[0] = Entry::Raw(reference));
        assert_eq!(findings.len(), 1, "{findings:?}");
        let expected = format!("a postings list refers to {reference}, where no series starts");
        assert!(findings[0].ends_with(&expected), "{findings:?}");
    }
}

#[test]
fn the_list_of_all_series_must_be_there_and_hold_them_all() {
    let findings = after(|index| _ = index.lists[0].2.pop());
    let expected =
        "damage: index at list 0: the list of all series does not hold the 2 series of the index";
    assert_eq!(findings, [expected]);
    let findings = after(|index| index.lists[0].0 = "a");
    assert_eq!(
        findings,
        ["damage: index at table: the postings offset table has no list of all series"]
    );
}

#[test]
fn the_lists_together_must_hold_every_label_of_every_series() {
    let findings = after(|index| index.lists[3].2 = vec![]);
    let expected =
        "damage: index at table: the postings lists hold 2 entries, the series have 3 labels";
    assert_eq!(findings, [expected]);
}

#[test]
fn every_list_must_be_in_the_table_once() {
    let findings = after(|index| index.change_table = |entries| _ = entries.pop());
    let expected = "damage: index at list 3: 1 postings lists are not in the postings offset table, this is the first";
    assert_eq!(findings, [expected]);

    let findings =
        after(|index| index.change_table = |entries| entries[3].offset = entries[2].offset);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(
        findings[0].contains(
            "1 entries of the postings offset table point at no postings list of their own"
        ),
        "{findings:?}"
    );
    assert_eq!(findings[1], expected);
}

#[test]
fn an_entry_of_the_table_must_point_at_the_start_of_a_list() {
    let changes: [fn(&mut Vec<TableEntry>); 4] = [
        |entries| entries[3].offset += 1,
        |entries| entries[3].offset += 4,
        |entries| entries[3].offset = 0,
        |entries| entries[3].offset = u64::MAX,
    ];
    for change in changes {
        let findings = after(|index| index.change_table = change);
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(
            findings[0].contains("point at no postings list of their own"),
            "{findings:?}"
        );
    }
}

#[test]
fn the_table_must_be_sorted_and_counted_and_have_two_keys() {
    let findings = after(|index| index.change_table = |entries| entries.swap(1, 2));
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].ends_with(
            "an entry of the postings offset table is not greater than the one before it"
        )
    );

    let findings = after(|index| index.change_table = |entries| entries[1].keys = 1);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].ends_with("an entry of the postings offset table has 1 keys instead of 2"));

    let findings = after(|index| index.extra_table_entries = 2);
    assert_eq!(
        findings,
        ["damage: index at table: the postings offset table claims 6 entries and holds 4"]
    );

    let findings = after(|index| index.table_tail = vec![2, 0x7f]);
    assert_eq!(
        findings,
        ["damage: index at table: the last 2 bytes of the postings offset table are no entry"]
    );
}

#[test]
fn a_length_that_reaches_past_its_section_is_named() {
    for (name, at) in [
        (
            "symbol table",
            (|written| written.symbols) as fn(&Written) -> usize,
        ),
        ("postings list", |written| written.lists[1]),
        ("postings offset table", |written| written.table),
    ] {
        let mut written = Index::sound().write();
        let at = at(&written);
        written.bytes[at..at + 4].fill(0xff);
        let scan = index(&written.bytes);
        let expected = format!(
            "damage: index at offset {at}: the {name} claims 4294967295 bytes, its section has room"
        );
        assert!(
            lines(&scan.findings)[0].starts_with(&expected),
            "{:?}",
            lines(&scan.findings)
        );
    }
}

#[test]
fn without_a_table_of_contents_only_the_header_is_checked() {
    let mut written = Index::sound().write();
    written.bytes[written.contents] ^= 1;
    let scan = index(&written.bytes);
    assert!(
        scan.findings[0]
            .what
            .starts_with("the checksum of the table of contents is")
    );
    assert_eq!(
        scan.findings[1].what,
        "without a table of contents nothing else could be checked"
    );
    assert_eq!(scan.bytes, written.bytes.len() as u64);
    assert!(!scan.complete);
}

#[test]
fn a_table_of_contents_that_differs_from_the_one_read_first_is_damage() {
    let written = Index::sound().write();
    let table = table_of(&written.bytes);
    let mut changed = written.bytes.clone();
    changed[written.contents + 7] ^= 1;
    let length = changed.len() as u64;
    let scan = scan_index(&mut changed.as_slice(), length, &table).unwrap();
    let at = written.contents;
    let expected = format!(
        "damage: index at offset {at}: the table of contents changed while the file was read"
    );
    assert_findings(&scan.findings, &[&expected]);
}

#[test]
fn a_stream_that_is_longer_or_shorter_than_announced_is_damage() {
    let bytes = Index::sound().write().bytes;
    let table = table_of(&bytes);
    let length = bytes.len() as u64;
    let longer = [&bytes[..], &[0; 3]].concat();
    let scan = scan_index(&mut longer.as_slice(), length, &table).unwrap();
    let what = format!("the file has {} bytes, {length} were expected", length + 3);
    assert_findings(
        &scan.findings,
        &[&format!("damage: index at offset {}: {what}", length + 3)],
    );
    assert_eq!(
        scan.bytes,
        length + 3,
        "every byte must be read for whoever listens"
    );
}

#[test]
fn the_checksum_of_the_tests_is_castagnoli() {
    assert_eq!(checksum(b"123456789"), 0xe306_9283);
}
