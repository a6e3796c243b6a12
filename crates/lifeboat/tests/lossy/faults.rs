//! The ways in which the store and the network between fail in these tests.

use std::time::Duration;

use lifeboat_testkit::proxy::{ErrorAnswer, Fault, Proxy, RandomFaults, RequestSummary};

/// Short, so that a fault that lasts ends its run soon.
pub(crate) const PATIENCE: [&str; 4] = ["--request-timeout", "3s", "--retry-timeout", "10s"];

/// A way to fail.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trouble {
    /// All kinds of faults at this rate.
    Mixed(RandomFaults),
    /// One kind of fault, of one request in three.
    Alone(Kind),
}

/// A kind of fault; where it strikes a body differs from request to request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    /// The same for each.
    Always(Fault),
    /// Cuts the answer off.
    TruncatedAnswer,
    /// Alters a byte of the answer.
    AlteredAnswer,
    /// Alters a byte of the request.
    AlteredRequest,
}

impl Trouble {
    /// A mix at three rates, from several seeds, and each kind alone.
    pub(crate) fn all() -> Vec<Self> {
        let mixed = (1..=12).map(|seed| {
            Self::Mixed(RandomFaults {
                seed,
                rate: [0.05, 0.15, 0.35][usize::try_from(seed % 3).unwrap()],
                hangs: seed % 4 == 0,
            })
        });
        mixed.chain(Kind::all().map(Self::Alone)).collect()
    }

    /// A name for the place where this happens.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Mixed(faults) => format!("mixed-{}", faults.seed),
            // Not the error's own name: the client takes an answer with that in it for the error.
            Self::Alone(Kind::Always(Fault::Status(answer))) => format!("status-{}", answer.status),
            Self::Alone(Kind::Always(Fault::StatusAfterForwarding(answer))) => {
                format!("late-status-{}", answer.status)
            }
            Self::Alone(kind) => {
                let letters = format!("{kind:?}");
                letters.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")
            }
        }
    }

    /// Lets requests through `proxy` suffer it.
    pub(crate) fn strike(self, proxy: &Proxy) {
        match self {
            Self::Mixed(faults) => proxy.set_fault(faults.policy()),
            Self::Alone(kind) => proxy.set_fault(move |request| kind.of(request)),
        }
    }
}

impl Kind {
    fn all() -> impl Iterator<Item = Self> {
        let faults = [
            Fault::Status(ErrorAnswer::SLOW_DOWN),
            Fault::Status(ErrorAnswer::INTERNAL_ERROR),
            Fault::Status(ErrorAnswer::TOO_MANY_REQUESTS),
            Fault::StatusAfterForwarding(ErrorAnswer::INTERNAL_ERROR),
            Fault::ResetBefore,
            Fault::ResetAfterForwarding,
            Fault::Delay(Duration::from_millis(700)),
            Fault::Throttle(4 << 20),
            Fault::Hang,
        ];
        let shaped = [
            Self::TruncatedAnswer,
            Self::AlteredAnswer,
            Self::AlteredRequest,
        ];
        faults.into_iter().map(Self::Always).chain(shaped)
    }

    fn of(self, request: &RequestSummary) -> Fault {
        // Fibonacci hashing: spread evenly, and the same in every run.
        let hash = request.number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        if !hash.is_multiple_of(3) {
            return Fault::Pass;
        }
        let below = |length: u64| (hash >> 8) % length.max(1);
        match self {
            Self::Always(fault) => fault,
            // Documents and listings have some kilobytes.
            Self::TruncatedAnswer => Fault::TruncateResponse(below(2000)),
            Self::AlteredAnswer => Fault::CorruptResponse {
                offset: below(2000),
            },
            Self::AlteredRequest => Fault::CorruptRequest {
                offset: below(request.content_length.unwrap_or(1 << 20)),
            },
        }
    }
}

/// Fails if most runs gave up: those prove nothing about what is reported good.
pub(crate) fn enough_came_through(troubles: &[Trouble], failed: &[String]) {
    let came_through = troubles.len() - failed.len();
    assert!(
        came_through >= troubles.len() / 4,
        "only {came_through} of {}: {failed:#?}",
        troubles.len()
    );
}
