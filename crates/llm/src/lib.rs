//! The one door to models: requests and their keys, providers, retries, and the ledger that keeps
//! every raw reply.
//!
//! Only this crate asks a model. What is asked, and what a reply means to a study, is left to the
//! crates above.

mod ask;
mod chat;
mod effort;
mod file_system;
mod http;
mod key;
mod ledger;
mod model;
mod provider;
mod served;
mod settings;
mod sim;
mod spec;
mod stop;
mod verdict;
mod vllm;

pub use ask::{AskError, Asked, Limits, Request, Stopped, ask_all, count_missing};
pub use chat::{ModelReply, ReasoningSource, Usage};
pub use effort::efforts_in_words;
pub use file_system::{Journal, journal_for};
pub use key::RequestKey;
pub use ledger::{EndedKeys, Ledger, LedgerError, LedgerReader, StoredAttempt};
pub use model::{Attempt, ChatModel, Failure, Opening, Verdict, open_model};
pub use served::{Mismatch, Mismatches, Wanted, mismatches};
pub use spec::{Keys, ModelSpec, Place, SpecError};
pub use stop::Stop;
