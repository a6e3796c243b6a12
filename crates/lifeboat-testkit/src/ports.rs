//! Hands out free loopback ports to servers that must be told theirs.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// The ports given out: below the range from which Linux takes the ports of outgoing connections
/// (32768 and up), so that no connection can sit on a port between its choice and its use.
const FIRST: u32 = 12_000;
const COUNT: u32 = 20_000;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A port of 127.0.0.1 on which nothing listens now, different at each call of this process.
///
/// Test processes that run side by side start far apart, by their process id, so that they do not
/// try the same ports at the same time.
#[must_use]
pub fn free_port() -> u16 {
    let start = std::process::id().wrapping_mul(7919);
    for _ in 0..COUNT {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + start.wrapping_add(step) % COUNT;
        let Ok(port) = u16::try_from(port) else {
            continue;
        };
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!(
        "no port of 127.0.0.1 from {FIRST} to {} is free",
        FIRST + COUNT - 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ports_differ_and_can_be_listened_on() {
        let [first, second] = [(); 2].map(|()| free_port());
        assert_ne!(first, second);
        let _first = TcpListener::bind((Ipv4Addr::LOCALHOST, first)).unwrap();
        let _second = TcpListener::bind((Ipv4Addr::LOCALHOST, second)).unwrap();
    }
}
