//! `foretell show`.

use crate::Done;
use crate::args::ShowArgs;
use crate::exit::DONE;
use crate::output::{harmless, show};
use foretell_core::Outcome;
use foretell_study::{Case, Guess, find_case};
use foretell_tables::{AnswerRow, RationaleRow, ScoreRow};

pub(crate) fn run(args: &ShowArgs) -> Done {
    let case = find_case(&args.run, &args.pair)?;
    show(&harmless(&describe(&case)));
    Ok(DONE)
}

fn describe(case: &Case) -> String {
    let mut text = format!("pair {}\n", case.pair.pair_id);
    if let Some(distance) = case.pair.distance {
        text.push_str(&format!("distance {distance}\n"));
    }
    if !case.pair.changed.is_empty() {
        text.push_str(&format!("changed: {}\n", case.pair.changed.join(", ")));
    }
    for (title, question) in
        [("original", &case.original), ("counterfactual", &case.counterfactual)]
    {
        let truth = question.ground_truth.as_deref();
        let truth = truth.map_or(String::new(), |truth| format!(", ground truth {truth}"));
        text.push_str(&format!(
            "\n── {title}: {}{truth}\n{}\n",
            question.question_id,
            indented(&question.text)
        ));
    }
    for score in case.scores.iter().filter(|score| score.reference.is_none()) {
        text.push_str(&verdict(score));
    }
    for guess in &case.references {
        text.push_str(&of_reference(guess));
        let own = |score: &&ScoreRow| score.reference.as_deref() == Some(&guess.reference);
        case.scores.iter().filter(own).for_each(|score| text.push_str(&verdict(score)));
    }
    text
}

/// What a judge says: `  sim:judge testability: 6.5 (what decided it)`.
fn verdict(score: &ScoreRow) -> String {
    let feature =
        score.feature.as_ref().map_or(String::new(), |feature| format!(" of `{feature}`"));
    let value = match (score.value, score.outcome) {
        (None, Outcome::NotAsked) => "not asked".to_owned(),
        (None, outcome) => format!("no verdict ({})", outcome.as_str().replace('_', " ")),
        (Some(value), _) if score.feature.is_none() => format!("{value}"),
        (Some(0.0), _) => "not named".to_owned(),
        (Some(_), _) => match (score.direction.as_deref(), &score.label) {
            (Some("toward"), Some(label)) => format!("named, toward {label}"),
            (Some(direction), _) => format!("named, {direction}"),
            (None, _) => "named".to_owned(),
        },
    };
    let reason = match (&score.reason, score.outcome) {
        (None, _) => String::new(),
        (Some(reason), Outcome::NotAsked) => format!(" ({})", why_not_asked(reason)),
        (Some(reason), _) => format!(" ({reason})"),
    };
    format!("  {} {}{feature}: {value}{reason}\n", score.judge, score.kind)
}

fn of_reference(guess: &Guess) -> String {
    let mut text = format!("\n━━ reference {}\n", guess.reference);
    match &guess.original {
        None => text.push_str("original: not asked yet\n"),
        Some(row) => {
            text.push_str(&format!("original: {}", answer(row.outcome, &row.answer)));
            if let Some(confidence) = &row.confidence {
                text.push_str(&format!(" (confidence {confidence})"));
            }
            text.push('\n');
            if let Some(explanation) = &row.explanation {
                text.push_str(&format!("explanation:\n{}\n", indented(explanation)));
            }
            for (title, list) in [("factors", &row.factors), ("other", &row.other_info)] {
                if !list.is_empty() {
                    text.push_str(&format!("{title}: {}\n", list.join(", ")));
                }
            }
        }
    }
    text.push_str(&repeats("original", &guess.original_repeats));
    for row in &guess.rationales {
        text.push_str(&rationale(row));
    }
    match &guess.counterfactual {
        None => text.push_str("counterfactual: not asked yet\n"),
        Some(row) => {
            text.push_str(&format!("counterfactual: {}\n", answer(row.outcome, &row.answer)));
        }
    }
    text.push_str(&repeats("counterfactual", &guess.counterfactual_repeats));
    for row in &guess.predictions {
        let verdict = match row.hit {
            Some(true) => "right",
            Some(false) => "wrong",
            None => "not scored",
        };
        let guessed = answer(row.outcome, &row.answer);
        let remark = match (row.outcome, row.reason.as_deref()) {
            (Outcome::NotAsked, reason) => why_not_asked(reason.unwrap_or_default()).to_owned(),
            (_, None) => verdict.to_owned(),
            (_, Some(reason)) => format!("{verdict}: {reason}"),
        };
        let mut of = String::new();
        if row.answer_repeat > 0 {
            of.push_str(&format!(", answer repeat {}", row.answer_repeat));
        }
        if row.repeat > 0 {
            of.push_str(&format!(", repeat {}", row.repeat));
        }
        text.push_str(&format!("  {} {}{of}: {guessed} ({remark})\n", row.predictor, row.arm));
    }
    text
}

fn answer(outcome: Outcome, answer: &Option<String>) -> String {
    match answer {
        Some(answer) => answer.clone(),
        None if outcome == Outcome::NotAsked => "not asked".to_owned(),
        None => format!("no answer ({})", outcome.as_str().replace('_', " ")),
    }
}

/// What was answered in the repeats after the first.
fn repeats(question: &str, rows: &[AnswerRow]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let answers: Vec<String> = rows.iter().map(|row| answer(row.outcome, &row.answer)).collect();
    format!("{question}, repeats 1 to {}: {}\n", rows.len(), answers.join(", "))
}

/// What another model says for the answer.
fn rationale(row: &RationaleRow) -> String {
    let of = match row.answer_repeat {
        0 => String::new(),
        repeat => format!(", answer repeat {repeat}"),
    };
    let mut text = format!("rationale of {}{of}: ", row.explainer);
    match (&row.explanation, row.outcome, row.reason.as_deref()) {
        (Some(explanation), Outcome::Answered, _) => {
            let answer = row.answer.as_deref().unwrap_or_default();
            text.push_str(&format!("for {answer}\n{}\n", indented(explanation)));
        }
        (_, Outcome::NotAsked, Some(reason)) => {
            text.push_str(&format!("not asked ({})\n", why_not_asked(reason)));
        }
        (_, outcome, _) => text.push_str(&format!("{}\n", answer(outcome, &None))),
    }
    text
}

/// The reason for which a guess was not asked, as its row names it, in words.
pub(super) fn why_not_asked(reason: &str) -> &str {
    match reason {
        "original_unanswered" => "the reference did not answer the original question",
        "no_explanation" => "the reply of the reference holds no explanation",
        "no_reasoning" => "the reply of the reference comes without a reasoning trace",
        "no_donor" => "no explanation of another question fits as a placebo",
        "no_rationale" => "the rationale model brought no explanation of the answer given",
        "stopped" => "the run was stopped before",
        "budget" => "the budget was used up",
        other => other,
    }
}

fn indented(text: &str) -> String {
    text.trim().lines().map(|line| format!("  {line}\n")).collect::<String>().trim_end().to_owned()
}
