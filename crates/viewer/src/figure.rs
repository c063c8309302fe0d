//! Figures as pages show them.

use crate::selected::Figures;
use foretell_core::count;
use serde::Serialize;

/// The NSG at the left end of the scale that intervals are drawn on; at its right end it is 1.
const LOWEST: f64 = -0.5;

/// Width of that scale as drawn, in the units of its view box.
const WIDTH: f64 = 150.0;

/// Figures as text, with what is undefined said.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    pub(crate) name: String,
    pub(crate) nsg: String,
    pub(crate) interval: String,
    pub(crate) why: Option<String>,
    pub(crate) with: String,
    pub(crate) without: String,
    pub(crate) gain: String,
    pub(crate) pairs: String,
    pub(crate) clusters: String,
    pub(crate) observations: String,
    pub(crate) left_out: String,
    pub(crate) bar: Option<Bar>,
    /// In full precision, for tests and scripts; empty where it is undefined.
    pub(crate) exact: [String; 3],
}

/// An interval as it is drawn.
#[derive(Debug, Serialize)]
pub(crate) struct Bar {
    zero: String,
    low: String,
    width: String,
    at: String,
}

impl Shown {
    pub(crate) fn of(name: &str, figures: &Figures) -> Self {
        let estimate = &figures.nsg;
        let interval = estimate.interval.filter_finite();
        let nsg = estimate.value.as_ref().ok().copied();
        let text = |value: Option<f64>| value.map_or(UNDEFINED.to_owned(), |value| fixed(value, 3));
        let exact = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let limits = interval.map(|(low, high)| format!("{} to {}", fixed(low, 2), fixed(high, 2)));
        let why = estimate.value.as_ref().err().or(estimate.interval.as_ref().err()).cloned();
        let bar = nsg.zip(interval).map(|(nsg, limits)| Bar::of(nsg, limits));
        Self {
            name: name.to_owned(),
            nsg: nsg.map_or(UNDEFINED.to_owned(), |nsg| fixed(nsg, 2)),
            interval: limits.unwrap_or_else(|| UNDEFINED.to_owned()),
            why,
            with: text(figures.a_with),
            without: text(figures.a_without),
            gain: figures.gain.map_or(UNDEFINED.to_owned(), signed),
            pairs: count(figures.pairs),
            clusters: count(figures.clusters),
            observations: count(figures.observations),
            left_out: count(figures.left_out),
            bar,
            exact: [
                exact(nsg),
                exact(interval.map(|(low, _)| low)),
                exact(interval.map(|(_, high)| high)),
            ],
        }
    }
}

/// Limits that can be drawn and written.
trait Finite {
    fn filter_finite(&self) -> Option<(f64, f64)>;
}

impl Finite for Result<foretell_stats::Interval, String> {
    fn filter_finite(&self) -> Option<(f64, f64)> {
        let limits = self.as_ref().ok().map(|interval| (interval.low, interval.high));
        limits.filter(|(low, high)| low.is_finite() && high.is_finite())
    }
}

impl Bar {
    fn of(nsg: f64, (low, high): (f64, f64)) -> Self {
        let place = |nsg: f64| (nsg.clamp(LOWEST, 1.0) - LOWEST) / (1.0 - LOWEST) * WIDTH;
        let text = |place: f64| fixed(place, 1);
        Self {
            zero: text(place(0.0)),
            low: text(place(low)),
            width: text((place(high) - place(low)).max(1.0)),
            at: text(place(nsg)),
        }
    }
}

/// What stands where there is no figure.
pub(crate) const UNDEFINED: &str = "undefined";

/// A figure with `digits` decimals and a true minus, without a sign where it rounds to nothing.
pub(crate) fn fixed(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// A difference of fractions with three decimals and its sign.
pub(crate) fn signed(value: f64) -> String {
    let text = fixed(value, 3);
    if text.starts_with('−') || text == "0.000" { text } else { format!("+{text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rounds_to_nothing_has_no_sign() {
        assert_eq!([-0.001, -0.006, 0.25].map(|value| fixed(value, 2)), ["0.00", "−0.01", "0.25"]);
        assert_eq!([0.04, -0.0001].map(signed), ["+0.040", "0.000"]);
    }
}
