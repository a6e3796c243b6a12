//! The Alertmanager notifier: every replica is told every alert, again and again until it is over.
//!
//! Alertmanager holds an alert to be over when nobody repeats it in time, and replicas don't tell
//! each other of alerts. So each replica has its own memory here of what it has taken and when.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, future::join_all, stream::FuturesUnordered};
use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AlertInstance, AlertKey, AlertState, Incident};
use url::Url;

use super::{
    Context, NotifyError,
    http::{ClientError, Login, Poster, client},
    payload::PostableAlert,
};
use crate::{RESOLVED_KEPT_FOR, delivery::Message, settings::AlertmanagerSettings};

/// How long a replica may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a replica that failed is left alone; twice as long after each further failure.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(5);
/// The longest such pause: well below the time after which alerts end by themselves.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// How many rounds of sending may fail before an alert ends by itself, as in Prometheus.
const ROUNDS: i32 = 4;

/// Tells every replica of an Alertmanager.
#[derive(Debug)]
pub(crate) struct AlertmanagerNotifier {
    replicas: Vec<Arc<Replica>>,
    context: Context,
    resend_interval: SignedDuration,
    /// The incidents it is told of, if it isn't told of all: what it took as a fallback.
    taken: Option<Mutex<BTreeSet<String>>>,
}

#[derive(Debug)]
struct Replica {
    poster: Poster,
    memory: Mutex<Memory>,
}

/// What a replica has taken, and how reaching it went.
#[derive(Debug, Default)]
struct Memory {
    sent: HashMap<AlertKey, Sent>,
    /// How many posts have failed since one didn't.
    failures: u32,
    /// Before this moment nothing is repeated to a replica that failed.
    again_at: Option<Timestamp>,
}

/// What a replica was last told of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sent {
    state: AlertState,
    fired_at: Option<Timestamp>,
    at: Timestamp,
}

impl AlertmanagerNotifier {
    pub(crate) fn new(
        settings: &AlertmanagerSettings,
        only_as_fallback: bool,
        context: Context,
    ) -> Result<Self, ClientError> {
        let http = client(settings.certificate_authority.as_deref(), TIMEOUT)?;
        let login = match settings {
            AlertmanagerSettings {
                username: Some(username),
                password_file: Some(file),
                ..
            } => Login::Basic {
                username: username.clone(),
                password_file: file.clone(),
            },
            AlertmanagerSettings {
                bearer_token_file: Some(file),
                ..
            } => Login::Bearer {
                token_file: file.clone(),
            },
            _ => Login::None,
        };
        let replica = |url: &String| {
            let shown = format!("the Alertmanager at {url}");
            Arc::new(Replica {
                poster: Poster::new(http.clone(), api_url(url), shown, login.clone()),
                memory: Mutex::default(),
            })
        };
        Ok(Self {
            replicas: settings.urls.iter().map(replica).collect(),
            context,
            resend_interval: settings.resend_interval,
            taken: only_as_fallback.then(Mutex::default),
        })
    }

    /// Tells one message, and returns as soon as one replica has taken it. The others go on being
    /// told; what one of them misses comes with the next [`refresh`](Self::refresh).
    pub(crate) async fn tell(&self, message: &Message, now: Timestamp) -> Result<(), NotifyError> {
        let mut posts: FuturesUnordered<_> = self
            .replicas
            .iter()
            .map(|replica| {
                let replica = Arc::clone(replica);
                let instances = vec![message.instance.clone()];
                let alerts = self.postable(&instances, now);
                tokio::spawn(async move { replica.post(&instances, &alerts, now).await })
            })
            .collect();
        let mut errors = Vec::new();
        while let Some(posted) = posts.next().await {
            match posted {
                Ok(Ok(())) => {
                    self.take(&message.incident);
                    return Ok(());
                }
                Ok(Err(error)) => errors.push(error),
                Err(error) => errors.push(NotifyError::BrokenOff(error)),
            }
        }
        match <[NotifyError; 1]>::try_from(errors) {
            Ok([error]) => Err(error),
            Err(errors) => Err(NotifyError::NoReplica(errors)),
        }
    }

    /// Notes that an incident was told here, so that its state is repeated.
    pub(crate) fn take(&self, incident: &str) {
        if let Some(taken) = &self.taken {
            lock(taken).insert(incident.to_owned());
        }
    }

