//! Silences in the controller: made, ended, kept in the ledger, and forgotten some time after their end.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use lifeboat_alerts::{SilenceError, Silences, check_silence};
use lifeboat_core::{AlertInstance, AlertState, Matcher, Silence, SilenceState, later};
use lifeboat_ledger::Ledger;

/// For how long silences that are over are shown.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(24);

/// A silence that somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SilenceWish {
    /// What it is for.
    pub matchers: Vec<Matcher>,
    /// When it begins; at once if nobody says.
    pub starts_at: Option<Timestamp>,
    /// When it ends; if nobody says, [`Silence::DEFAULT_LENGTH`] after its beginning.
    pub ends_at: Option<Timestamp>,
    /// Why.
    pub comment: String,
    /// Who wants it.
    pub created_by: String,
}

/// A silence that was made or ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silenced {
    /// The silence.
    pub silence: Silence,
    /// How many alerts that fire or wait to fire fit it now.
    pub matching: usize,
    /// Whether the ledger has it. Where not, because the ledger is away, a restart forgets it.
    pub is_kept: bool,
}

/// Every silence that is active, to come, or lately over.
pub(crate) struct KnownSilences {
    all: Arc<Vec<Silence>>,
    compiled: Silences,
}

impl KnownSilences {
    pub(crate) async fn load(
        ledger: &Ledger,
        now: Timestamp,
    ) -> Result<Self, lifeboat_ledger::Error> {
        let all = ledger.silences(shown_since(now)).await?;
        Ok(Self {
            compiled: Silences::new(&all),
            all: Arc::new(all),
        })
    }

    pub(crate) const fn all(&self) -> &Arc<Vec<Silence>> {
        &self.all
    }

    pub(crate) const fn compiled(&self) -> &Silences {
        &self.compiled
    }

    /// Makes a silence.
    pub(crate) fn make(
        &mut self,
        wish: SilenceWish,
        now: Timestamp,
    ) -> Result<Silence, SilenceError> {
        let starts_at = wish.starts_at.unwrap_or(now);
        let silence = Silence {
            id: self.new_id(now),
            matchers: wish.matchers,
            starts_at,
            ends_at: wish
                .ends_at
                .unwrap_or_else(|| later(starts_at, Silence::DEFAULT_LENGTH)),
            comment: wish.comment,
            created_by: wish.created_by,
            created_at: now,
        };
        check_silence(&silence, now)?;
        self.change(|all| all.push(silence.clone()));
        Ok(silence)
    }

    /// Ends a silence; none if there is no such one. One that is over stays as it is.
    pub(crate) fn end(&mut self, id: &str, now: Timestamp) -> Option<Silence> {
        let known = self.all.iter().find(|silence| silence.id == id)?;
        if known.state(now) == SilenceState::Expired {
            return Some(known.clone());
        }
        let ended = known.clone().ended(now);
        self.change(|all| {
            for silence in all.iter_mut().filter(|silence| silence.id == id) {
                silence.clone_from(&ended);
            }
        });
        Some(ended)
    }

    /// Forgets those that have been over for long. The ledger knows them still.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        let since = shown_since(now);
        if self.all.iter().any(|silence| silence.ends_at <= since) {
            self.change(|all| all.retain(|silence| silence.ends_at > since));
        }
    }

    fn change(&mut self, change: impl FnOnce(&mut Vec<Silence>)) {
        change(Arc::make_mut(&mut self.all));
        self.compiled = Silences::new(&*self.all);
    }

    /// An identity that says when the silence was made, and that no other has.
    fn new_id(&self, now: Timestamp) -> String {
        let id = format!("silence-{}", now.strftime("%Y%m%d-%H%M%S"));
        let is_taken = |id: &String| self.all.iter().any(|silence| silence.id == *id);
        let further = (2_u32..).map(|number| format!("{id}-{number}"));
        let mut ids = std::iter::once(id.clone()).chain(further);
        ids.find(|id| !is_taken(id)).unwrap_or(id)
    }
}

/// How many alerts that fire or wait to fire a silence fits.
pub(crate) fn matching(silence: &Silence, instances: &[AlertInstance]) -> usize {
    let silences = Silences::new([silence]);
    let is_so = |instance: &&AlertInstance| {
        instance.state != AlertState::Resolved && silences.fit(instance)
    };
    instances.iter().filter(is_so).count()
}

fn shown_since(now: Timestamp) -> Timestamp {
    now.checked_sub(SHOWN_FOR).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn wish() -> SilenceWish {
        SilenceWish {
            matchers: vec!["namespace=shop".parse().unwrap()],
            starts_at: None,
            ends_at: None,
            comment: "the disk is being changed".to_owned(),
            created_by: "me".to_owned(),
        }
    }

    fn none() -> KnownSilences {
        KnownSilences {
            all: Arc::default(),
            compiled: Silences::default(),
        }
    }

    #[test]
    fn two_silences_of_one_second_have_names_of_their_own() {
        let mut known = none();
        let ids = [(); 3].map(|()| known.make(wish(), second(0)).unwrap().id);
        assert_eq!(
            ids,
            [
                "silence-20270115-080000",
                "silence-20270115-080000-2",
                "silence-20270115-080000-3"
            ]
        );
    }

    #[test]
    fn a_silence_ends_two_hours_after_its_beginning_if_nobody_says_otherwise() {
        let mut known = none();
        let starts_at = Some(second(600));
        let silence = known.make(
            SilenceWish {
                starts_at,
                ..wish()
            },
            second(0),
        );
        assert_eq!(silence.unwrap().ends_at, second(600 + 7_200));
    }

    #[test]
    fn what_cannot_work_is_not_made() {
        let mut known = none();
        let matchers = Vec::new();
        assert!(
            known
                .make(SilenceWish { matchers, ..wish() }, second(0))
                .is_err()
        );
        assert!(known.all().is_empty());
    }

    #[test]
    fn an_ended_silence_is_shown_for_a_day_and_ends_no_second_time() {
        let mut known = none();
        let made = known.make(wish(), second(0)).unwrap();
        let ended = known.end(&made.id, second(60)).unwrap();
        assert_eq!(ended.ends_at, second(60));
        assert_eq!(known.end(&made.id, second(90)), Some(ended));
        assert_eq!(known.end("another", second(90)), None);
        known.forget(second(60 + 86_399));
        assert_eq!(known.all().len(), 1);
        known.forget(second(60 + 86_400));
        assert!(known.all().is_empty());
    }
}
