//! Agreement of two series of labels, such as the answers of two models.

use std::collections::BTreeMap;

use crate::Undefined;

/// Agreement of two series of labels.
///
/// # Examples
/// ```
/// use foretell_stats::{Undefined, class_agreement};
///
/// let one_sided = class_agreement([(0, 0, 1.0), (0, 1, 1.0)]);
/// assert_eq!((one_sided.raw, one_sided.phi), (Ok(0.5), Err(Undefined::EmptyMargin)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassAgreement {
    /// Share of equal labels.
    pub raw: Result<f64, Undefined>,
    /// Correlation of the labels, corrected for how often each is given.
    pub phi: Result<f64, Undefined>,
    /// Sum of the weights.
    pub observations: f64,
    /// Distinct labels on either side.
    pub classes: u64,
}

/// Raw agreement and phi of two series of any number of labels.
///
/// # Formula
/// ```text
/// n = sum of weights, c = weight of equal labels, a_k and b_k weight of label k on either side
/// raw = c / n
/// phi = (c n - sum a_k b_k) / sqrt((n^2 - sum a_k^2)(n^2 - sum b_k^2))
/// ```
/// With two labels `phi` is [`Confusion::phi`](crate::Confusion::phi); with more, the correlation of Gorodkin.
///
/// # Shapes and units
/// Pairs of labels with a weight each; which numbers stand for which labels does not matter, nor
/// which series comes first.
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] without weight; `phi`: [`Undefined::EmptyMargin`] when
/// one side has a single label.
/// # Panics
/// If a weight is negative or not finite.
/// # Source
/// Gorodkin (2004); checked against scikit-learn in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::class_agreement;
///
/// let agreement = class_agreement([(0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0)]);
/// assert_eq!((agreement.raw, agreement.phi, agreement.classes), (Ok(1.0), Ok(1.0), 3));
/// ```
pub fn class_agreement(pairs: impl IntoIterator<Item = (u32, u32, f64)>) -> ClassAgreement {
    let mut margins: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
    let (mut n, mut equal) = (0.0, 0.0);
    for (first, second, weight) in pairs {
        assert!(weight.is_finite() && weight >= 0.0, "{weight} is not a weight");
        if weight == 0.0 {
            continue;
        }
        margins.entry(first).or_default().0 += weight;
        margins.entry(second).or_default().1 += weight;
        n += weight;
        equal += if first == second { weight } else { 0.0 };
    }
    let single = |side: fn(&(f64, f64)) -> f64| {
        margins.values().filter(|margin| side(margin) > 0.0).count() < 2
    };
    let sum = |product: fn(&(f64, f64)) -> f64| margins.values().map(product).sum::<f64>();
    let phi = if n == 0.0 {
        Err(Undefined::NothingCounted)
    } else if single(|m| m.0) || single(|m| m.1) {
        Err(Undefined::EmptyMargin)
    } else {
        let spread = (n * n - sum(|m| m.0 * m.0)).sqrt() * (n * n - sum(|m| m.1 * m.1)).sqrt();
        Ok(((equal * n - sum(|m| m.0 * m.1)) / spread).clamp(-1.0, 1.0))
    };
    ClassAgreement {
        raw: if n == 0.0 { Err(Undefined::NothingCounted) } else { Ok((equal / n).min(1.0)) },
        phi,
        observations: n,
        classes: margins.len() as u64,
    }
}
