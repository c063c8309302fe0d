//! From the sheet of an analysis to the data of a figure.

use super::kind::{FigureKind, Mark, Order, Series};
use crate::number::{UNDEFINED, one_line};
use foretell_analysis::{Cell, Column, Kind, Model, Sheet, Shown};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// What is said of a model of which it is not known whether its weights are open.
const UNKNOWN: &str = "not known whether open";

/// Suffix of the columns of consistent guesses.
const CONSISTENT: &str = "_consistent";

/// The columns and rows of a sheet that a figure draws, in the order in which it draws them, or why
/// there are none. `consistent` is the same sheet for consistent guesses, where the kind wants it.
pub(super) fn select(
    kind: &FigureKind,
    sheet: &Sheet,
    consistent: Option<&Sheet>,
    models: &[Model],
) -> Result<Sheet, String> {
    let mut sheet = with_models(sheet, models);
    if let Some(other) = consistent {
        sheet = beside(sheet, other);
    }
    if let Some((column, values)) = kind.source.only {
        let at = place(&sheet, column)?;
        sheet.rows.retain(|row| matches!(&row[at], Cell::Text(text) if values.contains(&&**text)));
    }
    if let Some((column, value)) = kind.source.having {
        let at = place(&sheet, column)?;
        let has = |row: &Vec<Cell>| text_of(&row[at]) == value;
        if !sheet.rows.iter().any(has) {
            return Err(format!("the run has no {column} `{value}`"));
        }
    }
    if let Some((by, within)) = kind.source.ranked {
        ranked(&mut sheet, by, within)?;
    }
    if let Some(columns) = kind.source.outer {
        outer(&mut sheet, columns)?;
    }
    if let Some(parts) = kind.source.melted {
        sheet = melted(&sheet, parts)?;
    }
    let columns = columns(kind, &sheet)?;
    if sheet.rows.len() < kind.source.least.max(1) {
        return Err(few(kind, &sheet));
    }
    let rows = order(kind, &sheet);
    let mut data = Sheet {
        name: kind.name.to_owned(),
        title: kind.title.to_owned(),
        says: kind.says.to_owned(),
        columns: columns.iter().map(|&at| shown(kind, &sheet.columns[at])).collect(),
        rows: Vec::with_capacity(rows.len()),
        ..sheet.clone()
    };
    for row in rows {
        let row = &sheet.rows[row];
        data.rows.push(columns.iter().map(|&at| row[at].clone()).collect());
    }
    some_known(kind, &data)?;
    Ok(data)
}

/// A column as a table of the figure has it: what rows rest on is never left out.
fn shown(kind: &FigureKind, column: &Column) -> Column {
    let shown = if column.name == kind.mark.count() { Shown::Always } else { column.shown };
    Column { shown, ..column.clone() }
}

