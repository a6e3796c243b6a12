//! What an observed object says of itself by annotations: whether it is a backup, and what is promised of it.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use lifeboat_core::{CoverageKind, ObjectiveOverrides, Severity, slo::Ratio};

use crate::{
    values::{Written, read_bounded},
    yaml::nearest,
};

/// Whether the object is a backup to watch over: `"true"` or `"false"`. A label will do as well.
pub const BACKUP: &str = "lifeboat.dev/backup";
/// Whether a `CronJob` rehearses a restore: `"true"` or `"false"`. A label will do as well.
pub const RESTORE_TEST: &str = "lifeboat.dev/restore-test";
/// How old the newest good recovery point may be, such as `36h`.
pub const MAXIMUM_AGE: &str = "lifeboat.dev/maximum-age";
/// How long ago the newest good verification may lie, such as `8d`, for assets that are verified.
pub const VERIFICATION_AGE: &str = "lifeboat.dev/verification-age";
/// How long ago the last good maintenance may lie, such as `3d`, for what is maintained.
pub const MAINTENANCE_AGE: &str = "lifeboat.dev/maintenance-age";
/// How long a run may take before it counts as stuck, such as `2h`.
pub const MAXIMUM_RUN_DURATION: &str = "lifeboat.dev/maximum-run-duration";
/// From which age of the newest good recovery point on one is warned, such as `24h`.
pub const WARNING_AGE: &str = "lifeboat.dev/warning-age";
/// How long a run that succeeds should take at most, such as `30m`.
pub const EXPECTED_RUN_DURATION: &str = "lifeboat.dev/expected-run-duration";
/// From which age of the last good maintenance on a repository counts as neglected, such as `7d`.
pub const NEGLECT_AGE: &str = "lifeboat.dev/neglect-age";
/// For what share of thirty days the newest good recovery point is to be as young as promised, such as
/// `99%`.
pub const BACKUP_SLO: &str = "lifeboat.dev/backup-slo";
/// What share of the attempts to archive WAL is to succeed within thirty days, such as `99.9%`.
pub const WAL_ARCHIVING_SLO: &str = "lifeboat.dev/wal-archiving-slo";
/// How long ago the last good rehearsal of a restore may lie, such as `8d`.
pub const DRILL_AGE: &str = "lifeboat.dev/drill-age";
/// How long a rehearsal of a restore may take, such as `4h`: the recovery time objective.
pub const RECOVERY_TIME: &str = "lifeboat.dev/recovery-time";
/// How far a standby may lie behind, such as `5m`.
pub const REPLAY_LAG: &str = "lifeboat.dev/replay-lag";
/// Whether a database is a standby that has to follow another: `"true"` or `"false"`.
pub const STANDBY: &str = "lifeboat.dev/standby";
/// How bad a broken promise is: `info`, `warning` or `critical`.
pub const SEVERITY: &str = "lifeboat.dev/severity";
/// Whether the asset is paused: `"true"` or `"false"`.
pub const SUSPEND: &str = "lifeboat.dev/suspend";
/// Why the object's data needs no backup: a reason in the words of whoever decided it.
pub const NO_BACKUP: &str = "lifeboat.dev/no-backup";
/// What a backup covers, of its own namespace: `pvc/data, statefulset/search, cluster/db`.
pub const COVERS: &str = "lifeboat.dev/covers";
/// What a Kopia repository is called: objects that name the same one mean the same.
pub const REPOSITORY: &str = "lifeboat.dev/repository";

/// Every annotation that is read.
pub const ALL: [&str; 20] = [
    BACKUP,
    RESTORE_TEST,
    MAXIMUM_AGE,
    VERIFICATION_AGE,
    MAINTENANCE_AGE,
    MAXIMUM_RUN_DURATION,
    WARNING_AGE,
    EXPECTED_RUN_DURATION,
    NEGLECT_AGE,
    BACKUP_SLO,
    WAL_ARCHIVING_SLO,
    DRILL_AGE,
    RECOVERY_TIME,
    REPLAY_LAG,
    STANDBY,
    SEVERITY,
    SUSPEND,
    NO_BACKUP,
    COVERS,
    REPOSITORY,
];

