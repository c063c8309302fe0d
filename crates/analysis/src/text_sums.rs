//! Anything that is summed over observations, by pair of texts.

use crate::inference::{Figure, Inference};
use crate::observation::{Observation, Observations};
use crate::sheet::Estimate;
use crate::unit::Weights;
use foretell_stats::{Confusion, Interval, LinearEstimate, Undefined};

/// Sums of `N` cells by pair of texts, pairs ascending, none twice: what figures other than errors
/// of two arms are made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TextSums<const N: usize> {
    pub(crate) texts: Vec<[u32; 2]>,
    sums: Vec<[f64; N]>,
    /// What it means that there are none.
    nothing: Undefined,
}

impl<const N: usize> TextSums<N> {
    /// Adds up parts, each with its two texts.
    pub(crate) fn of(parts: impl Iterator<Item = ([u32; 2], [f64; N])>) -> Self {
        // Observations of one pair mostly follow each other: few entries are left to sort.
        let mut entries: Vec<([u32; 2], [f64; N])> = Vec::new();
        let add = |entries: &mut Vec<([u32; 2], [f64; N])>,
                   (texts, cells): ([u32; 2], [f64; N])| {
            match entries.last_mut() {
                Some((last, sums)) if *last == texts => {
                    sums.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += cell);
                }
                _ => entries.push((texts, cells)),
            }
        };
        parts.for_each(|part| add(&mut entries, part));
        entries.sort_by_key(|(texts, _)| *texts);
        let mut added = Vec::with_capacity(entries.len());
        entries.into_iter().for_each(|part| add(&mut added, part));
        let (texts, sums) = added.into_iter().unzip();
        Self { texts, sums, nothing: Undefined::NothingCounted }
    }

    /// Adds up what `cells` says of every scored observation, times its weight.
    pub(crate) fn of_scored(
        observations: &Observations,
        list: &[Observation],
        weights: Weights,
        cells: impl Fn(&Observation) -> [f64; N],
    ) -> Self {
        let scored: Vec<Observation> = list.iter().filter(|o| o.is_scored()).copied().collect();
        let weights = weights.of(&observations.guesses, &scored);
        let added = Self::of(scored.iter().zip(weights).map(|(observation, weight)| {
            let texts = observations.texts(observation);
            (texts, cells(observation).map(|cell| weight * cell))
        }));
        Self { nothing: Undefined::NoObservations, ..added }
    }

    /// Sums of some cells, one a pair of texts.
    pub(crate) fn column(&self, cells: &[usize]) -> Vec<f64> {
        self.sums.iter().map(|sums| cells.iter().map(|&cell| sums[cell]).sum()).collect()
    }

    /// Sum of some cells over all.
    pub(crate) fn total(&self, cells: &[usize]) -> f64 {
        self.column(cells).iter().sum()
    }

    /// What some cells are of others that hold them.
    pub(crate) fn share(&self, part: &[usize], whole: &[usize]) -> Figure {
        self.mean(&self.column(part), whole)
    }

    /// Mean of `sums` over some cells.
    pub(crate) fn mean(&self, sums: &[f64], whole: &[usize]) -> Figure {
        let all: Vec<usize> = (0..N).collect();
        match LinearEstimate::mean(sums, &self.column(whole)) {
            // Something was observed, but nothing that the figure is about.
            Err(_) if self.total(&all) > 0.0 => Err(Undefined::EmptyMargin),
            figure => figure.map_err(|_| self.nothing),
        }
    }

    /// Correlation (phi, MCC) of a yes-or-no prediction and what happened, from the cells of true
    /// and false positives, false and true negatives.
    ///
    /// The error is that of the sum of the cells' shares, each times the derivative of phi by it.
    pub(crate) fn phi(&self, inference: &Inference, cells: [&[usize]; 4]) -> Estimate {
        let [true_positive, false_positive, false_negative, true_negative] =
            cells.map(|cells| self.total(cells));
        let counts = Confusion { true_positive, false_positive, false_negative, true_negative };
        let phi = match counts.phi() {
            Ok(phi) => phi,
            Err(reason) => return Estimate::undefined(reason),
        };
        let all = cells.concat();
        let shares: Result<Vec<LinearEstimate>, Undefined> =
            cells.iter().map(|cells| self.share(cells, &all)).collect();
        let shares = match shares {
            Ok(shares) => shares,
            Err(reason) => return Estimate::undefined(reason),
        };
        let slopes = phi_slopes([0, 1, 2, 3].map(|at: usize| shares[at].value()), phi);
        let terms: Vec<(f64, &LinearEstimate)> = slopes.into_iter().zip(&shares).collect();
        of_slopes(phi, &terms, inference).within(-1.0, 1.0)
    }

    /// Geometric mean of recall and specificity, from the same cells.
    pub(crate) fn g_mean(&self, inference: &Inference, cells: [&[usize]; 4]) -> Estimate {
        let [tp, fp, fn_, tn] = cells;
        let recall = self.share(tp, &[tp, fn_].concat());
        let specificity = self.share(tn, &[fp, tn].concat());
        let (recall, specificity) = match (recall, specificity) {
            (Ok(recall), Ok(specificity)) => (recall, specificity),
            (Err(reason), _) | (_, Err(reason)) => return Estimate::undefined(reason),
        };
        let mean = (recall.value() * specificity.value()).sqrt();
        if mean == 0.0 {
            // The root has no slope there.
            let reason = "a geometric mean of 0 has no standard error";
            return Estimate::new(Ok(mean), Err(reason), Err(reason));
        }
        let terms = [&recall, &specificity].map(|part| (mean / (2.0 * part.value()), part));
        of_slopes(mean, &terms, inference).within(0.0, 1.0)
    }
}

