//! From a grid of cells to codes: dropping, filling, bins and values, duplicates.

use super::RawFault;
use super::grid::{Grid, GridColumn};
use foretell_core::card::{Cells, FillWith, Tabular, number};
use std::collections::{BTreeMap, HashSet};

/// What a card makes of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Encoded {
    /// The code of each feature, row after row.
    pub(crate) codes: Vec<u16>,
    /// The place of each row's label among the card's.
    pub(crate) labels: Vec<u16>,
    /// The line of each row in the file, from 1.
    pub(crate) lines: Vec<u64>,
    /// Rows of the file.
    pub(crate) read: usize,
    /// Rows dropped for a cell.
    pub(crate) dropped: usize,
    /// Rows left out as duplicates.
    pub(crate) duplicates: usize,
}

/// Cleans and encodes a grid.
///
/// # Errors
/// Every column that the file lacks, or else every cell that the card does not account for.
pub(crate) fn encode(card: Tabular<'_>, grid: &Grid) -> Result<Encoded, Vec<RawFault>> {
    let columns = Columns::find(card, grid)?;
    let kept = kept_rows(card, grid);
    let dropped = grid.rows() - kept.len();
    if kept.is_empty() {
        return Err(vec![RawFault::NoRows { read: grid.rows(), dropped }]);
    }
    let mut faults = Vec::new();
    let medians = medians(card, grid, &kept, &mut faults);
    let mut coded = Vec::with_capacity(columns.features.len());
    for (feature, column) in card.features.iter().zip(&columns.features) {
        let lookup = Lookup {
            column,
            field: format!("feature.{}", feature.name),
            what: "phrase",
            kept: &kept,
            lines: &grid.lines,
        };
        let fills = medians.get(column.name.as_str());
        coded.push(lookup.codes(&mut faults, |cell| match fills {
            Some((cells, median)) if holds(cells, cell) => feature.level_of(median),
            _ => feature.level_of(cell),
        }));
    }
    let lookup = Lookup {
        column: columns.target,
        field: "target".to_owned(),
        what: "label",
        kept: &kept,
        lines: &grid.lines,
    };
    let labels = lookup.codes(&mut faults, |cell| {
        let label = card.target.label_of(cell)?;
        card.card.labels.iter().position(|own| own == label)
    });
    if faults.is_empty() { Ok(gather(card, grid, &kept, &coded, &labels)) } else { Err(faults) }
}

/// The columns that a card needs.
struct Columns<'a> {
    features: Vec<&'a GridColumn>,
    target: &'a GridColumn,
}

impl<'a> Columns<'a> {
    fn find(card: Tabular<'_>, grid: &'a Grid) -> Result<Self, Vec<RawFault>> {
        let mut faults = Vec::new();
        let mut find = |column: &str, field: String| {
            let found = grid.column(column);
            if found.is_none() {
                let columns = grid.columns.iter().map(|column| column.name.clone()).collect();
                faults.push(RawFault::NoColumn { column: column.to_owned(), field, columns });
            }
            found
        };
        let features: Vec<_> = card
            .features
            .iter()
            .filter_map(|own| find(own.column(), format!("feature.{}", own.name)))
            .collect();
        let target = find(&card.target.column, "target".to_owned());
        for column in card.clean.drop.iter().flat_map(|drop| &drop.columns) {
            find(column, "clean.drop".to_owned());
        }
        for column in card.clean.fill.iter().flat_map(|fill| &fill.columns) {
            find(column, "clean.fill".to_owned());
        }
        match target {
            Some(target) if faults.is_empty() => Ok(Self { features, target }),
            _ => Err(faults),
        }
    }
}

/// The rows that no `clean.drop` drops.
fn kept_rows(card: Tabular<'_>, grid: &Grid) -> Vec<usize> {
    let mut keep = vec![true; grid.rows()];
    for drop in &card.clean.drop {
        let columns = grid.columns.iter();
        for column in
            columns.filter(|own| drop.columns.is_empty() || drop.columns.contains(&own.name))
        {
            let dropped: Vec<bool> =
                column.cells.iter().map(|cell| drop.cells.hold(cell)).collect();
            if dropped.contains(&true) {
                let rows = keep.iter_mut().zip(&column.rows);
                rows.for_each(|(keep, &place)| *keep &= !dropped[place as usize]);
            }
        }
    }
    (0..grid.rows()).filter(|&row| keep[row]).collect()
}

