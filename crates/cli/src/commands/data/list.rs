//! `foretell data list`.

use crate::Done;
use crate::args::ListFormat;
use crate::args::data::DataListArgs;
use crate::exit::DONE;
use crate::fetching::raw_folders;
use crate::output::{harmless, show};
use foretell_core::Card;
use foretell_data::raw_file;
use serde_json::json;
use std::path::PathBuf;

pub(crate) fn run(args: &DataListArgs) -> Done {
    let cards = super::cards(&args.place)?;
    let folders = raw_folders(args.place.raw.as_deref());
    let list: Vec<&Card> = cards.names().filter_map(|name| cards.get(name)).collect();
    match args.format {
        ListFormat::Json => {
            let list: Vec<_> = list.into_iter().map(|card| as_json(card, &folders)).collect();
            show(&serde_json::to_string_pretty(&list).expect("a list is always JSON"));
        }
        ListFormat::Table => print(&list, &folders),
    }
    Ok(DONE)
}

/// The raw file of a card, where there is one and it is at hand.
pub(super) fn at_hand(card: &Card, folders: &[PathBuf]) -> Option<PathBuf> {
    raw_file(&card.id, card.source.as_ref()?, folders).ok()
}

fn print(list: &[&Card], folders: &[PathBuf]) {
    let row = |card: &&Card| {
        let raw = match (&card.source, at_hand(card, folders)) {
            (None, _) => "-".to_owned(),
            (Some(_), Some(path)) => path.display().to_string(),
            (Some(source), None) => format!("not at hand: {}", source.file),
        };
        let features =
            if card.features.is_empty() { "-".to_owned() } else { card.features.len().to_string() };
        let labels = if card.labels.is_empty() { "-".to_owned() } else { card.labels.join(", ") };
        [card.id.clone(), card.title.clone(), labels, features, raw].map(|text| harmless(&text))
    };
    let head = ["card", "title", "labels", "features", "raw file"].map(str::to_owned);
    let rows: Vec<[String; 5]> = [head].into_iter().chain(list.iter().map(row)).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2), width(3)];
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}  "));
        show(&format!("{}{}", cells.collect::<String>(), row[4]));
    }
}

fn as_json(card: &Card, folders: &[PathBuf]) -> serde_json::Value {
    json!({
        "card": card.id,
        "title": card.title,
        "labels": card.labels,
        "features": card.features.iter().map(|own| &own.name).collect::<Vec<_>>(),
        "raw_file": card.source.as_ref().map(|source| &source.file),
        "raw_path": at_hand(card, folders).map(|path| path.display().to_string()),
    })
}
