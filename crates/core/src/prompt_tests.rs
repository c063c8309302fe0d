//! The prompts, rendered.

use super::*;
use crate::{QuestionId, TextId};

fn card() -> Card {
    Card::parse(include_str!("../../../cards/heart_disease/card.toml")).unwrap()
}

fn labels(card: &Card) -> Labels {
    Labels::new(card.labels.clone()).unwrap()
}

fn question() -> Question {
    let text = "This is a male patient with asymptomatic chest pain.".to_owned();
    Question {
        question_id: QuestionId::new("heart_disease", 1),
        text_id: TextId::of("heart_disease", &text),
        dataset: "heart_disease".into(),
        source: "test".into(),
        row: Some(1),
        text,
        labels: vec!["YES".into(), "NO".into()],
        options: vec![],
        ground_truth: None,
        features: vec![],
        prompt_first: None,
        prompt_last: None,
    }
}

fn shown() -> Shown {
    Shown {
        original: "This is a female patient.".into(),
        original_answer: "NO".into(),
        explanation: "Her sex lowers the risk.".into(),
        factors: vec!["sex".into(), "age".into()],
        other_info: vec!["cholesterol".into()],
    }
}

fn predict(arm: &str) -> String {
    let (prompts, card) = (Prompts::embedded(), card());
    let arm = prompts.arm(arm).unwrap();
    prompts.predict(&card, arm, &labels(&card), &shown(), &question().text).unwrap()
}

#[test]
fn the_reference_is_asked_in_both_orders() {
    let (prompts, card) = (Prompts::embedded(), card());
    for order in [AnswerOrder::First, AnswerOrder::Last] {
        let text = prompts.ask(&card, &question(), &labels(&card), order).unwrap();
        assert_eq!(order_of(&text), Some(order));
        insta::assert_snapshot!(format!("ask_{order}"), text);
    }
}

#[test]
fn every_arm_renders() {
    for arm in Prompts::embedded().arms() {
        insta::assert_snapshot!(format!("predict_{}", arm.name), predict(&arm.name));
    }
}

#[test]
fn a_third_model_is_asked_for_the_reasons_of_a_given_answer() {
    let (prompts, card) = (Prompts::embedded(), card());
    let text = prompts.rationale(&card, &question(), &labels(&card), "NO").unwrap();
    assert!(text.contains("<given_answer>\nNO\n</given_answer>"), "{text}");
    insta::assert_snapshot!("rationale", text);
}

#[test]
fn a_question_without_context_and_meanings_leaves_no_gap() {
    let card = Card::parse(include_str!("../../../cards/neutral/card.toml")).unwrap();
    let labels = Labels::new(["A", "B", "C"]).unwrap();
    let text = Prompts::embedded().ask(&card, &question(), &labels, AnswerOrder::First).unwrap();
    insta::assert_snapshot!("ask_neutral", text);
}

/// The prompt around the block that an arm inserts.
fn frame(arm: &str) -> (String, String) {
    let text = predict(arm);
    let (before, rest) =
        text.split_once("- NO: the patient does not have heart disease\n").unwrap();
    let (_, after) = rest.split_once("The question to answer now:").unwrap();
    (before.to_owned(), after.to_owned())
}

#[test]
fn arms_differ_only_in_their_block() {
    let prompts = Prompts::embedded();
    for arm in prompts.arms() {
        assert_eq!(frame(&arm.name), frame("without"), "{}", arm.name);
    }
}

#[test]
fn with_adds_the_explanation_and_nothing_else() {
    let (with, without) = (predict("with"), predict("without"));
    let start = with.find("How it explained").unwrap();
    let end = with.find("</explanation>\n").unwrap() + "</explanation>\n\n".len();
    assert_eq!(format!("{}{}", &with[..start], &with[end..]), without);
    assert_eq!(with, predict("shuffled"), "the placebo differs only in whose explanation it is");
    assert_eq!(with, predict("rationale"), "as does the control");
}

#[test]
fn a_misspelt_variable_is_named() {
    let broken = BTreeMap::from([("ask.jinja".to_owned(), "line\n{{ questoin }}".to_owned())]);
    let prompts = Prompts::with_files(broken).unwrap();
    let card = card();
    let error = prompts.ask(&card, &question(), &labels(&card), AnswerOrder::First).unwrap_err();
    assert!(error.to_string().contains("ask.jinja:2"), "{error}");
}

#[test]
fn a_stray_file_is_refused() {
    let stray = BTreeMap::from([("aks.jinja".to_owned(), String::new())]);
    assert!(matches!(Prompts::with_files(stray), Err(PromptError::UnknownFile(_))));
}
