//! Tokens, money and time of requests that were not sent yet: ranges, each with what it is from.

use crate::error::StudyError;
use crate::measured::Measured;
use crate::models::{Model, Models};
use foretell_core::registry::{Reasoning, Switch};
use foretell_core::{Arm, Effort, Level, Need};
use foretell_llm::{Limits, Place, Rate, StatedPace, Tariff};
use std::ops::Add;

/// Characters of English prose to a token, across the tokenizers in use: most and least tokens.
const CHARACTERS_PER_TOKEN: Range = Range { low: 3.5, high: 4.8 };

/// Tokens of an answer with its explanation, and of a guess, without reasoning.
const ANSWER_TOKENS: Range = Range { low: 150.0, high: 700.0 };
const GUESS_TOKENS: Range = Range { low: 10.0, high: 60.0 };

/// Tokens of the counterfactuals written for one question.
const COUNTERFACTUAL_TOKENS: Range = Range { low: 200.0, high: 2500.0 };

/// Characters of an explanation with its factors.
const EXPLANATION: Range = Range { low: 500.0, high: 3000.0 };

/// Seconds until a reply begins, and the tokens a second in which it then comes.
const FIRST_TOKEN_S: Range = Range { low: 0.5, high: 3.0 };
const TOKENS_PER_S: Range = Range { low: 40.0, high: 120.0 };

/// What a batch interface takes of the usual price.
pub(crate) const BATCH_SHARE: f64 = 0.5;

/// From so much to so much.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Range {
    /// The least.
    pub low: f64,
    /// The most.
    pub high: f64,
}

impl Range {
    /// No more and no less.
    #[must_use]
    pub fn exactly(value: f64) -> Self {
        Self { low: value, high: value }
    }

    pub(crate) fn times(self, factor: f64) -> Self {
        Self { low: self.low * factor, high: self.high * factor }
    }

    fn at_most(self, most: f64) -> Self {
        Self { low: self.low.min(most), high: self.high.min(most) }
    }
}

impl Add for Range {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { low: self.low + other.low, high: self.high + other.high }
    }
}

/// What an estimate is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EstimatedFrom {
    /// So many replies of the run itself.
    Measured(u64),
    /// A documented range (`docs/money.md`).
    Default,
}

/// What requests may take.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// Tokens of all prompts.
    pub input_tokens: Range,
    /// What the length of a token is from.
    pub input_from: EstimatedFrom,
    /// Tokens of all replies, reasoning included.
    pub output_tokens: Range,
    /// What the length of a reply is from.
    pub output_from: EstimatedFrom,
    /// What its tokens cost.
    pub rate: Rate,
    /// US dollars, without caches; `None` where the price is not known.
    pub usd: Option<Range>,
    /// The same by the provider's batch interface, where that has half the price.
    pub batch_usd: Option<Range>,
    /// How long it takes at the limits, seconds.
    pub seconds: Range,
}

/// Requests with the length of their prompts.
#[derive(Default)]
pub(crate) struct Load {
    pub(crate) requests: u64,
    /// Characters of all prompts.
    pub(crate) characters: Range,
}

impl Estimate {
    /// The estimate of a load, but for the time.
    pub(crate) fn of(model: &Model, stage: &'static str, load: &Load, measured: &Measured) -> Self {
        let name = &model.spec.name;
        // A model is opened only where its price can be read.
        let tariff = Tariff::of(&model.spec, &model.entry, &model.chat);
        let (rate, most) = match &tariff {
            Ok(tariff) => (tariff.rate().clone(), tariff.most_output()),
            Err(_) => (Rate::Unknown, None),
        };
        let (input_tokens, input_from) = match measured.characters_per_token(name) {
            Some((ratio, replies)) => {
                (load.characters.times(1.0 / ratio), EstimatedFrom::Measured(replies))
            }
            None => {
                let Range { low, high } = CHARACTERS_PER_TOKEN;
                let tokens =
                    Range { low: load.characters.low / high, high: load.characters.high / low };
                (tokens, EstimatedFrom::Default)
            }
        };
        let (each, output_from) = match measured.output(name, stage) {
            // Two standard errors on either side.
            Some(mean) => {
                let low = (mean.value - 2.0 * mean.error).max(0.0);
                let each = Range { low, high: mean.value + 2.0 * mean.error };
                (each, EstimatedFrom::Measured(mean.replies))
            }
            None => (default_output(model, stage), EstimatedFrom::Default),
        };
        let each = each.at_most(most.map_or(f64::INFINITY, f64::from));
        let output_tokens = each.times(load.requests as f64);
        let usd = match &rate {
            Rate::Free => Some(Range::default()),
            rate => rate.price().map(|price| {
                (input_tokens.times(price.input) + output_tokens.times(price.output)).times(1e-6)
            }),
        };
        let halved = is_halved(&model.spec.place);
        Self {
            input_tokens,
            input_from,
            output_tokens,
            output_from,
            batch_usd: usd.filter(|_| halved).map(|usd| usd.times(BATCH_SHARE)),
            usd,
            rate,
            seconds: Range::default(),
        }
    }
}

