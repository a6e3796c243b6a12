//! Verifies the blocks in a folder and prints how fast that went: `cargo run --release --example verify_throughput --
//! DIR [ROUNDS]`, where DIR is a block or holds blocks.
#![expect(clippy::print_stdout, reason = "printing is what this program is for")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use lifeboat_tsdb::{BlockId, verify_block};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder")?);
    let rounds = arguments
        .next()
        .map_or(Ok(1), |rounds| rounds.parse::<u32>())?;
    let blocks = blocks_in(&folder)?;
    for round in 1..=rounds {
        let start = Instant::now();
        let mut bytes = 0;
        let mut chunks = 0;
        for block in &blocks {
            let report = verify_block(block)?;
            bytes += report.bytes;
            chunks += report.chunks;
            if round == 1 {
                for finding in &report.findings {
                    println!("{}: {finding} ({:?})", block.display(), finding.severity);
                }
            }
        }
        let seconds = start.elapsed().as_secs_f64();
        #[expect(
            clippy::cast_precision_loss,
            reason = "a rate needs no more than 52 bits"
        )]
        let rate = bytes as f64 / seconds / 1e9;
        println!(
            "{} blocks, {bytes} bytes, {chunks} chunks: {seconds:.3} s, {rate:.2} GB/s",
            blocks.len()
        );
    }
    Ok(())
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
