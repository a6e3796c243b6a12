//! A term of leading: how long it lasts, for whoever asks, at any moment and from any thread.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lifeboat_controller::Mandate;
use tokio_util::sync::CancellationToken;

use super::{
    LEAVE_DEADLINE, LeadingError, RENEW_DEADLINE,
    monotonic::{self, Moment},
};

/// How long after a loss one that isn't gone by then is ended.
const LEAVES_WITHIN: Duration = LEAVE_DEADLINE.saturating_sub(RENEW_DEADLINE);

/// A term of leading. Once it is over, it is over.
#[derive(Debug)]
pub struct Term {
    course: Mutex<Course>,
    ended: CancellationToken,
    place: String,
}

#[derive(Debug)]
struct Course {
    /// The moment before the last renewal that succeeded was asked for.
    renewed_at: Moment,
    /// Why the last renewal failed, if it did.
    trouble: Option<String>,
    lost: Option<(Moment, LeadingError)>,
    /// Given back in order: nothing is left to watch over.
    resigned: bool,
}

impl Term {
    pub(super) fn begin(asked_at: Moment, place: String) -> Arc<Self> {
        Arc::new(Self {
            course: Mutex::new(Course {
                renewed_at: asked_at,
                trouble: None,
                lost: None,
                resigned: false,
            }),
            ended: CancellationToken::new(),
            place,
        })
    }

    /// The right to act for as long as this lasts.
    #[must_use]
    pub fn mandate(self: &Arc<Self>) -> Mandate {
        let term = Arc::clone(self);
        Mandate::new(Arc::new(move || term.holds()), self.ended.clone())
    }

    /// Why it was lost, if it was.
    #[must_use]
    pub fn lost(&self) -> Option<LeadingError> {
        self.course().loss(monotonic::now(), &self.place)
    }

    /// Why the process must end now: it was lost, and the time to stop what was under way is over too.
    #[must_use]
    pub fn overdue(&self) -> Option<LeadingError> {
        let now = monotonic::now();
        let course = self.course();
        let loss = course.loss(now, &self.place)?;
        let lost_at = course.lost.as_ref().map(|(at, _)| *at);
        let leave_at = lost_at.map_or(Moment::MAX, |at| at.saturating_add(LEAVES_WITHIN));
        let leave_at = leave_at.min(course.renewed_at.saturating_add(LEAVE_DEADLINE));
        (now >= leave_at && !course.resigned).then_some(loss)
    }

    pub(super) fn holds(&self) -> bool {
        let course = self.course();
        !course.resigned && course.loss(monotonic::now(), &self.place).is_none()
    }

    /// How long it lasts if it isn't renewed.
    pub(super) fn left(&self) -> Duration {
        let deadline = self.course().renewed_at.saturating_add(RENEW_DEADLINE);
        deadline.saturating_sub(monotonic::now())
    }

    /// It was renewed, by a request that was begun at a moment. What was over by the time of the answer
    /// stays so.
    pub(super) fn renew(&self, asked_at: Moment) {
        let mut course = self.course();
        if course.loss(monotonic::now(), &self.place).is_none() {
            course.renewed_at = asked_at;
            course.trouble = None;
        }
    }

    /// A renewal failed. Tells whether that is news.
    pub(super) fn note_trouble(&self, error: &str) -> bool {
        self.course().trouble.replace(error.to_owned()).is_none()
    }

    /// It is over.
    pub(super) fn lose(&self, error: LeadingError) {
        let mut course = self.course();
        course.lost.get_or_insert((monotonic::now(), error));
        drop(course);
        self.ended.cancel();
    }

    /// It is given back: nothing more is to be done in its name.
    pub(super) fn resign(&self) {
        self.course().resigned = true;
        self.ended.cancel();
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Course {
    fn loss(&self, now: Moment, place: &str) -> Option<LeadingError> {
        if let Some((_, error)) = &self.lost {
            return Some(error.clone());
        }
        let deadline = self.renewed_at.saturating_add(RENEW_DEADLINE);
        (now >= deadline).then(|| LeadingError::NotRenewed {
            place: place.to_owned(),
            error: self.trouble.clone().unwrap_or_else(|| {
                "this process did not get to it: it was stopped, or its machine was".to_owned()
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A term that was renewed so many seconds ago.
    fn renewed_before(seconds: u64) -> Arc<Term> {
        let asked_at = monotonic::now().saturating_sub(Duration::from_secs(seconds));
        Term::begin(asked_at, "shop/lifeboat".to_owned())
    }

    #[test]
    fn a_term_holds_until_its_deadline_and_then_is_over_for_good() {
        let term = renewed_before(6);
        assert!(term.mandate().holds());
        assert_eq!(term.overdue(), None);

        let term = renewed_before(9);
        assert!(!term.mandate().holds());
        assert!(matches!(term.lost(), Some(LeadingError::NotRenewed { .. })));
        // What is under way may still stop.
        assert_eq!(term.overdue(), None);
        // An answer that comes late renews nothing.
        term.renew(monotonic::now());
        assert!(!term.mandate().holds());
    }

    #[test]
    fn whoever_was_stopped_for_long_is_overdue_at_once() {
        let term = renewed_before(30);
        assert!(!term.mandate().holds());
        assert!(term.overdue().is_some());
    }

    #[test]
    fn a_renewal_in_time_counts_from_when_it_was_asked_for() {
        let term = renewed_before(7);
        term.renew(monotonic::now().saturating_sub(Duration::from_secs(2)));
        assert!(term.mandate().holds());
        assert!(term.left() <= Duration::from_secs(6));
    }

    #[test]
    fn one_that_was_taken_is_over_and_one_that_was_given_back_is_no_loss() {
        let term = renewed_before(0);
        let taken = LeadingError::Taken {
            place: "shop/lifeboat".to_owned(),
            holder: "other".to_owned(),
        };
        term.lose(taken.clone());
        assert!(!term.mandate().holds());
        assert_eq!(term.lost(), Some(taken));

        let term = renewed_before(0);
        term.resign();
        assert!(!term.mandate().holds());
        assert_eq!((term.lost(), term.overdue()), (None, None));
        let term = renewed_before(30);
        term.resign();
        assert_eq!(term.overdue(), None);
    }
}
