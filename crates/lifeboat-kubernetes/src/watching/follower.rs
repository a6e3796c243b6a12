//! Follows one collection of the API: lists it once, then watches, and goes on from where it was.
//!
//! kube has a watcher of its own, which this does not use: it keeps bookmarks and the success of a
//! reconnection to itself, so that nobody could tell "nothing happens" from "nobody answers"; one
//! object that can't be decoded fails its whole list; and a 410 as the answer to a watch is tried
//! again for ever. The protocol is the same: list in pages, watch from the list's resource version
//! with bookmarks, after an interruption go on from the last version seen, and list anew only if
//! the server says that this version is too old.

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
/// How long a page may take.
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

enum State<K> {
    Listing {
        next: Option<String>,
        present: BTreeSet<ObjectKey>,
    },
    Resuming {
        version: String,
    },
    Watching {
        version: String,
        since: Instant,
        stream: BoxStream<'static, kube::Result<WatchEvent<Received<K>>>>,
    },
}

impl<K> State<K> {
    fn begin() -> Self {
        Self::Listing {
            next: None,
            present: BTreeSet::new(),
        }
    }
}

/// Follows one collection; [`Follower::next`] never ends.
pub(super) struct Follower<K> {
    client: Client,
    collection: Collection,
    state: State<K>,
    news: VecDeque<Change<K>>,
    backoff: Backoff,
    pause: Option<Duration>,
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
            state: State::begin(),
            news: VecDeque::new(),
            backoff: Backoff::default(),
            pause: None,
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
            self.state = match std::mem::replace(&mut self.state, State::begin()) {
                State::Listing { next, present } => self.list(next, present).await,
                State::Resuming { version } => self.resume(version).await,
                State::Watching {
                    version,
                    since,
                    stream,
                } => self.hear(version, since, stream).await,
            };
        }
    }

    async fn list(&mut self, next: Option<String>, mut present: BTreeSet<ObjectKey>) -> State<K> {
        let page = match timeout(LIST_TIMEOUT, self.page(next)).await {
            Ok(Ok(page)) => page,
            Ok(Err(loss)) => {
                // A list that took so long that its pages are no longer known begins anew, and
                // that is no news.
                if loss.reason == LossReason::Outdated {
                    self.pause = Some(self.backoff.next(fastrand::f64()));
                } else {
                    self.lost(loss);
                }
                return State::begin();
            }
            Err(_) => {
                self.lost(no_answer(&self.collection.permission("list"), LIST_TIMEOUT));
                return State::begin();
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
            return State::begin();
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

    async fn resume(&mut self, version: String) -> State<K> {
        let permission = self.collection.permission("watch");
        let parameters = WatchParams {
            label_selector: self.collection.label_selector.clone(),
            field_selector: self.collection.field_selector.clone(),
            timeout: Some(fastrand::u32(WATCH_SECONDS)),
            bookmarks: true,
            ..WatchParams::default()
        };
        let request = Request::new(&self.collection.path);
        let request = if self.collection.metadata_only {
            request.watch_metadata(&parameters, &version)
        } else {
            request.watch(&parameters, &version)
        };
        let request = match request {
            Ok(request) => request,
            Err(error) => {
                self.lost(garbled(&error));
                return State::begin();
            }
        };
        match timeout(START_TIMEOUT, self.client.request_events(request)).await {
            Ok(Ok(stream)) => {
                self.in_touch();
                State::Watching {
                    version,
                    since: Instant::now(),
                    stream: stream.boxed(),
                }
            }
            Ok(Err(error)) => {
                let loss = failure::judge(&error, &permission);
                self.failed(loss, version)
            }
            Err(_) => {
                self.lost(no_answer(&permission, START_TIMEOUT));
                State::Resuming { version }
            }
        }
    }

    async fn hear(
        &mut self,
        version: String,
        since: Instant,
        mut stream: BoxStream<'static, kube::Result<WatchEvent<Received<K>>>>,
    ) -> State<K> {
        let heard = timeout(SILENCE, stream.next()).await;
        let watching = |version| State::Watching {
            version,
            since,
            stream,
        };
        match heard {
            Ok(Some(Ok(WatchEvent::Added(item) | WatchEvent::Modified(item)))) => {
                self.backoff.reset();
                let version = item.resource_version.clone().unwrap_or(version);
                self.news.push_back(Change::Applied(item));
                watching(version)
            }
            Ok(Some(Ok(WatchEvent::Deleted(item)))) => {
                self.backoff.reset();
                self.news.push_back(Change::Deleted(item.key));
                watching(item.resource_version.unwrap_or(version))
            }
            Ok(Some(Ok(WatchEvent::Bookmark(bookmark)))) => {
                self.backoff.reset();
                watching(bookmark.metadata.resource_version)
            }
            Ok(Some(Ok(WatchEvent::Error(status)) | Err(kube::Error::Api(status)))) => {
                self.refused(&status, version)
            }
            // A line that is no event: nothing says what was in it, so only a list can tell.
            Ok(Some(Err(error @ kube::Error::SerdeError(_)))) => {
                self.lost(garbled(&error));
                State::begin()
            }
            // The end, an interruption, or silence. Whether the server is there shows at once.
            Ok(None | Some(Err(_))) | Err(_) => {
                if since.elapsed() < SHORT {
                    self.pause = Some(self.backoff.next(fastrand::f64()));
                } else {
                    self.backoff.reset();
                }
                State::Resuming { version }
            }
        }
    }

    /// An error that the server sent within a watch.
    fn refused(&mut self, status: &Status, version: String) -> State<K> {
        let loss = failure::judge_status(status, &self.collection.permission("watch"));
        self.failed(loss, version)
    }

    /// An attempt to go on from a version failed.
    fn failed(&mut self, loss: Loss, version: String) -> State<K> {
        let reason = loss.reason;
        if reason == LossReason::Outdated {
            self.pause = Some(self.backoff.next(fastrand::f64()));
            return State::begin();
        }
        self.lost(loss);
        let suspect = reason == LossReason::Refused && self.backoff.failures() >= SUSPECT_VERSION;
        // A kind that is no longer served has no objects to go on with.
        if suspect || reason == LossReason::NotServed {
            State::begin()
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
