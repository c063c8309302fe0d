//! A plan, as it is printed: before consent, and by `foretell run --plan`.

use crate::args::TextFormat;
use crate::grid::{csv, dollars, objects, table};
use foretell_core::count;
use foretell_llm::Rate;
use foretell_study::{Estimate, EstimatedFrom, Plan, Planned, Range};
use serde_json::{Value, json};

const COLUMNS: [&str; 19] = [
    "model",
    "stage",
    "arm",
    "requests",
    "at_most",
    "input_tokens_low",
    "input_tokens_high",
    "input_measured",
    "output_tokens_low",
    "output_tokens_high",
    "output_measured",
    "price",
    "usd_low",
    "usd_high",
    "batch_usd_low",
    "batch_usd_high",
    "seconds_low",
    "seconds_high",
    "may_cost",
];

/// A plan in a format.
pub(crate) fn text(plan: &Plan, format: TextFormat) -> String {
    let values: Vec<Vec<Value>> = plan.rows.iter().map(values).collect();
    match format {
        TextFormat::Table => for_people(&plan.rows.iter().collect::<Vec<_>>(), plan, true),
        TextFormat::Csv => csv(&COLUMNS, &values).trim_end().to_owned(),
        TextFormat::Json => {
            let (money, seconds) = (plan.money(), plan.seconds());
            let plan = json!({
                "rows": objects(&COLUMNS, &values),
                "usd_low": money.usd.low,
                "usd_high": money.usd.high,
                "batch_usd_low": money.batch_usd.low,
                "batch_usd_high": money.batch_usd.high,
                "unknown_price": money.unknown,
                "seconds_low": seconds.low,
                "seconds_high": seconds.high,
            });
            serde_json::to_string_pretty(&plan).expect("a plan is always JSON")
        }
    }
}

fn values(row: &Planned) -> Vec<Value> {
    let estimate = row.estimate.as_ref();
    let tokens = |range: Range| [json!(range.low.round() as u64), json!(range.high.round() as u64)];
    let none = || [Value::Null, Value::Null];
    let measured = |from: EstimatedFrom| match from {
        EstimatedFrom::Measured(replies) => json!(replies),
        EstimatedFrom::Default => json!(0),
    };
    let pair = |range: Option<Range>| {
        range.map_or_else(none, |range| [json!(range.low), json!(range.high)])
    };
    let [input_low, input_high] =
        estimate.map_or_else(none, |estimate| tokens(estimate.input_tokens));
    let [output_low, output_high] =
        estimate.map_or_else(none, |estimate| tokens(estimate.output_tokens));
    let [low, high] = pair(estimate.and_then(|estimate| estimate.usd));
    let [batch_low, batch_high] = pair(estimate.and_then(|estimate| estimate.batch_usd));
    let [seconds_low, seconds_high] = pair(estimate.map(|estimate| estimate.seconds));
    vec![
        json!(row.model),
        json!(row.stage),
        json!(row.arm),
        json!(row.requests),
        json!(row.at_most),
        input_low,
        input_high,
        estimate.map_or(Value::Null, |estimate| measured(estimate.input_from)),
        output_low,
        output_high,
        estimate.map_or(Value::Null, |estimate| measured(estimate.output_from)),
        json!(estimate.map_or("simulated".to_owned(), price)),
        low,
        high,
        batch_low,
        batch_high,
        seconds_low,
        seconds_high,
        json!(row.may_cost),
    ]
}

fn price(estimate: &Estimate) -> String {
    match &estimate.rate {
        Rate::Free => "none by the token".to_owned(),
        Rate::Given(_) => "given".to_owned(),
        Rate::Listed(price) => format!("registry, {}", price.on),
        Rate::Unknown => "unknown".to_owned(),
    }
}

/// The rows that may cost money, and what is estimated about them; with what that is from, where
/// somebody has to decide.
pub(crate) fn of_paid(plan: &Plan, with_notes: bool) -> String {
    for_people(&plan.paid().collect::<Vec<_>>(), plan, with_notes)
}

fn for_people(rows: &[&Planned], plan: &Plan, with_notes: bool) -> String {
    let columns =
        ["model", "stage", "arm", "requests", "input tokens", "output tokens", "USD", "time"];
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
    let mut text = table(&columns, 3, &cells);
    text.push_str("\n\n");
    text.push_str(&total(plan));
    for note in notes(rows).into_iter().filter(|_| with_notes) {
        text.push('\n');
        text.push_str(&note);
    }
    text
}

