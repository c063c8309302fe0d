//! How long is waited between two attempts.

use std::time::Duration;

/// The longest wait, unless the provider asks for more.
const LONGEST: Duration = Duration::from_secs(60);

/// Waits that double from the first, up to a minute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    /// The first wait.
    pub(crate) first: Duration,
}

impl Backoff {
    /// The longest wait after `before` earlier ones.
    fn longest(self, before: u32) -> Duration {
        self.first.saturating_mul(2_u32.saturating_pow(before)).min(LONGEST.max(self.first))
    }

    /// With full jitter, from nothing up: requests that failed together do not come back together.
    ///
    /// # Formula
    /// ```text
    /// wait = U(0, 1) * min(60 s, first * 2^before)
    /// ```
    pub(crate) fn full(self, before: u32) -> Duration {
        self.longest(before).mul_f64(fastrand::f64())
    }

    /// From half of it up, for what should not come at once: probes, and the pause of an address.
    pub(crate) fn half(self, before: u32) -> Duration {
        self.longest(before).mul_f64(0.5 + 0.5 * fastrand::f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_minute_and_differ() {
        let waits = Backoff { first: Duration::from_secs(1) };
        for before in [0, 1, 3, 30, u32::MAX] {
            let most = Duration::from_secs(60).min(waits.longest(before));
            assert!((0..50).all(|_| waits.full(before) <= most));
            assert!((0..50).all(|_| waits.half(before) >= most / 2 && waits.half(before) <= most));
        }
        assert_eq!(waits.longest(3), Duration::from_secs(8));
        let drawn: Vec<Duration> = (0..50).map(|_| waits.full(5)).collect();
        assert!(drawn.iter().any(|wait| *wait < Duration::from_secs(16)));
        assert!(drawn.iter().any(|wait| *wait > Duration::from_secs(16)));
    }
}
