//! The reduction adds up: any split of its input gives the same counts.

use crate::study::memory::{Code, Study};
use foretell_analysis::{
    Absence, Contrast, Counts, GroupKey, Observations, PairRow, Selection, Side,
};
use foretell_core::Outcome;
use proptest::prelude::*;
use std::collections::BTreeMap;

const KEYS: [GroupKey; 2] = [GroupKey::AnswerOrder, GroupKey::Reference];

fn observations(study: &Study) -> Observations {
    Observations::of(study.guesses().into(), &Contrast::default(), &Selection::default())
}

fn counts(study: &Study) -> Counts {
    Counts::of(&observations(study), &KEYS)
}

prop_compose! {
    /// A study: no observation stands twice in it.
    fn study()(
        study in prop::collection::btree_map(
            (0_u8..2, 0_u8..8, 0_u8..3),
            prop::collection::vec((0_u8..4, 0_u8..4), 1..4),
            0..30,
        )
    ) -> Study {
        let study: BTreeMap<(u8, u8, u8), Vec<(Code, Code)>> = study;
        Study(study.into_iter().map(|((r, pair, p), codes)| (r, pair, p, codes)).collect())
    }
}

proptest! {
    #[test]
    fn the_order_of_the_guesses_changes_nothing(
        (study, shuffled) in study()
            .prop_flat_map(|study| (Just(study.clone()), Just(study.0).prop_shuffle())),
    ) {
        prop_assert_eq!(counts(&Study(shuffled)), counts(&study));
    }

    #[test]
    fn pair_rows_of_any_split_of_the_predictors_add_up(study in study(), one in 0_usize..4) {
        let all = observations(&study);
        for panel in all.by_subject(&all.list) {
            let (left, right) = panel.split_at(one.min(panel.len()));
            if !left.is_empty() && !right.is_empty() {
                let [mut left, mut right] = [left, right].map(|part| PairRow::of(&all, part));
                let other = left.clone();
                left.merge(right.clone());
                right.merge(other);
                prop_assert_eq!(&left, &PairRow::of(&all, panel));
                prop_assert_eq!(&left, &right);
            }
        }
    }

    #[test]
    fn counts_of_any_split_of_the_pairs_add_up(study in study(), cut in prop::bits::u8::ANY) {
        let whole = counts(&study);
        let of = |side: bool| {
            let part = study.0.iter().filter(|(_, pair, ..)| ((cut >> pair) & 1 == 1) == side);
            counts(&Study(part.cloned().collect()))
        };
        let (left, right) = (of(true), of(false));
        prop_assert_eq!(&left.clone().merge(right.clone()), &whole);
        prop_assert_eq!(&right.merge(left).merge(Counts::new(&KEYS)), &whole);
    }

    #[test]
    fn only_answered_guesses_are_ever_scored(study in study()) {
        let counts = counts(&study);
        for (_, group) in counts.groups() {
            for (_, cluster) in group.clusters() {
                let errors = cluster.errors();
                prop_assert!(errors.treated <= errors.observations);
                prop_assert!(errors.baseline <= errors.observations);
            }
        }
        let complete = |(treated, baseline): &(Code, Code)| *treated < 2 && *baseline < 2;
        let scored = study.0.iter();
        let scored = scored.filter(|(_, pair, _, codes)| *pair != 7 && codes.iter().any(complete));
        let total: u64 = counts.groups().map(|(_, group)| group.observations()).sum();
        prop_assert_eq!(total, scored.count() as u64);
    }
}

#[test]
fn a_pair_row_says_what_its_panel_did() {
    let mut study =
        Study(vec![(0, 4, 0, vec![(1, 0)]), (0, 4, 1, vec![(1, 1)]), (0, 4, 2, vec![(1, 2)])]);
    let row = |study: &Study| {
        let all = observations(study);
        PairRow::of(&all, &all.list)
    };
    let all = row(&study);
    assert_eq!((all.observations(), all.only_baseline(), all.neither()), (2, 1.0, 1.0));
    assert_eq!(all.left_out(Side::Baseline, Absence::Outcome(Outcome::Hedged)), 1);
    assert!(all.unanimous_and_wrong() && all.panel_is_complete());
    assert_eq!(all.switched, Some(true));
    // One that does not answer, or answers otherwise, breaks the unanimity.
    for (code, complete) in [(2, false), (0, true)] {
        study.0[0] = (0, 4, 0, vec![(code, 0)]);
        let row = row(&study);
        assert_eq!((row.unanimous_and_wrong(), row.panel_is_complete()), (false, complete));
    }
}

#[test]
fn a_text_on_both_sides_is_counted_once() {
    // Pair n goes from text n / 2 to text n + 1.
    let study =
        Study(vec![(0, 0, 0, vec![(0, 0)]), (0, 2, 0, vec![(0, 0)]), (1, 0, 0, vec![(0, 0)])]);
    // Text 1 is an original (pair 2) and a counterfactual (pair 0); text 3 is no original.
    assert_eq!(counts(&study).shared_texts(), 1);
    let all = observations(&study);
    let units = all.units(&all.list, foretell_analysis::Weights::Observation);
    assert_eq!(foretell_analysis::shared_texts(units.iter().map(|unit| unit.texts)), 1);
}