/// Whether a provider's batches cost that share; of others nobody says so.
pub(crate) fn is_halved(place: &Place) -> bool {
    matches!(place, Place::Openai | Place::Anthropic)
}

/// Tokens of a reply before any was seen: the answer, and the reasoning that its effort means.
fn default_output(model: &Model, stage: &str) -> Range {
    let text = match stage {
        "predictions" => GUESS_TOKENS,
        "counterfactuals" => COUNTERFACTUAL_TOKENS,
        // Answers, rationales and verdicts: a few sentences.
        _ => ANSWER_TOKENS,
    };
    text + reasoning_tokens(model)
}

fn reasoning_tokens(model: &Model) -> Range {
    let range = |low, high| Range { low, high };
    let of_level = |level| match level {
        Level::None => range(0.0, 0.0),
        Level::Minimal => range(0.0, 200.0),
        Level::Low => range(100.0, 1_000.0),
        Level::Medium => range(300.0, 4_000.0),
        Level::High => range(1_000.0, 12_000.0),
        Level::Xhigh => range(2_000.0, 24_000.0),
        Level::Max => range(2_000.0, 32_000.0),
    };
    // What cannot be read was refused when the model was opened.
    match (model.spec.effort().unwrap_or_default(), &model.entry.reasoning) {
        (_, Some(Reasoning { switch: Switch::Never, .. })) => Range::default(),
        (Effort::Level(level), _) => of_level(level),
        (Effort::Budget(tokens), _) => range(0.0, f64::from(tokens)),
        (Effort::Default, Some(Reasoning { unasked: Some(unasked), .. })) => {
            match unasked.parse() {
                Ok(Effort::Level(level)) => of_level(level),
                _ => of_level(Level::Medium),
            }
        }
        // Nobody says whether it reasons.
        (Effort::Default, _) => range(0.0, 4_000.0),
    }
}

/// Characters that an arm shows of a reference's reply, on average over the references, or of what a
/// third model says for it.
pub(crate) fn shown(arm: &Arm, models: &Models, measured: &Measured) -> Result<Range, StudyError> {
    if arm.needs(Need::Rationale) {
        let name = models.rationaliser.as_ref().map(|model| &model.spec.name);
        let known = name.and_then(|name| measured.characters(name, "rationales"));
        return Ok(known.map_or(EXPLANATION, |(text, _)| Range::exactly(text)));
    }
    let words = [Need::Explanation, Need::Donor, Need::Filler];
    let reasoning = arm.needs(Need::Reasoning);
    if !reasoning && !words.into_iter().any(|need| arm.needs(need)) {
        return Ok(Range::default());
    }
    let one = |model: &Model| match (measured.characters(&model.spec.name, "answers"), reasoning) {
        (Some((text, _)), false) => Range::exactly(text),
        (Some((_, trace)), true) => Range::exactly(trace),
        (None, false) => EXPLANATION,
        (None, true) => {
            let Range { low, high } = reasoning_tokens(model);
            Range { low: low * CHARACTERS_PER_TOKEN.low, high: high * CHARACTERS_PER_TOKEN.high }
        }
    };
    let references = &models.references;
    let sum = references.iter().map(one).fold(Range::default(), Add::add);
    Ok(sum.times(1.0 / references.len().max(1) as f64))
}

