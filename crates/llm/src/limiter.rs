//! How many requests may be in flight to one address.
//!
//! ```text
//! rate limit    limit <- max(1, floor(limit / 2))         once an episode
//! clean reply   limit <- min(most, limit + 1 / limit)     one more for each `limit` clean replies
//! ```
//! What was in flight when the limit was cut belongs to the same episode: a burst of refusals says
//! once that it was too much.

use tokio::time::Instant;

/// The limit of one address, between 1 and what the user allows.
pub(crate) struct Limiter {
    most: usize,
    limit: f64,
    cut_at: Option<Instant>,
    held_until: Option<Instant>,
}

/// The limit before and after it changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) from: usize,
    pub(crate) to: usize,
}

impl Limiter {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, limit: most as f64, cut_at: None, held_until: None }
    }

    /// Another model of the same address may allow more.
    pub(crate) fn allow(&mut self, most: usize) {
        if most > self.most {
            if self.limit as usize == self.most {
                self.limit = most as f64;
            }
            self.most = most;
        }
    }

    /// Most requests in flight now.
    pub(crate) fn limit(&self) -> usize {
        self.limit as usize
    }

    /// Until when nothing may be sent.
    pub(crate) fn held(&self, now: Instant) -> Option<Instant> {
        self.held_until.filter(|until| *until > now)
    }

    /// Sends nothing before `until`.
    pub(crate) fn hold(&mut self, until: Instant) {
        self.held_until = self.held_until.max(Some(until));
    }

    /// An attempt that `started` then met a rate limit: whether that is a new episode.
    pub(crate) fn is_new_episode(&self, started: Instant) -> bool {
        self.cut_at.is_none_or(|cut| started > cut)
    }

    /// Halves the limit for a new episode.
    pub(crate) fn cut(&mut self, now: Instant) -> Change {
        let from = self.limit();
        self.cut_at = Some(now);
        self.limit = (self.limit / 2.0).floor().max(1.0);
        Change { from, to: self.limit() }
    }

    /// A clean reply while `in_flight` requests, this one among them, were out. A limit that is not
    /// made use of does not grow: nothing says that more would be well.
    pub(crate) fn grow(&mut self, in_flight: usize) -> Option<Change> {
        let from = self.limit();
        if from >= self.most || in_flight < from {
            return None;
        }
        self.limit = (self.limit + 1.0 / self.limit).min(self.most as f64);
        // Thirds do not add up to one: a whole round of replies always brings one more.
        if self.limit.ceil() - self.limit < 1e-9 {
            self.limit = self.limit.ceil();
        }
        Some(Change { from, to: self.limit() }).filter(|change| change.to > change.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_of_refusals_cuts_once() {
        let start = Instant::now();
        let later = start + Duration::from_secs(1);
        let mut limiter = Limiter::new(16);
        assert!(limiter.is_new_episode(start));
        assert_eq!(limiter.cut(later), Change { from: 16, to: 8 });
        assert!(!limiter.is_new_episode(start), "it was in flight when the limit was cut");
        assert!(limiter.is_new_episode(later + Duration::from_millis(1)));
    }

    #[test]
    fn the_limit_grows_by_one_a_round_and_never_past_what_is_allowed() {
        let mut limiter = Limiter::new(4);
        limiter.cut(Instant::now());
        limiter.cut(Instant::now());
        limiter.cut(Instant::now());
        assert_eq!(limiter.limit(), 1);
        assert_eq!(limiter.grow(1), Some(Change { from: 1, to: 2 }));
        assert_eq!(limiter.grow(1), None, "one of two in flight says nothing about three");
        let mut replies = 0;
        while limiter.limit() < 4 {
            let in_flight = limiter.limit();
            limiter.grow(in_flight);
            replies += 1;
            assert!(replies < 10);
        }
        assert!((5..=6).contains(&replies), "{replies}");
        assert_eq!(limiter.grow(4), None);
    }

    #[test]
    fn the_longest_hold_counts() {
        let now = Instant::now();
        let mut limiter = Limiter::new(4);
        assert_eq!(limiter.held(now), None);
        limiter.hold(now + Duration::from_secs(9));
        limiter.hold(now + Duration::from_secs(2));
        assert_eq!(limiter.held(now), Some(now + Duration::from_secs(9)));
        assert_eq!(limiter.held(now + Duration::from_secs(10)), None);
    }
}
