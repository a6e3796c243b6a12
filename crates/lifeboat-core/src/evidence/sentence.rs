//! Evidence in words: one sentence for each, without its full stop, so that they read alike.

use std::fmt;

use jiff::SignedDuration;

use super::{Evidence, slo_sentence};
use crate::HumanDuration;

impl fmt::Display for Evidence {
    #[expect(
        clippy::too_many_lines,
        reason = "one sentence a variant, side by side so that they read alike"
    )]
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let human = |duration: &SignedDuration| HumanDuration(*duration);
        match self {
            Self::Age {
                recovery_point,
                age,
                maximum_age,
                ..
            } => write!(
                formatter,
                "the newest good recovery point, {recovery_point}, is {} old; promised is {} at most",
                human(age),
                human(maximum_age)
            ),
            Self::EarlyAge {
                age,
                warning_age,
                maximum_age,
                ..
            } => write!(
                formatter,
                "the newest good recovery point is {} old; usual is {} at most, and promised {}",
                human(age),
                human(warning_age),
                human(maximum_age)
            ),
            Self::NoGoodRecoveryPoint {
                known_since,
                not_good,
                maximum_age,
            } => {
                write!(
                    formatter,
                    "there is no good recovery point; known since {known_since:.0}, promised is an age of {} at most",
                    human(maximum_age)
                )?;
                match not_good {
                    0 => Ok(()),
                    1 => formatter.write_str("; one is there that is not good"),
                    many => write!(formatter, "; {many} are there that are not good"),
                }
            }
            Self::InventoryUnknown { error: None } => {
                formatter.write_str("the repository has not been looked into yet")
            }
            Self::InventoryUnknown { error: Some(error) } => {
                write!(formatter, "the repository can't be looked into: {error}")
            }
            Self::Whole { recovery_point } => {
                write!(
                    formatter,
                    "the newest recovery point, {recovery_point}, is whole"
                )
            }
            Self::Damaged {
                recovery_point,
                damage,
            } => write!(
                formatter,
                "the newest recovery point, {recovery_point}, is damaged: {damage}"
            ),
            Self::Refuted { recovery_point, at } => write!(
                formatter,
                "the verification of {at:.0} found the newest recovery point, {recovery_point}, to be bad"
            ),
            Self::NoRecoveryPoint => formatter.write_str("there is no recovery point"),
            Self::VerificationAge {
                age,
                maximum_age,
                coverage,
                ..
            } => {
                write!(
                    formatter,
                    "the newest good verification is {} old; promised is {} at most",
                    human(age),
                    human(maximum_age)
                )?;
                match coverage {
                    Some((done, of)) if of > &1 => {
                        write!(
                            formatter,
                            "; {done} of {of} shares were read in the latest turn"
                        )
                    }
                    _ => Ok(()),
                }
            }
            Self::VerificationFailed { at, error } => {
                write!(formatter, "the verification of {at:.0} failed: {error}")
            }
            Self::NeverVerified { maximum_age } => write!(
                formatter,
                "nothing has been verified yet; promised is every {}",
                human(maximum_age)
            ),
            Self::ScheduleKept { next: Some(next) } => {
                write!(
                    formatter,
                    "everything that was due has run; next at {next:.0}"
                )
            }
            Self::ScheduleKept { next: None } => {
                formatter.write_str("everything that was due has run")
            }
            Self::RunMissed { operation, due_at } => {
                write!(
                    formatter,
                    "the {operation} that was due at {due_at:.0} has not run"
                )
            }
            Self::RunSucceeded { operation, at } => {
                write!(formatter, "the last {operation} succeeded at {at:.0}")
            }
            Self::RunFailed {
                operation,
                at,
                failures,
                error,
                hint,
            } => {
                write!(formatter, "the last {operation} failed at {at:.0}")?;
                if *failures > 1 {
                    write!(formatter, ", as did {} before it", failures - 1)?;
                }
                write!(formatter, ": {error}")?;
                match hint {
                    Some(hint) => write!(formatter, " (hint: {hint})"),
                    None => Ok(()),
                }
            }
            Self::RunInconclusive {
                operation,
                at,
                error,
            } => {
                write!(
                    formatter,
                    "the last {operation} was cut short at {at:.0}: {error}"
                )
            }
            Self::NeverRan { operation } => write!(formatter, "no {operation} has run yet"),
            Self::EverSucceeded { first } => {
                write!(
                    formatter,
                    "the first good recovery point known is of {first:.0}"
                )
            }
            Self::NeverSucceeded { expected_by } => write!(
                formatter,
                "no backup has ever succeeded; the first should be there by {expected_by:.0}"
            ),
            Self::NothingStuck => formatter.write_str("nothing runs for longer than it may"),
            Self::Stuck {
                operation,
                started_at,
                deadline,
            } => write!(
                formatter,
                "a {operation} has been running since {started_at:.0}; it may take {} at most",
                human(deadline)
            ),
            Self::StuckUnderWay(stuck) => {
                write!(
                    formatter,
                    "{} has been in phase '{}' since {:.0}; it may take {} at most",
                    stuck.name,
                    stuck.phase,
                    stuck.since,
                    human(&stuck.limit)
                )?;
                match stuck.waiting {
                    0 => {}
                    1 => formatter.write_str(", and one more waits behind it")?,
                    many => write!(formatter, ", and {many} more wait behind it")?,
                }
                append(formatter, stuck.message.as_deref())
            }
            Self::RunDuration {
                operation,
                at,
                took,
                expected,
            } => write!(
                formatter,
                "the {operation} that ended at {at:.0} took {}; it should take {} at most",
                human(took),
                human(expected)
            ),
            Self::Available {
                available, desired, ..
            } => {
                write!(
                    formatter,
                    "{available} of {desired} instances are available"
                )
            }
            Self::Unavailable { desired: 0, .. } => {
                formatter.write_str("it is scaled to zero, so nothing of it runs")
            }
            Self::Unavailable {
                desired, message, ..
            } => {
                write!(formatter, "none of {desired} instances is available")?;
                append(formatter, message.as_deref())
            }
            Self::PointsKept { count } => write!(
                formatter,
                "no recovery point has gone before its time; {count} are there"
            ),
            Self::PointsLost {
                at,
                count,
                newest,
                newest_taken_at,
            } => write!(
                formatter,
                "{}, missed at {at:.0}; the newest was {newest} of {newest_taken_at:.0}",
                match count {
                    1 => "one recovery point has gone before its time".to_owned(),
                    many => format!("{many} recovery points have gone before their time"),
                }
            ),
            Self::Scheduled { name, text } => {
                write!(formatter, "{name} is kept, by the schedule '{text}'")
            }
            Self::Unscheduled { operation } => {
                write!(formatter, "no {operation} runs on a schedule")
            }
            Self::ScheduleSuspended { name, since } => {
                write!(formatter, "{name} is suspended")?;
                match since {
                    Some(since) => write!(formatter, " since {since:.0}"),
                    None => Ok(()),
                }
            }
            Self::ScheduleUnusable {
                name,
                text,
                problem,
            } => write!(
                formatter,
                "the schedule '{text}' of {name} can't be kept: {problem}"
            ),
            Self::Archives {
                last,
                failed_lately,
            } => {
                match last {
                    Some(last) => write!(formatter, "WAL was last archived at {last:.0}")?,
                    None => formatter.write_str("WAL is archived, by the cluster's own account")?,
                }
                match failed_lately {
                    0 => Ok(()),
                    1 => formatter.write_str("; one attempt failed lately"),
                    many => write!(formatter, "; {many} attempts failed lately"),
                }
            }
            Self::ArchivingFails {
                failed_lately,
                window,
                message,
            } => {
                match failed_lately {
                    Some(failed) => write!(
                        formatter,
                        "archiving WAL failed {failed} times within {}",
                        human(window)
                    )?,
                    None => {
                        formatter.write_str("archiving WAL fails, by the cluster's own account")?;
                    }
                }
                append(formatter, message.as_deref())
            }
            Self::NeverArchived => formatter.write_str("no WAL has ever been archived"),
            Self::ArchiveBacklog { waiting, limit } => write!(
                formatter,
                "{waiting} WAL files wait to be archived; up to {limit} are usual"
            ),
            Self::ArchivingUnknown { error } => write!(
                formatter,
                "how archiving goes can't be read from the primary: {error}"
            ),
            Self::MaintenanceAge {
                age, maximum_age, ..
            } => write!(
                formatter,
                "the last good maintenance is {} old; promised is {} at most",
                human(age),
                human(maximum_age)
            ),
            Self::NeverMaintained {
                known_since,
                maximum_age,
            } => write!(
                formatter,
                "no maintenance is known to have succeeded; known since {known_since:.0}, promised is one every {}",
                human(maximum_age)
            ),
            Self::StandbyRead { instance, at } => {
                write!(formatter, "{instance} was read at {at:.0}")
            }
            Self::StandbyUnread { error } => {
                write!(formatter, "how the standby is can't be read: {error}")
            }
            Self::InRecovery { instance, follows } => {
                write!(formatter, "{instance} is in recovery")?;
                match follows {
                    Some(source) => write!(formatter, " and follows {source}"),
                    None => Ok(()),
                }
            }
            Self::NotInRecovery { instance } => match instance {
                Some(instance) => write!(
                    formatter,
                    "{instance} is not in recovery any more, so what was a standby takes writes of its own"
                ),
                None => formatter.write_str(
                    "it was a standby, and by its description it follows nobody any more",
                ),
            },
            Self::Receives { instance } => write!(formatter, "{instance} receives WAL"),
            Self::ReceivesNot { instance, follows } => {
                let source = follows.as_deref().unwrap_or("the database that it follows");
                write!(
                    formatter,
                    "{instance} receives no WAL from {source}: it isn't connected"
                )
            }
            Self::ReplayLag {
                instance,
                lag,
                limit,
                is_cut_off,
            } => {
                write!(
                    formatter,
                    "{instance} lies {} behind; promised is {} at most",
                    human(lag),
                    human(limit)
                )?;
                match is_cut_off {
                    true => formatter.write_str(
                        "; but it receives no WAL, so it can't know how far it really is",
                    ),
                    false => Ok(()),
                }
            }
            Self::RehearsalAge {
                age, maximum_age, ..
            } => write!(
                formatter,
                "the last good rehearsal of a restore is {} old; promised is {} at most",
                human(age),
                human(maximum_age)
            ),
            Self::NeverRehearsed {
                known_since,
                maximum_age,
            } => write!(
                formatter,
                "no rehearsal of a restore is known to have succeeded; known since {known_since:.0}, promised is one every {}",
                human(maximum_age)
            ),
            Self::Settled { changes, window } => match changes {
                0 => write!(formatter, "nothing rewrote it within {}", human(window)),
                1 => write!(formatter, "it was rewritten once within {}", human(window)),
                many => write!(
                    formatter,
                    "it was rewritten {many} times within {}",
                    human(window)
                ),
            },
            Self::Unsettled {
                changes,
                window,
                limit,
            } => write!(
                formatter,
                "it was rewritten {changes} times within {}; up to {limit} are usual",
                human(window)
            ),
            Self::Growth {
                percent,
                window,
                limit_percent,
                ..
            } => match percent {
                0 => write!(
                    formatter,
                    "the repository has not grown within {}",
                    human(window)
                ),
                _ => write!(
                    formatter,
                    "the repository has grown by {percent} % within {}; up to {limit_percent} % is usual",
                    human(window)
                ),
            },
            Self::Deduplication { ratio, minimum } => write!(
                formatter,
                "what the repository was given is {ratio:.2} times what it keeps of that; at least {minimum:.2} times is usual"
            ),
            Self::RepositoryRead { at } => {
                write!(formatter, "the repository was read at {at:.0}")
            }
            Self::RepositoryNotRead => formatter.write_str("the repository has not been read yet"),
            Self::RepositoryUnreadable {
                since,
                error,
                hint,
                read_at,
            } => {
                write!(
                    formatter,
                    "the repository can't be read since {since:.0}: {error}"
                )?;
                if let Some(hint) = hint {
                    write!(formatter, " (hint: {hint})")?;
                }
                match read_at {
                    Some(read_at) => write!(formatter, "; it was last read at {read_at:.0}"),
                    None => Ok(()),
                }
            }
            Self::SnapshotsWhole { sources } => match sources {
                0 => formatter.write_str("there is no snapshot"),
                1 => formatter.write_str("the newest snapshot of its one source is whole"),
                many => write!(
                    formatter,
                    "the newest snapshots of its {many} sources are whole"
                ),
            },
            Self::SnapshotIncomplete { source, at } => write!(
                formatter,
                "the newest snapshot of {source}, begun at {at:.0}, was cut short"
            ),
            Self::SnapshotErrors { source, at, errors } => write!(
                formatter,
                "the newest snapshot of {source}, of {at:.0}, lacks {errors} files or folders that could not be read"
            ),
            Self::StoreAnswers { at } => write!(formatter, "the object store answered at {at:.0}"),
            Self::StoreNotRead => {
                formatter.write_str("nobody has looked into the object store yet")
            }
            Self::StoreUnreachable {
                since,
                error,
                answered_at,
                ..
            } => {
                write!(
                    formatter,
                    "the object store doesn't answer since {since:.0}: {error}"
                )?;
                match answered_at {
                    Some(at) => write!(formatter, "; it last did at {at:.0}"),
                    None => Ok(()),
                }
            }
            Self::StoreSpace { used, capacity } => write!(
                formatter,
                "the object store has {} % of its capacity left: {used} of {capacity} bytes are taken",
                u128::from(capacity.saturating_sub(*used)) * 100 / u128::from(*capacity).max(1)
            ),
            Self::BackupsStored {
                whole,
                not_whole,
                newest,
            } => {
                match (whole, newest) {
                    (1, Some(newest)) => write!(
                        formatter,
                        "the object store holds one whole backup, {newest}"
                    )?,
                    (many, Some(newest)) => write!(
                        formatter,
                        "the object store holds {many} whole backups, the newest {newest}"
                    )?,
                    (_, None) => formatter.write_str("the object store holds no whole backup")?,
                }
                match not_whole {
                    0 => Ok(()),
                    1 => formatter.write_str("; one more folder is no recovery point"),
                    many => write!(formatter, "; {many} more folders are no recovery points"),
                }
            }
            Self::BackupNotRestorable {
                backup,
                folder,
                problem,
                others,
                usable,
            } => {
                write!(
                    formatter,
                    "Backup {backup} counts as completed, but can't be restored from base/{folder}: {problem}"
                )?;
                match others {
                    0 => {}
                    1 => formatter.write_str("; so it is with one more")?,
                    many => write!(formatter, "; so it is with {many} more")?,
                }
                match usable {
                    Some(usable) => write!(formatter, "; the newest whole one is {usable}"),
                    None => formatter.write_str("; there is no whole one"),
                }
            }
            Self::WalContinuous {
                segments,
                newest,
                newest_at,
            } => write!(
                formatter,
                "the WAL in the object store has no gap: {segments} segments up to {newest}, stored at {newest_at:.0}"
            ),
            Self::WalGap {
                segment,
                missing,
                lsn,
                recoverable_until,
                again_from,
            } => {
                match missing {
                    1 => write!(formatter, "the WAL segment {segment} is missing")?,
                    many => write!(
                        formatter,
                        "{many} WAL segments are missing, the first of them {segment}"
                    )?,
                }
                write!(
                    formatter,
                    ": one can recover up to about {recoverable_until:.0} ({lsn})"
                )?;
                match again_from {
                    Some(backup) => write!(formatter, ", and again from backup {backup} on"),
                    None => formatter.write_str(", and not to any moment since"),
                }
            }
            Self::TimeWithin { .. } | Self::AttemptsArchived { .. } | Self::BudgetBurn { .. } => {
                slo_sentence::write(self, formatter)
            }
            Self::InSight => formatter.write_str("it can be looked at"),
            Self::NotSeen { since, error } => {
                write!(formatter, "nothing has been seen since {since:.0}: {error}")
            }
            Self::ClockSound => formatter.write_str("no timestamp lies in the future"),
            Self::InTheFuture { what, at } => {
                write!(formatter, "{what} is dated {at:.0}, in the future")
            }
        }
    }
}

fn append(formatter: &mut fmt::Formatter<'_>, message: Option<&str>) -> fmt::Result {
    match message {
        Some(message) => write!(formatter, ": {message}"),
        None => Ok(()),
    }
}
