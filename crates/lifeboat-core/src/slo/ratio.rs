//! Ratios: shares of a whole in parts per million, so that two of them compare exactly.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A share of a whole. Outside it is a number from 0 to 1, and for people a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio {
    parts_per_million: u32,
}

const MILLION: u32 = 1_000_000;

impl Ratio {
    /// A ratio of so many parts per million; of more than all there is all.
    #[must_use]
    pub const fn from_parts_per_million(parts: u32) -> Self {
        Self {
            parts_per_million: if parts > MILLION { MILLION } else { parts },
        }
    }

    /// What share a part is of a whole, rounded down, so that what falls short of a target never looks
    /// as if it met it; none of nothing.
    #[must_use]
    pub fn of(part: u128, whole: u128) -> Option<Self> {
        let parts = part
            .min(whole)
            .saturating_mul(MILLION.into())
            .checked_div(whole)?;
        let parts = u32::try_from(parts).unwrap_or(MILLION);
        Some(Self::from_parts_per_million(parts))
    }

    /// In parts per million.
    #[must_use]
    pub const fn parts_per_million(self) -> u32 {
        self.parts_per_million
    }

    /// What is missing to all.
    #[must_use]
    pub const fn rest(self) -> Self {
        Self {
            parts_per_million: MILLION - self.parts_per_million,
        }
    }

    /// As a number from 0 to 1.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        f64::from(self.parts_per_million) / f64::from(MILLION)
    }

    /// The share in whole hundredths of a percent, rounded down: what people want to see of one that
    /// was measured.
    #[must_use]
    pub const fn in_short(self) -> Self {
        const HUNDREDTH_OF_A_PERCENT: u32 = MILLION / 10_000;
        Self {
            parts_per_million: self.parts_per_million / HUNDREDTH_OF_A_PERCENT
                * HUNDREDTH_OF_A_PERCENT,
        }
    }

    /// Reads a percentage, such as `99.9%`, with up to four decimals. None for what isn't one.
    #[must_use]
    pub fn parse_percentage(text: &str) -> Option<Self> {
        const DECIMALS: usize = 4;
        let number = text.trim_ascii().strip_suffix('%')?.trim_ascii_end();
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !are_digits(whole) || !are_digits(decimals) || decimals.len() > DECIMALS {
            return None;
        }
        let decimals: u32 = format!("{decimals:0<DECIMALS$}").parse().ok()?;
        let whole: u32 = whole.parse().ok().filter(|whole| *whole <= 100)?;
        let parts = whole * (MILLION / 100) + decimals;
        (parts <= MILLION).then(|| Self::from_parts_per_million(parts))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = (
            self.parts_per_million / 10_000,
            self.parts_per_million % 10_000,
        );
        let text = format!("{whole}.{decimals:04}");
        let text = text.trim_end_matches('0').trim_end_matches('.');
        formatter.pad(&format!("{text}%"))
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.as_f64())
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if !(0.0..=1.0).contains(&number) {
            return Err(de::Error::custom("a ratio lies between 0 and 1"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it lies between 0 and a million"
        )]
        let parts = (number * f64::from(MILLION)).round() as u32;
        Ok(Self::from_parts_per_million(parts))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("99%", Some(990_000))]
    #[case(" 99.9 %", Some(999_000))]
    #[case("99.9999%", Some(999_999))]
    #[case("100%", Some(1_000_000))]
    #[case("0.5%", Some(5_000))]
    #[case("100.1%", None)]
    #[case("99.99999%", None)]
    #[case("99", None)]
    #[case("0.999", None)]
    #[case(".9%", None)]
    #[case("-1%", None)]
    #[case("+1%", None)]
    #[case("4294967297%", None)]
    #[case("%", None)]
    fn a_percentage_is_read_to_the_fourth_decimal(#[case] text: &str, #[case] parts: Option<u32>) {
        let read = Ratio::parse_percentage(text);
        assert_eq!(read.map(Ratio::parts_per_million), parts);
        if let Some(ratio) = read {
            assert_eq!(Ratio::parse_percentage(&ratio.to_string()), Some(ratio));
        }
    }

    #[test]
    fn what_falls_short_by_a_hair_does_not_meet_its_target() {
        let target = Ratio::from_parts_per_million(990_000);
        assert_eq!(Ratio::of(99, 100), Some(target));
        assert!(Ratio::of(99_000_000_000 - 1, 100_000_000_000).unwrap() < target);
        assert_eq!(Ratio::of(0, 0), None);
        assert_eq!(Ratio::of(3, 2).unwrap().as_f64().to_string(), "1");
    }

    #[test]
    fn every_ratio_comes_back_from_json_as_it_was() {
        for parts in [0, 1, 333_333, 990_000, 999_000, 999_999, 1_000_000] {
            let ratio = Ratio::from_parts_per_million(parts);
            let text = serde_json::to_string(&ratio).unwrap();
            assert_eq!(
                serde_json::from_str::<Ratio>(&text).unwrap(),
                ratio,
                "{text}"
            );
        }
        assert!(serde_json::from_str::<Ratio>("1.1").is_err());
    }
}
