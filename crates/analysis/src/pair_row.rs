//! Pair rows: the observations of one subject, folded over its predictors.

use crate::absence::{Absence, LeftOut, Side};
use crate::observation::{Guess, Observation, Slot, Subject};
use crate::tally::Tally;
use foretell_core::Outcome;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Agreement {
    #[default]
    None,
    All(Arc<str>),
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
    /// The row of a single observation.
    #[must_use]
    pub fn of(observation: &Observation) -> Self {
        let mut row = Self {
            scored: Tally::default(),
            slots: Tally::default(),
            untargeted: 0,
            left_out: BTreeMap::new(),
            agreement: Agreement::None,
            target: observation.target,
            switched: observation.switched,
        };
        if observation.target != Outcome::Answered {
            row.untargeted = 1;
            return row;
        }
        let (mut scored, mut slots) = ([0; 4], [0; 9]);
        for slot in &observation.slots {
            let states = [state_of(&slot.treated), state_of(&slot.baseline)];
            slots[3 * states[0] + states[1]] += 1;
            if states.iter().all(|&state| state != state::MISSING) {
                scored[2 * states[0] + states[1]] += 1;
            }
            row.leave_out(&observation.predictor, slot);
            if let Guess::Answered { answer, .. } = &slot.treated {
                let agreement = std::mem::take(&mut row.agreement);
                row.agreement = agreement.with(Agreement::All(answer.clone()));
            }
        }
        row.slots.add(observation.slots.len() as u32, &slots);
        let complete: u64 = scored.iter().sum();
        if complete > 0 {
            row.scored.add(complete as u32, &scored);
        }
        row
    }

    fn leave_out(&mut self, predictor: &str, slot: &Slot) {
        for (side, guess) in [(Side::Treated, &slot.treated), (Side::Baseline, &slot.baseline)] {
            if let Guess::Missing(absence) = *guess {
                let predictor = predictor.into();
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
        self.agreement = std::mem::take(&mut self.agreement).with(other.agreement);
        // Equal for one subject; the larger, so that rows at odds add up in any order all the same.
        self.target = self.target.max(other.target);
        self.switched = self.switched.max(other.switched);
    }

    /// Observations that are scored.
    #[must_use]
    pub fn observations(&self) -> u64 {
        self.scored.observations()
    }

    /// Observations in which both arms were right.
    #[must_use]
    pub fn both_right(&self) -> f64 {
        self.scored.sum(&[scored::BOTH_RIGHT])
    }

    /// Observations in which only the treated arm was right.
    #[must_use]
    pub fn only_treated(&self) -> f64 {
        self.scored.sum(&[scored::ONLY_TREATED])
    }

    /// Observations in which only the baseline was right.
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

fn state_of(guess: &Guess) -> usize {
    match guess {
        Guess::Answered { hit: Some(true), .. } => state::RIGHT,
        Guess::Answered { hit: Some(false), .. } => state::WRONG,
        Guess::Answered { hit: None, .. } | Guess::Missing(_) => state::MISSING,
    }
}

/// What a pair row is about: a subject, and one predictor where predictors are kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PairKey {
    /// What is guessed.
    pub subject: Subject,
    /// The predictor; `None` where the row is over all of them.
    pub predictor: Option<Arc<str>>,
}

/// Pair rows by what they are about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PairRows {
    pub(crate) rows: HashMap<PairKey, PairRow>,
}

impl PairRows {
    /// Adds an observation.
    pub fn add(&mut self, observation: Observation, keep_predictors_apart: bool) {
        let row = PairRow::of(&observation);
        let predictor = keep_predictors_apart.then_some(observation.predictor);
        self.add_row(PairKey { subject: observation.subject, predictor }, row);
    }

    fn add_row(&mut self, key: PairKey, row: PairRow) {
        match self.rows.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(row);
            }
            Entry::Occupied(mut known) => known.get_mut().merge(row),
        }
    }

    /// Adds all rows of another part of the observations.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let (mut larger, smaller) =
            if self.rows.len() < other.rows.len() { (other, self) } else { (self, other) };
        for (key, row) in smaller.rows {
            larger.add_row(key, row);
        }
        larger
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row of one key.
    #[must_use]
    pub fn get(&self, key: &PairKey) -> Option<&PairRow> {
        self.rows.get(key)
    }
}
