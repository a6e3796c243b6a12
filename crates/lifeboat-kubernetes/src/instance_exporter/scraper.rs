//! Asks every instance for its figures, at a steady pace.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::JoinSet,
    time::{Instant, sleep_until},
};

use super::{metrics::InstanceMetrics, target::Target};
use crate::{Clock, failure, objects::ObjectKey};

/// How the instances are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScraperSettings {
    /// From one reading of a pod to the next. Pods are spread over it.
    pub interval: Duration,
    /// How long one reading may take, from the connection to the last byte.
    pub timeout: Duration,
    /// Readings at the same time.
    pub concurrency: usize,
    /// Bytes of an answer that are read; a longer one is an error.
    pub body_limit: usize,
}

impl Default for ScraperSettings {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(30),
            timeout: Duration::from_secs(5),
            concurrency: 32,
            // An instance's default metrics are some 60 KiB; people add queries of their own.
            body_limit: 4 * 1024 * 1024,
        }
    }
}

/// What one pod said, or why it didn't.
#[derive(Clone, Debug, PartialEq)]
pub struct InstanceReading {
    /// The pod.
    pub pod: ObjectKey,
    /// Its Cluster.
    pub cluster: ObjectKey,
    /// When the answer, or its absence, was complete.
    pub at: Timestamp,
    /// The figures, or why there are none, for people.
    pub outcome: Result<InstanceMetrics, String>,
}

