//! Observations: the guesses of two arms about one answer, joined one to one.

use crate::absence::Absence;
use crate::contrast::Contrast;
use crate::explainers::{Chunk, Families};
use crate::guesses::{Guess, Guesses};
use crate::selection::{Excluded, Panel, Selection};
use foretell_core::{HUMAN, Outcome};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The guesses of both arms in one repeat of the predictor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Number of the predictor's repeat.
    pub repeat: u32,
    /// Number of the guess of the treated arm in [`Guesses::guesses`]; none where it has no row.
    pub treated: Option<u32>,
    /// The same of the baseline arm.
    pub baseline: Option<u32>,
}

/// Said where people are left out of panels ([`Observations::panels_of`]).
pub(crate) const NO_PEOPLE: &str = "people (`human`) are in no panel: they guess only the cases that \
                                    they are given; `--where predictor=human` shows them alone";

/// All that one predictor guessed about one subject in two arms, whether or not it can be scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observation {
    /// Number of the subject in [`Guesses::subjects`].
    pub subject: u32,
    /// Number of the predictor in [`Guesses::models`].
    pub predictor: u32,
    /// Number of the treated arm in [`Guesses::arms`].
    pub arm: u16,
    slots: u16,
    first_slot: u32,
    /// Repeats with both guesses and a target: both right, only treated, only baseline, neither.
    pub repeats: [u16; 4],
}

impl Observation {
    /// Repeats in which both guesses and the target are known.
    #[must_use]
    pub fn complete(&self) -> u32 {
        self.repeats.iter().map(|&count| u32::from(count)).sum()
    }

    /// Whether anything of it is scored.
    #[must_use]
    pub fn is_scored(&self) -> bool {
        self.complete() > 0
    }

    /// An observation without its guesses, for tests.
    #[cfg(test)]
    pub(crate) fn scored_as(subject: u32, repeats: [u16; 4]) -> Self {
        Self { subject, predictor: 0, arm: 0, slots: 0, first_slot: 0, repeats }
    }

    fn share(&self, cells: [usize; 2]) -> f64 {
        let count: u32 = cells.iter().map(|&cell| u32::from(self.repeats[cell])).sum();
        f64::from(count) / f64::from(self.complete())
    }

    /// Share of its repeats in which the treated guess is wrong: 0 or 1 without repeats. Not a
    /// number where it is not scored.
    #[must_use]
    pub fn treated_error(&self) -> f64 {
        self.share([2, 3])
    }

    /// The same of the baseline.
    #[must_use]
    pub fn baseline_error(&self) -> f64 {
        self.share([1, 3])
    }
}

/// The observations of one contrast, or of several arms against one baseline.
///
/// They are sorted by subject, then arm, then predictor. Those of several arms are meant to be
/// grouped by [`crate::GroupKey::Arm`].
#[derive(Debug, Clone)]
pub struct Observations {
    /// What they are made of.
    pub guesses: Arc<Guesses>,
    /// The name of the baseline arm.
    pub against: String,
    /// The observations, sorted.
    pub list: Vec<Observation>,
    slots: Vec<Slot>,
    /// What was left out by choice, with its counts.
    pub excluded: Vec<Excluded>,
    /// What the figures are conditional on.
    pub conditional: Vec<String>,
}

impl Observations {
    /// The observations of `contrast` among the guesses selected.
    #[must_use]
    pub fn of(guesses: Arc<Guesses>, contrast: &Contrast, selection: &Selection) -> Self {
        Self::of_arms(guesses, &[&contrast.arm], &contrast.against, selection)
    }

