//! `foretell pairs list`.

use super::{grid, source};
use crate::Done;
use crate::args::TextFormat;
use crate::args::pairs::ListArgs;
use crate::exit::{DONE, Failure, INPUT};
use crate::output::{say, show};
use foretell_core::{Pair, Question, QuestionId};
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

const COLUMNS: [&str; 9] = [
    "pair_id",
    "dataset",
    "answer_order",
    "distance",
    "changed",
    "original_ground_truth",
    "counterfactual_ground_truth",
    "generator",
    "method",
];

pub(super) fn run(args: &ListArgs) -> Done {
    let set = source::read(std::slice::from_ref(&args.spec), &args.source, true)?;
    let wanted = |pair: &&Pair| args.datasets.is_empty() || args.datasets.contains(&pair.dataset);
    let found: Vec<&Pair> = set.pairs.iter().filter(wanted).collect();
    let known: BTreeSet<&str> = set.pairs.iter().map(|pair| pair.dataset.as_str()).collect();
    if let Some(name) = args.datasets.iter().find(|name| !known.contains(name.as_str())) {
        let known: Vec<&str> = known.into_iter().collect();
        let help = format!("the datasets are {}", known.join(", "));
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
            ]
        };
        listed.iter().map(row).collect()
    };
    match args.format {
        TextFormat::Table => show(&grid::table(&header, &rows(), false)),
        TextFormat::Csv => show(grid::csv(&header, &rows()).trim_end()),
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
                })
            };
            let list: Vec<_> = listed.iter().map(of).collect();
            show(&serde_json::to_string_pretty(&list).expect("a list is always JSON"));
        }
    }
    let (first, last) = (args.skip + 1, args.skip + listed.len());
    if listed.is_empty() {
        say(&format!("none of {} pairs", found.len()));
    } else if listed.len() < found.len() {
        say(&format!("pairs {first} to {last} of {}; `--skip {last}` goes on", found.len()));
    }
    Ok(DONE)
}
