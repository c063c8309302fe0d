//! The two arms that are compared.

use crate::error::AnalysisError;

/// The two arms that are compared.
///
/// # Examples
/// ```
/// use foretell_analysis::Contrast;
///
/// let contrast = Contrast { arm: "shuffled".into(), ..Contrast::default() };
/// assert_eq!(contrast.against, "without");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Contrast {
    /// The treated arm.
    pub arm: String,
    /// The baseline.
    pub against: String,
}

impl Default for Contrast {
    fn default() -> Self {
        Self { arm: "with".into(), against: "without".into() }
    }
}

impl Contrast {
    /// Refuses an arm against itself.
    pub(crate) fn check(&self) -> Result<(), AnalysisError> {
        match self.arm == self.against {
            true => Err(AnalysisError::SameArm { arm: self.arm.clone() }),
            false => Ok(()),
        }
    }
}
