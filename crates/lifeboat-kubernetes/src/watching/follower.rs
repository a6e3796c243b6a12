//! Follows one collection of the API: is told once what is there, then watches, and goes on from where it was.
//!
//! kube has a watcher of its own, which this does not use: it keeps bookmarks and the success of a
//! reconnection to itself, so that nobody could tell "nothing happens" from "nobody answers"; one
//! object that can't be decoded fails its whole list; and a 410 as the answer to a watch is tried
//! again for ever. The protocol is the same: a watch that begins with all that is there, up to a bookmark
//! that says so; after an interruption go on from the last version seen, and begin anew only if the
//! server says that this version is too old. Servers before Kubernetes 1.32 can't begin a watch like
//! that: they are asked for a list in pages, which is read from etcd and takes five times as long.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use futures_util::{StreamExt, stream::BoxStream};
use kube::{
    Client,
    api::{ListParams, Request, WatchEvent, WatchParams},
    core::Status,
};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout};

use super::{
    backoff::{Backoff, jittered},
    received::{Page, Received},
};
use crate::{
    event::{Loss, LossReason},
    failure,
    objects::ObjectKey,
};

/// Objects in one answer. At some 10 KiB each, a page is a few megabytes of text.
const PAGE_SIZE: u32 = 250;
/// How long a page may take, and how long a server may be silent while it tells what is there.
const LIST_TIMEOUT: Duration = Duration::from_mins(1);
/// How long the server may take to begin a watch.
const START_TIMEOUT: Duration = Duration::from_secs(30);
/// The server is asked to end a watch after this many seconds, with some spread, so that watches
/// move on when servers are added. It is resumed at once.
const WATCH_SECONDS: std::ops::Range<u32> = 240..290;
/// API servers send a bookmark about each minute. A watch that has been silent for longer than two
/// of these is begun anew: something between here and there holds the connection without passing
/// anything on. A server that sends no bookmarks costs a resumption in this time, no list.
const SILENCE: Duration = Duration::from_secs(130);
/// A watch that ends sooner than this counts as a failed attempt, so that a server that closes each
/// at once isn't asked without pause.
const SHORT: Duration = Duration::from_secs(1);
/// Where a permission is missing, somebody has to add it: no hurry.
const FORBIDDEN_PAUSE: Duration = Duration::from_mins(1);
/// But an API server that has just started refuses everybody until it has read its roles: the pause
/// grows from here.
const FIRST_REFUSAL: Duration = Duration::from_secs(1);
/// The annotation of the bookmark after all that is there.
const INITIAL_EVENTS_END: &str = "k8s.io/initial-events-end";
/// How servers answer that don't know how to begin a watch with what is there: 400 or 422.
const UNKNOWN_PARAMETER: [u16; 2] = [400, 422];
/// Attempts to go on from a version that the server answers with an error of its own, before the
/// version itself is suspected: after a restore of etcd it may lie in the server's future.
const SUSPECT_VERSION: u32 = 3;
/// Attempts after which it is news that a kind isn't served although it should be: some ten seconds.
const PASSING_ABSENCE: u32 = 5;

/// What to follow.
#[derive(Clone, Debug)]
pub(super) struct Collection {
    /// The path of the collection.
    pub path: String,
    /// The resource with its group, for error messages, such as `jobs.batch`.
    pub resource: String,
    /// The namespace, for error messages.
    pub namespace: Option<String>,
    /// Only objects with these labels.
    pub label_selector: Option<String>,
    /// Only objects with these fields.
    pub field_selector: Option<String>,
    /// Ask for the metadata only.
    pub metadata_only: bool,
    /// How long to wait before a kind that the API doesn't serve is asked for again; absent: as
    /// after any other failure.
    pub absent_pause: Option<Duration>,
}

impl Collection {
    fn permission(&self, verb: &str) -> String {
        let name = self.field_selector.as_deref();
        let name = name.map_or(String::new(), |selector| format!(" ({selector})"));
        let place = match &self.namespace {
            Some(namespace) => format!(" in namespace {namespace}"),
            None => String::new(),
        };
        format!("{verb} {}{name}{place}", self.resource)
    }
}