/// How long requests take, seconds, where `sharers` models share what may be in flight.
///
/// # Formula
/// ```text
/// max(requests * (first token + tokens / speed) / in flight, requests / rpm * 60, tokens / tpm * 60)
/// ```
pub(crate) fn seconds(
    model: &Model,
    limits: &Limits,
    requests: u64,
    estimate: &Estimate,
    sharers: usize,
) -> Result<Range, StudyError> {
    if requests == 0 {
        return Ok(Range::default());
    }
    let pace = StatedPace::of(&model.spec)?;
    let most = pace.concurrency.unwrap_or(limits.concurrency) * model.spec.addresses().len();
    let in_flight = most as f64 / sharers.max(1) as f64;
    let requests = requests as f64;
    let minutes = requests / pace.requests_per_minute.unwrap_or(f64::INFINITY);
    let time = |first: f64, input: f64, output: f64, speed: f64| {
        let replies = (requests * first + output / speed) / in_flight;
        let tokens = (input + output) / pace.tokens_per_minute.unwrap_or(f64::INFINITY);
        // One reply takes as long as it takes, however few there are.
        replies.max(first + output / requests / speed).max(60.0 * minutes).max(60.0 * tokens)
    };
    let (input, output) = (estimate.input_tokens, estimate.output_tokens);
    Ok(Range {
        low: time(FIRST_TOKEN_S.low, input.low, output.low, TOKENS_PER_S.high),
        high: time(FIRST_TOKEN_S.high, input.high, output.high, TOKENS_PER_S.low),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_core::Registry;
    use foretell_llm::{ModelSpec, open_to_read};

    fn model(spec: &str) -> Model {
        let spec = ModelSpec::parse(spec).unwrap();
        let registry = Registry::embedded();
        let chat = open_to_read(&spec, &registry).unwrap();
        let entry = registry.known(&spec.model);
        Model { spec, chat, entry, passes: crate::passes::Passes::ONCE }
    }

    fn estimate(spec: &str) -> Estimate {
        let load = Load { requests: 100, characters: Range::exactly(48_000.0) };
        Estimate::of(&model(spec), "answers", &load, &Measured::default())
    }

    #[test]
    fn a_price_is_that_of_the_tokens() {
        let estimate = estimate("openai:gpt-5-mini?effort=minimal");
        assert!((estimate.input_tokens.low - 10_000.0).abs() < 1e-6);
        assert_eq!(estimate.output_tokens, Range { low: 15_000.0, high: 90_000.0 });
        let usd = estimate.usd.unwrap();
        assert!((usd.low - (10_000.0 * 0.25 + 15_000.0 * 2.0) / 1e6).abs() < 1e-12);
        assert!((estimate.batch_usd.unwrap().high - usd.high / 2.0).abs() < 1e-12);
    }

    #[test]
    fn an_unknown_price_is_none_and_a_limit_of_the_reply_holds() {
        let estimate = estimate("http://127.0.0.1:1/v1#own?max_tokens=200");
        assert_eq!((estimate.usd, estimate.rate), (None, Rate::Unknown));
        assert_eq!(estimate.output_tokens.high, 20_000.0);
    }

    #[test]
    fn the_narrowest_limit_says_how_long_it_takes() {
        let limits = Limits::default();
        let time = |spec: &str, sharers| {
            seconds(&model(spec), &limits, 100, &estimate(spec), sharers).unwrap()
        };
        let plain = time("openai:gpt-5-mini?effort=minimal", 1);
        assert!((plain.low - (50.0 + 15_000.0 / 120.0) / 16.0).abs() < 1e-9, "{plain:?}");
        assert!((time("openai:gpt-5-mini?effort=minimal", 2).low - 2.0 * plain.low).abs() < 1e-9);
        assert_eq!(time("openai:gpt-5-mini?effort=minimal&rpm=1", 1).low, 6_000.0);
        assert_eq!(time("openai:gpt-5-mini?effort=minimal&tpm=25000", 1).low, 60.0);
    }
}
