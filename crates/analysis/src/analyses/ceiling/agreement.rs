//! How far a reference agrees with itself: its replies to one question in one order, counted.

use crate::error::AnalysisError;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use foretell_core::{AnswerOrder, Outcome};
use std::collections::HashMap;

/// Replies to one question, by label.
///
/// # Formula
/// ```text
/// R replies, n_a of them a
/// plug-in        max n_a / R
/// leave-one-out  sum_a n_a t_a / R     t_a = 1/k where a is among the k most common of the other
///                                      R - 1 replies, else 0
/// ```
/// With p_a how often the reference says a, nobody is right more often than `max p_a`. The share of
/// the most common reply is fitted to the replies, so that its expectation is at least that;
/// leave-one-out is what the most common of R - 1 replies foretells of another, which is at most
/// that. Both come closer with R.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts(Vec<(u32, u32)>);

impl Counts {
    pub(super) fn add(&mut self, label: u32) {
        match self.0.iter_mut().find(|(known, _)| *known == label) {
            Some((_, count)) => *count += 1,
            None => self.0.push((label, 1)),
        }
    }

    /// Replies.
    pub(super) fn replies(&self) -> u32 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// The labels that are most common, one reply left out where it is given.
    pub(super) fn modes(&self, without: Option<u32>) -> Vec<u32> {
        let rest =
            |(label, count): &(u32, u32)| (*label, count - u32::from(Some(*label) == without));
        let most = self.0.iter().map(|of| rest(of).1).max().unwrap_or(0);
        let modes = self.0.iter().map(rest).filter(|(_, count)| *count == most && most > 0);
        modes.map(|(label, _)| label).collect()
    }

    /// Share of the most common reply.
    pub(super) fn plug_in(&self) -> f64 {
        let most = self.0.iter().map(|(_, count)| *count).max().unwrap_or(0);
        f64::from(most) / f64::from(self.replies())
    }

    /// Share of replies that the others foretell.
    pub(super) fn leave_one_out(&self) -> f64 {
        let foretold = self.0.iter().map(|(label, count)| {
            let modes = self.modes(Some(*label));
            match modes.contains(label) {
                true => f64::from(*count) / modes.len() as f64,
                false => 0.0,
            }
        });
        foretold.sum::<f64>() / f64::from(self.replies())
    }
}

/// The replies of references to counterfactual questions.
#[derive(Debug, Default)]
pub(super) struct Replies<'a> {
    labels: HashMap<&'a str, u32>,
    /// By the reference, the question's text and the order.
    counts: HashMap<(u32, u32, AnswerOrder), Counts>,
}

impl<'a> Replies<'a> {
    /// Counts the answered replies to the counterfactuals of some observations.
    pub(super) fn of(
        prepared: &'a Prepared,
        observations: &Observations,
    ) -> Result<Self, AnalysisError> {
        let guesses = &observations.guesses;
        let mut replies = Self::default();
        for observation in observations.list.iter().filter(|o| o.is_scored()) {
            let pair = guesses.pair_of(observation.subject);
            let reference = guesses.subjects[observation.subject as usize].reference;
            let key = (reference, pair.counterfactual, pair.answer_order);
            replies.counts.entry(key).or_default();
        }
        let models: HashMap<&str, u32> =
            guesses.models.iter().map(|model| &*model.name).zip(0..).collect();
        let name = |text: &crate::Text| (&**guesses.text(text.dataset), &**guesses.text(text.id));
        let texts: HashMap<(&str, &str), u32> = guesses.texts.iter().map(name).zip(0..).collect();
        for answer in prepared.tables.answers()? {
            let Some(label) = answer.answer.as_deref() else { continue };
            let text = texts.get(&(answer.dataset.as_str(), answer.text_id.as_str()));
            let (Some(&model), Some(&text)) = (models.get(answer.reference.as_str()), text) else {
                continue;
            };
            let counts = replies.counts.get_mut(&(model, text, answer.answer_order));
            if let Some(counts) = counts.filter(|_| answer.outcome == Outcome::Answered) {
                let next = replies.labels.len() as u32;
                counts.add(*replies.labels.entry(label).or_insert(next));
            }
        }
        Ok(replies)
    }

