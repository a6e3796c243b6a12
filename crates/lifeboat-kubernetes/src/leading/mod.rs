//! Which of several Lifeboats leads: leader election by a Lease of the API server.
//!
//! ```text
//! monotonic     a clock that nobody sets
//! lease         the Lease, as it is read and written
//! decision      what follows from it: wait, or claim it
//! requests      the requests, and what failed ones mean
//! candidate     standing by until it leads
//! term          how long leading lasts, for whoever asks
//! leadership    leading: renewing the Lease until it is lost or given back
//! error         why one doesn't lead, or no longer
//! ```
//!
//! **No clocks are compared.** How old a Lease is can't be told from the time that stands in it, which
//! another machine wrote. A candidate looks at the Lease again and again, and takes it over once its record
//! has not changed for as long as it says, on the candidate's own clock. The leader counts from the moment
//! before it asked for the renewal that succeeded. So whatever the clocks say and however long requests
//! take, the leader's time is over before anybody else's begins.
//!
//! **Whoever was asleep finds out by itself.** A process that was stopped for a minute has missed
//! everything; but its own clock went on. Whatever matters asks the [`Mandate`] right before.
//!
//! [`Mandate`]: lifeboat_controller::Mandate

mod candidate;
mod decision;
mod error;
mod leadership;
mod lease;
mod monotonic;
mod requests;
mod term;

use std::time::Duration;

pub use candidate::{Candidate, ElectionSettings, Standing};
pub use error::LeadingError;
pub use leadership::Leadership;
pub use term::Term;

/// How long the others wait for a leader that is no longer heard of. With what else a takeover needs (two
/// seconds until the last renewal is seen, and those of the start), it stays below 20 seconds.
const LEASE_DURATION: Duration = Duration::from_secs(12);
/// How long after its last renewal a leader begins nothing more. What is left of the Lease's duration is for
/// what is under way to stop, and for clocks that don't run at one pace.
const RENEW_DEADLINE: Duration = Duration::from_secs(8);
/// How long after its last renewal a leader that isn't gone by then is ended.
const LEAVE_DEADLINE: Duration = Duration::from_secs(11);
/// How often the leader renews, and the others look. The leader has three attempts before its deadline.
const RETRY_EVERY: Duration = Duration::from_secs(2);
/// How long an answer may take. Then it is asked over a new connection: behind one address there may be
/// another API server that lives.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);
