//! Destination: where the backups of a database are, as those tell it who make them.

use std::fmt;

use lifeboat_core::SmallMap;
use lifeboat_repository::{Location, LocationError};
use url::Url;

/// Where the backups of a database are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Such as `s3://bucket/path`, or `https://account.blob.core.windows.net/container/path`.
    pub url: String,
    /// The store's own URL, where it isn't that of its kind.
    pub endpoint: Option<String>,
    /// The database's folder there.
    pub server: String,
}

impl Destination {
    /// By the places of an asset, as its source names them for people.
    #[must_use]
    pub fn of(places: &SmallMap<&'static str, String>) -> Option<Self> {
        let place = |name| places.get(name).filter(|place| !place.is_empty()).cloned();
        Some(Self {
            url: place("destination")?,
            endpoint: place("endpoint"),
            server: place("server")?,
        })
    }

    /// The location, and the storage account where one is named in it.
    pub(crate) fn location(&self) -> Result<(Location, Option<String>), LocationError> {
        match azure(&self.url) {
            Some((account, location)) => Ok((location, Some(account))),
            None => Ok((self.url.parse()?, None)),
        }
    }
}

/// Azure's way of naming a container by the address of its account.
fn azure(url: &str) -> Option<(String, Location)> {
    let url = Url::parse(url).ok()?;
    let (account, _) = url.host_str()?.split_once(".blob.")?;
    let (container, prefix) = match url.path().trim_matches('/').split_once('/') {
        Some((container, prefix)) => (container, prefix),
        None => (url.path().trim_matches('/'), ""),
    };
    let location = Location::Azure {
        container: container.to_owned(),
        prefix: prefix.to_owned(),
    };
    (!container.is_empty()).then(|| (account.to_owned(), location))
}

impl fmt::Display for Destination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}/{}",
            self.url.trim_end_matches('/'),
            self.server
        )
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn destination(url: &str) -> Destination {
        Destination {
            url: url.to_owned(),
            endpoint: None,
            server: "db".to_owned(),
        }
    }

    #[rstest]
    #[case("")]
    #[case("ftp://host/path")]
    #[case("https://s3.example.com/bucket")]
    fn what_names_no_store_is_refused(#[case] url: &str) {
        assert!(destination(url).location().is_err());
    }

    #[rstest]
    #[case("s3://backups/a/b/", "s3://backups/a/b", None)]
    #[case("gs://backups", "gs://backups", None)]
    #[case(
        "https://shop.blob.core.windows.net/backups/a",
        "az://backups/a",
        Some("shop")
    )]
    fn a_destination_is_found_as_its_operator_writes_it(
        #[case] url: &str,
        #[case] location: &str,
        #[case] account: Option<&str>,
    ) {
        let found = destination(url).location().unwrap();
        assert_eq!(found.0.to_string(), location);
        assert_eq!(found.1.as_deref(), account);
    }

    #[test]
    fn without_a_server_nobody_knows_where() {
        let places = SmallMap::from_iter([("destination", "s3://backups".to_owned())]);
        assert_eq!(Destination::of(&places), None);
    }
}
