//! The words and lines that both forms of the status share.

use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};
use lifeboat_core::{AlertState, HumanDuration, Outcome, Status};
use lifeboat_web::api::{Alert, AsOf, CheckReport, LifeboatHealth, RunReport};

use crate::output::{age, alert, fine, note, short_age, time, wrapped};

/// What fits on a terminal of the usual width.
pub(crate) const WIDTH: usize = 80;

/// A status: what is wrong stands out without colour too.
pub(crate) fn status(status: Status) -> String {
    match status {
        Status::Ok => fine("ok"),
        Status::Paused => note("paused"),
        Status::Unknown => note("unknown"),
        Status::Failing => alert("FAILING"),
    }
}

/// A number of seconds in its two largest units.
#[expect(
    clippy::cast_possible_truncation,
    reason = "whole seconds of an age that a clock can show"
)]
pub(crate) fn span(seconds: f64) -> String {
    HumanDuration(SignedDuration::from_secs(seconds as i64)).to_string()
}

/// How a run ended and how long ago that is, such as `failed 9h ago`.
pub(crate) fn ended(run: &RunReport, at: Timestamp) -> String {
    let (Some(outcome), Some(ended_at)) = (run.outcome, run.ended_at) else {
        return note("running");
    };
    let word = match outcome {
        Outcome::Succeeded => fine("ok"),
        Outcome::Failed => alert("failed"),
        Outcome::Inconclusive => note("cut short"),
    };
    format!("{word} {}", ago(ended_at, at))
}

/// How far a moment lies back, or ahead if somebody's clock is wrong: `9h ago`, `in 9h`.
pub(crate) fn ago(moment: Timestamp, at: Timestamp) -> String {
    let age = short_age(moment, at);
    if age.starts_with("in ") {
        age
    } else {
        format!("{age} ago")
    }
}

/// When something comes, or since when it should have come: `in 9h`, `due 2s`.
pub(crate) fn due(next: Timestamp, at: Timestamp) -> String {
    if next > at {
        short_age(next, at)
    } else {
        format!("due {}", age(next, at))
    }
}

/// Text below a first line, as a paragraph that is indented.
pub(crate) fn paragraph(out: &mut dyn Write, indent: usize, text: &str) -> io::Result<()> {
    for line in wrapped(text, WIDTH - indent).lines() {
        writeln!(out, "{:indent$}{line}", "")?;
    }
    Ok(())
}

/// The answers of checks, those that rest on the same evidence told as one.
pub(crate) fn checks(out: &mut dyn Write, checks: &[CheckReport]) -> io::Result<()> {
    let is_same = |left: &CheckReport, right: &CheckReport| {
        left.status == right.status && left.text == right.text
    };
    for alike in checks.chunk_by(is_same) {
        let names: Vec<&str> = alike.iter().map(|check| check.check.name()).collect();
        if let [first, ..] = alike {
            check(out, &names.join(", "), first)?;
        }
    }
    Ok(())
}

/// A check's answer: what, since when, and what to do.
fn check(out: &mut dyn Write, names: &str, check: &CheckReport) -> io::Result<()> {
    let since = match check.status {
        Status::Ok => String::new(),
        _ => format!(", for {}", span(check.for_seconds)),
    };
    paragraph(out, 2, &format!("{} {names}{since}", status(check.status)))?;
    paragraph(out, 4, &format!("{}.", capitalised(&check.text)))?;
    match &check.hint {
        Some(hint) => paragraph(out, 4, &format!("hint: {hint}")),
        None => Ok(()),
    }
}

/// A moment, and how long ago it is.
pub(crate) fn moment(moment: Timestamp, at: Timestamp) -> String {
    format!("{}, {}", time(moment), ago(moment, at))
}

/// A sentence's first letter large.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// That everything below is old.
pub(crate) fn staleness(out: &mut dyn Write, as_of: &AsOf) -> io::Result<()> {
    if as_of.stale {
        let age = span(as_of.view_age_seconds);
        let head = alert("STALE:");
        writeln!(out, "{head} Lifeboat hangs. What follows is {age} old.")?;
        writeln!(out, "hint: look at its log, and restart it\n")?;
    }
    Ok(())
}

/// The alerts that fire.
pub(crate) fn alerts(out: &mut dyn Write, alerts: &[Alert], at: Timestamp) -> io::Result<()> {
    let firing = alerts
        .iter()
        .filter(|alert| alert.state == AlertState::Firing);
    for (index, firing) in firing.enumerate() {
        if index == 0 {
            writeln!(out, "\nAlerts that fire:")?;
        }
        let since = firing.fired_at.unwrap_or(firing.active_at);
        writeln!(
            out,
            "  {} {}, for {}{}",
            alert(firing.severity.name()),
            firing.alert,
            HumanDuration(at.duration_since(since)),
            if firing.suppressed_by.is_some() {
                ", suppressed"
            } else {
                ""
            }
        )?;
        paragraph(out, 4, &firing.summary)?;
    }
    Ok(())
}

/// What is wrong with Lifeboat itself.
pub(crate) fn lifeboat(out: &mut dyn Write, health: &LifeboatHealth) -> io::Result<()> {
    let mut troubles = Vec::new();
    if let Some(error) = &health.ledger.error {
        troubles.push(format!("the ledger can't be written: {error}"));
    }
    if let Some(error) = &health.resources.error {
        troubles.push(format!(
            "the resources that are there now are not in use, the ones before them are: {error}"
        ));
    }
    for notifier in &health.failing_notifiers {
        let (name, error) = (&notifier.name, &notifier.error);
        troubles.push(format!("the notifier {name} does not work: {error}"));
    }
    if troubles.is_empty() {
        return Ok(());
    }
    if health.messages_waiting > 0 {
        let waiting = health.messages_waiting;
        troubles.push(format!("messages that nobody has taken yet: {waiting}"));
    }
    writeln!(out, "\n{}", alert("Lifeboat itself:"))?;
    for trouble in troubles {
        paragraph(out, 2, &trouble)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_on_the_wrong_side_of_now_are_told_as_such() {
        let now = Timestamp::UNIX_EPOCH;
        let earlier = now - SignedDuration::from_hours(2);
        let later = now + SignedDuration::from_hours(2);
        assert_eq!(ago(earlier, now), "2h ago");
        assert_eq!(ago(later, now), "in 2h");
        assert_eq!(due(later, now), "in 2h");
        assert_eq!(due(earlier, now), "due 2h 0m");
    }
}
