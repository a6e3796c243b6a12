//! A cluster as the source of assets and policies.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use lifeboat_controller::{AssetSpec, Declared, Source, Trigger};
use lifeboat_core::{AssetId, AssetKind, Coverage, Finding, Policy, assess::Blind};
use tokio::{
    sync::{Notify, watch},
    task::JoinHandle,
};

use crate::{
    Clock, ClusterName, Connection, Error,
    coverage::{self, Covering},
    event::Watch,
    instance_exporter::{Reader, Scraper, ScraperSettings},
    look_out::LookOut,
    observers::{self, CustomResources},
    reporting::{Reporter, Subjects},
    translation::Translation,
    triggering::JobTrigger,
    watching::Watches,
    world::World,
};

/// What of a cluster is looked at.
pub struct Scope {
    /// What it is called, where there may be others.
    pub cluster: ClusterName,
    /// Only these namespaces; all of them if there are none.
    pub namespaces: BTreeSet<String>,
    /// How the exporters of database instances are read; none if they are not to be.
    pub instance_exporters: Option<ScraperSettings>,
    /// Whether Jobs may be made of its CronJobs, when somebody asks for it.
    pub may_run_jobs: bool,
}

/// Declares what is seen in a cluster.
pub struct KubernetesSource {
    cluster: ClusterName,
    name: String,
    pending: Arc<Mutex<Pending>>,
    policies: watch::Sender<Arc<Vec<Policy>>>,
    settled: watch::Receiver<bool>,
    subjects: Subjects,
    trigger: Arc<JobTrigger>,
    task: JoinHandle<()>,
}

/// What was seen and not taken yet.
#[derive(Default)]
pub(crate) struct Pending {
    /// Assets as they are now; none for those that are gone.
    pub(crate) assets: BTreeMap<AssetId, Option<AssetSpec>>,
    /// Kinds that were seen as a whole for the first time.
    pub(crate) completed: BTreeSet<AssetKind>,
    /// The policies, if they changed.
    pub(crate) policies: Option<Vec<Policy>>,
    /// The findings, if they changed.
    pub(crate) findings: Option<Vec<Finding>>,
    /// What holds data and whether it is covered, if that changed, and by which policies.
    pub(crate) coverage: Option<(Arc<Coverage>, Arc<Vec<Policy>>)>,
    /// The kinds that nobody can look at.
    pub(crate) blind: BTreeMap<AssetKind, Blind>,
    /// To be told of news.
    pub(crate) news: Option<Arc<Notify>>,
}

impl KubernetesSource {
    /// Begins to watch a cluster. Must be called within a Tokio runtime.
    pub fn start(
        connection: &Connection,
        scope: &Scope,
        resources: CustomResources,
        clock: &Clock,
    ) -> Result<Self, Error> {
        let world = World::new(Watch::all(&scope.namespaces));
        let watches = Watches::start(connection, &scope.namespaces, clock)?;
        let (policies, heeded) = watch::channel(Arc::default());
        let (tell_settled, settled) = watch::channel(false);
        let reader = match &scope.instance_exporters {
            Some(settings) => {
                let scraper = Scraper::new(settings.clone(), Clock::clone(clock))?;
                Some(Reader::start(scraper))
            }
            None => None,
        };
        let started_at = clock();
        let pending = Arc::new(Mutex::new(Pending {
            blind: crate::translation::blind(&world, started_at),
            ..Pending::default()
        }));
        let subjects = Subjects::new(scope.cluster.clone());
        let look_out = LookOut {
            world,
            watches,
            held_back: None,
            reader,
            translation: Translation::new(observers::all(resources)),
            clock: Clock::clone(clock),
            started_at,
            policies: heeded,
            pending: Arc::clone(&pending),
            settled: tell_settled,
            surveyed: None,
            findings: Vec::new(),
            covering: Covering::default(),
            own_policies: Vec::new(),
            subjects: subjects.clone(),
        };
        Ok(Self {
            cluster: scope.cluster.clone(),
            name: scope.cluster.described(),
            pending,
            policies,
            settled,
            subjects,
            trigger: Arc::new(JobTrigger::new(connection.client()?, scope.may_run_jobs)),
            task: tokio::spawn(look_out.run()),
        })
    }

    /// What tells the cluster how its backups are. `instance` says in events which Lifeboat speaks,
    /// such as the name of its pod.
    pub fn reporter(&self, connection: &Connection, instance: &str) -> Result<Reporter, Error> {
        Reporter::new(connection, self.subjects.clone(), instance)
    }

    /// Waits until everything has been seen, or it is known why it can't be; tells whether that was
    /// within the limit.
    pub async fn settle(&mut self, limit: Duration) -> bool {
        let settled = self.settled.wait_for(|settled| *settled);
        matches!(tokio::time::timeout(limit, settled).await, Ok(Ok(_)))
    }
}

impl Drop for KubernetesSource {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Source for KubernetesSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn cluster(&self) -> Option<&str> {
        self.cluster.get()
    }

    fn may_declare(&self, asset: &AssetId) -> bool {
        // How a repository is, nobody sees in a cluster.
        asset.kind != AssetKind::KopiaRepository && self.cluster.inside(asset).is_some()
    }

    fn changes(&mut self, _now: Timestamp) -> Result<Option<Declared>, String> {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let assets = std::mem::take(&mut pending.assets);
        let complete = std::mem::take(&mut pending.completed);
        // Policies select what covers. What was seen without those that hold from now on would be
        // remembered as a gap; it is seen anew in a moment.
        let holds = pending.policies.is_none();
        let in_force = self.policies.borrow();
        let coverage = pending
            .coverage
            .take_if(|(_, by)| holds && Arc::ptr_eq(by, &in_force));
        let (policies, findings) = (pending.policies.take(), pending.findings.take());
        drop(pending);
        let is_nothing = policies.is_none() && findings.is_none() && coverage.is_none();
        if is_nothing && assets.is_empty() && complete.is_empty() {
            return Ok(None);
        }
        let cluster = &self.cluster;
        let mut declared = Declared {
            complete,
            policies: policies.map(|all| all.into_iter().map(|one| cluster.policy(one)).collect()),
            findings: findings.map(|all| all.into_iter().map(|one| cluster.finding(one)).collect()),
            coverage: coverage.map(|(coverage, _)| coverage::outside(coverage, cluster.get())),
            ..Declared::default()
        };
        for (id, spec) in assets {
            match spec {
                Some(spec) => declared.assets.push(cluster.spec(spec)),
                None => declared.gone.push(cluster.outside(id)),
            }
        }
        Ok(Some(declared))
    }

    fn blind(&self) -> BTreeMap<AssetKind, Blind> {
        let pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.blind.clone()
    }

    fn tell_news(&mut self, news: Arc<Notify>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        // There may have been some before.
        news.notify_one();
        pending.news = Some(news);
    }

    fn trigger(&self) -> Option<Arc<dyn Trigger>> {
        Some(Arc::clone(&self.trigger) as _)
    }

    fn heed(&mut self, policies: &[Policy]) {
        let policies = self.cluster.heeded(policies);
        self.policies.send_if_modified(|known| {
            let is_new = **known != policies;
            if is_new {
                *known = Arc::new(policies);
            }
            is_new
        });
    }
}
