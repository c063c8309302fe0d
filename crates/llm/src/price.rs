//! What a model's tokens cost: by its specification (`price_in=`, `price_out=`), else by the registry.

use crate::spec::{ModelSpec, Place, SpecError};
use foretell_core::registry::{ModelEntry, Price};

/// Options that say what a model costs and may cost: it stays the same model.
pub(crate) const OPTIONS: [&str; 4] = ["price_in", "price_cached", "price_out", "budget"];

/// What a model's tokens cost.
#[derive(Debug, Clone, PartialEq)]
pub enum Rate {
    /// Nothing by the token: it runs in this process, or on a server that is started for it.
    Free,
    /// As the specification says.
    Given(Price),
    /// As the registry says, at the vendor's own API.
    Listed(Price),
    /// Nobody says.
    Unknown,
}

impl Rate {
    /// The rate of a model.
    ///
    /// # Errors
    /// [`SpecError`] for a price that is no number, or half of one.
    pub fn of(spec: &ModelSpec, entry: &ModelEntry) -> Result<Self, SpecError> {
        if let Some(price) = given(spec)? {
            return Ok(Self::Given(price));
        }
        Ok(match (&spec.place, &entry.price) {
            (Place::Sim | Place::Vllm, _) => Self::Free,
            (_, Some(price)) => Self::Listed(price.clone()),
            (_, None) => Self::Unknown,
        })
    }

    /// The price of a token, where there is one and it is known.
    #[must_use]
    pub fn price(&self) -> Option<&Price> {
        match self {
            Self::Given(price) | Self::Listed(price) => Some(price),
            Self::Free | Self::Unknown => None,
        }
    }
}

/// The budget that a specification sets its model, US dollars.
///
/// # Errors
/// [`SpecError::Value`] where it is no amount.
pub fn budget_of(spec: &ModelSpec) -> Result<Option<f64>, SpecError> {
    dollars(spec, "budget")
}

/// Refuses prices and budgets that are none.
pub(crate) fn check(spec: &ModelSpec) -> Result<(), SpecError> {
    given(spec)?;
    budget_of(spec).map(|_| ())
}

fn given(spec: &ModelSpec) -> Result<Option<Price>, SpecError> {
    let input = dollars(spec, "price_in")?;
    let output = dollars(spec, "price_out")?;
    let cached = dollars(spec, "price_cached")?;
    match (input, output) {
        (Some(input), Some(output)) => Ok(Some(Price { input, cached, output, on: String::new() })),
        (None, None) if cached.is_none() => Ok(None),
        _ => Err(SpecError::Clash {
            spec: spec.to_string(),
            fault: "a price needs both `price_in` and `price_out`".to_owned(),
            help: "give both, in US dollars per million tokens: `price_in=0.25&price_out=2`"
                .to_owned(),
        }),
    }
}

/// An amount that is a number from 0 up.
struct Dollars(f64);

impl std::str::FromStr for Dollars {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.parse() {
            Ok(value) if f64::is_finite(value) && value >= 0.0 => Ok(Self(value)),
            _ => Err(()),
        }
    }
}

fn dollars(spec: &ModelSpec, option: &'static str) -> Result<Option<f64>, SpecError> {
    let wanted = "an amount of US dollars from 0 up, such as 0.25";
    Ok(spec.number(option, wanted)?.map(|Dollars(amount)| amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_core::Registry;

    fn rate(spec: &str) -> Result<Rate, SpecError> {
        let spec = ModelSpec::parse(spec).unwrap();
        Rate::of(&spec, &Registry::embedded().known(&spec.model))
    }

    #[test]
    fn a_given_price_goes_before_the_registry() {
        assert!(
            matches!(rate("openai:gpt-5-mini").unwrap(), Rate::Listed(price) if price.input == 0.25)
        );
        let given = rate("openai:gpt-5-mini?price_in=1&price_out=2").unwrap();
        assert!(
            matches!(given, Rate::Given(price) if price.input == 1.0 && price.cached.is_none())
        );
        assert_eq!(rate("http://127.0.0.1:1/v1#own").unwrap(), Rate::Unknown);
        assert_eq!(rate("vllm:Qwen/Qwen3-8B").unwrap(), Rate::Free);
    }

    #[test]
    fn half_a_price_is_refused() {
        for spec in
            ["openai:m?price_in=1", "openai:m?price_cached=1", "openai:m?price_out=-1&price_in=1"]
        {
            assert!(rate(spec).is_err(), "{spec}");
        }
    }
}
