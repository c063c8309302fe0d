//! From raw replies to rows: what a stage derives without asking again.

use crate::error::StudyError;
use foretell_core::{Labels, NotAsked, Outcome, Reply, parse_reply};
use foretell_llm::{
    ChatModel, Ledger, LedgerError, LedgerReader, Mismatch, Mismatches, ModelReply, RequestKey,
    StoredAttempt, Usage, mismatches,
};
use foretell_tables::{Table, Writer};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, mpsc};

/// Rows that one thread derives at a time.
const PIECE: usize = 1024;

/// Pieces a thread that are derived before they are handed over to be written, in order.
const PIECES_PER_THREAD: usize = 2;

/// One reply, read.
pub(crate) struct Derived {
    pub(crate) outcome: Outcome,
    pub(crate) reason: Option<String>,
    pub(crate) answer: Option<String>,
    pub(crate) answer_read: Option<String>,
    /// The sections, where a text came.
    pub(crate) reply: Option<Reply>,
    pub(crate) reasoning: Option<String>,
    pub(crate) reasoning_source: Option<String>,
    pub(crate) usage: Usage,
    pub(crate) served: Option<String>,
    /// Where what was served is not what was asked; `None` where no reply came.
    pub(crate) mismatches: Option<Vec<Mismatch>>,
    pub(crate) reply_key: Option<String>,
}

impl Derived {
    fn missing(outcome: Outcome, reason: Option<String>) -> Self {
        Self {
            outcome,
            reason,
            answer: None,
            answer_read: None,
            reply: None,
            reasoning: None,
            reasoning_source: None,
            usage: Usage::default(),
            served: None,
            mismatches: None,
            reply_key: None,
        }
    }

    /// A request that was not made.
    pub(crate) fn not_asked(reason: NotAsked) -> Self {
        Self::missing(Outcome::NotAsked, Some(reason.as_str().to_owned()))
    }

    /// Reads what the ledger holds for `key`.
    pub(crate) fn read(
        key: &RequestKey,
        ledger: &LedgerReader,
        model: &dyn ChatModel,
        labels: &Labels,
    ) -> Result<Self, LedgerError> {
        let Some(StoredAttempt { raw, failure }) = ledger.get(key)? else {
            return Ok(Self::not_asked(NotAsked::Stopped));
        };
        let derived = match failure {
            Some(failure) => Self::missing(failure.outcome, Some(failure.message)),
            None => {
                let reply = model.read(&raw.unwrap_or_default());
                let found = model.wanted().map(|wanted| mismatches(wanted, &reply));
                Self { mismatches: found, ..Self::of_reply(reply, labels) }
            }
        };
        Ok(Self { reply_key: Some(key.to_string()), ..derived })
    }

    fn of_reply(reply: ModelReply, labels: &Labels) -> Self {
        let cut_off = reply.finish.as_deref() == Some("length");
        let parsed = reply.text.as_deref().map(|text| parse_reply(text, labels));
        let outcome = if reply.refusal.is_some() {
            Outcome::Refused
        } else if reply.finish.as_deref() == Some("content_filter") {
            Outcome::Filtered
        } else if cut_off {
            // Even where a label was read: what would have followed might have taken it back.
            Outcome::Truncated
        } else {
            parsed.as_ref().map_or(Outcome::Empty, |parsed| parsed.outcome)
        };
        let label = parsed.as_ref().and_then(|parsed| parsed.answer.clone());
        let answered = outcome == Outcome::Answered;
        let in_text = parsed.as_ref().and_then(|parsed| parsed.reasoning.clone());
        let beside = reply.reasoning_source.map(|source| source.as_str().to_owned());
        Self {
            outcome,
            reason: reply.refusal,
            answer: label.clone().filter(|_| answered),
            answer_read: label.filter(|_| !answered),
            reasoning_source: beside.or_else(|| in_text.as_ref().map(|_| "full".to_owned())),
            reasoning: reply.reasoning.or(in_text),
            reply: parsed,
            usage: reply.usage,
            served: reply.served,
            mismatches: None,
            reply_key: None,
        }
    }
}

/// What was served under the name of a model.
#[derive(Default)]
pub(crate) struct Seen {
    /// Whether what is missing was not asked for want of money.
    pub(crate) short: bool,
    /// The names under which it replied.
    pub(crate) names: BTreeSet<String>,
    /// Where that is not what was asked.
    pub(crate) mismatches: Mismatches,
}

/// The same, gathered from many threads.
pub(crate) type Served = Mutex<Seen>;

/// Notes what was served, and says of what is missing whether the budget is why.
pub(crate) fn note_served(served: &Served, derived: &mut Derived) {
    if derived.reason.as_deref() == Some(NotAsked::Stopped.as_str())
        && derived.outcome == Outcome::NotAsked
        && served.lock().expect("no thread panics while it holds the names").short
    {
        derived.reason = Some(NotAsked::Budget.as_str().to_owned());
    }
    if derived.served.is_none() && derived.mismatches.is_none() {
        return;
    }
    let mut seen = served.lock().expect("no thread panics while it holds the names");
    if let Some(name) = &derived.served
        && !seen.names.contains(name)
    {
        seen.names.insert(name.clone());
    }
    if let Some(found) = &derived.mismatches {
        seen.mismatches.note(found, derived.usage.reasoning_tokens);
    }
}

/// Derives a table from `items`, one row each, on all processors; the order of rows is theirs. Rows
/// that are in the table are handed to `then`.
///
/// Two pieces of work go on at once: while one lot of rows is derived, the one before is compressed
/// and written.
pub(crate) fn write_derived<T: Table + Send, I: Sync>(
    path: &Path,
    ledger: &Ledger,
    items: &[I],
    row: impl Fn(&I, &LedgerReader) -> Result<T, StudyError> + Sync,
    mut then: impl FnMut(Vec<T>),
) -> Result<(), StudyError> {
    let reader = || -> Result<LedgerReader, LedgerError> {
        let reader = ledger.reader()?;
        reader.hold_view()?;
        Ok(reader)
    };
    let piece = |reader: &mut Result<LedgerReader, LedgerError>, items: &[I]| {
        let reader = match reader {
            Ok(reader) => reader,
            Err(error) => return Err(StudyError::Ledger(error.clone())),
        };
        let rows: Vec<T> = items.iter().map(|item| row(item, reader)).collect::<Result<_, _>>()?;
        Ok((Writer::batch_of(&rows)?, rows))
    };
    let lot = PIECE * PIECES_PER_THREAD * rayon::current_num_threads();
    let mut writer = Writer::<T>::create(path)?;
    let writer = std::thread::scope(|scope| {
        let (lots, arriving) = mpsc::sync_channel::<Vec<_>>(1);
        let writing = scope.spawn(move || -> Result<Writer<T>, StudyError> {
            for batch in arriving.iter().flatten() {
                writer.push_batch(&batch)?;
            }
            Ok(writer)
        });
        for items in items.chunks(lot) {
            let derived: Vec<_> = items.par_chunks(PIECE).map_init(reader, piece).collect();
            let derived = derived.into_iter().collect::<Result<Vec<_>, StudyError>>()?;
            let (batches, rows): (Vec<_>, Vec<_>) = derived.into_iter().unzip();
            rows.into_iter().for_each(&mut then);
            if lots.send(batches).is_err() {
                // The writing thread met a fault, which it tells.
                break;
            }
        }
        drop(lots);
        writing.join().expect("writing a table does not panic")
    })?;
    // Only what is whole gets its name.
    Ok(writer.finish()?)
}
