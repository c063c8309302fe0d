use super::*;
use proptest::prelude::*;

fn labels(written: &[&str]) -> Labels {
    Labels::new(written.iter().copied()).unwrap()
}

fn answer(line: &str, set: &[&str]) -> (Outcome, Option<String>) {
    let reply = parse_reply(&format!("[ANSWER]\n{line}"), &labels(set));
    (reply.outcome, reply.answer)
}

#[track_caller]
fn reads(line: &str, set: &[&str], label: &str) {
    assert_eq!(answer(line, set), (Outcome::Answered, Some(label.into())), "{line}");
}

#[track_caller]
fn fails(line: &str, set: &[&str], outcome: Outcome) {
    assert_eq!(answer(line, set), (outcome, None), "{line}");
}

const YES_NO: &[&str] = &["YES", "NO"];
const AB: &[&str] = &["A", "B"];

#[test]
fn a_whole_reply_is_read_in_either_order() {
    let sections = [
        "[ANSWER]\nYES",
        "[EXPLANATION]\nThe first line.\n[not a tag] goes on.",
        "[MOST_IMPORTANT_FACTORS]\nage (40, 50), cholesterol\n- oldpeak",
        "[OTHER_RELEVANT_INFO]\nsex",
        "[CONFIDENCE]\nMedium (70%)",
    ];
    for order in [[0, 1, 2, 3, 4], [1, 2, 3, 4, 0]] {
        let text = order.map(|section| sections[section]).join("\n\n");
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let reply = parse_reply(&text, &labels(YES_NO));
            assert_eq!(reply.answer.as_deref(), Some("YES"));
            let explanation = reply.explanation.unwrap().replace('\r', "");
            assert_eq!(explanation, "The first line.\n[not a tag] goes on.");
            assert_eq!(reply.factors, ["age (40, 50)", "cholesterol", "oldpeak"]);
            assert_eq!(reply.other_info, ["sex"]);
            assert_eq!(reply.confidence.as_deref(), Some("Medium (70%)"));
            assert_eq!(reply.confidence_level, Some(ConfidenceLevel::Medium));
        }
    }
}

#[test]
fn tags_may_be_spaced_starred_and_in_any_case() {
    for tag in [
        "[answer]",
        "[  Answer   ]",
        "**[ANSWER]**",
        "### [ANSWER]",
        "Sure: [ANSWER]",
        "**[ANSWER]:**",
    ] {
        let reply = parse_reply(&format!("{tag} yes"), &labels(YES_NO));
        assert_eq!(reply.answer.as_deref(), Some("YES"), "{tag}");
    }
    let reply = parse_reply("[    ANSWER]\nYES", &labels(YES_NO));
    assert_eq!(reply.outcome, Outcome::Unparsed, "four spaces are not a tag");
}

#[test]
fn a_mention_of_a_tag_within_a_line_does_not_end_a_section() {
    let text = "[EXPLANATION]\nMy [ANSWER] rests on age.\n[ANSWER]\nNO";
    let reply = parse_reply(text, &labels(YES_NO));
    assert_eq!(reply.explanation.as_deref(), Some("My [ANSWER] rests on age."));
    assert_eq!(reply.answer.as_deref(), Some("NO"));
}

#[test]
fn a_reply_on_one_line_is_read() {
    let reply =
        parse_reply("[ANSWER] NO [EXPLANATION] too young [CONFIDENCE] low", &labels(YES_NO));
    assert_eq!(reply.answer.as_deref(), Some("NO"));
    assert_eq!(reply.confidence_level, Some(ConfidenceLevel::Low));
}

#[test]
fn the_first_of_two_sections_with_one_tag_counts() {
    reads("NO\n[ANSWER]\nYES", YES_NO, "NO");
}

#[test]
fn reasoning_is_taken_off() {
    let reply = parse_reply("<think>\n[ANSWER] YES?\n</think>\n[ANSWER]\nNO", &labels(YES_NO));
    assert_eq!(reply.answer.as_deref(), Some("NO"));
    assert_eq!(reply.reasoning.as_deref(), Some("[ANSWER] YES?"));
    let reply = parse_reply("no opening tag</think>[ANSWER] NO", &labels(YES_NO));
    assert_eq!(reply.reasoning.as_deref(), Some("no opening tag"));
    assert_eq!(parse_reply("<think>on [ANSWER] YES", &labels(YES_NO)).outcome, Outcome::Truncated);
    assert_eq!(parse_reply("<think>so</think> \n", &labels(YES_NO)).outcome, Outcome::Empty);
    assert_eq!(parse_reply("", &labels(YES_NO)).outcome, Outcome::Empty);
}

#[test]
fn labels_are_read_whole() {
    reads("  **Yes!** ", YES_NO, "YES");
    reads("NO, because", YES_NO, "NO");
    reads("no_recurrence", &["RECURRENCE", "NO RECURRENCE"], "NO RECURRENCE");
    reads("NO RECURRENCE", &["NO", "NO RECURRENCE"], "NO RECURRENCE");
    reads("Case_1 (swerve/stay)", &["CASE 1", "CASE 2"], "CASE 1");
    for line in ["NOT ENOUGH INFORMATION", "NONE", "NOPE", "I say YES", "", "42"] {
        fails(line, YES_NO, Outcome::Unparsed);
    }
    fails("Case 10", &["CASE 1", "CASE 2"], Outcome::Unparsed);
}

#[test]
fn a_single_letter_is_not_read_from_a_sentence() {
    fails("A patient like this", AB, Outcome::Unparsed);
    for line in ["A", "A.", "A: because", "A (sure)", "**A**", "A - surely"] {
        reads(line, AB, "A");
    }
}

#[test]
fn several_labels_are_hedged() {
    for line in ["YES/NO", "yes or no", "**YES** / **NO**", "Either YES or NO", "NO or YES (both)"]
    {
        fails(line, YES_NO, Outcome::Hedged);
    }
    fails("A or B", AB, Outcome::Hedged);
    fails("A, B or C", &["A", "B", "C"], Outcome::Hedged);
    fails("YES, or NO", YES_NO, Outcome::Hedged);
    reads("YES, NO would be wrong", YES_NO, "YES");
    reads("YES (income/age)", YES_NO, "YES");
    reads("YES or yes", YES_NO, "YES");
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "(\\PC|\\[|\\]|ANSWER|\\[ANSWER\\]|</think>|<think>|\\*|\n|YES|/| or ){0,60}") {
        let reply = parse_reply(&text, &labels(YES_NO));
        prop_assert_eq!(reply.outcome == Outcome::Answered, reply.answer.is_some());
    }

    #[test]
    fn every_label_is_read_back(first in "[A-Z]{1,8}( [A-Z]{1,8})?", second in "[A-Z]{1,8}") {
        prop_assume!(first != second);
        let set = Labels::new([first.clone(), second]).unwrap();
        let reply = parse_reply(&format!("[ANSWER]\n{}\n[CONFIDENCE]\nHIGH", first.to_lowercase()), &set);
        prop_assert_eq!(reply.answer, Some(first));
    }
}
