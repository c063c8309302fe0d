//! The hash and the draws: fixed, fast, and the same on every platform.
//!
//! Not cryptographic, and not meant to be. Changing anything here changes every simulated subject.

/// The fractional part of the golden ratio, in 64 bits.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of SplitMix64: every bit of the result depends on every bit of `x`.
///
/// # Source
/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014; the constants are
/// Stafford's variant 13.
pub(crate) fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// Hash of a text.
///
/// # Formula
/// ```text
/// h = mix(length + GOLDEN)
/// for each eight bytes w, little-endian, the last filled up with zeros:
///     h = (h xor w) * GOLDEN;  h = h xor (h >> 32)
/// hash = mix(h)
/// ```
pub(crate) fn hash(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let (words, rest) = bytes.as_chunks::<8>();
    let mut h = mix((bytes.len() as u64).wrapping_add(GOLDEN));
    for word in words {
        h = absorb(h, u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        h = absorb(h, u64::from_le_bytes(last));
    }
    mix(h)
}

fn absorb(h: u64, word: u64) -> u64 {
    let h = (h ^ word).wrapping_mul(GOLDEN);
    h ^ (h >> 32)
}

/// One value from two: `mix(mix(a + GOLDEN) xor b)`.
pub(crate) fn join(a: u64, b: u64) -> u64 {
    mix(mix(a.wrapping_add(GOLDEN)) ^ b)
}

/// What a draw is for. Draws for different purposes are independent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// Weights of the hidden rule.
    Rule = 1,
    /// Whether a decision is replaced, and by what.
    Noise = 2,
    /// Whether a reply fails, and how.
    Fail = 3,
    /// Whether a clause is told truthfully, and the decoy if not.
    Telling = 4,
    /// Whether a reader understands a stated clause.
    Understanding = 5,
    /// The rule by which a predictor answers for itself.
    Own = 6,
    /// What a generator writes.
    Writing = 7,
    /// What a rationaliser names, and how much it says that each point counted.
    Rationale = 8,
}

/// A stream of independent values for one purpose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Draws(u64);

impl Draws {
    /// The stream of `seed` for `purpose`.
    pub(crate) fn new(seed: u64, purpose: Purpose) -> Self {
        Self(join(purpose as u64, seed))
    }

    /// The stream within this one that belongs to `of`.
    pub(crate) fn of(self, of: u64) -> Self {
        Self(join(self.0, of))
    }

    /// The value at `index`.
    pub(crate) fn value(self, index: u64) -> u64 {
        join(self.0, index)
    }

    /// A fraction in `[0, 1)`, from the upper 53 bits.
    pub(crate) fn fraction(self, index: u64) -> f64 {
        const STEP: f64 = 1.0 / (1_u64 << 53) as f64;
        (self.value(index) >> 11) as f64 * STEP
    }

    /// A whole number in `0..below`, from the upper 32 bits.
    pub(crate) fn below(self, index: u64, below: usize) -> usize {
        scale((self.value(index) >> 32) as u32, below)
    }
}

/// Maps 32 random bits evenly to `0..below`.
pub(crate) fn scale(bits: u32, below: usize) -> usize {
    ((u64::from(bits) * below as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_same_for_ever() {
        // Made by this function; a change here changes every simulated reply ever recorded.
        let texts = ["", "a", "no chest pain", "between 50 and 60 years old"];
        let hashes = texts.map(hash);
        assert_eq!(hashes, PINNED, "{hashes:#018x?}");
    }

    const PINNED: [u64; 4] = [
        5_197_578_548_964_807_871,
        16_911_080_020_468_111_772,
        13_542_812_929_290_555_326,
        1_627_907_745_115_070_770,
    ];

    #[test]
    fn texts_that_differ_in_trailing_zeros_differ() {
        assert_ne!(hash("a"), hash("a\0"));
        assert_ne!(hash("12345678"), hash("12345678\0"));
    }

    #[test]
    fn fractions_are_even() {
        let draws = Draws::new(7, Purpose::Noise);
        let n = 100_000;
        let mean = (0..n).map(|i| draws.of(i).fraction(0)).sum::<f64>() / n as f64;
        // Five standard errors of a mean of 100,000 uniform fractions.
        assert!((mean - 0.5).abs() < 5.0 * 0.2887 / (n as f64).sqrt(), "{mean}");
        let below = (0..n).filter(|&i| draws.of(i).below(1, 3) == 2).count() as f64 / n as f64;
        assert!((below - 1.0 / 3.0).abs() < 5.0 * 0.4714 / (n as f64).sqrt(), "{below}");
    }

    #[test]
    fn streams_of_different_purposes_differ() {
        assert_ne!(Draws::new(1, Purpose::Noise).value(0), Draws::new(1, Purpose::Fail).value(0));
        assert_ne!(Draws::new(1, Purpose::Noise).value(0), Draws::new(2, Purpose::Noise).value(0));
    }
}
