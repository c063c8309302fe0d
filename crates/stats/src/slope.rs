//! Straight lines through figures of models: slope with a robust interval, and correlation.

use crate::quantile::{student_t, tail};
use crate::tails::two_sided_p;
use crate::{Dependence, Interval, Undefined};

/// A weighted least squares line with the uncertainty of its slope.
///
/// # Shapes and units
/// `slope` in units of y per unit of x; `se`, `interval`, `p_value` belong to it.
///
/// # Examples
/// ```
/// use foretell_stats::{Dependence, slope};
///
/// // NSG against log10 of parameters.
/// let (size, nsg) = ([0.5, 0.9, 1.5, 1.9, 2.6], [0.11, 0.16, 0.17, 0.24, 0.28]);
/// let line = slope(&size, &nsg, &[1.0; 5], &Dependence::independent(5), 0.95)?;
/// assert!(line.slope > 0.07 && line.p_value < 0.05 && line.interval.contains(line.slope));
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// Change of y per unit of x.
    pub slope: f64,
    /// y where x is 0.
    pub intercept: f64,
    /// Robust standard error of the slope, with its small-sample correction.
    pub se: f64,
    /// t interval of the slope.
    pub interval: Interval,
    /// Two-sided, of no slope.
    pub p_value: f64,
    /// Degrees of freedom of the t distribution.
    pub freedom: f64,
    /// Points with a weight.
    pub points: u64,
    /// Clusters among them.
    pub clusters: u64,
}

/// Slope of y on x by weighted least squares.
///
/// # Formula
/// ```text
/// slope = sum_i c_i y_i      c_i = w_i (x_i - xm) / sum_j w_j (x_j - xm)^2,  xm = sum w x / sum w
/// e_i   = residual, h_i = leverage
/// one point a cluster   se^2 = sum_i (c_i e_i / (1 - h_i))^2        (HC3), t on n - 2
/// else                  se^2 = (n - 1) / (n - 2) * G / (G - 1)
///                              * sum over clusters (sum c_i e_i)^2  (CR1), t on G - 1
/// ```
/// # Shapes and units
/// One element a point. Points of weight 0 are left out; weights count relative to each other.
/// `clusters`: points that belong together, such as models of a family.
/// # Errors
/// [`Undefined::TooFewValues`] for fewer than three points, or a line that a point fixes alone
/// (leverage 1); [`Undefined::TooFewClusters`] for one cluster; [`Undefined::NoVariation`] if all x are
/// equal; [`Undefined::NoSpread`] if the line goes through every point.
/// # Panics
/// If lengths differ, a number is not finite, a weight is negative, `level` is not between 0 and 1,
/// or `clusters` are dyads.
/// # Source
/// Long and Ervin (2000) for HC3; checked against `WLS` of statsmodels in
/// `testdata/stats/slope.json`.
/// # Examples
/// ```
/// use foretell_stats::{Dependence, Undefined, slope};
///
/// let all_of_one_family = Dependence::clustered(&[4; 3]);
/// let line = slope(&[1.0, 2.0, 3.0], &[0.1, 0.3, 0.2], &[1.0; 3], &all_of_one_family, 0.95);
/// assert_eq!(line, Err(Undefined::TooFewClusters));
/// ```
pub fn slope(
    x: &[f64],
    y: &[f64],
    weights: &[f64],
    clusters: &Dependence,
    level: f64,
) -> Result<Slope, Undefined> {
    tail(level);
    assert!(!clusters.is_dyadic(), "points of a line have one cluster each");
    assert_eq!((y.len(), clusters.units()), (x.len(), x.len()), "x, y and clusters of one length");
    assert!(y.iter().all(|y| y.is_finite()), "every y is finite");
    let coefficients = slope_weights(x, weights)?;
    let kept: Vec<u32> = (0..x.len() as u32).filter(|&i| weights[i as usize] > 0.0).collect();
    let groups = clusters.clusters.among(&kept);
    if groups < 2 {
        return Err(Undefined::TooFewClusters);
    }
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let all: f64 = weights.iter().sum();
    let (xm, ym) = (dot(weights, x) / all, dot(weights, y) / all);
    let slope = dot(&coefficients, y);
    let residual = |i: usize| y[i] - ym - slope * (x[i] - xm);
    let n = kept.len() as f64;
    let alone = groups == kept.len();
    let mut pulls = Vec::with_capacity(kept.len());
    for &i in &kept {
        let i = i as usize;
        let leverage = weights[i] / all + coefficients[i] * (x[i] - xm);
        if 1.0 - leverage < 1e-12 {
            return Err(Undefined::TooFewValues);
        }
        pulls.push(coefficients[i] * residual(i) / if alone { 1.0 - leverage } else { 1.0 });
    }
    let sums = clusters.clusters.sums(&kept, &pulls);
    let g = groups as f64;
    let (correction, freedom) =
        if alone { (1.0, n - 2.0) } else { ((n - 1.0) / (n - 2.0) * g / (g - 1.0), g - 1.0) };
    let se = (correction * sums.iter().map(|sum| sum * sum).sum::<f64>()).sqrt();
    let size: f64 = coefficients.iter().zip(y).map(|(c, y)| (c * y).abs()).sum();
    if se <= 1e-13 * size {
        return Err(Undefined::NoSpread);
    }
    let reach = student_t(level, freedom) * se;
    Ok(Slope {
        slope,
        intercept: ym - slope * xm,
        se,
        interval: Interval { low: slope - reach, high: slope + reach },
        p_value: two_sided_p(slope / se, freedom),
        freedom,
        points: kept.len() as u64,
        clusters: groups as u64,
    })
}

