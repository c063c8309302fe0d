//! `foretell pairs list`.

use super::source;
use crate::Done;
use crate::args::TextFormat;
use crate::args::pairs::ListArgs;
use crate::exit::{DONE, Failure, INPUT};
use crate::grid;
use crate::output::{say, show};
use foretell_core::{Pair, Question, QuestionId, count, counted, did_you_mean};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

const COLUMNS: [&str; 10] = [
    "pair_id",
    "dataset",
    "answer_order",
    "distance",
    "changed",
    "original_ground_truth",
    "counterfactual_ground_truth",
    "generator",
    "method",
    "cue_label",
];

pub(super) fn run(args: &ListArgs) -> Done {
    let set = source::read(std::slice::from_ref(&args.spec), &args.source, true)?;
    let wanted = |pair: &&Pair| args.datasets.is_empty() || args.datasets.contains(&pair.dataset);
    let found: Vec<&Pair> = set.pairs.iter().filter(wanted).collect();
    let known: BTreeSet<&str> = set.pairs.iter().map(|pair| pair.dataset.as_str()).collect();
    if let Some(name) = args.datasets.iter().find(|name| !known.contains(name.as_str())) {
        let known: Vec<&str> = known.into_iter().collect();
        let near = did_you_mean(name, known.iter().copied());
        let help = format!("the datasets are {}{near}", known.join(", "));
        return Err(Failure::said(INPUT, format!("there is no dataset `{name}`"), help));
    }
    let limit = if args.limit == 0 { usize::MAX } else { args.limit };
    let listed: Vec<&Pair> = found.iter().skip(args.skip).take(limit).copied().collect();
    let questions: HashMap<&QuestionId, &Question> =
        set.questions.iter().map(|question| (&question.question_id, question)).collect();
    let truth = |id: &QuestionId| questions[id].ground_truth.clone();
    let header = COLUMNS.map(str::to_owned);
    let rows = || -> Vec<Vec<String>> {
        let row = |pair: &&Pair| {
            vec![
                pair.pair_id.to_string(),
                pair.dataset.clone(),
                pair.answer_order.to_string(),
                pair.distance.map(|distance| distance.to_string()).unwrap_or_default(),
                pair.changed.join("; "),
                truth(&pair.original_id).unwrap_or_default(),
                truth(&pair.counterfactual_id).unwrap_or_default(),
                pair.generator.clone().unwrap_or_default(),
                pair.method.clone().unwrap_or_default(),
                pair.cue_label.clone().unwrap_or_default(),
            ]
        };
        listed.iter().map(row).collect()
    };
    match args.format {
        TextFormat::Table => {
            // A column for cues only where there are some: a terminal is narrow.
            let cued = listed.iter().any(|pair| pair.cue_label.is_some());
            let width = if cued { COLUMNS.len() } else { COLUMNS.len() - 1 };
            let rows: Vec<Vec<String>> =
                rows().into_iter().map(|row| row[..width].to_vec()).collect();
            show(&grid::table(&header[..width], width, &rows));
        }
        TextFormat::Csv => {
            let cells = rows().into_iter().map(|row| row.into_iter().map(Value::from).collect());
            show(grid::csv(&header, &cells.collect::<Vec<_>>()).trim_end());
        }
        TextFormat::Json => {
            let of = |pair: &&Pair| {
                json!({
                    "pair_id": pair.pair_id,
                    "dataset": pair.dataset,
                    "answer_order": pair.answer_order,
                    "distance": pair.distance,
                    "changed": pair.changed,
                    "original_ground_truth": truth(&pair.original_id),
                    "counterfactual_ground_truth": truth(&pair.counterfactual_id),
                    "generator": pair.generator,
                    "method": pair.method,
                    "cue_label": pair.cue_label,
                })
            };
            let list: Vec<_> = listed.iter().map(of).collect();
            show(&serde_json::to_string_pretty(&list).expect("a list is always JSON"));
        }
    }
    say_which(args.skip, listed.len(), found.len());
    Ok(DONE)
}

/// Which part of the pairs was listed, and what lists the next.
fn say_which(skip: usize, listed: usize, found: usize) {
    if listed == 0 {
        say(&format!("none of {}", counted(found as u64, "pair")));
    } else if listed < found {
        let [first, of, all] = [skip + 1, skip + listed, found].map(|number| count(number as u64));
        let last = skip + listed;
        let more = if last < found { format!("; `--skip {last}` goes on") } else { String::new() };
        say(&format!("pairs {first} to {of} of {all}{more}"));
    }
}
