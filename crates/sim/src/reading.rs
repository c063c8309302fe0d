//! How a reader re-weighs a question, given another one, its answer and an explanation.

use crate::clause::Clauses;
use crate::rule::{Decision, ONE, Pull};

/// A clause and the pull that a reader believes it to have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Believed {
    pub(crate) id: u64,
    pub(crate) pull: Pull,
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
/// n, k  = clauses of the original with no believed pull; those of them that are gone
/// w     = the weakest believed pull: what is unnamed is no stronger
/// s^2   = n * w^2 / 3 * 2 / labels
/// h     = (sqrt(m^2 + 8/pi s^2) - m) / 2
/// m_new = m - d + h * (1 - k / n)    or 0 where m < 0
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
    let is_in = |ids: &[u64], id: u64| ids.binary_search(&id).is_ok();
    let mut balances = vec![Balance::default(); labels];
    let mut weakest = ONE;
    let (mut known, mut known_gone) = (0_usize, 0_usize);
    for &Believed { id, pull } in believed {
        let (was, is) = (is_in(&before, id), is_in(&after, id));
        if was {
            weakest = weakest.min(pull.strength);
            known += 1;
            known_gone += usize::from(!is);
        }
        for (rival, balance) in balances.iter_mut().enumerate() {
            let towards = i64::from(pull.label == answer) - i64::from(pull.label == rival);
            let weight = towards * i64::from(pull.strength);
            balance.stated += weight * i64::from(was);
            balance.lost += weight * (i64::from(was) - i64::from(is));
        }
    }
    let gone = before.iter().filter(|&&id| !is_in(&after, id)).count();
    let hidden = Hidden {
        clauses: before.len() - known,
        gone: gone - known_gone,
        weakest,
        share: 2.0 / labels as f64,
    };
    let margins = balances.iter().map(|&balance| hidden.margin(balance));
    let (rival, margin) = margins
        .enumerate()
        .filter(|&(label, _)| label != answer)
        .min_by(|(_, one), (_, other)| one.total_cmp(other))
        .unwrap_or((answer, 0.0));
    let label = if margin < 0.0 { rival } else { answer };
    Decision { label, margin: margin.abs() as i64 }
}

/// What the explanation leaves unsaid.
struct Hidden {
    clauses: usize,
    gone: usize,
    weakest: u32,
    /// Share of the labels that a rival and the answer are.
    share: f64,
}

impl Hidden {
    fn margin(&self, balance: Balance) -> f64 {
        const EIGHT_OVER_PI: f64 = 8.0 * std::f64::consts::FRAC_1_PI;
        if balance.stated < 0 {
            return 0.0;
        }
        let (m, lost) = (balance.stated as f64, balance.lost as f64);
        let weakest = f64::from(self.weakest);
        let variance = self.clauses as f64 * weakest * weakest / 3.0 * self.share;
        // Square roots are correctly rounded everywhere; exp and erf are not.
        let held = ((m * m + EIGHT_OVER_PI * variance).sqrt() - m) / 2.0;
        let kept = match self.clauses {
            0 => 1.0,
            clauses => 1.0 - self.gone as f64 / clauses as f64,
        };
        m - lost + held * kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn believe(text: &str, label: usize, strength: u32) -> Believed {
        Believed { id: crate::hash::hash(text), pull: Pull { label, strength } }
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
    fn an_explanation_against_its_own_answer_moves_nothing() {
        let believed = [believe("red", 0, 500), believe("tall", 1, 900)];
        assert_eq!(answer("green, tall, old", &believed, 2), 0);
        assert_eq!(answer("red, tall, old", &believed, 2), 0);
    }
}
