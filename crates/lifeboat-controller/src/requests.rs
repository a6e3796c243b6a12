//! What others ask of the controller: runs, and silences.

use std::time::Duration;

use lifeboat_core::Silence;
use tokio::{sync::oneshot, time::timeout};

use crate::{
    controller::Controller,
    handle::{Request, SilenceRefusal},
    recorder::Record,
    silencing::{Silenced, matching},
};

/// How long somebody who makes a silence waits for the ledger. The silence holds meanwhile.
const KEPT_WITHIN: Duration = Duration::from_secs(3);

type Answer = oneshot::Sender<Result<Silenced, SilenceRefusal>>;

impl Controller {
    /// Answers somebody who asks for something.
    pub(crate) fn answer(&mut self, request: Request) {
        match request {
            Request::Run(request) => self.answer_run(request),
            Request::Silence(wish, answer) => {
                let now = (self.clock)();
                let made = self.alerting.silences_mut().make(wish, now);
                self.answer_silence(made.map_err(SilenceRefusal::from), answer);
            }
            Request::Unsilence(id, answer) => {
                let now = (self.clock)();
                let ended = self.alerting.silences_mut().end(&id, now);
                self.answer_silence(ended.ok_or(SilenceRefusal::Unknown(id)), answer);
            }
        }
    }

    /// Lets a silence take effect, and answers once it is written down. The loop doesn't wait for that.
    fn answer_silence(&mut self, silence: Result<Silence, SilenceRefusal>, answer: Answer) {
        let silence = match silence {
            // What this one would do, whoever acts next doesn't know.
            Ok(_) if !self.settings.mandate.holds() => Err(SilenceRefusal::Stopping),
            silence => silence,
        };
        let silence = match silence {
            Ok(silence) => silence,
            Err(refusal) => {
                // Whoever asked may have gone.
                let _ = answer.send(Err(refusal));
                return;
            }
        };
        self.recorder.record(Record::Silence(silence.clone()));
        self.evaluate((self.clock)());
        let matching = matching(&silence, self.alerting.instances());
        let recorder = self.recorder.clone();
        tokio::spawn(async move {
            let is_kept = timeout(KEPT_WITHIN, recorder.flush()).await.is_ok();
            let silenced = Silenced {
                silence,
                matching,
                is_kept,
            };
            let _ = answer.send(Ok(silenced));
        });
    }
}
