//! `foretell cost`.

use super::analyze::runs::latest;
use crate::Done;
use crate::args::TextFormat;
use crate::args::money::{CostArgs, CostBy};
use crate::exit::DONE;
use crate::grid::{csv, dollars, objects, table};
use crate::output::{say, show};
use foretell_core::count;
use foretell_study::{Cost, CostKey, CostRow, Costs, costs};
use serde_json::{Value, json};

const FIGURES: [&str; 12] = [
    "requests",
    "attempts",
    "failed_paid",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "reasoning_tokens",
    "reported_usd",
    "computed_usd",
    "possible_usd",
    "unknown_price",
    "usd",
];

pub(crate) fn run(args: &CostArgs) -> Done {
    let run = match &args.run {
        Some(run) => run.clone(),
        None => latest()?,
    };
    let by: Vec<CostKey> = args.by.iter().map(|by| CostKey::from(*by)).collect();
    let costs = costs(&run, &by, args.registry.registry.as_deref())?;
    let keys: Vec<&str> =
        [(CostKey::Model, "model"), (CostKey::Stage, "stage"), (CostKey::Arm, "arm")]
            .into_iter()
            .filter(|(key, _)| by.contains(key))
            .map(|(_, name)| name)
            .collect();
    let columns: Vec<&str> = keys.iter().copied().chain(FIGURES).collect();
    let values: Vec<Vec<Value>> = costs
        .rows
        .iter()
        .map(|row| {
            let key = keys.iter().map(|key| json!(key_of(row, key)));
            key.chain(figures(&row.cost)).collect()
        })
        .collect();
    match args.format {
        TextFormat::Table => tell(&costs, &keys),
        TextFormat::Csv => show(csv(&columns, &values).trim_end()),
        TextFormat::Json => {
            let total: Vec<Value> = figures(&costs.total).collect();
            let mut total = objects(&FIGURES, &[total]);
            let all = json!({"rows": objects(&columns, &values), "total": total[0].take()});
            show(&serde_json::to_string_pretty(&all).expect("costs are always JSON"));
        }
    }
    Ok(DONE)
}

impl From<CostBy> for CostKey {
    fn from(by: CostBy) -> Self {
        match by {
            CostBy::Model => Self::Model,
            CostBy::Stage => Self::Stage,
            CostBy::Arm => Self::Arm,
        }
    }
}

fn key_of<'a>(row: &'a CostRow, key: &str) -> Option<&'a str> {
    match key {
        "model" => row.model.as_deref(),
        "stage" => row.stage.as_deref(),
        _ => row.arm.as_deref(),
    }
}

fn figures(cost: &Cost) -> impl Iterator<Item = Value> {
    let reasoning = (cost.reasoning_counted > 0).then_some(cost.reasoning_tokens);
    // What nobody knows is no zero.
    let usd = (cost.spent.unknown == 0).then(|| cost.spent.usd());
    [
        json!(cost.requests),
        json!(cost.attempts),
        json!(cost.failed_paid),
        json!(cost.input_tokens),
        json!(cost.cached_tokens),
        json!(cost.output_tokens),
        json!(reasoning),
        json!(cost.spent.reported),
        json!(cost.spent.computed),
        json!(cost.spent.possible),
        json!(cost.spent.unknown),
        json!(usd),
    ]
    .into_iter()
}

fn tell(costs: &Costs, keys: &[&str]) {
    let heads = ["requests", "attempts", "failed, paid", "input", "cached", "output", "reasoning"];
    let columns: Vec<&str> = keys.iter().copied().chain(heads).chain(["USD", "from"]).collect();
    let mut rows: Vec<Vec<String>> = costs
        .rows
        .iter()
        .map(|row| {
            let key = keys.iter().map(|key| key_of(row, key).unwrap_or_default().to_owned());
            key.chain(cells(&row.cost)).collect()
        })
        .collect();
    let all = keys.iter().enumerate().map(|(at, _)| if at == 0 { "all" } else { "" }.to_owned());
    rows.push(all.chain(cells(&costs.total)).collect());
    show(&table(&columns, keys.len(), &rows));
    let spent = &costs.total.spent;
    if spent.computed > 0.0 {
        say(
            "computed: from the tokens that replies report, and prices of the specification or the registry",
        );
    }
    if costs.batched > 0 {
        let batched = count(costs.batched);
        say(&format!("half the price for {batched} of them, which a batch brought"));
    }
    if spent.possible > 0.0 {
        say("possible: no reply came, or none with its tokens; the most that it can have cost");
    }
    if spent.unknown > 0 {
        say(&format!(
            "unknown: {} attempts of models whose price nobody says; `--registry FILE` can",
            count(spent.unknown)
        ));
    }
}

fn cells(cost: &Cost) -> Vec<String> {
    let tokens = |tokens: i64| count(tokens.max(0).unsigned_abs());
    let spent = &cost.spent;
    let sources = [
        (spent.reported > 0.0, "reported"),
        (spent.computed > 0.0, "computed"),
        (spent.possible > 0.0, "possible"),
        (spent.unknown > 0, "unknown"),
    ];
    let from: Vec<&str> =
        sources.into_iter().filter(|(has, _)| *has).map(|(_, name)| name).collect();
    let reasoning = match cost.reasoning_counted {
        0 => "not counted".to_owned(),
        _ => tokens(cost.reasoning_tokens),
    };
    let usd = match (spent.usd() > 0.0, spent.unknown) {
        (_, 0) => dollars(spent.usd()),
        (true, _) => format!("{} + unknown", dollars(spent.usd())),
        (false, _) => "unknown".to_owned(),
    };
    vec![
        count(cost.requests),
        count(cost.attempts),
        count(cost.failed_paid),
        tokens(cost.input_tokens),
        tokens(cost.cached_tokens),
        tokens(cost.output_tokens),
        reasoning,
        usd,
        from.join(", "),
    ]
}
