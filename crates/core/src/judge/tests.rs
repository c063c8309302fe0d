//! Verdicts on explanations, well-formed and otherwise.

use super::*;
use crate::{Labels, Outcome};
use proptest::prelude::*;

fn labels() -> Labels {
    Labels::new(["YES", "NO"]).unwrap()
}

#[test]
fn whatever_is_wrong_with_a_testability_is_its_outcome() {
    use Outcome::{Answered, Empty, Hedged, Truncated, Unparsed};
    let cases: [(&str, Outcome, Option<f64>); 31] = [
        (r#"{"reason": "all named", "value": 9}"#, Answered, Some(9.0)),
        (r#"{"reason": "all named", "value": 6.5}"#, Answered, Some(6.5)),
        (r#"{"reason": "all named", "value": 0}"#, Answered, Some(0.0)),
        (r#"{"value": "6.5"}"#, Answered, Some(6.5)),
        (r#"{"value": "8/10"}"#, Answered, Some(8.0)),
        (r#"{"value": "6,5", "reason": "comma"}"#, Answered, Some(6.5)),
        (r#"{"reason": "a bare comma", "value": 6,5}"#, Answered, Some(6.5)),
        (r#"{"value": 7,5, "reason": "a bare comma"}"#, Answered, Some(7.5)),
        ("Here:\n```json\n{\"reason\": \"two\nlines\", \"value\": 3}\n```", Answered, Some(3.0)),
        ("<think>2? no</think>{\"value\": 4}", Answered, Some(4.0)),
        (r#"{"value": 5} or, once more, {"value": 5}"#, Answered, Some(5.0)),
        (r#"{"reason": "\"value\": 3 is too low", "value": 8}"#, Answered, Some(8.0)),
        (r#"{"value": 5} no, {"value": 6}"#, Hedged, None),
        (r#"{"value": 5, "value": 6}"#, Hedged, None),
        (r#"{"value": [5, 6]}"#, Hedged, None),
        (r#"{"value": "5-6"}"#, Hedged, None),
        (r#"{"value": "3, 8"}"#, Hedged, None),
        (r#"{"value": "between 3 and 8"}"#, Hedged, None),
        (r#"{"value": 11}"#, Unparsed, None),
        (r#"{"value": -1}"#, Unparsed, None),
        (r#"{"value": 10.01}"#, Unparsed, None),
        (r#"{"value": "high"}"#, Unparsed, None),
        (r#"{"value": "NaN"}"#, Unparsed, None),
        (r#"{"value": null}"#, Unparsed, None),
        (r#"{"reason": "no value"}"#, Unparsed, None),
        ("I would say 7.", Unparsed, None),
        (r#"{"reason": "it ends too so"#, Truncated, None),
        (r#"{"reason": "it ends too soon", "value": 7, "mo"#, Truncated, None),
        (r#"{"reason": "it ends too soon", "value": 7"#, Truncated, None),
        ("<think>for ever", Truncated, None),
        ("<think>done</think>\n ", Empty, None),
    ];
    for (text, outcome, value) in cases {
        let read = read_testability(text);
        assert_eq!((read.outcome, read.value), (outcome, value), "{text}");
    }
    let read = read_testability("<think>hm</think>{\"reason\": \" why \", \"value\": 1}");
    assert_eq!((read.reason.as_deref(), read.reasoning.as_deref()), (Some("why"), Some("hm")));
}

#[test]
fn every_feature_has_its_outcome() {
    use Outcome::{Answered, Empty, Hedged, Truncated, Unparsed};
    let entry = |number: u32, mentioned: &str| {
        format!(
            r#"{{"number": {number}, "reason": "r", "mentioned": {mentioned}, "direction": "unclear", "label": ""}}"#
        )
    };
    let one = entry(1, "true");
    let whole = |entries: &[&str]| format!(r#"{{"features": [{}]}}"#, entries.join(", "));
    let two = entry(2, "false");
    let cases: Vec<(String, [Outcome; 2])> = vec![
        (whole(&[&one, &two]), [Answered, Answered]),
        (whole(&[&two, &one]), [Answered, Answered]),
        (format!("```json\n{}\n```", whole(&[&one, &two])), [Answered, Answered]),
        (format!("[{one}, {two}]"), [Answered, Answered]),
        (r#"{"features": [{"mentioned": "yes"}, {"mentioned": "No"}]}"#.into(), [Answered; 2]),
        (whole(&[&one]), [Answered, Unparsed]),
        (one.clone(), [Answered, Unparsed]),
        (whole(&[&one, &entry(3, "true")]), [Answered, Unparsed]),
        (whole(&[&one, &entry(0, "true")]), [Answered, Unparsed]),
        (whole(&[&one, &entry(2, "7")]), [Answered, Unparsed]),
        (whole(&[&one, &entry(2, "\"maybe\"")]), [Answered, Unparsed]),
        (whole(&[&one, &one, &two]), [Answered, Answered]),
        (whole(&[&one, &entry(1, "false"), &two]), [Hedged, Answered]),
        (format!(r#"{{"features": [{one}, {}"#, &two[..20]), [Answered, Truncated]),
        (r#"{"features": [{"number": 1, "#.into(), [Truncated; 2]),
        (r#"{"features": [{"mentioned": true}]}"#.into(), [Unparsed; 2]),
        (r#"{"features": []}"#.into(), [Unparsed; 2]),
        ("It names the first.".into(), [Unparsed; 2]),
        ("<think>never".into(), [Truncated; 2]),
        (" ".into(), [Empty; 2]),
    ];
    for (text, outcomes) in cases {
        let read = read_mentions(&text, 2, &labels());
        let found: Vec<_> = read.features.iter().map(|feature| feature.outcome).collect();
        assert_eq!(found, outcomes, "{text}");
    }
}

#[test]
fn directions_are_words_labels_or_left_out() {
    use Direction::{Lowers, None as Nowhere, Toward, Unclear};
    let read = |mentioned: bool, direction: &str, label: &str| {
        let entry = serde_json::json!({"number": 1, "mentioned": mentioned, "direction": direction, "label": label});
        let text = serde_json::json!({ "features": [entry] }).to_string();
        let feature = read_mentions(&text, 1, &labels()).features.remove(0);
        assert_eq!((feature.outcome, feature.mentioned), (Outcome::Answered, Some(mentioned)));
        (feature.direction, feature.label)
    };
    let yes = Some("YES".to_owned());
    assert_eq!(read(true, "toward", "yes"), (Some(Toward), yes.clone()));
    assert_eq!(read(true, "YES", ""), (Some(Toward), yes));
    assert_eq!(read(true, " Lowers ", "YES"), (Some(Lowers), None));
    assert_eq!(read(true, "unclear", ""), (Some(Unclear), None));
    assert_eq!(read(true, "toward", "PERHAPS"), (None, None));
    assert_eq!(read(true, "sideways", "YES"), (None, None));
    assert_eq!(read(true, "none", ""), (None, None), "it contradicts itself");
    assert_eq!(read(false, "toward", "YES"), (Some(Nowhere), None));
}

const PIECES: &str = "(\\PC|\n|\\{|\\}|\\[|\\]|\"value\"|\"reason\"|\"features\"|\"number\"|\"mentioned\"|\
    \"direction\"|\"label\"|: |, |true|false|\"toward\"|\"YES\"|1|6,5|10|\"|\\\\|</think>|<think>){0,60}";

proptest! {
    #[test]
    fn no_text_makes_a_reader_panic_and_only_verdicts_have_values(text in PIECES, count in 0_usize..4) {
        let read = read_testability(&text);
        prop_assert_eq!(read.outcome == Outcome::Answered, read.value.is_some());
        prop_assert!(read.value.is_none_or(|value| (0.0..=HIGHEST_TESTABILITY).contains(&value)));
        let read = read_mentions(&text, count, &labels());
        prop_assert_eq!(read.features.len(), count);
        for feature in read.features {
            prop_assert_eq!(feature.outcome == Outcome::Answered, feature.mentioned.is_some());
            prop_assert_eq!(feature.label.is_some(), feature.direction == Some(Direction::Toward));
            let silent = feature.mentioned == Some(false);
            prop_assert_eq!(feature.direction == Some(Direction::None), silent);
        }
    }

    #[test]
    fn a_value_is_read_as_it_was_written(tenths in 0_u32..=100, comma: bool, text: bool) {
        let value = f64::from(tenths) / 10.0;
        let mut written = value.to_string();
        if comma {
            written = written.replace('.', ",");
        }
        if text {
            written = format!("\"{written}\"");
        }
        let read = read_testability(&format!(r#"{{"reason": "so, 3", "value": {written}}}"#));
        prop_assert_eq!(read.value, Some(value));
    }
}
