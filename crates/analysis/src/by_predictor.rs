//! Scored observations of a group, told apart by predictor.

use crate::guesses::Guesses;
use crate::inference::UnitSums;
use crate::observation::Observation;

/// Sums by pair of texts and predictor. All predictors have the same list of pairs of texts, so
/// that figures of any of them, together or apart, are figures of the same units.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ByPredictor {
    /// Pairs of texts, ascending.
    pub(crate) texts: Vec<[u32; 2]>,
    /// Numbers of the predictors in [`Guesses::models`], by name.
    pub(crate) predictors: Vec<u32>,
    /// Of each predictor: observations, treated errors, baseline errors.
    sums: Vec<[Vec<f64>; 3]>,
}

impl ByPredictor {
    pub(crate) fn of(guesses: &Guesses, members: &[Observation]) -> Self {
        let texts_of = |observation: &Observation| {
            let pair = guesses.pair_of(observation.subject);
            [pair.original, pair.counterfactual]
        };
        let scored = || members.iter().filter(|observation| observation.is_scored());
        let mut texts: Vec<[u32; 2]> = scored().map(texts_of).collect();
        texts.sort_unstable();
        texts.dedup();
        let predictors = predictors(guesses, scored());
        let mut sums = vec![[(); 3].map(|()| vec![0.0; texts.len()]); predictors.len()];
        for observation in scored() {
            let unit = texts.binary_search(&texts_of(observation)).expect("it was put there");
            let at = predictors.iter().position(|number| *number == observation.predictor);
            let [observations, treated, baseline] = &mut sums[at.expect("it was put there")];
            observations[unit] += 1.0;
            treated[unit] += observation.treated_error();
            baseline[unit] += observation.baseline_error();
        }
        Self { texts, predictors, sums }
    }

    /// The sums over the predictors whose places are kept. Pairs of texts that none of them guessed
    /// have no observations.
    pub(crate) fn sums(&self, keep: impl Fn(usize) -> bool) -> UnitSums {
        let kept = || self.sums.iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, of)| of);
        let sum = |side: usize| {
            let units = 0..self.texts.len();
            units.map(|unit| kept().map(|sums| sums[side][unit]).sum()).collect::<Vec<f64>>()
        };
        UnitSums {
            texts: self.texts.clone(),
            observations: sum(0),
            treated: sum(1),
            baseline: sum(2),
        }
    }
}

/// The predictors of some observations, by name.
pub(crate) fn predictors<'a>(
    guesses: &Guesses,
    observations: impl Iterator<Item = &'a Observation>,
) -> Vec<u32> {
    let mut seen = vec![false; guesses.models.len()];
    observations.for_each(|observation| seen[observation.predictor as usize] = true);
    let mut found: Vec<u32> =
        (0..seen.len() as u32).filter(|number| seen[*number as usize]).collect();
    found.sort_by(|one, other| {
        let name = |number: u32| &guesses.models[number as usize].name;
        name(*one).cmp(name(*other))
    });
    found
}
