//! How much a changed feature raises an outcome: risks by feature, alone and with the others held fixed.

use crate::guesses::Guesses;
use crate::inference::{Inference, adjusted};
use crate::names::Name;
use crate::sheet::{Cell, Column, Estimate, Kind};
use crate::text_units::TextUnits;
use foretell_stats::{
    ClusterRisk, Interval, JointModel, JointRows, JointTerm, RiskEstimate, RiskMethod, Undefined,
    benjamini_hochberg, dependent_risk, linear_probability, log_linear,
};
use std::collections::{BTreeMap, BTreeSet};

/// Something that did or did not happen to one pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// Number of the pair in [`Guesses::pairs`].
    pub pair: u32,
    /// Whether it happened.
    pub happened: bool,
}

/// The risks of one feature.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureRisk {
    /// The feature.
    pub feature: Name,
    /// Alone: where it changed against where it did not.
    pub alone: RiskEstimate,
    /// Relative risk with the other features held fixed.
    pub adjusted_ratio: JointTerm,
    /// Risk difference with the other features held fixed.
    pub adjusted_difference: JointTerm,
}

impl FeatureRisk {
    /// Cases in which it changed.
    #[must_use]
    pub fn changed(&self) -> u64 {
        self.alone.present.observations as u64
    }
}

/// The features that change in any pair of each dataset, sorted by their names.
#[must_use]
pub fn features(guesses: &Guesses) -> BTreeMap<Name, Vec<Name>> {
    let mut found: BTreeMap<Name, BTreeSet<Name>> = BTreeMap::new();
    for pair in &guesses.pairs {
        found.entry(pair.dataset).or_default().extend(pair.changed.iter().copied());
    }
    let sorted = |features: BTreeSet<Name>| {
        let mut features: Vec<Name> = features.into_iter().collect();
        features.sort_by(|one, other| guesses.text(*one).cmp(guesses.text(*other)));
        features
    };
    found.into_iter().map(|(dataset, features)| (dataset, sorted(features))).collect()
}

/// The risks of features among cases of one dataset whose pairs say what changed.
///
/// # Formula
/// As [`dependent_risk`] for each feature alone, and [`log_linear`] and [`linear_probability`] of all
/// features at once, cases that share a text depending on each other.
#[must_use]
pub fn feature_risks(
    guesses: &Guesses,
    cases: &[Case],
    features: &[Name],
    level: f64,
) -> Vec<FeatureRisk> {
    let cases = Cases::of(guesses, cases, level);
    let columns: Vec<Vec<f64>> = features.iter().map(|feature| cases.changed(*feature)).collect();
    let [ratios, differences] = cases.joint(&columns);
    let terms = ratios.terms.into_iter().zip(differences.terms);
    let features = features.iter().zip(&columns).zip(terms);
    features
        .map(|((feature, column), (adjusted_ratio, adjusted_difference))| FeatureRisk {
            feature: *feature,
            alone: cases.alone(column),
            adjusted_ratio,
            adjusted_difference,
        })
        .collect()
}

/// The risks of features alone, in their order.
pub(crate) fn risks_alone(
    guesses: &Guesses,
    cases: &[Case],
    features: &[Name],
    level: f64,
) -> Vec<RiskEstimate> {
    let cases = Cases::of(guesses, cases, level);
    features.iter().map(|feature| cases.alone(&cases.changed(*feature))).collect()
}

/// Cases with their texts.
struct Cases<'a> {
    guesses: &'a Guesses,
    cases: &'a [Case],
    /// Their pairs of texts.
    units: TextUnits,
    /// Number of each case's unit.
    numbers: Vec<u32>,
    level: f64,
}

impl<'a> Cases<'a> {
    fn of(guesses: &'a Guesses, cases: &'a [Case], level: f64) -> Self {
        let of_case = |case: &Case| {
            let pair = &guesses.pairs[case.pair as usize];
            [pair.original, pair.counterfactual]
        };
        let units = TextUnits::of(cases.iter().map(of_case), level);
        let numbers = cases.iter().map(|case| units.number(of_case(case))).collect();
        Self { guesses, cases, units, numbers, level }
    }

    /// 1 for each case in which a feature changed, 0 for the others.
    fn changed(&self, feature: Name) -> Vec<f64> {
        let pair = |case: &Case| &self.guesses.pairs[case.pair as usize];
        self.cases.iter().map(|case| as_number(pair(case).changed.contains(&feature))).collect()
    }

    fn alone(&self, changed: &[f64]) -> RiskEstimate {
        let mut units = vec![ClusterRisk::default(); self.units.count()];
        for ((case, number), changed) in self.cases.iter().zip(&self.numbers).zip(changed) {
            let unit = &mut units[*number as usize];
            let side = if *changed > 0.0 { &mut unit.present } else { &mut unit.absent };
            side.observations += 1.0;
            side.events += as_number(case.happened);
        }
        dependent_risk(&units, self.units.dependence(), self.level)
    }

