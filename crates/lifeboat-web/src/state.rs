//! What every request can reach.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use jiff::Timestamp;
use lifeboat_controller::{Handle, View};

use crate::{
    api::AsOf,
    history::RunHistory,
    metrics::Standing,
    standby::{Standby, StandsBy},
};

/// What every request can reach. Cheap to clone.
#[derive(Clone)]
pub struct State {
    /// Not there yet while this Lifeboat stands by.
    serving: Arc<OnceLock<Serving>>,
    /// None where no other Lifeboat could lead.
    standby: Option<Arc<dyn Fn() -> Standby + Send + Sync>>,
    pub(crate) compatibility_metrics: bool,
    pub(crate) api_token: Option<Arc<ApiToken>>,
    clock: fn() -> Timestamp,
}

/// What there is to ask of a Lifeboat that does its work.
pub(crate) struct Serving {
    pub(crate) handle: Handle,
    pub(crate) history: Arc<dyn RunHistory>,
}

impl State {
    /// Joins the controller's door, the runs of the past and a clock. Without a token, only this
    /// machine itself may start runs.
    #[must_use]
    pub fn new(
        handle: Handle,
        history: Arc<dyn RunHistory>,
        api_token: Option<ApiToken>,
        clock: fn() -> Timestamp,
    ) -> Self {
        let state = Self::unserved(None, api_token, clock);
        state.serve(handle, history);
        state
    }

    /// The state of a Lifeboat that stands by until [`State::serve`]: till then it answers for itself
    /// only, and names the one that leads, which `standby` knows.
    #[must_use]
    pub fn standing_by(
        standby: impl Fn() -> Standby + Send + Sync + 'static,
        api_token: Option<ApiToken>,
        clock: fn() -> Timestamp,
    ) -> Self {
        Self::unserved(Some(Arc::new(standby)), api_token, clock)
    }

    fn unserved(
        standby: Option<Arc<dyn Fn() -> Standby + Send + Sync>>,
        api_token: Option<ApiToken>,
        clock: fn() -> Timestamp,
    ) -> Self {
        Self {
            serving: Arc::default(),
            standby,
            compatibility_metrics: true,
            api_token: api_token.map(Arc::new),
            clock,
        }
    }

    /// From now on there is something to ask. Nothing changes that again.
    pub fn serve(&self, handle: Handle, history: Arc<dyn RunHistory>) {
        // Whoever serves already goes on.
        let _ = self.serving.set(Serving { handle, history });
    }

    /// What there is to ask, or who is to be asked instead.
    pub(crate) fn serving(&self) -> Result<&Serving, StandsBy> {
        self.serving.get().ok_or_else(|| {
            let standby = self.standby.as_ref().map(|standby| standby());
            StandsBy(standby.unwrap_or(Standby::TakingOver))
        })
    }

    /// Whether this Lifeboat leads, if others could.
    pub(crate) fn standing(&self) -> Standing {
        Standing {
            leads: self.standby.is_some().then(|| self.serving.get().is_some()),
        }
    }

    /// Whether metrics are written under the names too that others gave them. They are, unless this
    /// says otherwise.
    #[must_use]
    pub fn compatibility_metrics(mut self, on: bool) -> Self {
        self.compatibility_metrics = on;
        self
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The newest view, and its age.
    pub(crate) fn view(&self) -> Result<(Arc<View>, AsOf), StandsBy> {
        let view = self.serving()?.handle.view();
        let as_of = AsOf::new(view.at, (self.clock)());
        Ok((view, as_of))
    }
}

impl fmt::Debug for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("State").finish_non_exhaustive()
    }
}

/// The secret that lets a client start runs. It is never shown.
pub struct ApiToken(Vec<u8>);

impl ApiToken {
    /// Takes a token, without the blanks and line ends around it; none if nothing is left.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.as_bytes().to_vec()))
    }

    /// Whether a client has shown the same token. Takes the same time wherever they differ.
    #[must_use]
    pub fn is(&self, shown: &str) -> bool {
        verify_slices_are_equal(&self.0, shown.as_bytes()).is_ok()
    }
}

impl fmt::Debug for ApiToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ApiToken(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_the_token() {
        let token = ApiToken::new("secret\n").unwrap();
        assert!(token.is("secret"));
        for wrong in ["", "s", "secre", "secrets", "Secret", "secret\n"] {
            assert!(!token.is(wrong), "{wrong:?}");
        }
        assert!(!format!("{token:?}").contains("secret"));
    }

    #[test]
    fn an_empty_file_holds_no_token() {
        assert!(ApiToken::new(" \n").is_none());
    }
}