fn holds(cells: &[&Cells], cell: &str) -> bool {
    cells.iter().any(|own| own.hold(cell))
}

/// By column that is filled: the cells that are, and what takes their place.
fn medians<'a>(
    card: Tabular<'a>,
    grid: &Grid,
    kept: &[usize],
    faults: &mut Vec<RawFault>,
) -> BTreeMap<&'a str, (Vec<&'a Cells>, String)> {
    let mut filled: BTreeMap<&str, (Vec<&Cells>, String)> = BTreeMap::new();
    for fill in &card.clean.fill {
        match fill.with {
            FillWith::Median => {}
        }
        for column in &fill.columns {
            filled.entry(column).or_default().0.push(&fill.cells);
        }
    }
    for (name, (cells, median)) in &mut filled {
        let Some(column) = grid.column(name) else { continue };
        let numbers: Vec<Option<f64>> =
            column.cells.iter().map(|cell| number(cell).filter(|_| !holds(cells, cell))).collect();
        let mut there: Vec<f64> =
            kept.iter().filter_map(|&row| numbers[column.rows[row] as usize]).collect();
        there.sort_unstable_by(f64::total_cmp);
        let (low, high) = (there.len().saturating_sub(1) / 2, there.len() / 2);
        match there.get(low).zip(there.get(high)) {
            Some((low, high)) => *median = (low / 2.0 + high / 2.0).to_string(),
            None => faults.push(RawFault::NoMedian { column: (*name).to_owned() }),
        }
    }
    filled
}

/// Looks up the code of every distinct cell of a column.
struct Lookup<'a> {
    column: &'a GridColumn,
    field: String,
    what: &'static str,
    kept: &'a [usize],
    lines: &'a [u64],
}

impl Lookup<'_> {
    /// By place of a cell, its code. Cells of dropped rows need none.
    fn codes(
        &self,
        faults: &mut Vec<RawFault>,
        code: impl Fn(&str) -> Option<usize>,
    ) -> Vec<Option<u16>> {
        let codes: Vec<Option<u16>> = self
            .column
            .cells
            .iter()
            .map(|cell| code(cell).and_then(|code| u16::try_from(code).ok()))
            .collect();
        let mut unknown: BTreeMap<u32, (u64, usize)> = BTreeMap::new();
        for &row in self.kept {
            let place = self.column.rows[row];
            if codes[place as usize].is_none() {
                unknown.entry(place).or_insert((self.lines[row], 0)).1 += 1;
            }
        }
        faults.extend(unknown.into_iter().map(|(place, (line, count))| RawFault::Unknown {
            column: self.column.name.clone(),
            field: self.field.clone(),
            what: self.what,
            cell: self.column.cells[place as usize].clone(),
            line,
            more: count - 1,
        }));
        codes
    }
}

/// The rows, without those that repeat an earlier one where the card says so.
fn gather(
    card: Tabular<'_>,
    grid: &Grid,
    kept: &[usize],
    coded: &[Vec<Option<u16>>],
    labels: &[Option<u16>],
) -> Encoded {
    const LOOKED_UP: &str = "cells without a code are faults";
    let places: Vec<&[u32]> =
        card.features.iter().filter_map(|own| Some(&*grid.column(own.column())?.rows)).collect();
    let targets = grid.column(&card.target.column).map_or(&[][..], |column| &column.rows);
    let mut encoded = Encoded {
        codes: Vec::with_capacity(kept.len() * coded.len()),
        labels: Vec::with_capacity(kept.len()),
        lines: Vec::with_capacity(kept.len()),
        read: grid.rows(),
        dropped: grid.rows() - kept.len(),
        duplicates: 0,
    };
    let mut seen: HashSet<Vec<u16>> = HashSet::new();
    for &row in kept {
        let codes = coded.iter().zip(&places);
        let mut codes: Vec<u16> =
            codes.map(|(codes, places)| codes[places[row] as usize].expect(LOOKED_UP)).collect();
        let label = labels[targets[row] as usize].expect(LOOKED_UP);
        codes.push(label);
        if card.clean.drop_duplicates && seen.contains(&codes) {
            encoded.duplicates += 1;
            continue;
        }
        encoded.codes.extend_from_slice(&codes[..coded.len()]);
        encoded.labels.push(label);
        encoded.lines.push(grid.lines[row]);
        if card.clean.drop_duplicates {
            seen.insert(codes);
        }
    }
    encoded
}
