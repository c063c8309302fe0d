//! `foretell data list`.

use crate::Done;
use crate::args::ListFormat;
use crate::args::data::DataListArgs;
use crate::exit::DONE;
use crate::fetching::raw_folders;
use crate::output::{harmless, say, show};
use foretell_core::Card;
use foretell_data::raw_file;
use foretell_data::table::sha256_of;
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

/// Whether the raw file of a card is at hand.
enum Raw {
    /// The card has none.
    None,
    /// It is, and is the one that the card was written for.
    Sound(PathBuf),
    /// A file of its name is, with another checksum.
    Other(PathBuf),
    /// No file of its name is.
    Missing(String),
}

impl Raw {
    fn of(card: &Card, folders: &[PathBuf]) -> Self {
        let Some(source) = &card.source else { return Self::None };
        let Ok(path) = raw_file(&card.id, source, folders) else {
            return Self::Missing(source.file.clone());
        };
        let sound = std::fs::read(&path).is_ok_and(|bytes| sha256_of(&bytes) == source.sha256);
        if sound { Self::Sound(path) } else { Self::Other(path) }
    }
}

fn print(list: &[&Card], folders: &[PathBuf]) {
    let row = |card: &&Card| {
        let raw = match Raw::of(card, folders) {
            Raw::None => "-".to_owned(),
            Raw::Sound(path) => path.display().to_string(),
            Raw::Other(path) => format!("not at hand: {} is another file", path.display()),
            Raw::Missing(file) => format!("not at hand: {file}"),
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
    if rows.iter().any(|row| row[4].starts_with("not at hand")) {
        say("`foretell data fetch` gets what is not at hand; `--raw DIR` says where raw files are");
    }
}

fn as_json(card: &Card, folders: &[PathBuf]) -> serde_json::Value {
    json!({
        "card": card.id,
        "title": card.title,
        "labels": card.labels,
        "features": card.features.iter().map(|own| &own.name).collect::<Vec<_>>(),
        "raw_file": card.source.as_ref().map(|source| &source.file),
        "raw_path": match Raw::of(card, folders) {
            Raw::Sound(path) => Some(path.display().to_string()),
            _ => None,
        },
    })
}
