//! Simulated generators and judges.

use crate::Subject;
use foretell_core::generate::{
    Form, Generation, Sorter, WrittenOutcome, read_generation, read_verdict,
};
use foretell_core::{Card, Prompts, Question, QuestionId, TextId};
use std::collections::BTreeSet;

const TEXT: &str =
    "She earns 3,000.50 a month, rents, and owns a dog. Her loan was paid back in time.";

fn question(text: &str) -> Question {
    Question {
        question_id: QuestionId::new("d", 1),
        text_id: TextId::of("d", text),
        dataset: "d".into(),
        source: "s".into(),
        row: None,
        text: text.to_owned(),
        labels: vec![],
        options: vec![],
        ground_truth: None,
        features: vec![],
        prompt_first: None,
        prompt_last: None,
    }
}

fn card() -> Card {
    Card::parse(include_str!("../../../cards/neutral/card.toml")).unwrap()
}

fn subject(kind: &str, options: &[(&str, &str)]) -> Subject {
    let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    Subject::new(kind, &options.iter().map(own).collect::<Vec<_>>()).unwrap()
}

fn generated(
    text: &str,
    count: u32,
    options: &[(&str, &str)],
    repeat: u32,
) -> (String, Generation) {
    let prompts = Prompts::embedded();
    let methods: Vec<_> = prompts.methods().iter().filter(|method| method.takes(false)).collect();
    let prompt = prompts.generate(&card(), &question(text), None, &methods, count).unwrap();
    let reply = subject("generator", options).reply(&prompt, repeat);
    let generation = read_generation(&reply.text);
    (reply.text, generation)
}

#[test]
fn as_many_different_counterfactuals_as_asked_for() {
    let (text, generation) = generated(TEXT, 8, &[], 0);
    assert_eq!((generation.form, generation.counterfactuals.len()), (Form::Whole, 8), "{text}");
    assert!(["concept", "reversal", "structured"].contains(&generation.method.unwrap().as_str()));
    assert_eq!(generation.concepts.len(), 4, "{:?}", generation.concepts);
    assert_eq!(generation.concepts[0].1, "She earns 3,000.50 a month");
    let outcomes = Sorter::new(TEXT).sort(&generation.counterfactuals, 8);
    assert!(outcomes.iter().all(|outcome| *outcome == WrittenOutcome::Kept), "{text}");
    let turning = generation.counterfactuals.iter().filter(|c| c.likely_to_change == Some(true));
    assert_eq!(turning.count(), 4);
    assert_eq!(generated(TEXT, 8, &[], 0).0, text, "the same prompt gives the same reply");
    assert_ne!(generated(TEXT, 8, &[("seed", "1")], 0).0, text);
}

#[test]
fn a_question_of_one_clause_has_few() {
    let (text, generation) = generated("Is it high?", 12, &[], 0);
    assert_eq!(generation.counterfactuals.len(), 6, "{text}");
    assert!(generation.counterfactuals.iter().any(|c| c.text == "Not is it high?"), "{text}");
}

#[test]
fn what_goes_wrong_goes_wrong_in_every_way() {
    let mut kinds = BTreeSet::new();
    for repeat in 0..120 {
        let (text, generation) = generated(TEXT, 6, &[("fail", "1")], repeat);
        let outcomes = Sorter::new(TEXT).sort(&generation.counterfactuals, 6);
        let has = |outcome| outcomes.contains(&outcome);
        kinds.insert(match (generation.form, generation.counterfactuals.len()) {
            (Form::Whole, _) if text.contains("```") => "fenced",
            (Form::Whole, _) if has(WrittenOutcome::Copy) => "copies",
            (Form::Whole, _) if has(WrittenOutcome::Repeated) => "repeats",
            (Form::Whole, 3) => "too few",
            (Form::Whole, 8) => "too many",
            (Form::CutOff, _) => "half",
            (Form::Unreadable, 0) if text.starts_with('{') => "half",
            (Form::Unreadable, _) => "prose",
            (Form::Empty, _) => "nothing",
            (form, count) => panic!("{form:?} of {count}: {text}"),
        });
    }
    assert_eq!(kinds.len(), 8, "{kinds:?}");
}

#[test]
fn a_judge_counts_the_words_that_stayed() {
    let prompts = Prompts::embedded();
    let verdict = |new: &str, options: &[(&str, &str)], repeat| {
        let prompt = prompts.coherence(&card(), None, "a b c d", new).unwrap();
        read_verdict(&subject("judge", options).reply(&prompt, repeat).text)
    };
    assert_eq!(verdict("A, b, c, d!", &[], 0).coherence, Some(10.0));
    assert_eq!(verdict("a b x y", &[], 0).coherence, Some(5.0));
    let outcomes: BTreeSet<&str> =
        (0..30).map(|repeat| verdict("a", &[("fail", "1")], repeat).outcome.as_str()).collect();
    assert!(outcomes.contains("empty") && outcomes.contains("unparsed"), "{outcomes:?}");
    assert!(!outcomes.contains("answered"), "{outcomes:?}");
}

#[test]
fn a_prompt_for_something_else_gets_prose() {
    for kind in ["generator", "judge"] {
        let reply = subject(kind, &[]).reply("Hello?", 0);
        assert!(reply.text.starts_with("It is hard to say"), "{}", reply.text);
    }
}
