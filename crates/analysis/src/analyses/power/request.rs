//! What is to be told apart, and how surely.

use miette::Diagnostic;
use thiserror::Error;

/// Difference of two NSG that is asked about unless another is.
pub(super) const STEP: f64 = 0.05;

/// What is to be told apart, and how surely.
///
/// # Examples
/// ```
/// use foretell_analysis::PowerRequest;
///
/// let wanted = PowerRequest { from: Some(0.3), ..PowerRequest::default() };
/// assert_eq!((wanted.power, wanted.alpha), (0.8, 0.05));
/// assert_eq!(wanted.apart(0.1), (0.3, 0.35));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PowerRequest {
    /// The NSG of one reference; that of the pilot if none.
    pub from: Option<f64>,
    /// The NSG of the other; 0.05 more if none, or less where that would pass 1.
    pub to: Option<f64>,
    /// Probability wanted that the test finds the difference.
    pub power: f64,
    /// Level of significance, two-sided.
    pub alpha: f64,
    /// Numbers of questions of the curve.
    pub questions: Vec<u64>,
}

impl Default for PowerRequest {
    fn default() -> Self {
        Self {
            from: None,
            to: None,
            power: 0.8,
            alpha: 0.05,
            questions: vec![50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000],
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Error, Diagnostic)]
pub enum PowerError {
    /// Numbers that make no sense, all of them.
    #[error("{}", .faults.join("\n"))]
    #[diagnostic(help("`foretell power --help` says what each number may be"))]
    Settings {
        /// What is wrong, with name and value.
        faults: Vec<String>,
    },
}

impl PowerRequest {
    /// The two NSG, where one reference of the pilot has `pilot`.
    #[must_use]
    pub fn apart(&self, pilot: f64) -> (f64, f64) {
        let from = self.from.unwrap_or(pilot);
        // Nothing is above an NSG of 1.
        let near = if from + STEP < 1.0 { from + STEP } else { from - STEP };
        (from, self.to.unwrap_or(near))
    }

    /// Everything that is wrong.
    pub(super) fn faults(&self) -> Vec<String> {
        let Self { power, alpha, .. } = *self;
        let mut faults = Vec::new();
        for (name, nsg) in [("from", self.from), ("to", self.to)] {
            if let Some(nsg) = nsg.filter(|nsg| !(nsg.is_finite() && *nsg < 1.0)) {
                faults.push(format!("`{name}` {nsg}: an NSG to be tested is below 1"));
            }
        }
        if !(alpha > 0.0 && alpha < 1.0) {
            faults.push(format!("a level of significance of {alpha} is not between 0 and 1"));
        } else if !(power > alpha && power < 1.0) {
            faults.push(format!(
                "a power of {power} is not between the level of significance, {alpha:.3}, and 1"
            ));
        }
        for questions in self.questions.iter().filter(|questions| **questions < 2) {
            faults.push(format!("{questions} questions: at least 2 are needed"));
        }
        faults
    }

    /// Says everything that is wrong at once.
    ///
    /// # Errors
    /// [`PowerError::Settings`].
    pub fn check(&self) -> Result<(), PowerError> {
        match self.faults() {
            faults if faults.is_empty() => Ok(()),
            faults => Err(PowerError::Settings { faults }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_once() {
        let wanted = PowerRequest {
            to: Some(1.0),
            power: 0.01,
            questions: vec![1],
            ..PowerRequest::default()
        };
        let PowerError::Settings { faults } = wanted.check().unwrap_err();
        assert_eq!(faults.len(), 3, "{faults:?}");
    }
}
