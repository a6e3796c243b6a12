//! What was rendered of a view is kept until the next view is asked for: any number of scrapers cost one rendering.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use bytes::Bytes;
use lifeboat_controller::View;

use super::{Process, TextFormat};

/// Renders views when somebody asks, each one once.
#[derive(Debug, Default)]
pub struct ExpositionCache {
    newest: Mutex<Option<Arc<Exposition>>>,
}

/// The exposition of one view. Each format is rendered when it is first asked for.
#[derive(Debug)]
pub struct Exposition {
    view: Arc<View>,
    open_metrics: OnceLock<Result<Bytes, fmt::Error>>,
    plain: OnceLock<Result<Bytes, fmt::Error>>,
}

impl ExpositionCache {
    /// The exposition of a view: the one that is there already, if it is of this view.
    #[must_use]
    pub fn of(&self, view: Arc<View>) -> Arc<Exposition> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        match newest.as_ref() {
            Some(kept) if kept.view.generation == view.generation => Arc::clone(kept),
            _ => {
                let exposition = Arc::new(Exposition {
                    view,
                    open_metrics: OnceLock::new(),
                    plain: OnceLock::new(),
                });
                *newest = Some(Arc::clone(&exposition));
                exposition
            }
        }
    }
}

impl Exposition {
    /// The view's part in a format. Takes as long as rendering takes, and longest for whoever comes
    /// first; not to be called where nothing may block.
    pub fn view_part(&self, format: TextFormat) -> Result<Bytes, fmt::Error> {
        let rendered = match format {
            TextFormat::OpenMetrics => &self.open_metrics,
            TextFormat::Plain => &self.plain,
        };
        rendered
            .get_or_init(|| super::view_part(&self.view, format).map(Bytes::from))
            .clone()
    }
}

impl TextFormat {
    /// What follows the view's part: the process, and the end.
    pub fn process_part(self, process: &Process) -> Result<Bytes, fmt::Error> {
        super::process_part(process, self).map(Bytes::from)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn view(generation: u64) -> Arc<View> {
        Arc::new(View {
            generation,
            ..View::empty(Timestamp::UNIX_EPOCH)
        })
    }

    #[test]
    fn two_scrapes_of_one_view_share_one_rendering() {
        let cache = ExpositionCache::default();
        for format in [TextFormat::OpenMetrics, TextFormat::Plain] {
            let first = cache.of(view(1)).view_part(format).unwrap();
            let second = cache.of(view(1)).view_part(format).unwrap();
            assert_eq!(first.as_ptr(), second.as_ptr());
        }
    }

    #[test]
    fn nothing_is_rendered_before_somebody_asks_and_a_new_view_is_rendered_anew() {
        let cache = ExpositionCache::default();
        let first = cache.of(view(1));
        assert!(first.open_metrics.get().is_none() && first.plain.get().is_none());
        first.view_part(TextFormat::OpenMetrics).unwrap();
        assert!(first.plain.get().is_none());
        assert!(!Arc::ptr_eq(&first, &cache.of(view(2))));
    }
}
