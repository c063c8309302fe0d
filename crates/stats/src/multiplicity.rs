//! p values of several tests, adjusted for their number.

/// Holm's adjusted p values: the family-wise error is held, whatever the dependence of the tests.
///
/// # Formula
/// ```text
/// sorted p_(1) <= ... <= p_(m):   adjusted_(i) = max over j <= i of min(1, (m - j + 1) p_(j))
/// ```
/// # Shapes and units
/// Probabilities in, probabilities out, in the order given; equal p values stay equal. An empty
/// slice gives an empty vector. For planned comparisons, such as pairs of models.
/// # Panics
/// If a p value is not in `[0, 1]`.
/// # Source
/// Holm (1979); checked against statsmodels in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::holm;
///
/// assert_eq!(holm(&[0.25, 0.01]), [0.25, 0.02]);
/// ```
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let order = ascending(p_values);
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, &index) in order.iter().enumerate() {
        let tests_left = (p_values.len() - rank) as f64;
        largest = largest.max((tests_left * p_values[index]).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}

/// Benjamini and Hochberg's adjusted p values: the expected share of false findings is held, for
/// tests that are independent or positively dependent.
///
/// # Formula
/// ```text
/// sorted p_(1) <= ... <= p_(m):   adjusted_(i) = min over j >= i of min(1, m p_(j) / j)
/// ```
/// # Shapes and units
/// As [`holm`]. For scans, such as every feature that changed.
/// # Panics
/// If a p value is not in `[0, 1]`.
/// # Source
/// Benjamini and Hochberg (1995); checked against statsmodels in `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::benjamini_hochberg;
///
/// assert_eq!(benjamini_hochberg(&[0.01, 0.5, 0.02]), [0.03, 0.5, 0.03]);
/// ```
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let order = ascending(p_values);
    let tests = p_values.len() as f64;
    let mut adjusted = vec![0.0; p_values.len()];
    let mut smallest: f64 = 1.0;
    for (rank, &index) in order.iter().enumerate().rev() {
        smallest = smallest.min(tests * p_values[index] / (rank + 1) as f64);
        adjusted[index] = smallest;
    }
    adjusted
}

fn ascending(p_values: &[f64]) -> Vec<usize> {
    for p in p_values {
        assert!((0.0..=1.0).contains(p), "p value {p} is not in [0, 1]");
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    order
}
