//! Where a ledger is: a file for SQLite, a URL for PostgreSQL.

use std::{fmt, path::PathBuf, str::FromStr};

use url::Url;

/// The parameters of a PostgreSQL URL that mean something.
const PARAMETERS: [&str; 15] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
    "ssl-mode",
    "ssl-root-cert",
    "ssl-ca",
];

/// Where a ledger is. Shown without its password.
#[derive(Clone, PartialEq, Eq)]
pub struct LedgerLocation(pub(crate) Place);

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(Url),
}

/// Why a text is no place for a ledger. It never shows the text, which may hold a password.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum LocationError {
    /// There is no text.
    #[error("the place of the ledger is empty")]
    Empty,
    /// A ledger in memory would forget everything with each restart.
    #[error("a ledger can't be kept in memory")]
    Memory,
    /// SQLite's file is given by its path alone.
    #[error("the path of an SQLite ledger takes no parameters")]
    Parameters,
    /// A folder was given.
    #[error("the place of an SQLite ledger is a file, not a folder")]
    Folder,
    /// Neither SQLite nor PostgreSQL.
    #[error("there is no ledger of the kind '{0}'")]
    UnknownKind(String),
    /// The URL can't be read.
    #[error("the URL of the PostgreSQL ledger can't be read: {0}")]
    Url(url::ParseError),
    /// The URL names no server.
    #[error("the URL of the PostgreSQL ledger names no server")]
    NoServer,
    /// The URL names no database.
    #[error("the URL of the PostgreSQL ledger names no database")]
    NoDatabase,
    /// A parameter that would be ignored.
    #[error("the URL of the PostgreSQL ledger has an unknown parameter '{0}'")]
    UnknownParameter(String),
}

impl LocationError {
    /// The next step for whoever reads the error.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Empty | Self::UnknownKind(_) => {
                "give a path such as /var/lib/lifeboat/ledger.db, or a URL such as \
                 postgres://lifeboat@database/lifeboat"
            }
            Self::Memory | Self::Parameters | Self::Folder => {
                "give the path of a file, such as /var/lib/lifeboat/ledger.db"
            }
            Self::Url(_) => {
                "use postgres://USER:PASSWORD@HOST:PORT/DATABASE; in a password, write what is \
                 neither letter nor digit as %XX"
            }
            Self::NoServer | Self::NoDatabase => "use postgres://USER:PASSWORD@HOST:PORT/DATABASE",
            Self::UnknownParameter(_) => {
                "known are sslmode, sslrootcert, sslcert, sslkey, host, hostaddr, port, dbname, \
                 user, password, application_name and options"
            }
        }
    }
}

impl LedgerLocation {
    /// Whether Lifeboats on several machines can reach it: a server, and not a file.
    #[must_use]
    pub const fn is_on_a_server(&self) -> bool {
        matches!(self.0, Place::Postgres(_))
    }
}

impl FromStr for LedgerLocation {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        if matches!(scheme, Some("postgres" | "postgresql")) {
            return postgres(text);
        }
        let path = match text.strip_prefix("sqlite:") {
            Some(rest) => rest.strip_prefix("//").unwrap_or(rest),
            None => text,
        };
        if path.is_empty() {
            return Err(LocationError::Empty);
        }
        if path.starts_with(":memory:") || path.contains("mode=memory") {
            return Err(LocationError::Memory);
        }
        if let (Some(scheme), false) = (scheme, text.starts_with("sqlite:")) {
            return Err(LocationError::UnknownKind(scheme.to_owned()));
        }
        if path.contains('?') {
            return Err(LocationError::Parameters);
        }
        if path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..") {
            return Err(LocationError::Folder);
        }
        Ok(Self(Place::Sqlite(PathBuf::from(path))))
    }
}

fn postgres(text: &str) -> Result<LedgerLocation, LocationError> {
    let url = Url::parse(text).map_err(LocationError::Url)?;
    let parameters: Vec<String> = url.query_pairs().map(|(key, _)| key.into_owned()).collect();
    if let Some(unknown) = parameters
        .iter()
        .find(|key| !PARAMETERS.contains(&key.as_str()))
    {
        return Err(LocationError::UnknownParameter(unknown.clone()));
    }
    let has = |name: &str| parameters.iter().any(|key| key == name);
    if url.host_str().is_none_or(str::is_empty) && !has("host") && !has("hostaddr") {
        return Err(LocationError::NoServer);
    }
    if url.path().trim_matches('/').is_empty() && !has("dbname") {
        return Err(LocationError::NoDatabase);
    }
    Ok(LedgerLocation(Place::Postgres(url)))
}

impl fmt::Display for LedgerLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Sqlite(path) => path.display().fmt(formatter),
            Place::Postgres(url) => formatter.pad(without_password(url).as_str()),
        }
    }
}

/// A URL may hold a password in two places; where it can't be replaced, nothing is shown of it.
fn without_password(url: &Url) -> Url {
    let mut shown = url.clone();
    if url.password().is_some() && shown.set_password(Some("***")).is_err() {
        shown.set_path("");
    }
    // Other parameters say nothing about which ledger it is.
    shown.set_query(None);
    shown.set_fragment(None);
    shown
}

impl fmt::Debug for LedgerLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "LedgerLocation({self})")
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/var/lib/ledger.db", "/var/lib/ledger.db")]
    #[case("ledger.db", "ledger.db")]
    #[case("sqlite:///var/lib/ledger.db", "/var/lib/ledger.db")]
    #[case("sqlite:ledger.db", "ledger.db")]
    #[case("postgres://host/lifeboat", "postgres://host/lifeboat")]
    #[case(
        "postgresql://u:secret@host:5433/db",
        "postgresql://u:***@host:5433/db"
    )]
    #[case(
        "postgres://u@host/db?password=secret&sslmode=require",
        "postgres://u@host/db"
    )]
    fn a_place_is_shown_without_its_password(#[case] text: &str, #[case] shown: &str) {
        let location: LedgerLocation = text.parse().unwrap();
        assert_eq!(location.to_string(), shown);
        assert!(!format!("{location:?}").contains("secret"));
    }

    #[rstest]
    #[case("", LocationError::Empty)]
    #[case("sqlite:", LocationError::Empty)]
    #[case("sqlite::memory:", LocationError::Memory)]
    #[case(":memory:", LocationError::Memory)]
    #[case("sqlite://a?mode=memory", LocationError::Memory)]
    #[case("sqlite://a?mode=ro", LocationError::Parameters)]
    #[case("/var/lib/", LocationError::Folder)]
    #[case("mysql://host/db", LocationError::UnknownKind("mysql".to_owned()))]
    #[case("postgres://host", LocationError::NoDatabase)]
    #[case("postgres:///db", LocationError::NoServer)]
    #[case("postgres://host/db?sslmod=require", LocationError::UnknownParameter("sslmod".to_owned()))]
    #[case(
        "postgres://host:99999/db",
        LocationError::Url(url::ParseError::InvalidPort)
    )]
    fn what_is_no_place_is_refused_with_a_hint(#[case] text: &str, #[case] error: LocationError) {
        assert_eq!(text.parse::<LedgerLocation>(), Err(error));
    }
}
