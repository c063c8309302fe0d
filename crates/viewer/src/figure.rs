//! Figures as pages show them.

use crate::selected::Figures;
use foretell_core::count;
use serde::Serialize;

/// Width of the scale that intervals are drawn on, in the units of its view box.
const WIDTH: f64 = 160.0;

/// What is free at either side of it, for the labels of its ends.
const MARGIN: f64 = 8.0;

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

/// An interval as it is drawn: places from the left, and what stands at them.
#[derive(Debug, Serialize)]
pub(crate) struct Bar {
    ends: [Mark; 2],
    zero: Mark,
    low: String,
    width: String,
    at: String,
    /// Whether the interval goes on beyond the left end.
    cut: bool,
}

/// A place on the scale with its label, which is empty where an end has it already.
#[derive(Debug, Serialize)]
struct Mark {
    x: String,
    label: String,
}

/// The ends of a scale that intervals are drawn on; zero is on it, so that its line is seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
}

impl Axis {
    /// The scale that all figures of a page share: as narrow as they allow, at most from -1 to 1.
    pub(crate) fn of<'a>(figures: impl IntoIterator<Item = &'a Figures>) -> Self {
        let limits = figures.into_iter().filter_map(|f| f.nsg.interval.filter_finite());
        let (low, high) = limits.fold((0.0_f64, 0.0_f64), |(low, high), limits| {
            (low.min(limits.0), high.max(limits.1))
        });
        let low = [0.0, -0.5].into_iter().find(|end| *end <= low).unwrap_or(-1.0);
        let high = [0.25, 0.5].into_iter().find(|end| *end >= high).unwrap_or(1.0);
        Self { low, high }
    }

    fn place(self, nsg: f64) -> f64 {
        let share = (nsg.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        MARGIN + share * WIDTH
    }
}

impl Shown {
    pub(crate) fn of(name: &str, figures: &Figures, axis: Axis) -> Self {
        let estimate = &figures.nsg;
        let interval = estimate.interval.filter_finite();
        let nsg = estimate.value.as_ref().ok().copied();
        let text = |value: Option<f64>| value.map_or(UNDEFINED.to_owned(), |value| fixed(value, 3));
        let exact = |value: Option<f64>| value.map_or(String::new(), |value| value.to_string());
        let limits = interval.map(|(low, high)| format!("{} to {}", fixed(low, 2), fixed(high, 2)));
        let why = estimate.value.as_ref().err().or(estimate.interval.as_ref().err()).cloned();
        let bar = nsg.zip(interval).map(|(nsg, limits)| Bar::of(nsg, limits, axis));
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
    fn of(nsg: f64, (low, high): (f64, f64), axis: Axis) -> Self {
        let text = |place: f64| fixed(place, 1);
        let mark =
            |nsg: f64, label: &str| Mark { x: text(axis.place(nsg)), label: label.to_owned() };
        let end = |nsg: f64| mark(nsg, fixed(nsg, 2).trim_end_matches('0').trim_end_matches('.'));
        let is_end = axis.low == 0.0;
        Self {
            ends: [end(axis.low), end(axis.high)],
            zero: mark(0.0, if is_end { "" } else { "0" }),
            low: text(axis.place(low)),
            width: text((axis.place(high) - axis.place(low)).max(2.0)),
            at: text(axis.place(nsg)),
            cut: low < axis.low,
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
    fn a_scale_holds_zero_and_the_interval_and_says_where_it_ends() {
        let bar = Bar::of(0.8, (0.7, 0.9), Axis { low: 0.0, high: 1.0 });
        let labels = [&bar.ends[0], &bar.ends[1], &bar.zero].map(|mark| mark.label.as_str());
        assert_eq!(labels, ["0", "1", ""]);
        assert_eq!((&*bar.zero.x, &*bar.at, &*bar.width, bar.cut), ("8.0", "136.0", "32.0", false));
        let bar = Bar::of(-0.4, (-1.5, 0.2), Axis { low: -1.0, high: 0.25 });
        assert_eq!(bar.ends[0].label, "−1");
        assert_eq!((&*bar.ends[1].label, &*bar.zero.label), ("0.25", "0"));
        assert_eq!((&*bar.low, &*bar.zero.x, bar.cut), ("8.0", "136.0", true));
    }

    #[test]
    fn what_rounds_to_nothing_has_no_sign() {
        assert_eq!([-0.001, -0.006, 0.25].map(|value| fixed(value, 2)), ["0.00", "−0.01", "0.25"]);
        assert_eq!([0.04, -0.0001].map(signed), ["+0.040", "0.000"]);
    }
}
