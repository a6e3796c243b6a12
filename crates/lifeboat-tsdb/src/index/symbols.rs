//! The symbol table: every string of the index once, sorted.

use std::io::BufRead;

use super::skip;
use crate::body::Body;
use crate::decode::uvarint;
use crate::finding::Findings;
use crate::window::{Stop, Window};

/// A symbol longer than this is checked by its checksum but not for its order.
const LONGEST_SYMBOL: usize = 1 << 20;

/// What the symbol table holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Symbols {
    pub(super) count: u64,
    /// Whether the count can be relied on.
    pub(super) sound: bool,
}

pub(super) fn scan_symbols<R: BufRead + ?Sized>(
    window: &mut Window<'_, R>,
    section_end: u64,
    findings: &mut Findings,
) -> Result<Symbols, Stop> {
    const NAME: &str = "symbol table";
    let Some(mut body) = Body::begin(window, section_end, NAME, findings)? else {
        skip(window, section_end)?;
        return Ok(Symbols::default());
    };
    let start = body.start();
    let claimed = body.take_u32()?;
    let mut count = 0u64;
    let mut previous = Vec::new();
    let mut out_of_order = None;
    let mut next_length = 0;
    body.items(LONGEST_SYMBOL, |position, bytes| {
        let Some((length, prefix)) = uvarint(bytes) else {
            return 0;
        };
        next_length = length;
        let symbol = usize::try_from(length)
            .ok()
            .and_then(|length| bytes.get(prefix..prefix.checked_add(length)?));
        let Some(symbol) = symbol.filter(|symbol| prefix + symbol.len() <= LONGEST_SYMBOL) else {
            return 0;
        };
        if count > 0 && symbol <= previous.as_slice() && out_of_order.is_none() {
            out_of_order = Some(position);
        }
        previous.clear();
        previous.extend_from_slice(symbol);
        count += 1;
        prefix + symbol.len()
    })?;
    let left = body.left();
    let sound = body.finish(NAME, findings)?.sound;
    if !sound {
        // Whatever else is odd about it follows from that.
        return Ok(Symbols { count, sound });
    }
    let Some(claimed) = claimed else {
        findings.damage(
            start,
            format_args!("the symbol table has no room for its count"),
        );
        return Ok(Symbols {
            count,
            sound: false,
        });
    };
    let claimed = u64::from(claimed);
    if left > LONGEST_SYMBOL as u64 && next_length < left {
        findings.note(
            start,
            format_args!("after {count} symbols one is too long to be checked, so the rest is not"),
        );
        return Ok(Symbols {
            count: claimed,
            sound,
        });
    }
    if left > 0 {
        findings.damage(
            start,
            format_args!("the last {left} bytes of the symbol table are no symbol"),
        );
    }
    if claimed != count {
        findings.damage(
            start,
            format_args!("the symbol table claims {claimed} symbols and holds {count}"),
        );
    }
    if let Some(position) = out_of_order {
        findings.damage(
            position,
            format_args!("a symbol is not greater than the one before it"),
        );
    }
    Ok(Symbols { count, sound })
}
