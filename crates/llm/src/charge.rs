//! What one attempt cost, and the most that one can cost.

use crate::chat::Usage;
use crate::model::{ChatModel, NO_CONNECTION};
use crate::price::Rate;
use crate::spec::{ModelSpec, SpecError};
use foretell_core::registry::ModelEntry;
use serde_json::Value;
use std::sync::Arc;

/// What providers call the limit of a reply.
const LENGTHS: [&str; 3] = ["max_tokens", "max_completion_tokens", "max_output_tokens"];

/// The longest reply that a body asks for, tokens.
///
/// # Examples
/// ```
/// let body = serde_json::json!({"model": "m", "max_completion_tokens": 300});
/// assert_eq!(foretell_llm::longest_asked(&body), Some(300));
/// ```
#[must_use]
pub fn longest_asked(body: &Value) -> Option<u64> {
    LENGTHS.iter().find_map(|length| body[*length].as_u64())
}

/// How a model is charged for.
#[derive(Clone)]
pub struct Tariff {
    chat: Arc<dyn ChatModel>,
    rate: Rate,
    most_output: Option<u32>,
}

/// Where the cost of an attempt is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The attempt cost nothing: a refusal, an error without tokens, a model that is free.
    Nothing,
    /// The provider reports it.
    Reported,
    /// Computed from the reported tokens and the price.
    Computed,
    /// No reply came back, or one without its tokens: the most that it can have cost.
    Possible,
    /// The price is not known.
    Unknown,
}

/// What one attempt cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Charge {
    /// US dollars; 0 where [`Source::Unknown`], which is to be told apart.
    pub usd: f64,
    /// Where that is from.
    pub source: Source,
    /// The tokens that the attempt reports.
    pub usage: Usage,
}

/// What came back from one attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CameBack<'a> {
    /// HTTP status; `None` where none came.
    pub status: Option<u16>,
    /// Cost as the provider reports it, US dollars.
    pub cost_usd: Option<f64>,
    /// What failed, where something did.
    pub error: Option<&'a str>,
    /// The body, whole or cut off.
    pub raw: Option<&'a str>,
}

impl Tariff {
    /// The tariff of a model.
    ///
    /// # Errors
    /// [`SpecError`] for a price that is none.
    pub fn of(
        spec: &ModelSpec,
        entry: &ModelEntry,
        chat: &Arc<dyn ChatModel>,
    ) -> Result<Self, SpecError> {
        let body: Value = serde_json::from_str(&chat.body("")).unwrap_or_default();
        let asked = longest_asked(&body).and_then(|most| u32::try_from(most).ok());
        let most_output = asked.or(entry.max_output).or(entry.context);
        Ok(Self { chat: Arc::clone(chat), rate: Rate::of(spec, entry)?, most_output })
    }

    /// What its tokens cost.
    #[must_use]
    pub fn rate(&self) -> &Rate {
        &self.rate
    }

    /// Most tokens of a reply, as asked for, else as the registry knows.
    #[must_use]
    pub fn most_output(&self) -> Option<u32> {
        self.most_output
    }

    /// The most that one attempt at a request can cost, US dollars; `None` where the price or the
    /// longest reply is not known.
    ///
    /// # Formula
    /// ```text
    /// (bytes of the body * dearest input price + longest reply * output price) / 10^6
    /// ```
    /// No tokenizer makes more tokens of a text than it has bytes, and what a template adds around
    /// the prompt is less than the rest of the body.
    #[must_use]
    pub fn worst(&self, body: &str) -> Option<f64> {
        let price = match &self.rate {
            Rate::Free => return Some(0.0),
            rate => rate.price()?,
        };
        let input = price.input.max(price.cached.unwrap_or(0.0));
        let output = f64::from(self.most_output?) * price.output;
        Some((body.len() as f64 * input + output) / 1e6)
    }