/// Refuses a figure in which nothing would be drawn but the reasons for that.
fn some_known(kind: &FigureKind, data: &Sheet) -> Result<(), String> {
    let values: Vec<usize> =
        kind.mark.values().into_iter().filter_map(|value| data.column(value)).collect();
    // A place in a plane and a line from one value to another take both values.
    let takes_all = matches!(kind.mark, Mark::Scatter(_) | Mark::Curve(_) | Mark::Dumbbell(_));
    let mut reasons: Vec<String> = Vec::new();
    for row in &data.rows {
        let mut lacking = values.iter().map(|&at| &row[at]).filter(|cell| cell.number().is_none());
        let known = values.len() - lacking.clone().count();
        if if takes_all { known == values.len() } else { known > 0 } {
            return Ok(());
        }
        let reason = lacking.find_map(Cell::reason).map_or(UNDEFINED.to_owned(), one_line);
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let reasons = reasons.join("; ");
    Err(match data.rows.len() {
        1 => format!("there is nothing to draw: {reasons}"),
        rows => format!("there is nothing to draw in any of its {rows} rows: {reasons}"),
    })
}

fn place(sheet: &Sheet, column: &str) -> Result<usize, String> {
    sheet
        .column(column)
        .ok_or_else(|| format!("the sheet `{}` has no column `{column}`", sheet.name))
}

/// Why there are too few rows, as the sheet has it or in short.
fn few(kind: &FigureKind, sheet: &Sheet) -> String {
    match (sheet.notes.is_empty(), sheet.rows.len()) {
        (false, 0) => one_line(&sheet.notes.join("; ")),
        (true, 0) => match kind.source.only {
            Some((column, values)) => {
                format!("no row of `{}` has {column} {}", sheet.name, values.join(" or "))
            }
            None => format!("the sheet `{}` has no row for this run", sheet.name),
        },
        (_, 1) => "it compares several things, and the run has one".to_owned(),
        (_, rows) => {
            format!("it needs {} things to compare, and the run has {rows}", kind.source.least)
        }
    }
}

/// The columns that a figure draws: texts, values with their limits, and what rows rest on.
fn columns(kind: &FigureKind, sheet: &Sheet) -> Result<Vec<usize>, String> {
    let mut columns = Vec::new();
    for text in kind.mark.texts() {
        let at = place(sheet, text)?;
        // Where it is not known of any model, a heading would say nothing.
        let known = |row: &Vec<Cell>| !text_of(&row[at]).starts_with(UNKNOWN);
        if text != "open" || sheet.rows.iter().any(known) {
            columns.push(at);
        }
    }
    for value in kind.mark.values() {
        columns.push(place(sheet, value)?);
        let limit = |suffix: &str| sheet.column(&format!("{value}_{suffix}"));
        columns.extend([limit("low"), limit("high")].into_iter().flatten());
    }
    columns.extend(sheet.column(kind.mark.count()));
    let mut seen = Vec::new();
    columns.retain(|column| {
        let new = !seen.contains(column);
        seen.push(*column);
        new
    });
    Ok(columns)
}

/// What is known of the references of a sheet: whether they are open, and their size.
fn with_models(sheet: &Sheet, models: &[Model]) -> Sheet {
    let mut sheet = sheet.clone();
    let Some(at) = sheet.column("reference") else { return sheet };
    let of = |row: &[Cell]| match &row[at] {
        Cell::Text(name) => models.iter().find(|model| model.name == *name),
        _ => None,
    };
    let open = |row: &[Cell]| match of(row).and_then(|model| model.open) {
        Some(true) => "open weights",
        Some(false) => "proprietary",
        None => UNKNOWN,
    };
    let size = |row: &[Cell]| match of(row).and_then(|model| model.size_b) {
        Some(size) => Cell::from(size),
        None => Cell::undefined("the size of the reference is not known"),
    };
    if sheet.column("open").is_none() {
        let cells: Vec<Cell> = sheet.rows.iter().map(|row| open(row).into()).collect();
        add(
            &mut sheet,
            Column::text("open", "whether the weights of the reference are open"),
            cells,
        );
    }
    if sheet.column("size_b").is_none() {
        let cells: Vec<Cell> = sheet.rows.iter().map(|row| size(row)).collect();
        let says = "parameters of the reference, in billions";
        add(&mut sheet, Column::new("size_b", Kind::Number, says), cells);
    }
    sheet
}

fn add(sheet: &mut Sheet, column: Column, cells: Vec<Cell>) {
    sheet.columns.push(column);
    sheet.rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(cell));
}

/// Adds the rank of each row by a value, the highest first, among rows with the same other value.
/// Equal values share the best of their ranks.
fn ranked(sheet: &mut Sheet, by: &str, within: &str) -> Result<(), String> {
    let (value, group) = (place(sheet, by)?, place(sheet, within)?);
    let rank = |row: &Vec<Cell>| -> Cell {
        let Some(own) = row[value].number() else { return row[value].clone() };
        let same = sheet.rows.iter().filter(|other| other[group] == row[group]);
        let better = same.filter(|other| other[value].number().is_some_and(|v| v > own));
        Cell::from(better.count() as u64 + 1)
    };
    let cells: Vec<Cell> = sheet.rows.iter().map(rank).collect();
    add(sheet, Column::count("rank", "rank by the value, the highest first"), cells);
    Ok(())
}

/// Lines of one kind that are told apart.
const LINES: usize = 3;

/// Leaves of each kind of lines, where they are more than can be told apart, the one with the least and
/// the one with the most.
fn outer(sheet: &mut Sheet, [kind, line, value]: [&str; 3]) -> Result<(), String> {
    let [kind, line, value] = [place(sheet, kind)?, place(sheet, line)?, place(sheet, value)?];
    let mut kinds: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    for row in &sheet.rows {
        let lines = kinds.entry(text_of(&row[kind])).or_default();
        *lines.entry(text_of(&row[line])).or_default() += row[value].number().unwrap_or(0.0);
    }
    let mut left: BTreeSet<(String, String)> = BTreeSet::new();
    for (kind, lines) in kinds {
        let mut lines: Vec<(&str, f64)> = lines.into_iter().collect();
        lines.sort_by(|one, other| one.1.total_cmp(&other.1));
        if lines.len() > LINES {
            lines = vec![lines[0], lines[lines.len() - 1]];
        }
        left.extend(lines.into_iter().map(|(line, _)| (kind.to_owned(), line.to_owned())));
    }
    sheet.rows.retain(|row| {
        left.contains(&(text_of(&row[kind]).to_owned(), text_of(&row[line]).to_owned()))
    });
    Ok(())
}

