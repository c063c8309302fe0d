//! The fit behind the joint models: a design without redundant columns, Newton steps, a sandwich.

use crate::gram::{Cholesky, Symmetric};
use crate::joint::{Estimated, JointRows, Screened};
use crate::{Dependence, LinearEstimate, Scale, Undefined};

/// Newton steps that a fit may take; ordinary ones take five to eight.
const MOST_STEPS: u32 = 60;

/// Standard errors up to here are what the rounding of a fit leaves of rows that all fit exactly.
const ROUNDING: f64 = 1e-10;

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
pub(crate) struct Design<'a> {
    /// Column 0 is the intercept, `j + 1` is feature `j`.
    kept: Vec<usize>,
    /// Columns whose coefficients are not identified, whether they are kept or not.
    collinear: Vec<usize>,
    rows: Vec<Row>,
    dependence: &'a Dependence,
    /// Distinct clusters among the rows.
    pub(crate) clusters: u64,
}

struct Row {
    values: Vec<f64>,
    outcome: f64,
    weight: f64,
    /// Number of the row among those given, which is its unit.
    unit: u32,
}

impl Row {
    fn times(&self, coefficients: &[f64]) -> f64 {
        self.values.iter().zip(coefficients).map(|(x, b)| x * b).sum()
    }
}

/// Coefficients of the kept columns with what their errors need.
pub(crate) struct Solution {
    coefficients: Vec<f64>,
    bread: Cholesky,
    /// Weighted outcome of each row less the fitted one.
    residuals: Vec<f64>,
}

impl<'a> Design<'a> {
    pub(crate) fn new(rows: &JointRows<'a>, informative: &[usize], screened: &[Screened]) -> Self {
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
            unit: u32::try_from(i).expect("units are numbered in 32 bits"),
        };
        let dependence = rows.dependence;
        let rows: Vec<Row> = informative.iter().map(row).collect();
        let units: Vec<u32> = rows.iter().map(|row| row.unit).collect();
        let clusters = dependence.clusters.among(&units) as u64;
        let collinear = pick(&redundancy.involved);
        Self { kept, collinear, rows, dependence, clusters }
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

    /// Standard error of a coefficient, and the number of clusters that it counts with.
    fn se(&self, solution: &Solution, at: usize) -> Result<(f64, f64), Undefined> {
        if self.clusters <= self.kept.len() as u64 {
            return Err(Undefined::TooFewClusters);
        }
        let mut unit = vec![0.0; self.kept.len()];
        unit[at] = 1.0;
        let direction = solution.bread.solve(&unit);
        let levers: Vec<f64> = self.rows.iter().map(|row| row.times(&direction)).collect();
        let exposure = self.rows.iter().zip(&levers).map(|(row, lever)| row.weight * lever.abs());
        let units: Vec<u32> = self.rows.iter().map(|row| row.unit).collect();
        let estimate = LinearEstimate {
            value: solution.coefficients[at],
            scale: Scale::Plain,
            // Row by row: a matrix of products of scores would leave the root of its rounding.
            influence: levers.iter().zip(&solution.residuals).map(|(l, r)| l * r).collect(),
            exposure: exposure.collect(),
            carriers: vec![units.clone()],
            units,
            resolution: ROUNDING,
            obstacle: None,
        };
        match estimate.standard_errors(self.dependence) {
            Ok(errors) => Ok((errors.used, errors.effective_clusters)),
            Err(Undefined::NoSpread) => Err(Undefined::NoVariation),
            Err(reason) => Err(reason),
        }
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
        let of = |row: &Row| row.weight * link.likelihood(row.outcome, row.times(coefficients));
        self.rows.iter().map(of).sum()
    }

    fn derivatives(&self, link: Link, coefficients: &[f64]) -> (Symmetric, Vec<f64>) {
        let mut information = Symmetric::zero(coefficients.len());
        let mut score = vec![0.0; coefficients.len()];
        for row in &self.rows {
            let (rate, slope) = link.rate(row.times(coefficients));
            information.add_square(&row.values, row.weight * slope);
            add(&mut score, &row.values, row.weight * (row.outcome - rate));
        }
        information.mirror();
        (information, score)
    }

    fn solution(&self, link: Link, coefficients: Vec<f64>) -> Result<Solution, Undefined> {
        // A combination of features that decides the outcome drives rates towards 0 (or 1) without
        // end; the steps stop where rounding drowns them, which is not a maximum.
        let lost = |row: &Row| link.rate(row.times(&coefficients)).1 < LOST;
        if self.rows.iter().any(lost) {
            return Err(Undefined::NotConverged);
        }
        let (information, _) = self.derivatives(link, &coefficients);
        let bread = Cholesky::of(&information).ok_or(Undefined::NotConverged)?;
        let residual = |row: &Row| {
            let (rate, _) = link.rate(row.times(&coefficients));
            row.weight * (row.outcome - rate)
        };
        let residuals = self.rows.iter().map(residual).collect();
        Ok(Solution { coefficients, bread, residuals })
    }
}

fn add(sum: &mut [f64], values: &[f64], times: f64) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += times * value;
    }
}
