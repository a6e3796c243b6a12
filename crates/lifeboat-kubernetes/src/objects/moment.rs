//! How Kubernetes writes times, and how it writes that there is none.

use std::{collections::BTreeMap, fmt};

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Deserializer, de::Error};

/// A time to the nanosecond, or none, in 12 bytes: `Option<Timestamp>` takes 24, and each of tens of
/// thousands of objects has several.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(Rust, packed(4))]
pub struct OptionalMoment {
    second: i64,
    nanosecond: i32,
}

impl OptionalMoment {
    /// No second has this nanosecond, so that no time is written like this.
    const NONE: Self = Self {
        second: 0,
        nanosecond: i32::MAX,
    };

    /// The time, if there is one.
    #[must_use]
    pub fn get(self) -> Option<Timestamp> {
        Timestamp::new(self.second, self.nanosecond).ok()
    }

    /// This time, or else another.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self == Self::NONE { other } else { self }
    }
}

impl From<Option<Timestamp>> for OptionalMoment {
    fn from(moment: Option<Timestamp>) -> Self {
        moment.map_or(Self::NONE, |moment| Self {
            second: moment.as_second(),
            nanosecond: moment.subsec_nanosecond(),
        })
    }
}

impl Default for OptionalMoment {
    fn default() -> Self {
        Self::NONE
    }
}

impl fmt::Debug for OptionalMoment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(formatter)
    }
}

impl<'de> Deserialize<'de> for OptionalMoment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        optional(deserializer).map(Self::from)
    }
}

/// Reads an RFC 3339 time. An empty string and Go's zero time (year 1) mean that there is none.
pub(crate) fn optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map_or(Ok(None), |text| parse(&text).map_err(D::Error::custom))
}

/// Reads a map from a name to a time; names without a time are left out.
pub(crate) fn map<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Timestamp>, D::Error> {
    let texts = BTreeMap::<String, String>::deserialize(deserializer)?;
    let mut moments = BTreeMap::new();
    for (name, text) in texts {
        if let Some(moment) = parse(&text).map_err(D::Error::custom)? {
            moments.insert(name, moment);
        }
    }
    Ok(moments)
}

fn parse(text: &str) -> Result<Option<Timestamp>, jiff::Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let moment: Timestamp = text.parse()?;
    // Go's zero time, which is what an unset `metav1.Time` becomes in places that don't omit it.
    let year = moment.to_zoned(TimeZone::UTC).year();
    Ok((year > 1).then_some(moment))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn received(text: &str) -> Option<Timestamp> {
        let moment: OptionalMoment = serde_json::from_value(json!(text)).unwrap();
        moment.get()
    }

    #[test]
    fn what_is_no_time_is_refused_and_an_unset_one_is_none() {
        for text in ["yesterday", "2026-08-01", "2026-08-01T03:00:61Z"] {
            serde_json::from_value::<OptionalMoment>(json!(text)).unwrap_err();
        }
        for text in ["", "0001-01-01T00:00:00Z"] {
            assert_eq!(received(text), None);
        }
        assert_eq!(OptionalMoment::default().get(), None);
        assert_eq!(OptionalMoment::from(None), OptionalMoment::default());
    }

    #[test]
    fn it_takes_half_the_room() {
        assert_eq!(size_of::<OptionalMoment>(), 12);
        assert_eq!(size_of::<Option<Timestamp>>(), 24);
    }

    proptest! {
        #[test]
        fn no_fraction_of_a_second_is_lost(
            second in Timestamp::MIN.as_second()..Timestamp::MAX.as_second(),
            nanosecond in 0..1_000_000_000,
        ) {
            let moment = Timestamp::new(second, nanosecond).unwrap();
            prop_assert_eq!(OptionalMoment::from(Some(moment)).get(), Some(moment));
        }

        #[test]
        fn it_is_read_as_it_was_sent(
            second in 0..Timestamp::MAX.as_second(),
            nanosecond in prop_oneof![Just(0), 0..1_000_000_000],
        ) {
            let moment = Timestamp::new(second, nanosecond).unwrap();
            prop_assert_eq!(received(&moment.to_string()), Some(moment));
        }
    }
}
