//! The prompts of every method, of the judge, and the texts of every cue.

use super::*;
use crate::cue::Toward;
use crate::{QuestionId, TextId};
use std::collections::BTreeMap;

fn card(name: &str) -> Card {
    Card::parse(match name {
        "neutral" => include_str!("../../../cards/neutral/card.toml"),
        _ => include_str!("../../../cards/heart_disease/card.toml"),
    })
    .unwrap()
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
        ground_truth: Some("YES".into()),
        features: vec![],
        prompt_first: None,
        prompt_last: None,
    }
}

fn labels() -> Labels {
    Labels::new(question().labels).unwrap()
}

#[test]
fn every_method_renders() {
    let (prompts, card) = (Prompts::embedded(), card("heart_disease"));
    for method in prompts.methods() {
        let text = prompts.generate(&card, &question(), Some(&labels()), &[method], 8).unwrap();
        insta::assert_snapshot!(format!("generate_{}", method.name), text);
    }
}

#[test]
fn the_generator_chooses_among_the_methods() {
    let (prompts, card) = (Prompts::embedded(), card("neutral"));
    let methods: Vec<&Method> =
        prompts.methods().iter().filter(|method| method.takes(false)).collect();
    assert!(methods.iter().all(|method| method.name != "brief"));
    let text = prompts.generate(&card, &question(), None, &methods, 1).unwrap();
    insta::assert_snapshot!("generate_auto", text);
}

#[test]
fn methods_differ_only_in_their_block() {
    let (prompts, card) = (Prompts::embedded(), card("heart_disease"));
    let frame = |method: &Method| {
        let text = prompts.generate(&card, &question(), Some(&labels()), &[method], 8).unwrap();
        let (before, rest) = text.split_once("</question>\n").unwrap();
        let (_, after) = rest.split_once("Write exactly 8").unwrap();
        (before.to_owned(), after.to_owned())
    };
    for method in prompts.methods() {
        assert_eq!(frame(method), frame(&prompts.methods()[0]), "{}", method.name);
    }
}

#[test]
fn the_judge_is_asked() {
    let (prompts, card) = (Prompts::embedded(), card("heart_disease"));
    let new = "This is a female patient with asymptomatic chest pain.";
    let text = prompts.coherence(&card, Some(&labels()), &question().text, new).unwrap();
    insta::assert_snapshot!("coherence", text);
    let text = prompts.coherence(&card, None, &question().text, new).unwrap();
    assert!(text.contains("right form") && !text.contains("possible answers"), "{text}");
}

#[test]
fn every_wording_of_every_cue_renders() {
    let (prompts, mut shown) = (Prompts::embedded(), String::new());
    for cue in prompts.cues() {
        let (mut seen, mut seed) = (BTreeMap::new(), 0);
        while seen.len() < cue.templates.len() {
            let at = cue.template(&question(), seed).unwrap();
            seen.insert(at, prompts.with_cue(cue, &question(), "NO", seed).unwrap());
            seed += 1;
        }
        for (at, text) in seen {
            shown.push_str(&format!("--- {} {}\n{text}\n", cue.name, at + 1));
        }
    }
    insta::assert_snapshot!("cues", shown);
}

#[test]
fn a_wording_without_the_label_is_refused() {
    let cue = |place: &str, template: &str| {
        let text = format!("[c]\nsays = 's'\nplace = '{place}'\ntemplates = ['{template}']\n");
        let prompts = Prompts::with_files(BTreeMap::from([("cues.toml".into(), text)])).unwrap();
        prompts.with_cue(prompts.cue("c").unwrap(), &question(), "YES", 0)
    };
    assert!(matches!(
        cue("after", "It is so."),
        Err(PromptError::CueLacks { variable: "label", .. })
    ));
    assert!(matches!(
        cue("around", "{{ label }}"),
        Err(PromptError::CueLacks { variable: "question", .. })
    ));
    assert_eq!(cue("before", "{{ label }}!").unwrap(), format!("YES!\n\n{}", question().text));
    let none = BTreeMap::from([(
        "cues.toml".into(),
        "[c]\nsays = 's'\nplace = 'after'\ntemplates = []\n".into(),
    )]);
    assert!(
        matches!(Prompts::with_files(none), Err(PromptError::NoTemplate { cue, .. }) if cue == "c")
    );
}

#[test]
fn hints_point_where_they_should() {
    let mut question = question();
    question.labels = ["A", "B", "C"].map(str::to_owned).to_vec();
    question.ground_truth = Some("B".into());
    let drawn = |toward: Toward, question: &Question| -> Vec<Option<String>> {
        let mut drawn: Vec<_> =
            (0..50).map(|seed| toward.label(question, seed).map(str::to_owned)).collect();
        drawn.sort();
        drawn.dedup();
        drawn
    };
    let some = |labels: &[&str]| labels.iter().map(|l| Some((*l).to_owned())).collect::<Vec<_>>();
    assert_eq!(drawn(Toward::Right, &question), some(&["B"]));
    assert_eq!(drawn(Toward::Wrong, &question), some(&["A", "C"]));
    assert_eq!(drawn(Toward::Random, &question), some(&["A", "B", "C"]));
    question.ground_truth = None;
    assert_eq!(drawn(Toward::Wrong, &question), [None]);
    assert_eq!(drawn(Toward::Right, &question), [None]);
    assert_eq!(drawn(Toward::Random, &question).len(), 3);
}
