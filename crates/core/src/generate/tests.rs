//! Replies of generators and judges, well-formed and otherwise.

use super::*;
use crate::Outcome;
use proptest::prelude::*;

const GOOD: &str = r#"{"method": "concept", "reason": "facts", "reasoning": "r",
 "concepts": [{"name": "sex", "value": "male"}],
 "counterfactuals": [
  {"text": " One [1] {2}. ", "changes": [{"name": "sex", "value": "female"}], "likely_to_change": true, "coherence": 9, "coherence_reason": "fine"},
  {"text": "Two, \"quoted\".", "changes": [], "likely_to_change": false, "coherence": 11, "coherence_reason": ""}]}"#;

fn texts(generation: &Generation) -> Vec<&str> {
    generation.counterfactuals.iter().map(|written| written.text.as_str()).collect()
}

#[test]
fn all_of_a_reply_is_read() {
    let reply = read_generation(GOOD);
    assert_eq!((reply.form, reply.method.as_deref()), (Form::Whole, Some("concept")));
    assert_eq!(reply.concepts, [("sex".to_owned(), "male".to_owned())]);
    let first = Written {
        text: "One [1] {2}.".into(),
        changes: vec![("sex".into(), "female".into())],
        likely_to_change: Some(true),
        coherence: Some(9.0),
        coherence_reason: Some("fine".into()),
    };
    assert_eq!(reply.counterfactuals[0], first);
    let second = &reply.counterfactuals[1];
    assert_eq!((second.coherence, &second.coherence_reason), (None, &None), "11 is out of range");
}

#[test]
fn what_stands_around_the_json_is_passed_over() {
    for text in [
        format!("```json\n{GOOD}\n```"),
        format!("Sure {{as asked}} [1]:\n\n```\n{GOOD}\n```\nAnything else {{}}?"),
        format!("<think>{{\"counterfactuals\": [</think>{GOOD} and \"more"),
        GOOD.replace("Two,", "Two,\n\tthree,").replace("fine", "fine\r"),
    ] {
        let reply = read_generation(&text);
        assert_eq!((reply.form, reply.counterfactuals.len()), (Form::Whole, 2), "{text}");
    }
}

