//! Columns of any names: flags, usual names, constants, ids, labels and options.

use super::place::{faults, plain, with};
use foretell_core::AnswerOrder;
use foretell_data::{DataError, Field, ImportColumns};

fn flags(given: &[(Field, &str)]) -> ImportColumns {
    given
        .iter()
        .fold(ImportColumns::default(), |columns, (field, name)| columns.with(*field, *name))
}

#[test]
fn a_question_without_an_id_is_known_by_its_text() {
    let imported = plain(
        "tides.csv",
        "question,counterfactual,answer,counterfactual_answer\na,b,YES,NO\na,c,YES,NO\nb,a,NO,YES\n",
    );
    let ids: Vec<&str> = imported.pairs.iter().map(|pair| pair.pair_id.as_str()).collect();
    assert_eq!(ids, ["tides/0>1:first", "tides/0>2:first", "tides/1>0:first"]);
    assert_eq!(imported.questions.len(), 3);
    assert_eq!(imported.questions[0].labels, ["NO", "YES"], "sorted ground truths");
}

#[test]
fn equal_texts_with_other_ground_truths_are_other_questions() {
    let imported = plain(
        "t.csv",
        "question,counterfactual,answer,counterfactual_answer\na,b,YES,NO\nb,a,YES,\nb,a,NO,NO\na,b,YES,NO\n",
    );
    let ids: Vec<&str> = imported.pairs.iter().map(|pair| pair.pair_id.as_str()).collect();
    assert_eq!(ids, ["t/0>1:first", "t/2>0:first", "t/1>3:first"]);
    assert_eq!(faults(&imported), [("repeated", 3)]);
    assert_eq!(imported.pairs[0].original_text_id, imported.pairs[2].counterfactual_text_id);
    assert!(
        imported.notes.join("; ").contains("truths or labels differ: 2"),
        "{:?}",
        imported.notes
    );
}

#[test]
fn a_cluster_names_the_original() {
    let imported = plain(
        "t.csv",
        "cluster,question,counterfactual,labels\ng,a,b,X|Y\ng,a,c,X|Y\ng,d,e,X|Y\nh,f,g,X|Y\n",
    );
    let ids: Vec<&str> = imported.pairs.iter().map(|pair| pair.pair_id.as_str()).collect();
    assert_eq!(ids, ["t/g>g.1:first", "t/g>g.2:first", "t/g-2>g-2.1:first", "t/h>h.1:first"]);
    let notes = imported.notes.join("; ");
    assert!(notes.contains("with several original texts: 1 ("), "{notes}");
}

#[test]
fn an_id_stands_for_one_text() {
    let imported = plain(
        "t.csv",
        "id,question,counterfactual,labels\n1,a,b,X|Y\n1,c,d,X|Y\n2>3,e,f,X|Y\n,g,h,X|Y\n",
    );
    assert_eq!(faults(&imported), [("id_conflict", 1), ("bad_value", 2), ("missing_cell", 3)]);
    assert_eq!(imported.pairs.len(), 1);
}

#[test]
fn a_flag_that_names_no_column_holds_for_all_rows_where_that_makes_sense() {
    let csv = "q,cf\na,b\n";
    let columns = flags(&[
        (Field::Question, "q"),
        (Field::Counterfactual, "cf"),
        (Field::Dataset, "tides"),
        (Field::Labels, "YES,NO"),
        (Field::Method, "by hand"),
        (Field::AnswerOrder, "last"),
    ]);
    let imported = with("x.csv", csv, columns).unwrap();
    let pair = &imported.pairs[0];
    assert_eq!((pair.dataset.as_str(), pair.answer_order), ("tides", AnswerOrder::Last));
    assert_eq!(pair.method.as_deref(), Some("by hand"));
    let notes = imported.notes.join("; ");
    assert!(notes.contains("`--dataset tides` is no column"), "{notes}");

    let columns = flags(&[(Field::Question, "g"), (Field::Counterfactual, "ccf")]);
    let fault = with("x.csv", csv, columns).unwrap_err();
    let said = fault.to_string();
    assert!(
        said.contains("`--question g`") && said.contains("`--counterfactual ccf` (`cf`?)"),
        "{said}"
    );
    let fault = with("x.csv", csv, flags(&[(Field::AnswerOrder, "middle")])).unwrap_err();
    let said = fault.to_string();
    assert!(said.contains("the question") && said.contains("none of first, last, both"), "{said}");
}

