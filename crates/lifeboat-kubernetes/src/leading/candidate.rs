//! A candidate: stands by, looking at the Lease, until it leads.

use std::time::Duration;

use kube::Client;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    Leadership, LeadingError, RETRY_EVERY,
    decision::{Seen, Step},
    lease::{Lease, Place},
    monotonic::{self, Moment},
    requests::{self, Failure},
};
use crate::{Clock, Connection, Error};

/// How long permissions may be refused: an API server that has just started refuses everybody.
const REFUSED_FOR: Duration = Duration::from_secs(15);
/// The wait after somebody else was quicker.
const AFTER_CONFLICT: Duration = Duration::from_millis(200);
/// What sets namesakes apart stands behind it, in an identity. No name of a pod has it.
const SEPARATOR: char = '_';

/// Which Lease decides, and who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElectionSettings {
    /// The Lease's namespace.
    pub namespace: String,
    /// The Lease's name.
    pub name: String,
    /// Who this is, for people: such as the name of the pod.
    pub instance: String,
}

/// How a candidate stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has not seen the Lease yet.
    Looking,
    /// Another leads.
    Waiting {
        /// Who.
        leader: String,
    },
    /// It could not take over now.
    Troubled {
        /// Why.
        error: String,
    },
    /// It leads.
    Leading,
}

/// Stands by until it leads.
pub struct Candidate {
    connection: Connection,
    client: Client,
    pub(super) place: Place,
    me: String,
    clock: Clock,
    seen: Seen,
    standing: watch::Sender<Standing>,
    refused_since: Option<Moment>,
}

/// What an attempt came to.
pub(super) enum Outcome {
    /// The Lease is this one's, by a request that was begun at this moment.
    Leads { asked_at: Moment },
    /// It is another's, until this moment at least.
    Waits { holder: String, until: Moment },
}

impl Candidate {
    /// A candidate, which asks nothing yet. `random` sets it apart from others of its name.
    pub fn new(
        connection: &Connection,
        settings: ElectionSettings,
        random: u64,
        clock: Clock,
    ) -> Result<Self, Error> {
        Ok(Self {
            // A connection of its own: watches that are busy delay no renewal.
            client: connection.client()?,
            connection: connection.clone(),
            place: Place {
                namespace: settings.namespace,
                name: settings.name,
            },
            me: format!("{}{SEPARATOR}{random:016x}", settings.instance),
            clock,
            seen: Seen::default(),
            standing: watch::channel(Standing::Looking).0,
            refused_since: None,
        })
    }

    /// Says how it stands, from now on.
    #[must_use]
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// Waits until it leads; gives none if it is asked to stop before that.
    pub async fn lead(
        mut self,
        stop: &CancellationToken,
    ) -> Result<Option<Leadership>, LeadingError> {
        loop {
            let wait = match self.attempt().await {
                Ok(Outcome::Leads { asked_at }) => {
                    self.standing.send_replace(Standing::Leading);
                    return Ok(Some(Leadership::begin(self, asked_at)));
                }
                Ok(Outcome::Waits { holder, until }) => {
                    self.stands(Standing::Waiting { leader: holder });
                    let left = until.saturating_sub(monotonic::now());
                    left.min(RETRY_EVERY)
                }
                Err(Failure::Conflict) => AFTER_CONFLICT.mul_f64(0.5 + fastrand::f64()),
                Err(Failure::Forbidden(error)) => {
                    let now = monotonic::now();
                    let since = *self.refused_since.get_or_insert(now);
                    if now.saturating_sub(since) >= REFUSED_FOR {
                        return Err(LeadingError::forbidden(&self.place, error));
                    }
                    self.stands(Standing::Troubled { error });
                    RETRY_EVERY
                }
                Err(Failure::Other(error)) => {
                    self.stands(Standing::Troubled { error });
                    RETRY_EVERY
                }
            };
            tokio::select! {
                () = stop.cancelled() => return Ok(None),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Looks at the Lease, and claims it if it may.
    pub(super) async fn attempt(&mut self) -> Result<Outcome, Failure> {
        let lease = requests::get(&self.client, &self.place).await;
        let lease = self.heard(lease)?;
        self.seen.take_in(lease, monotonic::now());
        self.claim().await
    }

    /// Claims the Lease as it was last seen, if it may.
    pub(super) async fn claim(&mut self) -> Result<Outcome, Failure> {
        let asked_at = monotonic::now();
        let now = (self.clock)();
        let written = match self.seen.decide(&self.me, asked_at) {
            Step::Wait { holder, until } => {
                let holder = name_of(&holder).to_owned();
                return Ok(Outcome::Waits { holder, until });
            }
            Step::Create => {
                let lease = Lease::new(&self.place, &self.me, now);
                requests::create(&self.client, &self.place, &lease).await
            }
            Step::Take(lease) => {
                let lease = lease.taken_by(&self.me, now);
                requests::replace(&self.client, &self.place, &lease).await
            }
            Step::Renew(lease) => {
                requests::replace(&self.client, &self.place, &lease.renewed(now)).await
            }
        };
        let lease = self.heard(written)?;
        self.seen.take_in(Some(lease), monotonic::now());
        Ok(Outcome::Leads { asked_at })
    }

    /// Gives the Lease back, so that nobody has to wait for it to run out.
    pub(super) async fn give_back(&mut self) -> Result<(), Failure> {
        let Some(lease) = self.seen.present() else {
            return Ok(());
        };
        let lease = lease.given_back((self.clock)());
        match requests::replace(&self.client, &self.place, &lease).await {
            // It is another's, or no longer there: nothing is left to give back.
            Ok(_) | Err(Failure::Conflict) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Takes note of how a request ended. After one that nobody answered, the next goes over a new
    /// connection.
    fn heard<T>(&mut self, answer: Result<T, Failure>) -> Result<T, Failure> {
        match &answer {
            Err(Failure::Forbidden(_)) => {}
            Err(Failure::Other(_)) => {
                // It could be made before; if it can't be now, the old one will have to do.
                if let Ok(client) = self.connection.client() {
                    self.client = client;
                }
            }
            Ok(_) | Err(Failure::Conflict) => self.refused_since = None,
        }
        answer
    }

    /// Says how it stands, and logs it if that is news. A trouble is told once, in whatever words.
    fn stands(&self, now: Standing) {
        self.standing.send_if_modified(|known| {
            let is_new = *known != now;
            match &now {
                Standing::Waiting { leader } if is_new => {
                    tracing::info!("standing by: {leader} leads by the Lease {}", self.place);
                }
                Standing::Troubled { error } if !matches!(known, Standing::Troubled { .. }) => {
                    tracing::warn!(
                        error,
                        "the Lease {} can't be used; it is tried again",
                        self.place
                    );
                }
                _ => {}
            }
            *known = now;
            is_new
        });
    }
}

/// Who it is, for people: a Lifeboat's identity without what sets namesakes apart.
fn name_of(identity: &str) -> &str {
    match identity.rsplit_once(SEPARATOR) {
        Some((name, random)) if random.len() == 16 => name,
        _ => identity,
    }
}
