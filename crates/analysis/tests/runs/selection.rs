//! Filters, exclusions, weights and groups; and the analyses in the list over a run folder.

use crate::study::memory::Study;
use crate::study::{G, write_pairs};
use foretell_analysis::{
    ANALYSES, Cell, Contrast, ExcludeSelf, Filter, GroupKey, Guesses, Observations, Prepared,
    Request, Selection, Weights, analysis, cluster_errors, run_all,
};
use foretell_core::Outcome;
use std::sync::Arc;
use tempfile::tempdir;

fn study() -> Arc<Guesses> {
    // (reference, pair, predictor, codes): 0 right, 1 wrong, 2 hedged, 3 no row.
    let study = Study(vec![
        (0, 0, 0, vec![(0, 1)]),
        (0, 0, 1, vec![(0, 0)]),
        (0, 1, 0, vec![(1, 1)]),
        (1, 2, 0, vec![(0, 1)]),
        (1, 2, 1, vec![(1, 1)]),
        (1, 7, 1, vec![(1, 1)]),
    ]);
    Arc::new(study.guesses())
}

fn observations(guesses: &Arc<Guesses>, selection: &Selection) -> Observations {
    Observations::of(Arc::clone(guesses), &Contrast::default(), selection)
}

fn filtered(guesses: &Arc<Guesses>, filter: &str) -> Observations {
    let filter = Filter::parse(filter, guesses).unwrap();
    observations(guesses, &Selection { filter, ..Selection::default() })
}

#[test]
fn a_filter_keeps_what_meets_all_conditions_and_counts_the_rest() {
    let guesses = study();
    let kept = |filter: &str| filtered(&guesses, filter).list.len();
    assert_eq!(kept(""), 6);
    assert_eq!(kept("reference=r1"), 3);
    assert_eq!(kept("answer_order = first, predictor in p0|p1"), 4);
    assert_eq!(kept("reference != r0, predictor != p1"), 1);
    assert_eq!(kept("method = null"), 6);
    assert_eq!(kept("distance != 1"), 6);
    assert_eq!(kept("target_outcome != answered"), 1);
    assert_eq!(kept("switched = true"), 0);
    let all = filtered(&guesses, "reference=r1, predictor=p0");
    let excluded: Vec<_> = all.excluded.iter().map(|e| (e.what.as_str(), e.count)).collect();
    assert_eq!(excluded, [("reference=r1", 3), ("predictor=p0", 2)]);
    assert!(all.conditional.is_empty());
}

#[test]
fn a_condition_on_a_column_that_is_empty_throughout_is_refused_in_words() {
    let guesses = study();
    for (filter, of) in [("distance <= 1", "pair"), ("reference.size_b > 7", "reference")] {
        let error = Filter::parse(filter, &guesses).unwrap_err().to_string();
        let column = filter.split(' ').next().unwrap();
        let expected = format!("`{filter}`: no {of} of this run has a `{column}`");
        assert!(error.starts_with(&expected), "{error}");
    }
    assert_eq!(filtered(&guesses, "switched = yes").list.len(), 0);
}

#[test]
fn a_condition_on_the_treated_guess_takes_both_guesses_and_is_labelled() {
    let guesses = study();
    let all = filtered(&guesses, "hit=true");
    assert_eq!((all.list.len(), all.conditional.len()), (3, 1));
    assert_eq!(all.conditional, ["hit=true"]);
    // The baseline guess goes with the treated one: nothing is absent.
    assert!(all.list.iter().all(|o| o.is_scored()));
}

#[test]
fn everything_wrong_with_a_filter_is_said_at_once() {
    let guesses = study();
    let wrong = "refrence=r1, predictor=p7, distance<=x, dataset<d, hit=maybe, dataset";
    let error = Filter::parse(wrong, &guesses).unwrap_err();
    assert_eq!(error.faults.len(), 6, "{error}");
    for words in [
        "no column `refrence`; did you mean `reference`?",
        "no row has `p7`",
        "`x` is not a number",
        "only numbers have an order",
        "`maybe` is not true or false",
        "has no operator",
    ] {
        assert!(error.to_string().contains(words), "`{words}` is missing in: {error}");
    }
    assert!(error.known.contains("predictor.size_b"), "{}", error.known);
}

#[test]
fn the_reference_does_not_guess_itself() {
    let mut guesses = Guesses::clone(&study());
    guesses.models[2].model = Arc::clone(&guesses.models[0].model);
    guesses.models[3].family = Some("f".into());
    guesses.models[1].family = Some("f".into());
    let guesses = Arc::new(guesses);
    let left = |exclude_self| {
        observations(&guesses, &Selection { exclude_self, ..Selection::default() }).list.len()
    };
    assert_eq!(ExcludeSelf::ALL.map(left), [6, 4, 2]);
}

#[test]
fn consistent_pairs_are_those_whose_treated_guesses_agree() {
    let guesses = study();
    let selection = Selection { consistent_only: true, ..Selection::default() };
    let all = observations(&guesses, &selection);
    // Pair 2 of r1 has a right and a wrong guess.
    assert_eq!((all.list.len(), all.excluded[0].count, all.conditional.len()), (4, 2, 1));
}

