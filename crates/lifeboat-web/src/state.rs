//! What every request can reach.

use std::{fmt, sync::Arc};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use jiff::Timestamp;
use lifeboat_controller::{Handle, View};

use crate::{api::AsOf, history::RunHistory, metrics::ExpositionCache};

/// What every request can reach. Cheap to clone.
#[derive(Clone)]
pub struct State {
    pub(crate) handle: Handle,
    pub(crate) history: Arc<dyn RunHistory>,
    pub(crate) expositions: Arc<ExpositionCache>,
    pub(crate) api_token: Option<Arc<ApiToken>>,
    clock: fn() -> Timestamp,
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
        Self {
            handle,
            history,
            expositions: Arc::default(),
            api_token: api_token.map(Arc::new),
            clock,
        }
    }

    /// Whether metrics are written under the names too that others gave them. They are, unless this
    /// says otherwise.
    #[must_use]
    pub fn compatibility_metrics(mut self, on: bool) -> Self {
        self.expositions = Arc::new(ExpositionCache::new(on));
        self
    }

    /// The newest view, and its age.
    pub(crate) fn view(&self) -> (Arc<View>, AsOf) {
        let view = self.handle.view();
        let as_of = AsOf::new(view.at, (self.clock)());
        (view, as_of)
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
