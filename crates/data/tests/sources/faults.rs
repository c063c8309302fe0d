//! Everything that can be wrong with a source, and what is said of it.

use crate::place::*;
use arrow_array::Float64Array;
use foretell_data::{Cards, DataError, PairOptions, load_pairs};
use std::sync::Arc;

#[test]
fn the_cards_labels_come_first_and_given_ones_must_be_the_same() {
    let columns = with("original_dataset", texts(&[Some("heart_disease"); 3]));
    let read = load_with(&columns, &labels(&["no", "yes"])).unwrap();
    assert_eq!(read.questions[0].labels, ["YES", "NO"]);
    let (message, help) = fault(load_with(&columns, &labels(&["A", "B"])));
    assert_eq!(message, "the labels A,B are not those of `heart_disease` (YES, NO)");
    assert!(help.contains("drop `--labels`"), "{help}");
    let built_in = ["moral_machines".to_owned()];
    let (message, _) = fault(load_pairs(&built_in, &Cards::embedded(), &labels(&["A", "B"])));
    assert_eq!(message, "the labels A,B are not those of `moral_machines` (CASE 1, CASE 2)");
}

#[test]
fn labels_that_are_none_are_refused() {
    let (message, _) = fault(load_with(&tides(), &labels(&["YES"])));
    assert_eq!(message, "`--labels`: 1 label given; a question needs at least two");
    let columns = with("original_ground_truth", texts(&[Some("yes"), Some("YES"), None]));
    let (message, _) = fault(load(&columns));
    assert_eq!(message, "no labels for `tides`", "they read the same");
    let columns = with("original_ground_truth", texts(&[Some("yes"), Some(".."), None]));
    let (message, _) = fault(load(&columns));
    assert!(message.starts_with("the ground truths of `tides`: the label `..`"), "{message}");
    let (message, help) = fault(load(&without("original_ground_truth")));
    assert_eq!(message, "no labels for `tides`");
    assert!(help.contains("`--labels YES,NO`"), "{help}");
}

#[test]
fn a_ground_truth_that_is_no_label_is_named_with_its_row() {
    let columns = with("original_ground_truth", texts(&[Some("YES"), Some("PERHAPS"), None]));
    let (message, _) = fault(load_with(&columns, &labels(&["YES", "NO"])));
    assert_eq!(
        message,
        "row 1: the ground truth `PERHAPS` of question `tides/1` is not one of its labels, YES or NO"
    );
}

#[test]
fn missing_columns_are_listed_with_those_that_look_near() {
    let mut columns = without("counterfactual_question_idx");
    columns.retain(|(name, _)| name != "original_dataset");
    columns.push(("counterfactual_question_id".to_owned(), numbers(&[1, 2, 3])));
    columns.push(("dataset".to_owned(), texts(&[Some("tides"); 3])));
    let (message, help) = fault(load(&columns));
    assert_eq!(message, "missing columns `original_dataset`, `counterfactual_question_idx`");
    assert!(help.contains("the file has `dataset`, `counterfactual_question_id`"), "{help}");
    let (_, help) = fault(load(&vec![("n".to_owned(), numbers(&[1]))]));
    assert!(help.contains("none that look like these"), "{help}");
}

#[test]
fn a_column_of_another_type_is_named() {
    let (message, _) = fault(load(&with("original_question", numbers(&[1, 2, 3]))));
    assert_eq!(message, "column `original_question` has the type Int64; it holds text");
}

#[test]
fn cells_that_cannot_be_read_are_named_together() {
    let mut columns = with("original_answer_first", texts(&[Some("maybe"), None, None]));
    let half = Float64Array::from(vec![1.0, 1.5, 2.0]);
    set(&mut columns, "counterfactual_hamming_distance", Arc::new(half));
    set(&mut columns, "original_question_idx", texts(&[Some("a"), Some("b>c"), None]));
    let (message, _) = fault(load(&columns));
    assert_eq!(
        message,
        "row 0, column `original_answer_first`: `maybe` is neither true nor false; \
         row 1, column `counterfactual_hamming_distance`: `1.5` is no whole number from 0; \
         row 1, column `original_question_idx`: `b>c` cannot be part of an id: no `>`, no line \
         breaks; row 2, column `original_question_idx`: the cell is empty"
    );
}