#[test]
fn questions_without_labels_are_refused_by_dataset() {
    let fault = with("t.csv", "question,counterfactual\na,b\n", ImportColumns::default());
    assert!(matches!(fault, Err(DataError::NoLabels { ref datasets, .. }) if datasets == &["t"]));
}

#[test]
fn options_and_answers_are_read_as_multiple_choice_sets_write_them() {
    let mmlu = plain(
        "mmlu.jsonl",
        "{\"question\": \"q\", \"subject\": \"law\", \"choices\": [\"w\", \"x\", \"y\", \"z\"], \"answer\": 2}\n",
    );
    let question = &mmlu.questions[0];
    assert_eq!(question.question_id.as_str(), "law/0");
    assert_eq!(question.text, "q\n\n(A) w\n(B) x\n(C) y\n(D) z");
    assert_eq!(question.ground_truth.as_deref(), Some("C"));
    let columns = plain("t.csv", "question,A,B,C,answer\nq,x,y,z,B\nq2,x,y,,x\n");
    assert_eq!(columns.questions[0].ground_truth.as_deref(), Some("B"));
    assert_eq!(columns.questions[1].labels, ["A", "B"], "an empty option is none");
    let nested = plain(
        "t.jsonl",
        "{\"id\": 1, \"question\": {\"stem\": \"q\", \"choices\": [{\"label\": \"1\", \"text\": \"x\"}, \
         {\"label\": \"2\", \"text\": \"y\"}]}, \"answerKey\": \"2\"}\n",
    );
    assert_eq!(nested.questions[0].text, "q\n\n(1) x\n(2) y");
    assert_eq!(nested.questions[0].ground_truth.as_deref(), Some("2"));
    let python = plain("t.csv", "question,choices,answer\nq,\"['x', 'y, z']\",1\n");
    assert_eq!(python.questions[0].ground_truth.as_deref(), Some("B"));
}

#[test]
fn both_questions_of_a_pair_can_have_options_and_a_passage() {
    let imported = plain(
        "t.jsonl",
        "{\"context\": \"p\", \"question\": \"q\", \"counterfactual\": \"r\", \"choices\": [\"x\", \"y\"], \
         \"counterfactual_choices\": [\"x\", \"z\"], \"answer\": \"x\", \"counterfactual_answer\": \"z\"}\n",
    );
    assert_eq!(imported.questions[0].text, "p\n\nq\n\n(A) x\n(B) y");
    assert_eq!(imported.questions[1].text, "p\n\nr\n\n(A) x\n(B) z");
    assert_eq!(imported.questions[1].ground_truth.as_deref(), Some("B"));
}

#[test]
fn labels_that_cannot_be_used_and_options_that_miss_are_named() {
    let imported = plain("t.csv", "question,labels\na,X|x\nb,X\nc,X|Y\n");
    assert_eq!(faults(&imported), [("bad_labels", 0), ("bad_labels", 1)]);
    let imported = plain("t.csv", "question,choices,answer\na,,1\nb,x|y,7\nc,x|y,1\n");
    assert_eq!(faults(&imported), [("missing_cell", 0), ("label_not_in_set", 1)]);
}

#[test]
fn labels_from_ground_truths_are_told_with_their_counts() {
    let rows: String = ["YES", "YES", "NO", "YSE", "NO", "YES", "NO", "YES", "YES"]
        .iter()
        .enumerate()
        .map(|(at, truth)| format!("q{at},{truth}\n"))
        .collect();
    let imported = plain("typo.csv", &format!("question,answer\n{rows}"));
    let notes = imported.notes.join("; ");
    let told = "labels NO (3), YES (5), YSE (1): from the ground truths of `typo`";
    assert!(notes.contains(told) && notes.contains("warning: rare labels"), "{notes}");
    let given =
        with("typo.csv", &format!("question,answer\n{rows}"), flags(&[(Field::Labels, "YES,NO")]));
    let given = given.unwrap();
    assert_eq!(faults(&given), [("label_not_in_set", 3)]);
    assert!(!given.notes.join("; ").contains("from the ground truths"), "{:?}", given.notes);
}

#[test]
fn ground_truths_may_be_capitalised_in_any_way() {
    let imported = plain("t.csv", "question,answer\na,YES\nb,Yes\nc,no\nd,Yes\ne,NO\n");
    let question = &imported.questions[0];
    assert_eq!(
        (&question.labels[..], question.ground_truth.as_deref()),
        (&["Yes".to_owned(), "no".to_owned()][..], Some("Yes"))
    );
}
