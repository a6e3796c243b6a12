//! Synchronisations: the one under way, the last one, and what it left to restore from.

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{
    AssetId, Operation, Outcome, RecoveryPoint, Run, RunEnd, RunId, RunTrigger, UnderWay,
};

use super::{log, subject::Subject};

/// No mover can have run in less: its pod has to start. VolSync calls a paused Kopia source done
/// within a moment, with a second at most for the rounding of its times.
const SHORTEST: SignedDuration = SignedDuration::from_secs(2);

/// What the mover says of a volume without content, of which it makes no snapshot and succeeds.
const EMPTY: &str = "Directory is empty";

/// The last synchronisation that VolSync calls done.
pub(super) struct Done {
    pub(super) began_at: Timestamp,
    pub(super) ended_at: Timestamp,
    pub(super) left: Left,
}

/// What a synchronisation left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Something to restore from.
    Point,
    /// Nothing: the volume was empty.
    NothingToCopy,
    /// Nothing: nothing ran.
    Nothing,
    /// Nobody can say: it is paused, and was done before that or by that.
    Unknown,
}

/// The last synchronisation that VolSync calls done, and what it left.
pub(super) fn done(subject: &Subject<'_>) -> Option<Done> {
    let status = subject.status;
    let ended_at = status.last_sync_time.get()?;
    let took = status.last_sync_duration.as_deref();
    let took = took.and_then(|took| took.parse::<SignedDuration>().ok());
    let began_at = took
        .filter(|took| !took.is_negative())
        .and_then(|took| whole_second(ended_at.checked_sub(took).ok()?));
    // While the next one is under way, it may be the next one that failed.
    let failed = subject.failure().is_some() && status.last_sync_start_time.get().is_none();
    let nothing_ran = failed || took.is_some_and(|took| took < SHORTEST);
    let latest = status.latest_mover_status.as_ref();
    let was_empty =
        latest.is_some_and(|latest| latest.result == "Successful" && latest.logs.contains(EMPTY));
    let left = if subject.is_kopia() && nothing_ran {
        Left::Nothing
    } else if subject.is_idly_done() {
        Left::Unknown
    } else if was_empty {
        Left::NothingToCopy
    } else {
        Left::Point
    };
    Some(Done {
        began_at: began_at.unwrap_or(ended_at),
        ended_at,
        left,
    })
}

/// The next whole second: VolSync notes the beginning in seconds, and the duration in fractions.
fn whole_second(moment: Timestamp) -> Option<Timestamp> {
    let second = moment.as_second();
    let next = second + i64::from(moment.subsec_nanosecond() > 0);
    Timestamp::from_second(next).ok()
}

/// What can be restored from.
pub(super) fn point(subject: &Subject<'_>) -> Option<RecoveryPoint> {
    let done = done(subject).filter(|done| done.left == Left::Point)?;
    Some(RecoveryPoint::of_others(
        point_name(subject, &done),
        done.ended_at,
    ))
}

fn point_name(subject: &Subject<'_>, done: &Done) -> String {
    format!("{} at {}", subject.called(), done.ended_at)
}

/// The synchronisations of which there is a trace.
pub(super) fn runs(subject: &Subject<'_>, id: &AssetId, now: Timestamp) -> Vec<Run> {
    let trigger = match subject.manual() {
        Some(_) => RunTrigger::Manual,
        None => RunTrigger::Schedule,
    };
    let run = |suffix: &str, started_at: Timestamp, end: Option<RunEnd>| {
        let metadata = subject.metadata;
        // One object stands for all of its synchronisations.
        let identity = format!("{}/{started_at}{suffix}", metadata.uid);
        Run {
            id: RunId::of_object(subject.kind.name(), &metadata.name, &identity),
            asset: id.clone(),
            operation: Operation::Backup,
            trigger,
            scheduled_for: None,
            attempt: 1,
            started_at,
            end,
        }
    };
    let done =
        done(subject).and_then(|done| Some(run("", done.began_at, Some(end(subject, &done)?))));
    let under_way = subject.synchronises_since();
    // The one that is under way may succeed yet, so its failures are a run of their own.
    let failed = under_way.zip(subject.failure()).map(|(since, failure)| {
        let end = RunEnd {
            error: Some(log::failure(&failure.logs, since)),
            hint: Some(logs_command(subject)),
            // When it failed isn't told.
            ..RunEnd::plain(now.max(since), Outcome::Failed)
        };
        run("/failed", since, Some(end))
    });
    let under_way = under_way.map(|since| run("", since, None));
    done.into_iter().chain(failed).chain(under_way).collect()
}

/// How the last one ended; none where none was.
fn end(subject: &Subject<'_>, done: &Done) -> Option<RunEnd> {
    let at = done.ended_at;
    Some(match done.left {
        Left::Point => RunEnd {
            recovery_point: Some(point_name(subject, done)),
            ..RunEnd::plain(at, Outcome::Succeeded)
        },
        Left::NothingToCopy => RunEnd {
            error: Some(format!(
                "the volume {} was empty: the mover made no snapshot of it, and VolSync calls that \
                 a success",
                subject.claim
            )),
            hint: Some(
                "see whether the right volume is copied, and whether its data is still there; if it \
                 is empty by intent, pause it with lifeboat.dev/suspend"
                    .to_owned(),
            ),
            ..RunEnd::plain(at, Outcome::Failed)
        },
        Left::Unknown => RunEnd {
            error: Some(
                "it is paused: VolSync calls that done, whether anything was copied or not"
                    .to_owned(),
            ),
            ..RunEnd::plain(at, Outcome::Inconclusive)
        },
        Left::Nothing => return None,
    })
}

/// The synchronisation that has not ended.
pub(super) fn under_way(subject: &Subject<'_>) -> Option<UnderWay> {
    let since = subject.synchronises_since()?;
    let condition = subject.condition();
    let phase = condition.map_or("SyncInProgress", |condition| condition.reason.as_str());
    let failure = subject.failure();
    let message = match (subject.error(), failure) {
        (Some(error), _) => Some(log::one_line(&error.message)),
        (None, Some(failure)) => Some(log::failure(&failure.logs, since)),
        (None, None) => None,
    };
    Some(UnderWay {
        name: subject.called(),
        phase: phase.to_owned(),
        since,
        waiting: false,
        message,
    })
}

fn logs_command(subject: &Subject<'_>) -> String {
    let metadata = subject.metadata;
    let (namespace, name) = (&metadata.namespace, &metadata.name);
    format!(
        "VolSync keeps the end of the mover's log: `kubectl -n {namespace} get {} {name} \
         -o jsonpath='{{.status.latestMoverStatus.logs}}'`",
        subject.kind.name().to_lowercase()
    )
}
