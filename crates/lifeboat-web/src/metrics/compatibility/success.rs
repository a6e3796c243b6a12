//! The last success, as rules like `time() - x > N` need it: such a rule is silent where x is absent.

use jiff::Timestamp;
use lifeboat_controller::{AssetView, View};
use lifeboat_core::{CLOCK_TOLERANCE, Check, Operation, Run, Status, later};

/// What stands for a success that is overdue: any age is too old for it.
pub(super) const NEVER: Timestamp = Timestamp::UNIX_EPOCH;

/// When a backup, or a rehearsal of a restore, last succeeded, whatever became of it. Absent while a
/// first one isn't due.
pub(super) fn last(view: &View, asset: &AssetView) -> Option<Timestamp> {
    let history = &asset.asset.history;
    let ended = last_run(view, asset).map(|(_, at)| at);
    // Of some successes only what they made is known, or that somebody noted them.
    let made = history.newest_good_point(view.at).map(|it| it.taken_at);
    let noted = history.last_succeeded_at(operation(asset), view.at);
    ended.max(made).max(noted).or_else(|| overdue(asset))
}

/// The operation that the asset's promise rests on.
pub(super) fn operation(asset: &AssetView) -> Operation {
    asset.asset.id.kind.operation().unwrap_or(Operation::Backup)
}

/// When the newest good backup that is still there was made. Absent while a first one isn't due.
pub(super) fn last_available(view: &View, asset: &AssetView) -> Option<Timestamp> {
    let newest = asset.asset.history.newest_good_point(view.at);
    newest
        .map(|point| point.taken_at)
        .or_else(|| overdue(asset))
}

/// The newest run that succeeded, and when it ended. A date in the future is no success yet.
pub(super) fn last_run<'a>(view: &View, asset: &'a AssetView) -> Option<(&'a Run, Timestamp)> {
    let history = asset.asset.history.operation(operation(asset))?;
    let run = history.last_succeeded.as_ref()?;
    let at = run.end.as_ref()?.at;
    (at <= later(view.at, CLOCK_TOLERANCE)).then_some((run, at))
}

/// [`NEVER`] once the verdicts say that there should be a success.
pub(super) fn overdue(asset: &AssetView) -> Option<Timestamp> {
    let is_overdue = [Check::EverSucceeded, Check::Fresh, Check::Rehearsed]
        .into_iter()
        .filter_map(|check| asset.assessment.verdict(check))
        .any(|verdict| verdict.status == Status::Failing);
    is_overdue.then_some(NEVER)
}