    /// Ratios and differences of all features at once, a row a case.
    fn joint(&self, columns: &[Vec<f64>]) -> [JointModel; 2] {
        let columns: Vec<&[f64]> = columns.iter().map(Vec::as_slice).collect();
        let outcomes: Vec<f64> = self.cases.iter().map(|case| as_number(case.happened)).collect();
        let texts: Vec<[u32; 2]> =
            self.numbers.iter().map(|number| self.units.texts(*number)).collect();
        let inference = Inference::of(&texts, self.level);
        let rows = JointRows {
            features: &columns,
            outcomes: &outcomes,
            weights: &vec![1.0; outcomes.len()],
            dependence: inference.dependence(),
        };
        [log_linear(rows, self.level), linear_probability(rows, self.level)]
    }
}

fn as_number(truth: bool) -> f64 {
    f64::from(u8::from(truth))
}

/// The columns of [`risk_cells`].
pub(crate) fn risk_columns() -> Vec<Column> {
    let ratio = "share where it changed over share where it did not";
    let difference = "share where it changed less share where it did not";
    let mut columns = vec![
        Column::count("n_changed", "subjects in which the feature changed"),
        Column::count("k_changed", "those of them with the outcome").wide(),
        Column::count("n_unchanged", "subjects in which it did not change").wide(),
        Column::count("k_unchanged", "those of them with the outcome").wide(),
        Column::count("clusters", "distinct original texts").hidden(),
    ];
    columns.extend(
        Column::estimate("relative_risk", Kind::Ratio, ratio).map(|c| c.headed("relative risk")),
    );
    columns.extend(Column::estimate("risk_difference", Kind::Difference, difference));
    columns.push(
        Column::text("method", "`clustered`, or `score` where a cell of the table is empty").wide(),
    );
    let ratio = "relative risk with the other features of the dataset held fixed";
    let difference = "risk difference with the other features of the dataset held fixed";
    columns.extend(Column::estimate("adjusted_relative_risk", Kind::Ratio, ratio));
    columns.extend(
        Column::estimate("adjusted_risk_difference", Kind::Difference, difference)
            .map(Column::wide_or_hidden),
    );
    let p = |name, says| Column::new(name, Kind::PValue, says);
    columns.extend([
        p("p", "of a relative risk of 1").hidden(),
        p("p_bh", "the same, by Benjamini and Hochberg's method over this outcome's rows"),
        p("adjusted_p", "of an adjusted relative risk of 1").hidden(),
        p("adjusted_p_bh", "the same, by Benjamini and Hochberg's method").wide(),
    ]);
    columns
}

impl Column {
    fn wide_or_hidden(self) -> Self {
        if self.has_limits { self.wide() } else { self }
    }
}

/// The four cells of an estimate of a relative risk, its error on its own scale.
pub(crate) fn ratio_cells(risk: &RiskEstimate) -> [Cell; 4] {
    let se = risk.relative_risk.and_then(|ratio| Ok(ratio * risk.log_se?));
    estimate_cells(risk.relative_risk, se, risk.relative_risk_interval)
}

/// The four cells of an estimate of a risk difference.
pub(crate) fn difference_cells(risk: &RiskEstimate) -> [Cell; 4] {
    estimate_cells(risk.risk_difference, risk.difference_se, risk.risk_difference_interval)
}

/// Limits one by one: a ratio to a share of 0 has a lower limit and no upper one.
fn estimate_cells(
    value: Result<f64, Undefined>,
    se: Result<f64, Undefined>,
    interval: Result<Interval, Undefined>,
) -> [Cell; 4] {
    let limit = |side: fn(Interval) -> f64| match interval.map(side) {
        Ok(limit) if limit.is_infinite() => Cell::undefined("the interval has no upper end"),
        limit => limit.into(),
    };
    [value.into(), se.into(), limit(|interval| interval.low), limit(|interval| interval.high)]
}

/// The cells of risks, a row each, with p values adjusted over all of them.
pub(crate) fn risk_cells(risks: &[&FeatureRisk]) -> Vec<Vec<Cell>> {
    let p = |test: Result<foretell_stats::Test, Undefined>| test.map(|test| test.p);
    let alone: Vec<_> = risks.iter().map(|risk| p(risk.alone.test)).collect();
    let joint: Vec<_> = risks.iter().map(|risk| p(risk.adjusted_ratio.test)).collect();
    let (alone_bh, joint_bh) =
        (adjusted(&alone, benjamini_hochberg), adjusted(&joint, benjamini_hochberg));
    let rows = risks.iter().enumerate().map(|(at, risk)| {
        let RiskEstimate { present, absent, clusters, method, .. } = risk.alone;
        let counts = [present.observations, present.events, absent.observations, absent.events];
        let mut cells: Vec<Cell> = counts.map(|count| Cell::Count(count as u64)).to_vec();
        cells.push(clusters.into());
        cells.extend(ratio_cells(&risk.alone));
        cells.extend(difference_cells(&risk.alone));
        let method = match method {
            RiskMethod::Clustered => "clustered",
            RiskMethod::Score => "score",
        };
        cells.push(method.into());
        let ratio = &risk.adjusted_ratio;
        let se = ratio.effect.and_then(|effect| Ok(effect * ratio.se?));
        cells.extend(Estimate::new(ratio.effect, se, ratio.interval).cells());
        let JointTerm { effect, se, interval, .. } = risk.adjusted_difference;
        cells.extend(Estimate::new(effect, se, interval).cells());
        cells.extend([alone[at].into(), alone_bh[at].clone()]);
        cells.extend([joint[at].into(), joint_bh[at].clone()]);
        cells
    });
    rows.collect()
}
