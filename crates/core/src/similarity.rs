//! How alike two texts are.

use crate::tokens::Vocabulary;

/// Longest run of tokens that BLEU compares.
const ORDERS: usize = 4;

/// Token Jaccard index of two texts; `None` where neither has a token.
///
/// # Formula
/// ```text
/// J = |A and B| / |A or B|
/// ```
/// over the sets of tokens: runs of letters, digits and `_`, and every other character that is no white
/// space by itself, in lower case.
/// # Shapes and units
/// A fraction in `[0, 1]`; 1 where both hold the same tokens, in whatever order.
/// # Source
/// Jaccard (1912); checked against `testdata/pairs/stats.py`.
/// # Examples
/// ```
/// assert_eq!(foretell_core::jaccard("a man, old", "A man, young"), Some(0.6));
/// ```
#[must_use]
pub fn jaccard(a: &str, b: &str) -> Option<f64> {
    let mut vocabulary = Vocabulary::default();
    jaccard_of(&vocabulary.tokens(a), &vocabulary.tokens(b))
}

/// Sentence BLEU-4 of a candidate against one reference, smoothed; `None` where either has no token.
///
/// # Formula
/// ```text
/// BLEU = min(1, exp(1 - r / c)) * (p_1 * p_2 * p_3 * p_4)^(1/4)
/// p_1 = m_1 / l_1;   p_n = (m_n + 1) / (l_n + 1) for n = 2, 3, 4
/// ```
/// `c` and `r` are the tokens of candidate and reference, `l_n` the runs of `n` tokens of the candidate
/// (at least 1), `m_n` those of them that the reference has too, each at most as often as there. The tokens
/// are those of [`jaccard`].
/// # Shapes and units
/// A fraction in `[0, 1]`; 0 where no token is shared.
/// # Source
/// Papineni et al. (2002), one added from the second order on as by Lin and Och (2004): smoothing 2 of Chen
/// and Cherry (2014). Checked against NLTK in `testdata/pairs/stats.py`.
/// # Examples
/// ```
/// assert_eq!(foretell_core::bleu("a b c d e", "a b c d e"), Some(1.0));
/// assert_eq!(foretell_core::bleu("a b", "c d"), Some(0.0));
/// ```
#[must_use]
pub fn bleu(reference: &str, candidate: &str) -> Option<f64> {
    let mut vocabulary = Vocabulary::default();
    bleu_of(&vocabulary.tokens(reference), &vocabulary.tokens(candidate))
}

/// [`jaccard`] of two lists of tokens of one [`Vocabulary`].
#[must_use]
pub fn jaccard_of(a: &[u32], b: &[u32]) -> Option<f64> {
    let set = |tokens: &[u32]| {
        let mut tokens = tokens.to_vec();
        tokens.sort_unstable();
        tokens.dedup();
        tokens
    };
    let (a, b) = (set(a), set(b));
    let shared = shared(&a, &b);
    let all = a.len() + b.len() - shared;
    (all > 0).then(|| shared as f64 / all as f64)
}

/// [`bleu`] of two lists of tokens of one [`Vocabulary`].
#[must_use]
pub fn bleu_of(reference: &[u32], candidate: &[u32]) -> Option<f64> {
    if reference.is_empty() || candidate.is_empty() {
        return None;
    }
    let mut logarithms = 0.0;
    for order in 1..=ORDERS {
        let runs = runs(candidate, order);
        let matched = shared(&runs, &self::runs(reference, order)) as f64;
        let length = runs.len().max(1) as f64;
        let one = if order == 1 { 0.0 } else { 1.0 };
        let precision = (matched + one) / (length + one);
        if precision == 0.0 {
            return Some(0.0);
        }
        logarithms += precision.ln();
    }
    let brevity = (1.0 - reference.len() as f64 / candidate.len() as f64).min(0.0);
    Some((brevity + logarithms / ORDERS as f64).exp())
}

/// All runs of `order` tokens, sorted.
fn runs(tokens: &[u32], order: usize) -> Vec<[u32; ORDERS]> {
    let run = |window: &[u32]| {
        let mut run = [u32::MAX; ORDERS];
        run[..order].copy_from_slice(window);
        run
    };
    let mut runs: Vec<_> = tokens.windows(order).map(run).collect();
    runs.sort_unstable();
    runs
}

/// How many items two sorted lists share, each as often as it stands in both.
fn shared<T: Ord>(a: &[T], b: &[T]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                (i, j, shared) = (i + 1, j + 1, shared + 1);
            }
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bleu_is_that_of_the_definition() {
        // p = 3/4, (1+1)/(3+1), (0+1)/(2+1), (0+1)/(1+1); equal lengths.
        let expected = (0.75_f64 * 0.5 / 3.0 * 0.5).powf(0.25);
        assert!((bleu("a b x d", "a b c d").unwrap() - expected).abs() < 1e-12);
        // One token of two: the others count as one run, and the candidate is too short.
        let short = (1.0 - 2.0_f64).exp() * (1.0_f64 * 0.5 * 0.5 * 0.5).powf(0.25);
        assert!((bleu("a b", "a").unwrap() - short).abs() < 1e-12);
        assert_eq!(bleu("", "a"), None);
        assert_eq!(jaccard("", " "), None);
    }

    proptest! {
        #[test]
        fn likeness_is_a_fraction(a in "[a-d ,]{0,30}", b in "[a-d ,]{0,30}") {
            for value in [jaccard(&a, &b), bleu(&a, &b)].into_iter().flatten() {
                prop_assert!((0.0..=1.0 + 1e-12).contains(&value));
            }
            prop_assert_eq!(jaccard(&a, &b), jaccard(&b, &a));
        }
    }
}
