//! The values of series as text.

use std::fmt::{self, Write};

use jiff::Timestamp;

/// A value that can be written.
pub(super) trait Value {
    /// Appends the value.
    fn write(self, text: &mut String) -> fmt::Result;
}

impl Value for u64 {
    fn write(self, text: &mut String) -> fmt::Result {
        // Nearly all values are whole numbers, and the standard library's formatting would take
        // longer than everything else of a line.
        text.push_str(itoa::Buffer::new().format(self));
        Ok(())
    }
}

impl Value for u32 {
    fn write(self, text: &mut String) -> fmt::Result {
        u64::from(self).write(text)
    }
}

impl Value for usize {
    fn write(self, text: &mut String) -> fmt::Result {
        (self as u64).write(text)
    }
}

impl Value for f64 {
    fn write(self, text: &mut String) -> fmt::Result {
        write!(text, "{self}")
    }
}

/// Unix seconds, with milliseconds where there are any: no moment here is better known.
impl Value for Timestamp {
    fn write(self, text: &mut String) -> fmt::Result {
        let milliseconds = self.as_millisecond();
        match u64::try_from(milliseconds) {
            Ok(milliseconds) if milliseconds % 1_000 == 0 => (milliseconds / 1_000).write(text),
            Ok(milliseconds) => {
                (milliseconds / 1_000).write(text)?;
                write!(text, ".{:03}", milliseconds % 1_000)
            }
            Err(_) => write!(text, "{}", self.as_second()),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn written(value: impl Value) -> String {
        let mut text = String::new();
        value.write(&mut text).unwrap();
        text
    }

    #[rstest]
    #[case("2026-11-21T10:00:00Z", "1795255200")]
    #[case("2026-11-21T10:00:00.25Z", "1795255200.250")]
    #[case("2026-11-21T10:00:00.007Z", "1795255200.007")]
    #[case("1969-12-31T23:59:59Z", "-1")]
    fn a_moment_is_told_in_seconds(#[case] at: Timestamp, #[case] expected: &str) {
        assert_eq!(written(at), expected);
    }

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        assert_eq!(written(0_u32), "0");
        assert_eq!(written(u64::MAX), "18446744073709551615");
        assert_eq!(written(0.1), "0.1");
        assert_eq!(written(240.0), "240");
    }
}
