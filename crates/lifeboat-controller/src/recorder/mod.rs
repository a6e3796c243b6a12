//! The recorder: writes to the ledger in order and beside everything else, so that a ledger that is away stops neither backups nor alerts.
//!
//! Writes wait in memory while the ledger refuses them, and are repeated until it takes them. A
//! message to people follows its write, so that it isn't sent again after a restart; while the
//! ledger is away it goes out at once, since telling twice is better than not at all.
//!
//! What is seen of a large cluster at first sight is written many assets at a time. If such a
//! transaction fails, its records are written one by one, so that none stands in the way of others.

mod record;
#[cfg(test)]
mod tests;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use lifeboat_alerts::Message;
use lifeboat_core::readable_causes;
use lifeboat_ledger::{Error, Ledger, News};
use tokio::sync::{mpsc, oneshot};

pub(crate) use self::record::Record;
use self::record::together;
use crate::mandate::Mandate;

/// The first wait after a write that failed; it doubles up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often a write is repeated that fails for a reason which doesn't look like passing.
const ATTEMPTS: u32 = 5;

/// How many records are taken from the queue at once.
const AT_ONCE: usize = 512;

/// How writing goes.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecorderHealth {
    /// Why the last write failed, while it is repeated.
    pub(crate) error: Option<String>,
    /// How many writes wait.
    pub(crate) waiting: usize,
}

/// Takes records from anybody, without keeping them waiting.
#[derive(Clone)]
pub(crate) struct Recorder {
    records: mpsc::UnboundedSender<Record>,
    health: Arc<Mutex<RecorderHealth>>,
    inbox: mpsc::UnboundedSender<Message>,
}

impl Recorder {
    /// Starts writing. What people are to be told goes to `inbox`.
    pub(crate) fn start(
        ledger: Arc<Ledger>,
        inbox: mpsc::UnboundedSender<Message>,
        mandate: Mandate,
    ) -> Self {
        let (records, queue) = mpsc::unbounded_channel();
        let recorder = Self {
            records,
            health: Arc::default(),
            inbox,
        };
        let writer = Writer {
            ledger,
            health: Arc::clone(&recorder.health),
            inbox: recorder.inbox.clone(),
            mandate,
        };
        tokio::spawn(writer.run(queue));
        recorder
    }

    /// Has something written down.
    pub(crate) fn record(&self, mut record: Record) {
        let is_away = {
            let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
            health.waiting += 1;
            health.error.is_some()
        };
        if is_away && let Record::Alerts(_, messages) = &mut record {
            forward(&self.inbox, messages);
        }
        // The writer ends only with the program, or with its mandate.
        let _ = self.records.send(record);
    }

    /// How writing goes.
    pub(crate) fn health(&self) -> RecorderHealth {
        self.health
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Ends when everything that was recorded before is written.
    pub(crate) async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        self.record(Record::Flush(done));
        // An answer that doesn't come means that the writer has ended, with nothing left to write.
        let _ = flushed.await;
    }
}

fn forward(inbox: &mpsc::UnboundedSender<Message>, messages: &mut Vec<Message>) {
    for message in messages.drain(..) {
        // Nobody takes messages only when the program ends; the ledger keeps them.
        let _ = inbox.send(message);
    }
}

struct Writer {
    ledger: Arc<Ledger>,
    health: Arc<Mutex<RecorderHealth>>,
    inbox: mpsc::UnboundedSender<Message>,
    mandate: Mandate,
}

impl Writer {
    async fn run(self, mut queue: mpsc::UnboundedReceiver<Record>) {
        let mut records = Vec::new();
        while queue.recv_many(&mut records, AT_ONCE).await > 0 {
            while !records.is_empty() {
                let later = records.split_off(together(&records));
                if !self.write_together(&records).await {
                    for record in records {
                        // What waits when the mandate ends is for whoever acts next to find out.
                        if !self.mandate.holds() {
                            return;
                        }
                        self.write_alone(record).await;
                    }
                }
                records = later;
            }
        }
    }

    /// Writes several records in one transaction; tells whether they are written. One alone isn't.
    async fn write_together(&self, records: &[Record]) -> bool {
        if records.len() < 2 || !self.mandate.holds() {
            return false;
        }
        let news: Vec<News<'_>> = records.iter().flat_map(Record::news).collect();
        let written = self.ledger.write_news(&news).await;
        if let Err(error) = &written {
            tracing::debug!("written one by one, because of {error}");
            return false;
        }
        self.health().waiting -= records.len();
        true
    }

    async fn write_alone(&self, mut record: Record) {
        self.write_until_taken(&mut record).await;
        if let Record::Alerts(_, messages) = &mut record {
            forward(&self.inbox, messages);
        }
        if let Record::Flush(done) = record {
            // Whoever wanted to know may have gone.
            let _ = done.send(());
        }
        self.health().waiting -= 1;
    }

    async fn write_until_taken(&self, record: &mut Record) {
        let mut wait = FIRST_WAIT;
        let mut attempts = 0;
        while let Err(error) = self.write(record).await {
            attempts += 1;
            let causes = readable_causes(&error).join(": ");
            if self.health().error.is_none() {
                tracing::error!(
                    hint = error.hint(),
                    "the ledger can't be written, backups and alerts go on without it: {causes}"
                );
            }
            self.health().error = Some(match error.hint() {
                Some(hint) => format!("{causes} (hint: {hint})"),
                None => causes.clone(),
            });
            if let Record::Alerts(_, messages) = record {
                forward(&self.inbox, messages);
            }
            if !error.may_pass() && attempts >= ATTEMPTS {
                tracing::error!("given up writing to the ledger: {causes}; lost is {record:?}");
                return;
            }
            tokio::time::sleep(wait).await;
            if !self.mandate.holds() {
                return;
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        if self.health().error.take().is_some() {
            tracing::info!("the ledger can be written again");
        }
    }

    async fn write(&self, record: &Record) -> Result<(), Error> {
        let ledger = &self.ledger;
        match record {
            Record::Seen(asset, now) => ledger.see_asset(asset, *now).await.map(drop),
            Record::Gone(asset, now) => ledger.asset_gone(asset, *now).await,
            Record::Suspended(asset, since) => ledger.set_suspended(asset, *since).await,
            Record::Began(run, history) => ledger.begin_run(run, history).await,
            Record::Ended(run, history) => ledger.end_run(run, history).await,
            Record::Inventory(asset, history) => ledger.put_inventory(asset, history).await,
            Record::Observed(..) | Record::ServiceLevels(..) => {
                ledger.write_news(&record.news()).await
            }
            Record::Coverage(changes) => ledger.save_coverage(changes).await,
            Record::Alerts(changes, _) => ledger.save_alerts(changes).await,
            Record::Delivered(keys, by, now) => ledger.messages_delivered(keys, by, *now).await,
            Record::Undelivered(keys, again_at, error) => {
                ledger.messages_failed(keys, *again_at, error).await
            }
            Record::Silence(silence) => ledger.save_silence(silence).await,
            Record::Forget(before) => {
                let forgotten = ledger.forget(*before).await?;
                tracing::debug!(?forgotten, "forgot what ended before {before}");
                Ok(())
            }
            Record::Flush(_) => Ok(()),
        }
    }

    fn health(&self) -> std::sync::MutexGuard<'_, RecorderHealth> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
