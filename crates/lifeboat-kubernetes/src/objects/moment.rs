//! How Kubernetes writes times, and how it writes that there is none.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Deserializer, de::Error};

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
