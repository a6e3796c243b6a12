//! The look-out: takes in what watches and exporters tell, and puts what follows where the source finds it.

use std::{
    future::pending,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use lifeboat_core::{Finding, Policy};
use tokio::sync::watch;

use crate::{
    Clock,
    instance_exporter::Reader,
    objects::{Kind, ObjectRef},
    observers::Sight,
    reporting::Subjects,
    source::Pending,
    translation::{Translated, Translation, blind},
    watching::Watches,
    world::World,
};

/// Events that are taken in at once before what follows is translated.
const AT_ONCE: usize = 4096;

pub(crate) struct LookOut {
    pub(crate) world: World,
    pub(crate) watches: Watches,
    /// None where the exporters of instances are not to be read.
    pub(crate) reader: Option<Reader>,
    pub(crate) translation: Translation,
    pub(crate) clock: Clock,
    pub(crate) started_at: Timestamp,
    /// The policies of all sources.
    pub(crate) policies: watch::Receiver<Arc<Vec<Policy>>>,
    pub(crate) pending: Arc<Mutex<Pending>>,
    pub(crate) settled: watch::Sender<bool>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) own_policies: Vec<Policy>,
    /// The objects that reports are about.
    pub(crate) subjects: Subjects,
}

impl LookOut {
    /// Looks out until it is dropped.
    pub(crate) async fn run(mut self) {
        loop {
            let translated = tokio::select! {
                event = self.watches.next() => {
                    let Some(event) = event else { return };
                    let mut changed = self.world.apply(event);
                    for _ in 0..AT_ONCE {
                        let Some(event) = self.watches.try_next() else { break };
                        changed.extend(self.world.apply(event));
                    }
                    changed.sort();
                    changed.dedup();
                    self.follow_pods(&changed);
                    // Before what follows can be taken, so that no later view lacks it.
                    self.subjects.note(&self.world, &changed, (self.clock)());
                    self.with_sight(|translation, sight| translation.translate(sight, &changed))
                }
                pods = read(self.reader.as_mut()) => {
                    let changed: Vec<ObjectRef> = pods
                        .into_iter()
                        .map(|key| ObjectRef { kind: Kind::Pod, key })
                        .collect();
                    self.with_sight(|translation, sight| translation.translate(sight, &changed))
                }
                Ok(()) = self.policies.changed() => {
                    self.with_sight(Translation::translate_all)
                }
            };
            self.put(translated);
        }
    }

    /// Tells the reader which instances there are.
    fn follow_pods(&mut self, changed: &[ObjectRef]) {
        let concerns = |object: &ObjectRef| matches!(object.kind, Kind::Pod | Kind::Cluster);
        if let Some(reader) = &mut self.reader
            && changed.iter().any(concerns)
        {
            reader.follow(&self.world);
        }
    }

    fn with_sight<T>(&mut self, look: impl FnOnce(&mut Translation, &Sight<'_>) -> T) -> T {
        let policies = Arc::clone(&self.policies.borrow_and_update());
        let sight = Sight {
            world: &self.world,
            readings: self.reader.as_ref().map(Reader::readings),
            policies: &policies,
            now: (self.clock)(),
        };
        look(&mut self.translation, &sight)
    }

    /// Puts what follows where the source finds it, and tells of it if it is news.
    fn put(&mut self, translated: Translated) {
        let findings = self.with_sight(|translation, sight| translation.findings(sight));
        let own_policies = self.with_sight(|translation, sight| translation.policies(sight));
        let blind = blind(&self.world, self.started_at);
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_news = !translated.assets.is_empty() || !translated.completed.is_empty();
        pending.assets.extend(translated.assets);
        pending.completed.extend(translated.completed);
        if findings != self.findings {
            pending.findings = Some(findings.clone());
            self.findings = findings;
            is_news = true;
        }
        if own_policies != self.own_policies {
            pending.policies = Some(own_policies.clone());
            self.own_policies = own_policies;
            is_news = true;
        }
        if pending.blind != blind {
            pending.blind = blind;
            is_news = true;
        }
        if let Some(news) = pending.news.as_ref().filter(|_| is_news) {
            news.notify_one();
        }
        drop(pending);
        let is_settled = self.world.is_settled();
        self.settled
            .send_if_modified(|settled| !std::mem::replace(settled, is_settled) && is_settled);
    }
}

/// The pods whose exporters were read since; never any where none are to be read.
async fn read(reader: Option<&mut Reader>) -> Vec<crate::objects::ObjectKey> {
    match reader {
        Some(reader) => reader.next().await,
        None => pending().await,
    }
}