const PREFIX: &str = "lifeboat.dev/";

/// What an object says of itself. It comes before all policies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssetAnnotations {
    /// What is promised of it.
    pub overrides: ObjectiveOverrides,
    /// Whether it is paused.
    pub suspend: bool,
    /// Whether it is a backup; none where it doesn't say.
    pub selected: Option<bool>,
    /// Whether it rehearses a restore; none where it doesn't say.
    pub restore_test: Option<bool>,
    /// Whether it is a standby; none where it doesn't say.
    pub standby: Option<bool>,
    /// Why its data needs no backup, if somebody said so.
    pub no_backup: Option<String>,
    /// What it covers; none where it doesn't say.
    pub covers: Option<Vec<CoveredObject>>,
    /// What the Kopia repository is called that it uses or maintains; none where it doesn't say.
    pub repository: Option<String>,
    /// What could not be read, each with the next step. The rest holds nevertheless.
    pub problems: Vec<String>,
}

/// An object that a backup says to cover, in its own namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredObject {
    /// What it is.
    pub kind: CoverageKind,
    /// Its name.
    pub name: String,
}

/// Reads the annotations of an object; of its labels, only [`BACKUP`] and [`RESTORE_TEST`].
#[must_use]
pub fn read(
    annotations: &BTreeMap<String, String>,
    labels: &BTreeMap<String, String>,
) -> AssetAnnotations {
    let mut reader = Reader {
        annotations,
        problems: Vec::new(),
    };
    let overrides = ObjectiveOverrides {
        maximum_age: reader.value(MAXIMUM_AGE, length),
        verification_age: reader.value(VERIFICATION_AGE, length),
        maintenance_age: reader.value(MAINTENANCE_AGE, length),
        maximum_run_duration: reader.value(MAXIMUM_RUN_DURATION, length),
        warning_age: reader.value(WARNING_AGE, length),
        expected_run_duration: reader.value(EXPECTED_RUN_DURATION, length),
        neglect_age: reader.value(NEGLECT_AGE, length),
        backup_slo: reader.value(BACKUP_SLO, share),
        wal_archiving_slo: reader.value(WAL_ARCHIVING_SLO, share),
        drill_age: reader.value(DRILL_AGE, length),
        recovery_time: reader.value(RECOVERY_TIME, length),
        replay_lag: reader.value(REPLAY_LAG, length),
        severity: reader.value(SEVERITY, severity),
        ..ObjectiveOverrides::default()
    };
    let suspend = reader.value(SUSPEND, boolean).unwrap_or(false);
    let selected = reader.said(BACKUP, labels);
    let restore_test = reader.said(RESTORE_TEST, labels);
    reader.contradiction(selected, restore_test);
    let standby = reader.value(STANDBY, boolean);
    let no_backup = reader.value(NO_BACKUP, reason);
    let covers = reader.covers();
    let repository = reader.value(REPOSITORY, name);
    reader.unknown();
    AssetAnnotations {
        overrides,
        suspend,
        selected,
        restore_test,
        standby,
        no_backup,
        covers,
        repository,
        problems: reader.problems,
    }
}

