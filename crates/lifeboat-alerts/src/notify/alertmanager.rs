//! The Alertmanager notifier: every replica is told every alert, again and again until it is over.
//!
//! Alertmanager holds an alert to be over when nobody repeats it in time, and replicas don't tell
//! each other of alerts. So each replica has its own memory here of what it has taken and when.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt, future::join_all, stream::FuturesUnordered};
use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AlertInstance, AlertState, Incident};
use url::Url;

use super::{
    Context, NotifyError,
    http::{ClientError, Login, Poster, client},
    payload::PostableAlert,
    replica::{Replica, Sent},
};
use crate::{RESOLVED_KEPT_FOR, delivery::Notification, settings::AlertmanagerSettings};

/// How long a replica may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
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
            // Settings with a user, a password or a query in it were refused.
            let shown = format!("the Alertmanager at {url}");
            let poster = Poster::new(http.clone(), api_url(url), shown, login.clone());
            Arc::new(Replica::new(poster))
        };
        Ok(Self {
            replicas: settings.urls.iter().map(replica).collect(),
            context,
            resend_interval: settings.resend_interval,
            taken: only_as_fallback.then(Mutex::default),
        })
    }

    /// Tells a notification, and returns as soon as one replica has taken it. The others go on being
    /// told; what one of them misses comes with the next [`refresh`](Self::refresh).
    pub(crate) async fn tell(
        &self,
        notification: &Notification,
        now: Timestamp,
    ) -> Result<(), NotifyError> {
        let instances = || notification.messages().iter().map(|one| &one.instance);
        let mut posts: FuturesUnordered<_> = self
            .replicas
            .iter()
            .map(|replica| {
                let replica = Arc::clone(replica);
                let alerts = self.postable(instances(), now);
                tokio::spawn(async move { replica.post(alerts, now).await })
            })
            .collect();
        let mut errors = Vec::new();
        while let Some(posted) = posts.next().await {
            match posted {
                Ok(Ok(())) => {
                    for message in notification.messages() {
                        self.take(&message.incident);
                    }
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
            replica.post(self.postable(due, now), now).await
        });
        let results = join_all(posts).await;
        results.into_iter().filter_map(Result::err).collect()
    }

    fn is_told(&self, instance: &AlertInstance, now: Timestamp) -> bool {
        let is_current = match (instance.state, instance.resolved_at) {
            (AlertState::Firing, _) => instance.suppressed_by.is_none() && !instance.withheld,
            (AlertState::Resolved, Some(at)) => {
                !instance.withheld && now.duration_since(at) < RESOLVED_KEPT_FOR
            }
            (AlertState::Pending | AlertState::Resolved, _) => false,
        };
        let is_taken = self.taken.as_ref().is_none_or(|taken| {
            incident(instance).is_some_and(|incident| lock(taken).contains(&incident))
        });
        is_current && is_taken
    }

    /// What is posted of each alert, with what is remembered of it then.
    fn postable<'a>(
        &self,
        instances: impl IntoIterator<Item = &'a AlertInstance>,
        now: Timestamp,
    ) -> Vec<(PostableAlert, Sent)> {
        let interval = self.resend_interval.max(self.context.evaluation_interval);
        let valid_for = interval.checked_mul(ROUNDS).unwrap_or(SignedDuration::MAX);
        instances
            .into_iter()
            .map(|instance| {
                let alert = PostableAlert::new(instance, &self.context, now, valid_for);
                (alert, Sent::of(instance, now))
            })
            .collect()
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
