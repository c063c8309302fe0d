//! What is simulated, and how much of it.

use super::graph::PairGraph;
use miette::Diagnostic;
use thiserror::Error;

/// What is planted in the population, beside the faithfulness.
///
/// # Shapes and units
/// Standard deviations are in log odds of a wrong guess; `noise` and `missing` are probabilities.
///
/// # Examples
/// ```
/// use foretell_analysis::Effects;
///
/// let plain = Effects::default();
/// assert_eq!((plain.noise, plain.missing), (0.0, 0.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effects {
    /// Spread of difficulty over texts, for every predictor in both arms.
    pub difficulty: f64,
    /// Spread over originals of how much their explanations help.
    pub telling: f64,
    /// Spread over counterfactual texts of how much any explanation helps.
    pub counterfactual: f64,
    /// Probability that a repeat of a reference gives another answer than its usual one.
    pub noise: f64,
    /// Probability that a guess is missing: half as much for a right one, one and a half times for a
    /// wrong one.
    pub missing: f64,
}

impl Default for Effects {
    fn default() -> Self {
        Self { difficulty: 1.0, telling: 0.5, counterfactual: 0.5, noise: 0.0, missing: 0.0 }
    }
}

/// What a replicate draws.
#[derive(Debug, Clone, PartialEq)]
pub enum Design {
    /// Clusters: originals, each with counterfactuals of its own. No text is shared.
    Clusters(Vec<u32>),
    /// Questions, and the pairs between them: a counterfactual is often another's original.
    Shared(Vec<u32>),
    /// A question for every text of a given graph.
    Graph(PairGraph),
}

/// A calibration to be made.
///
/// # Examples
/// ```
/// use foretell_analysis::{CalibrateSettings, calibrate};
///
/// let settings = CalibrateSettings { replicates: 40, ..CalibrateSettings::quick() };
/// let result = calibrate(&settings, &|_| ())?;
/// assert!(result.intervals.iter().all(|row| row.coverage.value > 0.6));
/// # Ok::<(), foretell_analysis::CalibrateError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrateSettings {
    /// What a replicate draws, and how much of it.
    pub design: Design,
    /// Probabilities that a clause of an explanation is told truthfully; each is a population.
    pub faithfulness: Vec<f64>,
    /// How much more faithful the reference is from which power tests tell one.
    pub step: f64,
    /// What is planted.
    pub effects: Effects,
    /// Repeats of the reference's answers and of all guesses.
    pub repeats: u32,
    /// Studies drawn for each size and faithfulness.
    pub replicates: u32,
    /// Those among them, the first, for which methods that cost much are computed: bootstraps, trend
    /// and AUROC.
    pub costly: u32,
    /// Draws of each bootstrap.
    pub draws: u32,
    /// Questions of the population; an even number.
    pub questions: u32,
    /// Level of the intervals; tests reject below one less it.
    pub level: f64,
    /// Seed of all that is drawn.
    pub seed: u64,
}

impl Default for CalibrateSettings {
    fn default() -> Self {
        Self {
            design: Design::Clusters(vec![20, 30, 50, 100, 300, 1_000]),
            faithfulness: vec![0.6],
            step: 0.1,
            effects: Effects::default(),
            repeats: 1,
            replicates: 2_000,
            costly: 500,
            draws: 999,
            questions: 2_048,
            level: 0.95,
            seed: 0,
        }
    }
}

/// Why a calibration cannot be made.
#[derive(Debug, Clone, PartialEq, Error, Diagnostic)]
pub enum CalibrateError {
    /// Settings that make no sense, all of them.
    #[error("{}", .faults.join("\n"))]
    #[diagnostic(help("`foretell calibrate --help` says what each setting may be"))]
    Settings {
        /// What is wrong, with name and value.
        faults: Vec<String>,
    },
}

impl CalibrateSettings {
    /// A calibration of seconds: fewer replicates of a smaller population.
    #[must_use]
    pub fn quick() -> Self {
        Self {
            design: Design::Clusters(vec![30, 100]),
            replicates: 1_000,
            costly: 100,
            draws: 199,
            questions: 256,
            ..Self::default()
        }
    }

    /// Says everything that is wrong at once.
    ///
    /// # Errors
    /// [`CalibrateError::Settings`].
    pub fn check(&self) -> Result<(), CalibrateError> {
        let Effects { difficulty, telling, counterfactual, noise, missing } = self.effects;
        let mut faults = Vec::new();
        let mut refuse = |wrong: bool, fault: String| {
            if wrong {
                faults.push(fault);
            }
        };
        for size in self.sizes() {
            refuse(size < 4, format!("{size} clusters: at least 4 are needed"));
        }
        refuse(self.sizes().is_empty(), "no number of clusters".to_owned());
        refuse(self.faithfulness.is_empty(), "no faithfulness".to_owned());
        for f in &self.faithfulness {
            refuse(!(0.0..=1.0).contains(f), format!("a faithfulness of {f} is not in [0, 1]"));
        }
        refuse(
            !(0.0..=1.0).contains(&self.step),
            format!("a step of {} is not in [0, 1]", self.step),
        );
        let spreads =
            [("difficulty", difficulty), ("telling", telling), ("counterfactual", counterfactual)];
        for (name, spread) in spreads {
            refuse(
                !(0.0..=5.0).contains(&spread),
                format!("a spread `{name}` of {spread} is not in [0, 5]"),
            );
        }
        refuse(!(0.0..0.5).contains(&noise), format!("a noise of {noise} is not in [0, 0.5)"));
        refuse(
            !(0.0..=0.5).contains(&missing),
            format!("a missing share of {missing} is not in [0, 0.5]"),
        );
        refuse(
            !(1..=8).contains(&self.repeats),
            format!("{} repeats: from 1 to 8 are possible", self.repeats),
        );
        refuse(self.replicates < 2, format!("{} replicates: at least 2", self.replicates));
        refuse(
            !(2..=8_192).contains(&self.questions) || !self.questions.is_multiple_of(2),
            format!("{} questions: an even number up to 8192", self.questions),
        );
        refuse(
            !(self.level > 0.0 && self.level < 1.0),
            format!("a level of {} is not between 0 and 1", self.level),
        );
        if faults.is_empty() { Ok(()) } else { Err(CalibrateError::Settings { faults }) }
    }

    /// Numbers of clusters.
    #[must_use]
    pub fn sizes(&self) -> Vec<u32> {
        match &self.design {
            Design::Clusters(sizes) | Design::Shared(sizes) => sizes.clone(),
            Design::Graph(graph) => vec![graph.clusters() as u32],
        }
    }

    /// Studies that are drawn in all, for a progress bar.
    #[must_use]
    pub fn steps(&self) -> u64 {
        let parts = self.sizes().len() * self.faithfulness.len();
        parts as u64 * u64::from(self.replicates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_once() {
        let settings = CalibrateSettings {
            design: Design::Clusters(vec![2]),
            faithfulness: vec![1.5],
            effects: Effects { noise: 0.7, ..Effects::default() },
            ..CalibrateSettings::quick()
        };
        let CalibrateError::Settings { faults } = settings.check().unwrap_err();
        assert_eq!(
            faults,
            [
                "2 clusters: at least 4 are needed",
                "a faithfulness of 1.5 is not in [0, 1]",
                "a noise of 0.7 is not in [0, 0.5)"
            ]
        );
    }
}
