//! From raw replies of a judge to rows: what is derived without asking again.

use super::unit::{About, Unit, explained_id};
use crate::error::StudyError;
use crate::folder::Frozen;
use crate::generate::coherence::with_source;
use crate::generate::reading::Heard;
use crate::models::Model;
use foretell_core::judge::{JudgeKind, Mention, read_mentions, read_testability};
use foretell_core::{NotAsked, Outcome, Pair};
use foretell_llm::{Ledger, LedgerError, LedgerReader, RequestKey};
use foretell_tables::ScoreRow;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Requests that one thread derives at a time.
const PIECE: usize = 512;

/// The rows of all requests, and the names under which the judge replied.
pub(crate) struct Verdicts {
    pub(crate) rows: Vec<ScoreRow>,
    pub(crate) served: BTreeSet<String>,
}

/// Reads what the ledger holds for the requests; `keys` are those of the units that can be asked, in
/// their order, as far as they go.
pub(crate) fn read_all(
    units: &[Unit<'_>],
    keys: &[RequestKey],
    ledger: &Ledger,
    frozen: &Frozen,
    judge: &Model,
) -> Result<Verdicts, StudyError> {
    let mut keys = keys.iter();
    let items: Vec<(&Unit<'_>, Option<&RequestKey>)> =
        units.iter().map(|unit| (unit, unit.answer.ok().and_then(|_| keys.next()))).collect();
    let reader = || -> Result<LedgerReader, LedgerError> {
        let reader = ledger.reader()?;
        reader.hold_view()?;
        Ok(reader)
    };
    let piece = |reader: &mut Result<LedgerReader, LedgerError>, items: &[_]| {
        let reader = reader.as_ref().map_err(|error| StudyError::Ledger(error.clone()))?;
        let mut verdicts = Verdicts { rows: Vec::new(), served: BTreeSet::new() };
        for &(unit, key) in items {
            verdicts.add(unit, key, reader, frozen, judge)?;
        }
        Ok(verdicts)
    };
    let pieces: Vec<Result<Verdicts, StudyError>> =
        items.par_chunks(PIECE).map_init(reader, piece).collect();
    let mut all = Verdicts { rows: Vec::new(), served: BTreeSet::new() };
    for piece in pieces {
        let piece = piece?;
        all.rows.extend(piece.rows);
        all.served.extend(piece.served);
    }
    Ok(all)
}

impl Verdicts {
    fn add(
        &mut self,
        unit: &Unit<'_>,
        key: Option<&RequestKey>,
        ledger: &LedgerReader,
        frozen: &Frozen,
        judge: &Model,
    ) -> Result<(), StudyError> {
        let heard = match unit.answer {
            Ok(_) => Heard::read(key, ledger, judge)?,
            Err(reason) => Heard::not_asked(reason),
        };
        self.served.extend(heard.served.clone());
        match &unit.about {
            About::Pair(pair) => self.rows.push(testability(unit, pair, heard, judge)),
            About::Features(looked) => {
                let (count, labels) = (looked.points.len(), unit.labels(frozen)?);
                let (features, in_text) = match &heard.text {
                    Err(outcome) => {
                        let missing =
                            Mention { reason: heard.reason.clone(), ..Mention::missing(*outcome) };
                        (vec![missing; count], None)
                    }
                    Ok(text) => {
                        let read = read_mentions(text, count, &labels);
                        let cut = heard.cut_off;
                        let features = read.features.into_iter().map(|read| cut_off(read, cut));
                        (features.collect(), read.reasoning)
                    }
                };
                for pair in &looked.pairs {
                    let row = row(JudgeKind::Mention, unit, pair, &heard, in_text.clone(), judge);
                    for name in super::point::changed(pair) {
                        let place = looked.points.iter().position(|(own, _)| *own == name);
                        let place = place.expect("the points are those of all pairs");
                        self.rows.push(mention(&row, name, &features[place]));
                    }
                }
            }
        }
        Ok(())
    }
}

/// What a reply that ended at its length limit left out, it did not leave out of its own.
fn cut_off(read: Mention, cut: bool) -> Mention {
    match read.outcome {
        Outcome::Unparsed | Outcome::Empty if cut => {
            Mention { outcome: Outcome::Truncated, ..read }
        }
        _ => read,
    }
}

fn testability(unit: &Unit<'_>, pair: &Pair, heard: Heard, judge: &Model) -> ScoreRow {
    let (outcome, value, reason, in_text) = match &heard.text {
        Err(outcome) => (*outcome, None, heard.reason.clone(), None),
        Ok(text) => {
            let read = read_testability(text);
            let outcome = match read.value {
                None if heard.cut_off => Outcome::Truncated,
                _ => read.outcome,
            };
            (outcome, read.value, read.reason, read.reasoning)
        }
    };
    let row = row(JudgeKind::Testability, unit, pair, &heard, in_text, judge);
    ScoreRow { outcome, value, reason, ..row }
}

fn mention(row: &ScoreRow, feature: &str, read: &Mention) -> ScoreRow {
    ScoreRow {
        feature: Some(feature.to_owned()),
        outcome: read.outcome,
        value: read.mentioned.map(|mentioned| f64::from(u8::from(mentioned))),
        direction: read.direction.map(|direction| direction.as_str().to_owned()),
        label: read.label.clone(),
        reason: read.reason.clone(),
        ..row.clone()
    }
}

/// A row without its verdict.
fn row(
    kind: JudgeKind,
    unit: &Unit<'_>,
    pair: &Pair,
    heard: &Heard,
    in_text: Option<String>,
    judge: &Model,
) -> ScoreRow {
    let (reasoning, reasoning_source) =
        with_source(heard.reasoning.clone(), heard.reasoning_source.clone(), in_text);
    let explained = match kind {
        JudgeKind::Testability => &pair.original_id,
        JudgeKind::Mention => explained_id(pair),
    };
    ScoreRow {
        kind: kind.as_str().to_owned(),
        judge: judge.spec.name.clone(),
        dataset: pair.dataset.clone(),
        pair_id: pair.pair_id.clone(),
        original_text_id: pair.original_text_id.clone(),
        counterfactual_text_id: pair.counterfactual_text_id.clone(),
        answer_order: pair.answer_order,
        reference: Some(unit.reference.to_owned()),
        answer_repeat: Some(0),
        explained_id: Some(explained.clone()),
        explained_reply: unit.answer.ok().and_then(|answer| answer.reply_key.clone()),
        feature: None,
        outcome: Outcome::NotAsked,
        value: None,
        direction: None,
        label: None,
        reason: None,
        reasoning,
        reasoning_source,
        input_tokens: heard.usage.input_tokens,
        cached_tokens: heard.usage.cached_tokens,
        output_tokens: heard.usage.output_tokens,
        reasoning_tokens: heard.usage.reasoning_tokens,
        cost_usd: heard.usage.cost_usd,
        reply_key: heard.reply_key.clone(),
    }
}

impl Heard {
    /// A request that was not made.
    fn not_asked(reason: NotAsked) -> Self {
        Self::nothing(Outcome::NotAsked, Some(reason.as_str().to_owned()))
    }
}
