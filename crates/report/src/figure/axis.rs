//! Axes: from values to places, and the round values that are named along them.

use super::kind::Scale;
use crate::number;

/// An axis from one place on the sheet to another.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    scale: Scale,
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    ticks: Vec<f64>,
    digits: usize,
}

impl Axis {
    /// An axis on which all of `range` has a place, between round values. `from` and `to` are places;
    /// an axis that runs upwards has `from` below `to` on the page.
    pub(crate) fn new(
        scale: Scale,
        range: (f64, f64),
        (from, to): (f64, f64),
        most: usize,
    ) -> Self {
        match scale {
            Scale::Linear => {
                let (low, high, step) = rounded(range, most);
                let steps = ((high - low) / step).round() as i32;
                let ticks = (0..=steps).map(|tick| low + f64::from(tick) * step).collect();
                let digits = (-step.log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize;
                Self { scale, low, high, from, to, ticks, digits }
            }
            Scale::Log => {
                let (low, high) = (range.0.max(1e-12), range.1.max(range.0 * 1.01).max(1e-12));
                // A little room on both sides, for marks have a width.
                let pad = (high / low).powf(0.04);
                let (low, high) = (low / pad, high * pad);
                let ticks = log_ticks(low, high, most);
                Self { scale, low, high, from, to, ticks, digits: 0 }
            }
        }
    }

    /// The same values from one other place to another.
    pub(crate) fn turned(&self, (from, to): (f64, f64)) -> Self {
        Self { from, to, ..self.clone() }
    }

    /// The place of a value; what is beyond the axis is at its end.
    pub(crate) fn place(&self, value: f64) -> f64 {
        let value = value.clamp(self.low, self.high);
        let share = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        self.from + share * (self.to - self.from)
    }

    /// Whether a value lies before the axis begins, or after it ends.
    pub(crate) fn is_below(&self, value: f64) -> bool {
        value < self.low
    }

    pub(crate) fn is_above(&self, value: f64) -> bool {
        value > self.high
    }

    /// The round values with their names.
    pub(crate) fn ticks(&self) -> impl Iterator<Item = (f64, String)> + '_ {
        self.ticks.iter().map(|&value| (self.place(value), self.name(value)))
    }

    fn name(&self, value: f64) -> String {
        match self.scale {
            Scale::Linear if value.abs() >= 1_000.0 => number::count(value.abs().round() as u64),
            Scale::Linear => number::fixed(value, self.digits),
            Scale::Log => plain(value),
        }
    }

    pub(crate) fn ends(&self) -> (f64, f64) {
        (self.from, self.to)
    }
}

/// `0.05`, `0.5`, `3`, `20`, `1,000`.
fn plain(value: f64) -> String {
    if value >= 1_000.0 {
        return number::count(value.round() as u64);
    }
    let digits = (-value.log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize;
    let text = number::fixed(value, digits);
    let longer = number::fixed(value, digits + 1);
    // 1.5 is not 2, while 0.10 is 0.1.
    let same = text.parse::<f64>().ok() == longer.parse::<f64>().ok();
    if same { text } else { longer }
}

/// A range of round numbers around `range`, with the step of its ticks.
fn rounded((low, high): (f64, f64), most: usize) -> (f64, f64, f64) {
    let span = (high - low).max(1e-6);
    let power = 10_f64.powf((span / most as f64).log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|unit| unit * power);
    let step = step.clone().find(|step| span / step <= most as f64).unwrap_or(10.0 * power);
    // A hair inside, so that a limit on a tick does not open another step.
    let low = ((low / step) + 1e-9).floor() * step;
    let high = ((high / step) - 1e-9).ceil() * step;
    (low, high.max(low + step), step)
}

/// 1, 2 and 5 of every power of ten, or fewer of them, as many as have room.
fn log_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let (from, to) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let within = |units: &[f64]| -> Vec<f64> {
        let all = (from..=to).flat_map(|power| units.iter().map(move |u| u * 10_f64.powi(power)));
        all.filter(|tick| (low..=high).contains(tick)).collect()
    };
    let choices: [&[f64]; 4] =
        [&[1.0, 1.5, 2.0, 3.0, 5.0, 7.0], &[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
    let found = choices.into_iter().map(within).find(|ticks| ticks.len() <= most.max(2));
    let ticks = found.unwrap_or_else(|| within(&[1.0]));
    if ticks.len() < 2 {
        // Less than a factor of two or three: round values as of a linear axis.
        let (first, last, step) = rounded((low, high), most.clamp(2, 5));
        let steps = ((last - first) / step).round() as i32;
        let all = (0..=steps).map(|tick| first + f64::from(tick) * step);
        return all.filter(|tick| (low..=high).contains(tick)).collect();
    }
    match ticks.len() > most.max(2) {
        true => ticks.iter().copied().step_by(ticks.len().div_ceil(most.max(2))).collect(),
        false => ticks,
    }
}

/// From the lowest to the highest of some values, with what must be inside; none where no value is.
pub(crate) fn range(values: impl Iterator<Item = f64>, inside: &[f64]) -> (f64, f64) {
    let all = values.filter(|value| value.is_finite()).chain(inside.iter().copied());
    let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    match (low.is_finite(), high - low > 1e-9) {
        (false, _) => (0.0, 1.0),
        (true, true) => (low, high),
        (true, false) => (low - low.abs().max(1.0) * 0.05, low + low.abs().max(1.0) * 0.05),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(axis: &Axis) -> Vec<String> {
        axis.ticks().map(|(_, name)| name).collect()
    }

    #[test]
    fn linear_axes_begin_and_end_on_round_numbers() {
        let axis = Axis::new(Scale::Linear, (-0.27, 0.21), (0.0, 100.0), 8);
        assert_eq!(names(&axis), ["-0.3", "-0.2", "-0.1", "0.0", "0.1", "0.2", "0.3"]);
        assert!((axis.place(0.0) - 50.0).abs() < 1e-9);
        assert_eq!((axis.place(-9.0), axis.place(9.0)), (0.0, 100.0));
        let axis = Axis::new(Scale::Linear, (0.0, 4_000.0), (0.0, 100.0), 4);
        assert_eq!(names(&axis), ["0", "1,000", "2,000", "3,000", "4,000"]);
    }

    #[test]
    fn ratios_have_the_same_length_everywhere_on_a_log_axis() {
        let axis = Axis::new(Scale::Log, (0.5, 8.0), (0.0, 100.0), 6);
        let step = |from: f64, to: f64| axis.place(to) - axis.place(from);
        assert!((step(0.5, 1.0) - step(4.0, 8.0)).abs() < 1e-9);
        assert_eq!(names(&axis), ["0.5", "1", "2", "5"]);
        let axis = Axis::new(Scale::Log, (0.5, 400.0), (0.0, 100.0), 4);
        assert_eq!(names(&axis), ["1", "10", "100"]);
        let axis = Axis::new(Scale::Log, (1.02, 1.8), (0.0, 100.0), 6);
        assert!(names(&axis).contains(&"1.5".to_owned()), "{:?}", names(&axis));
    }

    #[test]
    fn one_value_has_an_axis_too() {
        assert_eq!(range([0.5].into_iter(), &[]), (0.45, 0.55));
        assert_eq!(range(std::iter::empty(), &[]), (0.0, 1.0));
        let (low, high) = range([0.2, 0.4].into_iter(), &[0.0]);
        assert_eq!((low, high), (0.0, 0.4));
    }
}
