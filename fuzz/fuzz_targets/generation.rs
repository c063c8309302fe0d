//! No reply makes the readers of counterfactuals and verdicts panic, and what they read is in range.
#![no_main]

use foretell_core::generate::{Form, HIGHEST_COHERENCE, read_generation, read_verdict};
use foretell_core::judge::{read_mentions, read_testability};
use foretell_core::{Labels, Outcome};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let in_range = |value: f64| (0.0..=HIGHEST_COHERENCE).contains(&value);
    let generation = read_generation(text);
    if matches!(generation.form, Form::Empty | Form::Unreadable) {
        assert!(generation.counterfactuals.is_empty());
    }
    for written in generation.counterfactuals {
        assert_eq!(written.text, written.text.trim());
        assert!(written.coherence.is_none_or(in_range));
    }
    let verdict = read_verdict(text);
    assert_eq!(verdict.outcome == Outcome::Answered, verdict.coherence.is_some());
    assert!(verdict.coherence.is_none_or(in_range));
    let verdict = read_testability(text);
    assert_eq!(verdict.outcome == Outcome::Answered, verdict.value.is_some());
    assert!(verdict.value.is_none_or(in_range));
    let labels = Labels::new(["YES", "NO"]).expect("two labels that differ");
    for feature in read_mentions(text, 3, &labels).features {
        assert_eq!(feature.outcome == Outcome::Answered, feature.mentioned.is_some());
    }
});
