//! The reply parser on one core.

use crate::seconds;
use foretell_core::filler::filler;
use foretell_core::{Labels, parse_reply};
use serde_json::json;
use std::hint::black_box;
use std::path::Path;

const REPLIES: usize = 20_000;

/// Parses replies of 250 words, and copies the same replies. Writes them to `out` for other tools.
pub(crate) fn run(out: Option<&Path>) {
    let labels = Labels::new(["YES", "NO"]).expect("two labels");
    let replies: Vec<String> = (0..REPLIES).map(reply).collect();
    if let Some(out) = out {
        let line = |reply: &String| json!({"id": 0, "labels": ["YES", "NO"], "reply": reply});
        let lines: Vec<String> = replies.iter().map(|reply| line(reply).to_string()).collect();
        std::fs::write(out, lines.join("\n")).expect("the file can be written");
    }
    let parse = seconds(|| {
        for reply in &replies {
            black_box(parse_reply(black_box(reply), &labels));
        }
    });
    let copy = seconds(|| {
        for reply in &replies {
            black_box(black_box(reply).clone());
        }
    });
    let words = replies[0].split_whitespace().count();
    let rate = |time: f64| REPLIES as f64 / time;
    println!("parser: {words} words a reply, one core");
    println!("  parse_reply        {:>12.0} replies/s", rate(parse));
    println!("  copy of the text   {:>12.0} replies/s", rate(copy));
    println!("  parse / copy time  {:>12.1}", parse / copy);
}

fn reply(number: usize) -> String {
    let label = if number.is_multiple_of(3) { "YES" } else { "No." };
    let explanation = filler(&"word ".repeat(215));
    let sections = [
        format!("**[ANSWER]**\n{label}"),
        format!("[EXPLANATION]\n{explanation}"),
        "[MOST_IMPORTANT_FACTORS]\nage over 60 (risk), chest pain, slope of the ST segment"
            .to_owned(),
        "[OTHER_RELEVANT_INFO]\ncholesterol, resting blood pressure, sex".to_owned(),
        "[CONFIDENCE]\nMedium (70%)".to_owned(),
    ];
    sections.join("\n\n")
}