    /// The observations of several arms against one baseline.
    ///
    /// Conditions on columns that belong to a guess are about the treated guess; where it does not
    /// meet them, the baseline guess of the same repeat is left out with it.
    ///
    /// What was guessed from the explanation of another model is held against the baseline of the
    /// reference: a baseline shows no explanation, or the reference's own.
    #[must_use]
    pub fn of_arms(
        guesses: Arc<Guesses>,
        arms: &[&str],
        against: &str,
        selection: &Selection,
    ) -> Self {
        let arms: BTreeSet<u16> = arms.iter().filter_map(|arm| guesses.arm(arm)).collect();
        let arms: Vec<u16> = arms.into_iter().collect();
        let families = Families::of(&guesses);
        // About as many as there will be: a list that grows is copied again and again.
        let treated = guesses.guesses.iter().filter(|guess| arms.contains(&guess.arm)).count();
        let mut joining = Joining {
            guesses: &guesses,
            families,
            baseline: guesses.arm(against),
            selection,
            list: Vec::with_capacity(treated),
            slots: Vec::with_capacity(treated),
            excluded: BTreeMap::new(),
        };
        let mut first = 0;
        for chunk in guesses.by_subject_and_predictor() {
            joining.take(Chunk { first, guesses: chunk }, &arms);
            first += chunk.len() as u32;
        }
        if arms.len() > 1 {
            // A panel stands together: by subject, arm and predictor.
            joining.list.sort_by_key(|o| (o.subject, o.arm, o.predictor));
        }
        if selection.consistent_only {
            joining.keep_consistent();
        }
        let excluded = joining.excluded.into_iter();
        let excluded = excluded.map(|((_, what), count)| Excluded { what, count }).collect();
        let (mut list, mut slots) = (joining.list, joining.slots);
        // Repeats, and what was left out, make fewer of them.
        list.shrink_to_fit();
        slots.shrink_to_fit();
        let (against, conditional) = (against.to_owned(), selection.conditional());
        Self { guesses, against, list, slots, excluded, conditional }
    }

    /// The repeats of an observation.
    #[must_use]
    pub fn slots(&self, observation: &Observation) -> &[Slot] {
        slots_of(&self.slots, observation)
    }

    /// The guess of one side of a slot, or why it is missing.
    ///
    /// # Errors
    /// The [`Absence`]: the outcome of the request, or that the arm has no row.
    pub fn guess(&self, place: Option<u32>) -> Result<&Guess, Absence> {
        let guess = &self.guesses.guesses[place.ok_or(Absence::NoRow)? as usize];
        match guess.outcome {
            Outcome::Answered => Ok(guess),
            outcome => Err(Absence::Outcome(outcome)),
        }
    }

    /// Numbers of the two texts of an observation's pair: original, counterfactual.
    pub(crate) fn texts(&self, observation: &Observation) -> [u32; 2] {
        let pair = self.guesses.pair_of(observation.subject);
        [pair.original, pair.counterfactual]
    }

    /// Numbers of the subjects, one an observation.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = u32> {
        self.list.iter().map(|observation| observation.subject)
    }

    /// Observations in runs of one subject and arm: what a whole panel made of one answer.
    pub fn by_subject<'a>(
        &self,
        observations: &'a [Observation],
    ) -> impl Iterator<Item = &'a [Observation]> {
        observations.chunk_by(|a, b| a.subject == b.subject && a.arm == b.arm)
    }

    /// The observations of `list` that whole panels are judged by: those of models, or those of people
    /// where there are no others. People guess only the cases that they are given, so a panel that
    /// they sat in would hardly ever be complete.
    #[must_use]
    pub fn panels_of<'a>(&self, list: &'a [Observation]) -> Cow<'a, [Observation]> {
        let people = self.guesses.models.iter().position(|model| &*model.name == HUMAN);
        let is_of_people = |o: &&Observation| people == Some(o.predictor as usize);
        match list.iter().filter(is_of_people).count() {
            none if none == 0 || none == list.len() => list.into(),
            _ => list.iter().filter(|o| !is_of_people(o)).copied().collect(),
        }
    }

    /// The predictors that observed anything.
    #[must_use]
    pub fn panel(&self) -> Panel {
        let numbers: BTreeSet<u32> = self.list.iter().map(|o| o.predictor).collect();
        Panel::of(numbers.iter().map(|&number| &*self.guesses.models[number as usize].name))
    }
}

fn slots_of<'a>(slots: &'a [Slot], observation: &Observation) -> &'a [Slot] {
    let first = observation.first_slot as usize;
    &slots[first..first + usize::from(observation.slots)]
}

