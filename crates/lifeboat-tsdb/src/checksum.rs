//! CRC-32C (Castagnoli), the checksum of every TSDB file.

/// The CRC-32C of `bytes`.
#[inline]
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
}

/// The CRC-32C of what came before, continued over `bytes`.
#[inline]
pub(crate) fn continue_checksum(before: u32, bytes: &[u8]) -> u32 {
    crc32c::crc32c_append(before, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_value_of_the_castagnoli_polynomial_is_met() {
        assert_eq!(checksum(b"123456789"), 0xe306_9283);
        assert_eq!(continue_checksum(checksum(b"1234"), b"56789"), 0xe306_9283);
        assert_eq!(checksum(b""), 0);
    }
}
