//! Blocks that Prometheus wrote are sound, and what is done to them on disk is told.

use std::fs;
use std::path::Path;

use lifeboat_tsdb::{BlockReport, VerifyError, verify_block};

use crate::generated::{BLOCKS, blocks, copy_of, files};
use crate::reading::{assert_findings, lines};

#[test]
fn blocks_of_every_kind_are_sound() {
    for (kind, block) in blocks() {
        let report = verify_block(block).unwrap();
        assert_findings(&report.findings, &[]);
        assert!(report.is_sound());
        let stats = report.meta.unwrap().stats;
        assert!(stats.num_samples > 0 && stats.num_series > 0, "{kind}");
        assert_eq!(
            (
                report.series,
                report.chunks,
                report.samples,
                report.tombstones
            ),
            (
                stats.num_series,
                stats.num_chunks,
                stats.num_samples,
                stats.num_tombstones
            ),
            "{kind}"
        );
        let sizes = files(block)
            .iter()
            .map(|file| fs::metadata(block.join(file)).unwrap().len())
            .sum::<u64>();
        assert_eq!(
            (report.bytes, report.files),
            (sizes, files(block).len() as u64),
            "{kind}"
        );
    }
}

#[test]
fn the_kinds_are_what_they_claim_to_be() {
    let stats = |kind| verify_block(&BLOCKS[kind][0]).unwrap().meta.unwrap().stats;
    assert_eq!(
        stats("2.42").num_float_samples,
        0,
        "2.42 counts samples together only"
    );
    assert!(stats("float").num_tombstones > 0 && stats("float").num_histogram_samples == 0);
    assert!(stats("histogram").num_histogram_samples > 0);
    assert!(stats("new encodings").num_histogram_samples > 0);
    assert!(stats("new float encodings").num_float_samples > 0);
}

fn first(kind: &str) -> &'static Path {
    &BLOCKS[kind][0]
}

fn verified(kind: &str, change: impl FnOnce(&Path)) -> BlockReport {
    let (_folder, block) = copy_of(first(kind));
    change(&block);
    verify_block(&block).unwrap()
}

#[test]
fn a_missing_file_is_damage() {
    for name in ["meta.json", "index", "chunks/000001", "tombstones"] {
        let report = verified("float", |block| fs::remove_file(block.join(name)).unwrap());
        assert!(!report.is_sound(), "{name}");
        let named = report
            .findings
            .iter()
            .any(|finding| finding.file == name && finding.what.contains("missing"));
        assert!(
            named || name == "chunks/000001",
            "{:?}",
            lines(&report.findings)
        );
    }
    let report = verified("float", |block| {
        fs::remove_dir_all(block.join("chunks")).unwrap();
    });
    assert!(
        lines(&report.findings)
            .iter()
            .any(|line| line == "damage: index: it refers to 1 segments, there are 0")
    );
}

#[test]
fn a_file_of_another_block_is_told_though_its_checksums_are_right() {
    let other = first("2.42");
    for name in ["meta.json", "index", "chunks/000001"] {
        let report = verified("float", |block| {
            _ = fs::copy(other.join(name), block.join(name)).unwrap();
        });
        assert!(!report.is_sound(), "{name}: {:?}", lines(&report.findings));
    }
}

#[test]
fn a_foreign_index_names_the_references_that_lead_nowhere() {
    let other = first("histogram");
    let report = verified("float", |block| {
        _ = fs::copy(other.join("index"), block.join("index")).unwrap();
    });
    let located = report
        .findings
        .iter()
        .filter(|finding| finding.what.contains("where no sound chunk is"))
        .count();
    assert!(located > 0, "{:?}", lines(&report.findings));
}

#[test]
fn a_meta_in_the_wrong_folder_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (_copy, block) = copy_of(first("float"));
    let renamed = folder.path().join("01DXXFZDYD1MQW6079WK0K6EDQ");
    fs::rename(&block, &renamed).unwrap();
    let report = verify_block(&renamed).unwrap();
    let id = report.meta.unwrap().ulid;
    let expected = format!(
        "damage: meta.json: it describes block {id}, the folder is named 01DXXFZDYD1MQW6079WK0K6EDQ"
    );
    assert_findings(&report.findings, &[&expected]);
}

#[test]
fn a_meta_that_cannot_be_read_is_damage_and_the_rest_is_still_checked() {
    let report = verified("float", |block| {
        fs::write(block.join("meta.json"), "{").unwrap();
    });
    assert_eq!(report.meta, None);
    assert_eq!(report.findings.len(), 1);
    assert!(
        report.findings[0]
            .what
            .starts_with("failed to read meta.json as the description of a block: EOF")
    );
    assert!(report.chunks > 0 && report.series > 0);
}

#[test]
fn files_that_do_not_belong_are_noted() {
    let report = verified("float", |block| {
        fs::write(block.join("chunks/000001.tmp"), "").unwrap();
    });
    let expected = "note: chunks/000001.tmp: no block has a file of this name; it is ignored";
    assert_findings(&report.findings, &[expected]);
    assert!(report.is_sound());
}

#[test]
fn a_folder_that_cannot_be_read_is_an_error_and_no_finding() {
    let folder = tempfile::tempdir().unwrap();
    let error = verify_block(&folder.path().join("nowhere")).unwrap_err();
    assert!(matches!(error, VerifyError::List { .. }), "{error}");
}

#[test]
fn an_empty_folder_lacks_everything() {
    let folder = tempfile::tempdir().unwrap();
    let report = verify_block(folder.path()).unwrap();
    assert_findings(
        &report.findings,
        &[
            "damage: meta.json: the file is missing",
            "damage: index: the file is missing",
        ],
    );
}