    /// What an attempt at the request of that body cost.
    #[must_use]
    pub fn charge(&self, body: &str, came: &CameBack<'_>) -> Charge {
        let usage = came.raw.map(|raw| self.chat.read(raw).usage).unwrap_or_default();
        let (usd, source) = match (came.cost_usd, &self.rate) {
            (Some(cost), _) => (cost.max(0.0), Source::Reported),
            (None, Rate::Free) => (0.0, Source::Nothing),
            (None, rate) => match (tokens(&usage), rate.price()) {
                (None, _) if came.cost_nothing() => (0.0, Source::Nothing),
                (Some(_), None) | (None, None) => (0.0, Source::Unknown),
                (Some([input, cached, output]), Some(price)) => {
                    (price.of(input, cached, output), Source::Computed)
                }
                (None, Some(_)) => match self.worst(body) {
                    Some(worst) => (worst, Source::Possible),
                    None => (0.0, Source::Unknown),
                },
            },
        };
        Charge { usd, source, usage }
    }
}

/// Input, cached and output tokens, where a reply counts what is paid for.
fn tokens(usage: &Usage) -> Option<[i64; 3]> {
    let (input, output) = (usage.input_tokens?, usage.output_tokens?);
    Some([input.max(0), usage.cached_tokens.unwrap_or(0).clamp(0, input.max(0)), output.max(0)])
}

impl CameBack<'_> {
    /// Whether what came back, without any tokens in it, is nothing that providers charge for: no
    /// connection, an error status, an error in the place of a reply.
    fn cost_nothing(&self) -> bool {
        match self.status {
            None => self.error.is_some_and(|error| error.starts_with(NO_CONNECTION)),
            Some(200..300) => {
                let body: Option<Value> = self.raw.and_then(|raw| serde_json::from_str(raw).ok());
                body.is_some_and(|body| body["error"].is_object())
            }
            Some(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::open_to_read;
    use foretell_core::Registry;

    fn tariff(options: &str) -> Tariff {
        let spec = ModelSpec::parse(&format!("http://127.0.0.1:1/v1#m?{options}")).unwrap();
        let registry = Registry::embedded();
        let chat = open_to_read(&spec, &registry).unwrap();
        Tariff::of(&spec, &registry.known(&spec.model), &chat).unwrap()
    }

    fn came(status: Option<u16>, raw: Option<&'static str>) -> CameBack<'static> {
        CameBack { status, cost_usd: None, error: None, raw }
    }

    const REPLY: &str = r#"{"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":50,"prompt_tokens_details":{"cached_tokens":40}}}"#;

    #[test]
    fn a_report_goes_before_the_price_list() {
        let tariff = tariff("price_in=1&price_cached=0.5&price_out=10&max_tokens=100");
        let charge = tariff.charge("{}", &came(Some(200), Some(REPLY)));
        assert_eq!(charge.source, Source::Computed);
        assert!((charge.usd - (60.0 + 20.0 + 500.0) / 1e6).abs() < 1e-15, "{charge:?}");
        let reported = CameBack { cost_usd: Some(0.25), ..came(Some(200), Some(REPLY)) };
        let charge = tariff.charge("{}", &reported);
        assert_eq!((charge.usd, charge.source), (0.25, Source::Reported));
    }

    #[test]
    fn what_did_not_come_back_may_have_cost_the_most() {
        let tariff = tariff("price_in=1&price_out=10&max_tokens=100");
        let worst = (2.0 + 1000.0) / 1e6;
        assert_eq!(tariff.worst("{}"), Some(worst));
        for raw in [None, Some("{\"cho"), Some("{\"choices\":[]}")] {
            let charge = tariff.charge("{}", &came(raw.map(|_| 200), raw));
            assert_eq!((charge.usd, charge.source), (worst, Source::Possible), "{raw:?}");
        }
        let refused = CameBack { error: Some("no connection: refused"), ..came(None, None) };
        assert_eq!(tariff.charge("{}", &refused).source, Source::Nothing);
        assert_eq!(tariff.charge("{}", &came(Some(503), Some("busy"))).source, Source::Nothing);
        let said = came(Some(200), Some(r#"{"error":{"message":"busy"}}"#));
        assert_eq!(tariff.charge("{}", &said).source, Source::Nothing);
    }

    #[test]
    fn an_unknown_price_or_length_has_no_worst() {
        assert_eq!(tariff("max_tokens=5").worst("{}"), None);
        assert_eq!(tariff("price_in=1&price_out=1").worst("{}"), None);
        assert_eq!(tariff("").charge("{}", &came(Some(200), Some(REPLY))).source, Source::Unknown);
    }
}
