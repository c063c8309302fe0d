//! What the lines of one request bring into the ledger.

use super::import::Imported;
use super::reply_lines::{Index, Spot};
use crate::error::StudyError;
use foretell_llm::{
    Attempt, BatchDoor, LedgerReader, LineResult, RequestKey, StoredAttempt, Verdict,
};

/// The lines of one request, and what is known of it.
pub(super) struct Lines<'a> {
    pub(super) door: BatchDoor<'a>,
    pub(super) key: &'a RequestKey,
    pub(super) spots: Vec<Spot>,
    pub(super) index: &'a Index<'a>,
    pub(super) reader: &'a LedgerReader,
}

/// What they bring.
#[derive(Default)]
pub(super) struct Brought {
    /// Attempts to keep, each with whether it ends the request.
    pub(super) kept: Vec<(Attempt, bool)>,
    /// Names of replies that are in the ledger, and of which it is to know that a batch brought them.
    pub(super) noted: Vec<String>,
}

/// What one line says: an attempt, or that the request was not sent.
type Said = Result<Attempt, LineResult>;

impl Lines<'_> {
    /// The best of the lines is taken, a reply before a failure; of equals the first. A reply that is
    /// there stays, and what else was paid for is kept beside it.
    pub(super) fn brought(&self, imported: &mut Imported) -> Result<Brought, StudyError> {
        let mut said = Vec::new();
        for spot in &self.spots {
            said.push((spot, self.read(spot)?));
        }
        let ended = self.reader.get(self.key)?;
        let mut brought = Brought::default();
        if ended.as_ref().is_some_and(|kept| kept.failure.is_none()) {
            imported.already += 1;
        } else {
            // Of equals the first.
            let best = (0..said.len()).min_by_key(|at| rank(&said[*at].1));
            let (spot, best) = said.remove(best.expect("a request that takes lines has some"));
            let kept = self.best(spot, best, ended.as_ref(), imported)?;
            brought.kept.extend(kept);
        }
        for (_, said) in said {
            self.beside(said, &mut brought, imported)?;
        }
        Ok(brought)
    }

    fn read(&self, spot: &Spot) -> Result<Said, StudyError> {
        Ok(match self.index.result(spot)? {
            LineResult::Said { status, raw } => Ok(self.door.attempt(status, raw)),
            unsent => Err(unsent),
        })
    }

    /// What the best line says of a request without a reply: the attempt to keep, and whether it ends it.
    fn best(
        &self,
        spot: &Spot,
        said: Said,
        ended: Option<&StoredAttempt>,
        imported: &mut Imported,
    ) -> Result<Option<(Attempt, bool)>, StudyError> {
        let place = || self.index.place(spot);
        let attempt = match said {
            Ok(attempt) => attempt,
            Err(unsent) => {
                let kind = if unsent == LineResult::Expired {
                    &mut imported.expired
                } else {
                    &mut imported.cancelled
                };
                kind.add(|| format!("{}: {}", place(), self.key));
                return Ok(None);
            }
        };
        let raw = attempt.raw.as_deref().unwrap_or_default();
        match &attempt.verdict {
            Verdict::Reply => imported.replies += 1,
            // A failure that is recorded stays; only a reply is better.
            Verdict::Fail(_) if ended.is_some() => {
                imported.already += 1;
                return Ok(None);
            }
            Verdict::Fail(failure) => {
                imported.failures.add(|| format!("{}: {}", place(), failure.message));
            }
            Verdict::Retry { failure, .. } | Verdict::Stop(failure) => {
                imported.again.add(|| format!("{}: {}", place(), failure.message));
                // It may have been paid for, so it is kept; once, however often it is imported.
                let known = self.reader.was_brought(self.key, raw)?;
                return Ok((!known).then_some((attempt, false)));
            }
        }
        Ok(Some((attempt, true)))
    }

    /// What a line says beside the reply that counts: another reply was paid for too, and is known by its
    /// name. Of one without a name nobody can tell whether it is the one that is there.
    fn beside(
        &self,
        said: Said,
        brought: &mut Brought,
        imported: &mut Imported,
    ) -> Result<(), StudyError> {
        let Ok(attempt) = said else { return Ok(()) };
        let named = if attempt.verdict == Verdict::Reply { name(&attempt) } else { None };
        let Some(named) = named else { return Ok(()) };
        if brought.kept.iter().any(|(kept, _)| name(kept).as_ref() == Some(&named)) {
            return Ok(());
        }
        match self.reader.is_batched(self.key, &named)? {
            Some(true) => {}
            Some(false) if brought.noted.contains(&named) => {}
            Some(false) => {
                imported.noted += 1;
                brought.noted.push(named);
            }
            None => {
                imported.beside += 1;
                brought.kept.push((attempt, false));
            }
        }
        Ok(())
    }
}

fn rank(said: &Said) -> u8 {
    match said {
        Ok(Attempt { verdict: Verdict::Reply, .. }) => 0,
        Ok(Attempt { verdict: Verdict::Fail(_), .. }) => 1,
        Ok(_) => 2,
        Err(_) => 3,
    }
}

/// The name that a reply has for itself.
fn name(attempt: &Attempt) -> Option<String> {
    let reply: serde_json::Value = serde_json::from_str(attempt.raw.as_deref()?).ok()?;
    reply["id"].as_str().filter(|id| !id.is_empty()).map(str::to_owned)
}
