//! The bandwidth limit: who wants to send waits until the bytes fit into the pace.

use std::time::Duration;

use tokio::{sync::Mutex, time::Instant};

/// Lets bytes through at a steady pace, shared by all requests of an operation.
#[derive(Debug)]
pub(crate) struct Throttle {
    bytes_per_second: Option<u64>,
    /// When the bytes let through so far will have passed at the wanted pace.
    free_at: Mutex<Instant>,
}

impl Throttle {
    pub(crate) fn new(bytes_per_second: Option<u64>) -> Self {
        Self {
            bytes_per_second,
            free_at: Mutex::new(Instant::now()),
        }
    }

    /// Waits until `bytes` may go.
    pub(crate) async fn wait_for(&self, bytes: u64) {
        let Some(pace) = self.bytes_per_second.filter(|pace| *pace > 0) else {
            return;
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "a pause to the nanosecond is not needed"
        )]
        let duration = Duration::from_secs_f64(bytes as f64 / pace as f64);
        let until = {
            let mut free_at = self.free_at.lock().await;
            let begin = (*free_at).max(Instant::now());
            *free_at = begin + duration;
            *free_at
        };
        tokio::time::sleep_until(until).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn ten_parts_take_ten_times_as_long_as_one() {
        let throttle = Throttle::new(Some(1000));
        let begin = Instant::now();
        for _ in 0..10 {
            throttle.wait_for(500).await;
        }
        assert_eq!(begin.elapsed().as_secs(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn no_limit_means_no_wait() {
        let begin = Instant::now();
        Throttle::new(None).wait_for(u64::MAX).await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
    }
}