/// News of a collection.
#[derive(Debug)]
pub(super) enum Change<K> {
    /// An object is there; during a list, or because it changed.
    Applied(Received<K>),
    /// An object is gone.
    Deleted(ObjectKey),
    /// The list is complete, and these are all there are.
    Listed(BTreeSet<ObjectKey>),
    /// The server answers again, or for the first time.
    InTouch,
    /// The server doesn't answer, or not as it should. Told once for each reason.
    Lost(Loss),
}

type Events<K> = BoxStream<'static, kube::Result<WatchEvent<Received<K>>>>;

enum State<K> {
    Beginning,
    Listing {
        next: Option<String>,
        present: BTreeSet<ObjectKey>,
    },
    Resuming {
        version: String,
    },
    Watching(Watching<K>),
}

/// A watch under way.
struct Watching<K> {
    /// From where another can go on.
    version: String,
    since: Instant,
    stream: Events<K>,
    /// What is there, as long as the server still tells of that.
    initial: Option<BTreeSet<ObjectKey>>,
}

/// Follows one collection; [`Follower::next`] never ends.
pub(super) struct Follower<K> {
    client: Client,
    collection: Collection,
    state: State<K>,
    news: VecDeque<Change<K>>,
    backoff: Backoff,
    pause: Option<Duration>,
    /// Whether the server can tell what is there in pages only.
    in_pages: bool,
    /// How often a permission was missing in a row.
    refusals: u32,
    /// How it is, as it was told last.
    told: Option<Result<(), Loss>>,
}

