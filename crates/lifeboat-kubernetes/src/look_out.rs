//! The look-out: takes in what watches and exporters tell, and puts what follows where the source finds it.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::pending,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;
use lifeboat_controller::{AssetSpec, Care};
use lifeboat_core::{AssetKind, Finding, Policy, RunId, assess::Blind};
use tokio::sync::watch;

use crate::{
    Clock,
    coverage::Covering,
    event::{Event, Watch},
    instance_exporter::Reader,
    objects::{Kind, ObjectRef},
    observers::Sight,
    reporting::Subjects,
    source::Pending,
    translation::{Translated, Translation, blind},
    watching::Watches,
    world::{WatchState, World},
};

/// Events that are taken in at once before what follows is translated.
const AT_ONCE: usize = 4096;

/// Objects of these kinds matter to assets alone: nothing that concerns no single asset rests on them.
/// They are the most, and come and go the most.
const OF_ASSETS: [Kind; 3] = [Kind::Backup, Kind::Job, Kind::Pod];

pub(crate) struct LookOut {
    pub(crate) world: World,
    pub(crate) watches: Watches,
    /// An event that has to wait until what came before it is translated.
    pub(crate) held_back: Option<Event>,
    /// None where the exporters of instances are not to be read.
    pub(crate) reader: Option<Reader>,
    pub(crate) translation: Translation,
    pub(crate) clock: Clock,
    pub(crate) started_at: Timestamp,
    /// The policies of all sources.
    pub(crate) policies: watch::Receiver<Arc<Vec<Policy>>>,
    pub(crate) pending: Arc<Mutex<Pending>>,
    pub(crate) settled: watch::Sender<bool>,
    /// What the last survey rested on, beside objects; none before the first.
    pub(crate) surveyed: Option<Surveyed>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) covering: Covering,
    pub(crate) own_policies: Vec<Policy>,
    /// The objects that reports are about.
    pub(crate) subjects: Subjects,
}

/// What a survey rests on, beside objects.
#[derive(PartialEq)]
pub(crate) struct Surveyed {
    watches: BTreeMap<Watch, WatchState>,
    undecodable: BTreeMap<ObjectRef, String>,
}

/// What concerns no single asset.
struct Survey {
    findings: Vec<Finding>,
    policies: Vec<Policy>,
    blind: BTreeMap<AssetKind, Blind>,
}

impl LookOut {
    /// Looks out until it is dropped.
    pub(crate) async fn run(mut self) {
        loop {
            let (translated, survey) = tokio::select! {
                event = next(&mut self.held_back, &mut self.watches) => {
                    let Some(event) = event else { return };
                    let changed = self.take_in(event);
                    let changed: Vec<ObjectRef> = changed.into_iter().collect();
                    self.follow_pods(&changed);
                    // Before what follows can be taken, so that no later view lacks it.
                    self.subjects.note(&self.world, &changed, (self.clock)());
                    let translated =
                        self.with_sight(|translation, sight| translation.translate(sight, &changed));
                    self.look_at_coverage(&changed);
                    (translated, self.survey_after(&changed))
                }
                pods = read(self.reader.as_mut()) => {
                    let changed: Vec<ObjectRef> = pods
                        .into_iter()
                        .map(|key| ObjectRef { kind: Kind::Pod, key })
                        .collect();
                    let translated =
                        self.with_sight(|translation, sight| translation.translate(sight, &changed));
                    (translated, None)
                }
                Ok(()) = self.policies.changed() => {
                    let translated = self.with_sight(Translation::translate_all);
                    self.look_at_coverage(&[]);
                    (translated, Some(self.survey()))
                }
            };
            self.put(translated, survey);
        }
    }

    /// Takes in an event, and those that have come by now. What changed and then went must be seen as
    /// it was before it is gone: a failure that is cleaned up at once happened all the same.
    fn take_in(&mut self, first: Event) -> BTreeSet<ObjectRef> {
        let mut changed: BTreeSet<ObjectRef> = self.world.apply(first).into_iter().collect();
        for _ in 0..AT_ONCE {
            let Some(event) = self.watches.try_next() else {
                break;
            };
            if let Event::Deleted(object) = &event
                && changed.contains(object)
            {
                self.held_back = Some(event);
                break;
            }
            changed.extend(self.world.apply(event));
        }
        changed
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
        let policies = Arc::clone(&self.policies.borrow());
        let sight = Sight {
            world: &self.world,
            readings: self.reader.as_ref().map(Reader::readings),
            policies: &policies,
            now: (self.clock)(),
        };
        look(&mut self.translation, &sight)
    }

