//! Writes a run of many guesses and measures how long they take to read, and all analyses over them.
//!
//! ```text
//! cargo run --release -p foretell-analysis --example many_guesses -- DIR [PAIRS]
//! ```
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement, not a program")]

use foretell_analysis::{ANALYSES, Guesses, Prepared, Request, run_all};
use foretell_core::{AnswerOrder, Outcome, PairId, QuestionId, TextId};
use foretell_tables::{PredictionRow, write};
use std::path::{Path, PathBuf};
use std::time::Instant;

const REFERENCES: usize = 18;
const PREDICTORS: usize = 5;
const LABELS: [&str; 2] = ["YES", "NO"];

/// A draw in `0..below` that depends on all of `parts` alone.
fn draw(parts: [usize; 4], below: usize) -> usize {
    let mix = |hash: u64, part: usize| {
        let mixed = (hash ^ part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    };
    (parts.into_iter().fold(0x0100_0000_01b3, mix) % below as u64) as usize
}

fn row(pair: usize, reference: usize, predictor: usize, arm: &str) -> PredictionRow {
    let question = |at: usize| QuestionId::new("income", at);
    let (original, counterfactual) = (question(pair / 3), question(pair + 1));
    let target = LABELS[draw([pair, reference, 0, 1], 2)];
    let luck = draw([pair, reference, predictor, arm.len()], 100);
    let hit = luck < if arm == "with" { 75 } else { 60 };
    let missing = draw([pair, reference, predictor, 7 + arm.len()], 100) == 0;
    let other = LABELS[usize::from(target == LABELS[0])];
    let answer = (!missing).then(|| if hit { target } else { other }.to_owned());
    PredictionRow {
        pair_id: PairId::new(&original, &counterfactual, AnswerOrder::First),
        dataset: "income".into(),
        original_text_id: TextId::of("income", original.as_str()),
        counterfactual_text_id: TextId::of("income", counterfactual.as_str()),
        answer_order: AnswerOrder::First,
        distance: Some(1 + (pair % 2) as i64),
        changed: vec![["age", "sex", "hours"][pair % 3].into()],
        method: None,
        cue_label: None,
        reference: format!("reference-{reference}"),
        explainer: format!("reference-{reference}"),
        arm: arm.into(),
        predictor: format!("predictor-{predictor}"),
        repeat: 0,
        answer_repeat: 0,
        shown_reply: Some(format!("{pair:016x}")),
        donor_id: None,
        outcome: if missing { Outcome::Hedged } else { Outcome::Answered },
        reason: None,
        hit: answer.is_some().then_some(hit),
        answer,
        original_answer: Some(LABELS[draw([pair / 3, reference, 0, 2], 2)].into()),
        target: Some(target.into()),
        target_outcome: Outcome::Answered,
        target_reply: Some(format!("{pair:016x}")),
        switched: Some(target != LABELS[draw([pair / 3, reference, 0, 2], 2)]),
        confidence: Some("HIGH".into()),
        confidence_level: Some(foretell_core::ConfidenceLevel::High),
        input_tokens: Some(900),
        cached_tokens: Some(0),
        output_tokens: Some(100 + luck as i64),
        reasoning_tokens: Some(0),
        cost_usd: Some(0.001),
        reply_key: Some(format!("{pair:032x}")),
    }
}

fn write_run(run: &Path, pairs: usize) {
    for reference in 0..REFERENCES {
        for predictor in 0..PREDICTORS {
            for arm in ["with", "without"] {
                let path = run.join(format!(
                    "predictions/reference-{reference}/predictor-{predictor}/{arm}.parquet"
                ));
                write(&path, (0..pairs).map(|pair| row(pair, reference, predictor, arm))).unwrap();
            }
        }
    }
}

/// Processor seconds of this process, and the most memory that it held, MiB.
fn used() -> (f64, u64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 =
        after_name.split_whitespace().skip(11).take(2).flat_map(str::parse::<f64>).sum();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    // A hundred ticks a second, on every Linux of today.
    (ticks / 100.0, kib.unwrap_or(0) / 1024)
}

fn main() {
    let mut args = std::env::args().skip(1);
    let run = PathBuf::from(args.next().expect("a folder to write the run into"));
    let pairs = args.next().map_or(7_000, |pairs| pairs.parse().unwrap());
    if !run.exists() {
        write_run(&run, pairs);
        println!("written; run it again to measure");
        return;
    }
    let before = used();
    let start = Instant::now();
    let guesses = Guesses::load(&[&run]).unwrap();
    let (wall, after) = (start.elapsed().as_secs_f64(), used());
    let count = guesses.guesses.len();
    println!("{count} guesses: {:.2} s CPU, {wall:.2} s, peak {} MiB", after.0 - before.0, after.1);
    drop(guesses);
    let request = Request::default();
    let prepared = Prepared::read(&[&run], &request).unwrap();
    let (before, start) = (used(), Instant::now());
    let all: Vec<_> = ANALYSES.iter().collect();
    for done in run_all(&all, &prepared, &request) {
        println!(
            "{:10} {:.3} s, {} sheets",
            done.name,
            done.took.as_secs_f64(),
            done.sheets.unwrap().len()
        );
    }
    let (wall, after) = (start.elapsed().as_secs_f64(), used());
    println!("analyses: {:.2} s CPU, {wall:.2} s, peak {} MiB", after.0 - before.0, after.1);
}
