//! URLs: of a Prometheus, of a repository, of an object store's server.

use lifeboat_prometheus::ClientSettings;
use lifeboat_repository::{Location, LocationError, check_endpoint};

use super::Written;
use crate::custom_resources::Validation;

/// As long as URLs may be that every server and browser takes.
const LONGEST_URL: usize = 2000;

/// A URL without a user. A lone `@` names none, and is read.
const NO_LOGIN: &str = r"!self.matches(r'^[^:/]*://[^/?#\\]*[^/?#\\:@][^/?#\\]*@')";

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
    const LONGEST: usize = LONGEST_URL;
    // No message repeats the text, which could hold a password.
    const VALIDATIONS: &'static [Validation] = &[
        Validation::fixed(
            "self.contains('://')",
            "the URL can't be used, since it lacks http:// or https:// at its beginning: use a URL \
             such as http://localhost:9090",
        )
        .hiding_value(),
        Validation::fixed(
            r"!self.contains('://') || self.matches(r'^\s*(?i:https?)://.')",
            "the URL can't be used, since it is neither http:// nor https://: use a URL such as \
             http://localhost:9090",
        )
        .hiding_value(),
        Validation::fixed(
            NO_LOGIN,
            "the URL can't be used, since it holds a user or a password, and URLs are printed: a \
             login goes into username and passwordFile, or bearerTokenFile",
        )
        .hiding_value(),
    ];

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
    const LONGEST: usize = LONGEST_URL;
    const VALIDATIONS: &'static [Validation] = &[
        Validation::fixed(
            r"self.matches(r'^\s*(?i:https?):/*[^/]')",
            "the server's URL cannot be used: it is neither http:// nor https://: use a URL such as \
             https://s3.example.com",
        )
        .hiding_value(),
        Validation::fixed(
            NO_LOGIN,
            "the server's URL cannot be used: it holds a user or a password: credentials go into \
             files or variables",
        )
        .hiding_value(),
    ];

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
    const LONGEST: usize = LONGEST_URL;
    const VALIDATIONS: &'static [Validation] = &[
        Validation::fixed(
            r"self.matches(r'\S')",
            "the repository is empty: use a folder's path, or a URL such as s3://bucket/prefix",
        )
        .hiding_value(),
        Validation::fixed(
            r"!self.contains('://') || self.matches(r'^\s*(?i:file|s3|gs|az)://')",
            "the repository's scheme is not one of file, s3, gs, az: use a folder's path, or \
             file:///folder, s3://bucket/prefix, gs://bucket/prefix or az://container/prefix",
        )
        .hiding_value(),
        Validation::fixed(
            "!self.contains('://') || !self.matches(r'^[^#]*[?]')",
            "the repository's URL must not hold a user, a password or a query",
        )
        .hiding_value(),
        Validation::fixed(
            NO_LOGIN,
            "the repository's URL must not hold a user, a password or a query",
        )
        .hiding_value(),
        Validation::fixed(
            r"!self.matches(r'^\s*(?i:s3|gs|az)://([/?#]|$)')",
            "the repository's URL names no bucket: use a URL such as s3://bucket/prefix",
        )
        .hiding_value(),
        Validation::fixed(
            r"!self.matches(r'^\s*(?i:file)://[^/\\]') || self.matches(r'^\s*(?i:file)://(?i:localhost)[/\\]')",
            "a file:// repository needs an absolute path, such as file:///var/backups/prometheus",
        )
        .hiding_value(),
    ];

    fn read(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|error: LocationError| error.to_string())
    }

    fn write(&self) -> String {
        self.to_string()
    }
}
