//! `foretell show`.

use crate::Done;
use crate::args::ShowArgs;
use crate::exit::DONE;
use crate::output::{harmless, show};
use foretell_core::Outcome;
use foretell_study::{Case, Guess, find_case};

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
    for guess in &case.references {
        text.push_str(&of_reference(guess));
    }
    text
}

fn of_reference(guess: &Guess) -> String {
    let mut text = format!("\n━━ reference {}\n", guess.reference);
    let answer = |outcome: Outcome, answer: &Option<String>| match answer {
        Some(answer) => answer.clone(),
        None if outcome == Outcome::NotAsked => "not asked".to_owned(),
        None => format!("no answer ({})", outcome.as_str().replace('_', " ")),
    };
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
    match &guess.counterfactual {
        None => text.push_str("counterfactual: not asked yet\n"),
        Some(row) => {
            text.push_str(&format!("counterfactual: {}\n", answer(row.outcome, &row.answer)));
        }
    }
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
        text.push_str(&format!("  {} {}: {guessed} ({remark})\n", row.predictor, row.arm));
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
        "stopped" => "the run was stopped before",
        "budget" => "the budget was used up",
        other => other,
    }
}

fn indented(text: &str) -> String {
    text.trim().lines().map(|line| format!("  {line}\n")).collect::<String>().trim_end().to_owned()
}
