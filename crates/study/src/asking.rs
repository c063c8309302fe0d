//! What every stage that asks models shares: the ledger of its folder, the limits, the check before.

use crate::error::StudyError;
use crate::folder::Layout;
use crate::models::Model;
use foretell_llm::{Asked, Journal, Ledger, Limits, Request, Stop, ask_all, journal_for};
use std::path::Path;
use tokio::runtime::Handle;

/// Requests in flight to a simulated subject: enough that one commit holds many replies.
const SIMULATED_IN_FLIGHT: usize = 4096;

/// Opens the ledger of a folder, with what the user should know of it.
pub(crate) fn open_ledger(
    layout: &Layout,
    on_full: fn(&Path, &str),
) -> Result<(Ledger, Vec<String>), StudyError> {
    let place = layout.folder();
    let at = |fault| StudyError::Io { path: place.to_owned(), fault };
    let journal = journal_for(place).map_err(at)?;
    let mut warnings = Vec::new();
    if let Journal::Rollback(name) = journal {
        warnings.push(format!(
            "{} lies on {name}, where SQLite's write-ahead log is not safe: the ledger uses a \
             rollback journal there, which is slower; never let two machines write to one run",
            place.display()
        ));
    }
    let ledger = Ledger::open(&layout.ledger(), journal, Box::new(on_full))?;
    Ok((ledger, warnings))
}

/// Looks whether every model can be asked, without asking it anything.
///
/// # Errors
/// [`StudyError::Unreachable`] with what is wrong with each.
pub(crate) fn check_models(models: &[&Model], runtime: &Handle) -> Result<(), StudyError> {
    let mut faults: Vec<String> = Vec::new();
    for model in models {
        if let Err(fault) = runtime.block_on(model.chat.check()) {
            let fault = format!("model `{}`: {fault}", model.spec.name);
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(StudyError::Unreachable { faults }) }
}

/// Asks a model what the ledger lacks.
pub(crate) async fn ask_model(
    model: &Model,
    ledger: &Ledger,
    limits: Limits,
    stop: &Stop,
    requests: impl Iterator<Item = Result<Request, StudyError>>,
    done: &(dyn Fn(u64) + Sync),
) -> Result<Asked, StudyError> {
    let limits = if model.spec.may_cost() {
        limits
    } else {
        Limits { concurrency: SIMULATED_IN_FLIGHT, ..limits }
    };
    Ok(ask_all(&model.chat, ledger, limits, stop, requests, done).await?)
}
