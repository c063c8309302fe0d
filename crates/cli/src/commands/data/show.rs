//! `foretell data show`.

use crate::Done;
use crate::args::ListFormat;
use crate::args::data::DataShowArgs;
use crate::exit::{DONE, Failure, INPUT};
use crate::fetching::raw_folders;
use crate::output::{harmless, say, show};
use foretell_core::card::{Source, TextTemplate};
use foretell_core::{Card, count, counted, did_you_mean};
use foretell_data::{Table, raw_file};
use serde_json::json;

pub(crate) fn run(args: &DataShowArgs) -> Done {
    let cards = super::cards(&args.place)?;
    let Some(card) = cards.get(&args.card) else {
        let known = cards.names().collect::<Vec<_>>().join(", ");
        let near = did_you_mean(&args.card, cards.names());
        let help = format!("cards: {known}; one of your own is added with `--cards DIR`{near}");
        return Err(Failure::said(INPUT, format!("there is no card `{}`", args.card), help));
    };
    let folders = raw_folders(args.place.raw.as_deref());
    let raw = card.source.as_ref().and_then(|source| raw_file(&card.id, source, &folders).ok());
    let table = raw.as_deref().map(|path| Table::load(&cards, &card.id, path)).transpose()?;
    match args.format {
        ListFormat::Json => {
            let shown = as_json(card, table.as_ref());
            show(&serde_json::to_string_pretty(&shown).expect("a card is always JSON"));
        }
        ListFormat::Table => {
            print(card, table.as_ref());
            if card.source.is_some() && table.is_none() {
                say(
                    "the raw file is not at hand: rows are not counted, and the example is made up",
                );
            }
        }
    }
    Ok(DONE)
}

/// How many rows have each code, of feature `at`.
fn rows_of(table: &Table, at: usize) -> Vec<u64> {
    let mut rows = vec![0; table.features()[at].levels.len()];
    let codes = table.codes().iter().skip(at).step_by(table.width());
    codes.for_each(|&code| rows[usize::from(code)] += 1);
    rows
}

/// How many rows have each label.
fn rows_by_label(table: &Table) -> Vec<u64> {
    let mut rows = vec![0; table.labels().len()];
    table.label_codes().iter().for_each(|&label| rows[usize::from(label)] += 1);
    rows
}

/// A question as it may be asked: the first row, or the first level of every feature.
fn example(card: &Card, table: Option<&Table>) -> Option<String> {
    match table {
        Some(table) => Some(table.text(0)),
        None => {
            let card = card.tabular()?;
            let levels: Vec<_> = card.features.iter().map(|own| own.levels()).collect();
            let phrases: Vec<&str> = levels.iter().map(|own| &*own[0].phrase).collect();
            TextTemplate::new(card.text, card.features).ok()?.render(&phrases).ok()
        }
    }
}

fn print(card: &Card, table: Option<&Table>) {
    let tell = |text: String| show(&harmless(&text));
    tell(format!("{}: {}", card.id, card.title));
    if !card.context.trim().is_empty() {
        tell(format!("\n{}", card.context.trim()));
    }
    let roles = &card.roles;
    tell(format!("\nroles: {} has to {} ({})", roles.decider, roles.task, roles.subject));
    let rows = table.map(rows_by_label);
    for (at, label) in card.labels.iter().enumerate() {
        let meaning = card.meanings.get(label).map(|own| format!(": {own}")).unwrap_or_default();
        let rows = rows.as_ref().map(|rows| in_rows(rows[at])).unwrap_or_default();
        tell(format!("label {label}{meaning}{rows}"));
    }
    if let Some(source) = &card.source {
        print_source(source);
    }
    if let Some(table) = table {
        let (read, dropped, duplicates) = table.cleaned();
        let counts = [table.rows(), read, dropped, duplicates].map(|rows| count(rows as u64));
        let [rows, read, dropped, duplicates] = counts;
        tell(format!(
            "rows: {rows} ({read} read, {dropped} dropped, {duplicates} left out as duplicates)"
        ));
    }
    for (at, feature) in card.features.iter().enumerate() {
        tell(format!("\nfeature {} (column `{}`)", feature.name, feature.column()));
        let levels = feature.levels();
        let width = levels.iter().map(|level| level.id.chars().count()).max().unwrap_or(0);
        let rows = table.map(|table| rows_of(table, at));
        for (code, level) in levels.iter().enumerate() {
            let rows = rows.as_ref().map(|rows| in_rows(rows[code])).unwrap_or_default();
            tell(format!("  {:<width$}  {}{rows}", level.id, level.phrase));
        }
    }
    if let Some(example) = example(card, table) {
        tell(format!("\nexample\n{example}"));
    }
}

fn print_source(source: &Source) {
    let tell = |text: String| show(&harmless(&text));
    tell(format!("\nfile: {} (SHA-256 {})", source.file, source.sha256));
    for address in &source.addresses {
        let member = match &address.member[..] {
            [] => String::new(),
            way => format!(" (in it: {})", way.join(", in that: ")),
        };
        tell(format!("address: {}{member}", address.url));
    }
    tell(format!("licence: {}\ncitation: {}", source.licence, source.citation));
}

fn in_rows(rows: u64) -> String {
    format!(" ({})", counted(rows, "row"))
}

fn as_json(card: &Card, table: Option<&Table>) -> serde_json::Value {
    let features: Vec<_> = card
        .features
        .iter()
        .enumerate()
        .map(|(at, feature)| {
            let rows = table.map(|table| rows_of(table, at));
            let levels = feature.levels().into_iter().enumerate().map(|(code, level)| {
                let rows = rows.as_ref().map(|rows| rows[code]);
                json!({"id": level.id, "phrase": level.phrase, "rows": rows})
            });
            let levels: Vec<_> = levels.collect();
            json!({"name": feature.name, "column": feature.column(), "levels": levels})
        })
        .collect();
    let rows = table.map(rows_by_label);
    let labels: Vec<_> = card
        .labels
        .iter()
        .enumerate()
        .map(|(at, label)| {
            let rows = rows.as_ref().map(|rows| rows[at]);
            json!({"label": label, "meaning": card.meanings.get(label), "rows": rows})
        })
        .collect();
    json!({
        "card": card.id,
        "title": card.title,
        "context": card.context.trim(),
        "roles": card.roles,
        "labels": labels,
        "source": card.source,
        "rows": table.map(Table::rows),
        "features": features,
        "example": example(card, table),
    })
}
