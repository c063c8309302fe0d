//! `foretell pairs show`.

use super::source;
use crate::Done;
use crate::args::ListFormat;
use crate::args::pairs::ShowPairArgs;
use crate::exit::{DONE, Failure, INPUT};
use crate::output::{harmless, show};
use foretell_core::{Pair, Question, bleu, jaccard};
use serde_json::{Value, json};
use similar::{Algorithm, DiffTag, capture_diff_slices};

/// A part of both texts.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Same(&'a [&'a str]),
    Gone(&'a [&'a str]),
    New(&'a [&'a str]),
}

pub(super) fn run(args: &ShowPairArgs) -> Done {
    let set = source::read(std::slice::from_ref(&args.spec), &args.source, true)?;
    let Some(pair) = set.pairs.iter().find(|pair| pair.pair_id.as_str() == args.pair) else {
        let message = format!("there is no pair `{}` in {}", args.pair, args.spec);
        let help = format!("`foretell pairs list {}` names them", args.spec);
        return Err(Failure::said(INPUT, message, help));
    };
    let question = |id| {
        let found = set.questions.iter().find(|question| &question.question_id == id);
        found.expect("readers of pairs check that their questions are there")
    };
    let (original, counterfactual) =
        (question(&pair.original_id), question(&pair.counterfactual_id));
    match args.format {
        ListFormat::Table => show(&harmless(&described(pair, original, counterfactual))),
        ListFormat::Json => {
            let value = as_json(pair, original, counterfactual);
            show(&serde_json::to_string_pretty(&value).expect("a pair is always JSON"));
        }
    }
    Ok(DONE)
}

fn described(pair: &Pair, original: &Question, counterfactual: &Question) -> String {
    let mut text = format!("pair {}\n", pair.pair_id);
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!("{name:<13}{value}\n"));
        }
    };
    let list = |items: &[String]| (!items.is_empty()).then(|| items.join(", "));
    let fraction = |value: Option<f64>| value.map(|value| format!("{value:.3}"));
    line("dataset", Some(pair.dataset.clone()));
    line("answer", Some(pair.answer_order.to_string()));
    line("labels", list(&counterfactual.labels));
    line("distance", pair.distance.map(|distance| distance.to_string()));
    line("changed", list(&pair.changed));
    line("generator", pair.generator.clone());
    line("method", pair.method.clone());
    line("cue label", pair.cue_label.clone());
    line("Jaccard", fraction(jaccard(&original.text, &counterfactual.text)));
    line("BLEU", fraction(bleu(&original.text, &counterfactual.text)));
    for (title, question) in [("original", original), ("counterfactual", counterfactual)] {
        let truth = question.ground_truth.as_ref();
        let truth = truth.map_or(String::new(), |truth| format!(", ground truth {truth}"));
        let (id, asked) = (&question.question_id, indented(&question.text));
        text.push_str(&format!("\n── {title}: {id}{truth}\n{asked}\n"));
    }
    let marked = marked(&original.text, &counterfactual.text);
    text.push_str(&format!("\n── what changed\n{}", indented(&marked)));
    text
}

fn as_json(pair: &Pair, original: &Question, counterfactual: &Question) -> Value {
    let question = |question: &Question| {
        json!({
            "question_id": question.question_id,
            "text_id": question.text_id,
            "text": question.text,
            "labels": question.labels,
            "options": question.options,
            "ground_truth": question.ground_truth,
        })
    };
    let (a, b) = (pieces(&original.text), pieces(&counterfactual.text));
    let part = |part: &Part<'_>| match part {
        Part::Same(words) => json!({"same": words.concat()}),
        Part::Gone(words) => json!({"gone": words.concat()}),
        Part::New(words) => json!({"new": words.concat()}),
    };
    json!({
        "pair_id": pair.pair_id,
        "dataset": pair.dataset,
        "answer_order": pair.answer_order,
        "distance": pair.distance,
        "changed": pair.changed,
        "generator": pair.generator,
        "method": pair.method,
        "cue_label": pair.cue_label,
        "jaccard": jaccard(&original.text, &counterfactual.text),
        "bleu": bleu(&original.text, &counterfactual.text),
        "original": question(original),
        "counterfactual": question(counterfactual),
        "difference": parts(&a, &b).iter().map(part).collect::<Vec<_>>(),
    })
}

/// Both texts in one, with what is gone and what is new marked.
fn marked(original: &str, counterfactual: &str) -> String {
    let (a, b) = (pieces(original), pieces(counterfactual));
    let mut text = String::new();
    for part in parts(&a, &b) {
        match part {
            Part::Same(words) => text.push_str(&words.concat()),
            Part::Gone(words) => text.push_str(&format!("[-{}-]", words.concat())),
            Part::New(words) => text.push_str(&format!("{{+{}+}}", words.concat())),
        }
    }
    text
}

fn parts<'a>(a: &'a [&'a str], b: &'a [&'a str]) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, a, b) {
        let (old, new) = (&a[op.old_range()], &b[op.new_range()]);
        match op.tag() {
            DiffTag::Equal => parts.push(Part::Same(old)),
            DiffTag::Delete => parts.push(Part::Gone(old)),
            DiffTag::Insert => parts.push(Part::New(new)),
            DiffTag::Replace => parts.extend([Part::Gone(old), Part::New(new)]),
        }
    }
    parts
}

/// A text as words, signs and white space, which together are the text.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let kind = |c: char| (c.is_alphanumeric(), c.is_whitespace());
        let alone = kind(first) == (false, false);
        let length = if alone {
            first.len_utf8()
        } else {
            rest.find(|c| kind(c) != kind(first)).unwrap_or(rest.len())
        };
        let (piece, after) = rest.split_at(length);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn indented(text: &str) -> String {
    let lines = text.trim().lines().map(|line| format!("  {line}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_marked_word_by_word() {
        assert_eq!(marked("a man, old.", "a woman, old!"), "a [-man-]{+woman+}, old[-.-]{+!+}");
        assert_eq!(marked("same", "same"), "same");
        assert_eq!(pieces("a  b-c").concat(), "a  b-c");
    }
}
