//! What a repository holds before and after compression: `kopia content stats --raw`, which knows
//! no JSON.

/// All contents of a repository together. Those that were deleted and not dropped yet don't count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContentTotals {
    pub(crate) count: u64,
    /// Before compression.
    pub(crate) bytes: u64,
    /// After compression and encryption. `kopia` says so only if it is less than before.
    pub(crate) packed_bytes: Option<u64>,
}

impl ContentTotals {
    /// None if the text is of another form.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let line = |label: &str| text.lines().find_map(|line| line.strip_prefix(label));
        let number = |text: &str| text.split_whitespace().next()?.parse().ok();
        Some(Self {
            count: number(line("Count: ")?)?,
            bytes: number(line("Total Bytes: ")?)?,
            packed_bytes: match line("Total Packed: ") {
                Some(text) => Some(number(text)?),
                None => None,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::nothing("")]
    #[case::no_size("Count: 10\n")]
    #[case::for_people("Count: 10\nTotal Bytes: 8 MB\nTotal Packed: three\n")]
    #[case::of_another_form("Count: 10\nTotal Bytes: many\n")]
    fn another_form_is_no_reading(#[case] text: &str) {
        assert_eq!(ContentTotals::read(text), None);
    }

    #[test]
    fn a_repository_without_contents_is_read() {
        let totals = ContentTotals::read("Count: 0\nTotal Bytes: 0\n");
        let nothing = ContentTotals {
            count: 0,
            bytes: 0,
            packed_bytes: None,
        };
        assert_eq!(totals, Some(nothing));
    }

    #[test]
    fn sizes_are_read_as_kopia_writes_them() {
        let text = include_str!("../../tests/captured/contents.txt");
        let expected = ContentTotals {
            count: 17,
            bytes: 8_006_504,
            packed_bytes: Some(3_006_522),
        };
        assert_eq!(ContentTotals::read(text), Some(expected));
    }
}
