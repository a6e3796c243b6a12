//! Coverage: since when what holds data is covered by a backup, or by none.

use lifeboat_core::{
    CoverageChanges, CoverageKind, CoverageStatus, CoverageSubject, KnownCoverage,
};
use sqlx::{AnyConnection, AssertSqlSafe, any::AnyRow, query::Query};

use crate::{
    Error, Ledger,
    columns::{Columns, moment},
};

/// Rows that one statement writes: all volumes of a large cluster are seen at once at first, and a
/// round trip for each would take long.
const AT_ONCE: usize = 500;

impl Ledger {
    /// All that is remembered, in no order.
    pub async fn coverage(&self) -> Result<Vec<(CoverageSubject, KnownCoverage)>, Error> {
        self.read("load what is covered", async |connection| {
            let rows = sqlx::query("SELECT * FROM coverage")
                .fetch_all(connection)
                .await?;
            rows.iter().map(read).collect()
        })
        .await
    }

    /// Makes what is remembered of a cluster without a name that of a cluster of this name, but for
    /// what is remembered of that one already.
    pub async fn name_coverage(&self, cluster: &str) -> Result<(), Error> {
        let action = format!("take what is covered over to the cluster {cluster}");
        self.write(&action, async |connection| {
            sqlx::query(
                "INSERT INTO coverage (cluster, kind, namespace, name, status, since) \
                 SELECT $1, kind, namespace, name, status, since FROM coverage WHERE cluster = '' \
                 ON CONFLICT (cluster, kind, namespace, name) DO NOTHING",
            )
            .bind(cluster)
            .execute(&mut *connection)
            .await?;
            sqlx::query("DELETE FROM coverage WHERE cluster = ''")
                .execute(connection)
                .await
                .map(drop)
        })
        .await
    }

    /// Remembers what has changed, all or nothing.
    pub async fn save_coverage(&self, changes: &CoverageChanges) -> Result<(), Error> {
        self.write("record what is covered", async |connection| {
            for subjects in changes.gone.chunks(AT_ONCE) {
                forget(connection, subjects).await?;
            }
            for known in changes.known.chunks(AT_ONCE) {
                put(connection, known).await?;
            }
            Ok(())
        })
        .await
    }
}

async fn put(
    connection: &mut AnyConnection,
    known: &[(CoverageSubject, KnownCoverage)],
) -> Result<(), sqlx::Error> {
    let statement = format!(
        "INSERT INTO coverage (cluster, kind, namespace, name, status, since) VALUES {} \
         ON CONFLICT (cluster, kind, namespace, name) \
         DO UPDATE SET status = excluded.status, since = excluded.since",
        places(known.len(), 6)
    );
    let mut query = sqlx::query(AssertSqlSafe(statement));
    for (subject, known) in known {
        query = bind(query, subject)
            .bind(known.status.name())
            .bind(moment(known.since));
    }
    query.execute(connection).await.map(drop)
}

async fn forget(
    connection: &mut AnyConnection,
    subjects: &[CoverageSubject],
) -> Result<(), sqlx::Error> {
    let statement = format!(
        "DELETE FROM coverage WHERE (cluster, kind, namespace, name) IN (VALUES {})",
        places(subjects.len(), 4)
    );
    let mut query = sqlx::query(AssertSqlSafe(statement));
    for subject in subjects {
        query = bind(query, subject);
    }
    query.execute(connection).await.map(drop)
}

type AnyQuery<'query> = Query<'query, sqlx::Any, sqlx::any::AnyArguments>;

fn bind<'query>(query: AnyQuery<'query>, subject: &CoverageSubject) -> AnyQuery<'query> {
    query
        .bind(subject.cluster.clone().unwrap_or_default())
        .bind(subject.kind.name())
        .bind(subject.namespace.clone())
        .bind(subject.name.clone())
}

/// Placeholders for rows of so many values: `($1, $2), ($3, $4)`.
fn places(rows: usize, values: usize) -> String {
    let row = |row: usize| {
        let places = (1..=values).map(|value| format!("${}", row * values + value));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

fn read(row: &AnyRow) -> Result<(CoverageSubject, KnownCoverage), sqlx::Error> {
    let cluster = row.text("cluster")?;
    let subject = CoverageSubject {
        cluster: (!cluster.is_empty()).then_some(cluster),
        kind: row.named("kind", &CoverageKind::ALL, CoverageKind::name)?,
        namespace: row.text("namespace")?,
        name: row.text("name")?,
    };
    let known = KnownCoverage {
        status: row.named("status", &CoverageStatus::ALL, CoverageStatus::name)?,
        since: row.moment("since")?,
    };
    Ok((subject, known))
}
