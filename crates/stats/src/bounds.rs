//! Worst and best case: how far guesses that are missing could move the NSG.
//!
//! An interval covers the chance in what was seen. These bounds cover what was not seen, whatever
//! the reason for its absence, and so need no assumption about it.

use crate::{ClusterErrors, Undefined};

/// Observations that lack a guess, by which one, with what the other guess was.
///
/// # Shapes and units
/// Counts, fractions allowed as in [`ClusterErrors`]. An observation without a target belongs in
/// none of them: no guess about it could be scored.
///
/// # Examples
/// ```
/// use foretell_stats::Missing;
///
/// // Five observations lack the treated guess; the baseline missed two of them.
/// let missing = Missing { treated_only: 5.0, baseline_errors: 2.0, ..Missing::default() };
/// assert_eq!(missing.both, 0.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Missing {
    /// Observations whose treated guess alone is missing.
    pub treated_only: f64,
    /// Baseline errors among `treated_only`.
    pub baseline_errors: f64,
    /// Observations whose baseline guess alone is missing.
    pub baseline_only: f64,
    /// Treated errors among `baseline_only`.
    pub treated_errors: f64,
    /// Observations that lack both guesses.
    pub both: f64,
}

/// Lowest and highest NSG that the missing guesses allow.
///
/// # Examples
/// ```
/// use foretell_stats::{ClusterErrors, Missing, nsg_bounds};
///
/// let complete = ClusterErrors { observations: 9.0, treated: 2.0, baseline: 4.0 };
/// let bounds = nsg_bounds(complete, Missing::default());
/// assert_eq!((bounds.low, bounds.high), (Ok(0.5), Ok(0.5)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NsgBounds {
    /// NSG if every missing treated guess were wrong and every missing baseline guess right.
    pub low: Result<f64, Undefined>,
    /// NSG if every missing treated guess were right and every missing baseline guess wrong.
    pub high: Result<f64, Undefined>,
}

/// Bounds of the NSG over every way in which the missing guesses could have turned out.
///
/// # Formula
/// ```text
/// W = treated + treated_errors      O = baseline + baseline_errors      (all known errors)
/// low  = 1 - (W + treated_only + both) / O
/// high = 1 - W / (O + baseline_only + both)
/// ```
/// The NSG falls with every treated error and rises with every baseline error (or stays), and the
/// missing guesses are free of each other, so its extremes lie at these two corners. The number of
/// observations cancels.
///
/// # Shapes and units
/// `complete` holds the sums of the observations with both guesses, over all clusters; `missing`
/// the others. Without missing guesses both bounds are the NSG itself.
/// # Errors
/// Per bound. [`Undefined::NoObservations`] when there is no observation of any kind.
/// [`Undefined::NoHeadroom`] when the corner has no baseline error: for `low` this means that some
/// completion has no NSG at all, and the others have no floor that the data give; for `high`, that
/// no completion has one.
/// # Panics
/// If a count is negative or not finite, or known errors exceed their observations.
/// # Source
/// Manski (1990), worst-case bounds, for a ratio of two rates; the tests try every completion.
/// # Examples
/// ```
/// use foretell_stats::{ClusterErrors, Missing, nsg_bounds};
///
/// let complete = ClusterErrors { observations: 90.0, treated: 10.0, baseline: 20.0 };
/// let missing = Missing { treated_only: 2.0, both: 3.0, ..Missing::default() };
/// let bounds = nsg_bounds(complete, missing);
/// assert_eq!(bounds.low, Ok(1.0 - 15.0 / 20.0));
/// assert_eq!(bounds.high, Ok(1.0 - 10.0 / 23.0));
/// ```
pub fn nsg_bounds(complete: ClusterErrors, missing: Missing) -> NsgBounds {
    check(&complete, &missing);
    let observations =
        complete.observations + missing.treated_only + missing.baseline_only + missing.both;
    let treated = complete.treated + missing.treated_errors;
    let baseline = complete.baseline + missing.baseline_errors;
    let nsg = |treated: f64, baseline: f64| {
        if observations == 0.0 {
            Err(Undefined::NoObservations)
        } else if baseline == 0.0 {
            Err(Undefined::NoHeadroom)
        } else {
            Ok(1.0 - treated / baseline)
        }
    };
    NsgBounds {
        low: nsg(treated + missing.treated_only + missing.both, baseline),
        high: nsg(treated, baseline + missing.baseline_only + missing.both),
    }
}

