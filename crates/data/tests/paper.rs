//! The files published with the paper, where they are at hand.

use foretell_data::{Cards, DataError, PairOptions, PairSet, Reason, load_pairs};
use std::path::PathBuf;

/// The file of that name; says so and gives none where the folder is absent.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn published(name: &str) -> Option<String> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/paper").join(name);
    if path.exists() {
        return Some(path.display().to_string());
    }
    println!("skipped: no file {}", path.display());
    None
}

fn load(path: &str, options: &PairOptions) -> Result<PairSet, DataError> {
    load_pairs(&[path.to_owned()], &Cards::embedded(), options)
}

fn reprompt() -> PairOptions {
    PairOptions { reprompt: true, ..PairOptions::default() }
}

#[test]
fn the_combined_set_is_read_whole() {
    let Some(path) = published("combined_dataset.parquet") else { return };
    let set = load(&path, &PairOptions::default()).unwrap();
    assert_eq!(set.report.rows, 7_000);
    let [left] = &set.report.left_out[..] else { panic!("{:?}", set.report.left_out) };
    assert_eq!((left.reason, left.rows.len()), (Reason::SameText, 29));
    assert_eq!(left.rows[..3], [361, 626, 771]);
    assert_eq!(set.pairs.len(), 6_971);
    // The file has 6,077 ids; 8 of them stand only in rows that are left out.
    assert_eq!(set.questions.len(), 6_069);
    let notes = set.report.notes.join("\n");
    assert!(notes.contains("48 of 6,971 pairs repeat the two texts"), "{notes}");
    assert!(
        notes.contains("5,902 texts stand under 6,069 ids, 166 of them under several"),
        "{notes}"
    );
    assert!(
        notes.contains("974 of 3,875 counterfactual texts are also originals, in 3,513"),
        "{notes}"
    );
    assert!(set.pairs.iter().all(|pair| pair.original_row.is_some() && pair.generator.is_some()));
    let near = set.pairs.iter().filter(|pair| pair.distance == Some(2)).count();
    assert_eq!(near, 5_191);
    let question = |id| set.questions.iter().find(|q| &q.question_id == id).unwrap();
    for pair in set.pairs.iter().take(200) {
        for id in [&pair.original_id, &pair.counterfactual_id] {
            assert!(question(id).imported_prompt(pair.answer_order).is_some());
        }
    }
}

#[test]
fn with_reprompt_no_prompt_is_kept() {
    let Some(path) = published("combined_dataset.parquet") else { return };
    let set = load(&path, &reprompt()).unwrap();
    assert_eq!(set.pairs.len(), 6_971);
    assert!(set.questions.iter().all(|q| q.prompt_first.is_none() && q.prompt_last.is_none()));
}

#[test]
fn the_smaller_sets_are_read() {
    for (name, pairs) in
        [("combined_dataset_subset_20.parquet", 20), ("predictions_sample.parquet", 40)]
    {
        let Some(path) = published(name) else { return };
        let set = load(&path, &PairOptions::default()).unwrap();
        assert_eq!(set.pairs.len(), pairs);
        assert_eq!(set.report.left_out, []);
    }
}

#[test]
fn the_bbq_pairs_need_to_be_prompted_again() {
    let Some(path) = published("bbq_part1.parquet") else { return };
    let fault = load(&path, &PairOptions::default()).unwrap_err();
    let DataError::PromptsWithoutForm {
        pairs, originals, counterfactuals, one_sided, first, ..
    } = &fault
    else {
        panic!("{fault}")
    };
    assert_eq!((*pairs, first.len()), (1_937, 5));
    // Of the file's 1,940 rows, 966 lack the original's block, 829 the counterfactual's, 949 one.
    assert!(originals.abs_diff(966) <= 3 && counterfactuals.abs_diff(829) <= 3);
    assert!(one_sided.abs_diff(949) <= 3);
    let set = load(&path, &reprompt()).unwrap();
    assert_eq!(set.pairs.len() as u64 + 3, set.report.rows);
    assert_eq!(set.questions[0].labels, ["A", "B"]);
}

#[test]
fn labels_that_the_cards_do_not_have_are_refused() {
    let Some(path) = published("combined_dataset.parquet") else { return };
    let labels = Some(vec!["YES".to_owned(), "NO".to_owned()]);
    let fault = load(&path, &PairOptions { labels, ..PairOptions::default() }).unwrap_err();
    let text = fault.to_string();
    assert!(text.contains("YES,NO") && text.contains("`bank_marketing` (SUBSCRIBED"), "{text}");
    assert!(!text.contains("heart_disease"), "{text}");
}

#[test]
fn the_published_scenarios_and_the_built_in_ones_have_other_texts_under_the_same_ids() {
    let Some(path) = published("combined_dataset.parquet") else { return };
    let specs = ["moral_machines".to_owned(), path];
    let fault = load_pairs(&specs, &Cards::embedded(), &PairOptions::default()).unwrap_err();
    assert!(
        matches!(&fault, DataError::UnequalQuestions { shown, .. } if shown[0].field == "text")
    );
}