/// A scraper couldn't be made.
#[derive(Debug, thiserror::Error)]
#[error("failed to set up the HTTP client for the instances' metrics")]
pub struct ScraperError(#[source] reqwest::Error);

/// Asks instances for their figures.
#[derive(Clone)]
pub struct Scraper {
    settings: ScraperSettings,
    client: reqwest::Client,
    clock: Clock,
}

impl Scraper {
    /// A scraper that asks nobody yet.
    ///
    /// Certificates are not checked: a pod is asked by its address, which no certificate of
    /// CloudNativePG names, and each Cluster has an authority of its own. Nothing secret is sent,
    /// and what is read only adds to what the API server tells: it makes no recovery point good.
    pub fn new(settings: ScraperSettings, clock: Clock) -> Result<Self, ScraperError> {
        let client = reqwest::Client::builder()
            .tls_danger_accept_invalid_certs(true)
            .redirect(reqwest::redirect::Policy::none())
            // Pods are asked directly, whatever proxy the environment names for the world outside.
            .no_proxy()
            // Kept connections would be one a pod, for a request each half a minute.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(ScraperError)?;
        Ok(Self {
            settings,
            client,
            clock,
        })
    }

    /// Asks one pod, once.
    pub async fn read(&self, target: &Target) -> InstanceReading {
        let limit = self.settings.timeout;
        let outcome = match tokio::time::timeout(limit, self.fetch(target)).await {
            Ok(Ok(text)) => InstanceMetrics::parse(&text),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(format!("no answer within {limit:?}")),
        };
        InstanceReading {
            pod: target.pod.clone(),
            cluster: target.cluster.clone(),
            at: (self.clock)(),
            outcome: outcome.map_err(|error| format!("{}: {error}", target.url())),
        }
    }

    async fn fetch(&self, target: &Target) -> Result<String, String> {
        let explain = |error: reqwest::Error| failure::chain(&error.without_url());
        let request = self.client.get(target.url()).send();
        let mut answer = request.await.map_err(explain)?;
        if !answer.status().is_success() {
            return Err(format!("answered {}", answer.status()));
        }
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(explain)? {
            if body.len() + part.len() > self.settings.body_limit {
                return Err(format!(
                    "the answer is longer than {} bytes",
                    self.settings.body_limit
                ));
            }
            body.extend_from_slice(&part);
        }
        // One odd byte in a label must not cost the figures.
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// Asks all pods again and again, until the readings' receiver or the targets' sender is gone.
    ///
    /// Each pod has its moment within the interval, which follows from its name. A pod that hangs
    /// holds one of the places of `concurrency` until its timeout, and nothing else; it is not
    /// asked again before that. A pod that is new is asked at once.
    pub async fn run(
        self,
        mut targets: watch::Receiver<Vec<Target>>,
        readings: mpsc::Sender<InstanceReading>,
    ) {
        let places = Arc::new(Semaphore::new(self.settings.concurrency.max(1)));
        let mut under_way = JoinSet::new();
        let mut schedule = Schedule::default();
        schedule.set(&targets.borrow_and_update(), Instant::now());
        loop {
            let next = schedule.next();
            tokio::select! {
                () = readings.closed() => return,
                changed = targets.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    schedule.set(&targets.borrow_and_update(), Instant::now());
                }
                Some(done) = under_way.join_next(), if !under_way.is_empty() => {
                    if let Ok(pod) = done {
                        schedule.done(&pod, Instant::now(), self.settings.interval);
                    }
                }
                () = sleep_until(next.unwrap_or_else(Instant::now)), if next.is_some() => {
                    let Some(target) = schedule.take() else { continue };
                    let (scraper, places) = (self.clone(), Arc::clone(&places));
                    let readings = readings.clone();
                    under_way.spawn(async move {
                        if let Ok(_place) = places.acquire().await {
                            let reading = scraper.read(&target).await;
                            // Nobody listens: the loop ends by itself.
                            let _unheard = readings.send(reading).await;
                        }
                        target.pod
                    });
                }
            }
        }
    }
}

/// When each pod is asked next.
#[derive(Debug, Default)]
struct Schedule {
    targets: HashMap<ObjectKey, Target>,
    due: BTreeSet<(Instant, ObjectKey)>,
    /// Those in `due`, and when; a pod that is being asked is in neither.
    waiting: BTreeMap<ObjectKey, Instant>,
    asked: BTreeSet<ObjectKey>,
    start: Option<Instant>,
}

impl Schedule {
    /// The pods are these now; those that are new are due at once.
    fn set(&mut self, targets: &[Target], now: Instant) {
        self.start.get_or_insert(now);
        let present = targets
            .iter()
            .map(|target| (target.pod.clone(), target.clone()));
        self.targets = present.collect();
        let gone: Vec<ObjectKey> = self
            .waiting
            .keys()
            .filter(|pod| !self.targets.contains_key(*pod))
            .cloned()
            .collect();
        for pod in gone {
            if let Some(at) = self.waiting.remove(&pod) {
                self.due.remove(&(at, pod));
            }
        }
        let new: Vec<ObjectKey> = self
            .targets
            .keys()
            .filter(|pod| !self.waiting.contains_key(*pod) && !self.asked.contains(*pod))
            .cloned()
            .collect();
        for pod in new {
            self.wait(pod, now);
        }
    }

    fn next(&self) -> Option<Instant> {
        self.due.first().map(|(at, _)| *at)
    }

    /// The pod that is due first, which from now on is being asked.
    fn take(&mut self) -> Option<Target> {
        let (_, pod) = self.due.pop_first()?;
        self.waiting.remove(&pod);
        let target = self.targets.get(&pod).cloned();
        self.asked.insert(pod);
        target
    }

    /// A pod was asked; its next moment is the next in its own rhythm.
    fn done(&mut self, pod: &ObjectKey, now: Instant, interval: Duration) {
        self.asked.remove(pod);
        if self.targets.contains_key(pod) {
            let start = self.start.unwrap_or(now);
            let elapsed = now.saturating_duration_since(start);
            let wait = until_turn(elapsed, interval, phase(pod));
            self.wait(pod.clone(), now + wait);
        }
    }

    fn wait(&mut self, pod: ObjectKey, at: Instant) {
        self.due.insert((at, pod.clone()));
        self.waiting.insert(pod, at);
    }
}

/// The pod's place within each interval: at least 0, less than 1.
fn phase(pod: &ObjectKey) -> f64 {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(pod);
    f64::from(u32::try_from(hash >> 32).unwrap_or_default()) / (f64::from(u32::MAX) + 1.0)
}

/// How long until a pod's next turn. At least a quarter of the interval, so that a pod that has
/// just been asked out of turn isn't asked again at once.
fn until_turn(elapsed: Duration, interval: Duration, phase: f64) -> Duration {
    let interval_seconds = interval.as_secs_f64();
    if interval_seconds <= 0.0 {
        return Duration::ZERO;
    }
    let within = elapsed.as_secs_f64() % interval_seconds;
    let wait = (phase * interval_seconds - within).rem_euclid(interval_seconds);
    let wait = Duration::from_secs_f64(wait);
    if wait < interval / 4 {
        wait + interval
    } else {
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_come_once_an_interval_at_the_pods_own_moment() {
        let interval = Duration::from_secs(40);
        let second = Duration::from_secs;
        assert_eq!(until_turn(second(0), interval, 0.5), second(20));
        assert_eq!(until_turn(second(20), interval, 0.5), second(40));
        assert_eq!(until_turn(second(15), interval, 0.5), second(45));
        assert_eq!(until_turn(second(30), interval, 0.5), second(30));
    }

    #[test]
    fn pods_are_spread_over_the_interval() {
        let phases = (0..1000).map(|number| phase(&ObjectKey::new("shop", format!("db-{number}"))));
        let first_half = phases.filter(|phase| *phase < 0.5).count();
        assert!((400..600).contains(&first_half), "{first_half}");
    }

    fn target(name: &str) -> Target {
        Target {
            pod: ObjectKey::new("shop", name),
            cluster: ObjectKey::new("shop", "orders"),
            address: [127, 0, 0, 1].into(),
            port: 9187,
            tls: false,
        }
    }

    #[test]
    fn a_pod_that_is_being_asked_is_not_due_and_one_that_is_gone_never_is() {
        let now = Instant::now();
        let mut schedule = Schedule::default();
        schedule.set(&[target("a"), target("b")], now);
        let first = schedule.take().unwrap();
        schedule.set(&[target("a"), target("b")], now);
        assert_eq!(schedule.due.len(), 1);
        schedule.set(&[target("c")], now);
        schedule.done(&first.pod, now, Duration::from_secs(30));
        let due: Vec<_> = schedule
            .waiting
            .keys()
            .map(|pod| pod.name.clone())
            .collect();
        assert_eq!(due, ["c"]);
    }
}
