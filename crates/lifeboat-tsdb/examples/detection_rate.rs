//! Flips every single bit of the blocks in a folder and prints how many of the flips are found: `cargo run --release
//! --example detection_rate -- DIR`, where DIR is a block or holds blocks. Small blocks, please: the time goes with the
//! square of a file's size.
#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use lifeboat_tsdb::{
    BlockId, BlockMeta, Finding, IndexScan, SegmentScan, TableOfContents, TombstoneScan, conclude,
    is_damaged, list_block_files, scan_chunk_segment, scan_index, scan_tombstones,
    segment_sequence,
};

/// What happened to the bits of one kind of file.
#[derive(Default)]
struct Tally {
    bits: u64,
    damage: u64,
    noted: u64,
    missed: Vec<String>,
    missed_count: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name a folder")?);
    let mut tallies = BTreeMap::<&str, Tally>::new();
    for block in blocks_in(&folder)? {
        flip_all(&block, &mut tallies)?;
    }
    println!("| file | bits flipped | damage | only noted | not found |");
    println!("|---|---|---|---|---|");
    for (
        kind,
        Tally {
            bits,
            damage,
            noted,
            missed_count,
            ..
        },
    ) in &tallies
    {
        println!("| {kind} | {bits} | {damage} | {noted} | {missed_count} |");
    }
    for (kind, tally) in &tallies {
        for missed in &tally.missed {
            println!("{kind}: {missed}");
        }
    }
    Ok(())
}

fn flip_all(block: &Path, tallies: &mut BTreeMap<&str, Tally>) -> Result<(), Box<dyn Error>> {
    let sound = Block::read(block)?;
    for path in list_block_files(block)?.paths() {
        let mut bytes = fs::read(block.join(&path))?;
        let kind = if path.starts_with("chunks/") {
            "chunks"
        } else {
            path.as_str()
        };
        let kind = ["chunks", "index", "meta.json", "tombstones"]
            .into_iter()
            .find(|known| *known == kind);
        let tally = tallies.entry(kind.unwrap_or("other")).or_default();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let Some(byte) = bytes.get_mut(place) else {
                    continue;
                };
                *byte ^= 1 << bit;
                let findings = sound.findings(&path, &bytes)?;
                tally.add(&findings, || {
                    let before = bytes.get(place).map_or(0, |byte| byte ^ 1 << bit);
                    format!("bit {bit} of byte {place} ({:?})", char::from(before))
                });
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= 1 << bit;
                }
            }
        }
    }
    Ok(())
}

impl Tally {
    fn add(&mut self, findings: &[Finding], place: impl Fn() -> String) {
        self.bits += 1;
        if is_damaged(findings) {
            self.damage += 1;
        } else if findings.is_empty() {
            self.missed_count += 1;
            if self.missed.len() < 20 {
                self.missed.push(place());
            }
        } else {
            self.noted += 1;
        }
    }
}

/// A sound block, read.
struct Block {
    meta: BlockMeta,
    index: IndexScan,
    segments: Vec<SegmentScan>,
    tombstones: TombstoneScan,
}

impl Block {
    fn read(block: &Path) -> Result<Self, Box<dyn Error>> {
        let segments = list_block_files(block)?
            .segments
            .iter()
            .map(|&sequence| {
                Ok(segment(
                    &fs::read(block.join(format!("chunks/{sequence:06}")))?,
                    sequence,
                )?)
            })
            .collect::<Result<_, Box<dyn Error>>>()?;
        Ok(Self {
            meta: BlockMeta::parse(&fs::read(block.join("meta.json"))?)?,
            index: index(&fs::read(block.join("index"))?)?,
            segments,
            tombstones: tombstones(&fs::read(block.join("tombstones"))?)?,
        })
    }

    /// What is found when one file has these bytes instead of its own.
    fn findings(&self, path: &str, bytes: &[u8]) -> Result<Vec<Finding>, Box<dyn Error>> {
        Ok(match path {
            "index" => index(bytes)?.findings,
            "tombstones" => tombstones(bytes)?.findings,
            "meta.json" => match BlockMeta::parse(bytes) {
                Ok(meta) if meta.ulid != self.meta.ulid => {
                    vec![Finding::damage(
                        path,
                        None,
                        "the id differs from the folder's name",
                    )]
                }
                Ok(meta) => conclude(&meta, &self.index, &self.segments, Some(&self.tombstones)),
                Err(error) => vec![Finding::damage(path, None, error.to_string())],
            },
            _ => {
                let sequence = path
                    .strip_prefix("chunks/")
                    .and_then(segment_sequence)
                    .ok_or("an odd file")?;
                segment(bytes, sequence)?.findings
            }
        })
    }
}

fn index(bytes: &[u8]) -> std::io::Result<IndexScan> {
    let table = bytes
        .last_chunk()
        .copied()
        .unwrap_or([0; TableOfContents::LENGTH]);
    scan_index(&mut { bytes }, bytes.len() as u64, &table)
}

fn segment(bytes: &[u8], sequence: u32) -> std::io::Result<SegmentScan> {
    scan_chunk_segment(&mut { bytes }, sequence, bytes.len() as u64)
}

fn tombstones(bytes: &[u8]) -> std::io::Result<TombstoneScan> {
    scan_tombstones(&mut { bytes }, bytes.len() as u64)
}

fn blocks_in(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    if folder.join("meta.json").exists() {
        return Ok(vec![folder.to_path_buf()]);
    }
    let mut blocks = Vec::new();
    for entry in folder.read_dir()? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(BlockId::is_valid) {
            blocks.push(entry.path());
        }
    }
    blocks.sort();
    Ok(blocks)
}
