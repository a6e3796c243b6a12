//! Standby: does a database follow that is to take the place of another?

use jiff::SignedDuration;

use super::{Answer, Question};
use crate::{
    Evidence, Facts, Instance, InstanceReading, InstanceRole, Standby, StandbyRole, Status,
};

/// How far a standby that streams may lie behind where nobody says. One that fetches files lies behind
/// for as long as nothing is written, so nobody can say without knowing it.
const USUAL_LAG: SignedDuration = SignedDuration::from_mins(5);

/// Whether these questions are paused with the standby itself, rather than with its backups only.
pub(super) fn rests(facts: Option<&Facts>) -> bool {
    facts.is_some_and(|facts| match &facts.standby {
        StandbyRole::Follows(standby) => standby.rests,
        _ => facts.paused.is_some(),
    })
}

/// Can anybody read how it is? Not asked where nobody is to read it.
pub(super) fn metrics(question: &Question<'_>) -> Option<Answer> {
    let (facts, standby) = followed(question)?;
    if !standby.is_read {
        return None;
    }
    Some(match leader(facts) {
        Ok((instance, reading)) => {
            let evidence = Evidence::StandbyRead {
                instance: instance.name.clone(),
                at: reading.at,
            };
            Answer::new(Status::Ok, question.known_since(), evidence)
        }
        // No moment is known at which it became so.
        Err(error) => {
            let evidence = Evidence::StandbyUnread { error };
            Answer::new(Status::Failing, question.now, evidence)
        }
    })
}

/// Is it still one? One that was a standby and says so no more was promoted, whoever can read it.
pub(super) fn in_recovery(question: &Question<'_>) -> Option<Answer> {
    let facts = question.facts()?;
    let said = leader(facts).map(|(instance, reading)| (&instance.name, reading.in_recovery));
    let instance = said.as_ref().ok().map(|(name, _)| (*name).clone());
    let failing = |instance| {
        let evidence = Evidence::NotInRecovery { instance };
        Some(Answer::new(Status::Failing, question.now, evidence))
    };
    match &facts.standby {
        StandbyRole::Leads => None,
        StandbyRole::Untold => {
            let upkeep = question.history.upkeep.as_ref();
            let was_standby = upkeep.is_some_and(|upkeep| upkeep.was_standby);
            was_standby.then(|| failing(instance))?
        }
        StandbyRole::Follows(standby) => match said {
            Ok((_, Some(false))) => failing(instance),
            Ok((name, Some(true))) => {
                let evidence = Evidence::InRecovery {
                    instance: name.clone(),
                    follows: standby.follows.clone(),
                };
                Some(Answer::new(Status::Ok, question.known_since(), evidence))
            }
            Ok((name, None)) if standby.is_read => Some(untold(question, name, "is in recovery")),
            Err(error) if standby.is_read => Some(unread(question, error)),
            _ => None,
        },
    }
}

/// Does it receive WAL? Only asked of one that is to stream it.
pub(super) fn receiving(question: &Question<'_>) -> Option<Answer> {
    let (facts, standby) = followed(question)?;
    if !standby.streams || !standby.is_read {
        return None;
    }
    let (instance, reading) = match leader(facts) {
        Ok(said) => said,
        Err(error) => return Some(unread(question, error)),
    };
    let instance = instance.name.clone();
    Some(match reading.wal_receiver_up {
        Some(true) => {
            let evidence = Evidence::Receives { instance };
            Answer::new(Status::Ok, question.known_since(), evidence)
        }
        Some(false) => {
            let evidence = Evidence::ReceivesNot {
                instance,
                follows: standby.follows.clone(),
            };
            Answer::new(Status::Failing, question.now, evidence)
        }
        None => untold(question, &instance, "receives WAL"),
    })
}

/// Is it close behind? Cut off, it reads a lag of 0, which says nothing.
pub(super) fn replay_lag(question: &Question<'_>) -> Option<Answer> {
    let (facts, standby) = followed(question)?;
    let promised = question.effective.objectives.replay_lag;
    let limit = promised.or(standby.streams.then_some(USUAL_LAG))?;
    if !standby.is_read {
        return None;
    }
    let (instance, reading) = match leader(facts) {
        Ok(said) => said,
        Err(error) => return Some(unread(question, error)),
    };
    let is_cut_off = standby.streams && reading.wal_receiver_up != Some(true);
    let lag = reading
        .replication_lag_seconds
        .and_then(|lag| SignedDuration::try_from_secs_f64(lag).ok());
    let name = &instance.name;
    let Some(lag) = lag else {
        return Some(untold(question, name, "lies behind"));
    };
    let evidence = Evidence::ReplayLag {
        instance: name.clone(),
        lag,
        limit,
        is_cut_off,
    };
    Some(if lag > limit {
        Answer::new(Status::Failing, question.now, evidence)
    } else if is_cut_off {
        Answer::new(Status::Unknown, question.now, evidence)
    } else {
        Answer::new(Status::Ok, question.known_since(), evidence)
    })
}

fn followed<'a>(question: &'a Question<'_>) -> Option<(&'a Facts, &'a Standby)> {
    let facts = question.facts()?;
    match &facts.standby {
        StandbyRole::Follows(standby) => Some((facts, standby)),
        _ => None,
    }
}

/// What the instance says that follows the other database; the rest follow that one.
fn leader(facts: &Facts) -> Result<(&Instance, &InstanceReading), String> {
    let mut instances = facts.instances.iter();
    let primary = instances.find(|one| one.role == InstanceRole::Primary);
    let instance = primary.or_else(|| facts.instances.first());
    let instance = instance.ok_or("it has no instance")?;
    let name = &instance.name;
    match &instance.reading {
        Some(Ok(reading)) if reading.collector_up == Some(false) => {
            Err(format!("the exporter of Pod/{name} can't reach PostgreSQL"))
        }
        Some(Ok(reading)) => Ok((instance, reading)),
        Some(Err(error)) => Err(error.clone()),
        None => Err(format!("the exporter of Pod/{name} isn't read")),
    }
}

fn unread(question: &Question<'_>, error: String) -> Answer {
    let evidence = Evidence::StandbyUnread { error };
    Answer::new(Status::Unknown, question.now, evidence)
}

fn untold(question: &Question<'_>, instance: &str, what: &str) -> Answer {
    unread(
        question,
        format!("the exporter of Pod/{instance} doesn't say whether it {what}"),
    )
}
