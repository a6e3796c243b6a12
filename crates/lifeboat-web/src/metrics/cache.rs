//! What was rendered of a view is kept until the next view is asked for: any number of scrapers cost one rendering.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use bytes::Bytes;
use lifeboat_controller::View;

use super::{Process, Standing, TextFormat};

/// Renders views when somebody asks, each one once.
#[derive(Debug)]
pub struct ExpositionCache {
    compatibility: bool,
    newest: Mutex<Option<Arc<Exposition>>>,
}

/// The exposition of one view. Each format is rendered when it is first asked for.
#[derive(Debug)]
pub struct Exposition {
    view: Arc<View>,
    compatibility: bool,
    open_metrics: Rendering,
    plain: Rendering,
}

/// One format of an exposition.
#[derive(Debug, Default)]
struct Rendering {
    text: OnceLock<Result<Bytes, fmt::Error>>,
    /// The memory of the view before, to write into: getting a hundred megabytes anew from the
    /// kernel would take as long as filling them.
    spare: Mutex<String>,
}

impl Default for ExpositionCache {
    fn default() -> Self {
        Self::new(true)
    }
}

impl ExpositionCache {
    /// Renders with the names that others gave to what Lifeboat knows too, or without them.
    #[must_use]
    pub fn new(compatibility: bool) -> Self {
        Self {
            compatibility,
            newest: Mutex::default(),
        }
    }

    /// The exposition of a view: the one that is there already, if it is of this view.
    #[must_use]
    pub fn of(&self, view: Arc<View>) -> Arc<Exposition> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = newest.as_ref()
            && kept.view.generation == view.generation
        {
            return Arc::clone(kept);
        }
        // Whoever still sends the former one keeps it.
        let former = newest.take().and_then(Arc::into_inner);
        let (open_metrics, plain) = former
            .map(|former| (former.open_metrics.reuse(), former.plain.reuse()))
            .unwrap_or_default();
        let exposition = Arc::new(Exposition {
            view,
            compatibility: self.compatibility,
            open_metrics,
            plain,
        });
        *newest = Some(Arc::clone(&exposition));
        exposition
    }
}

impl Exposition {
    /// The view's part in a format. Takes as long as rendering takes, and longest for whoever comes
    /// first; not to be called where nothing may block.
    pub fn view_part(&self, format: TextFormat) -> Result<Bytes, fmt::Error> {
        let rendering = match format {
            TextFormat::OpenMetrics => &self.open_metrics,
            TextFormat::Plain => &self.plain,
        };
        let render = || {
            let mut spare = rendering
                .spare
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let text = std::mem::take(&mut *spare);
            super::view_part(&self.view, format, self.compatibility, text).map(Bytes::from)
        };
        rendering.text.get_or_init(render).clone()
    }
}

impl Rendering {
    /// A rendering to come in the memory of this one.
    fn reuse(self) -> Self {
        let former = self.text.into_inner().and_then(Result::ok);
        let memory = former.and_then(|text| text.try_into_mut().ok());
        let mut bytes = memory.map(Vec::from).unwrap_or_default();
        bytes.clear();
        Self {
            text: OnceLock::new(),
            // Nothing is valid text.
            spare: Mutex::new(String::from_utf8(bytes).unwrap_or_default()),
        }
    }
}

impl TextFormat {
    /// What follows the view's part: this Lifeboat beside others, the process, and the end.
    pub fn process_part(self, standing: &Standing, process: &Process) -> Result<Bytes, fmt::Error> {
        super::process_part(standing, process, self).map(Bytes::from)
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
    fn a_new_view_is_rendered_into_the_memory_of_the_one_before_once_nobody_sends_that() {
        let cache = ExpositionCache::default();
        let first = cache.of(view(1)).view_part(TextFormat::Plain).unwrap();
        let other = cache.of(view(2)).view_part(TextFormat::Plain).unwrap();
        let (memory, kept) = (other.as_ptr(), first.clone());
        assert_ne!(first.as_ptr(), memory);
        drop(other);
        let third = cache.of(view(3)).view_part(TextFormat::Plain).unwrap();
        assert_eq!(third.as_ptr(), memory);
        assert_eq!(first, kept);
    }

    #[test]
    fn nothing_is_rendered_before_somebody_asks_and_a_new_view_is_rendered_anew() {
        let cache = ExpositionCache::default();
        let first = cache.of(view(1));
        assert!(first.open_metrics.text.get().is_none() && first.plain.text.get().is_none());
        first.view_part(TextFormat::OpenMetrics).unwrap();
        assert!(first.plain.text.get().is_none());
        assert!(!Arc::ptr_eq(&first, &cache.of(view(2))));
    }
}
