//! Questions and pairs of a folder.

use crate::place::*;
use foretell_data::{Cards, PairOptions, load_pairs};
use foretell_tables::{PairRow, QuestionRow};
use std::path::Path;

/// A folder with the tables of `tides`, after `change`.
fn folder(change: impl FnOnce(&mut Vec<QuestionRow>, &mut Vec<PairRow>)) -> (Place, String) {
    let set = load(&tides()).unwrap();
    let mut questions: Vec<QuestionRow> = set.questions.into_iter().map(Into::into).collect();
    let mut pairs: Vec<PairRow> = set.pairs.into_iter().map(Into::into).collect();
    change(&mut questions, &mut pairs);
    let place = Place::new();
    foretell_tables::write(&place.path("questions.parquet"), questions).unwrap();
    foretell_tables::write(&place.path("pairs.parquet"), pairs).unwrap();
    let spec = place.dir.path().display().to_string();
    (place, spec)
}

#[test]
fn a_folder_gives_what_was_written_to_it() {
    let (_place, spec) = folder(|_, _| {});
    let set = load_pairs(&[spec], &Cards::embedded(), &PairOptions::default()).unwrap();
    let read = load(&tides()).unwrap();
    assert_eq!((set.questions, set.pairs, set.report.rows), (read.questions, read.pairs, 3));
}

#[test]
fn tables_that_do_not_fit_each_other_are_refused() {
    let (_place, spec) = folder(|questions, _| {
        questions.remove(0);
        questions[0].text.push('!');
    });
    let (message, _) = fault(load_pairs(&[spec], &Cards::embedded(), &PairOptions::default()));
    assert!(
        message.ends_with(
            "question `tides/10`: `text_id` is not that of its text; pair `tides/0>10:first` names \
             question `tides/0`, which is not there"
        ),
        "{message}"
    );
}

#[test]
fn a_folder_has_its_own_labels() {
    let (_place, spec) = folder(|_, _| {});
    let (message, _) = fault(load_pairs(&[spec], &Cards::embedded(), &labels(&["A", "B"])));
    assert_eq!(message, "the labels A,B are not those of `tides` (NO, YES)");
}

#[test]
fn a_folder_without_tables_is_refused() {
    let place = Place::new();
    let load = |dir: &Path| {
        fault(load_pairs(&[dir.display().to_string()], &Cards::embedded(), &PairOptions::default()))
            .0
    };
    let message = load(place.dir.path());
    assert!(message.ends_with("no questions.parquet and no pairs.parquet in this folder"));
    place.file(&tides());
    assert!(load(place.dir.path()).ends_with("no questions.parquet in this folder"));
    write(&place.path("questions.parquet"), &tides());
    assert!(load(place.dir.path()).contains("not the table `questions`"));
}
