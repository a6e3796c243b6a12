//! A set of small numbers as bits, which grows only as far as numbers are put in.

/// A set of numbers, one bit each, up to the highest that was put in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bitmap {
    words: Vec<u64>,
    count: u64,
}

impl Bitmap {
    /// Puts in a number. Memory follows the number, so callers only put in places that they have truly read.
    #[inline]
    pub(crate) fn insert(&mut self, number: u64) {
        let Ok(word) = usize::try_from(number / 64) else {
            return;
        };
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        if let Some(bits) = self.words.get_mut(word) {
            let bit = 1 << (number % 64);
            self.count += u64::from(*bits & bit == 0);
            *bits |= bit;
        }
    }

    /// Whether a number is in the set.
    #[inline]
    pub(crate) fn contains(&self, number: u64) -> bool {
        usize::try_from(number / 64)
            .ok()
            .and_then(|word| self.words.get(word))
            .is_some_and(|bits| bits >> (number % 64) & 1 == 1)
    }

    /// Takes out a number; whether it was in the set.
    pub(crate) fn remove(&mut self, number: u64) -> bool {
        let word = usize::try_from(number / 64)
            .ok()
            .and_then(|word| self.words.get_mut(word));
        let Some(bits) = word else { return false };
        let bit = 1 << (number % 64);
        let was_there = *bits & bit != 0;
        *bits &= !bit;
        self.count -= u64::from(was_there);
        was_there
    }

    /// How many numbers are in the set.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The lowest number in the set.
    pub(crate) fn first(&self) -> Option<u64> {
        let (word, bits) = self
            .words
            .iter()
            .enumerate()
            .find(|(_, bits)| **bits != 0)?;
        Some(word as u64 * 64 + u64::from(bits.trailing_zeros()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_in_the_set_from_insert_to_remove() {
        let mut bitmap = Bitmap::default();
        for number in [3, 64, 1000, 64] {
            bitmap.insert(number);
        }
        assert_eq!((bitmap.count(), bitmap.first()), (3, Some(3)));
        assert!(bitmap.contains(64) && !bitmap.contains(65) && !bitmap.contains(u64::MAX));
        assert!(bitmap.remove(3) && !bitmap.remove(3) && !bitmap.remove(u64::MAX));
        assert_eq!((bitmap.count(), bitmap.first()), (2, Some(64)));
    }
}