/// The values of some columns in rows of their own.
fn melted(sheet: &Sheet, parts: &[(&'static str, &'static str)]) -> Result<Sheet, String> {
    let mut long = sheet.clone();
    long.rows.clear();
    let first = &sheet.columns[place(sheet, parts[0].0)?];
    long.columns.push(Column::text("part", "which value"));
    long.columns.push(Column { name: "value".into(), heading: "value".into(), ..first.clone() });
    for row in &sheet.rows {
        for (column, part) in parts {
            let value = row[place(sheet, column)?].clone();
            long.rows.push(row.iter().cloned().chain([Cell::from(*part), value]).collect());
        }
    }
    Ok(long)
}

/// The numbers of the rows of another sheet that have the same texts, in columns of their own.
fn beside(mut sheet: Sheet, other: &Sheet) -> Sheet {
    let texts = |sheet: &Sheet, row: &[Cell]| -> Vec<Cell> {
        let columns = other.columns.iter().filter(|column| column.kind == Kind::Text);
        let places = columns.filter_map(|column| sheet.column(&column.name));
        places.map(|at| row[at].clone()).collect()
    };
    let rows: Vec<Option<&Vec<Cell>>> = sheet
        .rows
        .iter()
        .map(|row| {
            let own = texts(&sheet, row);
            other.rows.iter().find(|row| texts(other, row) == own)
        })
        .collect();
    let added: Vec<(usize, Column)> = other
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| !matches!(column.kind, Kind::Text | Kind::Breakdown(_)))
        .map(|(at, column)| {
            let renamed = match ["_low", "_high", "_se"].iter().find(|s| column.name.ends_with(**s))
            {
                Some(suffix) => {
                    let stem = column.name.trim_end_matches(suffix);
                    format!("{stem}{CONSISTENT}{suffix}")
                }
                None => format!("{}{CONSISTENT}", column.name),
            };
            (at, Column { name: renamed.into(), ..column.clone() })
        })
        .collect();
    let cells = |at: usize| -> Vec<Cell> {
        let none = || Cell::undefined("no guess of the panel was consistent");
        rows.iter().map(|row| row.map_or_else(none, |row| row[at].clone())).collect()
    };
    for (at, column) in added {
        let cells = cells(at);
        add(&mut sheet, column, cells);
    }
    sheet
}

/// Rows in the order in which they are drawn.
fn order(kind: &FigureKind, sheet: &Sheet) -> Vec<usize> {
    let (block, value) = match kind.mark {
        Mark::Forest(forest) => {
            let sorted = forest.order == Order::Value && !matches!(forest.series, Series::Rows(..));
            (forest.block, sorted.then(|| forest.series.values()[0]))
        }
        Mark::Dumbbell(dumbbell) => (dumbbell.block, None),
        Mark::Stack(stack) => (stack.block, None),
        _ => (None, None),
    };
    let text = |row: usize| block.and_then(|block| sheet.cell(row, block)).map(text_of);
    let number = |row: usize| value.and_then(|value| sheet.number(row, value));
    let step = |row: usize| {
        let (column, values) = kind.source.sequence?;
        let own = text_of(sheet.cell(row, column)?);
        values.iter().position(|value| *value == own)
    };
    let mut rows: Vec<usize> = (0..sheet.rows.len()).collect();
    rows.sort_by(|&one, &other| {
        let value = match (number(one), number(other)) {
            (Some(a), Some(b)) => b.total_cmp(&a),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        rank(text(one)).cmp(&rank(text(other))).then(step(one).cmp(&step(other))).then(value)
    });
    rows
}

fn text_of(cell: &Cell) -> &str {
    match cell {
        Cell::Text(text) => text,
        _ => "",
    }
}

/// What is not known comes last.
fn rank(text: Option<&str>) -> (bool, Option<&str>) {
    (text.is_some_and(|text| text.starts_with("not known")), text)
}
