//! Runs: each written together with what its operation's runs come to.

use jiff::Timestamp;
use lifeboat_core::{
    AssetId, Operation, OperationHistory, Outcome, Run, RunEnd, RunId, RunTrigger,
};
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    Error, Ledger,
    columns::{Columns, foreign_text, json, moment, moment_or_none},
    select::Select,
};

const RUNS: &str = "SELECT id, asset, operation, started_by, scheduled_for, attempt, started_at, \
     ended_at, outcome, bytes, summary, error, hint, recovery_point, slice, slice_count, retryable FROM runs \
     WHERE TRUE";

/// Which runs to list, newest first. What is none asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFilter {
    /// The one with this identity.
    pub run: Option<RunId>,
    /// Of this asset.
    pub asset: Option<AssetId>,
    /// Of this operation.
    pub operation: Option<Operation>,
    /// Ended like this.
    pub outcome: Option<Outcome>,
    /// Begun at this moment or later.
    pub since: Option<Timestamp>,
    /// Begun earlier than this moment.
    pub before: Option<Timestamp>,
    /// No more than this many.
    pub limit: u32,
}

impl Default for RunFilter {
    /// The newest 50 of all.
    fn default() -> Self {
        Self {
            run: None,
            asset: None,
            operation: None,
            outcome: None,
            since: None,
            before: None,
            limit: 50,
        }
    }
}

impl Ledger {
    /// Records a run that began, with what [`lifeboat_core::AssetHistory::record`] made of it. Its
    /// asset must have been seen.
    pub async fn begin_run(&self, run: &Run, history: &OperationHistory) -> Result<(), Error> {
        self.record(run, history, "start").await
    }

    /// Records a run that ended, with what [`lifeboat_core::AssetHistory::record`] made of it. It
    /// may be one whose beginning was never recorded.
    pub async fn end_run(&self, run: &Run, history: &OperationHistory) -> Result<(), Error> {
        self.record(run, history, "end").await
    }

    async fn record(
        &self,
        run: &Run,
        history: &OperationHistory,
        which: &str,
    ) -> Result<(), Error> {
        let action = format!(
            "record the {which} of the {} of {}",
            run.operation, run.asset
        );
        self.write(&action, async |connection| {
            write_run(connection, run).await?;
            write_operation(connection, &run.asset, run.operation, history).await
        })
        .await
    }

    /// The runs that began and never ended, oldest first. After a restart, these were interrupted.
    pub async fn unfinished_runs(&self) -> Result<Vec<Run>, Error> {
        self.read("list the unfinished runs", async |connection| {
            let rows = Select::new(RUNS)
                .also("ended_at IS NULL")
                .fetch(connection, "started_at, id", u32::MAX)
                .await?;
            rows.iter().map(read_run).collect()
        })
        .await
    }

    /// The runs that a filter lets through, newest first.
    pub async fn runs(&self, filter: &RunFilter) -> Result<Vec<Run>, Error> {
        self.read("list runs", async |connection| {
            let rows = Select::new(RUNS)
                .and("id =", filter.run.as_ref().map(|id| id.0.clone()))?
                .and("asset =", filter.asset.as_ref().map(ToString::to_string))?
                .and(
                    "operation =",
                    filter.operation.map(|one| one.name().to_owned()),
                )?
                .and("outcome =", filter.outcome.map(|one| one.name().to_owned()))?
                .and("started_at >=", moment_or_none(filter.since))?
                .and("started_at <", moment_or_none(filter.before))?
                .fetch(connection, "started_at DESC, id DESC", filter.limit)
                .await?;
            rows.iter().map(read_run).collect()
        })
        .await
    }
}

pub(crate) async fn write_operation(
    connection: &mut AnyConnection,
    asset: &AssetId,
    operation: Operation,
    history: &OperationHistory,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO operation_histories (asset, operation, history) VALUES ($1, $2, $3) \
         ON CONFLICT (asset, operation) DO UPDATE SET history = excluded.history",
    )
    .bind(asset.to_string())
    .bind(operation.name())
    .bind(json(history)?)
    .execute(connection)
    .await
    .map(drop)
}

pub(crate) async fn write_run(
    connection: &mut AnyConnection,
    run: &Run,
) -> Result<(), sqlx::Error> {
    let end = run.end.as_ref();
    let text = |text: Option<&String>| text.map(|text| foreign_text(text));
    sqlx::query(
        "INSERT INTO runs (id, asset, operation, started_by, scheduled_for, attempt, started_at, \
             ended_at, outcome, bytes, summary, error, hint, recovery_point, slice, slice_count, retryable) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
         ON CONFLICT (id) DO UPDATE SET ended_at = excluded.ended_at, outcome = excluded.outcome, \
             bytes = excluded.bytes, summary = excluded.summary, error = excluded.error, \
             hint = excluded.hint, recovery_point = excluded.recovery_point, \
             slice = excluded.slice, slice_count = excluded.slice_count, \
             retryable = excluded.retryable",
    )
    .bind(&run.id.0)
    .bind(run.asset.to_string())
    .bind(run.operation.name())
    .bind(run.trigger.name())
    .bind(moment_or_none(run.scheduled_for))
    .bind(i64::from(run.attempt))
    .bind(moment(run.started_at))
    .bind(end.map(|end| moment(end.at)))
    .bind(end.map(|end| end.outcome.name()))
    .bind(end.and_then(|end| end.bytes).map(u64::cast_signed))
    .bind(text(end.and_then(|end| end.summary.as_ref())))
    .bind(text(end.and_then(|end| end.error.as_ref())))
    .bind(text(end.and_then(|end| end.hint.as_ref())))
    .bind(text(end.and_then(|end| end.recovery_point.as_ref())))
    .bind(
        end.and_then(|end| end.slice)
            .map(|(slice, _)| i64::from(slice)),
    )
    .bind(end.and_then(|end| end.slice).map(|(_, of)| i64::from(of)))
    .bind(end.map(|end| i64::from(end.retryable)))
    .execute(connection)
    .await
    .map(drop)
}

fn read_run(row: &AnyRow) -> Result<Run, sqlx::Error> {
    let end = match row.moment_or_none("ended_at")? {
        Some(at) => Some(read_end(row, at)?),
        None => None,
    };
    Ok(Run {
        id: RunId(row.text("id")?),
        asset: row.parsed("asset")?,
        operation: row.named("operation", &Operation::ALL, Operation::name)?,
        trigger: row.named("started_by", &RunTrigger::ALL, RunTrigger::name)?,
        scheduled_for: row.moment_or_none("scheduled_for")?,
        attempt: row.count("attempt")?,
        started_at: row.moment("started_at")?,
        end,
    })
}

fn read_end(row: &AnyRow, at: Timestamp) -> Result<RunEnd, sqlx::Error> {
    let slice = match row.number_or_none("slice")? {
        Some(_) => Some((row.count("slice")?, row.count("slice_count")?)),
        None => None,
    };
    Ok(RunEnd {
        at,
        outcome: row.named("outcome", &Outcome::ALL, Outcome::name)?,
        bytes: row.number_or_none("bytes")?.map(i64::cast_unsigned),
        summary: row.text_or_none("summary")?,
        error: row.text_or_none("error")?,
        hint: row.text_or_none("hint")?,
        recovery_point: row.text_or_none("recovery_point")?,
        slice,
        retryable: row.number("retryable")? != 0,
    })
}
