//! What the verdicts of a judge come to.

use foretell_core::Outcome;
use foretell_tables::ScoreRow;
use std::collections::BTreeMap;

/// The verdicts of one kind on the explanations of one reference.
#[derive(Debug, Clone, PartialEq)]
pub struct VerdictSummary {
    /// The kind.
    pub kind: String,
    /// The reference.
    pub reference: String,
    /// What became of each verdict: one a pair, of `mention` one a pair and feature.
    pub outcomes: BTreeMap<Outcome, u64>,
    /// Mean value; `None` without a verdict.
    pub mean: Option<f64>,
    /// Verdicts by direction; empty where the kind has none.
    pub directions: BTreeMap<String, u64>,
}

impl VerdictSummary {
    /// Counts rows of one kind, by reference.
    pub(crate) fn of(kind: &str, references: &[&str], rows: &[ScoreRow]) -> Vec<Self> {
        let one = |reference: &&str| {
            let mut summary = Self {
                kind: kind.to_owned(),
                reference: (*reference).to_owned(),
                outcomes: BTreeMap::new(),
                mean: None,
                directions: BTreeMap::new(),
            };
            let (mut sum, mut count) = (0.0, 0_u32);
            for row in rows.iter().filter(|row| row.reference.as_deref() == Some(*reference)) {
                *summary.outcomes.entry(row.outcome).or_default() += 1;
                if let Some(direction) = &row.direction {
                    *summary.directions.entry(direction.clone()).or_default() += 1;
                }
                if let Some(value) = row.value {
                    sum += value;
                    count += 1;
                }
            }
            summary.mean = (count > 0).then(|| sum / f64::from(count));
            summary
        };
        references.iter().map(one).collect()
    }
}
