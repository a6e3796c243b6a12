//! Which asset somebody means, and which fit a filter.

use lifeboat_core::{AssetId, Status};
use lifeboat_web::api::AssetSummary;

use crate::cli::{StatusOptions, UsageError};

/// The asset that a text names: in full, without its cluster where that is clear, as `namespace/name`,
/// or by a name that only one has.
pub(crate) fn select<'a>(
    wanted: &str,
    known: impl IntoIterator<Item = &'a AssetId>,
) -> Result<AssetId, UsageError> {
    let known: Vec<&AssetId> = known.into_iter().collect();
    let full: Option<AssetId> = wanted.parse().ok();
    let fitting: Vec<&AssetId> = known
        .iter()
        .copied()
        .filter(|id| {
            full.as_ref().is_some_and(|full| is_named(id, full))
                || wanted == id.name
                || wanted.split_once('/') == Some((&id.namespace, &id.name))
        })
        .collect();
    match fitting[..] {
        [id] => Ok(id.clone()),
        [] => Err(UsageError::new(
            format!("there is no asset {wanted}"),
            match listed(&known) {
                Some(listed) => format!("the assets are {listed}"),
                None => "there is none yet".to_owned(),
            },
        )),
        _ => Err(UsageError::new(
            format!("{wanted} may be one of {} assets", fitting.len()),
            format!("say which: {}", listed(&fitting).unwrap_or_default()),
        )),
    }
}

/// Whether an identity is meant, in which the cluster may be left out.
fn is_named(id: &AssetId, full: &AssetId) -> bool {
    let is_in = full.cluster.is_none() || full.cluster == id.cluster;
    is_in && (id.kind, &id.namespace, &id.name) == (full.kind, &full.namespace, &full.name)
}

/// The asset went between two questions.
pub(crate) fn gone(id: &AssetId) -> UsageError {
    UsageError::new(
        format!("there is no asset {id} any more"),
        "`lifeboat status` lists those that are there",
    )
}

fn listed(ids: &[&AssetId]) -> Option<String> {
    const SHOWN: usize = 10;
    let mut names: Vec<String> = ids.iter().take(SHOWN).map(ToString::to_string).collect();
    if ids.len() > SHOWN {
        names.push(format!("and {} more", ids.len() - SHOWN));
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// Whether an asset is to be shown.
pub(super) fn fits(asset: &AssetSummary, options: &StatusOptions) -> bool {
    let wrong = matches!(asset.status, Status::Failing | Status::Unknown);
    options.kind.is_none_or(|kind| kind == asset.kind)
        && (options.namespace.as_ref()).is_none_or(|namespace| *namespace == asset.namespace)
        && is_in(&asset.asset, options.cluster.as_deref())
        && (!options.failing || wrong)
}

/// Whether an asset is in the cluster that is asked for, if one is.
pub(super) fn is_in(asset: &AssetId, cluster: Option<&str>) -> bool {
    cluster.is_none() || asset.cluster.as_deref() == cluster
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Prometheus/a/main", Some("Prometheus/a/main"))]
    #[case("prometheus/a/main", Some("Prometheus/a/main"))]
    #[case("a/main", Some("Prometheus/a/main"))]
    #[case("edge", Some("Prometheus/b/edge"))]
    #[case("east:Prometheus/b/edge", None)]
    #[case("Prometheus/c/far", Some("west:Prometheus/c/far"))]
    #[case("west:Prometheus/c/far", Some("west:Prometheus/c/far"))]
    #[case("Prometheus/c/both", None)]
    #[case("east:Prometheus/c/both", Some("east:Prometheus/c/both"))]
    #[case("main", None)]
    #[case("other", None)]
    #[case("a", None)]
    fn an_asset_is_named_in_full_or_as_short_as_it_is_clear(
        #[case] wanted: &str,
        #[case] expected: Option<&str>,
    ) {
        let known = [
            "Prometheus/a/main",
            "Prometheus/b/main",
            "Prometheus/b/edge",
            "west:Prometheus/c/far",
            "west:Prometheus/c/both",
            "east:Prometheus/c/both",
        ]
        .map(|id| id.parse::<AssetId>().unwrap());
        let selected = select(wanted, &known).ok().map(|id| id.to_string());
        assert_eq!(selected.as_deref(), expected);
    }

    #[test]
    fn who_may_be_meant_is_listed() {
        let known =
            ["Prometheus/a/main", "Prometheus/b/main"].map(|id| id.parse::<AssetId>().unwrap());
        let error = select("main", &known).unwrap_err();
        assert_eq!(error.to_string(), "main may be one of 2 assets");
        assert_eq!(
            error.hint,
            "say which: Prometheus/a/main, Prometheus/b/main"
        );
    }
}
