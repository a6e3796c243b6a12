//! Chooses the blocks of a sample: the same sample always chooses the same blocks.

use crate::{digest::sha256, documents::Block};

/// Which of the blocks to read. A block is read whole or not at all, since its files are checked
/// against each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sample {
    /// All of them.
    All,
    /// A random share: the same seed gives the same blocks, and another seed others.
    Random {
        /// The share, 0 to 100.
        percent: f64,
        /// Chooses the blocks.
        seed: u64,
    },
    /// One of several fixed slices: every block is in exactly one of them, so that reading them in
    /// turn reads everything.
    Slice {
        /// Which one, counted from 0.
        index: u32,
        /// Of how many, at least 1.
        of: u32,
    },
}

impl Sample {
    /// The share of the blocks, 0 to 100.
    #[must_use]
    pub fn percent(&self) -> f64 {
        match self {
            Self::All => 100.0,
            Self::Random { percent, .. } => *percent,
            Self::Slice { of, .. } => 100.0 / f64::from((*of).max(1)),
        }
    }

    pub(super) fn contains(&self, block: &Block) -> bool {
        const STEPS: u32 = 1_000_000;
        match self {
            Self::All => true,
            Self::Random { percent, seed } => {
                let place = place_of(&format!("{seed}/{}", block.ulid)) % STEPS;
                f64::from(place) < percent / 100.0 * f64::from(STEPS)
            }
            Self::Slice { index, of } => place_of(&block.ulid) % (*of).max(1) == *index,
        }
    }
}

/// A number that spreads evenly over different texts.
fn place_of(text: &str) -> u32 {
    let digest = sha256(text.as_bytes());
    u32::from_str_radix(&digest[..8], 16).unwrap_or(0)
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
        let sample = Sample::Random { percent, seed };
        blocks.filter(|block| sample.contains(block)).count()
    }

    #[test]
    fn every_block_is_in_exactly_one_slice() {
        for block in (0..1000).map(block) {
            let slices = (0..10).filter(|index| {
                let index = *index;
                Sample::Slice { index, of: 10 }.contains(&block)
            });
            assert_eq!(slices.count(), 1);
        }
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
            .filter(|block| {
                (0..30).all(|seed| {
                    let percent = 10.0;
                    !Sample::Random { percent, seed }.contains(block)
                })
            })
            .count();
        // 0.9^30 is 4.2 %.
        assert!(missed < 80, "{missed}");
    }
}
