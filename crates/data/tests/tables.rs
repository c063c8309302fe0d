//! The tables of the project's own cards, where their raw files are at hand.

use foretell_data::{Cards, Table, raw_file};
use std::path::PathBuf;

/// The table of a dataset; says so and gives none where the folder of raw files is absent.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
fn table(dataset: &str) -> Option<Table> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/raw");
    if !folder.exists() {
        println!("skipped: no folder {}", folder.display());
        return None;
    }
    let cards = Cards::embedded();
    let source = cards.tabular(dataset).unwrap().source;
    let path = raw_file(dataset, source, &[folder]).unwrap();
    Some(Table::load(&cards, dataset, &path).unwrap())
}

#[test]
fn rows_features_and_positives_are_those_of_the_published_study() {
    for (dataset, rows, features, positives) in [
        ("heart_disease", 264, 9, 118),
        ("pima_diabetes", 481, 7, 189),
        ("breast_cancer_recurrence", 272, 9, 81),
        ("income", 15_711, 11, 3_688),
        ("attrition", 1_375, 11, 228),
        ("bank_marketing", 30_667, 12, 3_886),
    ] {
        let Some(table) = table(dataset) else { return };
        let found = table.label_codes().iter().filter(|&&label| label == 0).count();
        assert_eq!(
            (table.rows(), table.width(), found),
            (rows, features, positives),
            "{dataset}: rows, features, positives"
        );
        assert_eq!(table.labels()[0], Cards::embedded().get(dataset).unwrap().labels[0]);
    }
}

#[test]
fn every_row_reads_as_its_codes_say() {
    for dataset in Cards::embedded().tables() {
        let Some(table) = table(dataset) else { return };
        for row in (0..table.rows()).step_by(97) {
            let question = table.question(row);
            for (name, phrase) in &question.features {
                assert!(
                    question.text.contains(phrase.as_str()),
                    "{dataset}/{row}: {name}: {phrase}"
                );
            }
            assert!(
                !question.text.contains("  ") && question.text.ends_with('.'),
                "{}",
                question.text
            );
        }
    }
}

#[test]
fn one_question_of_each_table() {
    for dataset in Cards::embedded().tables() {
        let Some(table) = table(dataset) else { return };
        let question = table.question(42);
        let shown = format!("{}\n\n{}", question.text, question.ground_truth.unwrap_or_default());
        insta::assert_snapshot!(dataset.to_owned(), shown);
    }
}
