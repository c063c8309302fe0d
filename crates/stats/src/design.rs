//! The fit behind the joint models: a design without redundant columns, Newton steps, a sandwich.

use std::collections::BTreeMap;

use crate::Undefined;
use crate::gram::{Cholesky, Symmetric};
use crate::joint::{Estimated, JointRows, Screened};

/// Newton steps that a fit may take; ordinary ones take five to eight.
const MOST_STEPS: u32 = 60;

/// Slope of a fitted rate below which it stands for 0 or 1: no table has as many rows.
const LOST: f64 = 1e-9;

/// What a coefficient moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// The logarithm of the rate.
    Log,
    /// The rate itself.
    Identity,
    /// The log odds.
    Logit,
}

impl Link {
    /// Rate, and its slope in the linear predictor.
    pub(crate) fn rate(self, eta: f64) -> (f64, f64) {
        match self {
            Self::Log => (eta.exp(), eta.exp()),
            Self::Identity => (eta, 1.0),
            Self::Logit => {
                let rate = 1.0 / (1.0 + (-eta).exp());
                (rate, rate * (1.0 - rate))
            }
        }
    }

    /// Log likelihood of one row, up to what does not depend on `eta`.
    pub(crate) fn likelihood(self, outcome: f64, eta: f64) -> f64 {
        match self {
            Self::Log => outcome * eta - eta.exp(),
            Self::Identity => -(outcome - eta).powi(2) / 2.0,
            // ln(1 + e^eta), without overflow.
            Self::Logit => outcome * eta - eta.max(0.0) - (-eta.abs()).exp().ln_1p(),
        }
    }

    pub(crate) fn effect(self, coefficient: f64) -> f64 {
        if self == Self::Identity { coefficient } else { coefficient.exp() }
    }
}

/// The columns that are fitted, an intercept first, and the rows they are fitted to.
pub(crate) struct Design {
    /// Column 0 is the intercept, `j + 1` is feature `j`.
    kept: Vec<usize>,
    /// Columns whose coefficients are not identified, whether they are kept or not.
    collinear: Vec<usize>,
    rows: Vec<Row>,
    /// Distinct clusters among the rows.
    pub(crate) clusters: u64,
}

struct Row {
    values: Vec<f64>,
    outcome: f64,
    weight: f64,
    cluster: u32,
}

impl Row {
    fn eta(&self, coefficients: &[f64]) -> f64 {
        self.values.iter().zip(coefficients).map(|(x, b)| x * b).sum()
    }
}

/// Coefficients of the kept columns with what their errors need.
pub(crate) struct Solution {
    coefficients: Vec<f64>,
    bread: Cholesky,
    /// Sum of the scores of each cluster.
    scores: Vec<Vec<f64>>,
}

impl Design {
    pub(crate) fn new(rows: &JointRows<'_>, informative: &[usize], screened: &[Screened]) -> Self {
        let open = |j: usize| screened[j].reason.is_none();
        let candidates: Vec<usize> = [0]
            .into_iter()
            .chain((0..screened.len()).filter(|&j| open(j)).map(|j| j + 1))
            .collect();
        let value = |i: usize, column: usize| match column {
            0 => 1.0,
            _ => rows.features[column - 1][i],
        };
        let vector = |i: usize, columns: &[usize]| -> Vec<f64> {
            columns.iter().map(|&column| value(i, column)).collect()
        };
        let mut gram = Symmetric::zero(candidates.len());
        for &i in informative {
            gram.add_square(&vector(i, &candidates), rows.weights[i]);
        }
        gram.mirror();
        let redundancy = gram.redundancy();
        let pick = |flags: &[bool]| -> Vec<usize> {
            candidates.iter().zip(flags).filter(|(_, flag)| **flag).map(|(c, _)| *c).collect()
        };
        let kept = pick(&redundancy.independent);
        let row = |&i: &usize| Row {
            values: vector(i, &kept),
            outcome: rows.outcomes[i],
            weight: rows.weights[i],
            cluster: rows.clusters[i],
        };
        let rows: Vec<Row> = informative.iter().map(row).collect();
        let mut clusters: Vec<u32> = rows.iter().map(|row| row.cluster).collect();
        clusters.sort_unstable();
        clusters.dedup();
        let collinear = pick(&redundancy.involved);
        Self { kept, collinear, rows, clusters: clusters.len() as u64 }
    }

    /// Coefficient and error of a column.
    pub(crate) fn estimate(&self, solution: &Solution, column: usize) -> Estimated {
        let at = self.kept.iter().position(|&kept| kept == column);
        match at {
            Some(at) if !self.collinear.contains(&column) => {
                Ok((solution.coefficients[at], self.se(solution, at)))
            }
            _ => Err(Undefined::Collinear),
        }
    }

