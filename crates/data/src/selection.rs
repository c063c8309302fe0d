//! Which pairs a limit takes.

use foretell_core::{Pair, TextId};

/// The pairs asked about: all, or a seeded sample of `limit` in their old order. Samples are
/// nested: each pair has a rank that depends on nothing but the seed and its name.
#[must_use]
pub fn select(pairs: &[Pair], limit: Option<u64>, seed: u64) -> Vec<&Pair> {
    let limit = limit.map_or(pairs.len(), |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    if limit >= pairs.len() {
        return pairs.iter().collect();
    }
    let salt = format!("limit {seed}");
    let rank = |pair: &Pair| TextId::of(&salt, pair.pair_id.as_str());
    let mut ranked: Vec<(TextId, usize)> =
        pairs.iter().enumerate().map(|(at, pair)| (rank(pair), at)).collect();
    ranked.sort_unstable();
    let mut taken: Vec<usize> = ranked.into_iter().take(limit).map(|(_, at)| at).collect();
    taken.sort_unstable();
    taken.into_iter().map(|at| &pairs[at]).collect()
}

/// A seeded sample of `limit` pairs in their old order, of a set that holds each pair in both answer
/// orders: both are drawn together, but for the last where `limit` is odd, which comes in the order
/// that stands first. Nested like [`select`].
pub(crate) fn select_together(pairs: &[Pair], limit: u64, seed: u64) -> Vec<&Pair> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let salt = format!("limit {seed}");
    let rank = |pair: &Pair| {
        let (original, counterfactual) = (&pair.original_id, &pair.counterfactual_id);
        TextId::of(&salt, &format!("{original}>{counterfactual}"))
    };
    let mut ranked: Vec<(TextId, usize)> =
        pairs.iter().enumerate().map(|(at, pair)| (rank(pair), at)).collect();
    ranked.sort_unstable();
    let mut taken: Vec<usize> = ranked.into_iter().take(limit).map(|(_, at)| at).collect();
    taken.sort_unstable();
    taken.into_iter().map(|at| &pairs[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use foretell_core::{AnswerOrder, PairId, QuestionId};

    fn pair(number: u32) -> Pair {
        let question = |number: u32| QuestionId::new("d", number);
        Pair {
            pair_id: PairId::new(&question(number), &question(number + 1), AnswerOrder::First),
            dataset: "d".into(),
            original_id: question(number),
            counterfactual_id: question(number + 1),
            original_row: None,
            counterfactual_row: None,
            original_text_id: TextId::of("d", "o"),
            counterfactual_text_id: TextId::of("d", "c"),
            answer_order: AnswerOrder::First,
            distance: None,
            changed: vec![],
            generator: None,
            method: None,
            generator_reply_key: None,
            cue_label: None,
        }
    }

    #[test]
    fn a_small_sample_is_part_of_a_large_one() {
        let pairs: Vec<Pair> = (0..1_000).map(pair).collect();
        let (small, large) = (select(&pairs, Some(50), 7), select(&pairs, Some(400), 7));
        assert_eq!((small.len(), large.len()), (50, 400));
        assert!(small.iter().all(|pair| large.contains(pair)));
        assert!(large.is_sorted_by_key(|pair| pair.original_id.index().parse::<u32>().unwrap()));
        assert_ne!(select(&pairs, Some(50), 8), small, "the seed draws the sample");
        assert_eq!(select(&pairs, None, 7).len(), 1_000);
    }

    #[test]
    fn both_orders_of_a_pair_are_drawn_together() {
        let both = |number: u32| {
            let first = pair(number);
            let mut last = first.clone();
            last.answer_order = AnswerOrder::Last;
            last.pair_id =
                PairId::new(&last.original_id, &last.counterfactual_id, last.answer_order);
            [first, last]
        };
        let pairs: Vec<Pair> = (0..300).flat_map(both).collect();
        let (small, large) = (select_together(&pairs, 40, 7), select_together(&pairs, 101, 7));
        assert_eq!((small.len(), large.len()), (40, 101));
        assert!(small.iter().all(|pair| large.contains(pair)));
        assert!(small.chunks(2).all(|two| two[0].counterfactual_id == two[1].counterfactual_id));
        let alone = |pair: &&&Pair| {
            large.iter().filter(|own| own.counterfactual_id == pair.counterfactual_id).count() == 1
        };
        let alone: Vec<_> = large.iter().filter(alone).collect();
        assert_eq!(alone.len(), 1);
        assert_eq!(alone[0].answer_order, AnswerOrder::First);
    }
}
