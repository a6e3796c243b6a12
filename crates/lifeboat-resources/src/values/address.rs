//! URLs: of a Prometheus, of a repository, of an object store's server.

use lifeboat_prometheus::ClientSettings;
use lifeboat_repository::{Location, LocationError, check_endpoint};

use super::Written;

/// A Prometheus's URL, with its route prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl(pub String);

/// The URL of an object store's server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreUrl(pub String);

impl Written for ServerUrl {
    const TITLE: &'static str = "URL";
    const EXPECTED: &'static str = "a URL such as http://localhost:9090; a login goes into username and passwordFile, or \
         bearerTokenFile";

    fn read(text: &str) -> Result<Self, String> {
        match ClientSettings::check_url(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(lifeboat_prometheus::Error::Url { url, reason }) => {
                Err(format!("'{url}' can't be used, since {reason}"))
            }
            Err(error) => Err(error.to_string()),
        }
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

impl Written for StoreUrl {
    const TITLE: &'static str = "URL";
    const EXPECTED: &'static str =
        "a URL such as https://s3.example.com; credentials go into files or variables";

    fn read(text: &str) -> Result<Self, String> {
        match check_endpoint(text) {
            Ok(()) => Ok(Self(text.to_owned())),
            Err(error) => Err(error.to_string()),
        }
    }

    fn write(&self) -> String {
        self.0.clone()
    }
}

impl Written for Location {
    const TITLE: &'static str = "repository's URL";
    const EXPECTED: &'static str = "a folder's path, or file:///folder, s3://bucket/prefix, gs://bucket/prefix or \
         az://container/prefix";

    fn read(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|error: LocationError| error.to_string())
    }

    fn write(&self) -> String {
        self.to_string()
    }
}
