//! A starter card, guessed from a table of delimited text: `foretell data template`.
//!
//! Everything guessed is meant to be read and edited by a person, and marked so.

mod column;
mod toml_text;
mod write;

use crate::error::DataError;
use crate::table::{Grid, GridColumn, RawError, sha256_of};
use column::{Guess, Kind, target_of};
use foretell_core::card::{Read, number};
use std::path::Path;

/// A card to start from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starter {
    /// The dataset's name, made of the file's.
    pub id: String,
    /// The text of `card.toml`.
    pub text: String,
}

/// Guesses a card for a file of delimited text.
///
/// Its first line names the columns, unless one of its cells is a number. Columns of many numbers
/// get bins at their quartiles, those of few values a phrase a value; columns that hold one value, or
/// too many texts, are left out, and the card says so. `target` names the column of the truth; without
/// it, the last column of two values of which none is empty or unknown.
///
/// # Errors
/// [`DataError`] where the file is no table, or has no column that could be the target.
pub fn starter_card(path: &Path, target: Option<&str>) -> Result<Starter, DataError> {
    let bytes =
        std::fs::read(path).map_err(|fault| DataError::Io { path: path.to_owned(), fault })?;
    let read = guess_read(&bytes);
    let grid = Grid::read(&bytes, &read)
        .map_err(|faults| RawError::NoGrid { path: path.to_owned(), faults })?;
    let at = target_of(&grid, target).map_err(|(fault, help)| DataError::NoTarget {
        path: path.to_owned(),
        fault,
        help,
    })?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let id = word(&stem, "dataset");
    let columns = grid.columns.iter().enumerate().filter(|(own, _)| *own != at);
    let mut taken = vec!["row".to_owned(), "target".to_owned()];
    let guesses: Vec<Guess> =
        columns.map(|(_, column)| Guess::of(column, grid.rows(), &mut taken)).collect();
    if guesses.iter().all(|guess| matches!(guess.kind, Kind::LeftOut(_))) {
        let help = "a feature needs two or more values, and not too many texts".to_owned();
        let fault = "no column could be a feature".to_owned();
        return Err(DataError::NoTarget { path: path.to_owned(), fault, help });
    }
    let draft = write::Draft {
        id: &id,
        file: &file,
        sha256: sha256_of(&bytes),
        read: &read,
        target: &grid.columns[at],
        rows: grid.rows(),
        guesses: &guesses,
    };
    let text = draft.text();
    Ok(Starter { id, text })
}

/// The delimiter that the first line holds most of, and names for columns that have none.
fn guess_read(bytes: &[u8]) -> Read {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1 << 16)]);
    let line = head.trim_start_matches('\u{feff}').lines().next().unwrap_or_default();
    let held = |delimiter: &char| line.chars().filter(|c| c == delimiter).count();
    // The last of the greatest wins, so the usual one comes last.
    let delimiter = ['|', '\t', ';', ','].into_iter().max_by_key(held).unwrap_or(',');
    let cells: Vec<&str> =
        line.split(delimiter).map(|cell| cell.trim().trim_matches('"')).collect();
    let names = if cells.iter().any(|cell| number(cell).is_some()) {
        (1..=cells.len()).map(|at| format!("column_{at}")).collect()
    } else {
        Vec::new()
    };
    Read { columns: names, delimiter, ..Read::default() }
}

/// A name of small letters, digits and `_` that begins with a letter.
fn word(text: &str, otherwise: &str) -> String {
    let mut word = String::new();
    let mut previous = None;
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            // `MonthlyIncome` is two words, `IBM` one.
            if c.is_ascii_uppercase() && previous.is_some_and(|own: char| own.is_ascii_lowercase())
            {
                word.push('_');
            }
            word.push(c.to_ascii_lowercase());
        } else if !word.ends_with('_') && !word.is_empty() {
            word.push('_');
        }
        previous = Some(c);
    }
    let word = word.trim_matches('_');
    match word.chars().next() {
        None => otherwise.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{otherwise}_{word}"),
        Some(_) => word.to_owned(),
    }
}

/// How many rows of a column hold each of its cells.
fn counts(column: &GridColumn) -> Vec<usize> {
    let mut counts = vec![0; column.cells.len()];
    column.rows.iter().for_each(|&place| counts[place as usize] += 1);
    counts
}

#[cfg(test)]
mod tests;
