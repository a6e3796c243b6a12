//! The outbox: what is still to be told, to whom, and what became of it.

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{AnyConnection, any::AnyRow};

use crate::{
    Error, Ledger,
    columns::{Columns, foreign_text, json, moment, moment_or_none},
};

/// What a message tells of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageEvent {
    /// It has begun.
    Firing,
    /// It is over.
    Resolved,
}

impl MessageEvent {
    /// Every event.
    pub const ALL: [Self; 2] = [Self::Firing, Self::Resolved];

    /// The event's name, as in the ledger.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }
}

impl fmt::Display for MessageEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A message's identity: no route is told the same of an incident twice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageKey {
    /// The notifier's name.
    pub route: String,
    /// The incident's identity.
    pub incident_id: String,
    /// What it tells.
    pub event: MessageEvent,
}

impl fmt::Display for MessageKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} of {} to {}",
            self.event, self.incident_id, self.route
        )
    }
}

/// A message that is to be told, or was.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxMessage {
    /// Its identity.
    pub key: MessageKey,
    /// What the notifier makes its message of.
    pub payload: Value,
    /// When it came to be.
    pub created_at: Timestamp,
    /// How often telling it has failed.
    pub attempts: u32,
    /// When it is to be tried next.
    pub next_attempt_at: Timestamp,
    /// Why it failed last.
    pub last_error: Option<String>,
    /// When it was told.
    pub delivered_at: Option<Timestamp>,
    /// Who told it: the route, or its fallback.
    pub delivered_by: Option<String>,
}

impl OutboxMessage {
    /// A message to be told at once.
    #[must_use]
    pub fn new(key: MessageKey, payload: Value, now: Timestamp) -> Self {
        Self {
            key,
            payload,
            created_at: now,
            attempts: 0,
            next_attempt_at: now,
            last_error: None,
            delivered_at: None,
            delivered_by: None,
        }
    }
}

impl Ledger {
    /// The messages that are due, in the order in which they came to be.
    pub async fn due_messages(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<OutboxMessage>, Error> {
        self.read("list the messages that are due", async |connection| {
            let rows = sqlx::query(
                "SELECT route, incident_id, event, payload, created_at, attempts, \
                     next_attempt_at, last_error, delivered_at, delivered_by FROM outbox \
                 WHERE delivered_at IS NULL AND next_attempt_at <= $1 \
                 ORDER BY created_at, incident_id, event, route LIMIT $2",
            )
            .bind(moment(now))
            .bind(i64::from(limit))
            .fetch_all(connection)
            .await?;
            rows.iter().map(read_message).collect()
        })
        .await
    }

    /// Takes note that messages were told as one, and by whom: their route, or that one's fallback. All
    /// of them, or none.
    pub async fn messages_delivered(
        &self,
        keys: &[MessageKey],
        by: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let action = format!("record the delivery of {}", described(keys));
        self.write(&action, async |connection| {
            for key in keys {
                sqlx::query(
                    "UPDATE outbox SET delivered_at = $4, delivered_by = $5 WHERE route = $1 \
                     AND incident_id = $2 AND event = $3 AND delivered_at IS NULL",
                )
                .bind(&key.route)
                .bind(&key.incident_id)
                .bind(key.event.name())
                .bind(moment(now))
                .bind(by)
                .execute(&mut *connection)
                .await?;
            }
            Ok(())
        })
        .await
    }

    /// Takes note that messages could not be told, and when to try again. All of them, or none.
    pub async fn messages_failed(
        &self,
        keys: &[MessageKey],
        next_attempt_at: Timestamp,
        error: &str,
    ) -> Result<(), Error> {
        let action = format!("record the failed delivery of {}", described(keys));
        self.write(&action, async |connection| {
            for key in keys {
                sqlx::query(
                    "UPDATE outbox SET attempts = attempts + 1, next_attempt_at = $4, \
                     last_error = $5 WHERE route = $1 AND incident_id = $2 AND event = $3 \
                     AND delivered_at IS NULL",
                )
                .bind(&key.route)
                .bind(&key.incident_id)
                .bind(key.event.name())
                .bind(moment(next_attempt_at))
                .bind(foreign_text(error))
                .execute(&mut *connection)
                .await?;
            }
            Ok(())
        })
        .await
    }

    /// Who told the beginning of an incident, by route: the same one is to tell its end.
    pub async fn tellers(&self, incident_id: &str) -> Result<Vec<(String, String)>, Error> {
        self.read("look up who was told", async |connection| {
            let rows = sqlx::query(
                "SELECT route, delivered_by FROM outbox WHERE incident_id = $1 AND event = $2 \
                 AND delivered_by IS NOT NULL ORDER BY route",
            )
            .bind(incident_id)
            .bind(MessageEvent::Firing.name())
            .fetch_all(connection)
            .await?;
            rows.iter()
                .map(|row| Ok((row.text("route")?, row.text("delivered_by")?)))
                .collect()
        })
        .await
    }

    /// How many messages are still to be told.
    pub async fn undelivered_count(&self) -> Result<u64, Error> {
        self.read("count the messages to be told", async |connection| {
            let row = sqlx::query(
                "SELECT COUNT(*) AS undelivered FROM outbox WHERE delivered_at IS NULL",
            )
            .fetch_one(connection)
            .await?;
            Ok(row.number("undelivered")?.cast_unsigned())
        })
        .await
    }
}

/// Messages in a word.
fn described(keys: &[MessageKey]) -> String {
    match keys {
        [only] => only.to_string(),
        _ => format!("{} messages", keys.len()),
    }
}

/// Puts a message into the outbox, unless it is there already.
pub(crate) async fn insert(
    connection: &mut AnyConnection,
    message: &OutboxMessage,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO outbox (route, incident_id, event, payload, created_at, attempts, \
             next_attempt_at, last_error, delivered_at, delivered_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (route, incident_id, event) DO NOTHING",
    )
    .bind(&message.key.route)
    .bind(&message.key.incident_id)
    .bind(message.key.event.name())
    .bind(json(&message.payload)?)
    .bind(moment(message.created_at))
    .bind(i64::from(message.attempts))
    .bind(moment(message.next_attempt_at))
    .bind(message.last_error.as_deref().map(foreign_text))
    .bind(moment_or_none(message.delivered_at))
    .bind(message.delivered_by.as_deref())
    .execute(connection)
    .await
    .map(drop)
}

fn read_message(row: &AnyRow) -> Result<OutboxMessage, sqlx::Error> {
    Ok(OutboxMessage {
        key: MessageKey {
            route: row.text("route")?,
            incident_id: row.text("incident_id")?,
            event: row.named("event", &MessageEvent::ALL, MessageEvent::name)?,
        },
        payload: row.json("payload")?,
        created_at: row.moment("created_at")?,
        attempts: row.count("attempts")?,
        next_attempt_at: row.moment("next_attempt_at")?,
        last_error: row.text_or_none("last_error")?,
        delivered_at: row.moment_or_none("delivered_at")?,
        delivered_by: row.text_or_none("delivered_by")?,
    })
}
