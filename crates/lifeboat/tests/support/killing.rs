//! Ends a command at a chosen moment, without a chance to clean up.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use lifeboat_testkit::process::{Process, Victim};
use lifeboat_testkit::proxy::{Fault, Moment, Proxy};

use super::{Place, backup_of, wait};

/// Far longer than any run takes.
const ENDS_WITHIN: Duration = Duration::from_mins(2);

/// Ends a command at one of its requests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kill {
    /// The request's number; the first is 1.
    pub(crate) request: u64,
    /// Before anything of it reaches the server, or once the server has done it.
    pub(crate) moment: Moment,
}

impl Kill {
    /// A name for the place where this happens.
    pub(crate) fn name(self) -> String {
        format!("{}-{:?}", self.request, self.moment)
    }

    /// Both moments of each of that many requests.
    pub(crate) fn everywhere(requests: u64) -> Vec<Self> {
        let moments = [Moment::BeforeForwarding, Moment::AfterAnswer];
        (1..=requests)
            .flat_map(|request| moments.map(|moment| Self { request, moment }))
            .collect()
    }

    /// Runs a command that is killed (SIGKILL) here. False if it ended well before it came so far.
    pub(crate) fn run(self, place: &Place, arguments: &[&str]) -> bool {
        let victim = Victim::default();
        let proxy = Proxy::start(&place.bucket.as_ref().unwrap().endpoint);
        if self.moment == Moment::BeforeForwarding {
            proxy.set_fault(move |request| match request.number {
                number if number == self.request => Fault::ResetBefore,
                _ => Fault::Pass,
            });
        }
        let killer = victim.clone();
        proxy.on_request(self.request, self.moment, move || killer.kill_9());
        was_killed(place.through(&proxy).command(arguments), &victim)
    }
}

/// Kills a backup when it has sent all its data and is about to write its metadata.
pub(crate) fn kill_before_metadata(place: &Place, source: &Path) {
    let victim = Victim::default();
    let killer = victim.clone();
    let proxy = Proxy::start(&place.bucket.as_ref().unwrap().endpoint).fault(move |request| {
        if request.method == "PUT" && request.path_and_query.ends_with("/metadata.json") {
            killer.kill_9();
            return Fault::ResetBefore;
        }
        Fault::Pass
    });
    let backup = place.through(&proxy).command(&backup_of(source));
    assert!(was_killed(backup, &victim));
}

/// Runs a command to its end; true if it was killed, false if it ended well.
pub(crate) fn was_killed(command: Command, victim: &Victim) -> bool {
    let process = Process::spawn_victim("lifeboat", command, victim);
    let status = wait(process.wait(ENDS_WITHIN));
    match (status.signal(), status.code()) {
        (Some(9), _) => true,
        (_, Some(0)) => false,
        _ => process.fail(&format!("was to be killed, and ended with {status}")),
    }
}

/// The number of requests of a command that nothing disturbs.
pub(crate) fn requests_of(place: &Place, arguments: &[&str]) -> u64 {
    let proxy = Proxy::start(&place.bucket.as_ref().unwrap().endpoint);
    place.through(&proxy).run(arguments).succeeded();
    proxy.requests().len() as u64
}
