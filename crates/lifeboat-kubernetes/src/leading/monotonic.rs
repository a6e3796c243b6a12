//! A clock that nobody sets: it goes on while the process is stopped, and while the machine sleeps.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// `std`'s clock stands still while a Linux machine is suspended, and the others' clocks don't.
#[cfg(any(target_os = "linux", target_os = "android"))]
const CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const CLOCK: ClockId = ClockId::Monotonic;

/// A moment on this machine's clock, counted from an arbitrary one.
pub(super) type Moment = Duration;

/// This moment.
pub(super) fn now() -> Moment {
    let now = clock_gettime(CLOCK);
    // It never shows a time before its beginning.
    Duration::try_from(now).unwrap_or_default()
}