    /// Brings every replica up to date: what it has not heard yet, and what is to be repeated.
    /// Replicas are told side by side. Returns what failed, by replica.
    pub(crate) async fn refresh(
        &self,
        instances: &[AlertInstance],
        now: Timestamp,
    ) -> Vec<NotifyError> {
        let told: Vec<&AlertInstance> = instances
            .iter()
            .filter(|instance| self.is_told(instance, now))
            .collect();
        if let Some(taken) = &self.taken {
            let going_on: BTreeSet<String> = instances.iter().filter_map(incident).collect();
            lock(taken).retain(|incident| going_on.contains(incident));
        }
        let posts = self.replicas.iter().map(async |replica| {
            let due = replica.due(&told, self.resend_interval, now);
            if due.is_empty() {
                return Ok(());
            }
            replica.post(&due, &self.postable(&due, now), now).await
        });
        let results = join_all(posts).await;
        results.into_iter().filter_map(Result::err).collect()
    }

    fn is_told(&self, instance: &AlertInstance, now: Timestamp) -> bool {
        let is_current = match (instance.state, instance.resolved_at) {
            (AlertState::Firing, _) => true,
            (AlertState::Resolved, Some(at)) => now.duration_since(at) < RESOLVED_KEPT_FOR,
            (AlertState::Pending | AlertState::Resolved, _) => false,
        };
        let is_taken = self.taken.as_ref().is_none_or(|taken| {
            incident(instance).is_some_and(|incident| lock(taken).contains(&incident))
        });
        is_current && is_taken
    }

    fn postable(&self, instances: &[AlertInstance], now: Timestamp) -> Vec<PostableAlert> {
        let interval = self.resend_interval.max(self.context.evaluation_interval);
        let valid_for = interval.checked_mul(ROUNDS).unwrap_or(SignedDuration::MAX);
        instances
            .iter()
            .map(|instance| PostableAlert::new(instance, &self.context, now, valid_for))
            .collect()
    }
}

impl Replica {
    /// What this replica is to be told now. Forgets what is no longer told.
    fn due(
        &self,
        told: &[&AlertInstance],
        resend_interval: SignedDuration,
        now: Timestamp,
    ) -> Vec<AlertInstance> {
        let mut memory = lock(&self.memory);
        let keys: BTreeSet<&AlertKey> = told.iter().map(|instance| &instance.key).collect();
        memory.sent.retain(|key, _| keys.contains(key));
        let wait = memory.again_at.map(|again_at| again_at.duration_since(now));
        // A longer wait was set by a clock that was ahead.
        if wait.is_some_and(|wait| wait > SignedDuration::ZERO && wait <= LONGEST_PAUSE) {
            return Vec::new();
        }
        let is_due = |instance: &&&AlertInstance| {
            memory.sent.get(&instance.key).is_none_or(|sent| {
                let elapsed = now.duration_since(sent.at);
                (sent.state, sent.fired_at) != (instance.state, instance.fired_at)
                    || elapsed >= resend_interval
                    // The clock went back: nobody knows how long ago that was.
                    || elapsed.is_negative()
            })
        };
        told.iter()
            .filter(is_due)
            .map(|instance| (*instance).clone())
            .collect()
    }

    async fn post(
        &self,
        instances: &[AlertInstance],
        alerts: &[PostableAlert],
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        let result = self.poster.post(&alerts, None, now).await;
        // Of a batch with something invalid in it Alertmanager stores the rest.
        let partly =
            instances.len() > 1 && matches!(&result, Err(NotifyError::Refused { status: 400, .. }));
        let mut memory = lock(&self.memory);
        if result.is_ok() || partly {
            memory.failures = 0;
            memory.again_at = None;
            for instance in instances {
                let told = Sent {
                    state: instance.state,
                    fired_at: instance.fired_at,
                    at: now,
                };
                memory.sent.insert(instance.key.clone(), told);
            }
        } else {
            let pause = FIRST_PAUSE
                .checked_mul(1 << memory.failures.min(8))
                .unwrap_or(LONGEST_PAUSE)
                .min(LONGEST_PAUSE);
            memory.failures = memory.failures.saturating_add(1);
            memory.again_at = now.checked_add(pause).ok();
        }
        drop(memory);
        result
    }
}

fn incident(instance: &AlertInstance) -> Option<String> {
    Incident::of(instance).map(|incident| incident.id)
}

/// The address that takes alerts, below whatever path the replica is served under.
fn api_url(base: &str) -> String {
    match Url::parse(base) {
        Ok(mut url) => {
            let prefix = url.path().trim_end_matches('/').to_owned();
            url.set_path(&format!("{prefix}/api/v2/alerts"));
            url.into()
        }
        // Settings with such a URL were refused; the request would fail and say so.
        Err(_) => base.to_owned(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
