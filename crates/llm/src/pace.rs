//! Requests and tokens per minute, where the user gives them (`rpm=`, `tpm=`).
//!
//! Two buckets, and not a crate: what a reply costs in tokens is known only afterwards, so a bucket
//! has to take a correction and to go below zero, which none of the well-kept ones does.

use crate::spec::{ModelSpec, SpecError};
use std::time::Duration;
use tokio::time::Instant;

/// Options that say where, how fast and for whose money a model is asked: it stays the same model.
pub(crate) const OPTIONS: [&str; 3] = ["concurrency", "rpm", "tpm"];

/// Bytes of a prompt to a token, until replies say how many tokens a request takes.
const BYTES_PER_TOKEN: f64 = 4.0;

/// A bucket that fills steadily.
struct Bucket {
    per_s: f64,
    most: f64,
    level: f64,
    /// The level at which something may be taken.
    enough: f64,
    at: Option<Instant>,
}

impl Bucket {
    /// What is unused in a tenth of a second may be made up for, no more: over any minute at most
    /// 1/600 more than `per_minute`.
    fn new(per_minute: f64, enough: f64) -> Self {
        let most = (per_minute / 600.0).max(1.0);
        Self { per_s: per_minute / 60.0, most, level: most, enough, at: None }
    }

    fn wait(&mut self, now: Instant) -> Option<Instant> {
        let since = self.at.map_or(0.0, |at| (now - at).as_secs_f64());
        self.at = Some(now);
        self.level = (self.level + since * self.per_s).min(self.most);
        // A hair less is enough: rounded times must not lead to a wait of nothing.
        let lacks = self.enough - self.level;
        (lacks > 1e-6).then(|| now + Duration::from_secs_f64(lacks / self.per_s))
    }
}

/// How fast one model may be asked.
#[derive(Default)]
pub(crate) struct Pace {
    requests: Option<Bucket>,
    tokens: Option<Bucket>,
    /// Tokens of the requests that came back, and how many these were.
    used: (f64, f64),
}

impl Pace {
    /// As the options of a model say.
    pub(crate) fn of(spec: &ModelSpec) -> Result<Self, SpecError> {
        let requests = positive(spec, "rpm")?.map(|per_minute| Bucket::new(per_minute, 1.0));
        // Any tokens are enough for a request of any size: it goes into debt that later ones wait for.
        let tokens = positive(spec, "tpm")?.map(|per_minute| Bucket::new(per_minute, 1e-3));
        Ok(Self { requests, tokens, used: (0.0, 0.0) })
    }

    /// Whether tokens are counted.
    pub(crate) fn counts_tokens(&self) -> bool {
        self.tokens.is_some()
    }

    /// Until when the next request has to wait.
    pub(crate) fn wait(&mut self, now: Instant) -> Option<Instant> {
        let requests = self.requests.as_mut().and_then(|bucket| bucket.wait(now));
        requests.max(self.tokens.as_mut().and_then(|bucket| bucket.wait(now)))
    }

    /// A request leaves; gives the tokens that it is taken to cost.
    pub(crate) fn sent(&mut self, body: &str) -> f64 {
        if let Some(bucket) = &mut self.requests {
            bucket.level -= 1.0;
        }
        let Some(bucket) = &mut self.tokens else { return 0.0 };
        let (tokens, requests) = self.used;
        let taken =
            if requests > 0.0 { tokens / requests } else { body.len() as f64 / BYTES_PER_TOKEN };
        bucket.level -= taken;
        taken
    }

    /// A request that was taken to cost `taken` tokens is back; `tokens` where the reply says them.
    pub(crate) fn back(&mut self, taken: f64, tokens: Option<i64>) {
        let (Some(bucket), Some(tokens)) = (&mut self.tokens, tokens) else { return };
        let tokens = tokens.max(0) as f64;
        bucket.level -= tokens - taken;
        self.used = (self.used.0 + tokens, self.used.1 + 1.0);
    }
}

/// The most requests in flight that a model's own options allow.
pub(crate) fn concurrency(spec: &ModelSpec) -> Result<Option<usize>, SpecError> {
    Ok(positive(spec, "concurrency")?.map(|most| most as usize))
}

/// How fast a specification says that its model may be asked.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StatedPace {
    /// Most requests in flight to one address.
    pub concurrency: Option<usize>,
    /// Requests a minute.
    pub requests_per_minute: Option<f64>,
    /// Tokens a minute, of prompts and replies.
    pub tokens_per_minute: Option<f64>,
}

impl StatedPace {
    /// The pace of a model.
    ///
    /// # Errors
    /// [`SpecError::Value`] for one that is no number.
    pub fn of(spec: &ModelSpec) -> Result<Self, SpecError> {
        Ok(Self {
            concurrency: concurrency(spec)?,
            requests_per_minute: positive(spec, "rpm")?,
            tokens_per_minute: positive(spec, "tpm")?,
        })
    }
}

/// Refuses values that no pace can have.
pub(crate) fn check(spec: &ModelSpec) -> Result<(), SpecError> {
    OPTIONS.into_iter().try_for_each(|option| positive(spec, option).map(|_| ()))
}

fn positive(spec: &ModelSpec, option: &'static str) -> Result<Option<f64>, SpecError> {
    const WANTED: &str = "a whole number from 1 up";
    let Some(number) = spec.number::<std::num::NonZeroU32>(option, WANTED)? else {
        return Ok(None);
    };
    Ok(Some(f64::from(number.get())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(options: &str) -> Pace {
        let spec = ModelSpec::parse(&format!("http://127.0.0.1:1/v1#m?{options}")).unwrap();
        Pace::of(&spec).unwrap()
    }

    /// Requests sent in `seconds` when each leaves as soon as it may; `reply` are its tokens.
    fn sent_in(mut pace: Pace, seconds: u64, body: &str, reply: Option<i64>) -> u32 {
        let start = Instant::now();
        let end = start + Duration::from_secs(seconds);
        let (mut now, mut sent) = (start, 0);
        loop {
            match pace.wait(now) {
                Some(until) => now = until.max(now + Duration::from_nanos(1)),
                None => {
                    let taken = pace.sent(body);
                    pace.back(taken, reply);
                    sent += 1;
                }
            }
            if now >= end {
                return sent;
            }
        }
    }

    #[test]
    fn requests_per_minute_are_kept() {
        assert_eq!(sent_in(pace("rpm=30"), 60, "", None), 30);
        assert!((6_000..=6_010).contains(&sent_in(pace("rpm=6000"), 60, "", None)));
    }

    #[test]
    fn tokens_per_minute_are_kept_whatever_was_guessed() {
        let sent = sent_in(pace("tpm=60000"), 60, &"x".repeat(400), Some(1_000));
        assert!((59..=62).contains(&sent), "{sent} requests of 1,000 tokens");
        let sent = sent_in(pace("tpm=60000"), 60, &"x".repeat(400), None);
        assert!((600..=603).contains(&sent), "{sent} requests guessed at 100 tokens");
    }

    #[test]
    fn a_pace_is_a_number_from_one_up() {
        for options in ["rpm=0", "tpm=many", "concurrency=-1"] {
            let spec = ModelSpec::parse(&format!("http://127.0.0.1:1/v1#m?{options}")).unwrap();
            assert!(check(&spec).unwrap_err().to_string().contains("from 1 up"));
        }
    }
}
