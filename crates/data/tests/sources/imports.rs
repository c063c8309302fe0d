//! What becomes of a file of the wide layout.

use crate::place::*;
use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, BooleanArray, Float64Array, NullArray};
use foretell_core::AnswerOrder;
use foretell_data::{Cards, PairOptions, Reason, load_pairs};
use std::sync::Arc;

#[test]
fn a_plain_import_becomes_pairs_with_their_questions() {
    let set = load(&tides()).unwrap();
    assert_eq!((set.report.rows, set.pairs.len(), set.questions.len()), (3, 3, 6));
    let pair = &set.pairs[0];
    assert_eq!(pair.pair_id.as_str(), "tides/0>10:first");
    assert_eq!((pair.original_row, pair.counterfactual_row), (Some(0), Some(10)));
    assert_eq!((pair.distance, pair.generator.as_deref()), (Some(1), None));
    let question = &set.questions[0];
    assert_eq!((question.question_id.as_str(), question.row), ("tides/0", Some(0)));
    assert_eq!(question.labels, ["NO", "YES"]);
    assert_eq!(question.ground_truth.as_deref(), Some("YES"));
    assert_eq!(question.source.len(), 16);
    assert!(set.report.notes.iter().any(|note| note.contains("no card for `tides`")));
}

#[test]
fn types_of_columns_may_vary() {
    let mut columns = tides();
    let real = |values: &[f64]| Arc::new(Float64Array::from(values.to_vec())) as ArrayRef;
    set(&mut columns, "original_question_idx", texts(&[Some("q1"), Some("2"), Some("02")]));
    set(&mut columns, "counterfactual_question_idx", real(&[10.0, 11.0, 12.0]));
    set(&mut columns, "counterfactual_hamming_distance", real(&[1.0, f64::NAN, 2.0]));
    set(
        &mut columns,
        "original_ground_truth",
        Arc::new(BooleanArray::from(vec![true, false, true])),
    );
    set(&mut columns, "counterfactual_ground_truth", Arc::new(NullArray::new(3)));
    set(&mut columns, "original_answer_first", texts(&[Some("False"), None, Some("true")]));
    let set = load(&columns).unwrap();
    let rows: Vec<Option<i64>> = set.pairs.iter().map(|pair| pair.original_row).collect();
    assert_eq!(rows, [None, Some(2), None]);
    let distances: Vec<Option<i64>> = set.pairs.iter().map(|pair| pair.distance).collect();
    assert_eq!(distances, [Some(1), None, Some(2)]);
    let ids: Vec<&str> = set.pairs.iter().map(|pair| pair.pair_id.as_str()).collect();
    assert_eq!(ids, ["tides/q1>10:last", "tides/2>11:first", "tides/02>12:first"]);
    assert_eq!(set.questions[0].labels, ["false", "true"]);
}

#[test]
fn rows_that_are_no_pairs_are_named_with_the_first_reason_that_applies() {
    let mut columns = tides();
    set(&mut columns, "original_question", texts(&[Some("x"), Some("b"), Some("b")]));
    set(&mut columns, "original_question_idx", numbers(&[0, 1, 1]));
    set(&mut columns, "counterfactual_question", texts(&[Some("x"), Some("y"), None]));
    set(&mut columns, "counterfactual_question_idx", numbers(&[10, 11, 11]));
    set(&mut columns, "original_ground_truth", Arc::new(NullArray::new(3)));
    let result = load_with(&columns, &labels(&["YES", "NO"])).unwrap();
    let left: Vec<_> = result.report.left_out.iter().map(|l| (l.reason, l.rows.clone())).collect();
    assert_eq!(left, [(Reason::SameText, vec![0]), (Reason::RepeatedPair, vec![2])]);
    assert_eq!(result.report.left_out[0].pair_ids, ["tides/0>10:first"]);

    set(&mut columns, "counterfactual_question_idx", numbers(&[10, 11, 12]));
    let result = load_with(&columns, &labels(&["YES", "NO"])).unwrap();
    assert_eq!(result.report.left_out[1].reason, Reason::MissingText);
    assert_eq!(result.pairs.len(), 1);
}

#[test]
fn equal_texts_under_other_ids_are_kept_and_counted() {
    let mut columns = with("original_question", texts(&[Some("a"), Some("a"), Some("x")]));
    set(&mut columns, "counterfactual_question", texts(&[Some("x"), Some("x"), Some("z")]));
    let set = load(&columns).unwrap();
    assert_eq!(set.pairs.len(), 3);
    let notes = set.report.notes.join("\n");
    assert!(notes.contains("3 texts stand under 6 ids, 2 of them under several"), "{notes}");
    assert!(
        notes.contains("1 of 2 counterfactual texts is also an original, in 2 of 3"),
        "{notes}"
    );
    assert!(notes.contains("1 of 3 pairs repeats the two texts"), "{notes}");
}

