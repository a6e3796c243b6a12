//! The world: what is really in the repository, what goes wrong, and what the clock on the wall shows.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{Integrity, Operation, Outcome, PointVerification, RecoveryPoint, RunEnd};

use crate::fault::{Episode, Fault};

/// So many recovery points are kept.
const KEPT: usize = 8;

pub(crate) struct World {
    /// The true time.
    pub(crate) time: Timestamp,
    /// What is in the repository.
    pub(crate) points: Vec<RecoveryPoint>,
    /// When something was last wrong, and until when it still may show.
    pub(crate) troubled_until: Timestamp,
    /// Whether the newest recovery point is rotten.
    rotten: bool,
    episode: Episode,
    begun: bool,
    occurred: [bool; Fault::KINDS],
    /// How many faults have begun or ended.
    pub(crate) changes: u64,
    pub(crate) between_runs: i64,
    pub(crate) random: fastrand::Rng,
}

impl World {
    pub(crate) fn new(seed: u64, begin: Timestamp, between_runs: i64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        Self {
            time: begin,
            points: Vec::new(),
            troubled_until: begin,
            rotten: false,
            episode: Episode::after(&mut random, begin, between_runs),
            begun: false,
            occurred: [false; Fault::KINDS],
            changes: 0,
            between_runs,
            random,
        }
    }

    /// The fault of this time.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.begun.then_some(self.episode.fault)
    }

    pub(crate) fn is_lifeboat_down(&self) -> bool {
        self.fault() == Some(Fault::Down)
    }

    /// What Lifeboat takes for the time.
    pub(crate) fn clock(&self) -> Timestamp {
        self.time + self.skew()
    }

    pub(crate) fn skew(&self) -> SignedDuration {
        match self.fault() {
            Some(Fault::Clock(seconds)) => SignedDuration::from_secs(seconds),
            _ => SignedDuration::ZERO,
        }
    }

    pub(crate) fn next_event(&self) -> Timestamp {
        if self.begun {
            self.episode.ends_at
        } else {
            self.episode.begins_at
        }
    }

    pub(crate) fn all_faults_occurred(&self) -> bool {
        self.occurred.iter().all(|occurred| *occurred)
    }

    /// Faults begin and end.
    pub(crate) fn live(&mut self) {
        if !self.begun && self.time >= self.episode.begins_at {
            self.begun = true;
            self.changes += 1;
            self.occurred[self.episode.fault.number()] = true;
            match self.episode.fault {
                Fault::Vanished => self.points.clear(),
                Fault::Rotten => self.rotten = !self.points.is_empty(),
                _ => {}
            }
        } else if self.begun && self.time >= self.episode.ends_at {
            if std::mem::take(&mut self.rotten) {
                self.points.retain(|point| point.verification.is_none());
            }
            // What was dated by a clock that was ahead lies in the future for as long, and a moment
            // that was missed beyond its starting deadline is not caught up.
            let next_run = SignedDuration::from_secs(self.between_runs);
            self.trouble_until(self.time + self.skew().abs() + next_run);
            self.begun = false;
            self.changes += 1;
            self.episode = Episode::after(&mut self.random, self.time, self.between_runs);
        }
        if self.begun {
            self.trouble_until(self.time);
        }
    }

    pub(crate) fn trouble_until(&mut self, moment: Timestamp) {
        self.troubled_until = self.troubled_until.max(moment);
    }

    /// What somebody finds who looks into the repository.
    pub(crate) fn inventory(&self) -> Result<Vec<RecoveryPoint>, String> {
        if self.fault() == Some(Fault::Away) {
            return Err("the repository can't be reached".to_owned());
        }
        Ok(self.points.clone())
    }

    /// How long a run takes. A few hang for hours.
    pub(crate) fn duration(&mut self) -> SignedDuration {
        let minutes = if self.random.u32(0..200) == 0 {
            self.random.i64(70..240)
        } else {
            self.random.i64(1..15)
        };
        SignedDuration::from_mins(minutes)
    }

    /// A run ends now.
    pub(crate) fn end(
        &mut self,
        operation: Operation,
        started_at: Timestamp,
        slice: Option<(u32, u32)>,
    ) -> RunEnd {
        let now = self.clock();
        let (unlucky, killed) = (self.random.u32(0..50) == 0, self.random.u32(0..100) == 0);
        if killed {
            return RunEnd::plain(now, Outcome::Inconclusive);
        }
        let failed = RunEnd {
            error: Some("it failed".to_owned()),
            ..RunEnd::plain(now, Outcome::Failed)
        };
        let broken = match self.fault() {
            Some(Fault::Away) => true,
            Some(Fault::Failing) => operation == Operation::Backup,
            _ => unlucky,
        };
        if broken {
            return failed;
        }
        let good = match operation {
            Operation::Backup => self.back_up(started_at),
            _ => self.verify(now),
        };
        if good {
            let succeeded = RunEnd::plain(now, Outcome::Succeeded);
            return RunEnd { slice, ..succeeded };
        }
        RunEnd {
            slice,
            retryable: false,
            ..failed
        }
    }

    fn back_up(&mut self, taken_at: Timestamp) -> bool {
        let damaged = self.fault() == Some(Fault::Damaged);
        self.points.push(RecoveryPoint {
            name: format!("backup of {}", self.time),
            taken_at,
            bytes: Some(1),
            integrity: if damaged {
                Integrity::Damaged("a chunk".to_owned())
            } else {
                Integrity::Whole
            },
            verification: None,
            pinned: false,
        });
        let surplus = self.points.len().saturating_sub(KEPT);
        self.points.drain(..surplus);
        !damaged
    }

    fn verify(&mut self, now: Timestamp) -> bool {
        if let (true, Some(newest)) = (self.rotten, self.points.last_mut()) {
            newest.verification = Some(
                PointVerification {
                    at: now,
                    level: "checksums".to_owned(),
                    good: false,
                }
                .into(),
            );
        }
        !self.rotten
    }
}
