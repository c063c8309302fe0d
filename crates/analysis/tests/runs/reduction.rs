//! The reduction adds up: any split and order of its input gives the same counts.

use foretell_analysis::{
    Absence, Counts, GroupKey, Guess, Observation, PairKey, PairRows, Side, Slot, Subject,
};
use foretell_core::{AnswerOrder, Outcome, PairId, TextId};
use proptest::prelude::*;
use std::collections::BTreeMap;

const KEYS: [GroupKey; 2] = [GroupKey::AnswerOrder, GroupKey::Reference];

fn subject(reference: u8, pair: u8) -> Subject {
    let text = |number: u8| TextId::of("d", &number.to_string());
    Subject {
        reference: format!("r{reference}").into(),
        explainer: format!("r{reference}").into(),
        dataset: "d".into(),
        original: text(pair / 2),
        counterfactual: text(pair + 1),
        pair: PairId::from(format!("d/{pair}")),
        answer_order: [AnswerOrder::First, AnswerOrder::Last][usize::from(pair % 2)],
        answer_repeat: 0,
    }
}

fn guess(code: u8) -> Guess {
    match code {
        0 => Guess::Answered { answer: "YES".into(), hit: Some(true) },
        1 => Guess::Answered { answer: "NO".into(), hit: Some(false) },
        2 => Guess::Missing(Absence::Outcome(Outcome::Hedged)),
        _ => Guess::Missing(Absence::NoRow),
    }
}

/// An observation of `codes`, the guesses of both arms in each repeat.
fn observation(reference: u8, pair: u8, predictor: u8, codes: &[(u8, u8)]) -> Observation {
    let slot = |(repeat, &(treated, baseline)): (i64, &(u8, u8))| Slot {
        repeat,
        treated: guess(treated),
        baseline: guess(baseline),
    };
    Observation {
        subject: subject(reference, pair),
        predictor: format!("p{predictor}").into(),
        target: if pair == 7 { Outcome::Refused } else { Outcome::Answered },
        switched: (pair != 7).then_some(pair > 3),
        slots: (0..).zip(codes).map(slot).collect(),
    }
}

prop_compose! {
    /// A study: no observation stands twice in it.
    fn observations()(
        study in prop::collection::btree_map(
            (0_u8..2, 0_u8..8, 0_u8..3),
            prop::collection::vec((0_u8..4, 0_u8..4), 1..4),
            0..30,
        )
    ) -> Vec<Observation> {
        let study: BTreeMap<(u8, u8, u8), Vec<(u8, u8)>> = study;
        study.iter().map(|((r, pair, p), codes)| observation(*r, *pair, *p, codes)).collect()
    }
}

fn rows(observations: &[Observation]) -> PairRows {
    let mut rows = PairRows::default();
    for observation in observations {
        rows.add(observation.clone(), false);
    }
    rows
}

fn counts(rows: &PairRows) -> Counts {
    let mut counts = Counts::new(&KEYS);
    counts.add(rows);
    counts
}

proptest! {
    #[test]
    fn pair_rows_of_any_split_and_order_add_up(
        (study, shuffled) in observations()
            .prop_flat_map(|study| (Just(study.clone()), Just(study).prop_shuffle())),
        (one, two) in (0_usize..30, 0_usize..30),
    ) {
        let whole = rows(&study);
        let (left, rest) = shuffled.split_at(one.min(shuffled.len()));
        let (middle, right) = rest.split_at(two.min(rest.len()));
        let [left, middle, right] = [left, middle, right].map(rows);
        let leftwards = left.clone().merge(middle.clone()).merge(right.clone());
        let rightwards = right.merge(middle).merge(left);
        prop_assert_eq!(&leftwards, &whole);
        prop_assert_eq!(&rightwards, &whole);
        prop_assert_eq!(counts(&leftwards), counts(&whole));
    }

    #[test]
    fn counts_of_any_split_of_the_pairs_add_up(study in observations(), cut in prop::bits::u8::ANY) {
        let whole = counts(&rows(&study));
        let of = |side: bool| -> Vec<Observation> {
            let pair = |o: &Observation| o.subject.pair.as_str()[2..].parse::<u8>().unwrap();
            study.iter().filter(|o| ((cut >> pair(o)) & 1 == 1) == side).cloned().collect()
        };
        let (left, right) = (counts(&rows(&of(true))), counts(&rows(&of(false))));
        prop_assert_eq!(&left.clone().merge(right.clone()), &whole);
        prop_assert_eq!(&right.merge(left).merge(Counts::new(&KEYS)), &whole);
    }

    #[test]
    fn only_answered_guesses_are_ever_scored(study in observations()) {
        for (_, group) in counts(&rows(&study)).groups() {
            for (_, cluster) in group.clusters() {
                let errors = cluster.errors();
                prop_assert!(errors.treated <= errors.observations);
                prop_assert!(errors.baseline <= errors.observations);
            }
        }
        let complete = |slot: &Slot| {
            [&slot.treated, &slot.baseline].iter().all(|g| matches!(g, Guess::Answered { .. }))
        };
        let scored = study
            .iter()
            .filter(|o| o.target == Outcome::Answered && o.slots.iter().any(complete))
            .count() as u64;
        let total: u64 =
            counts(&rows(&study)).groups().map(|(_, group)| group.observations()).sum();
        prop_assert_eq!(total, scored);
    }
}

#[test]
fn a_pair_row_says_what_its_panel_did() {
    let mut panel = vec![
        observation(0, 4, 0, &[(1, 0)]),
        observation(0, 4, 1, &[(1, 1)]),
        observation(0, 4, 2, &[(1, 2)]),
    ];
    let key = PairKey { subject: subject(0, 4), predictor: None };
    let all = rows(&panel);
    let row = all.get(&key).unwrap();
    assert_eq!((row.observations(), row.only_baseline(), row.neither()), (2, 1.0, 1.0));
    assert_eq!(row.left_out(Side::Baseline, Absence::Outcome(Outcome::Hedged)), 1);
    assert!(row.unanimous_and_wrong() && row.panel_is_complete());
    assert_eq!(row.switched, Some(true));
    // One that does not answer, or answers otherwise, breaks the unanimity.
    for (code, complete) in [(2, false), (0, true)] {
        panel[0] = observation(0, 4, 0, &[(code, 0)]);
        let all = rows(&panel);
        let row = all.get(&key).unwrap();
        assert_eq!((row.unanimous_and_wrong(), row.panel_is_complete()), (false, complete));
    }
}

#[test]
fn a_text_on_both_sides_is_counted_once() {
    // Pair n goes from text n / 2 to text n + 1.
    let study = [
        observation(0, 0, 0, &[(0, 0)]),
        observation(0, 2, 0, &[(0, 0)]),
        observation(1, 0, 0, &[(0, 0)]),
    ];
    // Text 1 is an original (pair 2) and a counterfactual (pair 0); text 3 is no original.
    assert_eq!(counts(&rows(&study)).shared_texts(), 1);
}
