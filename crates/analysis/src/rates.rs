//! Rates of what happens to subjects, by pair of texts, as cells.

use crate::guesses::Guesses;
use crate::inference::Inference;
use crate::sheet::{Cell, Estimate};
use crate::text_sums::TextSums;
use crate::unit::shared_texts;
use foretell_stats::dependent_rate;

/// Events and observations by pair of texts.
///
/// What is about one text alone has it on both sides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rate {
    /// Observations of one pair mostly follow each other, and are added up as they come.
    parts: Vec<([u32; 2], [f64; 2])>,
}

impl Rate {
    /// Counts one observation of a pair of texts, the original first.
    pub(crate) fn add(&mut self, texts: [u32; 2], event: bool) {
        let event = f64::from(u8::from(event));
        match self.parts.last_mut() {
            Some((last, [events, observations])) if *last == texts => {
                *events += event;
                *observations += 1.0;
            }
            _ => self.parts.push((texts, [event, 1.0])),
        }
    }

    /// Distinct originals.
    pub(crate) fn clusters(&self) -> u64 {
        let mut originals: Vec<u32> =
            self.parts.iter().map(|([original, _], _)| *original).collect();
        originals.sort_unstable();
        originals.dedup();
        originals.len() as u64
    }

    pub(crate) fn observations(&self) -> u64 {
        self.parts.iter().map(|(_, [_, observations])| observations).sum::<f64>() as u64
    }

    pub(crate) fn events(&self) -> u64 {
        self.parts.iter().map(|(_, [events, _])| events).sum::<f64>() as u64
    }

    /// The share of events with Wilson's interval at the effective number of observations, which
    /// allows for shared texts.
    pub(crate) fn estimate(&self, level: f64) -> Estimate {
        let added = TextSums::of(self.parts.iter().copied());
        let (events, observations) = (added.column(&[0]), added.column(&[1]));
        let inference = Inference::of(&added.texts, level);
        let rate = dependent_rate(&events, &observations, inference.dependence(), level);
        Estimate::new(rate.rate, rate.se, rate.interval)
    }

    /// The share alone.
    pub(crate) fn share(&self) -> Cell {
        match self.observations() {
            0 => Cell::undefined(foretell_stats::Undefined::NothingCounted),
            all => (self.events() as f64 / all as f64).into(),
        }
    }
}

/// What to say where pairs of different originals share texts and figures do not allow for it.
pub(crate) fn one_way_warning(
    guesses: &Guesses,
    subjects: impl Iterator<Item = u32>,
    figures: &str,
) -> Option<String> {
    let mut pairs: Vec<u32> =
        subjects.map(|subject| guesses.subjects[subject as usize].pair).collect();
    pairs.sort_unstable();
    pairs.dedup();
    let texts = pairs.into_iter().map(|pair| {
        let pair = &guesses.pairs[pair as usize];
        [pair.original, pair.counterfactual]
    });
    let shared = shared_texts(texts);
    (shared > 0).then(|| {
        format!(
            "{} texts are shared by pairs of different originals, which {figures} treat as \
             independent: they may be too narrow",
            foretell_core::count(shared)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_stats::{ClusterRate, clustered_rate};

    fn counted(pairs: &[([u32; 2], bool)]) -> Rate {
        let mut rate = Rate::default();
        pairs.iter().for_each(|(texts, event)| rate.add(*texts, *event));
        rate
    }

    #[test]
    fn without_shared_texts_a_rate_is_that_of_originals() {
        let events = [true, false, false, true, true, false, false];
        let originals = [4, 0, 0, 4, 2, 3, 0];
        let texts = (50..).zip(originals).map(|(counterfactual, of)| [of, counterfactual]);
        let rate = counted(&texts.zip(events).collect::<Vec<_>>());
        assert_eq!((rate.observations(), rate.events(), rate.clusters()), (7, 3, 4));
        let of = |original: u32| {
            let own = originals.iter().zip(events).filter(|(own, _)| **own == original);
            let events: Vec<bool> = own.map(|(_, event)| event).collect();
            ClusterRate {
                observations: events.len() as f64,
                events: events.iter().filter(|event| **event).count() as f64,
            }
        };
        let clusters: Vec<ClusterRate> = [0, 2, 3, 4].map(of).to_vec();
        let (ours, theirs) = (rate.estimate(0.9), clustered_rate(&clusters, 0.9));
        // Sums in another order.
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-13, "{a} {b}");
        close(ours.value.unwrap(), theirs.rate.unwrap());
        close(ours.se.unwrap(), theirs.se.unwrap());
        let (ours, theirs) = (ours.interval.unwrap(), theirs.interval.unwrap());
        close(ours.low, theirs.low);
        close(ours.high, theirs.high);
    }

    #[test]
    fn limits_allow_for_a_shared_text_and_a_rate_of_none_has_an_upper_one() {
        // Twelve originals, three by three with one counterfactual and one fate.
        let pair = |at: u32, of: u32| ([at, 20 + of], (at / 3).is_multiple_of(2));
        let [shared, apart] = [3, 1].map(|together| {
            counted(&(0..12).map(|at| pair(at, at / together)).collect::<Vec<_>>())
        });
        let [shared, apart] = [shared, apart].map(|rate| rate.estimate(0.95));
        assert_eq!(shared.value, apart.value);
        assert!((shared.se.unwrap() / apart.se.unwrap() - 3.0_f64.sqrt()).abs() < 1e-12);
        assert!(shared.interval.unwrap().low < apart.interval.unwrap().low);

        let none = |together: u32| {
            let pairs = (0..12).map(|at| ([at, 20 + at / together], false)).collect::<Vec<_>>();
            counted(&pairs).estimate(0.95).interval.unwrap()
        };
        assert!(none(3).low == 0.0 && none(3).high > none(1).high && none(3).high < 1.0);
    }
}
