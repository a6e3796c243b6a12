//! The two digests of a data file: SHA-256, its identity, and CRC-64/NVME, which finds accidents at no cost.

use aws_lc_rs::digest::{Context, SHA256};
use crc_fast::CrcAlgorithm;
use serde::{Deserialize, Serialize};

/// What a data file's bytes come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// SHA-256 in lower-case hexadecimal, as `sha256sum` prints it.
    pub sha256: String,
    /// CRC-64/NVME in lower-case hexadecimal, 16 digits.
    pub crc64nvme: String,
}

/// Computes both digests over bytes in order.
pub(crate) struct Digester {
    sha256: Context,
    crc64: crc_fast::Digest,
    length: u64,
}

impl Digester {
    pub(crate) fn new() -> Self {
        Self {
            sha256: Context::new(&SHA256),
            crc64: crc_fast::Digest::new(CrcAlgorithm::Crc64Nvme),
            length: 0,
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.crc64.update(bytes);
        self.length += bytes.len() as u64;
    }

    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    pub(crate) fn finish(self) -> Digests {
        Digests {
            sha256: hexadecimal(self.sha256.finish().as_ref()),
            crc64nvme: crc64_text(self.crc64.finalize()),
        }
    }
}

/// Both digests of bytes that are already in memory.
#[cfg(test)]
pub(crate) fn digests(bytes: &[u8]) -> Digests {
    let mut digester = Digester::new();
    digester.update(bytes);
    digester.finish()
}

/// Both digests of a reader's bytes.
pub(crate) fn digests_of(mut reader: impl std::io::Read) -> std::io::Result<Digests> {
    let mut digester = Digester::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(digester.finish()),
            Ok(count) => digester.update(&buffer[..count]),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// SHA-256 of bytes in memory, in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(aws_lc_rs::digest::digest(&SHA256, bytes).as_ref())
}

/// A CRC-64/NVME as documents write it.
pub(crate) fn crc64_text(value: u64) -> String {
    format!("{value:016x}")
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of FIPS 180-4 ("abc") and of the CRC catalogue ("123456789").
    #[test]
    fn the_digests_are_the_standard_ones() {
        assert_eq!(
            sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(digests(b"123456789").crc64nvme, "ae8b14860a799888");
    }

    #[test]
    fn the_order_of_updates_is_the_order_of_bytes() {
        let mut digester = Digester::new();
        digester.update(b"1234");
        digester.update(b"56789");
        assert_eq!(digester.length(), 9);
        assert_eq!(digester.finish(), digests(b"123456789"));
    }
}