#[test]
fn both_orders_are_two_pairs_of_the_same_questions() {
    let mut columns = with_prompts(
        &[Some(FORM), Some(FORM_LAST), Some(FORM)],
        &[Some(FORM), Some(FORM_LAST), Some(FORM)],
    );
    set(&mut columns, "original_question", texts(&[Some("a"), Some("a"), Some("c")]));
    set(&mut columns, "original_question_idx", numbers(&[0, 0, 2]));
    set(&mut columns, "counterfactual_question", texts(&[Some("x"), Some("x"), Some("z")]));
    set(&mut columns, "counterfactual_question_idx", numbers(&[10, 10, 12]));
    set(&mut columns, "original_ground_truth", texts(&[Some("YES"), Some("YES"), Some("NO")]));
    let read = load(&columns).unwrap();
    assert_eq!((read.pairs.len(), read.questions.len()), (3, 4));
    assert_eq!(read.pairs[1].answer_order, AnswerOrder::Last);
    let question = &read.questions[0];
    assert_eq!(question.imported_prompt(AnswerOrder::First), Some(FORM));
    assert_eq!(question.imported_prompt(AnswerOrder::Last), Some(FORM_LAST));
    let read = load_with(&columns, &reprompt()).unwrap();
    assert_eq!(read.pairs[1].answer_order, AnswerOrder::Last, "the order stays");
    assert_eq!(read.questions[0].imported_prompt(AnswerOrder::Last), None);
}

#[test]
fn labels_come_from_options_then_truths_then_the_flag() {
    let mut options = ListBuilder::new(StringBuilder::new());
    for _ in 0..3 {
        options.append_value([Some("HIGH"), Some("LOW")]);
    }
    let mut columns = with("original_question_options", Arc::new(options.finish()));
    set(&mut columns, "original_ground_truth", texts(&[Some("low"), None, None]));
    set(&mut columns, "counterfactual_ground_truth", texts(&[Some("b"), Some("a"), None]));
    let read = load(&columns).unwrap();
    assert_eq!(read.questions[0].labels, ["HIGH", "LOW"]);
    assert_eq!(read.questions[0].ground_truth.as_deref(), Some("LOW"), "as its label is written");
    assert_eq!(read.questions[1].labels, ["a", "b"]);

    // Given labels may name one that is never true.
    let read = load_with(&tides(), &labels(&["YES", "NO", "MAYBE"])).unwrap();
    assert_eq!(read.questions[0].labels, ["YES", "NO", "MAYBE"]);

    let (message, _) = fault(load_with(&columns, &labels(&["a", "b"])));
    assert_eq!(message, "the labels a,b are not those of `tides` (HIGH, LOW)");
}

#[test]
fn a_missing_text_column_has_a_stand_in() {
    let mut columns = without("original_question");
    set(&mut columns, "original_description", texts(&[Some("d"), Some("e"), Some("f")]));
    let read = load(&columns).unwrap();
    assert_eq!(read.questions[0].text, "d");

    let mut columns = with_prompts(&[Some(FORM); 3], &[Some(FORM); 3]);
    columns.retain(|(name, _)| name != "original_question");
    let read = load(&columns).unwrap();
    assert_eq!(read.questions[0].text, "tides/0");
    assert!(read.report.notes[0].contains("called by its id"), "{:?}", read.report.notes);
    let (message, _) = fault(load_with(&columns, &reprompt()));
    assert_eq!(
        message, "missing column `original_question`",
        "its name alone cannot be asked about"
    );
    let (message, _) = fault(load(&without("counterfactual_question")));
    assert_eq!(message, "missing column `counterfactual_question`");
}

#[test]
fn two_sources_become_one_and_repeated_pairs_are_left_out() {
    let place = Place::new();
    let file = place.file(&tides());
    let options = PairOptions { scenarios: 300, ..PairOptions::default() };
    let specs = [file.clone(), "moral_machines".to_owned(), file];
    let set = load_pairs(&specs, &Cards::embedded(), &options).unwrap();
    assert_eq!(set.report.rows, 306);
    let [left] = &set.report.left_out[..] else { panic!("{:?}", set.report.left_out) };
    assert_eq!((left.reason, left.rows.clone()), (Reason::RepeatedPair, vec![0, 1, 2]));
    assert!(set.pairs.len() > 3 && set.report.source.contains("moral_machines: 300 scenarios"));
}
