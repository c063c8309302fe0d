//! What the replies in a run's ledger say about tokens.

use crate::error::StudyError;
use crate::models::Models;
use crate::owner::Owners;
use crate::tally::Verbatim;
use foretell_llm::{LedgerReader, RequestKey};
use std::collections::{BTreeMap, HashSet};

/// Replies that are looked at.
const SAMPLE: u32 = 4000;

/// Replies below which nothing counts as measured.
const LEAST: u64 = 10;

/// What a sample of replies says, by model and stage.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Measured(BTreeMap<(String, &'static str), Sample>);

/// Some replies of one model in one stage.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Sample {
    replies: u64,
    /// Of those with tokens of their prompt: characters and tokens of the prompts.
    characters: f64,
    input_tokens: f64,
    /// Of those with tokens of the reply: their number, sum and sum of squares.
    counted: u64,
    output_tokens: f64,
    output_squares: f64,
    /// Characters of the texts, and of the reasoning traces.
    text: f64,
    trace: f64,
}

/// What models may have been asked before predictors were, by the keys that [`Verbatim`] gives to
/// prompts: what else a model was asked are predictions.
#[derive(Debug, Default)]
pub(crate) struct Prompted {
    /// What references are asked.
    pub(crate) answers: HashSet<RequestKey>,
    /// What the rationaliser can be asked.
    pub(crate) rationales: HashSet<RequestKey>,
}

/// A mean with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mean {
    pub(crate) value: f64,
    pub(crate) error: f64,
    /// Replies that it is from.
    pub(crate) replies: u64,
}

impl Measured {
    /// Looks at a sample of the ledger.
    pub(crate) fn read(
        reader: &LedgerReader,
        models: &Models,
        prompted: &Prompted,
    ) -> Result<Self, StudyError> {
        let all = models.all();
        let owners = Owners::of(models);
        let like = &models.references[0];
        let mut measured = Self::default();
        reader.sample_replies(SAMPLE, |attempt| {
            let Some(at) = owners.of_request(&attempt.key, attempt.body) else { return };
            let Some(prompt) = owners.prompt(at, attempt.body) else { return };
            // Repeats of a prompt are as long as the first.
            let key = Verbatim::key(&prompt, 0, like);
            let stage = if prompted.answers.contains(&key) {
                "answers"
            } else if prompted.rationales.contains(&key) {
                "rationales"
            } else {
                "predictions"
            };
            let reply = all[at].chat.read(attempt.came.raw.unwrap_or_default());
            let entry = (all[at].spec.name.clone(), stage);
            let sample = measured.0.entry(entry).or_default();
            sample.replies += 1;
            sample.text += characters(reply.text.as_deref());
            sample.trace += characters(reply.reasoning.as_deref());
            if let Some(tokens) = reply.usage.input_tokens.filter(|tokens| *tokens > 0) {
                sample.characters += prompt.chars().count() as f64;
                sample.input_tokens += tokens as f64;
            }
            if let Some(tokens) = reply.usage.output_tokens {
                let tokens = tokens as f64;
                sample.counted += 1;
                sample.output_tokens += tokens;
                sample.output_squares += tokens * tokens;
            }
        })?;
        Ok(measured)
    }

    fn of(&self, model: &str, stage: &'static str) -> Option<&Sample> {
        self.0.get(&(model.to_owned(), stage)).filter(|sample| sample.replies >= LEAST)
    }

    /// Characters of a prompt to a token of a model, and from how many replies, of all stages.
    pub(crate) fn characters_per_token(&self, model: &str) -> Option<(f64, u64)> {
        let samples = || self.0.iter().filter(|((name, _), _)| name == model).map(|(_, s)| s);
        let tokens: f64 = samples().map(|sample| sample.input_tokens).sum();
        let characters: f64 = samples().map(|sample| sample.characters).sum();
        let replies = samples().map(|sample| sample.replies).sum();
        (replies >= LEAST && tokens > 0.0).then(|| (characters / tokens, replies))
    }

    /// Mean tokens of a reply.
    pub(crate) fn output(&self, model: &str, stage: &'static str) -> Option<Mean> {
        let sample = self.of(model, stage).filter(|sample| sample.counted >= LEAST)?;
        let n = sample.counted as f64;
        let value = sample.output_tokens / n;
        let variance = (sample.output_squares / n - value * value).max(0.0) * n / (n - 1.0);
        Some(Mean { value, error: (variance / n).sqrt(), replies: sample.counted })
    }

    /// Mean characters of a model's reply in a stage, and of its reasoning trace.
    pub(crate) fn characters(&self, model: &str, stage: &'static str) -> Option<(f64, f64)> {
        let sample = self.of(model, stage)?;
        let n = sample.replies as f64;
        Some((sample.text / n, sample.trace / n))
    }
}

fn characters(text: Option<&str>) -> f64 {
    text.map_or(0.0, |text| text.chars().count() as f64)
}
