//! What a specification asks of every model: sampling, length, seed.

use crate::spec::{ModelSpec, SpecError};
use foretell_core::registry::Sampling;
use serde_json::{Value, json};

/// A temperature, or another number from 0 up, that JSON can carry.
struct Positive(f64);

impl std::str::FromStr for Positive {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.parse() {
            Ok(value) if f64::is_finite(value) && value >= 0.0 => Ok(Self(value)),
            _ => Err(()),
        }
    }
}

/// A number from 0 to 1.
pub(crate) struct Share(pub(crate) f64);

impl std::str::FromStr for Share {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.parse() {
            Ok(value) if (0.0..=1.0).contains(&value) => Ok(Self(value)),
            _ => Err(()),
        }
    }
}

/// Settings asked for; what is not, is the provider's default.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Settings {
    pub(crate) sampling: Sampling,
    pub(crate) max_tokens: Option<u32>,
    pub(crate) seed: Option<i64>,
}

impl Settings {
    /// The options that hold them.
    pub(crate) const OPTIONS: [&str; 6] =
        ["temperature", "top_p", "top_k", "min_p", "max_tokens", "seed"];

    /// Reads them from a specification.
    pub(crate) fn of(spec: &ModelSpec) -> Result<Self, SpecError> {
        let share = "a number from 0 to 1";
        let sampling = Sampling {
            temperature: spec.number("temperature", "a number from 0 up")?.map(|Positive(t)| t),
            top_p: spec.number("top_p", share)?.map(|Share(p)| p),
            top_k: spec.number("top_k", "a whole number")?,
            min_p: spec.number("min_p", share)?.map(|Share(p)| p),
        };
        let max_tokens = spec.number("max_tokens", "a whole number")?;
        Ok(Self { sampling, max_tokens, seed: spec.number("seed", "a whole number")? })
    }

    /// These settings, and where they are silent those that are recommended.
    pub(crate) fn or(self, recommended: Sampling) -> Self {
        let own = self.sampling;
        let sampling = Sampling {
            temperature: own.temperature.or(recommended.temperature),
            top_p: own.top_p.or(recommended.top_p),
            top_k: own.top_k.or(recommended.top_k),
            min_p: own.min_p.or(recommended.min_p),
        };
        Self { sampling, ..self }
    }

    /// As fields of a body; `length` is what the provider calls the limit of the reply.
    pub(crate) fn fields(&self, length: &'static str) -> Vec<(&'static str, Value)> {
        let Sampling { temperature, top_p, top_k, min_p } = self.sampling;
        let number = |value: Option<f64>| value.map(|value| json!(value));
        [
            ("temperature", number(temperature)),
            ("top_p", number(top_p)),
            ("top_k", top_k.map(|k| json!(k))),
            ("min_p", number(min_p)),
            (length, self.max_tokens.map(|most| json!(most))),
            ("seed", self.seed.map(|seed| json!(seed))),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(options: &str) -> Result<Settings, SpecError> {
        Settings::of(&ModelSpec::parse(&format!("openai:m?{options}")).unwrap())
    }

    #[test]
    fn what_is_asked_wins_over_what_is_recommended() {
        let recommended =
            Sampling { temperature: Some(0.6), top_k: Some(20), ..Sampling::default() };
        let fields = settings("temperature=0&max_tokens=9").unwrap().or(recommended).fields("most");
        let expected = [("temperature", json!(0.0)), ("top_k", json!(20)), ("most", json!(9))];
        assert_eq!(fields, expected);
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for options in ["temperature=-1", "temperature=NaN", "top_p=1.5", "min_p=x", "seed=0.5"] {
            assert!(settings(options).is_err(), "{options}");
        }
    }
}
