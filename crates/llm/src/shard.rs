//! A share of the requests of a study, by their keys: so several machines divide one study without
//! speaking to each other.

use crate::key::RequestKey;
use std::fmt;
use std::str::FromStr;

/// One of `of` shares of all requests, counted from 1.
///
/// # Examples
/// ```
/// use foretell_llm::{RequestKey, Shard};
/// let key = RequestKey::of("http", "m", "{}", 0, "");
/// let shards = (1..=4).map(|index| format!("{index}/4").parse::<Shard>().unwrap());
/// assert_eq!(shards.filter(|shard| shard.holds(&key)).count(), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    of: u32,
}

/// Not of the form of a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a shard is written I/N, such as 2/4: share I, counted from 1, of N")]
pub struct NotAShard;

impl Shard {
    /// Whether a request falls into this share. Keys are hashes, so shares are of nearly one size.
    #[must_use]
    pub fn holds(&self, key: &RequestKey) -> bool {
        let bytes = key.as_bytes()[..8].try_into().expect("a key has 16 bytes");
        // Neither the address nor the number of processes is in a key: the share stays the same.
        u64::from_be_bytes(bytes) % u64::from(self.of) == u64::from(self.index - 1)
    }

    /// Of how many shares it is one.
    #[must_use]
    pub fn of(&self) -> u32 {
        self.of
    }
}

impl FromStr for Shard {
    type Err = NotAShard;

    fn from_str(text: &str) -> Result<Self, NotAShard> {
        let (index, of) = text.split_once('/').ok_or(NotAShard)?;
        let number = |text: &str| text.parse::<u32>().map_err(|_| NotAShard);
        let (index, of) = (number(index)?, number(of)?);
        if (1..=of).contains(&index) { Ok(Self { index, of }) } else { Err(NotAShard) }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_in_one_shard_and_shards_are_alike() {
        let shards: Vec<Shard> =
            ["1/3", "2/3", "3/3"].iter().map(|text| text.parse().unwrap()).collect();
        let mut counts = [0_u32; 3];
        for repeat in 0..3000 {
            let key = RequestKey::of("http", "m", "{}", repeat, "");
            let held: Vec<usize> = (0..3).filter(|at| shards[*at].holds(&key)).collect();
            assert_eq!(held.len(), 1);
            counts[held[0]] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
    }

    #[test]
    fn what_is_no_shard_is_refused() {
        for text in ["", "1", "0/4", "5/4", "1/0", "-1/4", "a/b", "1/4/2"] {
            assert_eq!(text.parse::<Shard>(), Err(NotAShard), "{text}");
        }
        assert_eq!("2/4".parse::<Shard>().unwrap().to_string(), "2/4");
    }
}
