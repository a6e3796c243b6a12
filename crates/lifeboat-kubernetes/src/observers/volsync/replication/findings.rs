//! What somebody should look at in a `ReplicationSource` or a `ReplicationDestination`.

use lifeboat_core::Finding;

use super::{
    log,
    subject::Subject,
    synchronisation::{Left, done},
};

/// The findings of one.
pub(super) fn of(subject: &Subject<'_>) -> Vec<Finding> {
    let findings = [
        schedule_not_kept(subject),
        stopped(subject),
        nothing_copied(subject),
    ];
    findings.into_iter().flatten().collect()
}

/// VolSync looks at the schedule only where there is no manual trigger.
fn schedule_not_kept(subject: &Subject<'_>) -> Option<Finding> {
    let (manual, schedule) = (subject.manual()?, subject.schedule()?);
    let metadata = subject.metadata;
    let (namespace, name) = (&metadata.namespace, &metadata.name);
    let kind = subject.kind.name().to_lowercase();
    let change = r#"{"spec":{"trigger":{"manual":null}}}"#;
    Some(Finding {
        code: "schedule_not_kept",
        message: format!(
            "{} has the schedule '{schedule}', which is never kept: VolSync heeds spec.trigger.manual \
             ('{}') alone.",
            subject.called(),
            log::one_line(manual)
        ),
        hint: Some(format!(
            "to have it run by its schedule: kubectl -n {namespace} patch {kind} {name} --type merge \
             -p '{change}'"
        )),
    })
}

fn stopped(subject: &Subject<'_>) -> Option<Finding> {
    let error = subject.error()?;
    let metadata = subject.metadata;
    Some(Finding {
        code: "synchronisation_error",
        message: format!(
            "VolSync can't go on with {}: {}.",
            subject.called(),
            log::one_line(&error.message).trim_end_matches('.')
        ),
        hint: Some(format!(
            "kubectl -n {} describe {} {}",
            metadata.namespace,
            subject.kind.name().to_lowercase(),
            metadata.name
        )),
    })
}

/// What a paused Kopia source leaves behind when it goes on.
fn nothing_copied(subject: &Subject<'_>) -> Option<Finding> {
    let done = done(subject).filter(|done| done.left == Left::Nothing)?;
    if subject.paused_because().is_some() {
        return None;
    }
    Some(Finding {
        code: "nothing_copied",
        message: format!(
            "VolSync says that {} was synchronised at {:.0}, but no mover can have run: it does so \
             while a Kopia mover is paused. This counts for nothing.",
            subject.called(),
            done.ended_at
        ),
        hint: Some("the next synchronisation makes up for it".to_owned()),
    })
}
