//! The real server on a loopback port, with a controller made of a view and a function.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    thread::JoinHandle,
};

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::check_silence;
use lifeboat_controller::{
    Begun, Handle, Refusal, Request, RunRequest, SilenceRefusal, SilenceWish, Silenced, View,
};
use lifeboat_core::{AlertState, Incident, Run, RunId, Silence};
use lifeboat_web::{
    ApiToken, HistoryError, RunHistory, State,
    api::{IncidentQuery, RunQuery},
    serve,
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
};
use tokio_util::sync::CancellationToken;

/// Answers a request for a run, and may publish views.
pub(crate) type Answer =
    Box<dyn FnMut(&RunRequest, &watch::Sender<Arc<View>>) -> Result<RunId, Refusal> + Send>;

/// How a server is to be.
pub(crate) struct Builder {
    view: View,
    clock: fn() -> Timestamp,
    token: Option<&'static str>,
    answer: Answer,
    history: Past,
    compatibility: bool,
}

/// A server that runs until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) views: watch::Sender<Arc<View>>,
    pub(crate) shutdown: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

/// The runs of the past, or none if they can't be read.
pub(crate) struct Past(pub(crate) Mutex<Option<Vec<Run>>>);

#[async_trait::async_trait]
impl RunHistory for Past {
    async fn runs(&self, query: &RunQuery) -> Result<Vec<Run>, HistoryError> {
        let runs = self.0.lock().unwrap().clone();
        let runs = runs.ok_or_else(|| HistoryError("database is locked".into()))?;
        let fits = |run: &Run| {
            query.run.as_ref().is_none_or(|id| *id == run.id)
                && query.asset.as_ref().is_none_or(|id| *id == run.asset)
                && query.operation.is_none_or(|wanted| wanted == run.operation)
                && query
                    .outcome
                    .is_none_or(|wanted| Some(wanted) == run.outcome())
                && query.since.is_none_or(|since| run.started_at >= since)
        };
        let mut runs: Vec<Run> = runs.into_iter().filter(fits).collect();
        runs.sort_by_key(|run| std::cmp::Reverse(run.started_at));
        runs.truncate(query.limit() as usize);
        Ok(runs)
    }

    /// Two about an asset called `edge`, if there are any.
    async fn incidents(&self, query: &IncidentQuery) -> Result<Vec<Incident>, HistoryError> {
        self.runs(&RunQuery::default()).await?;
        let over = super::alert("edge", AlertState::Resolved);
        let mut before = Incident::of(&over).unwrap();
        before.fired_at -= SignedDuration::from_hours(48);
        before.condition_since -= SignedDuration::from_hours(49);
        before.resolved_at = Some(before.fired_at + SignedDuration::from_hours(2));
        let going_on = Incident::of(&super::alert("edge", AlertState::Firing)).unwrap();
        let fits = |incident: &Incident| {
            query
                .alert
                .as_ref()
                .is_none_or(|alert| *alert == incident.key.alert)
                && query
                    .asset
                    .as_ref()
                    .is_none_or(|asset| *asset == incident.key.asset)
                && (query.unresolved != Some(true) || incident.resolved_at.is_none())
                && query.since.is_none_or(|since| incident.fired_at >= since)
        };
        let mut incidents = vec![going_on, before];
        incidents.retain(fits);
        incidents.truncate(query.limit() as usize);
        Ok(incidents)
    }
}

/// Starts what is known and not running.
fn start(request: &RunRequest, views: &watch::Sender<Arc<View>>) -> Result<RunId, Refusal> {
    let view = Arc::clone(&views.borrow());
    let Some(asset) = view.asset(&request.asset) else {
        return Err(Refusal::UnknownAsset(request.asset.clone()));
    };
    let history = asset.asset.history.operation(request.operation);
    match history.and_then(|history| history.running.as_ref()) {
        Some(run) => Err(Refusal::Running {
            asset: request.asset.clone(),
            operation: request.operation,
            since: run.started_at,
        }),
        None => Ok(RunId("backup-20261121-100000-7f3a".to_owned())),
    }
}

