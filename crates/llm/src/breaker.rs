//! The breaker of one address: when it fails again and again, it is left alone but for one probe at
//! a time.

use crate::backoff::Backoff;
use crate::key::RequestKey;
use std::time::Duration;
use tokio::time::Instant;

/// Failures in a row, each of another request, after which an address counts as down. One request
/// that fails again and again may be at fault itself. Where nobody takes the connection, it is not.
pub(crate) const BREAK_AFTER: usize = 8;

/// Closed while the address works.
#[derive(Default)]
pub(crate) struct Breaker {
    /// The requests that failed since the last clean reply; no more than are needed to open.
    row: Vec<RequestKey>,
    refused: usize,
    open: Option<Open>,
}

struct Open {
    since: Instant,
    probes: u32,
    next_probe: Instant,
    probing: bool,
}

/// Whether a request may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    /// Yes.
    Closed,
    /// Yes, as the one that finds out whether the address works again.
    Probe,
    /// Not before this moment.
    Until(Instant),
    /// Not before the probe in flight is back.
    Probing,
}

impl Breaker {
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    pub(crate) fn gate(&self, now: Instant) -> Gate {
        match &self.open {
            None => Gate::Closed,
            Some(open) if open.probing => Gate::Probing,
            Some(open) if open.next_probe > now => Gate::Until(open.next_probe),
            Some(_) => Gate::Probe,
        }
    }

    /// A probe leaves.
    pub(crate) fn probe(&mut self) {
        if let Some(open) = &mut self.open {
            open.probing = true;
        }
    }

    /// The probe is back; `waits` says when the next leaves.
    pub(crate) fn probed(&mut self, now: Instant, waits: Backoff) {
        if let Some(open) = &mut self.open {
            open.probing = false;
            open.probes += 1;
            open.next_probe = now + waits.half(open.probes);
        }
    }

    /// A request failed; `refused` where no connection was made. Gives whether the breaker opens.
    pub(crate) fn failed(
        &mut self,
        key: RequestKey,
        refused: bool,
        now: Instant,
        waits: Backoff,
    ) -> bool {
        if self.open.is_some() {
            return false;
        }
        self.refused += usize::from(refused);
        if !self.row.contains(&key) {
            self.row.push(key);
        }
        if self.row.len().max(self.refused) < BREAK_AFTER {
            return false;
        }
        let next_probe = now + waits.half(0);
        self.open = Some(Open { since: now, probes: 0, next_probe, probing: false });
        true
    }

    /// A clean reply. Gives for how long the breaker was open, if it was.
    pub(crate) fn clean(&mut self, now: Instant) -> Option<Duration> {
        self.row.clear();
        self.refused = 0;
        self.open.take().map(|open| now - open.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITS: Backoff = Backoff { first: Duration::from_secs(1) };

    fn key(number: u32) -> RequestKey {
        RequestKey::of("p", "m", "{}", number, "")
    }

    #[test]
    fn many_requests_that_fail_in_a_row_open_it_and_one_alone_does_not() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for _ in 0..100 {
            assert!(!breaker.failed(key(0), false, now, WAITS));
        }
        for number in 1..7 {
            assert!(!breaker.failed(key(number), false, now, WAITS));
        }
        assert!(breaker.failed(key(7), false, now, WAITS));
        assert!(breaker.is_open());
    }

    #[test]
    fn a_clean_reply_ends_the_row() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for number in 0..100 {
            assert!(!breaker.failed(key(number), false, now, WAITS));
            if number % 7 == 6 {
                assert_eq!(breaker.clean(now), None);
            }
        }
    }

    #[test]
    fn an_address_that_is_down_is_probed_by_one_request_at_a_time() {
        let now = Instant::now();
        let mut breaker = Breaker::default();
        for _ in 0..BREAK_AFTER {
            breaker.failed(key(0), true, now, WAITS);
        }
        let Gate::Until(probe) = breaker.gate(now) else { panic!("{:?}", breaker.gate(now)) };
        assert!(probe > now);
        assert_eq!(breaker.gate(probe), Gate::Probe);
        breaker.probe();
        assert_eq!(breaker.gate(probe), Gate::Probing);
        breaker.probed(probe, WAITS);
        assert!(matches!(breaker.gate(probe), Gate::Until(next) if next > probe));
        assert_eq!(breaker.clean(probe), Some(probe - now));
        assert_eq!(breaker.gate(probe), Gate::Closed);
    }
}
