//! Destination: by which methods a Cluster is backed up, where to, and for how long backups are kept.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::scene::{IN_TREE, PLUGIN, SNAPSHOT, Scene};
use crate::objects::cnpg::{BarmanObjectStore, ObjectStore};

/// Where backups go. Several methods at once are usual while one is given up for another.
pub(super) struct Destination<'a> {
    /// The store of backups without a plugin.
    pub(super) in_tree: Option<InTree<'a>>,
    /// The store of the Barman Cloud plugin.
    pub(super) barman: Option<BarmanPlugin<'a>>,
    /// Other plugins that are enabled to archive, or asked for by a schedule.
    pub(super) other_plugins: Vec<&'a str>,
    /// Whether there are volume snapshots.
    pub(super) snapshots: bool,
}

/// `spec.backup.barmanObjectStore`.
pub(super) struct InTree<'a> {
    pub(super) store: &'a BarmanObjectStore,
    /// The folder within the store.
    pub(super) server: &'a str,
}

/// The Barman Cloud plugin, as `spec.plugins` has it.
pub(super) struct BarmanPlugin<'a> {
    /// The `ObjectStore` that it names; none if it names none.
    pub(super) store_name: Option<&'a str>,
    /// That `ObjectStore`, if it is there.
    pub(super) store: Option<&'a ObjectStore>,
    /// The folder within the store.
    pub(super) server: &'a str,
}

impl<'a> Destination<'a> {
    pub(super) fn of(scene: &Scene<'a>) -> Self {
        let spec = &scene.cluster.spec;
        let in_tree = spec.backup.as_ref().and_then(|backup| {
            let store = backup.barman_object_store.as_ref()?;
            let server = store.server_name.as_deref().unwrap_or(scene.name());
            Some(InTree { store, server })
        });
        let barman = scene.cluster.barman_plugin().map(|plugin| BarmanPlugin {
            store_name: plugin.object_store(),
            store: plugin
                .object_store()
                .and_then(|name| scene.object_stores.get(name).copied()),
            server: plugin.server_name().unwrap_or(scene.name()),
        });
        let plugins = spec.plugins.iter().filter(|plugin| plugin.is_enabled());
        let asked = |name: &str| {
            let schedules = scene.schedules.iter();
            let mut asked =
                schedules.filter_map(|schedule| schedule.spec.plugin_configuration.as_ref());
            asked.any(|plugin| plugin.name == name)
        };
        let other_plugins = plugins
            .filter(|plugin| plugin.name != crate::objects::cnpg::BARMAN_PLUGIN)
            .filter(|plugin| plugin.is_wal_archiver || asked(&plugin.name))
            .map(|plugin| plugin.name.as_str())
            .collect();
        let configured = spec.backup.as_ref();
        let configured = configured.is_some_and(|backup| backup.volume_snapshot.is_some());
        Self {
            in_tree,
            barman,
            other_plugins,
            snapshots: configured || scene.asks_for(SNAPSHOT),
        }
    }

    /// Whether any method is set up.
    pub(super) fn is_set_up(&self) -> bool {
        self.in_tree.is_some()
            || self.barman.is_some()
            || !self.other_plugins.is_empty()
            || self.snapshots
    }

    /// Whether a Backup of this method could succeed.
    pub(super) fn can(&self, method: &str) -> bool {
        match method {
            IN_TREE => self.in_tree.is_some(),
            PLUGIN => self.barman.is_some() || !self.other_plugins.is_empty(),
            // Snapshots need a section too, but so do methods that are yet to come.
            _ => true,
        }
    }

