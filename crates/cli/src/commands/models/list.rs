//! `foretell models list`.

use crate::Done;
use crate::args::TextFormat;
use crate::args::models::ListArgs;
use crate::exit::DONE;
use crate::output::{harmless, show};
use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use foretell_core::registry::{ModelEntry, Switch};
use foretell_study::known_models;
use serde_json::{Map, Value, json};

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

/// A line under the header and nothing else, so that lines can be cut out with `awk`.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('-'));

pub(crate) fn run(args: &ListArgs) -> Done {
    let registry = known_models(args.registry.registry.as_deref())?;
    // An entry of the user's hides one of the same name.
    let mut models: Vec<&ModelEntry> = Vec::new();
    for entry in &registry.models {
        if registry.find(&entry.name).is_some_and(|first| std::ptr::eq(first, entry)) {
            models.push(entry);
        }
    }
    let rows: Vec<[Value; COLUMNS.len()]> = models.into_iter().map(row).collect();
    match args.format {
        TextFormat::Table => show(&table(&rows)),
        TextFormat::Json => {
            let object = |row: &[Value; COLUMNS.len()]| -> Map<String, Value> {
                let fields = COLUMNS.iter().map(|column| (*column).to_owned());
                fields.zip(row.iter().cloned()).collect()
            };
            let all: Vec<_> = rows.iter().map(object).collect();
            show(&serde_json::to_string_pretty(&all).expect("a list is always JSON"));
        }
        TextFormat::Csv => show(csv_of(&rows).trim_end()),
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

/// A cell of a table; empty where nothing is known.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => harmless(text),
        other => other.to_string(),
    }
}

fn table(rows: &[[Value; COLUMNS.len()]]) -> String {
    let mut table = Table::new();
    table
        .load_style(STYLE)
        .force_no_tty()
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(COLUMNS);
    for row in rows {
        table.add_row(row.iter().map(text));
    }
    format!(
        "{}\n\nprices are US dollars per million tokens at the vendor's own API on that day",
        table.trim_fmt()
    )
}

fn csv_of(rows: &[[Value; COLUMNS.len()]]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut write = |fields: Vec<String>| writer.write_record(fields).expect("memory takes all");
    write(COLUMNS.map(str::to_owned).to_vec());
    rows.iter().for_each(|row| write(row.iter().map(text).collect()));
    let bytes = writer.into_inner().expect("memory takes all");
    String::from_utf8(bytes).expect("text in, text out")
}
