//! Faults drawn by chance from a seed, so that a failing run can be repeated.

use std::time::Duration;

use super::fault::{ErrorAnswer, Fault, RequestSummary};

/// A mix of all faults. The fault of request `n` depends on the seed and `n` alone.
#[derive(Clone, Copy, Debug)]
pub struct RandomFaults {
    /// The same seed gives the same faults.
    pub seed: u64,
    /// The share of requests that suffer one, from 0 to 1.
    pub rate: f64,
    /// Whether a request may also never be answered: only for clients that give up soon.
    pub hangs: bool,
}

impl RandomFaults {
    /// The faults as [`super::Proxy::fault`] takes them.
    pub fn policy(self) -> impl Fn(&RequestSummary) -> Fault + Send + 'static {
        move |request| self.draw(request)
    }

    fn draw(&self, request: &RequestSummary) -> Fault {
        // The multiplier (odd, from SplitMix64) keeps neighbouring seeds and numbers from giving
        // the same stream.
        let seed = self.seed ^ request.number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = fastrand::Rng::with_seed(seed);
        if random.f64() >= self.rate {
            return Fault::Pass;
        }
        match random.u8(0..if self.hangs { 10 } else { 9 }) {
            0 => Fault::Status(error_answer(&mut random)),
            1 => Fault::StatusAfterForwarding(error_answer(&mut random)),
            2 => Fault::ResetBefore,
            3 => Fault::ResetAfterForwarding,
            4 => Fault::TruncateResponse(position(&mut random)),
            5 => Fault::CorruptResponse {
                offset: position(&mut random),
            },
            6 => match request.content_length {
                // There is nothing to flip: the failing of this request takes another shape.
                Some(0) => Fault::ResetAfterForwarding,
                Some(length) => Fault::CorruptRequest {
                    offset: random.u64(0..length),
                },
                None => Fault::CorruptRequest {
                    offset: position(&mut random),
                },
            },
            7 => Fault::Delay(Duration::from_millis(random.u64(1..=200))),
            8 => Fault::Throttle(random.u32(1 << 20..=16 << 20)),
            _ => Fault::Hang,
        }
    }
}

fn error_answer(random: &mut fastrand::Rng) -> ErrorAnswer {
    let answers = [
        ErrorAnswer::INTERNAL_ERROR,
        ErrorAnswer::SLOW_DOWN,
        ErrorAnswer::TOO_MANY_REQUESTS,
    ];
    answers[random.usize(0..answers.len())]
}

/// A place in a body of unknown length, up to 4 MiB: small ones as likely as large ones, so that
/// short bodies are hit too.
fn position(random: &mut fastrand::Rng) -> u64 {
    let magnitude = random.u32(0..=22);
    random.u64(0..1 << magnitude)
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;

    use super::*;

    fn request(number: u64, content_length: Option<u64>) -> RequestSummary {
        RequestSummary {
            number,
            method: "PUT".to_owned(),
            path_and_query: "/bucket/key".to_owned(),
            headers: HeaderMap::new(),
            content_length,
        }
    }

    fn faults(seed: u64, rate: f64) -> Vec<Fault> {
        let policy = RandomFaults {
            seed,
            rate,
            hangs: true,
        }
        .policy();
        (1..=2000)
            .map(|number| policy(&request(number, Some(10))))
            .collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_and_another_seed_others() {
        assert_eq!(faults(1, 0.5), faults(1, 0.5));
        assert_ne!(faults(1, 0.5), faults(2, 0.5));
    }

    #[test]
    fn the_rate_is_kept() {
        let struck = |rate| {
            faults(7, rate)
                .iter()
                .filter(|fault| **fault != Fault::Pass)
                .count()
        };
        assert_eq!(struck(0.0), 0);
        assert!((500..700).contains(&struck(0.3)), "{} of 2000", struck(0.3));
        assert_eq!(struck(1.0), 2000);
    }

    #[test]
    fn every_kind_of_fault_comes_up_and_a_corrupted_byte_lies_in_the_body() {
        let faults = faults(3, 1.0);
        let kinds: std::collections::HashSet<_> =
            faults.iter().map(std::mem::discriminant).collect();
        assert_eq!(kinds.len(), 10);
        for fault in faults {
            if let Fault::CorruptRequest { offset } = fault {
                assert!(offset < 10);
            }
        }
    }

    #[test]
    fn no_request_hangs_unless_asked_for() {
        let policy = RandomFaults {
            seed: 3,
            rate: 1.0,
            hangs: false,
        }
        .policy();
        assert!((1..=2000).all(|number| policy(&request(number, None)) != Fault::Hang));
    }
}
