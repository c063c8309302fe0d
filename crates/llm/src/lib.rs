//! The one door to models: requests and their keys, providers, retries, and the ledger that keeps
//! every raw reply.
//!
//! Only this crate asks a model. What is asked, and what a reply means to a study, is left to the
//! crates above.

mod ask;
mod backoff;
mod batch;
mod body;
mod breaker;
mod charge;
mod chat;
mod dispatch;
mod effort;
mod endpoint;
mod file_system;
mod flight;
mod http;
mod key;
mod lanes;
mod ledger;
mod ledger_attempts;
mod ledger_batched;
mod ledger_error;
mod ledger_handed;
mod ledger_look;
mod ledger_merge;
mod ledger_merge_handed;
mod ledger_reader;
mod ledger_sweep;
mod ledger_tables;
mod ledger_writer;
mod limit_log;
mod limiter;
mod model;
mod pace;
mod pool;
mod price;
mod provider;
mod purse;
mod served;
mod settings;
mod shape;
mod shard;
mod sim;
mod spec;
mod stop;
mod verdict;
mod vllm;

pub use ask::{AskError, Asked, Limits, Request, Stopped, ask_all};
pub use batch::{
    BatchApi, BatchDoor, BatchFault, BatchFile, BatchFormat, BatchLimits, BatchLine, BatchProgress,
    BatchState, BatchWriter, LineFault, LineResult, read_line,
};
pub use charge::{CameBack, Charge, Source, Tariff, longest_asked};
pub use chat::{ModelReply, ReasoningSource, Usage};
pub use effort::efforts_in_words;
pub use file_system::{Journal, journal_for};
pub use key::{NotAKey, RequestKey};
pub use lanes::{Endpoints, Lanes};
pub use ledger::Ledger;
pub use ledger_attempts::KeptAttempt;
pub use ledger_error::LedgerError;
pub use ledger_handed::{HandedFile, HandedRequest};
pub use ledger_look::{LedgerGroup, StoredRequest, TriedAttempt};
pub use ledger_merge::{Merged, merge_ledger};
pub use ledger_reader::{EndedKeys, LedgerReader, StoredAttempt};
pub use ledger_sweep::{Sweep, Swept, sweep_ledger};
pub use limit_log::Tell;
pub use model::{
    Attempt, ChatModel, Checking, Failure, Opening, Verdict, open_model, open_to_read,
};
pub use pace::StatedPace;
pub use price::{Rate, budget_of};
pub use purse::{Account, Purse, Short, Spent};
pub use served::{Mismatch, Mismatches, Wanted, mismatches};
pub use shape::BodyShape;
pub use shard::{NotAShard, Shard};
pub use spec::{Keys, MOST_REPEATS, ModelSpec, Place, SpecError, SpecPasses};
pub use stop::Stop;
