//! The bracket of what can be foretold, and the NSG relative to both its ends.

use super::NO_REPEATS;
use super::agreement::{Counts, Replies};
use crate::inference::{Inference, UnitSums};
use crate::observation::{Observation, Observations};
use crate::sheet::{Cell, Column, Estimate, Kind};
use foretell_stats::{ClusterErrors, LinearEstimate};
use std::collections::BTreeMap;

pub(super) fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::count(
            "observations",
            "scored observations whose counterfactual was answered twice or more",
        ),
        Column::count("clusters", "distinct originals among them").wide(),
        Column::new("repeats", Kind::Number, "answers to such a counterfactual, on average"),
        Column::fraction("a_with", "accuracy of the treated arm on these"),
        Column::fraction("a_without", "accuracy of the baseline on these"),
    ];
    let low = "best accuracy that can be reached, by leave-one-out: biased downward";
    let high = "the same by the share of the most common answer: biased upward";
    columns.extend(Column::estimate("ceiling_low", Kind::Fraction, low));
    columns.extend(Column::estimate("ceiling_high", Kind::Fraction, high));
    columns.push(Column::new("nsg", Kind::Signed, "NSG on these").headed("NSG"));
    let low = "(a_with - a_without) / (C - a_without), C the end of the ceiling that makes it least: \
               ceiling_high, or ceiling_low where the gain is negative";
    let high = "the same with the other end";
    columns.extend(Column::estimate("nsg_of_ceiling_low", Kind::Signed, low));
    columns.extend(Column::estimate("nsg_of_ceiling_high", Kind::Signed, high));
    columns
}

/// Sums of a group by pair of texts, with the errors that the two ceilings leave.
struct Bracketed {
    sums: UnitSums,
    /// By leave-one-out, and by the most common answer.
    ceilings: [Vec<f64>; 2],
}

impl Bracketed {
    fn of(observations: &Observations, replies: &Replies<'_>, members: &[Observation]) -> Self {
        let mut units: BTreeMap<[u32; 2], (ClusterErrors, [f64; 2])> = BTreeMap::new();
        for same in members.chunk_by(|one, other| one.subject == other.subject) {
            let subject = same[0].subject;
            let pair = observations.guesses.pair_of(subject);
            let counts = replies.to(observations, subject);
            let missed = [counts.leave_one_out(), counts.plug_in()].map(|right| 1.0 - right);
            let (errors, left) = units.entry([pair.original, pair.counterfactual]).or_default();
            for observation in same {
                errors.observations += 1.0;
                errors.treated += observation.treated_error();
                errors.baseline += observation.baseline_error();
                left[0] += missed[0];
                left[1] += missed[1];
            }
        }
        let sums = UnitSums::of_parts(units.iter().map(|(texts, (errors, _))| (*texts, *errors)));
        let ceilings = [0, 1].map(|end| units.values().map(|(_, left)| left[end]).collect());
        Self { sums, ceilings }
    }

    /// The ends of the ceiling, first the one whose relative NSG is least: the lower the ceiling, the
    /// further from 0.
    fn ends_by_least(&self) -> [usize; 2] {
        let total = |errors: &[f64]| errors.iter().sum::<f64>();
        let loses = total(&self.sums.treated) > total(&self.sums.baseline);
        if loses { [0, 1] } else { [1, 0] }
    }

    /// The NSG relative to one end of the bracket.
    fn relative(&self, end: usize, inference: &Inference) -> Estimate {
        let above = |errors: &[f64]| -> Vec<f64> {
            errors.iter().zip(&self.ceilings[end]).map(|(errors, least)| errors - least).collect()
        };
        let of = |errors: &[f64]| LinearEstimate::mean(&above(errors), &self.sums.observations);
        let (treated, baseline) = match (of(&self.sums.treated), of(&self.sums.baseline)) {
            (Ok(treated), Ok(baseline)) => (treated, baseline),
            (Err(reason), _) | (_, Err(reason)) => return Estimate::undefined(reason),
        };
        if baseline.value() <= 0.0 {
            return Estimate::undefined("the baseline is as good as this end of the ceiling");
        }
        if treated.value() < 0.0 {
            let value = 1.0 - treated.value() / baseline.value();
            let reason = "the treated arm is better than this end of the ceiling";
            return Estimate::new(Ok(value), Err(reason), Err(reason));
        }
        inference.estimate(&LinearEstimate::nsg_of(&treated, &baseline))
    }
}

pub(super) fn cells(
    observations: &Observations,
    replies: &Replies<'_>,
    members: &[Observation],
    level: f64,
) -> Vec<Cell> {
    let members = &replies.with_repeats(observations, members);
    if members.is_empty() {
        let mut cells: Vec<Cell> = vec![0_u64.into(), 0_u64.into()];
        cells.resize_with(columns().len(), || Cell::undefined(NO_REPEATS));
        return cells;
    }
    let group = Bracketed::of(observations, replies, members);
    let inference = Inference::of(&group.sums.texts, level);
    let questions: BTreeMap<_, u32> = (members.iter())
        .map(|o| {
            let pair = observations.guesses.pair_of(o.subject);
            let reference = observations.guesses.subjects[o.subject as usize].reference;
            let replies = Counts::replies(replies.to(observations, o.subject));
            ((reference, pair.counterfactual, pair.answer_order), replies)
        })
        .collect();
    let repeats = questions.values().map(|n| f64::from(*n)).sum::<f64>() / questions.len() as f64;
    let accuracies = group.sums.accuracies();
    let [a_with, a_without] =
        accuracies.map(|accuracy| Cell::figure(accuracy.map(|figure| figure.value())));
    let mut cells: Vec<Cell> =
        vec![members.len().into(), group.sums.clusters().into(), repeats.into(), a_with, a_without];
    for left in &group.ceilings {
        let ceiling = LinearEstimate::accuracy(left, &group.sums.observations);
        cells.extend(inference.estimate(&ceiling).within(0.0, 1.0).cells());
    }
    cells.push(Cell::figure(group.sums.nsg().map(|figure| figure.value())));
    for end in group.ends_by_least() {
        cells.extend(group.relative(end, &inference).cells());
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_relative_nsg_comes_first_whether_explanations_help_or_harm() {
        for (treated, low) in [([1.0, 2.0, 0.0], 0.25 / 0.5), ([4.0, 2.0, 3.0], -0.25 / 0.35)] {
            let sums = UnitSums {
                texts: vec![[0, 1], [2, 3], [4, 5]],
                observations: vec![4.0; 3],
                treated: treated.to_vec(),
                baseline: vec![2.0; 3],
            };
            // Errors left by the lower ceiling and by the higher one: 0.15 and 0.
            let ceilings = [vec![0.6; 3], vec![0.0; 3]];
            let group = Bracketed { sums, ceilings };
            let inference = Inference::of(&group.sums.texts, 0.95);
            let [first, second] =
                group.ends_by_least().map(|end| group.relative(end, &inference).value.unwrap());
            assert!(first < second, "{first} {second}");
            assert!((first - low).abs() < 1e-12, "{first}");
        }
    }
}
