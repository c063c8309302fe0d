//! No reply makes the parser panic, and what it answers is one of the labels.
#![no_main]

use foretell_core::{Labels, Outcome, parse_reply};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for labels in [["YES", "NO"], ["A", "B"], ["RECURRENCE", "NO RECURRENCE"]] {
        let labels = Labels::new(labels).expect("two labels");
        let reply = parse_reply(text, &labels);
        assert_eq!(reply.outcome == Outcome::Answered, reply.answer.is_some());
        if let Some(answer) = reply.answer {
            assert!(labels.iter().any(|label| label == answer));
        }
    }
});