    fn se(&self, solution: &Solution, at: usize) -> Result<f64, Undefined> {
        if self.clusters <= self.kept.len() as u64 {
            return Err(Undefined::TooFewClusters);
        }
        let mut unit = vec![0.0; self.kept.len()];
        unit[at] = 1.0;
        let influence = solution.bread.solve(&unit);
        // Cluster by cluster: a matrix of their products would leave the root of its rounding.
        let of = |score: &Vec<f64>| score.iter().zip(&influence).map(|(s, v)| s * v).sum::<f64>();
        let se = solution.scores.iter().map(|score| of(score).powi(2)).sum::<f64>().sqrt();
        // Clusters that all fit exactly leave the rounding of the fit.
        if se > 1e-10 { Ok(se) } else { Err(Undefined::NoVariation) }
    }

    pub(crate) fn solve(&self, link: Link) -> Result<Solution, Undefined> {
        let mut coefficients = self.start(link);
        let mut likelihood = self.likelihood(link, &coefficients);
        let weight: f64 = self.rows.iter().map(|row| row.weight).sum();
        for _ in 0..MOST_STEPS {
            let (information, score) = self.derivatives(link, &coefficients);
            let factor = Cholesky::of(&information).ok_or(Undefined::NotConverged)?;
            let step = factor.solve(&score);
            let mut share = 1.0;
            let (next, reached) = loop {
                let next: Vec<f64> =
                    coefficients.iter().zip(&step).map(|(b, s)| b + share * s).collect();
                let reached = self.likelihood(link, &next);
                // Rounding may lower it by a little at the maximum itself, which may be zero.
                if reached >= likelihood - 1e-12 * (weight + likelihood.abs()) {
                    break (next, reached);
                }
                share /= 2.0;
                if share < 1e-6 {
                    return Err(Undefined::NotConverged);
                }
            };
            (coefficients, likelihood) = (next, reached);
            // Newton squares the error: the step after one this small is below rounding.
            let small = |(b, s): (&f64, &f64)| s.abs() <= 1e-8 * (1.0 + b.abs());
            if share == 1.0 && coefficients.iter().zip(&step).all(small) {
                return self.solution(link, coefficients);
            }
        }
        Err(Undefined::NotConverged)
    }

    /// The model without features.
    fn start(&self, link: Link) -> Vec<f64> {
        let weight: f64 = self.rows.iter().map(|row| row.weight).sum();
        let events: f64 = self.rows.iter().map(|row| row.weight * row.outcome).sum();
        let rate = (events / weight).clamp(1e-9, 1.0 - 1e-9);
        let mut start = vec![0.0; self.kept.len()];
        if let Some(intercept) = start.first_mut() {
            *intercept = match link {
                Link::Log => rate.ln(),
                Link::Identity => rate,
                Link::Logit => (rate / (1.0 - rate)).ln(),
            };
        }
        start
    }

    fn likelihood(&self, link: Link, coefficients: &[f64]) -> f64 {
        let of = |row: &Row| row.weight * link.likelihood(row.outcome, row.eta(coefficients));
        self.rows.iter().map(of).sum()
    }

    fn derivatives(&self, link: Link, coefficients: &[f64]) -> (Symmetric, Vec<f64>) {
        let mut information = Symmetric::zero(coefficients.len());
        let mut score = vec![0.0; coefficients.len()];
        for row in &self.rows {
            let (rate, slope) = link.rate(row.eta(coefficients));
            information.add_square(&row.values, row.weight * slope);
            add(&mut score, &row.values, row.weight * (row.outcome - rate));
        }
        information.mirror();
        (information, score)
    }

    fn solution(&self, link: Link, coefficients: Vec<f64>) -> Result<Solution, Undefined> {
        // A combination of features that decides the outcome drives rates towards 0 (or 1) without
        // end; the steps stop where rounding drowns them, which is not a maximum.
        let lost = |row: &Row| link.rate(row.eta(&coefficients)).1 < LOST;
        if self.rows.iter().any(lost) {
            return Err(Undefined::NotConverged);
        }
        let (information, _) = self.derivatives(link, &coefficients);
        let bread = Cholesky::of(&information).ok_or(Undefined::NotConverged)?;
        let mut scores: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for row in &self.rows {
            let (rate, _) = link.rate(row.eta(&coefficients));
            let score = scores.entry(row.cluster).or_insert_with(|| vec![0.0; coefficients.len()]);
            add(score, &row.values, row.weight * (row.outcome - rate));
        }
        let scores = scores.into_values().collect();
        Ok(Solution { coefficients, bread, scores })
    }
}

fn add(sum: &mut [f64], values: &[f64], times: f64) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += times * value;
    }
}
