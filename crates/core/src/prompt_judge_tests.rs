//! The prompts of the judges of explanations.

use super::*;

fn card() -> Card {
    Card::parse(include_str!("../../../cards/heart_disease/card.toml")).unwrap()
}

fn shown() -> Shown {
    Shown {
        original: "The patient is a man, with no chest pain.".into(),
        original_answer: "NO".into(),
        explanation: "Without chest pain I say NO.".into(),
        factors: vec!["no chest pain".into(), "sex".into()],
        other_info: vec![],
    }
}

fn labels() -> Labels {
    Labels::new(["YES", "NO"]).unwrap()
}

#[test]
fn a_judge_of_testability_is_asked() {
    let new = "The patient is a man, with typical angina.";
    let text = Prompts::embedded().testability(&card(), &labels(), &shown(), new).unwrap();
    insta::assert_snapshot!("testability", text);
}

#[test]
fn a_judge_of_mentions_is_asked() {
    let point = |name: &str, here: Option<&str>| Point {
        name: name.to_owned(),
        here: here.map(str::to_owned),
    };
    let points = [point("chest pain", Some("none at all")), point("how old the patient is", None)];
    let text = Prompts::embedded().mention(&card(), &labels(), &shown(), &points).unwrap();
    assert!(
        text.contains(
            "<features>\n1. chest pain (here: none at all)\n2. how old the patient is\n</features>"
        ),
        "{text}"
    );
    insta::assert_snapshot!("mention", text);
}

#[test]
fn both_show_the_explanation_as_the_arm_with_does() {
    let (prompts, card, shown) = (Prompts::embedded(), card(), shown());
    let arm = prompts.arm("with").unwrap();
    let predict = prompts.predict(&card, arm, &labels(), &shown, "new").unwrap();
    let block = |text: &str| {
        let start = text.find("<explanation>").unwrap();
        text[start..text.find("</explanation>").unwrap()].to_owned()
    };
    let testability = prompts.testability(&card, &labels(), &shown, "new").unwrap();
    let mention = prompts.mention(&card, &labels(), &shown, &[]).unwrap();
    assert_eq!(block(&testability), block(&predict));
    assert_eq!(block(&mention), block(&predict));
}
