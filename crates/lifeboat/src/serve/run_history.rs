//! The ledger as the history that the API asks for.

use async_trait::async_trait;
use lifeboat_core::{Incident, Run};
use lifeboat_ledger::{IncidentFilter, Ledger, RunFilter};
use lifeboat_web::{
    HistoryError, RunHistory,
    api::{IncidentQuery, RunQuery},
};

/// Reads runs and incidents beside the controller, which writes them.
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

    async fn incidents(&self, query: &IncidentQuery) -> Result<Vec<Incident>, HistoryError> {
        let filter = IncidentFilter {
            asset: query.asset.clone(),
            alert: query.alert.clone(),
            unresolved: query.unresolved == Some(true),
            since: query.since,
            before: None,
            limit: query.limit(),
        };
        let incidents = self.0.incidents(&filter).await;
        incidents.map_err(|error| HistoryError(Box::new(error)))
    }
}