    /// The replies to a subject's counterfactual.
    pub(super) fn to(&self, observations: &Observations, subject: u32) -> &Counts {
        let pair = observations.guesses.pair_of(subject);
        let reference = observations.guesses.subjects[subject as usize].reference;
        &self.counts[&(reference, pair.counterfactual, pair.answer_order)]
    }

    /// The number of a label, where any reply is it.
    pub(super) fn label(&self, text: &str) -> Option<u32> {
        self.labels.get(text).copied()
    }

    /// The scored observations whose counterfactual was answered at least twice.
    pub(super) fn with_repeats(
        &self,
        observations: &Observations,
        members: &[Observation],
    ) -> Vec<Observation> {
        let scored = members.iter().filter(|observation| observation.is_scored());
        let twice = scored.filter(|o| self.to(observations, o.subject).replies() > 1);
        twice.copied().collect()
    }

    /// What to say where repeats are few.
    pub(super) fn few(&self) -> Option<String> {
        let repeated = self.counts.values().map(Counts::replies).filter(|replies| *replies > 1);
        let (all, few) = repeated
            .fold((0_u64, 0_u64), |(all, few), replies| (all + 1, few + u64::from(replies < 10)));
        (few > 0).then(|| {
            format!(
                "{} of {} counterfactual questions have fewer than ten answers, so the bracket is wide",
                foretell_core::count(few),
                foretell_core::count(all)
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(replies: &[u32]) -> Counts {
        let mut counts = Counts::default();
        replies.iter().for_each(|label| counts.add(*label));
        counts
    }

    #[test]
    fn counts_are_those_of_the_definition() {
        let three = counts(&[1, 1, 2]);
        assert_eq!(three.plug_in(), 2.0 / 3.0);
        // Leaving out a 1 leaves a tie, which foretells it half of the time; the 2 is never foretold.
        assert_eq!(three.leave_one_out(), 2.0 * 0.5 / 3.0);
        let two = counts(&[1, 2]);
        assert_eq!((two.plug_in(), two.leave_one_out()), (0.5, 0.0));
        assert_eq!(counts(&[4; 7]).leave_one_out(), 1.0);
        assert_eq!((two.modes(None), two.modes(Some(1))), (vec![1, 2], vec![2]));
        assert!(counts(&[3]).modes(Some(3)).is_empty());
    }

    /// A draw in `[0, 1)` that depends on its number alone.
    fn draw(number: u64) -> f64 {
        let mut mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    #[test]
    fn the_bracket_holds_a_ceiling_that_is_known() {
        const QUESTIONS: u64 = 20_000;
        let mut widths = Vec::new();
        for repeats in [2_u64, 3, 5, 10, 20] {
            let (mut truth, mut low, mut high) = (0.0, 0.0, 0.0);
            for question in 0..QUESTIONS {
                // Three labels; the reference says the first with p from 0.4 to 1, the others alike.
                let p = 0.4 + 0.6 * draw(question);
                truth += p.max((1.0 - p) / 2.0);
                let mut counts = Counts::default();
                for repeat in 0..repeats {
                    let u = draw(1_000_000 + question * 64 + repeat);
                    let other = u32::from((u - p) > (1.0 - p) / 2.0) + 1;
                    counts.add(if u < p { 0 } else { other });
                }
                low += counts.leave_one_out();
                high += counts.plug_in();
            }
            let [truth, low, high] = [truth, low, high].map(|sum| sum / QUESTIONS as f64);
            // Expectations bracket the truth; their Monte-Carlo error is about 0.002.
            assert!(low < truth + 0.006 && truth < high + 0.006, "{repeats}: {low} {truth} {high}");
            if repeats < 10 {
                assert!(low < truth && truth < high, "{repeats}: {low} {truth} {high}");
            }
            widths.push(high - low);
        }
        assert!(widths.is_sorted_by(|wide, narrow| wide > narrow), "{widths:?}");
    }
}