fn cells(row: &Planned) -> Vec<String> {
    let most = if row.at_most && row.requests > 0 { "at most " } else { "" };
    let mut cells = vec![
        row.model.clone(),
        row.stage.to_owned(),
        row.arm.clone().unwrap_or_default(),
        format!("{most}{}", count(row.requests)),
    ];
    match &row.estimate {
        Some(estimate) if row.requests > 0 => {
            let usd = match (&estimate.rate, estimate.usd) {
                (Rate::Free, _) => "none".to_owned(),
                (_, Some(usd)) => between(usd, dollars),
                (_, None) => "unknown".to_owned(),
            };
            cells.extend([
                between(estimate.input_tokens, tokens),
                between(estimate.output_tokens, tokens),
                usd,
                between(estimate.seconds, time),
            ]);
        }
        _ => cells.extend(["", "", if row.may_cost { "" } else { "free" }, ""].map(str::to_owned)),
    }
    cells
}

fn between(range: Range, text: impl Fn(f64) -> String) -> String {
    let (low, high) = (text(range.low), text(range.high));
    if low == high { low } else { format!("{low} to {high}") }
}

fn tokens(tokens: f64) -> String {
    match tokens {
        _ if tokens >= 1e9 => format!("{:.2} G", tokens / 1e9),
        _ if tokens >= 1e6 => format!("{:.1} M", tokens / 1e6),
        _ if tokens >= 1e3 => format!("{:.1} k", tokens / 1e3),
        _ => format!("{tokens:.0}"),
    }
}

fn time(seconds: f64) -> String {
    match seconds {
        _ if seconds >= 172_800.0 => format!("{:.1} d", seconds / 86_400.0),
        _ if seconds >= 5_400.0 => format!("{:.1} h", seconds / 3_600.0),
        _ if seconds >= 90.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{seconds:.0} s"),
    }
}

fn total(plan: &Plan) -> String {
    let money = plan.money();
    let requests = count(plan.rows.iter().map(|row| row.requests).sum());
    let most = if plan.rows.iter().any(|row| row.at_most) { "at most " } else { "" };
    let mut text = format!("in all {most}{requests} requests");
    if plan.paid().next().is_none() {
        text.push_str(", none of which costs money");
        return text;
    }
    text.push_str(&format!(", {}", between(money.usd, dollars)));
    if money.batch_usd != money.usd {
        text.push_str(&format!(" (by batch {})", between(money.batch_usd, dollars)));
    }
    if !money.unknown.is_empty() {
        let unknown = money.unknown.join(", ");
        text.push_str(&format!(" and what {unknown} takes, whose price is not known"));
    }
    text.push_str(&format!(", {} at these limits", between(plan.seconds(), time)));
    text
}

/// What the figures are from.
fn notes(rows: &[&Planned]) -> Vec<String> {
    let estimates: Vec<(&Planned, &Estimate)> = rows
        .iter()
        .filter(|row| row.requests > 0)
        .filter_map(|row| Some((*row, row.estimate.as_ref()?)))
        .collect();
    let mut notes = Vec::new();
    let guessed = |from: fn(&Estimate) -> EstimatedFrom| {
        let all = estimates.iter().map(|(_, estimate)| from(estimate));
        let (all, defaults) = all.fold((0, 0), |(all, defaults), from| {
            (all + 1, defaults + usize::from(from == EstimatedFrom::Default))
        });
        match (all, defaults) {
            (0, _) => None,
            (_, 0) => Some("measured on replies of this run".to_owned()),
            (all, defaults) if all == defaults => Some("documented ranges".to_owned()),
            (all, defaults) => Some(format!(
                "measured on replies of this run, but for {defaults} of {all} rows, which take \
                 documented ranges"
            )),
        }
    };
    if let Some(from) = guessed(|estimate| estimate.input_from) {
        notes.push(format!("characters to a token of a prompt: {from}"));
    }
    if let Some(from) = guessed(|estimate| estimate.output_from) {
        notes.push(format!("tokens of a reply: {from}"));
    }
    if rows.iter().any(|row| row.at_most && row.requests > 0) {
        notes.push("\"at most\": these depend on replies that are not there yet".to_owned());
    }
    if estimates.iter().any(|(_, estimate)| estimate.rate == Rate::Unknown) {
        notes.push(
            "an unknown price is given with `?price_in=USD&price_out=USD`, per million tokens"
                .to_owned(),
        );
    }
    if !estimates.is_empty() {
        notes.push(
            "prices without caches, by the registry's day; docs/money.md has the ranges".to_owned(),
        );
    }
    notes
}
