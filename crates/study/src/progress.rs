//! How far a stage is, for whoever shows it.

use foretell_llm::Spent;

/// Shows the progress of stages.
pub trait Progress: Sync {
    /// A stage begins: `what` it does, and of how many steps.
    fn start(&self, what: &str, total: u64) -> Box<dyn Meter>;
}

/// Shows the progress of one stage, until it is dropped.
pub trait Meter: Send + Sync {
    /// Some more steps are done.
    fn advance(&self, steps: u64);

    /// What the stage has cost so far, and in how many attempts.
    fn spend(&self, _spent: &Spent, _attempts: u64) {}

    /// What the guesses of the stage come to so far.
    fn gain(&self, _gain: GainSoFar) {}
}

/// The NSG of one predictor about all references, each guess in both arms `with` and `without` counted
/// once, from the replies that are there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GainSoFar {
    /// 1 − errors with / errors without; `None` without an error to remove.
    pub nsg: Option<f64>,
    /// Guesses answered in both arms, where the reference answered too.
    pub guesses: u64,
}