    /// How long backups are kept, as it is written, by each method that keeps a rule.
    pub(super) fn retention_texts(&self, scene: &Scene<'a>) -> Vec<&'a str> {
        let backup = scene.cluster.spec.backup.as_ref();
        let in_tree = self.in_tree.as_ref().and(backup);
        let in_tree = in_tree.and_then(|backup| backup.retention_policy.as_deref());
        let store = self.barman.as_ref().and_then(|plugin| plugin.store);
        let plugin = store.and_then(|store| store.spec.retention_policy.as_deref());
        let texts = in_tree.into_iter().chain(plugin);
        texts.filter(|text| !text.is_empty()).collect()
    }

    /// How long backups are kept by every rule that can be read.
    pub(super) fn retention(&self, scene: &Scene<'a>) -> Option<SignedDuration> {
        let texts = self.retention_texts(scene).into_iter();
        texts.filter_map(parse_retention).min()
    }

    /// Where it goes, for people.
    pub(super) fn places(&self, scene: &Scene<'a>) -> BTreeMap<&'static str, String> {
        let mut places = BTreeMap::new();
        let mut put = |place, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                places.insert(place, value);
            }
        };
        let plugin = self.barman.as_ref();
        let in_tree = self.in_tree.as_ref();
        let configuration = plugin
            .and_then(|plugin| plugin.store)
            .map(|store| &store.spec.configuration);
        let path = configuration.map(|place| place.destination_path.as_str());
        let path = path.or(in_tree.map(|place| place.store.destination_path.as_str()));
        put("destination", path.map(without_credentials));
        let endpoint = match configuration {
            Some(place) => place.endpoint_url.as_deref(),
            None => in_tree.and_then(|place| place.store.endpoint_url.as_deref()),
        };
        put("endpoint", endpoint.map(without_credentials));
        let server = plugin.map(|plugin| plugin.server);
        let server = server.or(in_tree.map(|place| place.server));
        put("server", server.map(str::to_owned));
        put("method", Some(self.methods().join(" and ")));
        put("retention", Some(self.retention_texts(scene).join(" and ")));
        let schedules = scene.schedules.iter();
        let schedules: Vec<&str> = schedules
            .map(|schedule| schedule.spec.schedule.as_str())
            .collect();
        put("schedule", Some(schedules.join(" and ")));
        put(
            "primary",
            Some(scene.cluster.status.current_primary.clone()),
        );
        places
    }

    fn methods(&self) -> Vec<String> {
        let in_tree = self.in_tree.is_some().then(|| "in-tree".to_owned());
        let barman = self.barman.is_some().then(|| "plugin".to_owned());
        let others = self.other_plugins.iter();
        let others = others.map(|name| format!("plugin {name}"));
        let snapshots = self.snapshots.then(|| "snapshot".to_owned());
        let methods = in_tree.into_iter().chain(barman).chain(others);
        methods.chain(snapshots).collect()
    }
}

/// A rule of retention as Barman has it: `30d`, `4w`, `12m`. A month counts as 30 days here: Barman
/// never keeps for less.
pub(super) fn parse_retention(text: &str) -> Option<SignedDuration> {
    let (number, unit) = text
        .trim()
        .split_at_checked(text.trim().len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|number| *number > 0)?;
    let days: i64 = match unit {
        "d" => 1,
        "w" => 7,
        "m" => 30,
        _ => return None,
    };
    let hours = number.checked_mul(days)?.checked_mul(24)?;
    SignedDuration::try_from_hours(hours)
}

/// A URL without user, password and query, in which secrets may stand.
fn without_credentials(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = authority.rsplit('@').next().unwrap_or_default();
    match path {
        "" => format!("{scheme}://{host}"),
        path => format!("{scheme}://{host}/{path}"),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("30d", Some(30))]
    #[case("4w", Some(28))]
    #[case("12m", Some(360))]
    #[case("0d", None)]
    #[case("-1d", None)]
    #[case("30", None)]
    #[case("30y", None)]
    #[case("", None)]
    #[case("é", None)]
    #[case("9223372036854775807m", None)]
    fn a_rule_of_retention_is_so_many_days(#[case] text: &str, #[case] days: Option<i64>) {
        let expected = days.map(|days| SignedDuration::from_hours(24 * days));
        assert_eq!(parse_retention(text), expected);
    }

    #[rstest]
    #[case("s3://bucket/path", "s3://bucket/path")]
    #[case("s3://bucket", "s3://bucket")]
    #[case(
        "https://me:secret@store.example:9000/a/b?key=secret",
        "https://store.example:9000/a/b"
    )]
    #[case("/plain/path", "/plain/path")]
    fn a_place_shows_no_credentials(#[case] url: &str, #[case] expected: &str) {
        assert_eq!(without_credentials(url), expected);
    }
}
