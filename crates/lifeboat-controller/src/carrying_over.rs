//! History from before a cluster had a name: carried over to the name where there is no doubt whose it is.

use std::collections::BTreeSet;

use lifeboat_core::AssetId;
use lifeboat_ledger::{Error, Ledger};

use crate::source::Source;

/// Gives the assets that are remembered without a cluster to the only cluster that has a name. Where
/// there are several, nobody knows whose they were; where another source may declare them, they are its.
pub(crate) async fn carry_over(ledger: &Ledger, sources: &[Box<dyn Source>]) -> Result<(), Error> {
    let names: BTreeSet<&str> = sources
        .iter()
        .filter_map(|source| source.cluster())
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    if let (Some(name), 1) = (names.first(), names.len()) {
        ledger.name_coverage(name).await?;
    }
    let nameless: Vec<AssetId> = ledger
        .assets_without_cluster()
        .await?
        .into_iter()
        .filter(|asset| !sources.iter().any(|source| source.may_declare(asset)))
        .collect();
    if nameless.is_empty() {
        return Ok(());
    }
    let assets = nameless.len();
    let Some(name) = names.first().filter(|_| names.len() == 1) else {
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        tracing::warn!(
            assets,
            "the ledger remembers assets of a cluster that had no name, and which of these it was \
             nobody can tell: {names}. Their history stays in the ledger, but counts for none of \
             them (hint: start once with that cluster alone and its name, before the others are added)"
        );
        return Ok(());
    };
    let stayed = ledger.name_cluster(&nameless, name).await?;
    let carried_over = assets - stayed.len();
    if carried_over > 0 {
        tracing::info!(
            assets = carried_over,
            "what the ledger remembers of the cluster without a name is the history of {name} now"
        );
    }
    for asset in stayed {
        tracing::warn!(
            %asset,
            "the ledger knows it as an asset of {name} already; its history from before the cluster \
             had that name stays where it is"
        );
    }
    Ok(())
}
