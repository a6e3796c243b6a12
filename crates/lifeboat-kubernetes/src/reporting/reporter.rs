//! The reporter: follows the views, and tells the cluster what they say.

use std::{collections::VecDeque, time::Duration};

use kube::Client;
use lifeboat_controller::{Handle, Mandate, View};
use serde_json::Value;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{
    Subjects,
    bucket::Bucket,
    changes::Changes,
    event,
    requests::{Failure, create_event, write_status},
    road::{Lane, Road},
    statuses::{StatusWrite, Statuses},
};
use crate::{Connection, Error, objects::Kind};

/// Events that are made at once at most.
const EVENTS_AT_ONCE: u32 = 50;
/// How often one more may be made.
const EVENT_EVERY: Duration = Duration::from_secs(2);
/// Events that wait for the API server at most.
const EVENTS_WAITING: usize = 500;
/// How often an event is refused before it is given up. Those that nobody answered to don't count.
const ATTEMPTS: u32 = 8;
/// How long nobody is told that there were more events than are made.
const DROPPED_PAUSE: Duration = Duration::from_mins(1);

/// Writes the statuses of Lifeboat's custom resources, and makes events.
pub struct Reporter {
    sender: Sender,
    subjects: Subjects,
    statuses: Statuses,
    changes: Changes,
    instance: String,
    bucket: Bucket,
    events: VecDeque<Waiting>,
    dropped: Dropped,
}

/// An event that isn't made yet.
struct Waiting {
    body: Value,
    /// How often the API server has refused it.
    attempts: u32,
}

/// What became of an attempt to make an event.
enum Made {
    /// There is nothing more to do: it is made, or never can be.
    Done,
    /// Nobody answered, or this is no time to ask.
    NotYet,
    /// It was refused, and may be taken later.
    Refused,
}

/// What goes over the wire.
struct Sender {
    client: Client,
    road: Road,
    mandate: Mandate,
}

impl Reporter {
    pub(crate) fn new(
        connection: &Connection,
        subjects: Subjects,
        instance: &str,
    ) -> Result<Self, Error> {
        Ok(Self {
            sender: Sender {
                // A connection of its own: where the watches hang, this can still be tried.
                client: connection.client()?,
                road: Road::default(),
                mandate: Mandate::default(),
            },
            statuses: Statuses::new(subjects.cluster().clone()),
            subjects,
            changes: Changes::default(),
            instance: instance.to_owned(),
            bucket: Bucket::new(EVENTS_AT_ONCE, EVENT_EVERY, Instant::now()),
            events: VecDeque::new(),
            dropped: Dropped::default(),
        })
    }

    /// Reports for as long as a mandate lasts.
    #[must_use]
    pub fn under(mut self, mandate: Mandate) -> Self {
        self.sender.mandate = mandate;
        self
    }

    /// Reports until it is asked to stop, or until the controller has ended. What is under way then is
    /// given up: the next start finds out what is not written.
    pub async fn run(mut self, handle: Handle, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.follow(handle) => {}
        }
    }

    async fn follow(&mut self, mut handle: Handle) {
        let mut look_again = None;
        loop {
            let view = tokio::select! {
                view = handle.changed() => match view {
                    Some(view) => view,
                    None => return,
                },
                () = wait_until(look_again) => handle.view(),
            };
            if self.subjects.is_premature(view.at) {
                look_again = None;
                continue;
            }
            self.notice_changes(&view);
            look_again = self.tell(&view).await;
        }
    }

    /// Makes events of what changed, as far as there may be any.
    fn notice_changes(&mut self, view: &View) {
        let subjects = &self.subjects;
        let changes = self.changes.take_in(view, |id| subjects.of_asset(id));
        let now = Instant::now();
        for change in changes {
            if self.events.len() >= EVENTS_WAITING || !self.bucket.take(now) {
                self.dropped.count += 1;
                continue;
            }
            let body = event::body(&change, &self.instance, fastrand::u64(..));
            let attempts = 0;
            self.events.push_back(Waiting { body, attempts });
        }
        self.dropped.tell(now);
    }

    /// Tells what is to be told; gives the moment at which to look again if nothing happens.
    async fn tell(&mut self, view: &View) -> Option<Instant> {
        let own = self.subjects.custom_resources();
        let plan = self.statuses.plan(view, &own, Instant::now());
        for write in plan.writes {
            if let Some(done) = self.sender.write(write).await {
                self.statuses.done(done, Instant::now());
            }
        }
        for _ in 0..self.events.len() {
            let Some(mut next) = self.events.pop_front() else {
                break;
            };
            match self.sender.create(&next.body).await {
                Made::Done => continue,
                Made::NotYet => {}
                Made::Refused => next.attempts += 1,
            }
            if next.attempts < ATTEMPTS {
                self.events.push_back(next);
            } else {
                self.dropped.count += 1;
            }
        }
        self.sender.road.end_round(Instant::now());
        let times = [
            plan.look_again,
            self.sender.road.opens_at(Instant::now()),
            self.dropped.due_at(),
        ];
        times.into_iter().flatten().min()
    }
}

