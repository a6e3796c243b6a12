//! Finds the next sound chunk after a damaged one.

use std::io::BufRead;

use super::LARGEST_AT_HAND;
use super::frame::{LONGEST_PREFIX, Look, is_sound, look, plausible_total};
use crate::window::{Stop, Window};

/// Where reading goes on after a damaged chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resumed {
    /// At the end of the damaged chunk: its length was right.
    AtItsEnd,
    /// Somewhere further on: its length was not right, or more than one chunk is damaged.
    Found,
    /// Nowhere: the rest of the file was searched.
    Nowhere,
    /// Nowhere: the search took more than it may.
    GivenUp,
}

/// How many places are searched in one go. Little, because most chunks are short and each go has to be moved.
const STEP: usize = 16 << 10;
/// A length and an encoding: what tells whether a place is worth a closer look.
const HEAD: usize = LONGEST_PREFIX + 1;

/// Moves the window from the start of a damaged chunk to the next sound one, or to the end of the file.
///
/// `total` is the length that the damaged chunk claims, if it can be true. `budget` is how many bytes may be summed up
/// in searching, for the whole segment.
pub(super) fn find_next_chunk<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    file_length: u64,
    total: Option<u64>,
    budget: &mut u64,
) -> Result<Resumed, Stop> {
    if let Some(total) = total.and_then(|total| usize::try_from(total).ok())
        && ends_well(window, file_length, total)?
    {
        window.consume(total);
        return Ok(Resumed::AtItsEnd);
    }
    // The search must not find what it starts from.
    window.exactly(1)?;
    window.consume(1);
    loop {
        let left = file_length - window.position();
        if left == 0 {
            return Ok(Resumed::Nowhere);
        }
        match search_step(window, left, budget)? {
            Step::Found(place) => {
                window.consume(place);
                return Ok(Resumed::Found);
            }
            Step::Searched(count) => window.consume(count),
            Step::GivenUp => return Ok(Resumed::GivenUp),
        }
    }
}

/// Whether the chunk's claimed end is the end of the file or the start of a sound chunk.
fn ends_well<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    file_length: u64,
    total: usize,
) -> Result<bool, Stop> {
    let left = file_length - window.position();
    if total as u64 == left {
        window.exactly(total)?;
        return Ok(true);
    }
    let mut wanted = STEP;
    loop {
        let bytes = window.peek(total + wanted)?;
        let next = bytes.get(total..).unwrap_or_default();
        match look(next, left - total as u64) {
            Look::Sound(_) => return Ok(true),
            Look::More(more) if more > wanted as u64 && more <= LARGEST_AT_HAND as u64 => {
                wanted = LARGEST_AT_HAND;
            }
            Look::More(_) | Look::Damaged { .. } => return Ok(false),
        }
    }
}

enum Step {
    /// A sound chunk, so many bytes further on.
    Found(usize),
    /// None starts in so many bytes.
    Searched(usize),
    GivenUp,
}

/// Searches the next bytes, with `left` of them to the end of the file.
fn search_step<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    left: u64,
    budget: &mut u64,
) -> Result<Step, Stop> {
    let mut place = 0;
    let mut wanted = STEP;
    loop {
        let wanted_here = usize::try_from(left).unwrap_or(usize::MAX).min(wanted);
        let bytes = window.peek(wanted_here)?;
        if bytes.len() < wanted_here {
            return Err(Stop::Ended);
        }
        let bytes = bytes
            .get(..usize::try_from(left).unwrap_or(usize::MAX))
            .unwrap_or(bytes);
        wanted = loop {
            let rest = bytes.get(place..).unwrap_or_default();
            if place == STEP || rest.is_empty() {
                return Ok(Step::Searched(place));
            }
            let left = left - place as u64;
            if rest.len() < HEAD && (rest.len() as u64) < left {
                break place + HEAD;
            }
            if let Some(total) =
                plausible_total(rest, left).filter(|&total| total <= LARGEST_AT_HAND)
            {
                if total > rest.len() {
                    break place + total;
                }
                *budget = budget.saturating_sub(total as u64);
                if *budget == 0 {
                    return Ok(Step::GivenUp);
                }
                if is_sound(rest, total) {
                    return Ok(Step::Found(place));
                }
            }
            place += 1;
        };
    }
}
