//! The past, which somebody else keeps: runs, and incidents.

use std::error::Error;

use lifeboat_core::{Incident, Run};

use crate::api::{IncidentQuery, RunQuery};

/// Answers which runs and incidents there were. The ledger does.
#[async_trait::async_trait]
pub trait RunHistory: Send + Sync {
    /// The runs that a query fits, newest first, at most [`RunQuery::limit`] of them.
    async fn runs(&self, query: &RunQuery) -> Result<Vec<Run>, HistoryError>;

    /// The incidents that a query fits, newest first, at most [`IncidentQuery::limit`] of them.
    async fn incidents(&self, query: &IncidentQuery) -> Result<Vec<Incident>, HistoryError>;
}

/// Why the past could not be read.
#[derive(Debug, thiserror::Error)]
#[error("failed to read from the ledger")]
pub struct HistoryError(#[source] pub Box<dyn Error + Send + Sync>);
