//! A row of small bars: how a figure between 0 and 1 went.

/// From nothing to all.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Most bars that are drawn.
const WIDTH: usize = 24;

/// Values in their order. Once there are too many, every other one is forgotten, so the whole course
/// stays in sight.
#[derive(Debug, Default)]
pub(crate) struct Sparkline {
    values: Vec<f64>,
    /// Of the values to come, one in 2^`skipped` is kept.
    skipped: u32,
    seen: u64,
}

impl Sparkline {
    pub(crate) fn push(&mut self, value: f64) {
        if self.seen.is_multiple_of(2_u64.pow(self.skipped)) {
            if self.values.len() == WIDTH {
                let mut at = 0..;
                self.values.retain(|_| at.next().is_some_and(|at: usize| at.is_multiple_of(2)));
                self.skipped += 1;
            }
            self.values.push(value);
        }
        self.seen += 1;
    }

    /// The bars; what is below 0 or above 1 is drawn as that.
    pub(crate) fn drawn(&self) -> String {
        let last = BARS.len() - 1;
        let bar = |value: &f64| BARS[(value.clamp(0.0, 1.0) * last as f64).round() as usize];
        self.values.iter().map(bar).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_bars_between_nothing_and_all() {
        let mut line = Sparkline::default();
        [-3.0, 0.0, 0.3, 0.5, 1.0, 2.0].into_iter().for_each(|value| line.push(value));
        assert_eq!(line.drawn(), "▁▁▃▅██");
    }

    #[test]
    fn a_long_course_is_thinned_out_and_keeps_its_start_and_its_order() {
        let mut line = Sparkline::default();
        (0..10_000).for_each(|at| line.push(f64::from(at) / 10_000.0));
        let drawn: Vec<char> = line.drawn().chars().collect();
        assert!((WIDTH / 2..=WIDTH).contains(&drawn.len()));
        assert_eq!((drawn[0], drawn[drawn.len() - 1]), ('▁', '█'));
        assert!(drawn.is_sorted());
    }
}
