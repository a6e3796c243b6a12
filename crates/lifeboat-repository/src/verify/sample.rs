//! Chooses the blocks of a sample: the same seed gives the same blocks, and another seed others.

use crate::{digest::sha256, documents::Block};

/// Whether a block belongs to a sample of `percent` of all blocks. A block is read whole or not at
/// all, since its files are checked against each other.
pub(super) fn is_in_sample(block: &Block, percent: f64, seed: u64) -> bool {
    const STEPS: f64 = 1_000_000.0;
    let digest = sha256(format!("{seed}/{}", block.ulid).as_bytes());
    let place = u32::from_str_radix(&digest[..8], 16).unwrap_or(0) % 1_000_000;
    f64::from(place) < percent / 100.0 * STEPS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(number: usize) -> Block {
        Block {
            ulid: format!("{number:026}"),
            min_time: 0,
            max_time: 0,
            samples: 0,
            series: 0,
            files: Vec::new(),
            damage: Vec::new(),
        }
    }

    fn chosen(percent: f64, seed: u64) -> usize {
        let blocks = (0..10_000).map(block);
        blocks
            .filter(|block| is_in_sample(block, percent, seed))
            .count()
    }

    #[test]
    fn a_sample_has_about_the_wanted_share() {
        assert_eq!(chosen(0.0, 1), 0);
        assert_eq!(chosen(100.0, 1), 10_000);
        let tenth = chosen(10.0, 1);
        assert!((900..1100).contains(&tenth), "{tenth}");
    }

    #[test]
    fn thirty_daily_samples_of_a_tenth_miss_few_blocks() {
        let missed = (0..1000)
            .map(block)
            .filter(|block| (0..30).all(|day| !is_in_sample(block, 10.0, day)))
            .count();
        // 0.9^30 is 4.2 %.
        assert!(missed < 80, "{missed}");
    }
}
