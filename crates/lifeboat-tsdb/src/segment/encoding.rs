//! How the samples of a chunk are encoded.

/// The encodings of Prometheus's `chunkenc.Encoding`, as of 3.14.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChunkEncoding {
    /// Floats: `XOR`.
    Xor,
    /// Native histograms with integer counts: `histogram`.
    Histogram,
    /// Native histograms with float counts: `floathistogram`.
    FloatHistogram,
    /// Floats with start timestamps: `XOR2`.
    Xor2,
    /// Native histograms with integer counts and start timestamps: `histogramST`.
    HistogramWithStart,
    /// Native histograms with float counts and start timestamps: `floathistogramST`.
    FloatHistogramWithStart,
}

/// In histograms with start timestamps the upper two bits tell of counter resets.
const SAMPLES_WITH_START: u16 = 0x3fff;

impl ChunkEncoding {
    /// The encoding that a byte stands for, if it is known here.
    #[inline]
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            1 => Self::Xor,
            2 => Self::Histogram,
            3 => Self::FloatHistogram,
            4 => Self::Xor2,
            5 => Self::HistogramWithStart,
            6 => Self::FloatHistogramWithStart,
            _ => return None,
        })
    }

    /// Whether its samples count as histogram samples; the others are floats.
    #[inline]
    #[must_use]
    pub fn is_histogram(self) -> bool {
        !matches!(self, Self::Xor | Self::Xor2)
    }

    /// The number of samples in a chunk whose data starts with these two bytes, read as a big-endian number.
    #[inline]
    #[must_use]
    pub fn samples(self, first_two: u16) -> u16 {
        match self {
            Self::HistogramWithStart | Self::FloatHistogramWithStart => {
                first_two & SAMPLES_WITH_START
            }
            _ => first_two,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counter_reset_bits_are_no_samples() {
        assert_eq!(ChunkEncoding::HistogramWithStart.samples(0xc003), 3);
        assert_eq!(ChunkEncoding::FloatHistogramWithStart.samples(0x4078), 120);
        assert_eq!(ChunkEncoding::Histogram.samples(0xc003), 0xc003);
        assert_eq!(ChunkEncoding::Xor2.samples(120), 120);
    }

    #[test]
    fn six_encodings_are_known() {
        let known: Vec<u8> = (0..=255)
            .filter(|&byte| ChunkEncoding::from_byte(byte).is_some())
            .collect();
        assert_eq!(known, [1, 2, 3, 4, 5, 6]);
        let histograms: Vec<u8> = known
            .into_iter()
            .filter(|&byte| ChunkEncoding::from_byte(byte).unwrap().is_histogram())
            .collect();
        assert_eq!(histograms, [2, 3, 5, 6]);
    }
}
