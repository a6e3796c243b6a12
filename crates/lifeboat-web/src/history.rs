//! The runs of the past, which somebody else keeps.

use std::error::Error;

use lifeboat_core::Run;

use crate::api::RunQuery;

/// Answers which runs there were. The ledger does.
#[async_trait::async_trait]
pub trait RunHistory: Send + Sync {
    /// The runs that a query fits, newest first, at most [`RunQuery::limit`] of them.
    async fn runs(&self, query: &RunQuery) -> Result<Vec<Run>, HistoryError>;
}

/// Why runs could not be read.
#[derive(Debug, thiserror::Error)]
#[error("failed to read the runs from the ledger")]
pub struct HistoryError(#[source] pub Box<dyn Error + Send + Sync>);