impl Sender {
    /// Writes a status, and gives it back if that is done with.
    async fn write(&mut self, write: StatusWrite) -> Option<StatusWrite> {
        let what = match write.object.kind {
            Kind::BackupPolicy => "the status of a BackupPolicy",
            _ => "the status of a PrometheusBackup",
        };
        let lane: Lane = (what, write.object.key.namespace.clone());
        let now = Instant::now();
        if !self.mandate.holds() || !self.road.is_open(now) || !self.road.is_allowed(&lane, now) {
            return None;
        }
        match write_status(&self.client, &write).await {
            Ok(()) => self.road.passed(&lane),
            Err(Failure::Unreachable(error)) => {
                self.road.unreachable(error, Instant::now());
                return None;
            }
            Err(Failure::Refused(error)) => {
                self.road.refused(error);
                return None;
            }
            Err(Failure::Forbidden(error)) => {
                self.road.forbidden(&lane, &error, Instant::now());
                return None;
            }
            Err(Failure::Gone | Failure::Exists) => {
                let object = &write.object;
                tracing::debug!(%object, "the object of a status is gone");
            }
            Err(Failure::Unacceptable(error)) => {
                let object = &write.object;
                tracing::warn!(%object, error, "the API server doesn't take its status");
            }
        }
        Some(write)
    }

    /// Makes an event.
    async fn create(&mut self, event: &Value) -> Made {
        let namespace = event["metadata"]["namespace"].as_str().unwrap_or_default();
        let lane: Lane = ("events about backups", namespace.to_owned());
        let now = Instant::now();
        if !self.mandate.holds() {
            return Made::NotYet;
        }
        if !self.road.is_open(now) || !self.road.is_allowed(&lane, now) {
            return self.unless_forbidden(&lane);
        }
        match create_event(&self.client, event).await {
            Ok(()) | Err(Failure::Exists) => self.road.passed(&lane),
            Err(Failure::Unreachable(error)) => {
                self.road.unreachable(error, Instant::now());
                return Made::NotYet;
            }
            Err(Failure::Refused(error)) => {
                self.road.refused(error);
                return Made::Refused;
            }
            Err(Failure::Forbidden(error)) => {
                self.road.forbidden(&lane, &error, Instant::now());
                return self.unless_forbidden(&lane);
            }
            Err(Failure::Gone) => {
                tracing::debug!(namespace, "there is no place for an event any more");
            }
            Err(Failure::Unacceptable(error)) => {
                tracing::warn!(error, "the API server doesn't take an event");
            }
        }
        Made::Done
    }

    /// Later; but nobody waits for a permission that somebody would have to add.
    fn unless_forbidden(&self, lane: &Lane) -> Made {
        if self.road.is_forbidden(lane) {
            Made::Done
        } else {
            Made::NotYet
        }
    }
}

/// How many events there would have been beyond those that are made.
#[derive(Debug, Default)]
struct Dropped {
    count: u64,
    told_at: Option<Instant>,
}

impl Dropped {
    fn due_at(&self) -> Option<Instant> {
        let told_at = self.told_at.filter(|_| self.count > 0)?;
        Some(told_at + DROPPED_PAUSE)
    }

    fn tell(&mut self, now: Instant) {
        if self.count == 0 || self.due_at().is_some_and(|due| due > now) {
            return;
        }
        tracing::warn!(
            events = self.count,
            "more changed at once than events are made of: statuses, metrics and alerts have all of it"
        );
        self.count = 0;
        self.told_at = Some(now);
    }
}

async fn wait_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