fn check(complete: &ClusterErrors, missing: &Missing) {
    // Averaged repeats may add up to a little more than their number.
    let fits = |errors: f64, observations: f64| {
        observations.is_finite() && (0.0..=observations * (1.0 + 1e-9)).contains(&errors)
    };
    assert!(
        fits(complete.treated, complete.observations)
            && fits(complete.baseline, complete.observations)
            && fits(missing.baseline_errors, missing.treated_only)
            && fits(missing.treated_errors, missing.baseline_only)
            && fits(0.0, missing.both),
        "errors must lie between 0 and their observations: {complete:?}, {missing:?}"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the guess was wrong, if there is one: treated, then baseline.
    type Observation = (Option<bool>, Option<bool>);

    const GUESSES: [Option<bool>; 3] = [Some(false), Some(true), None];

    fn count(design: &[Observation]) -> (ClusterErrors, Missing) {
        let mut complete = ClusterErrors::default();
        let mut missing = Missing::default();
        for observation in design {
            match *observation {
                (Some(treated), Some(baseline)) => {
                    complete.observations += 1.0;
                    complete.treated += f64::from(u8::from(treated));
                    complete.baseline += f64::from(u8::from(baseline));
                }
                (None, Some(baseline)) => {
                    missing.treated_only += 1.0;
                    missing.baseline_errors += f64::from(u8::from(baseline));
                }
                (Some(treated), None) => {
                    missing.baseline_only += 1.0;
                    missing.treated_errors += f64::from(u8::from(treated));
                }
                (None, None) => missing.both += 1.0,
            }
        }
        (complete, missing)
    }

    /// NSG of every completion; `None` stands for one without headroom.
    fn completions(design: &[Observation]) -> Vec<Option<f64>> {
        let mut sums = vec![(0_u32, 0_u32)];
        for &(treated, baseline) in design {
            let options = |guess: Option<bool>| guess.map_or(vec![0, 1], |g| vec![u32::from(g)]);
            let mut extended = Vec::new();
            for &(w, o) in &sums {
                for w_new in options(treated) {
                    extended.extend(options(baseline).iter().map(|o_new| (w + w_new, o + o_new)));
                }
            }
            sums = extended;
        }
        let nsg = |&(w, o): &(u32, u32)| (o > 0).then(|| 1.0 - f64::from(w) / f64::from(o));
        sums.iter().map(nsg).collect()
    }

    fn every_design(observations: u32) -> impl Iterator<Item = Vec<Observation>> {
        (0..9_usize.pow(observations)).map(move |mut code| {
            (0..observations)
                .map(|_| {
                    let state = code % 9;
                    code /= 9;
                    (GUESSES[state / 3], GUESSES[state % 3])
                })
                .collect()
        })
    }

    #[test]
    fn no_completion_of_any_small_design_passes_the_bounds_and_some_reach_them() {
        for design in (1..=4).flat_map(every_design) {
            let (complete, missing) = count(&design);
            let bounds = nsg_bounds(complete, missing);
            let all = completions(&design);
            let defined = all.iter().flatten().copied();
            match bounds.high {
                // Equal integers give equal quotients, so no tolerance is needed.
                Ok(high) => assert_eq!(defined.clone().reduce(f64::max), Some(high), "{design:?}"),
                Err(reason) => {
                    assert_eq!(reason, Undefined::NoHeadroom);
                    assert!(all.iter().all(Option::is_none), "{design:?}");
                }
            }
            match bounds.low {
                Ok(low) => {
                    assert_eq!(defined.reduce(f64::min), Some(low), "{design:?}");
                    assert!(all.iter().all(Option::is_some), "{design:?}");
                }
                Err(reason) => {
                    assert_eq!(reason, Undefined::NoHeadroom);
                    assert!(all.iter().any(Option::is_none), "{design:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_at_all_has_no_bounds() {
        let bounds = nsg_bounds(ClusterErrors::default(), Missing::default());
        assert_eq!(bounds.low, Err(Undefined::NoObservations));
        assert_eq!(bounds.high, Err(Undefined::NoObservations));
    }

    #[test]
    #[should_panic(expected = "errors must lie between 0 and their observations")]
    fn known_errors_beyond_their_observations_are_refused() {
        let missing = Missing { treated_only: 1.0, baseline_errors: 2.0, ..Missing::default() };
        nsg_bounds(ClusterErrors::default(), missing);
    }
}
