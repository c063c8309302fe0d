//! Kendall's W: how far several raters agree on an order.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::correlation::ranks;
use crate::{Test, Undefined};

/// Kendall's coefficient of concordance with its tests.
///
/// # Shapes and units
/// `w` in `[0, 1]`: 1 where all raters give one order, near 0 where their orders cancel.
///
/// # Examples
/// ```
/// use foretell_stats::kendall_w;
///
/// let agreed = kendall_w(&[vec![0.1, 0.2, 0.3, 0.4], vec![1.0, 2.0, 3.0, 4.0]], 999, 7);
/// assert_eq!(agreed.w, Ok(1.0));
/// // One order in 24 agrees as well by chance.
/// assert!((agreed.p_permutation? - 1.0 / 24.0).abs() < 0.03);
/// # Ok::<(), foretell_stats::Undefined>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concordance {
    /// The coefficient.
    pub w: Result<f64, Undefined>,
    /// Friedman's chi-squared on `subjects - 1` degrees of freedom: an approximation for many.
    pub friedman: Result<Test, Undefined>,
    /// Share of permuted ratings that agree at least as well, the ratings themselves among them.
    pub p_permutation: Result<f64, Undefined>,
    /// Rows given.
    pub raters: u64,
    /// Values of a row.
    pub subjects: u64,
    /// Permutations drawn.
    pub draws: u32,
}

/// Kendall's W of complete ratings, with tie correction and a permutation test.
///
/// # Formula
/// ```text
/// m raters, n subjects, R_j sum of the ranks of subject j, t sizes of the groups of ties
/// W    = 12 sum (R_j - mean R)^2 / (m^2 (n^3 - n) - m sum (t^3 - t))
/// chi2 = m (n - 1) W
/// p    = (1 + number of draws with W at least as large) / (1 + draws)
/// ```
/// A draw permutes the ranks of each rater, by stream `r` of ChaCha8 under `seed`, so that it does
/// not depend on the draws before it.
///
/// # Shapes and units
/// One row a rater, one column a subject; only the order within a row matters. The order of rows or
/// columns does not move `w`, but moves which permutations are drawn.
/// # Errors
/// Per figure. [`Undefined::NothingCounted`] without values; [`Undefined::TooFewValues`] below two
/// raters or two subjects; [`Undefined::NoVariation`] when every rater ties all subjects;
/// `p_permutation`: [`Undefined::NoDraws`].
/// # Panics
/// If the rows differ in length or a value is not finite.
/// # Source
/// Kendall and Babington Smith (1939); `w` and `friedman` checked against pingouin and scipy in
/// `testdata/stats/measures.json`.
/// # Examples
/// ```
/// use foretell_stats::kendall_w;
///
/// let opposed = kendall_w(&[vec![1.0, 2.0, 3.0], vec![3.0, 2.0, 1.0]], 99, 7);
/// assert_eq!((opposed.w, opposed.p_permutation), (Ok(0.0), Ok(1.0)));
/// ```
pub fn kendall_w(ratings: &[Vec<f64>], draws: u32, seed: u64) -> Concordance {
    let subjects = ratings.first().map_or(0, Vec::len);
    for row in ratings {
        assert_eq!(row.len(), subjects, "raters rate different numbers of subjects");
    }
    let ranked: Vec<Vec<f64>> = ratings.iter().map(|row| ranks(row)).collect();
    let (m, n) = (ratings.len() as f64, subjects as f64);
    let most = most_spread(&ranked, n);
    let spread = most.map(|_| rank_spread(&ranked));
    let w = spread.and_then(|spread| most.map(|most| (spread / most).min(1.0)));
    Concordance {
        w,
        friedman: w.map(|w| Test::chi_squared(m * (n - 1.0) * w, n - 1.0)),
        p_permutation: spread.and_then(|spread| permutation_p(ranked, spread, draws, seed)),
        raters: ratings.len() as u64,
        subjects: subjects as u64,
        draws,
    }
}

/// Spread of the rank sums if all raters agreed, ties allowed for.
fn most_spread(ranked: &[Vec<f64>], n: f64) -> Result<f64, Undefined> {
    if ranked.iter().all(Vec::is_empty) {
        return Err(Undefined::NothingCounted);
    }
    if ranked.len() < 2 || n < 2.0 {
        return Err(Undefined::TooFewValues);
    }
    let m = ranked.len() as f64;
    let ties: f64 = ranked.iter().map(|row| tie_term(row)).sum();
    let most = (m * m * (n.powi(3) - n) - m * ties) / 12.0;
    // Ranks are multiples of one half and their sums exact, so ties of all give exactly zero spread;
    // with every rater tied the formula is not zero, but nothing was put in an order.
    let all_tied = ranked.iter().all(|row| row.iter().all(|rank| *rank == row[0]));
    if all_tied { Err(Undefined::NoVariation) } else { Ok(most) }
}

fn tie_term(ranks: &[f64]) -> f64 {
    let mut sorted = ranks.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).map(|tied| (tied.len() as f64).powi(3) - tied.len() as f64).sum()
}

/// Squared deviations of the rank sums from their mean.
fn rank_spread(ranked: &[Vec<f64>]) -> f64 {
    let n = ranked[0].len();
    let mean = ranked.len() as f64 * (n as f64 + 1.0) / 2.0;
    (0..n).map(|j| (ranked.iter().map(|row| row[j]).sum::<f64>() - mean).powi(2)).sum()
}

fn permutation_p(
    mut ranked: Vec<Vec<f64>>,
    observed: f64,
    draws: u32,
    seed: u64,
) -> Result<f64, Undefined> {
    if draws == 0 {
        return Err(Undefined::NoDraws);
    }
    // A fixed starting order, so that a draw depends on its stream alone.
    let start = ranked.clone();
    let streams = ChaCha8Rng::seed_from_u64(seed);
    let mut as_large = 0_u32;
    for replicate in 0..draws {
        let mut rng = streams.clone();
        rng.set_stream(u64::from(replicate));
        for (row, first) in ranked.iter_mut().zip(&start) {
            row.copy_from_slice(first);
            row.shuffle(&mut rng);
        }
        // Sums of halves and quarters are exact: equal spreads compare equal.
        as_large += u32::from(rank_spread(&ranked) >= observed);
    }
    Ok((1.0 + f64::from(as_large)) / (1.0 + f64::from(draws)))
}