#[test]
fn a_bare_list_and_looser_forms_are_read() {
    let reply = read_generation(
        r#"[{"text": "a", "changes": {"sex": "f"}, "likely_to_change": "no", "coherence": "8/10"}]"#,
    );
    let written = &reply.counterfactuals[0];
    assert_eq!(written.changes, [("sex".to_owned(), "f".to_owned())]);
    assert_eq!((written.likely_to_change, written.coherence), (Some(false), Some(8.0)));
    let reply = read_generation(r#"{"counterfactuals": ["a", {"changes": ["sex"]}, 7]}"#);
    assert_eq!(texts(&reply), ["a", "", ""]);
    assert_eq!(reply.counterfactuals[1].changes, [("sex".to_owned(), String::new())]);
}

#[test]
fn of_half_a_reply_the_complete_counterfactuals_are_kept() {
    let second = GOOD.find("{\"text\": \"Two").unwrap();
    for end in second + 1..GOOD.len() - 3 {
        let reply = read_generation(&GOOD[..end]);
        assert_eq!((reply.form, texts(&reply)), (Form::CutOff, vec!["One [1] {2}."]), "{end}");
        assert_eq!(reply.method.as_deref(), Some("concept"));
    }
    let first = GOOD.find("{\"text\": \" One").unwrap();
    let reply = read_generation(&GOOD[..first + 20]);
    assert_eq!((reply.form, reply.method.as_deref()), (Form::CutOff, Some("concept")));
    assert_eq!(reply.counterfactuals, []);
    let damaged = GOOD.replace("false", "perhaps");
    let reply = read_generation(&damaged);
    assert_eq!((reply.form, texts(&reply)), (Form::Damaged, vec!["One [1] {2}."]));
}

#[test]
fn what_is_no_reply_says_so() {
    assert_eq!(read_generation(" \n").form, Form::Empty);
    assert_eq!(read_generation("<think>so</think>\n").form, Form::Empty);
    assert_eq!(read_generation("<think>so").form, Form::CutOff);
    assert_eq!(read_generation("I would rather not.").form, Form::Unreadable);
    assert_eq!(read_generation(r#"{"questions": ["a"]}"#).form, Form::Unreadable);
}

#[test]
fn counts_are_outcomes() {
    let reply = read_generation(GOOD);
    let outcome = |wanted| GenerationOutcome::of(&reply, wanted, false);
    assert_eq!(
        [1, 2, 3].map(outcome),
        [GenerationOutcome::TooMany, GenerationOutcome::Complete, GenerationOutcome::TooFew]
    );
    let prose = read_generation("Well, in the first place");
    assert_eq!(GenerationOutcome::of(&prose, 2, false), GenerationOutcome::Unreadable);
    assert_eq!(GenerationOutcome::of(&prose, 2, true), GenerationOutcome::CutOff);
}

#[test]
fn repeats_copies_blanks_and_surplus_are_told() {
    use WrittenOutcome::{Blank, Copy, Extra, Kept, Repeated};
    let written = |texts: &[&str]| -> Vec<Written> {
        texts.iter().map(|text| Written { text: (*text).into(), ..Written::default() }).collect()
    };
    let mut sorter = Sorter::new("Is it high?");
    let texts = ["a", "is  it\nHIGH?", "A ", "", "b", "c", "b"];
    let sorted = sorter.sort(&written(&texts), 2);
    assert_eq!(sorted, [Kept, Copy, Repeated, Blank, Kept, Extra, Repeated]);
    // Another reply to the same question.
    assert_eq!(sorter.sort(&written(&["b", "c"]), 2), [Repeated, Kept]);
}

#[test]
fn verdicts_are_read() {
    let verdict = read_verdict(r#"Verdict: {"coherence": 7.5, "reason": " clear "} ."#);
    assert_eq!((verdict.coherence, verdict.reason.as_deref()), (Some(7.5), Some("clear")));
    for (text, outcome) in [
        ("", Outcome::Empty),
        ("9", Outcome::Unparsed),
        (r#"{"coherence": 12}"#, Outcome::Unparsed),
        (r#"{"coherence": null, "reason": "x"}"#, Outcome::Unparsed),
        (r#"{"reason": "it is", "coher"#, Outcome::Truncated),
        ("<think>hm", Outcome::Truncated),
    ] {
        assert_eq!(read_verdict(text).outcome, outcome, "{text}");
    }
}

#[test]
fn a_schema_asks_for_what_is_read() {
    let schema = generation_schema(&["concept", "brief"]);
    let members = schema["properties"].as_object().unwrap();
    assert!(members.keys().all(|name| GOOD.contains(&format!("\"{name}\""))), "{schema}");
    assert_eq!(schema["properties"]["method"]["enum"][1], "brief");
    let item = &schema["properties"]["counterfactuals"]["items"];
    assert_eq!(item["required"].as_array().unwrap().len(), 5);
    assert_eq!(coherence_schema()["required"][1], "coherence");
}

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in "(?s).{0,200}") {
        let _ = read_generation(&text);
        let _ = read_verdict(&text);
    }

    #[test]
    fn no_broken_json_makes_a_reader_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", "\"", "\\", ",", ":", "\n", "\u{1}", "é", "1", "true", "```json", "<think>",
            "\"counterfactuals\":[", "{\"text\":\"", "\"method\":", "\"coherence\":", "</think>",
        ]), 0..60),
    ) {
        let text = parts.concat();
        let reply = read_generation(&text);
        prop_assert!(reply.form != Form::Empty || reply.counterfactuals.is_empty());
        let _ = read_verdict(&text);
    }

    #[test]
    fn half_a_reply_never_invents(end in 0..GOOD.len()) {
        let whole = read_generation(GOOD);
        prop_assume!(GOOD.is_char_boundary(end));
        let half = read_generation(&GOOD[..end]);
        prop_assert!(half.counterfactuals.len() <= 2);
        for (one, other) in half.counterfactuals.iter().zip(&whole.counterfactuals) {
            prop_assert_eq!(one, other);
        }
    }
}
