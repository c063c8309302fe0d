//! The tables of the project's own cards, where their raw files are at hand.

use foretell_core::card::TextTemplate;
use foretell_data::{Cards, Table, raw_file};
use std::path::PathBuf;

/// The table of a dataset; says so and gives none where the folder of raw files is absent.
#[expect(clippy::print_stdout, reason = "a test that is skipped says so")]
#[expect(clippy::unwrap_used, reason = "a test may fail where it likes")]
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

/// The clauses of a text, as simulated subjects split it.
fn clauses(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let ends = |at: usize| {
        matches!(bytes[at], b',' | b';' | b'.' | b':')
            && !(at > 0 && digit(at - 1) && digit(at + 1))
    };
    let marked: String =
        text.char_indices().map(|(at, c)| if ends(at) { '\n' } else { c }).collect();
    let marked = marked.replace(" and ", "\n");
    marked.lines().map(str::trim).filter(|own| !own.is_empty()).map(str::to_owned).collect()
}

#[test]
fn every_feature_is_a_clause_of_its_own() {
    let cards = Cards::embedded();
    for dataset in cards.tables() {
        let card = cards.tabular(dataset).unwrap();
        let levels: Vec<_> = card.features.iter().map(|own| own.levels()).collect();
        let text = TextTemplate::new(card.text, card.features).unwrap();
        assert!(text.tells_rows_apart(&levels), "{dataset}");
        let mut phrases: Vec<&str> = levels.iter().map(|own| &*own[0].phrase).collect();
        let first = clauses(&text.render(&phrases).unwrap());
        let mut places = Vec::new();
        for (feature, own) in levels.iter().enumerate() {
            for level in &own[1..] {
                phrases[feature] = &level.phrase;
                let now = clauses(&text.render(&phrases).unwrap());
                assert_eq!(now.len(), first.len(), "{dataset}: {}", level.phrase);
                let differ: Vec<usize> =
                    (0..now.len()).filter(|&at| now[at] != first[at]).collect();
                assert_eq!(differ.len(), 1, "{dataset}: {}", level.phrase);
                places.push((differ[0], feature));
            }
            phrases[feature] = &own[0].phrase;
        }
        places.sort_unstable();
        places.dedup();
        assert_eq!(
            places.len(),
            levels.len(),
            "{dataset}: two features share a clause: {places:?}"
        );
        let mut distinct = first.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), first.len(), "{dataset}: a clause stands twice");
    }
}
