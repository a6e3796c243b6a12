//! CRC-32C (Castagnoli, also called iSCSI's), the checksum of every TSDB file.

use crc_fast::{CrcAlgorithm, Digest, crc32_iscsi};

/// The CRC-32C of `bytes`.
#[inline]
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    crc32_iscsi(bytes)
}

/// The CRC-32C of what came before, continued over `bytes`.
#[inline]
pub(crate) fn continue_checksum(before: u32, bytes: &[u8]) -> u32 {
    // The state of one that goes on is what it comes to with every bit inverted.
    let mut digest = Digest::new_with_init_state(CrcAlgorithm::Crc32Iscsi, u64::from(!before));
    digest.update(bytes);
    #[expect(
        clippy::cast_possible_truncation,
        reason = "of the 64 bits a CRC-32 has the lower 32"
    )]
    let checksum = digest.finalize() as u32;
    checksum
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
