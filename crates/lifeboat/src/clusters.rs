//! Which clusters are looked at: one, or several by their contexts, each with a name of its own.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use lifeboat_kubernetes::{
    Clock, ClusterName, Connection, ConnectionSettings, CustomResources, IN_CLUSTER,
    KubernetesSource, Scope,
};

use crate::cli::{ClusterContext, UsageError, variable};

/// How long a cluster may take to list everything.
const LISTS_WITHIN: Duration = Duration::from_mins(1);

/// A cluster, and the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cluster {
    pub(crate) name: ClusterName,
    pub(crate) connection: ConnectionSettings,
}

impl Cluster {
    /// Whether it is the one that this runs in.
    pub(crate) fn is_around(&self) -> bool {
        self.connection.context.as_deref() == Some(IN_CLUSTER)
    }

    /// Looks at it from outside until everything of it was seen, in all namespaces or only in these.
    pub(crate) async fn look(
        &self,
        namespaces: BTreeSet<String>,
        may_run_jobs: bool,
    ) -> anyhow::Result<KubernetesSource> {
        let connection = Connection::open(&self.connection).await?;
        // A clear error is worth a request: the watches would go on trying.
        connection.check().await?;
        let scope = Scope {
            cluster: self.name.clone(),
            namespaces,
            // From outside, pods can't be reached.
            instance_exporters: None,
            may_run_jobs,
        };
        let resources = CustomResources {
            variable,
            requests: Arc::default(),
        };
        let clock: Clock = Arc::new(Timestamp::now);
        let mut source = KubernetesSource::start(&connection, &scope, resources, &clock)?;
        if !source.settle(LISTS_WITHIN).await {
            anyhow::bail!(
                "the cluster at {} has not listed everything within a minute",
                connection.url()
            );
        }
        Ok(source)
    }

    /// The clusters of these contexts; without any, the one that there is. The only one may go without
    /// a name, or be given one by `name`. Of several, each has that of its context unless it is given
    /// another.
    pub(crate) fn all(
        kubeconfig: Option<&PathBuf>,
        contexts: &[ClusterContext],
        name: Option<&str>,
    ) -> Result<Vec<Self>, UsageError> {
        let connection = |context: Option<&str>| ConnectionSettings {
            kubeconfig: kubeconfig.cloned(),
            context: context.map(str::to_owned),
        };
        let clusters: Vec<Self> = match (contexts, name) {
            ([], name) => vec![Self {
                name: name.map(ClusterName::new).unwrap_or_default(),
                connection: connection(None),
            }],
            ([one], name) => {
                if let (Some(first), Some(second)) = (&one.name, name)
                    && first != second
                {
                    return Err(UsageError::new(
                        format!("the cluster is named twice: {first} and {second}"),
                        "leave out --cluster, or the name before the context",
                    ));
                }
                let name = one.name.as_deref().or(name);
                vec![Self {
                    name: name.map(ClusterName::new).unwrap_or_default(),
                    connection: connection(Some(&one.context)),
                }]
            }
            (several, None) => several
                .iter()
                .map(|one| Self {
                    name: ClusterName::new(one.name.as_ref().unwrap_or(&one.context)),
                    connection: connection(Some(&one.context)),
                })
                .collect(),
            (_, Some(name)) => {
                return Err(UsageError::new(
                    format!("{name} can't be the name of several clusters"),
                    "leave out --cluster, and name each cluster before its context: --context \
                     NAME=CONTEXT",
                ));
            }
        };
        let mut names = BTreeSet::new();
        let mut contexts = BTreeSet::new();
        for cluster in &clusters {
            let name = cluster.name.get().unwrap_or_default();
            if !names.insert(name) {
                return Err(UsageError::new(
                    format!("two clusters have the name {name}"),
                    "give each a name of its own: --context NAME=CONTEXT",
                ));
            }
            let context = cluster.connection.context.as_deref().unwrap_or_default();
            if !contexts.insert(context) {
                return Err(UsageError::new(
                    format!("the context {context} is given twice"),
                    "give each context once: what is seen twice would be told twice",
                ));
            }
        }
        Ok(clusters)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn names(contexts: &[&str], name: Option<&str>) -> Result<Vec<String>, String> {
        let contexts: Vec<ClusterContext> = contexts
            .iter()
            .map(|context| context.parse().unwrap())
            .collect();
        let clusters = Cluster::all(None, &contexts, name).map_err(|error| error.to_string())?;
        let told = clusters.iter().map(|cluster| {
            let context = cluster.connection.context.as_deref().unwrap_or("-");
            format!("{}@{context}", cluster.name.get().unwrap_or("-"))
        });
        Ok(told.collect())
    }

    #[rstest]
    #[case(&[], None, &["-@-"])]
    #[case(&[], Some("home"), &["home@-"])]
    #[case(&["one"], None, &["-@one"])]
    #[case(&["one"], Some("home"), &["home@one"])]
    #[case(&["home=one"], None, &["home@one"])]
    #[case(&["home=one"], Some("home"), &["home@one"])]
    #[case(&["one", "two"], None, &["one@one", "two@two"])]
    #[case(&["home=in-cluster", "two"], None, &["home@in-cluster", "two@two"])]
    #[case(&["a=b=c", "two"], None, &["a@b=c", "two@two"])]
    fn each_cluster_has_a_name_where_there_are_several(
        #[case] contexts: &[&str],
        #[case] name: Option<&str>,
        #[case] expected: &[&str],
    ) {
        assert_eq!(names(contexts, name).unwrap(), expected);
    }

    #[rstest]
    #[case(&["one", "two"], Some("home"), "home can't be the name of several clusters")]
    #[case(&["home=one"], Some("hut"), "the cluster is named twice: home and hut")]
    #[case(&["one", "one"], None, "two clusters have the name one")]
    #[case(&["a=one", "b=one"], None, "the context one is given twice")]
    #[case(&["a=one", "a=two"], None, "two clusters have the name a")]
    fn what_is_named_twice_is_refused(
        #[case] contexts: &[&str],
        #[case] name: Option<&str>,
        #[case] error: &str,
    ) {
        assert_eq!(names(contexts, name).unwrap_err(), error);
    }
}