/// Weights with which a slope is a weighted sum of the y.
///
/// With them [`LinearEstimate::combination`](crate::LinearEstimate::combination) of the models'
/// estimates is the slope with the uncertainty that comes from the questions alone, the models
/// being what they are; [`slope`] takes the models as drawn from more of their kind.
///
/// # Formula
/// ```text
/// c_i = w_i (x_i - xm) / sum_j w_j (x_j - xm)^2      xm = sum w x / sum w
/// ```
/// # Shapes and units
/// One element a point; they add up to 0.
/// # Errors
/// [`Undefined::TooFewValues`] for fewer than three points of positive weight,
/// [`Undefined::NoVariation`] if their x are equal.
/// # Panics
/// If lengths differ, a number is not finite, or a weight is negative.
/// # Source
/// Weighted least squares, as [`slope`].
/// # Examples
/// ```
/// # use foretell_stats::slope_weights;
/// assert_eq!(slope_weights(&[1.0, 2.0, 3.0], &[1.0; 3])?, [-0.5, 0.0, 0.5]);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
pub fn slope_weights(x: &[f64], weights: &[f64]) -> Result<Vec<f64>, Undefined> {
    assert_eq!(weights.len(), x.len(), "x and weights of one length");
    let good = |(x, w): (&f64, &f64)| x.is_finite() && w.is_finite() && *w >= 0.0;
    assert!(x.iter().zip(weights).all(good), "x are finite, weights finite and not negative");
    if weights.iter().filter(|w| **w > 0.0).count() < 3 {
        return Err(Undefined::TooFewValues);
    }
    let sum = |f: &dyn Fn(f64) -> f64| x.iter().zip(weights).map(|(x, w)| w * f(*x)).sum::<f64>();
    let mean = sum(&|x| x) / sum(&|_| 1.0);
    let squares = sum(&|x| (x - mean).powi(2));
    // Equal x leave the rounding of their mean.
    if squares <= 1e-24 * sum(&|x| x * x) {
        return Err(Undefined::NoVariation);
    }
    Ok(x.iter().zip(weights).map(|(x, w)| w * (x - mean) / squares).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_say_nothing_give_their_reason() {
        let apart = Dependence::independent(4);
        let line = |x: [f64; 4], y: [f64; 4], w: [f64; 4]| slope(&x, &y, &w, &apart, 0.95).err();
        let (up, ones) = ([1.0, 2.0, 3.0, 4.0], [1.0; 4]);
        assert_eq!(line([0.1; 4], up, ones), Some(Undefined::NoVariation));
        assert_eq!(line(up, [0.3, 0.5, 0.7, 0.9], ones), Some(Undefined::NoSpread));
        assert_eq!(line(up, up, [1.0, 1.0, 0.0, 0.0]), Some(Undefined::TooFewValues));
        // Without the last point there is no line.
        assert_eq!(line([1.0, 1.0, 1.0, 2.0], up, ones), Some(Undefined::TooFewValues));
    }

    #[test]
    fn points_without_weight_are_not_there() {
        let (x, y) = ([1.0, 2.0, 3.0, 4.0], [0.1, 0.4, 0.2, 0.5]);
        let more = [[x.as_slice(), &[9.0]].concat(), [y.as_slice(), &[-3.0]].concat()];
        let weights = [1.0, 1.0, 1.0, 1.0, 0.0];
        let all = slope(&more[0], &more[1], &weights, &Dependence::independent(5), 0.9).unwrap();
        assert_eq!(all, slope(&x, &y, &[1.0; 4], &Dependence::independent(4), 0.9).unwrap());
    }
}
