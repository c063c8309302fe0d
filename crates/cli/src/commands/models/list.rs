//! `foretell models list`.

use crate::Done;
use crate::args::TextFormat;
use crate::args::models::ListArgs;
use crate::exit::DONE;
use crate::grid::{csv, objects, table, text};
use crate::output::show;
use foretell_core::registry::{ModelEntry, Switch};
use foretell_study::known_models;
use serde_json::{Value, json};

const COLUMNS: [&str; 12] = [
    "name",
    "family",
    "vendor",
    "open",
    "size_b",
    "context",
    "reasoning",
    "levels",
    "input_usd",
    "cached_usd",
    "output_usd",
    "price_on",
];

pub(crate) fn run(args: &ListArgs) -> Done {
    let registry = known_models(args.registry.registry.as_deref())?;
    // An entry of the user's hides one of the same name.
    let mut models: Vec<&ModelEntry> = Vec::new();
    for entry in &registry.models {
        if registry.find(&entry.name).is_some_and(|first| std::ptr::eq(first, entry)) {
            models.push(entry);
        }
    }
    let rows: Vec<Vec<Value>> = models.into_iter().map(|entry| row(entry).to_vec()).collect();
    match args.format {
        TextFormat::Table => {
            let cells: Vec<Vec<String>> =
                rows.iter().map(|row| row.iter().map(text).collect()).collect();
            show(&table(&COLUMNS, COLUMNS.len(), &cells));
            show("\nprices are US dollars per million tokens at the vendor's own API on that day");
            show(
                "simulated models are built in and free: `sim:reference`, `sim:reader` and others (docs/simulated.md)",
            );
        }
        TextFormat::Json => {
            let all = objects(&COLUMNS, &rows);
            show(&serde_json::to_string_pretty(&all).expect("a list is always JSON"));
        }
        TextFormat::Csv => show(csv(&COLUMNS, &rows).trim_end()),
    }
    Ok(DONE)
}

fn row(entry: &ModelEntry) -> [Value; COLUMNS.len()] {
    let reasoning = entry.reasoning.as_ref();
    let how = reasoning.map(|reasoning| match reasoning.switch {
        Switch::Never => "never",
        _ if entry.always_reasons() => "always",
        _ => "switched",
    });
    let levels = reasoning.map(|reasoning| {
        let mut levels: Vec<String> = reasoning.levels.iter().map(ToString::to_string).collect();
        levels.extend(reasoning.budget.map(|_| "budget".to_owned()));
        levels.join(" ")
    });
    let price = entry.price.as_ref();
    [
        json!(entry.name),
        json!(entry.family()),
        json!(entry.vendor),
        json!(entry.open),
        json!(entry.size_b),
        json!(entry.context),
        json!(how),
        json!(levels.filter(|levels| !levels.is_empty())),
        json!(price.map(|price| price.input)),
        json!(price.and_then(|price| price.cached)),
        json!(price.map(|price| price.output)),
        json!(price.map(|price| price.on.as_str())),
    ]
}
