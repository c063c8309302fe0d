//! Everything that can be wrong with a card, at once: `foretell data check`.

use crate::cards::{Cards, FILE};
use crate::error::DataError;
use crate::table::{Table, raw_file, sha256_of};
use foretell_core::card::{CardError, Level, Tabular, TextTemplate};
use foretell_core::nearest;
use foretell_core::{Card, count, counted};
use std::path::{Path, PathBuf};

/// What a look at one card found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardCheck {
    /// The card: its id, or the file where it has none that can be read.
    pub card: String,
    /// What is wrong with it; nothing where it is sound.
    pub faults: Vec<String>,
    /// What was looked at, and what could not be.
    pub notes: Vec<String>,
}

/// Looks at cards: all of them, or the one or those that `spec` names, which is a dataset, a folder
/// with a card, or a folder of such folders. Raw files are looked for in `folders`.
///
/// A card is checked for what [`Card::parse`] says, then for rows that differ and read the same, then
/// against its raw file: checksum, columns, a phrase or label for every cell, a row for every label.
///
/// # Errors
/// [`DataError`] where `spec` names nothing; faults of a card are part of what is returned.
pub fn check_cards(
    cards: &Cards,
    spec: Option<&str>,
    folders: &[PathBuf],
) -> Result<Vec<CardCheck>, DataError> {
    let own = |name: &str| {
        let card = cards.get(name).expect("a name of these cards");
        check(name.to_owned(), card, folders)
    };
    let Some(spec) = spec else {
        return Ok(cards.names().map(own).collect());
    };
    if cards.get(spec).is_some() {
        return Ok(vec![own(spec)]);
    }
    let path = Path::new(spec);
    if !path.is_dir() {
        let near = nearest(spec, cards.names()).map(|near| format!("; did you mean `{near}`?"));
        let known = cards.names().collect::<Vec<_>>().join(", ");
        let help = format!("cards: {known}{}", near.unwrap_or_default());
        return Err(DataError::UnknownCard { spec: spec.to_owned(), help });
    }
    if path.join(FILE).is_file() {
        return Ok(vec![check_file(path, folders)]);
    }
    let found = Cards::folders(path)?;
    Ok(found.iter().map(|folder| check_file(folder, folders)).collect())
}

fn check_file(folder: &Path, folders: &[PathBuf]) -> CardCheck {
    let path = folder.join(FILE);
    let card = path.display().to_string();
    let broken = |faults| CardCheck { card: card.clone(), faults, notes: Vec::new() };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(fault) => return broken(vec![fault.to_string()]),
    };
    match Card::parse(&text) {
        Err(CardError::Fields { card: id, faults }) => {
            let faults = faults.iter().map(|fault| format!("card `{id}`: {fault}"));
            broken(faults.collect())
        }
        Err(fault) => broken(vec![fault.to_string().trim_end().to_owned()]),
        Ok(own) => {
            let mut found = check(card.clone(), &own, folders);
            // `.` and the like have no name of their own.
            let name = folder.canonicalize().ok();
            let name = name.as_deref().and_then(Path::file_name).unwrap_or_default();
            if name.to_string_lossy() != own.id {
                let name = name.to_string_lossy();
                let fault = format!("it lies in the folder `{name}`, which has to have its name");
                found.faults.insert(0, format!("card `{}`: field `id`: {fault}", own.id));
            }
            found
        }
    }
}

/// Looks at a card that [`Card::parse`] found sound.
fn check(name: String, card: &Card, folders: &[PathBuf]) -> CardCheck {
    let mut found = CardCheck { card: name, faults: Vec::new(), notes: Vec::new() };
    let mut fault = |field: &str, what: &str| {
        found.faults.push(format!("card `{}`: field `{field}`: {what}", card.id));
    };
    if !card.labels.is_empty() {
        if card.context.trim().is_empty() {
            fault("context", "it is empty");
        }
        if card.meanings.is_empty() {
            fault("meanings", "nothing says what the labels mean");
        }
    }
    match card.tabular() {
        None => found.notes.push("no table: its questions come from elsewhere".to_owned()),
        Some(card) => {
            check_texts(card, &mut found);
            check_raw(card, folders, &mut found);
        }
    }
    found
}

fn check_texts(card: Tabular<'_>, found: &mut CardCheck) {
    let at = format!("card `{}`: field `text`", card.card.id);
    let levels: Vec<Vec<Level>> = card.features.iter().map(|own| own.levels()).collect();
    let clash = TextTemplate::new(card.text, card.features).and_then(|text| text.clash(&levels));
    match clash {
        Err(fault) => found.faults.push(format!("{at}: {fault}")),
        Ok(None) => {}
        Ok(Some(clash)) => {
            let differ = (0..levels.len()).filter(|&own| clash.one[own] != clash.other[own]);
            let differ: Vec<String> = differ
                .map(|own| {
                    let id = |code: usize| &levels[own][code].id;
                    let (one, other) = (id(clash.one[own]), id(clash.other[own]));
                    format!("`{}` (`{one}` or `{other}`)", card.features[own].name)
                })
                .collect();
            let differ = differ.join(" and ");
            let text = &clash.text;
            found
                .faults
                .push(format!("{at}: rows that differ in {differ} read the same: \"{text}\""));
        }
    }
}

fn check_raw(card: Tabular<'_>, folders: &[PathBuf], found: &mut CardCheck) {
    let id = &card.card.id;
    let Ok(path) = raw_file(id, card.source, folders) else {
        let note =
            format!("the raw file `{}` is not at hand: not checked against it", card.source.file);
        found.notes.push(note);
        return;
    };
    let at = format!("card `{id}`: {}", path.display());
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(fault) => return found.faults.push(format!("{at}: {fault}")),
    };
    let sha256 = sha256_of(&bytes);
    if sha256 != card.source.sha256 {
        let expected = &card.source.sha256;
        found.faults.push(format!("{at}: its SHA-256 is {sha256}; `source.sha256` is {expected}"));
    }
    match Table::of(card, &bytes, String::new()) {
        Err(faults) => found.faults.extend(faults.iter().map(|fault| format!("{at}: {fault}"))),
        Ok(table) => {
            found.faults.extend(lacking(&table).map(|fault| format!("{at}: {fault}")));
            found.notes.extend(seen(&table));
        }
    }
}

/// Labels that no row has.
fn lacking(table: &Table) -> impl Iterator<Item = String> {
    let labels = table.labels().iter().enumerate();
    let unseen = labels
        .filter(|(at, _)| !table.label_codes().iter().any(|&label| usize::from(label) == *at));
    unseen.map(|(_, label)| format!("`target` gives no row the label `{label}`"))
}

/// How many rows a table has, and levels that none of them has.
fn seen(table: &Table) -> Vec<String> {
    let (read, dropped, duplicates) = table.cleaned();
    let mut notes = vec![format!(
        "{}: {} read, {} dropped, {} left out as duplicates",
        counted(table.rows() as u64, "row"),
        count(read as u64),
        count(dropped as u64),
        count(duplicates as u64)
    )];
    for (at, feature) in table.features().iter().enumerate() {
        let mut rows = vec![0_usize; feature.levels.len()];
        let codes = table.codes().iter().skip(at).step_by(table.width());
        codes.for_each(|&code| rows[usize::from(code)] += 1);
        let unseen = feature.levels.iter().zip(rows).filter(|(_, rows)| *rows == 0);
        notes.extend(
            unseen
                .map(|(level, _)| format!("feature `{}`: no row is `{}`", feature.name, level.id)),
        );
    }
    notes
}
