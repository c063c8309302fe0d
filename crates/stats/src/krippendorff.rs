//! Krippendorff's alpha and raw agreement of labels, where some labels are missing.

use std::collections::BTreeMap;

use crate::Undefined;

/// Agreement of several raters on labels, with the counts it rests on.
///
/// # Shapes and units
/// `alpha` is 1 for perfect agreement, 0 for what shuffled labels give, negative below that;
/// `agreement` is a share in `[0, 1]`, not corrected for chance.
///
/// # Examples
/// ```
/// use foretell_stats::{Undefined, krippendorff_nominal};
///
/// // All say the same everywhere: full agreement, but nothing that chance would not give.
/// let same = krippendorff_nominal(&[vec![Some(1), Some(1)], vec![Some(1), Some(1)]]);
/// assert_eq!((same.agreement, same.alpha), (Ok(1.0), Err(Undefined::NoVariation)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelAgreement {
    /// Krippendorff's alpha for nominal labels.
    pub alpha: Result<f64, Undefined>,
    /// Share of pairs of labels of one unit that are equal, every pair weighing the same.
    pub agreement: Result<f64, Undefined>,
    /// Units with at least two labels.
    pub units: u64,
    /// Labels of those units.
    pub labels: u64,
    /// Units left out for having fewer than two labels.
    pub left_out: u64,
}

/// Krippendorff's alpha of nominal labels, and raw pairwise agreement.
///
/// # Formula
/// ```text
/// unit u has m_u >= 2 labels, n_uc of them c;  n = sum m_u,  n_c = sum n_uc
/// disagreement observed D_o = sum_u (m_u^2 - sum_c n_uc^2) / (m_u - 1) / n
/// disagreement expected D_e = (n^2 - sum_c n_c^2) / (n (n - 1))
/// alpha = 1 - D_o / D_e
/// agreement = sum_u sum_c n_uc (n_uc - 1) / sum_u m_u (m_u - 1)
/// ```
/// # Shapes and units
/// One row a unit, one element a rater; `None` where a rater gave no label. Rows may differ in
/// length. Which numbers stand for which labels, and the order of units and raters, does not matter.
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] when no unit has two labels; `alpha`:
/// [`Undefined::NoVariation`] when all labels are the same.
/// # Source
/// Krippendorff (2004), chapter 11; checked against the package krippendorff in
/// `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::krippendorff_nominal;
///
/// let units = [vec![Some(0), Some(0)], vec![Some(1), Some(1)], vec![Some(0), Some(1)], vec![Some(1), None]];
/// let result = krippendorff_nominal(&units);
/// assert!((result.agreement? - 2.0 / 3.0).abs() < 1e-12);
/// assert!((result.alpha? - 4.0 / 9.0).abs() < 1e-12);
/// assert_eq!((result.units, result.left_out), (3, 1));
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn krippendorff_nominal(units: &[Vec<Option<u32>>]) -> LabelAgreement {
    let mut totals: BTreeMap<u32, u64> = BTreeMap::new();
    let (mut used, mut labels, mut left_out) = (0_u64, 0_u64, 0_u64);
    let (mut observed, mut equal_pairs, mut pairs) = (0.0, 0_u64, 0_u64);
    for unit in units {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        for label in unit.iter().flatten() {
            *counts.entry(*label).or_default() += 1;
        }
        let m: u64 = counts.values().sum();
        if m < 2 {
            left_out += 1;
            continue;
        }
        used += 1;
        labels += m;
        let equal: u64 = counts.values().map(|n| n * (n - 1)).sum();
        equal_pairs += equal;
        pairs += m * (m - 1);
        observed += (m * (m - 1) - equal) as f64 / (m - 1) as f64;
        for (label, n) in counts {
            *totals.entry(label).or_default() += n;
        }
    }
    let alpha = if used == 0 {
        Err(Undefined::NothingCounted)
    } else if totals.len() == 1 {
        Err(Undefined::NoVariation)
    } else {
        let n = labels as f64;
        let squares: f64 = totals.values().map(|&c| (c as f64).powi(2)).sum();
        Ok(1.0 - (n - 1.0) * observed / (n * n - squares))
    };
    let agreement = if used == 0 {
        Err(Undefined::NothingCounted)
    } else {
        Ok(equal_pairs as f64 / pairs as f64)
    };
    LabelAgreement { alpha, agreement, units: used, labels, left_out }
}
