//! Names in a repository: instances, backup ids, and the keys of every object.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use object_store::path::Path;
use serde::{Deserialize, Serialize};

/// Why a name is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NameError {
    /// An instance's name would not be a plain part of a key.
    #[error(
        "the instance {0:?} must be 1 to 100 letters, digits, dots, hyphens or underscores, \
         and begin with a letter or digit"
    )]
    Instance(String),
    /// A backup's id has another form.
    #[error("{0:?} is not a backup id such as backup-20261121-020000")]
    BackupId(String),
}

/// The name under which the backups of one Prometheus are kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instance(String);

impl FromStr for Instance {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        let good = (1..=100).contains(&text.len())
            && text.bytes().all(allowed)
            && text.as_bytes()[0].is_ascii_alphanumeric();
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Instance(text.to_owned()))
        }
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Instance {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Instance> for String {
    fn from(instance: Instance) -> Self {
        instance.0
    }
}

const BACKUP_ID_FORMAT: &str = "backup-%Y%m%d-%H%M%S";

/// A backup's id: `backup-YYYYMMDD-HHMMSS`, the second in UTC in which it began.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BackupId(String);

impl BackupId {
    /// The id of a backup that begins at `at`.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        Self(at.strftime(BACKUP_ID_FORMAT).to_string())
    }

    /// The second in which the backup began.
    pub fn began_at(&self) -> Result<Timestamp, NameError> {
        DateTime::strptime(BACKUP_ID_FORMAT, &self.0)
            .and_then(|moment| moment.to_zoned(TimeZone::UTC))
            .map(|moment| moment.timestamp())
            .map_err(|_| NameError::BackupId(self.0.clone()))
    }
}

impl FromStr for BackupId {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = Self(text.to_owned());
        let began_at = id.began_at()?;
        // One second has one name only.
        if Self::at(began_at) == id {
            Ok(id)
        } else {
            Err(NameError::BackupId(text.to_owned()))
        }
    }
}

impl fmt::Display for BackupId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}

impl TryFrom<String> for BackupId {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<BackupId> for String {
    fn from(id: BackupId) -> Self {
        id.0
    }
}

/// The name of one run, unique even if two runs begin in the same second: a backup id's time and
/// six random hexadecimal digits. It is part of every data file's key, so no run can overwrite
/// what another wrote.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// The name of a run that begins at `at`.
    #[must_use]
    pub fn new(at: Timestamp, random: u32) -> Self {
        Self(format!(
            "{}-{:06x}",
            at.strftime("%Y%m%d-%H%M%S"),
            random & 0xff_ffff
        ))
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The keys of one instance's objects.
#[derive(Debug, Clone)]
pub(crate) struct Keys<'a>(pub(crate) &'a Instance);

impl Keys<'_> {
    pub(crate) fn backups(&self) -> Path {
        Path::from_iter(["backups", &self.0.0])
    }

    pub(crate) fn metadata(&self, id: &BackupId) -> Path {
        self.of_backup(id, "metadata.json")
    }

    pub(crate) fn pin(&self, id: &BackupId) -> Path {
        self.of_backup(id, "pin.json")
    }

    pub(crate) fn verification(&self, id: &BackupId) -> Path {
        self.of_backup(id, "verification.json")
    }

    fn of_backup(&self, id: &BackupId, name: &str) -> Path {
        Path::from_iter(["backups", &self.0.0, &id.0, name])
    }

    pub(crate) fn running(&self) -> Path {
        Path::from_iter(["running", &self.0.0])
    }

    pub(crate) fn progress_record(&self, run: &RunId) -> Path {
        Path::from_iter(["running", &self.0.0, &format!("{run}.json")])
    }

    pub(crate) fn dropped(&self) -> Path {
        Path::from_iter(["dropped", &self.0.0])
    }

    pub(crate) fn dropped_record(&self, name: &str) -> Path {
        Path::from_iter(["dropped", &self.0.0, &format!("{name}.json")])
    }

    pub(crate) fn clock(&self) -> Path {
        Path::from_iter(["clock", &self.0.0])
    }

    pub(crate) fn data(&self) -> Path {
        Path::from_iter(["data", &self.0.0])
    }

    pub(crate) fn block(&self, ulid: &str) -> Path {
        Path::from_iter(["data", &self.0.0, ulid])
    }

    /// `path` is the file's path inside its block, such as `chunks/000001`.
    pub(crate) fn data_file(&self, ulid: &str, run: &RunId, path: &str) -> Path {
        let parts = ["data", &self.0.0, ulid, &run.0].into_iter();
        parts.chain(path.split('/')).collect()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_backup_id_names_the_second_it_began_in() {
        let at: Timestamp = "2026-11-21T02:00:05.9Z".parse().unwrap();
        let id = BackupId::at(at);
        assert_eq!(id.to_string(), "backup-20261121-020005");
        assert_eq!(id.began_at().unwrap().to_string(), "2026-11-21T02:00:05Z");
        assert_eq!(id.to_string().parse::<BackupId>().unwrap(), id);
    }

    #[rstest]
    #[case("backup-20261321-020000")]
    #[case("backup-2026112-020000")]
    #[case("backup-20261121-020000/../x")]
    #[case("latest")]
    fn what_is_no_backup_id_is_refused(#[case] text: &str) {
        assert!(text.parse::<BackupId>().is_err());
    }

    #[rstest]
    #[case("prometheus", true)]
    #[case("eu-1.prometheus_0", true)]
    #[case("", false)]
    #[case("..", false)]
    #[case("a/b", false)]
    #[case(".hidden", false)]
    #[case("ä", false)]
    fn an_instance_is_a_plain_name(#[case] text: &str, #[case] good: bool) {
        assert_eq!(text.parse::<Instance>().is_ok(), good);
    }
}
