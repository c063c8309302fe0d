//! How a reader re-weighs a question, given another one, its answer and an explanation.

use crate::clause::Clauses;
use crate::rule::{Decision, ONE, Pull};

/// A clause of which something is said, and the pull that a reader believes it to have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Believed {
    pub(crate) id: u64,
    /// `None` where the reader did not understand what is said.
    pub(crate) pull: Option<Pull>,
}

/// What a reader knows of the original question, for one rival of its answer.
#[derive(Debug, Clone, Copy, Default)]
struct Balance {
    /// Believed pulls of the original for its answer, less those for the rival.
    stated: i64,
    /// That of the clauses which are gone, less that of those which are new.
    lost: i64,
}

/// Foretells the answer to `new` from the answer to `original`, an index of `labels` labels.
///
/// # Formula
/// For the answer a and each rival b, in sums over believed pulls (for a, less for b):
/// ```text
/// m     = over the clauses of the original
/// d     = over those gone in the new question, less over those that came in
/// w     = the weakest believed pull
/// v(c)  = w^2 / 3                 of a clause that is not named: it is no stronger than w
///         (1 + w + w^2) / 3       of one that is named and not understood: it is no weaker
/// s^2   = 2 / labels * sum of v over the clauses of the original with no believed pull
/// q     = the share of s^2 of those that are gone
/// h     = (sqrt(m^2 + 8/pi s^2) - m) / 2
/// m_new = m - d + h * (1 - q)     or 0 where m < 0
/// ```
/// `m + h` is close to the mean of the true margin: normal around `m` with variance `s^2`, and
/// known to be positive, since a won. The rival with the lowest `m_new` is foretold if that is
/// negative, else a. An explanation that speaks against the answer which it explains (m < 0) is
/// not to be relied on, and moves nothing.
pub(crate) fn foretell(
    original: &Clauses,
    new: &Clauses,
    believed: &[Believed],
    answer: usize,
    labels: usize,
) -> Decision {
    let (before, after) = (original.ids(), new.ids());
    let mut balances = vec![Balance::default(); labels];
    let mut hidden = Hidden::new(&before, &after, 2.0 / labels as f64);
    for &Believed { id, pull } in believed {
        let (was, is) = (is_in(&before, id), is_in(&after, id));
        if was {
            hidden.name(pull, !is);
        }
        let Some(pull) = pull else { continue };
        for (rival, balance) in balances.iter_mut().enumerate() {
            let towards = i64::from(pull.label == answer) - i64::from(pull.label == rival);
            let weight = towards * i64::from(pull.strength);
            balance.stated += weight * i64::from(was);
            balance.lost += weight * (i64::from(was) - i64::from(is));
        }
    }
    let (rival, margin) = balances
        .iter()
        .map(|&balance| hidden.margin(balance))
        .enumerate()
        .filter(|&(label, _)| label != answer)
        .min_by(|(_, one), (_, other)| one.total_cmp(other))
        .unwrap_or((answer, 0.0));
    let label = if margin < 0.0 { rival } else { answer };
    Decision { label, margin: margin.abs() as i64 }
}

fn is_in(ids: &[u64], id: u64) -> bool {
    ids.binary_search(&id).is_ok()
}

/// Clauses of the original, and those of them that are gone.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    all: usize,
    gone: usize,
}

/// The clauses of the original whose pull a reader does not know.
struct Hidden {
    unnamed: Count,
    not_understood: Count,
    /// The weakest believed pull.
    weakest: u32,
    /// Share of the labels that an answer and its rival are.
    share: f64,
}

impl Hidden {
    fn new(before: &[u64], after: &[u64], share: f64) -> Self {
        let gone = before.iter().filter(|&&id| !is_in(after, id)).count();
        let unnamed = Count { all: before.len(), gone };
        Self { unnamed, not_understood: Count::default(), weakest: ONE, share }
    }

    /// Something is said of a clause of the original.
    fn name(&mut self, pull: Option<Pull>, is_gone: bool) {
        self.unnamed.all -= 1;
        self.unnamed.gone -= usize::from(is_gone);
        match pull {
            Some(pull) => self.weakest = self.weakest.min(pull.strength),
            None => {
                self.not_understood.all += 1;
                self.not_understood.gone += usize::from(is_gone);
            }
        }
    }

    /// Variance of what the clauses counted add to the margin.
    fn variance(&self, of: impl Fn(Count) -> usize) -> f64 {
        let (one, weakest) = (f64::from(ONE), f64::from(self.weakest));
        let unnamed = weakest * weakest / 3.0;
        let not_understood = (one * one + one * weakest + weakest * weakest) / 3.0;
        (of(self.unnamed) as f64 * unnamed + of(self.not_understood) as f64 * not_understood)
            * self.share
    }

    /// The margin to expect in the new question.
    fn margin(&self, balance: Balance) -> f64 {
        const EIGHT_OVER_PI: f64 = 8.0 * std::f64::consts::FRAC_1_PI;
        if balance.stated < 0 {
            return 0.0;
        }
        let (m, lost) = (balance.stated as f64, balance.lost as f64);
        let variance = self.variance(|count| count.all);
        let gone = if variance > 0.0 { self.variance(|count| count.gone) / variance } else { 0.0 };
        // Square roots are correctly rounded everywhere; exp and erf are not.
        let held = ((m * m + EIGHT_OVER_PI * variance).sqrt() - m) / 2.0;
        m - lost + held * (1.0 - gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn believe(text: &str, label: usize, strength: u32) -> Believed {
        Believed { id: crate::hash::hash(text), pull: Some(Pull { label, strength }) }
    }

    fn answer(new: &str, believed: &[Believed], labels: usize) -> usize {
        let original = Clauses::of("red, tall, old");
        foretell(&original, &Clauses::of(new), believed, 0, labels).label
    }

    #[test]
    fn nothing_believed_changes_nothing() {
        assert_eq!(answer("green, short, new", &[], 2), 0);
    }

    #[test]
    fn the_answer_goes_when_what_held_it_goes() {
        let believed = [believe("red", 0, 900), believe("tall", 1, 500), believe("old", 0, 100)];
        assert_eq!(answer("green, tall, old", &believed, 2), 1);
        assert_eq!(answer("red, short, old", &believed, 2), 0);
        assert_eq!(answer("red, tall, new", &believed, 2), 0);
    }

    #[test]
    fn a_clause_that_comes_in_counts_if_something_is_said_of_it() {
        let believed = [believe("red", 0, 300), believe("green", 1, 1000)];
        assert_eq!(answer("red, tall, old, green", &believed, 2), 1);
        assert_eq!(answer("red, tall, old, blue", &believed, 2), 0);
    }

    #[test]
    fn the_strongest_rival_is_foretold() {
        let believed = [believe("red", 0, 900), believe("tall", 1, 300), believe("old", 2, 600)];
        assert_eq!(answer("blue, tall, old", &believed, 3), 2);
    }

    #[test]
    fn what_is_not_understood_may_hold_the_answer() {
        let mut believed = [believe("red", 0, 300), believe("tall", 1, 200), believe("old", 1, 50)];
        assert_eq!(answer("green, tall, old", &believed, 2), 1);
        believed[2].pull = None;
        assert_eq!(answer("green, tall, old", &believed, 2), 0);
    }

    #[test]
    fn an_explanation_against_its_own_answer_moves_nothing() {
        let believed = [believe("red", 0, 500), believe("tall", 1, 900)];
        assert_eq!(answer("green, tall, old", &believed, 2), 0);
        assert_eq!(answer("red, tall, old", &believed, 2), 0);
    }
}
