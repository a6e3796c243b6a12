//! Silences: what people don't want to be told of for some time.

use jiff::Timestamp;
use lifeboat_core::Silence;
use sqlx::any::AnyRow;

use crate::{
    Error, Ledger,
    columns::{Columns, foreign_text, json, moment},
};

impl Ledger {
    /// The silences that end after a moment, those that were made first before the others.
    pub async fn silences(&self, ending_after: Timestamp) -> Result<Vec<Silence>, Error> {
        self.read("load the silences", async |connection| {
            let rows = sqlx::query(
                "SELECT id, matchers, starts_at, ends_at, comment, created_by, created_at \
                 FROM silences WHERE ends_at > $1 ORDER BY created_at, id",
            )
            .bind(moment(ending_after))
            .fetch_all(connection)
            .await?;
            rows.iter().map(read).collect()
        })
        .await
    }

    /// Records a silence as it is now: a new one, or one that was ended.
    pub async fn save_silence(&self, silence: &Silence) -> Result<(), Error> {
        let action = format!("record {}", silence.id);
        self.write(&action, async |connection| {
            sqlx::query(
                "INSERT INTO silences (id, matchers, starts_at, ends_at, comment, created_by, \
                     created_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) \
                 ON CONFLICT (id) DO UPDATE SET starts_at = excluded.starts_at, \
                     ends_at = excluded.ends_at",
            )
            .bind(&silence.id)
            .bind(json(&silence.matchers)?)
            .bind(moment(silence.starts_at))
            .bind(moment(silence.ends_at))
            .bind(foreign_text(&silence.comment))
            .bind(foreign_text(&silence.created_by))
            .bind(moment(silence.created_at))
            .execute(connection)
            .await
            .map(drop)
        })
        .await
    }
}

fn read(row: &AnyRow) -> Result<Silence, sqlx::Error> {
    Ok(Silence {
        id: row.text("id")?,
        matchers: row.json("matchers")?,
        starts_at: row.moment("starts_at")?,
        ends_at: row.moment("ends_at")?,
        comment: row.text("comment")?,
        created_by: row.text("created_by")?,
        created_at: row.moment("created_at")?,
    })
}