/// Makes a silence as a controller would, but for its name.
fn silence(
    wish: SilenceWish,
    views: &watch::Sender<Arc<View>>,
) -> Result<Silenced, SilenceRefusal> {
    let now = super::now();
    let silence = Silence {
        id: "silence-20261121-100000".to_owned(),
        matchers: wish.matchers,
        starts_at: wish.starts_at.unwrap_or(now),
        ends_at: wish.ends_at.unwrap_or(now + Silence::DEFAULT_LENGTH),
        comment: wish.comment,
        created_by: wish.created_by,
        created_at: now,
    };
    check_silence(&silence, now)?;
    publish(views, vec![silence.clone()]);
    Ok(silenced(silence))
}

/// Ends the silence that there is.
fn unsilence(id: String, views: &watch::Sender<Arc<View>>) -> Result<Silenced, SilenceRefusal> {
    let known = views.borrow().silences.first().cloned();
    let known = known.filter(|silence| silence.id == id);
    let ended = known
        .ok_or(SilenceRefusal::Unknown(id))?
        .ended(super::now());
    publish(views, vec![ended.clone()]);
    Ok(silenced(ended))
}

fn publish(views: &watch::Sender<Arc<View>>, silences: Vec<Silence>) {
    let mut view = View::clone(&views.borrow());
    view.silences = Arc::new(silences);
    views.send_replace(Arc::new(view));
}

const fn silenced(silence: Silence) -> Silenced {
    Silenced {
        silence,
        matching: 1,
        is_kept: true,
    }
}

impl Server {
    pub(crate) fn of(view: View) -> Builder {
        let runs = view.assets.iter().flat_map(|view| {
            let histories = view.asset.history.operations.values();
            histories.flat_map(|history| [&history.last, &history.running])
        });
        let runs = runs.flatten().map(|run| (**run).clone()).collect();
        Builder {
            view,
            clock: super::now,
            token: None,
            answer: Box::new(start),
            history: Past(Mutex::new(Some(runs))),
            compatibility: true,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Builder {
    /// The server's clock shows five minutes more than the view.
    pub(crate) fn stale(self) -> Self {
        let clock = || super::now() + SignedDuration::from_mins(5);
        Self { clock, ..self }
    }

    pub(crate) fn token(self, token: &'static str) -> Self {
        let token = Some(token);
        Self { token, ..self }
    }

    pub(crate) fn answering(self, answer: Answer) -> Self {
        Self { answer, ..self }
    }

    /// The names that others gave are left out.
    pub(crate) fn without_compatibility(self) -> Self {
        let compatibility = false;
        Self {
            compatibility,
            ..self
        }
    }

    /// The ledger can't be read.
    pub(crate) fn without_history(self) -> Self {
        let history = Past(Mutex::new(None));
        Self { history, ..self }
    }

    /// Serves on a thread and a runtime of its own, so that a test may block its own thread.
    pub(crate) fn start(self) -> Server {
        let shutdown = CancellationToken::new();
        let (views, view) = watch::channel(Arc::new(self.view));
        let (told, address) = std::sync::mpsc::channel();
        let (stop, publisher, mut answer) = (shutdown.clone(), views.clone(), self.answer);
        let (requests, mut asked) = mpsc::channel::<Request>(8);
        let token = self.token.and_then(ApiToken::new);
        let state = State::new(
            Handle::new(view, requests),
            Arc::new(self.history),
            token,
            self.clock,
        )
        .compatibility_metrics(self.compatibility);
        let controller = async move {
            while let Some(request) = asked.recv().await {
                // A client that left doesn't care.
                match request {
                    Request::Run(request) => {
                        let answered = answer(&request, &publisher).map(Begun::Run);
                        let _: Result<(), _> = oneshot::Sender::send(request.answer, answered);
                    }
                    Request::Silence(wish, answer) => {
                        let _: Result<(), _> = answer.send(silence(wish, &publisher));
                    }
                    Request::Unsilence(id, answer) => {
                        let _: Result<(), _> = answer.send(unsilence(id, &publisher));
                    }
                }
            }
        };
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                told.send(listener.local_addr().unwrap()).unwrap();
                tokio::spawn(controller);
                serve(listener, state, stop).await.unwrap();
            });
            runtime.shutdown_background();
        });
        Server {
            address: address.recv().unwrap(),
            views,
            shutdown,
            thread: Some(thread),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown.cancel();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.unwrap();
            }
        }
    }
}
