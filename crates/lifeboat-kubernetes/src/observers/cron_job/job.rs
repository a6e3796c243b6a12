//! What a Job tells: a run under way, one that ended, or one that waits.

use jiff::Timestamp;
use lifeboat_core::{AssetId, Operation, Outcome, Run, RunEnd, RunId, RunTrigger, UnderWay};

use crate::objects::batch::{Job, JobCondition};

/// What a Job has come to.
pub(in crate::observers) enum Progress<'a> {
    /// It succeeded at that moment.
    Succeeded(Timestamp),
    /// It failed: when, and the condition that says so.
    Failed(Timestamp, &'a JobCondition),
    /// Its pods run, or wait to run, since that moment.
    Active(Timestamp),
    /// It has not begun; it is there since that moment.
    Waits(Timestamp),
}

/// The name that people and recovery points call a Job by.
pub(in crate::observers) fn name_of(job: &Job) -> String {
    format!("Job/{}", job.metadata.name)
}

/// What a Job has come to; none for one without any time, which no API server writes.
pub(in crate::observers) fn progress(job: &Job) -> Option<Progress<'_>> {
    let status = &job.status;
    let created_at = job.metadata.creation_timestamp;
    let ended_at = |condition: &JobCondition| {
        let ended_at = status.completion_time.or(condition.last_transition_time);
        ended_at.or(status.start_time).or(created_at).get()
    };
    // The first of each pair is final. The second comes before it, while the last pods still end.
    if let Some(condition) = status.true_condition("Complete") {
        return ended_at(condition).map(Progress::Succeeded);
    }
    for condition_type in ["Failed", "FailureTarget"] {
        if let Some(condition) = status.true_condition(condition_type) {
            return ended_at(condition).map(|at| Progress::Failed(at, condition));
        }
    }
    if let Some(condition) = status.true_condition("SuccessCriteriaMet") {
        return ended_at(condition).map(Progress::Succeeded);
    }
    if job.is_suspended || status.start_time.get().is_none() {
        let suspended = status.true_condition("Suspended");
        let suspended_at = suspended.map(|condition| condition.last_transition_time);
        let waits_since = suspended_at.unwrap_or_default().or(created_at);
        return waits_since.get().map(Progress::Waits);
    }
    status.start_time.get().map(Progress::Active)
}

/// The run of an asset's operation that a Job stands for; none for one that only waits.
pub(in crate::observers) fn run(job: &Job, asset: &AssetId, operation: Operation) -> Option<Run> {
    let end = match progress(job)? {
        Progress::Waits(_) => return None,
        Progress::Active(_) => None,
        Progress::Succeeded(at) => Some(RunEnd {
            recovery_point: (operation == Operation::Backup).then(|| name_of(job)),
            ..RunEnd::plain(at, Outcome::Succeeded)
        }),
        Progress::Failed(at, condition) => Some(RunEnd {
            error: Some(error(condition)),
            hint: Some(hint(job, &condition.reason)),
            ..RunEnd::plain(at, Outcome::Failed)
        }),
    };
    let metadata = &job.metadata;
    let ended_at = || end.as_ref().map(|end| end.at);
    let started_at = job.status.start_time.or(metadata.creation_timestamp).get();
    let is_manual = job.is_manual;
    Some(Run {
        id: RunId::of_object("Job", &metadata.name, &metadata.uid.to_string()),
        asset: asset.clone(),
        operation,
        trigger: if is_manual {
            RunTrigger::Manual
        } else {
            RunTrigger::Schedule
        },
        scheduled_for: job.scheduled_for.get().filter(|_| !is_manual),
        attempt: 1,
        started_at: started_at.or_else(ended_at)?,
        end,
    })
}

/// What is told of a Job that has not ended; none for one that has.
pub(in crate::observers) fn under_way(job: &Job) -> Option<UnderWay> {
    let (since, waiting) = match progress(job)? {
        Progress::Active(since) => (since, false),
        Progress::Waits(since) => (since, true),
        Progress::Succeeded(_) | Progress::Failed(..) => return None,
    };
    let status = &job.status;
    let (phase, message) = if waiting && job.is_suspended {
        let message = "spec.suspend of the Job is true, so its pods are not started";
        ("suspended", Some(message.to_owned()))
    } else if waiting {
        ("waiting", None)
    } else if job.metadata.deletion_timestamp.get().is_some() {
        ("terminating", None)
    } else if status.active > 0 && status.ready == Some(0) {
        let message = "none of its pods is ready: they may be pending, or unable to start";
        ("pending", Some(message.to_owned()))
    } else {
        ("active", None)
    };
    let failures =
        (status.failed > 0).then(|| format!("pods of it that failed so far: {}", status.failed));
    let message: Vec<String> = message.into_iter().chain(failures).collect();
    Some(UnderWay {
        name: name_of(job),
        phase: phase.to_owned(),
        since,
        waiting,
        message: (!message.is_empty()).then(|| message.join("; ")),
    })
}

fn error(condition: &JobCondition) -> String {
    match (&*condition.reason, &*condition.message) {
        ("", "") => "the Job failed, and does not say why".to_owned(),
        ("", text) | (text, "") => text.to_owned(),
        (reason, message) => format!("{reason}: {message}"),
    }
}

/// The next step. Where the controller has ended the pods, their logs are gone with them.
fn hint(job: &Job, reason: &str) -> String {
    let (namespace, name) = (&job.metadata.namespace, &job.metadata.name);
    let logs = format!("kubectl -n {namespace} logs job/{name} --all-containers");
    match reason {
        "DeadlineExceeded" => {
            let deadline = job.active_deadline_seconds;
            let deadline = deadline.map_or_else(String::new, |seconds| format!(" ({seconds} s)"));
            format!(
                "it was ended at its activeDeadlineSeconds{deadline}, and its pods with it: see \
                 `kubectl -n {namespace} describe job/{name}`, and give it longer if it needs that"
            )
        }
        "BackoffLimitExceeded" => format!(
            "see `{logs}`; if no pod is left to ask, restartPolicy: Never keeps the failed ones"
        ),
        _ => format!("see `{logs}` and `kubectl -n {namespace} describe job/{name}`"),
    }
}
