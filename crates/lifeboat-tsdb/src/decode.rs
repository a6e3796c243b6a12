//! Numbers as Go's `encoding/binary` writes them, taken from the front of a slice.

/// Takes an unsigned varint of at most ten bytes; `None` if the slice ends first or the number exceeds 64 bits.
#[inline]
pub(crate) fn take_uvarint(bytes: &mut &[u8]) -> Option<u64> {
    let (value, length) = uvarint(bytes)?;
    *bytes = bytes.get(length..)?;
    Some(value)
}

/// The unsigned varint at the start of `bytes` and how many bytes it takes.
#[inline]
pub(crate) fn uvarint(bytes: &[u8]) -> Option<(u64, usize)> {
    const LAST: u64 = 0x8080_8080_8080_8080;
    // Lengths change from number to number, so a loop over bytes is mispredicted for each: take eight at once.
    if let Some(eight) = bytes.first_chunk() {
        let word = u64::from_le_bytes(*eight);
        let last = !word & LAST;
        if last != 0 {
            let kept = word & (last ^ (last - 1)) & !LAST;
            let kept = kept & 0x007f_007f_007f_007f | (kept & 0x7f00_7f00_7f00_7f00) >> 1;
            let kept = kept & 0x0000_3fff_0000_3fff | (kept & 0x3fff_0000_3fff_0000) >> 2;
            let value = kept & 0x0000_0000_0fff_ffff | (kept & 0x0fff_ffff_0000_0000) >> 4;
            return Some((value, last.trailing_zeros() as usize / 8 + 1));
        }
    }
    uvarint_by_bytes(bytes)
}

/// Near the end of a slice, and for numbers of more than 56 bits.
fn uvarint_by_bytes(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (place, &byte) in bytes.iter().take(10).enumerate() {
        // The tenth byte has room for one bit only.
        if place == 9 && byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            return Some((value, place + 1));
        }
    }
    None
}

/// Takes a signed varint (zigzag), as Go's `binary.PutVarint` writes it.
#[inline]
pub(crate) fn take_varint(bytes: &mut &[u8]) -> Option<i64> {
    take_uvarint(bytes).map(|value| (value >> 1).cast_signed() ^ -(value & 1).cast_signed())
}

/// Takes `length` bytes.
#[inline]
pub(crate) fn take_bytes<'a>(bytes: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
    *bytes = rest;
    Some(taken)
}

/// The big-endian 32-bit number at the start of `bytes`.
#[inline]
pub(crate) fn big_endian_u32(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|four| u32::from_be_bytes(*four))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_are_read_as_go_writes_them() {
        let mut bytes: &[u8] = &[
            0x00, 0x7f, 0x80, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
        ];
        let values: Vec<u64> = std::iter::from_fn(|| take_uvarint(&mut bytes)).collect();
        assert_eq!(values, [0, 127, 128, u64::MAX]);
        let mut bytes: &[u8] = &[
            0x00, 0x01, 0x02, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
        ];
        let values: Vec<i64> = std::iter::from_fn(|| take_varint(&mut bytes)).collect();
        assert_eq!(values, [0, -1, 1, i64::MIN]);
    }

    #[test]
    fn eight_bytes_at_once_give_what_single_bytes_give() {
        for length in 0..20 {
            for seed in 1..2000u64 {
                let bytes: Vec<u8> = (0..length)
                    .map(|place: u64| {
                        let mixed = (seed * 31 + place)
                            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                            .to_be_bytes();
                        mixed[0] | if mixed[1] < 200 { 0x80 } else { 0 }
                    })
                    .collect();
                assert_eq!(uvarint(&bytes), uvarint_by_bytes(&bytes), "{bytes:x?}");
            }
        }
    }

    #[test]
    fn a_varint_that_is_cut_short_or_too_long_is_none() {
        assert_eq!(take_uvarint(&mut &[][..]), None);
        assert_eq!(take_uvarint(&mut &[0x80][..]), None);
        assert_eq!(
            take_uvarint(&mut &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02][..]),
            None
        );
        assert_eq!(take_uvarint(&mut &[0x80; 11][..]), None);
    }
}
