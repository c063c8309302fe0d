//! The key of a request: all that can change its reply, and nothing else.

use foretell_core::id::hex;
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// Raised when the same request would get another key than before; old ledgers are then not found.
const KEY_VERSION: u32 = 1;

/// Identifies a request in the ledger, 16 bytes.
///
/// A hash over the key version, the provider kind, the model, the canonical body, the number of the
/// repeat and the variant (whatever else changes replies: engine settings, beta headers). Addresses,
/// timeouts and concurrency are absent: changing them hits the same entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestKey([u8; 16]);

impl RequestKey {
    /// The key of a request.
    #[must_use]
    pub fn of(provider: &str, model: &str, body: &str, repeat: u32, variant: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(KEY_VERSION.to_le_bytes());
        hash.update(repeat.to_le_bytes());
        for part in [provider, model, body, variant] {
            // With its length, so that no two lists of parts run together alike.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hash.finalize()[..16]);
        Self(key)
    }

    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, as the ledger stores them.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for RequestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl FromStr for RequestKey {
    type Err = NotAKey;

    /// Reads a key as tables name it: 32 hex digits.
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let digits = text.as_bytes();
        if digits.len() != 32 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(NotAKey);
        }
        let mut key = [0; 16];
        for (byte, pair) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| NotAKey)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| NotAKey)?;
        }
        Ok(Self(key))
    }
}

/// A text that is not the key of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the key of a request: it has 32 hex digits")]
pub struct NotAKey;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_changes_a_reply_changes_the_key() {
        let key = RequestKey::of("http", "m", "{}", 0, "");
        assert_eq!(key, RequestKey::of("http", "m", "{}", 0, ""));
        for other in [
            RequestKey::of("sim", "m", "{}", 0, ""),
            RequestKey::of("http", "m2", "{}", 0, ""),
            RequestKey::of("http", "m", "{ }", 0, ""),
            RequestKey::of("http", "m", "{}", 1, ""),
            RequestKey::of("http", "m", "{}", 0, "v"),
            RequestKey::of("http", "m{", "}", 0, ""),
        ] {
            assert_ne!(key, other);
        }
    }

    #[test]
    fn a_key_stays_what_it_was() {
        // A change here makes every ledger in the world worthless: raise KEY_VERSION knowingly.
        let key = RequestKey::of("http", "model", r#"{"a":1}"#, 2, "variant");
        assert_eq!(key.to_string(), "7574d5e498b30928918178d1b0c65090");
        assert_eq!(key.to_string().parse(), Ok(key));
        assert_eq!("7574".parse::<RequestKey>(), Err(NotAKey));
    }
}
