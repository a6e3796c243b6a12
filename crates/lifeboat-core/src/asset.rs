//! Assets: the things that are backed up, and how people and metrics name them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize, de};

use crate::Operation;

/// What kind of thing is backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum AssetKind {
    /// A Prometheus's own database, backed up by Lifeboat itself.
    Prometheus,
    /// A PostgreSQL cluster under CloudNativePG.
    #[serde(rename = "CNPGCluster")]
    CnpgCluster,
    /// What a `CronJob` of Kubernetes backs up.
    CronJob,
    /// A volume that `VolSync` copies away.
    ReplicationSource,
    /// A volume that `VolSync` fills from a copy.
    ReplicationDestination,
    /// The upkeep of a Kopia repository, as Kubernetes tells it. It holds nothing itself.
    KopiaMaintenance,
    /// A Kopia repository, as it tells of itself. What is in it belongs to other assets.
    KopiaRepository,
    /// The rehearsals of a restore that a `CronJob` of Kubernetes carries out. It holds nothing itself.
    RestoreTest,
    /// A program that backups depend on, such as CloudNativePG's operator. It holds nothing itself.
    Operator,
}

impl AssetKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Prometheus,
        Self::CnpgCluster,
        Self::CronJob,
        Self::ReplicationSource,
        Self::ReplicationDestination,
        Self::KopiaMaintenance,
        Self::KopiaRepository,
        Self::RestoreTest,
        Self::Operator,
    ];

    /// The kind's name, as in labels and in an [`AssetId`].
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "Prometheus",
            Self::CnpgCluster => "CNPGCluster",
            Self::CronJob => "CronJob",
            Self::ReplicationSource => "ReplicationSource",
            Self::ReplicationDestination => "ReplicationDestination",
            Self::KopiaMaintenance => "KopiaMaintenance",
            Self::KopiaRepository => "KopiaRepository",
            Self::RestoreTest => "RestoreTest",
            Self::Operator => "Operator",
        }
    }

    /// Whether Lifeboat itself backs it up. The others are only looked at.
    #[must_use]
    pub const fn is_operated(self) -> bool {
        matches!(self, Self::Prometheus)
    }

    /// Whether there are to be recovery points of it.
    #[must_use]
    pub const fn holds_data(self) -> bool {
        matches!(self.operation(), Some(Operation::Backup))
    }

    /// Whether everybody who looks sees all recovery points of late. Of the others, only the last few
    /// successes leave a trace.
    #[must_use]
    pub const fn lists_all_points(self) -> bool {
        matches!(self, Self::Prometheus | Self::CnpgCluster)
    }

    /// The operation that has to run, again and again, for its promise to hold.
    #[must_use]
    pub const fn operation(self) -> Option<Operation> {
        match self {
            Self::Prometheus
            | Self::CnpgCluster
            | Self::CronJob
            | Self::ReplicationSource
            | Self::ReplicationDestination => Some(Operation::Backup),
            Self::KopiaMaintenance | Self::KopiaRepository => Some(Operation::Maintenance),
            Self::RestoreTest => Some(Operation::Drill),
            Self::Operator => None,
        }
    }
}

impl fmt::Display for AssetKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl FromStr for AssetKind {
    type Err = AssetIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| AssetIdError::UnknownKind(text.to_owned()))
    }
}

/// An asset's identity, written `Kind/namespace/name`, or `cluster:Kind/namespace/name`.
///
/// A cluster's name may hold colons and slashes, as the names of contexts do, such as
/// `arn:aws:eks:eu-west-1:1:cluster/prod`. So it is read from its end: no other part holds any.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetId {
    /// The cluster, where one Lifeboat watches several.
    pub cluster: Option<String>,
    /// What it is.
    pub kind: AssetKind,
    /// The namespace of the object it belongs to.
    pub namespace: String,
    /// The name of that object.
    pub name: String,
}

impl fmt::Display for AssetId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(cluster) = &self.cluster {
            write!(formatter, "{cluster}:")?;
        }
        write!(formatter, "{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

/// Why a text names no asset.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AssetIdError {
    /// It doesn't have the three parts.
    #[error("'{0}' is not of the form Kind/namespace/name")]
    Form(String),
    /// No such kind.
    #[error("there is no kind of asset '{0}': use one of {kinds}", kinds = kind_names())]
    UnknownKind(String),
}

fn kind_names() -> String {
    AssetKind::ALL.map(AssetKind::name).join(", ")
}

impl FromStr for AssetId {
    type Err = AssetIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || AssetIdError::Form(text.to_owned());
        let mut parts = text.rsplitn(3, '/');
        let (Some(name), Some(namespace), Some(head)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(form());
        };
        let (cluster, kind) = match head.rsplit_once(':') {
            Some((cluster, kind)) => (Some(cluster), kind),
            None => (None, head),
        };
        if namespace.is_empty() || name.is_empty() || cluster == Some("") || kind.contains('/') {
            return Err(form());
        }
        Ok(Self {
            cluster: cluster.map(ToOwned::to_owned),
            kind: kind.parse()?,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }
}

impl Serialize for AssetId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AssetId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::{option, prelude::*, sample::select};
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Prometheus/monitoring/main")]
    #[case("east:Prometheus/monitoring/main")]
    #[case("arn:aws:eks:eu-west-1:1:cluster/prod:Prometheus/monitoring/main")]
    #[case("CronJob/a/b:CronJob/c/d")]
    fn an_identity_is_read_as_it_is_written(#[case] text: &str) {
        assert_eq!(text.parse::<AssetId>().unwrap().to_string(), text);
    }

    #[rstest]
    #[case("")]
    #[case("main")]
    #[case("Prometheus/main")]
    #[case("Prometheus//main")]
    #[case(":Prometheus/monitoring/main")]
    #[case("Prometheus/monitoring/main/more")]
    #[case("east:Prometheus/monitoring/main/more")]
    fn a_text_of_another_form_is_refused(#[case] text: &str) {
        assert_eq!(
            text.parse::<AssetId>(),
            Err(AssetIdError::Form(text.to_owned()))
        );
    }

    proptest! {
        #[test]
        fn no_name_of_a_cluster_is_mistaken_for_something_else(
            cluster in option::of("[-a-z0-9:/@._ ]{1,12}|[A-Za-z:/]{1,9}(CronJob|Prometheus)/a/b"),
            kind in select(AssetKind::ALL.as_slice()),
            namespace in "[a-z0-9.:-]{1,9}",
            name in "[a-z0-9.:-]{1,9}",
        ) {
            let id = AssetId { cluster, kind, namespace, name };
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn what_is_read_is_written_the_same(text in "[a:/]{0,4}(CronJob|a)[a:/]{2,9}") {
            if let Ok(id) = text.parse::<AssetId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }
}
