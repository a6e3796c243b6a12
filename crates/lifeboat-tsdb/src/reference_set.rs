//! A fingerprint of a set of chunk references, of constant size and free of order.

/// Stands for a multiset of chunk references in 24 bytes.
///
/// The index names every chunk by reference, and every chunk in the segments has one. Holding both sides of a large
/// block would take gigabytes; instead each side is folded into a count, a sum and an exclusive or of mixed
/// references. Equal sets always compare equal; two different sets do so by accident with a chance of about 2⁻¹²⁸. It
/// is no defence against someone who makes references collide on purpose, and need not be: such a person can write a
/// block that is sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReferenceSet {
    count: u64,
    sum: u64,
    exclusive_or: u64,
}

impl ReferenceSet {
    /// The empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts in a chunk reference (segment number in the upper 32 bits, from zero; offset in the lower 32).
    #[inline]
    pub fn insert(&mut self, reference: u64) {
        let mixed = mix(reference);
        self.count = self.count.wrapping_add(1);
        self.sum = self.sum.wrapping_add(mixed);
        self.exclusive_or ^= mix(mixed);
    }

    /// Puts in everything that another set holds.
    pub fn merge(&mut self, other: Self) {
        self.count = self.count.wrapping_add(other.count);
        self.sum = self.sum.wrapping_add(other.sum);
        self.exclusive_or ^= other.exclusive_or;
    }

    /// How many references were put in.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea and Flood, 2014): every bit of the input moves half of the output.
#[inline]
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(references: &[u64]) -> ReferenceSet {
        references
            .iter()
            .fold(ReferenceSet::new(), |mut set, &reference| {
                set.insert(reference);
                set
            })
    }

    #[test]
    fn order_and_parts_do_not_matter() {
        let mut merged = set(&[8, 1 << 32]);
        merged.merge(set(&[300]));
        assert_eq!(merged, set(&[300, 8, 1 << 32]));
        assert_eq!(merged.count(), 3);
    }

    #[test]
    fn sets_that_differ_in_one_reference_are_told_apart() {
        assert_ne!(set(&[8, 300]), set(&[8, 301]));
        assert_ne!(set(&[8, 300]), set(&[8, 300, 300]));
        assert_ne!(set(&[8, 8, 300]), set(&[8, 300, 300]));
        assert_ne!(set(&[]), set(&[0]));
        // The same sum of references must not be enough.
        assert_ne!(set(&[8, 12]), set(&[9, 11]));
    }
}
