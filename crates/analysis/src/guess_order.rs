//! Guesses in their order: those about one subject together, by predictor, arm and repeat.

use crate::guesses::Guess;

/// What guesses of one subject are ordered by, and what no two guesses may have in common with it.
pub(crate) fn place(guess: &Guess) -> (u32, u32, u16, u32) {
    (guess.subject, guess.predictor, guess.arm, guess.repeat)
}

/// Guesses in their order, about subjects with numbers below `subjects`.
///
/// Subjects are numbered without gaps, so that guesses of one are brought together by counting, and
/// files are read in an order that leaves them sorted already: linear, where a sort is not.
pub(crate) fn sorted(guesses: &[Guess], subjects: usize) -> Vec<Guess> {
    let mut next = vec![0_usize; subjects];
    guesses.iter().for_each(|guess| next[guess.subject as usize] += 1);
    let mut start = 0;
    next.iter_mut().for_each(|count| start += std::mem::replace(count, start));
    let mut order = vec![0_u32; guesses.len()];
    for (guess, at) in guesses.iter().zip(0..) {
        let place = &mut next[guess.subject as usize];
        order[*place] = at;
        *place += 1;
    }
    let mut sorted: Vec<Guess> = order.iter().map(|&at| guesses[at as usize]).collect();
    for of_subject in sorted.chunk_by_mut(|one, other| one.subject == other.subject) {
        // The file last, so that of a guess that stands twice the same two are named each time.
        let key = |guess: &Guess| (place(guess), guess.file);
        if !of_subject.is_sorted_by_key(key) {
            of_subject.sort_unstable_by_key(key);
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_core::Outcome;
    use proptest::prelude::*;

    fn guess((subject, predictor, arm, repeat, file): (u32, u32, u16, u32, u32)) -> Guess {
        Guess {
            subject,
            predictor,
            repeat,
            file,
            answer: None,
            output_tokens: None,
            reasoning_tokens: None,
            arm,
            outcome: Outcome::Answered,
            hit: None,
            confidence_level: None,
        }
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_a_sort(
            places in prop::collection::vec((0_u32..9, 0_u32..3, 0_u16..2, 0_u32..2, 0_u32..9), 0..60),
        ) {
            let guesses: Vec<Guess> = places.into_iter().map(guess).collect();
            let mut wanted = guesses.clone();
            wanted.sort_by_key(|guess| (place(guess), guess.file));
            prop_assert_eq!(sorted(&guesses, 9), wanted);
        }
    }
}
