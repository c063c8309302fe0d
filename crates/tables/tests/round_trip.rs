//! Tables come back as they were written, and their documentation is whole.

use foretell_core::{AnswerOrder, ConfidenceLevel, Outcome, Pair, PairId, QuestionId, TextId};
use foretell_tables::{
    AnswerRow, DonorRow, NameValue, PairTextRow, QuestionRow, Reader, Table, TableError,
    count_rows, every_table, read, table_name, write,
};

fn question(number: u32) -> QuestionRow {
    QuestionRow {
        question_id: QuestionId::new("d", number),
        text_id: TextId::of("d", &number.to_string()),
        dataset: "d".into(),
        source: "s".into(),
        row: number.is_multiple_of(2).then_some(i64::from(number)),
        text: format!("question {number}"),
        labels: vec!["YES".into(), "NO".into()],
        options: vec![],
        ground_truth: None,
        features: vec![NameValue { name: "age".into(), value: "old".into() }],
        prompt_first: None,
        prompt_last: Some("prompt".into()),
    }
}

fn answer() -> AnswerRow {
    AnswerRow {
        reference: "r".into(),
        dataset: "d".into(),
        question_id: QuestionId::new("d", 1),
        text_id: TextId::of("d", "1"),
        answer_order: AnswerOrder::Last,
        repeat: 0,
        outcome: Outcome::ContextExceeded,
        reason: None,
        answer: None,
        answer_read: Some("YES".into()),
        explanation: None,
        factors: vec!["a".into()],
        other_info: vec![],
        confidence: None,
        confidence_level: Some(ConfidenceLevel::Low),
        reasoning: None,
        reasoning_source: None,
        input_tokens: Some(3),
        cached_tokens: None,
        output_tokens: None,
        reasoning_tokens: None,
        cost_usd: Some(0.5),
        reply_key: Some("k".into()),
    }
}

#[test]
fn rows_come_back_as_they_were_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/questions.parquet");
    let rows: Vec<QuestionRow> = (0..10_000).map(question).collect();
    write(&path, rows.clone()).unwrap();
    assert_eq!(read::<QuestionRow>(&path).unwrap(), rows);
    let path = folder.path().join("answers.parquet");
    write(&path, [answer()]).unwrap();
    assert_eq!(read::<AnswerRow>(&path).unwrap(), [answer()]);
}

#[test]
fn the_same_rows_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a.parquet", "b.parquet"].map(|name| folder.path().join(name));
    for path in &paths {
        write(path, (0..5_000).map(question)).unwrap();
    }
    let bytes = paths.map(|path| std::fs::read(path).unwrap());
    assert!(bytes[0] == bytes[1]);
}

#[test]
fn an_empty_table_has_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("donors.parquet");
    write(&path, Vec::<DonorRow>::new()).unwrap();
    assert_eq!(read::<DonorRow>(&path).unwrap(), []);
}

#[test]
fn another_table_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    write(&path, [question(1)]).unwrap();
    let error = read::<DonorRow>(&path).unwrap_err();
    assert!(
        matches!(&error, TableError::OtherTable { found, .. } if found == "table `questions`"),
        "{error}"
    );
    assert!(matches!(read::<DonorRow>(&folder.path().join("none")), Err(TableError::Io { .. })));
}

#[test]
fn every_column_says_what_it_holds() {
    for table in every_table() {
        assert!(!table.says.is_empty(), "{}", table.name);
        for column in table.columns {
            assert!(column.doc[0].trim().len() > 5, "{}.{}", table.name, column.name);
        }
    }
    assert_eq!(DonorRow::COLUMNS.len(), 4);
}

#[test]
fn a_pair_with_its_questions_comes_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("set.parquet");
    let (original, counterfactual) = (question(1).into(), question(2).into());
    let pair = Pair {
        pair_id: PairId::from("d/1>2:last".to_owned()),
        dataset: "d".into(),
        original_id: QuestionId::new("d", 1),
        counterfactual_id: QuestionId::new("d", 2),
        original_row: None,
        counterfactual_row: Some(2),
        original_text_id: TextId::of("d", "1"),
        counterfactual_text_id: TextId::of("d", "2"),
        answer_order: AnswerOrder::Last,
        distance: Some(1),
        changed: vec!["age".into()],
        generator: None,
        method: Some("by hand".into()),
        generator_reply_key: None,
        cue_label: None,
    };
    write(&path, [PairTextRow::new(&pair, &original, &counterfactual)]).unwrap();
    assert_eq!(table_name(&path).unwrap().as_deref(), Some("pair_texts"));
    let [row] = &read::<PairTextRow>(&path).unwrap()[..] else { panic!("one row") };
    assert_eq!(row.clone().split(), (pair, original, counterfactual));
    assert_eq!(count_rows(&path).unwrap(), 1);
    let reader = Reader::<PairTextRow>::with_columns(&path, &["pair_id"]).unwrap();
    let batches: Vec<_> = reader.into_batches().map(Result::unwrap).collect();
    let [batch] = &batches[..] else { panic!("one batch") };
    assert_eq!((batch.num_rows(), batch.num_columns()), (1, 1));
}