#[test]
fn weights_make_parts_weigh_the_same() {
    let guesses = study();
    let all = observations(&guesses, &Selection::default());
    let errors = |weights| {
        let units = all.units(&all.list, weights);
        let sum = |of: fn(&foretell_analysis::Unit) -> f64| units.iter().map(of).sum::<f64>();
        (sum(|unit| unit.observations), sum(|unit| unit.treated), units.len())
    };
    // Five are scored, two of them wrong: one alone in its pair, one with a right one beside it.
    assert_eq!(errors(Weights::Observation), (5.0, 2.0, 3));
    let (weight, wrong, _) = errors(Weights::Pair);
    // Rounding of thirds.
    assert!((weight - 5.0).abs() < 1e-12 && (wrong - 2.5).abs() < 1e-12, "{weight} {wrong}");
    let (weight, wrong, _) = errors(Weights::Predictor);
    // p0 is wrong once of three, p1 once of two.
    let expected = 5.0 / 2.0 * (1.0 / 3.0 + 1.0 / 2.0);
    assert!((weight - 5.0).abs() < 1e-12 && (wrong - expected).abs() < 1e-12);
    let units = all.units(&all.list, Weights::Observation);
    assert_eq!(cluster_errors(&units).len(), 2);
}

#[test]
fn a_pair_counts_under_each_of_its_changed_features() {
    let mut guesses = Guesses::clone(&study());
    let [age, sex] = ["age", "sex"].map(|feature| guesses.names.name(feature));
    guesses.pairs[0].changed = [age, sex].into();
    guesses.pairs[2].changed = [sex].into();
    let all = observations(&Arc::new(guesses), &Selection::default());
    let groups = all.groups(&[GroupKey::Changed]);
    let sizes: Vec<_> = groups.iter().map(|group| (group.name(), group.members.len())).collect();
    let expected = [("age", 2), ("sex", 4), ("unknown", 2)];
    assert_eq!(sizes, expected.map(|(name, size)| (name.to_owned(), size)));
}

#[test]
fn every_analysis_in_the_list_runs_over_a_run() {
    let run = tempdir().unwrap();
    let pairs = [(0, G::Right, G::Wrong), (1, G::Lost(Outcome::Hedged), G::Wrong)];
    write_pairs(run.path(), "r", "p", &pairs);
    let request = Request { bootstrap: 100, ..Request::default() };
    let prepared = Prepared::read(&[run.path()], &request).unwrap();
    let all: Vec<_> = ANALYSES.iter().collect();
    for finished in run_all(&all, &prepared, &request) {
        for sheet in finished.sheets.unwrap() {
            serde_json::from_str::<serde_json::Value>(&sheet.to_json()).unwrap();
            let path = run.path().join(format!("{}.parquet", sheet.name));
            sheet.write_parquet(&path).unwrap();
        }
    }
}

#[test]
fn what_is_missing_is_counted_and_bounds_every_nsg() {
    let run = tempdir().unwrap();
    let pairs =
        [(0, G::Right, G::Wrong), (1, G::Wrong, G::Wrong), (2, G::Lost(Outcome::Hedged), G::Wrong)];
    write_pairs(run.path(), "r", "p", &pairs);
    let request = Request::default();
    let prepared = Prepared::read(&[run.path()], &request).unwrap();
    let sheets = (analysis("missing").unwrap().run)(&prepared, &request).unwrap();
    let [guesses, targets, bounds] = &sheets[..] else { panic!("{}", sheets.len()) };
    assert_eq!(guesses.rows.len(), 1);
    assert_eq!(guesses.cell(0, "outcome"), Some(&Cell::from("hedged")));
    assert_eq!(
        (guesses.number(0, "missing"), guesses.number(0, "guesses")),
        (Some(1.0), Some(3.0))
    );
    assert!(targets.rows.is_empty());
    // Two of three are scored: NSG 1 - 1/2; the third right or wrong beside a wrong baseline.
    assert_eq!(bounds.number(0, "nsg"), Some(0.5));
    let near = |column: &str, value: f64| (bounds.number(0, column).unwrap() - value).abs() < 1e-12;
    assert!(near("bound_low", 1.0 / 3.0) && near("bound_high", 2.0 / 3.0));
    assert!(near("unscored", 1.0 / 3.0));
}

#[test]
fn the_list_and_the_reduction_agree_on_the_gain() {
    let run = tempdir().unwrap();
    let pairs = [(0, G::Right, G::Wrong), (1, G::Wrong, G::Wrong), (1, G::Right, G::Wrong)];
    write_pairs(run.path(), "r", "p", &pairs);
    write_pairs(run.path(), "s", "p", &pairs[..2]);
    let request = Request { bootstrap: 200, ..Request::default() };
    let prepared = Prepared::read(&[run.path()], &request).unwrap();
    let sheet = (analysis("gain").unwrap().run)(&prepared, &request).unwrap().remove(0);
    let table = foretell_analysis::gain(
        &[run.path()],
        &foretell_analysis::GainRequest {
            by: vec![GroupKey::Reference],
            bootstrap: 200,
            ..foretell_analysis::GainRequest::default()
        },
    );
    let streamed = table.unwrap().sheet();
    assert_eq!((&sheet.rows, &sheet.warnings), (&streamed.rows, &streamed.warnings));
    assert_eq!(sheet.panel.unwrap().predictors, ["p"]);
}
