//! The controller's door: what others may read of it, and what they may ask of it.

use std::sync::Arc;

use jiff::Timestamp;
use lifeboat_alerts::SilenceError;
use lifeboat_core::{AssetId, Operation, RunId, SmallMap};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    silencing::{SilenceWish, Silenced},
    trigger::{Trigger, TriggerError, Wish},
    view::View,
};

/// Reads the controller's newest view and asks for runs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Handle {
    view: watch::Receiver<Arc<View>>,
    requests: mpsc::Sender<Request>,
}

/// Something asked of the controller.
#[derive(Debug)]
pub enum Request {
    /// To begin a run.
    Run(RunRequest),
    /// To make a silence. Answers with it once it is written down, or when that takes too long.
    Silence(
        SilenceWish,
        oneshot::Sender<Result<Silenced, SilenceRefusal>>,
    ),
    /// To end the silence of an identity.
    Unsilence(String, oneshot::Sender<Result<Silenced, SilenceRefusal>>),
}

/// A run that somebody asks for.
#[derive(Debug)]
pub struct RunRequest {
    /// The asset to work on.
    pub asset: AssetId,
    /// What to do.
    pub operation: Operation,
    /// Takes the answer: what was begun, or why nothing was.
    pub answer: oneshot::Sender<Result<Begun, Refusal>>,
}

/// What the controller did about a request.
#[derive(Debug)]
pub enum Begun {
    /// It began a run.
    Run(RunId),
    /// Others would carry it out: this starts it, and the asset is in these places.
    ByOthers(Arc<dyn Trigger>, Arc<SmallMap<&'static str, String>>),
}

/// Why a run that was asked for is not started.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The asset isn't known.
    #[error("there is no asset {0}")]
    UnknownAsset(AssetId),
    /// Others operate it.
    #[error("{0} is not operated by lifeboat, which only looks on")]
    NotOperated(AssetId),
    /// The same operation is under way.
    #[error("a {operation} of {asset} is running since {since}")]
    Running {
        /// The asset.
        asset: AssetId,
        /// The operation.
        operation: Operation,
        /// When it began.
        since: Timestamp,
    },
    /// Others would carry it out, and can't be made to.
    #[error(transparent)]
    ByOthers(#[from] TriggerError),
    /// The controller is about to end.
    #[error("lifeboat is stopping and starts no more runs")]
    Stopping,
}

/// Why a silence is not made or ended.
#[derive(Debug, thiserror::Error)]
pub enum SilenceRefusal {
    /// It can't work.
    #[error(transparent)]
    Wish(#[from] SilenceError),
    /// There is none of this identity.
    #[error("there is no silence {0}")]
    Unknown(String),
    /// The controller is about to end.
    #[error("lifeboat is stopping")]
    Stopping,
}

impl Handle {
    /// Joins a stream of views with someone who answers requests.
    #[must_use]
    pub const fn new(view: watch::Receiver<Arc<View>>, requests: mpsc::Sender<Request>) -> Self {
        Self { view, requests }
    }

    /// The newest view.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.borrow())
    }

    /// Waits for a view that [`Handle::changed`] has not given yet, and gives it: at the first call the
    /// newest, without waiting. None when the controller has ended.
    pub async fn changed(&mut self) -> Option<Arc<View>> {
        self.view.changed().await.ok()?;
        Some(Arc::clone(&self.view.borrow_and_update()))
    }

    /// Starts a run now, beside the schedule; with `force`, also beside one that others have under
    /// way. What others operate is started from here, so that the loop waits for none of them.
    pub async fn run_now(
        &self,
        asset: AssetId,
        operation: Operation,
        force: bool,
    ) -> Result<RunId, Refusal> {
        let (answer, answered) = oneshot::channel();
        let request = Request::Run(RunRequest {
            asset: asset.clone(),
            operation,
            answer,
        });
        self.requests
            .send(request)
            .await
            .map_err(|_| Refusal::Stopping)?;
        match answered.await.map_err(|_| Refusal::Stopping)?? {
            Begun::Run(run) => Ok(run),
            Begun::ByOthers(trigger, places) => {
                let wish = Wish {
                    asset,
                    operation,
                    force,
                    places,
                };
                Ok(trigger.start(wish).await?)
            }
        }
    }

    /// Makes a silence. It holds at once.
    pub async fn silence(&self, wish: SilenceWish) -> Result<Silenced, SilenceRefusal> {
        self.ask(|answer| Request::Silence(wish, answer)).await
    }

    /// Ends a silence. What it silenced is told at once, if it still fires.
    pub async fn unsilence(&self, id: String) -> Result<Silenced, SilenceRefusal> {
        self.ask(|answer| Request::Unsilence(id, answer)).await
    }

    async fn ask(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<Silenced, SilenceRefusal>>) -> Request,
    ) -> Result<Silenced, SilenceRefusal> {
        let (answer, answered) = oneshot::channel();
        let sent = self.requests.send(request(answer)).await;
        sent.map_err(|_| SilenceRefusal::Stopping)?;
        answered.await.map_err(|_| SilenceRefusal::Stopping)?
    }
}