#[test]
fn prompts_that_do_not_say_how_to_reply_stop_an_import() {
    let bare = Some("Is it so?");
    let columns = with_prompts(&[Some(FORM), bare, bare], &[Some(FORM), bare, None]);
    let (message, help) = fault(load(&columns));
    assert_eq!(
        message,
        "2 of 3 original prompts and 2 of 3 counterfactual prompts lack the block that says how to \
         reply ([ANSWER], [EXPLANATION], …), in 0 pairs on one side only; the first: tides/1, \
         tides/11, tides/2, tides/12"
    );
    assert!(help.contains("`--reprompt`"), "{help}");
    assert_eq!(load_with(&columns, &reprompt()).unwrap().pairs.len(), 3);
    let one_sided = with_prompts(&[Some(FORM); 3], &[Some(FORM), None, None]);
    let (message, _) = fault(load(&one_sided));
    assert!(message.contains("0 of 3 original") && message.contains("in 2 pairs"), "{message}");
    let none_at_all = with_prompts(&[Some(FORM), None, None], &[Some(FORM), None, None]);
    let notes = load(&none_at_all).unwrap().report.notes.join("\n");
    assert!(notes.contains("1 of 3 pairs is asked with the prompts of the file"), "{notes}");
}

#[test]
fn one_id_for_two_texts_is_an_error_that_shows_both() {
    let columns = with("original_question_idx", numbers(&[0, 0, 2]));
    let mut columns = columns;
    set(&mut columns, "original_ground_truth", texts(&[Some("YES"), Some("YES"), Some("NO")]));
    let (message, _) = fault(load(&columns));
    assert_eq!(message, "question `tides/0` has more than one text: `a` and `b`");
    set(&mut columns, "original_question", texts(&[Some("a"), Some("a"), Some("c")]));
    set(&mut columns, "original_ground_truth", texts(&[Some("YES"), Some("NO"), Some("NO")]));
    let (message, _) = fault(load(&columns));
    assert_eq!(message, "question `tides/0` has more than one true label: `YES` and `NO`");
}

#[test]
fn what_is_no_source_is_refused() {
    let refuse = |spec: &str| {
        fault(load_pairs(&[spec.to_owned()], &Cards::embedded(), &PairOptions::default()))
    };
    let (message, help) = refuse("moral_machine");
    assert_eq!(message, "`moral_machine` is no file, no folder and no built-in dataset");
    assert!(help.starts_with("the datasets are moral_machines, attrition, bank_marketing, "));
    assert!(help.ends_with("; did you mean `moral_machines`?"), "{help}");
    assert!(refuse("bbq").1.contains("its pairs have to come from a file"));
    assert!(refuse("hart_disease").1.ends_with("did you mean `heart_disease`?"));
    let (message, help) = refuse("heart_disease");
    assert!(message.starts_with("`heart_disease` needs the file `processed.cleveland.data`"));
    assert!(help.contains("foretell data fetch heart_disease"), "{help}");
    assert!(!refuse("nowhere/pairs.csv").1.contains("did you mean"));
    let none = load_pairs(&[], &Cards::embedded(), &PairOptions::default());
    assert!(matches!(none, Err(DataError::NoSource)));
}

#[test]
fn a_source_without_pairs_is_an_error() {
    let mut columns = tides();
    set(&mut columns, "original_question", texts(&[Some("x"), Some("y"), Some("z")]));
    set(&mut columns, "original_dataset", texts(&[Some("heart_disease"); 3]));
    let (message, _) = fault(load(&columns));
    assert!(message.ends_with("no pairs: 3 rows read, 3 left out"), "{message}");
    let none = PairOptions { scenarios: 0, ..PairOptions::default() };
    let result = load_pairs(&["moral_machines".to_owned()], &Cards::embedded(), &none);
    assert!(matches!(result, Err(DataError::NoPairs { .. })));
}

#[test]
fn a_file_of_another_format_is_refused() {
    let place = Place::new();
    let path = place.path("pairs.csv.gz");
    std::fs::write(&path, b"\x1f\x8b\x08 and so on").unwrap();
    let specs = [path.display().to_string()];
    let (message, help) = fault(load_pairs(&specs, &Cards::embedded(), &PairOptions::default()));
    assert!(message.ends_with("it looks like a compressed archive"), "{message}");
    assert_eq!(help, "unpack it first");
}

#[test]
fn a_file_without_columns_of_the_usual_names_says_which_flags_name_them() {
    let place = Place::new();
    let path = place.path("pairs.csv");
    std::fs::write(&path, "before,after\na,b\n").unwrap();
    let specs = [path.display().to_string()];
    let (message, help) = fault(load_pairs(&specs, &Cards::embedded(), &PairOptions::default()));
    assert!(
        message.ends_with("no column for the question; the file has `before`, `after`"),
        "{message}"
    );
    assert!(help.contains("foretell pairs import"), "{help}");
}

#[test]
fn a_damaged_file_is_refused() {
    let place = Place::new();
    let path = place.path("pairs.parquet");
    std::fs::write(&path, [&b"PAR1"[..], &[7; 40], b"PAR1"].concat()).unwrap();
    let specs = [path.display().to_string()];
    let result = load_pairs(&specs, &Cards::embedded(), &PairOptions::default());
    assert!(matches!(result, Err(DataError::Parquet { .. })));
}