    /// Looks what is covered, if that may differ from before.
    fn look_at_coverage(&mut self, changed: &[ObjectRef]) {
        let policies = Arc::clone(&self.policies.borrow());
        let sight = Sight {
            world: &self.world,
            readings: None,
            policies: &policies,
            now: (self.clock)(),
        };
        let started_at = self.started_at;
        self.covering.look(&sight, &policies, changed, started_at);
    }

    /// What concerns no single asset, if it may differ from before.
    fn survey_after(&mut self, changed: &[ObjectRef]) -> Option<Survey> {
        let now = Surveyed {
            watches: self
                .world
                .watches()
                .map(|(watch, state)| (watch.clone(), state.clone()))
                .collect(),
            undecodable: self.world.undecodable().clone(),
        };
        let concerns = |object: &ObjectRef| !OF_ASSETS.contains(&object.kind);
        let is_same = self.surveyed.as_ref() == Some(&now) && !changed.iter().any(concerns);
        self.surveyed = Some(now);
        (!is_same).then(|| self.survey())
    }

    /// What concerns no single asset. It takes a look at the whole world, so not for a reading of
    /// exporters, on which none of it rests.
    fn survey(&mut self) -> Survey {
        let mut findings = self.with_sight(|translation, sight| translation.findings(sight));
        findings.extend_from_slice(self.covering.findings());
        findings.sort();
        Survey {
            findings,
            policies: self.with_sight(|translation, sight| translation.policies(sight)),
            blind: blind(&self.world, self.started_at),
        }
    }

    /// Puts what follows where the source finds it, and tells of it if it is news.
    fn put(&mut self, translated: Translated, survey: Option<Survey>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let mut is_news = !translated.assets.is_empty() || !translated.completed.is_empty();
        for (id, spec) in translated.assets {
            let before = pending.assets.remove(&id).flatten();
            pending
                .assets
                .insert(id, spec.map(|spec| with_ends_of(before, spec)));
        }
        pending.completed.extend(translated.completed);
        if let Some(survey) = survey {
            if survey.findings != self.findings {
                pending.findings = Some(survey.findings.clone());
                self.findings = survey.findings;
                is_news = true;
            }
            if survey.policies != self.own_policies {
                pending.policies = Some(survey.policies.clone());
                self.own_policies = survey.policies;
                is_news = true;
            }
            if let Some(news) = self.covering.take_news() {
                pending.coverage = Some(news);
                is_news = true;
            }
            if pending.blind != survey.blind {
                pending.blind = survey.blind;
                is_news = true;
            }
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

/// The event that was held back, or the next one.
async fn next(held_back: &mut Option<Event>, watches: &mut Watches) -> Option<Event> {
    match held_back.take() {
        Some(event) => Some(event),
        None => watches.next().await,
    }
}

/// An observation joined with the ended runs of one before it that nobody has taken yet: of what was
/// deleted since, that one alone tells how it ended.
fn with_ends_of(before: Option<AssetSpec>, mut spec: AssetSpec) -> AssetSpec {
    let before = before.map(|before| before.care);
    if let (Some(Care::Observed(before)), Care::Observed(now)) = (before, &mut spec.care) {
        let known: BTreeSet<RunId> = now.runs.iter().map(|run| run.id.clone()).collect();
        let ended = before.runs.into_iter().filter(|run| run.end.is_some());
        now.runs
            .extend(ended.filter(|run| !known.contains(&run.id)));
    }
    spec
}

/// The pods whose exporters were read since; never any where none are to be read.
async fn read(reader: Option<&mut Reader>) -> Vec<crate::objects::ObjectKey> {
    match reader {
        Some(reader) => reader.next().await,
        None => pending().await,
    }
}