/// A smooth figure of others, by the delta method: its value, and its slope in each of them.
fn of_slopes(value: f64, terms: &[(f64, &LinearEstimate)], inference: &Inference) -> Estimate {
    let linear = LinearEstimate::combination(terms);
    let shift = value - linear.value();
    let estimate = inference.estimate(&Ok(linear));
    let interval = estimate
        .interval
        .map(|limits| Interval { low: limits.low + shift, high: limits.high + shift });
    Estimate { value: Ok(value), interval, ..estimate }
}

/// The four cells of a yes-or-no prediction and what happened, where there are no others.
pub(crate) const CONFUSION: [&[usize]; 4] = [&[0], &[1], &[2], &[3]];

/// One observation in these cells: true and false positive, false and true negative.
pub(crate) fn confusion_cells(predicted: bool, happened: bool) -> [f64; 4] {
    let mut cells = [0.0; 4];
    cells[2 * usize::from(!predicted) + usize::from(!happened)] = 1.0;
    cells
}

/// Derivatives of phi by the shares of its four cells, all margins being positive.
fn phi_slopes([tp, fp, fn_, tn]: [f64; 4], phi: f64) -> [f64; 4] {
    let [predicted, not_predicted, happened, did_not] = [tp + fp, fn_ + tn, tp + fn_, fp + tn];
    let root = (predicted * not_predicted * happened * did_not).sqrt();
    let slope = |by_product: f64, row: f64, column: f64| {
        by_product / root - phi / 2.0 * (1.0 / row + 1.0 / column)
    };
    [
        slope(tn, predicted, happened),
        slope(-fn_, predicted, did_not),
        slope(-fp, not_predicted, happened),
        slope(tp, not_predicted, did_not),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_stats::confusion_clustered;

    #[test]
    fn phi_and_its_error_are_those_of_clusters() {
        let tables = [
            [3.0, 1.0, 0.0, 2.0],
            [1.0, 0.0, 2.0, 4.0],
            [0.0, 2.0, 1.0, 5.0],
            [2.0, 0.0, 0.0, 3.0],
        ];
        let sums = TextSums::of((0..).zip(tables).map(|(at, cells)| ([2 * at, 2 * at + 1], cells)));
        let inference = Inference::of(&sums.texts, 0.9);
        let ours = sums.phi(&inference, [&[0], &[1], &[2], &[3]]);
        let confusion = |[true_positive, false_positive, false_negative, true_negative]: [f64;
                             4]| {
            Confusion { true_positive, false_positive, false_negative, true_negative }
        };
        let theirs = confusion_clustered(&tables.map(confusion), Confusion::phi, 0.9);
        // Theirs takes derivatives by differences.
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        close(ours.value.unwrap(), theirs.value.unwrap());
        close(ours.se.unwrap(), theirs.se.unwrap());
        close(ours.interval.unwrap().low, theirs.interval.unwrap().low);
    }

    #[test]
    fn parts_of_one_pair_add_up_wherever_they_stand() {
        let sums = TextSums::of([([4, 5], [1.0]), ([0, 1], [2.0]), ([4, 5], [3.0])].into_iter());
        assert_eq!(
            (sums.texts.as_slice(), sums.column(&[0])),
            (&[[0, 1], [4, 5]][..], vec![2.0, 4.0])
        );
        assert_eq!(sums.share(&[], &[]), Err(Undefined::EmptyMargin));
    }

    #[test]
    fn a_geometric_mean_and_its_error_are_those_of_clusters() {
        let said = [(true, true), (true, false), (false, false), (false, true), (true, true)];
        let cells = said.into_iter().chain(said).chain([(false, false)]);
        let cells: Vec<[f64; 4]> = cells.map(|(a, b)| confusion_cells(a, b)).collect();
        let sums =
            TextSums::of((0..).zip(&cells).map(|(at, cells)| ([2 * at, 2 * at + 1], *cells)));
        let ours = sums.g_mean(&Inference::of(&sums.texts, 0.9), CONFUSION);
        let confusion = said.into_iter().chain(said).chain([(false, false)]);
        let confusion: Vec<Confusion> = confusion
            .map(|(predicted, happened)| Confusion::of(predicted, happened, 1.0))
            .collect();
        let theirs = confusion_clustered(&confusion, Confusion::g_mean, 0.9);
        // Theirs takes derivatives by differences.
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        close(ours.value.unwrap(), theirs.value.unwrap());
        close(ours.se.unwrap(), theirs.se.unwrap());
        close(ours.interval.unwrap().high, theirs.interval.unwrap().high);
    }
}
