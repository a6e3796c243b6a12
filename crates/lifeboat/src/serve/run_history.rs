//! The ledger as the history that the API asks for.

use async_trait::async_trait;
use lifeboat_core::Run;
use lifeboat_ledger::{Ledger, RunFilter};
use lifeboat_web::{HistoryError, RunHistory, api::RunQuery};

/// Reads runs beside the controller, which writes them.
pub(super) struct LedgerHistory(pub(super) Ledger);

#[async_trait]
impl RunHistory for LedgerHistory {
    async fn runs(&self, query: &RunQuery) -> Result<Vec<Run>, HistoryError> {
        let filter = RunFilter {
            run: query.run.clone(),
            asset: query.asset.clone(),
            operation: query.operation,
            outcome: query.outcome,
            since: query.since,
            before: None,
            limit: query.limit(),
        };
        let runs = self.0.runs(&filter).await;
        runs.map_err(|error| HistoryError(Box::new(error)))
    }
}
