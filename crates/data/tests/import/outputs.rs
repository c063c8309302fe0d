//! What an import writes is read again as what it was.

use super::place::{file, published, read, testdata};
use foretell_data::{
    Cards, DataError, FaultKind, Field, ImportColumns, ImportRequest, PairOptions, Reason,
    load_pairs, load_questions, write_faults, write_set,
};
use miette::Diagnostic;

fn faulty() -> ImportRequest {
    let columns = ImportColumns::default().with(Field::Labels, "YES,NO");
    ImportRequest { columns, ..ImportRequest::default() }
}

#[test]
fn one_file_and_a_folder_hold_the_same_pairs() {
    let imported = read(&testdata("bbq.jsonl"), &ImportRequest::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for name in ["set.parquet", "set"] {
        let out = folder.path().join(name);
        imported.write(&out).unwrap();
        let spec = out.display().to_string();
        let set = load_pairs(&[spec], &Cards::embedded(), &PairOptions::default()).unwrap();
        assert_eq!(set.pairs, imported.pairs, "{name}");
        assert_eq!(set.questions, imported.questions, "{name}");
    }
    let again = read(&folder.path().join("set.parquet"), &ImportRequest::default()).unwrap();
    assert_eq!(again.pairs, imported.pairs);
}

#[test]
fn prompts_of_the_wide_layout_come_through_one_file() {
    let Some(path) = published("combined_dataset_subset_20.parquet") else { return };
    let options = PairOptions::default();
    let spec = path.display().to_string();
    let set = load_pairs(&[spec], &Cards::embedded(), &options).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("set.parquet");
    write_set(&out, &set.questions, &set.pairs).unwrap();
    let again = load_pairs(&[out.display().to_string()], &Cards::embedded(), &options).unwrap();
    assert_eq!((again.pairs, again.questions), (set.pairs, set.questions));
}

#[test]
fn questions_alone_are_a_set_of_questions() {
    let imported = read(&testdata("choices.jsonl"), &ImportRequest::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for name in ["set.parquet", "set"] {
        let out = folder.path().join(name);
        imported.write(&out).unwrap();
        let spec = out.display().to_string();
        let set = load_questions(&spec, &Cards::embedded(), &PairOptions::default()).unwrap();
        assert_eq!(set.questions, imported.questions, "{name}");
    }
    assert!(!folder.path().join("set/pairs.parquet").exists());
    let spec = testdata("choices.jsonl").display().to_string();
    let fault = load_pairs(&[spec], &Cards::embedded(), &PairOptions::default()).unwrap_err();
    assert!(fault.to_string().contains("no counterfactuals"), "{fault}");
}

#[test]
fn questions_of_pairs_are_the_originals() {
    let spec = testdata("bbq.jsonl").display().to_string();
    let set = load_questions(&spec, &Cards::embedded(), &PairOptions::default()).unwrap();
    let ids: Vec<&str> = set.questions.iter().map(|q| q.question_id.as_str()).collect();
    let expected = ["0", "1", "2", "4", "5", "6", "8"].map(|id| format!("bbq_age/{id}"));
    assert_eq!(ids, expected);
    let options = PairOptions { scenarios: 300, ..PairOptions::default() };
    let built_in = load_questions("moral_machines", &Cards::embedded(), &options).unwrap();
    assert!(!built_in.questions.is_empty());
}

#[test]
fn a_study_reads_a_valid_file_directly_and_refuses_one_with_faults() {
    let csv = "question,counterfactual,answer\na,b,YES\na,b,YES\nc,c,NO\nd,e,NO\n";
    let (_folder, path) = file("t.csv", csv);
    let spec = path.display().to_string();
    let set = load_pairs(&[spec], &Cards::embedded(), &PairOptions::default()).unwrap();
    assert_eq!((set.pairs.len(), set.report.rows), (2, 4));
    let left: Vec<_> = set.report.left_out.iter().map(|l| (l.reason, l.rows.clone())).collect();
    assert_eq!(left, [(Reason::SameText, vec![2]), (Reason::RepeatedPair, vec![1])]);

    let spec = testdata("faulty.jsonl").display().to_string();
    let options = PairOptions {
        labels: Some(vec!["YES".to_owned(), "NO".to_owned()]),
        ..PairOptions::default()
    };
    let fault = load_pairs(&[spec], &Cards::embedded(), &options).unwrap_err();
    let DataError::RowFaults { counts, shown, more, .. } = &fault else { panic!("{fault}") };
    assert_eq!(counts.len(), 3, "{counts:?}");
    assert_eq!((shown.len(), *more), (3, 1));
    let help = fault.help().unwrap().to_string();
    assert!(help.contains("foretell pairs import"), "{help}");
}

#[test]
fn faults_are_written_as_csv() {
    let imported = read(&testdata("faulty.jsonl"), &faulty()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("faults.csv");
    write_faults(&path, &imported.faults).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "row,line,kind,column,value,reason");
    assert_eq!(lines[4], "4,5,label_not_in_set,ground_truth,MAYBE,`MAYBE` is not one of YES or NO");
    assert_eq!(lines.len(), 7);
    assert_eq!(imported.counts()[&FaultKind::MissingCell], 2);
}

#[test]
fn a_table_that_needs_its_folder_says_so() {
    let imported = read(&testdata("bbq.jsonl"), &ImportRequest::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    imported.write(folder.path()).unwrap();
    let spec = folder.path().join("pairs.parquet").display().to_string();
    let fault = load_pairs(&[spec], &Cards::embedded(), &PairOptions::default()).unwrap_err();
    assert!(fault.to_string().contains("the table `pairs` of a folder"), "{fault}");
}