struct Reader<'a> {
    annotations: &'a BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Reader<'_> {
    fn value<T>(&mut self, name: &str, read: fn(&str) -> Result<T, String>) -> Option<T> {
        let text = self.annotations.get(name)?;
        self.keep("annotation", name, read(text))
    }

    fn keep<T>(&mut self, what: &str, name: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|problem| self.problems.push(format!("the {what} {name}: {problem}")))
            .ok()
    }

    /// The annotation comes before the label, since whoever wrote both can only mean one.
    fn said(&mut self, name: &str, labels: &BTreeMap<String, String>) -> Option<bool> {
        let annotation = self.value(name, boolean);
        let label = labels.get(name);
        let label = label.and_then(|text| self.keep("label", name, boolean(text)));
        if let (Some(annotation), Some(label)) = (annotation, label)
            && annotation != label
        {
            self.problems.push(format!(
                "the annotation {name} says {annotation}, and the label {label}: the annotation \
                 holds; take one of them out"
            ));
        }
        annotation.or(label)
    }

    /// What rehearses a restore makes no backup, so one of the two is a mistake.
    fn contradiction(&mut self, backup: Option<bool>, restore_test: Option<bool>) {
        if backup == Some(true) && restore_test == Some(true) {
            self.problems.push(format!(
                "{BACKUP} and {RESTORE_TEST} are both true: it counts as a rehearsal of a restore; take \
                 one of them out"
            ));
        }
    }

    /// What can be read of the list holds: it can only make more of the rest uncovered.
    fn covers(&mut self) -> Option<Vec<CoveredObject>> {
        let text = self.annotations.get(COVERS)?;
        let entries = text.split(',').map(str::trim);
        let entries = entries.filter(|entry| !entry.is_empty());
        let read: Vec<Result<CoveredObject, String>> = entries.map(covered).collect();
        let read = read.into_iter();
        Some(
            read.filter_map(|one| self.keep("annotation", COVERS, one))
                .collect(),
        )
    }

    /// A name with a slip in it would promise something that nobody watches.
    fn unknown(&mut self) {
        let names = self.annotations.keys();
        let unknown =
            names.filter(|name| name.starts_with(PREFIX) && !ALL.contains(&name.as_str()));
        let problems: Vec<String> = unknown
            .map(|name| match nearest(name, &ALL) {
                Some(known) => format!("there is no annotation {name}: did you mean {known}?"),
                None => format!(
                    "there is no annotation {name}: use one of {}",
                    ALL.join(", ")
                ),
            })
            .collect();
        self.problems.extend(problems);
    }
}

fn length(text: &str) -> Result<SignedDuration, String> {
    let expected = SignedDuration::EXPECTED;
    let length: SignedDuration =
        read_bounded(text).map_err(|reason| format!("{reason}: use {expected}"))?;
    if length.is_positive() {
        Ok(length)
    } else {
        Err(format!(
            "it must be longer than nothing: use {expected}, or leave it out"
        ))
    }
}

fn share(text: &str) -> Result<Ratio, String> {
    read_bounded(text).map_err(|reason| format!("{reason}: use {}", Ratio::EXPECTED))
}

fn reason(text: &str) -> Result<String, String> {
    let reason = text.trim();
    if reason.is_empty() {
        return Err(
            "it has no reason, and counts for nothing: write why there is to be no backup, such as \
             \"a cache that fills itself\""
                .to_owned(),
        );
    }
    Ok(reason.to_owned())
}

fn covered(entry: &str) -> Result<CoveredObject, String> {
    let (kind, name) = entry.split_once('/').unwrap_or((entry, ""));
    let kind = match kind.to_ascii_lowercase().as_str() {
        "pvc" | "persistentvolumeclaim" => Some(CoverageKind::PersistentVolumeClaim),
        "sts" | "statefulset" => Some(CoverageKind::StatefulSet),
        "cluster" => Some(CoverageKind::CnpgCluster),
        _ => None,
    };
    match kind {
        Some(kind) if !name.is_empty() && !name.contains('/') => Ok(CoveredObject {
            kind,
            name: name.to_owned(),
        }),
        _ => Err(format!(
            "'{entry}' is none of pvc/NAME, statefulset/NAME and cluster/NAME: name objects of the \
             same namespace, with commas between them"
        )),
    }
}

fn name(text: &str) -> Result<String, String> {
    const LONGEST: usize = 253;
    let text = text.trim();
    if text.is_empty() {
        Err("it is empty: use a name, or leave it out".to_owned())
    } else if text.len() > LONGEST || text.contains(char::is_control) {
        Err(format!(
            "it is no name: use up to {LONGEST} letters on one line"
        ))
    } else {
        Ok(text.to_owned())
    }
}

fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        other => Err(format!(
            "'{other}' is neither true nor false: use \"true\" or \"false\", in quotes"
        )),
    }
}

fn severity(text: &str) -> Result<Severity, String> {
    let known = Severity::ALL.into_iter();
    known
        .clone()
        .find(|severity| severity.name() == text)
        .ok_or_else(|| {
            let names: Vec<&str> = known.map(Severity::name).collect();
            format!("'{text}' is no severity: use one of {}", names.join(", "))
        })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn map(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        let entries = entries.iter();
        entries
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn of(annotations: &[(&str, &str)]) -> AssetAnnotations {
        read(&map(annotations), &BTreeMap::new())
    }

    #[test]
    fn an_object_without_annotations_says_nothing() {
        let other = of(&[("kubectl.kubernetes.io/restartedAt", "2026-11-21")]);
        assert_eq!(other, AssetAnnotations::default());
    }

    #[rstest]
    #[case("", &[])]
    #[case("pvc", &[])]
    #[case("pvc/", &[])]
    #[case("pvc/other/data", &[])]
    #[case("pvc/data, data", &["data"])]
    fn of_what_is_covered_all_that_can_be_read_holds(#[case] text: &str, #[case] names: &[&str]) {
        let covers = of(&[(COVERS, text)]).covers.unwrap();
        let read: Vec<&str> = covers.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(read, names);
    }

    #[test]
    fn every_annotation_is_read() {
        let read = of(&[
            (BACKUP, "true"),
            (MAXIMUM_AGE, "36h"),
            (VERIFICATION_AGE, "8d"),
            (MAINTENANCE_AGE, "4d"),
            (MAXIMUM_RUN_DURATION, "90m"),
            (WARNING_AGE, "24h"),
            (EXPECTED_RUN_DURATION, "30m"),
            (BACKUP_SLO, "99.5%"),
            (WAL_ARCHIVING_SLO, "99.99%"),
            (NEGLECT_AGE, "7d"),
            (DRILL_AGE, "9d"),
            (RECOVERY_TIME, "4h"),
            (RESTORE_TEST, "false"),
            (REPLAY_LAG, "2m"),
            (STANDBY, "true"),
            (SEVERITY, "critical"),
            (SUSPEND, "true"),
            (REPOSITORY, "offsite"),
            (NO_BACKUP, " a cache "),
            (
                COVERS,
                "pvc/data, StatefulSet/search ,sts/queue,cluster/db,",
            ),
        ]);
        let covered = |kind, name: &str| CoveredObject {
            kind,
            name: name.to_owned(),
        };
        let expected = AssetAnnotations {
            overrides: ObjectiveOverrides {
                maximum_age: Some(SignedDuration::from_hours(36)),
                verification_age: Some(SignedDuration::from_hours(192)),
                maintenance_age: Some(SignedDuration::from_hours(96)),
                maximum_run_duration: Some(SignedDuration::from_mins(90)),
                warning_age: Some(SignedDuration::from_hours(24)),
                expected_run_duration: Some(SignedDuration::from_mins(30)),
                neglect_age: Some(SignedDuration::from_hours(168)),
                backup_slo: Some(Ratio::from_parts_per_million(995_000)),
                wal_archiving_slo: Some(Ratio::from_parts_per_million(999_900)),
                drill_age: Some(SignedDuration::from_hours(216)),
                recovery_time: Some(SignedDuration::from_hours(4)),
                replay_lag: Some(SignedDuration::from_mins(2)),
                severity: Some(Severity::Critical),
                ..ObjectiveOverrides::default()
            },
            suspend: true,
            selected: Some(true),
            restore_test: Some(false),
            standby: Some(true),
            repository: Some("offsite".to_owned()),
            no_backup: Some("a cache".to_owned()),
            covers: Some(vec![
                covered(CoverageKind::PersistentVolumeClaim, "data"),
                covered(CoverageKind::StatefulSet, "search"),
                covered(CoverageKind::StatefulSet, "queue"),
                covered(CoverageKind::CnpgCluster, "db"),
            ]),
            problems: Vec::new(),
        };
        assert_eq!(read, expected);
    }

    #[rstest]
    #[case(&[], &[], None, 0)]
    #[case(&[(BACKUP, "true")], &[], Some(true), 0)]
    #[case(&[(BACKUP, "false")], &[], Some(false), 0)]
    #[case(&[], &[(BACKUP, "true")], Some(true), 0)]
    #[case(&[(BACKUP, "false")], &[(BACKUP, "true")], Some(false), 1)]
    #[case(&[(BACKUP, "yes")], &[(BACKUP, "true")], Some(true), 1)]
    #[case(&[], &[(BACKUP, "1")], None, 1)]
    fn an_annotation_comes_before_the_label(
        #[case] annotations: &[(&str, &str)],
        #[case] labels: &[(&str, &str)],
        #[case] selected: Option<bool>,
        #[case] problems: usize,
    ) {
        let read = read(&map(annotations), &map(labels));
        assert_eq!(read.selected, selected);
        assert_eq!(read.problems.len(), problems, "{:?}", read.problems);
    }

    #[test]
    fn what_says_to_be_both_is_a_rehearsal_and_is_told_of() {
        let read = read(&map(&[(RESTORE_TEST, "true")]), &map(&[(BACKUP, "true")]));
        assert_eq!(read.restore_test, Some(true));
        assert_eq!(
            read.problems,
            [
                "lifeboat.dev/backup and lifeboat.dev/restore-test are both true: it counts as a \
              rehearsal of a restore; take one of them out"
            ]
        );
    }

    #[rstest]
    #[case(
        MAXIMUM_AGE,
        "soon",
        "the annotation lifeboat.dev/maximum-age: 'soon' is not a length of time: use a length of \
         time such as 25h, 90m or 7d"
    )]
    #[case(
        MAXIMUM_RUN_DURATION,
        "0s",
        "the annotation lifeboat.dev/maximum-run-duration: it must be longer than nothing: use a \
         length of time such as 25h, 90m or 7d, or leave it out"
    )]
    #[case(
        SEVERITY,
        "page",
        "the annotation lifeboat.dev/severity: 'page' is no severity: use one of info, warning, \
         critical"
    )]
    #[case(
        BACKUP_SLO,
        "100%",
        "the annotation lifeboat.dev/backup-slo: '100%' is no share that could be kept: use a \
         percentage above 0% and below 100%, such as 99% or 99.9%"
    )]
    #[case(
        SUSPEND,
        "True",
        "the annotation lifeboat.dev/suspend: 'True' is neither true nor false: use \"true\" or \
         \"false\", in quotes"
    )]
    #[case(
        NO_BACKUP,
        " ",
        "the annotation lifeboat.dev/no-backup: it has no reason, and counts for nothing: write why \
         there is to be no backup, such as \"a cache that fills itself\""
    )]
    #[case(
        COVERS,
        "deployment/web",
        "the annotation lifeboat.dev/covers: 'deployment/web' is none of pvc/NAME, statefulset/NAME \
         and cluster/NAME: name objects of the same namespace, with commas between them"
    )]
    #[case(
        REPOSITORY,
        " ",
        "the annotation lifeboat.dev/repository: it is empty: use a name, or leave it out"
    )]
    #[case(
        "lifeboat.dev/maximumAge",
        "36h",
        "there is no annotation lifeboat.dev/maximumAge: did you mean lifeboat.dev/maximum-age?"
    )]
    fn what_cannot_be_read_is_told_and_the_rest_holds(
        #[case] name: &str,
        #[case] value: &str,
        #[case] problem: &str,
    ) {
        let read = of(&[(name, value), (BACKUP, "true")]);
        assert_eq!(read.problems, [problem]);
        assert_eq!(read.overrides, ObjectiveOverrides::default());
        assert!(!read.suspend);
        assert_eq!(read.selected, Some(true));
    }
}
