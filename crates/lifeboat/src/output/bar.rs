//! The progress bar of long work: bytes, rate and time left, on a terminal only.

use std::{io::IsTerminal, sync::Arc, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lifeboat_repository::Progress;
use tokio::task::JoinHandle;

/// A bar that follows an operation's counters until it is dropped.
pub(crate) struct Bar {
    bar: ProgressBar,
    follower: Option<JoinHandle<()>>,
}

const TEMPLATE: &str =
    "{prefix} {wide_bar} {binary_bytes}/{binary_total_bytes}  {binary_bytes_per_sec}  {eta} left";

impl Bar {
    /// Shows the bar on stderr, if that is a terminal.
    pub(crate) fn follow(what: &'static str, progress: &Arc<Progress>) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self {
                bar: ProgressBar::hidden(),
                follower: None,
            };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        bar.set_prefix(what);
        let (shown, progress) = (bar.clone(), Arc::clone(progress));
        let follower = tokio::spawn(async move {
            loop {
                shown.set_length(progress.total());
                shown.set_position(progress.done());
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
        Self {
            bar,
            follower: Some(follower),
        }
    }
}

/// A bar for work elsewhere, which is told how far that has come.
pub(crate) struct RemoteBar(ProgressBar);

impl RemoteBar {
    /// Shows the bar on stderr, if that is a terminal.
    pub(crate) fn show(what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style);
        }
        bar.set_prefix(what);
        Self(bar)
    }

    /// Takes how many bytes are done, of how many.
    pub(crate) fn set(&self, done: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(done);
    }
}

impl Drop for RemoteBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Some(follower) = self.follower.take() {
            follower.abort();
        }
        self.bar.finish_and_clear();
    }
}
