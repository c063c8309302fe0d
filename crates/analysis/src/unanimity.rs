//! Whether a whole panel was misled to one answer: a verdict about each answer of a reference.

use crate::grouping::Place;
use crate::names::Name;
use crate::observation::{Observation, Observations};
use crate::request::Compat;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What is made of one subject, or, by predictor, of one predictor's guess about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The reference gave no answer that a guess could miss.
    NoTarget,
    /// Too few of the panel answered.
    Incomplete,
    /// Not all guesses were one label that is not the target.
    Sound,
    /// All treated guesses were one label that is not the target, and all of the baseline were one
    /// such label before.
    Before,
    /// All treated guesses were one label that is not the target, and the baseline was not like that:
    /// the stricter form.
    Strict,
}

/// The verdict about one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// Number of the subject in [`crate::Guesses::subjects`].
    pub subject: u32,
    /// Number of the predictor; of a panel, of its first.
    pub predictor: u32,
    /// Number of the treated arm.
    pub arm: u16,
    /// What became of it.
    pub verdict: Verdict,
}

impl From<&Judged> for Place {
    fn from(judged: &Judged) -> Self {
        let Judged { subject, predictor, arm, .. } = *judged;
        Self { subject, predictor, arm }
    }
}

impl Judged {
    /// Whether the subject counts.
    #[must_use]
    pub fn counts(&self) -> bool {
        !matches!(self.verdict, Verdict::NoTarget | Verdict::Incomplete)
    }

    /// Whether everybody was misled to one answer.
    #[must_use]
    pub fn is_egregious(&self) -> bool {
        matches!(self.verdict, Verdict::Before | Verdict::Strict)
    }
}

/// By whose rules panels are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PanelRule {
    /// Whether every predictor is a panel of its own.
    pub alone: bool,
    /// Least predictors that answered; `None` asks for all.
    pub min_answered: Option<u32>,
    /// Whether missing guesses count as values that agree with each other.
    pub compat: Compat,
}

/// Judges every subject of a list that is sorted as [`Observations::list`] is.
///
/// The panel of a reference are the predictors with an observation about it in the list, in this arm,
/// without people where there are others ([`Observations::panels_of`]); a predictor has answered where it did so in at least one repeat, and all answers of all repeats
/// have to be the one label.
#[must_use]
pub fn judge(observations: &Observations, list: &[Observation], rule: PanelRule) -> Vec<Judged> {
    let panels = observations.panels_of(list);
    let has_others = matches!(panels, Cow::Owned(_));
    let sizes = panel_sizes(observations, &panels);
    let mut judged = Vec::new();
    for panel in observations.by_subject(list) {
        let panel = match has_others && !rule.alone {
            true => observations.panels_of(panel),
            false => panel.into(),
        };
        let step = if rule.alone { 1 } else { panel.len() };
        for part in panel.chunks(step) {
            let Observation { subject, predictor, arm, .. } = part[0];
            let reference = observations.guesses.subjects[subject as usize].reference;
            let whole = sizes.get(&(reference, arm)).copied();
            let size = if rule.alone { 1 } else { whole.unwrap_or(panel.len()) };
            let verdict = verdict(observations, part, size, rule);
            judged.push(Judged { subject, predictor, arm, verdict });
        }
    }
    judged
}

/// How many predictors made an observation about each reference, by arm.
fn panel_sizes(observations: &Observations, list: &[Observation]) -> BTreeMap<(u32, u16), usize> {
    let mut panels: Vec<(u32, u16, u32)> = Vec::with_capacity(list.len());
    for observation in list {
        let reference = observations.guesses.subjects[observation.subject as usize].reference;
        panels.push((reference, observation.arm, observation.predictor));
    }
    panels.sort_unstable();
    panels.dedup();
    let mut sizes = BTreeMap::new();
    for (reference, arm, _) in panels {
        *sizes.entry((reference, arm)).or_default() += 1;
    }
    sizes
}

/// The labels of one side of a panel.
#[derive(Debug, Default)]
struct Labels {
    first: Option<Name>,
    differ: bool,
    /// Predictors with an answer.
    answered: usize,
}

impl Labels {
    fn of(observations: &Observations, panel: &[Observation], treated: bool) -> Self {
        let mut labels = Self::default();
        for observation in panel {
            let mut answered = false;
            for slot in observations.slots(observation) {
                let place = if treated { slot.treated } else { slot.baseline };
                let guess = observations.guess(place).ok();
                let Some(answer) = guess.and_then(|guess| guess.answer) else { continue };
                answered = true;
                labels.differ |= labels.first.is_some_and(|first| first != answer);
                labels.first = labels.first.or(Some(answer));
            }
            labels.answered += usize::from(answered);
        }
        labels
    }

    /// Whether all that are there are one label that is not the target.
    fn miss(&self, target: Name) -> bool {
        !self.differ && self.first.is_some_and(|first| first != target)
    }
}

fn verdict(
    observations: &Observations,
    panel: &[Observation],
    size: usize,
    rule: PanelRule,
) -> Verdict {
    let subject = &observations.guesses.subjects[panel[0].subject as usize];
    let Some(target) = subject.target else { return Verdict::NoTarget };
    let treated = Labels::of(observations, panel, true);
    let wrong = match rule.compat {
        Compat::Own => {
            let least = rule.min_answered.map_or(size, |least| least as usize);
            // Nobody's answer misleads nobody, whatever number is asked for.
            if treated.answered < least.max(1) {
                return Verdict::Incomplete;
            }
            treated.miss(target)
        }
        Compat::Published => {
            // A missing guess is a value like others, which is never the target.
            let none = treated.answered == 0;
            none || (treated.answered == size && treated.miss(target))
        }
    };
    if !wrong {
        return Verdict::Sound;
    }
    let baseline = Labels::of(observations, panel, false);
    match baseline.answered == size && baseline.miss(target) {
        true => Verdict::Before,
        false => Verdict::Strict,
    }
}