/// Guesses, while they are joined.
struct Joining<'a> {
    guesses: &'a Guesses,
    families: Families<'a>,
    baseline: Option<u16>,
    selection: &'a Selection,
    list: Vec<Observation>,
    slots: Vec<Slot>,
    /// By the place of the rule among all, and its words.
    excluded: BTreeMap<(usize, String), u64>,
}

impl<'a> Joining<'a> {
    fn exclude(&mut self, place: usize, what: impl Into<String>) {
        *self.excluded.entry((place, what.into())).or_default() += 1;
    }

    /// All guesses of one predictor about one subject.
    fn take(&mut self, chunk: Chunk<'a>, arms: &[u16]) {
        let Some(guess) = chunk.guesses.first() else { return };
        let of_contrast =
            |guess: &Guess| arms.contains(&guess.arm) || Some(guess.arm) == self.baseline;
        if !chunk.guesses.iter().any(of_contrast) {
            return;
        }
        let (guesses, selection) = (self.guesses, self.selection);
        if let Some((place, what)) = selection.filter.refuses_subject(guesses, guess) {
            return self.exclude(place, what);
        }
        let model = |number: u32| &guesses.models[number as usize];
        let reference = guesses.subjects[guess.subject as usize].reference;
        if selection.exclude_self.excludes(model(guess.predictor), model(reference)) {
            return self.exclude(usize::MAX - 1, selection.exclude_self.rule());
        }
        for &arm in arms {
            if let Some(sides) = self.families.sides(guesses, chunk, [Some(arm), self.baseline]) {
                self.join(sides, *guess, arm);
            }
        }
    }

    /// One observation, of the subject and predictor of `guess`: the guesses of one treated arm and
    /// of the baseline, repeat by repeat.
    fn join(&mut self, sides: [Chunk<'a>; 2], guess: Guess, arm: u16) {
        let [mut treated, mut baseline] =
            [sides[0].of_arm(Some(arm)), sides[1].of_arm(self.baseline)];
        if treated.guesses.is_empty() && baseline.guesses.is_empty() {
            return;
        }
        let first_slot = self.slots.len() as u32;
        let (mut refused, mut repeats) = (None, [0; 4]);
        while let Some(repeat) = [treated, baseline].iter().filter_map(Chunk::next_repeat).min() {
            let found = [treated.take_repeat(repeat), baseline.take_repeat(repeat)];
            let shown = found[0].map(|(_, guess)| guess);
            if let Some(rule) = self.selection.filter.refuses_guess(self.guesses, shown) {
                refused = Some(rule);
                continue;
            }
            if let [Some(treated), Some(baseline)] = found.map(|found| found?.1.hit) {
                repeats[2 * usize::from(!treated) + usize::from(!baseline)] += 1;
            }
            let [treated, baseline] = found.map(|found| found.map(|(place, _)| place));
            self.slots.push(Slot { repeat, treated, baseline });
        }
        let slots = self.slots.len() as u32 - first_slot;
        if let (0, Some((place, what))) = (slots, refused) {
            return self.exclude(place, what);
        }
        let Guess { subject, predictor, .. } = guess;
        let slots = u16::try_from(slots).expect("fewer than 65,536 repeats of one guess");
        self.list.push(Observation { subject, predictor, arm, slots, first_slot, repeats });
    }

    /// Drops the subjects whose answered treated guesses are not all one label, or are none.
    fn keep_consistent(&mut self) {
        let mut kept = Vec::with_capacity(self.list.len());
        let mut dropped = 0;
        for panel in self.list.chunk_by(|a, b| a.subject == b.subject && a.arm == b.arm) {
            let slots = panel.iter().flat_map(|observation| slots_of(&self.slots, observation));
            let treated = slots.filter_map(|slot| slot.treated);
            let answers = treated.filter_map(|place| self.guesses.guesses[place as usize].answer);
            let labels: BTreeSet<_> = answers.collect();
            if labels.len() == 1 {
                kept.extend_from_slice(panel);
            } else {
                dropped += panel.len() as u64;
            }
        }
        self.list = kept;
        if dropped > 0 {
            let what = "treated guesses that do not agree".to_owned();
            self.excluded.insert((usize::MAX, what), dropped);
        }
    }
}
