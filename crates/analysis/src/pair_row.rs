//! Pair rows: the observations of one subject, folded over its predictors.

use crate::absence::{Absence, LeftOut, Side};
use crate::guesses::Guess;
use crate::names::Name;
use crate::observation::{Observation, Observations, Slot};
use crate::tally::Tally;
use foretell_core::Outcome;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Cells of [`PairRow::scored`].
pub(crate) mod scored {
    pub(crate) const BOTH_RIGHT: usize = 0;
    pub(crate) const ONLY_TREATED: usize = 1;
    pub(crate) const ONLY_BASELINE: usize = 2;
    pub(crate) const NEITHER: usize = 3;
}

/// States of a guess: a slot's cell is that of the treated guess times three plus the baseline's.
pub(crate) mod state {
    pub(crate) const RIGHT: usize = 0;
    pub(crate) const WRONG: usize = 1;
    pub(crate) const MISSING: usize = 2;
}

/// Whether all answered guesses of the treated arm are the same label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Agreement {
    #[default]
    None,
    All(Name),
    Differ,
}

impl Agreement {
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, known) | (known, Self::None) => known,
            (Self::All(one), Self::All(other)) if one == other => Self::All(one),
            _ => Self::Differ,
        }
    }
}

/// What all predictors together made of one subject.
///
/// Rows of one subject add up ([`PairRow::merge`]) in any order to the same row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairRow {
    /// Scored observations by which arm was right, repeats averaged within each observation.
    pub(crate) scored: Tally<4>,
    /// All repeats that have a target, each a share of its observation, by what both guesses are.
    pub(crate) slots: Tally<9>,
    /// Repeats, as shares of observations, that have no target: nothing could be scored.
    pub(crate) untargeted: u64,
    /// Guesses that are missing although there is a target.
    pub(crate) left_out: BTreeMap<LeftOut, u64>,
    agreement: Agreement,
    /// What became of the target.
    pub(crate) target: Outcome,
    /// Whether the target differs from the original answer, where both are known.
    pub switched: Option<bool>,
}

impl PairRow {
    /// The row of a panel: the observations of one subject ([`Observations::by_subject`]).
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn of(observations: &Observations, panel: &[Observation]) -> Self {
        let rows = panel.iter().map(|observation| Self::of_one(observations, observation));
        let merged = rows.reduce(|mut row, other| {
            row.merge(other);
            row
        });
        merged.expect("a panel has a predictor")
    }

    fn of_one(observations: &Observations, observation: &Observation) -> Self {
        let guesses = &observations.guesses;
        let subject = &guesses.subjects[observation.subject as usize];
        let mut row = Self {
            scored: Tally::default(),
            slots: Tally::default(),
            untargeted: 0,
            left_out: BTreeMap::new(),
            agreement: Agreement::None,
            target: subject.target_outcome,
            switched: subject.switched(),
        };
        if subject.target_outcome != Outcome::Answered {
            row.untargeted = 1;
            return row;
        }
        let predictor = &guesses.models[observation.predictor as usize].name;
        let (all, mut slots) = (observations.slots(observation), [0; 9]);
        for slot in all {
            let [treated, baseline] =
                [slot.treated, slot.baseline].map(|at| observations.guess(at));
            slots[3 * state_of(treated) + state_of(baseline)] += 1;
            row.leave_out(observations, predictor, slot);
            if let Some(answer) = treated.ok().and_then(|guess| guess.answer) {
                row.agreement = row.agreement.with(Agreement::All(answer));
            }
        }
        row.slots.add(all.len() as u32, &slots);
        if observation.is_scored() {
            row.scored.add(observation.complete(), &observation.repeats.map(u64::from));
        }
        row
    }

    fn leave_out(&mut self, observations: &Observations, predictor: &Arc<str>, slot: &Slot) {
        for (side, place) in [(Side::Treated, slot.treated), (Side::Baseline, slot.baseline)] {
            if let Err(absence) = observations.guess(place) {
                let predictor = Arc::clone(predictor);
                *self.left_out.entry(LeftOut { side, predictor, absence }).or_default() += 1;
            }
        }
    }

    /// Adds other observations of the same subject.
    pub fn merge(&mut self, other: Self) {
        self.scored.merge(&other.scored);
        self.slots.merge(&other.slots);
        self.untargeted += other.untargeted;
        for (what, count) in other.left_out {
            *self.left_out.entry(what).or_default() += count;
        }
        self.agreement = self.agreement.with(other.agreement);
    }

    /// Observations that are scored.
    #[must_use]
    pub fn observations(&self) -> u64 {
        self.scored.observations()
    }

    /// Observations in which both arms were right; averaged repeats make fractions, here and below.
    #[must_use]
    pub fn both_right(&self) -> f64 {
        self.scored.sum(&[scored::BOTH_RIGHT])
    }

    /// Observations in which only the treated arm was right.
    #[must_use]
    pub fn only_treated(&self) -> f64 {
        self.scored.sum(&[scored::ONLY_TREATED])
    }

    /// Observations in which only the baseline arm was right.
    #[must_use]
    pub fn only_baseline(&self) -> f64 {
        self.scored.sum(&[scored::ONLY_BASELINE])
    }

    /// Observations in which neither arm was right.
    #[must_use]
    pub fn neither(&self) -> f64 {
        self.scored.sum(&[scored::NEITHER])
    }

    /// Guesses left out of one side for one reason, over all predictors.
    #[must_use]
    pub fn left_out(&self, side: Side, absence: Absence) -> u64 {
        let wanted = |(what, _): &(&LeftOut, &u64)| what.side == side && what.absence == absence;
        self.left_out.iter().filter(wanted).map(|(_, count)| count).sum()
    }

    /// Whether every treated guess was answered.
    #[must_use]
    pub fn panel_is_complete(&self) -> bool {
        self.agreement != Agreement::None
            && self.left_out.keys().all(|what| what.side == Side::Baseline)
    }

    /// Whether every treated guess was answered, all with one label, and that is not the target.
    #[must_use]
    pub fn unanimous_and_wrong(&self) -> bool {
        let right = (0..3).map(|baseline| 3 * state::RIGHT + baseline);
        self.panel_is_complete()
            && matches!(self.agreement, Agreement::All(_))
            && self.slots.sum(&right.collect::<Vec<_>>()) == 0.0
    }
}

/// The state of a guess.
pub(crate) fn state_of(guess: Result<&Guess, Absence>) -> usize {
    match guess.ok().and_then(|guess| guess.hit) {
        Some(true) => state::RIGHT,
        Some(false) => state::WRONG,
        None => state::MISSING,
    }
}