impl<K: DeserializeOwned + Clone + Send + 'static> Follower<K> {
    pub(super) fn new(client: Client, collection: Collection) -> Self {
        Self {
            client,
            collection,
            state: State::Beginning,
            news: VecDeque::new(),
            backoff: Backoff::default(),
            pause: None,
            in_pages: false,
            refusals: 0,
            told: None,
        }
    }

    /// Waits for the next piece of news. If dropped before it is there, the follower is spent.
    pub(super) async fn next(&mut self) -> Change<K> {
        loop {
            if let Some(change) = self.news.pop_front() {
                return change;
            }
            if let Some(pause) = self.pause.take() {
                tokio::time::sleep(pause).await;
            }
            self.state = match std::mem::replace(&mut self.state, State::Beginning) {
                State::Beginning if self.in_pages => self.list(None, BTreeSet::new()).await,
                State::Beginning => self.begin().await,
                State::Listing { next, present } => self.list(next, present).await,
                State::Resuming { version } => self.resume(version).await,
                State::Watching(watching) => self.hear(watching).await,
            };
        }
    }

    /// Begins a watch that tells first what is there.
    async fn begin(&mut self) -> State<K> {
        match self.watch("", WatchParams::initial_events).await {
            Ok(Ok(stream)) => State::Watching(Watching {
                version: String::new(),
                since: Instant::now(),
                stream,
                initial: Some(BTreeSet::new()),
            }),
            Ok(Err(kube::Error::Api(status))) if UNKNOWN_PARAMETER.contains(&status.code) => {
                self.in_pages = true;
                State::Beginning
            }
            Ok(Err(error)) => {
                let loss = failure::judge(&error, &self.collection.permission("watch"));
                self.begin_anew(loss)
            }
            Err(loss) => self.begin_anew(loss),
        }
    }

    /// Only from the beginning can be gone on. That too much happened meanwhile is no news.
    fn begin_anew(&mut self, loss: Loss) -> State<K> {
        if loss.reason == LossReason::Outdated {
            self.pause = Some(self.backoff.next(fastrand::f64()));
        } else {
            self.lost(loss);
        }
        State::Beginning
    }

    async fn list(&mut self, next: Option<String>, mut present: BTreeSet<ObjectKey>) -> State<K> {
        let page = match timeout(LIST_TIMEOUT, self.page(next)).await {
            Ok(Ok(page)) => page,
            // It may have taken so long that its pages are no longer known.
            Ok(Err(loss)) => return self.begin_anew(loss),
            Err(_) => {
                let permission = self.collection.permission("list");
                return self.begin_anew(no_answer(&permission, LIST_TIMEOUT));
            }
        };
        self.in_touch();
        for item in page.items.unwrap_or_default() {
            present.insert(item.key.clone());
            self.news.push_back(Change::Applied(item));
        }
        let filled = |text: Option<String>| text.filter(|text| !text.is_empty());
        if let Some(next) = filled(page.metadata.next) {
            return State::Listing {
                next: Some(next),
                present,
            };
        }
        let Some(version) = filled(page.metadata.resource_version) else {
            self.lost(Loss {
                reason: LossReason::Garbled,
                error: "the list has no resource version to watch from".to_owned(),
            });
            return State::Beginning;
        };
        self.news.push_back(Change::Listed(present));
        State::Resuming { version }
    }

    async fn page(&mut self, next: Option<String>) -> Result<Page<K>, Loss> {
        let permission = self.collection.permission("list");
        let parameters = ListParams {
            label_selector: self.collection.label_selector.clone(),
            field_selector: self.collection.field_selector.clone(),
            limit: Some(PAGE_SIZE),
            continue_token: next,
            ..ListParams::default()
        };
        let request = Request::new(&self.collection.path);
        let request = if self.collection.metadata_only {
            request.list_metadata(&parameters)
        } else {
            request.list(&parameters)
        };
        let request = request.map_err(|error| garbled(&error))?;
        let text = self.client.request_text(request).await;
        let text = text.map_err(|error| failure::judge(&error, &permission))?;
        serde_json::from_str(&text).map_err(|error| garbled(&error))
    }

    /// Asks for a watch from a version on.
    async fn watch(
        &mut self,
        version: &str,
        how: fn(WatchParams) -> WatchParams,
    ) -> Result<kube::Result<Events<K>>, Loss> {
        let parameters = how(WatchParams {
            label_selector: self.collection.label_selector.clone(),
            field_selector: self.collection.field_selector.clone(),
            timeout: Some(fastrand::u32(WATCH_SECONDS)),
            bookmarks: true,
            ..WatchParams::default()
        });
        let request = Request::new(&self.collection.path);
        let request = if self.collection.metadata_only {
            request.watch_metadata(&parameters, version)
        } else {
            request.watch(&parameters, version)
        };
        let request = request.map_err(|error| garbled(&error))?;
        match timeout(START_TIMEOUT, self.client.request_events(request)).await {
            Ok(answer) => Ok(answer.map(StreamExt::boxed)),
            Err(_) => Err(no_answer(
                &self.collection.permission("watch"),
                START_TIMEOUT,
            )),
        }
    }

    async fn resume(&mut self, version: String) -> State<K> {
        match self.watch(&version, |parameters| parameters).await {
            Ok(Ok(stream)) => {
                self.in_touch();
                State::Watching(Watching {
                    version,
                    since: Instant::now(),
                    stream,
                    initial: None,
                })
            }
            Ok(Err(error)) => {
                let loss = failure::judge(&error, &self.collection.permission("watch"));
                self.failed(loss, version)
            }
            Err(loss) => {
                self.lost(loss);
                State::Resuming { version }
            }
        }
    }

    async fn hear(&mut self, mut watching: Watching<K>) -> State<K> {
        let patience = match watching.initial {
            Some(_) => LIST_TIMEOUT,
            None => SILENCE,
        };
        match timeout(patience, watching.stream.next()).await {
            Ok(Some(Ok(WatchEvent::Added(item) | WatchEvent::Modified(item)))) => {
                self.heard(&watching);
                watching.reach(item.resource_version.as_deref());
                if let Some(present) = &mut watching.initial {
                    present.insert(item.key.clone());
                }
                self.news.push_back(Change::Applied(item));
                State::Watching(watching)
            }
            Ok(Some(Ok(WatchEvent::Deleted(item)))) => {
                self.heard(&watching);
                watching.reach(item.resource_version.as_deref());
                if let Some(present) = &mut watching.initial {
                    present.remove(&item.key);
                }
                self.news.push_back(Change::Deleted(item.key));
                State::Watching(watching)
            }
            Ok(Some(Ok(WatchEvent::Bookmark(bookmark)))) => {
                let is_end = bookmark
                    .metadata
                    .annotations
                    .contains_key(INITIAL_EVENTS_END);
                let present = watching.initial.take_if(|_| is_end);
                self.heard(&watching);
                self.news.extend(present.map(Change::Listed));
                watching.reach(Some(&bookmark.metadata.resource_version));
                State::Watching(watching)
            }
            Ok(Some(Ok(WatchEvent::Error(status)) | Err(kube::Error::Api(status)))) => {
                self.refused(&status, watching)
            }
            // A line that is no event: nothing says what was in it, so only a list can tell.
            Ok(Some(Err(error @ kube::Error::SerdeError(_)))) => {
                self.lost(garbled(&error));
                State::Beginning
            }
            Ok(None | Some(Err(_))) | Err(_) if watching.initial.is_some() => {
                self.lost(Loss {
                    reason: LossReason::Unreachable,
                    error: "the connection was lost before everything was told that is there"
                        .to_owned(),
                });
                State::Beginning
            }
            // The end, an interruption, or silence. Whether the server is there shows at once.
            Ok(None | Some(Err(_))) | Err(_) => {
                if watching.since.elapsed() < SHORT {
                    self.pause = Some(self.backoff.next(fastrand::f64()));
                } else {
                    self.backoff.reset();
                }
                State::Resuming {
                    version: watching.version,
                }
            }
        }
    }

    /// The server told something. Where that is a part of what is there, the connection may break again at
    /// the same place: the pauses grow until all of it was told.
    fn heard(&mut self, watching: &Watching<K>) {
        if watching.initial.is_none() {
            self.backoff.reset();
        }
        self.in_touch();
    }

    /// An error that the server sent within a watch.
    fn refused(&mut self, status: &Status, watching: Watching<K>) -> State<K> {
        let loss = failure::judge_status(status, &self.collection.permission("watch"));
        if watching.initial.is_some() {
            self.begin_anew(loss)
        } else {
            self.failed(loss, watching.version)
        }
    }

    /// An attempt to go on from a version failed.
    fn failed(&mut self, loss: Loss, version: String) -> State<K> {
        let reason = loss.reason;
        if reason == LossReason::Outdated {
            return self.begin_anew(loss);
        }
        self.lost(loss);
        let suspect = reason == LossReason::Refused && self.backoff.failures() >= SUSPECT_VERSION;
        // A kind that is no longer served has no objects to go on with.
        if suspect || reason == LossReason::NotServed {
            State::Beginning
        } else {
            State::Resuming { version }
        }
    }

    fn in_touch(&mut self) {
        self.refusals = 0;
        if self.told != Some(Ok(())) {
            self.told = Some(Ok(()));
            self.news.push_back(Change::InTouch);
        }
    }

    fn lost(&mut self, loss: Loss) {
        let random = fastrand::f64();
        let backoff = self.backoff.next(random);
        self.refusals = match loss.reason {
            LossReason::Forbidden => self.refusals.saturating_add(1),
            _ => 0,
        };
        self.pause = Some(match (loss.reason, self.collection.absent_pause) {
            (LossReason::Forbidden, _) => {
                let doubled = FIRST_REFUSAL.saturating_mul(2_u32.saturating_pow(self.refusals - 1));
                jittered(doubled.min(FORBIDDEN_PAUSE), random)
            }
            (LossReason::NotServed, Some(pause)) => jittered(pause, random),
            _ => backoff,
        });
        let known = matches!(&self.told, Some(Err(told)) if told.reason == loss.reason);
        // A definition that was installed or removed just now: the API follows within seconds.
        let passing = loss.reason == LossReason::NotServed
            && self.collection.absent_pause.is_none()
            && self.backoff.failures() < PASSING_ABSENCE;
        if !known && !passing {
            self.told = Some(Err(loss.clone()));
            self.news.push_back(Change::Lost(loss));
        }
    }
}

impl<K> Watching<K> {
    /// Another watch can go on from here, once everything is told that was there at its beginning.
    fn reach(&mut self, version: Option<&str>) {
        if let (None, Some(version)) = (&self.initial, version) {
            version.clone_into(&mut self.version);
        }
    }
}

fn garbled(error: &dyn std::error::Error) -> Loss {
    Loss {
        reason: LossReason::Garbled,
        error: failure::chain(error),
    }
}

fn no_answer(request: &str, limit: Duration) -> Loss {
    Loss {
        reason: LossReason::Unreachable,
        error: format!("no answer to {request} within {} seconds", limit.as_secs()),
    }
}
