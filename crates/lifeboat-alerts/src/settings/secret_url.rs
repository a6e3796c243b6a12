//! A URL that may hold a secret, of which only scheme, host and port are ever shown.

use std::fmt;

use serde::Deserialize;
use url::Url;

/// A URL that may hold a secret.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SecretUrl(String);

impl SecretUrl {
    /// Takes a URL as it was written.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// All of it, for the one who sends requests there.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

/// Shows no more than `https://host:port`, and whether there is more.
impl fmt::Display for SecretUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Url::parse(&self.0) {
            Ok(url) if url.has_host() => {
                formatter.write_str(&url.origin().ascii_serialization())?;
                let has_more = url.path().len() > 1 || url.query().is_some();
                formatter.write_str(if has_more { "/…" } else { "" })
            }
            _ => formatter.write_str("(a URL that is not shown)"),
        }
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{self}\"")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://hooks.example.com/T00/s3cret", "https://hooks.example.com/…")]
    #[case("http://user:s3cret@host:8080/?token=s3cret", "http://host:8080/…")]
    #[case("http://user:s3cret@host:8080", "http://host:8080")]
    #[case("s3cret", "(a URL that is not shown)")]
    fn nothing_that_could_be_secret_is_shown(#[case] url: &str, #[case] shown: &str) {
        let url = SecretUrl::new(url);
        assert_eq!(url.to_string(), shown);
        assert!(!format!("{url:?}").contains("s3cret"));
    }
}
