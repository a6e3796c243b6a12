//! Evidence of service levels in words.

use std::fmt;

use super::Evidence;
use crate::{
    HumanDuration,
    slo::{PairOfBurns, Ratio, TimeWithin},
};

/// The sentence of what a service level rests on; nothing for other evidence.
pub(super) fn write(evidence: &Evidence, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    match evidence {
        Evidence::TimeWithin {
            ratio,
            target,
            window,
            counted,
            outside,
            ..
        } => {
            let time = TimeWithin {
                counted: *counted,
                outside: *outside,
            };
            write!(formatter, "for {} of ", ratio.in_short())?;
            if counted < window {
                write!(formatter, "the {} that count of ", HumanDuration(*counted))?;
            }
            write!(
                formatter,
                "the last {} the newest good recovery point was as young as promised; the target is \
                 {target}, and ",
                HumanDuration(*window)
            )?;
            let budget = time.budget(*target);
            let left = budget.saturating_sub(*outside);
            if left.is_negative() {
                write!(
                    formatter,
                    "the error budget of {} is overspent by {}",
                    HumanDuration(budget),
                    HumanDuration(left.abs())
                )
            } else {
                write!(
                    formatter,
                    "{} of the error budget of {} is left",
                    HumanDuration(left),
                    HumanDuration(budget)
                )
            }
        }
        Evidence::AttemptsArchived {
            ratio,
            target,
            window,
            attempts,
            failed,
            budget_left,
        } => {
            write!(
                formatter,
                "{failed} of {attempts} attempts to archive WAL failed within the last {}, so {} \
                 succeeded; the target is {target}, and ",
                HumanDuration(*window),
                ratio.in_short()
            )?;
            if *budget_left < 0.0 {
                formatter.write_str("the error budget is overspent")
            } else {
                write!(
                    formatter,
                    "{:.0}% of the error budget is left",
                    budget_left * 100.0
                )
            }
        }
        Evidence::BudgetBurn { target, pairs } => match said(pairs) {
            Some(pair) => burn(pair, *target, formatter),
            None => formatter.write_str("nobody counts attempts to archive WAL"),
        },
        _ => Ok(()),
    }
}

/// The pair that there is most to say of: the first one that is exceeded, else the first.
fn said(pairs: &[PairOfBurns]) -> Option<&PairOfBurns> {
    let exceeded = pairs.iter().find(|pair| pair.is_exceeded);
    exceeded.or(pairs.first())
}

fn burn(pair: &PairOfBurns, target: Ratio, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (long, short) = (&pair.long, &pair.short);
    write!(
        formatter,
        "{} of {} attempts to archive WAL failed within the last {}, and {} of {} within the last {}: \
         the error budget of a target of {target} burns {:.1} and {:.1} times as fast as it may; more \
         than {} times in both is too much",
        long.failed,
        long.attempts,
        long.window.name(),
        short.failed,
        short.attempts,
        short.window.name(),
        long.rate.unwrap_or_default(),
        short.rate.unwrap_or_default(),
        pair.limit
    )
}
