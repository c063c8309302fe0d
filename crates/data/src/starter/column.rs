//! What a column of a table may be.

use super::word;
use crate::table::{Grid, GridColumn};
use foretell_core::card::number;
use foretell_core::nearest;

/// Distinct texts up to which a column is a feature as it stands.
const MANY_TEXTS: usize = 30;

/// Distinct numbers up to which each has a phrase of its own.
const FEW_NUMBERS: usize = 6;

/// Values up to which a column may be the target.
const MANY_LABELS: usize = 10;

/// What files write where nothing is known.
const MISSING: [&str; 7] = ["", "?", "na", "n/a", "nan", "null", "unknown"];

/// Words of the template language, which cannot be names of features.
const RESERVED: [&str; 12] =
    ["and", "else", "false", "for", "if", "in", "is", "loop", "none", "not", "or", "true"];

/// Names under which targets often go, in small letters.
const TARGETS: [&str; 6] = ["target", "label", "class", "outcome", "y", "result"];

/// What a column is taken for.
pub(super) struct Guess {
    /// The name of the feature.
    pub(super) name: String,
    pub(super) column: String,
    pub(super) kind: Kind,
}

/// The kinds of columns.
pub(super) enum Kind {
    /// Many numbers: where the bins end, the least of them, whether all are whole, and cells that are
    /// no numbers.
    Numbers { cuts: Vec<f64>, least: f64, whole: bool, missing: Vec<String> },
    /// Few values.
    Values(Vec<String>),
    /// No feature, for this reason.
    LeftOut(String),
}

impl Guess {
    pub(super) fn of(column: &GridColumn, rows: usize, taken: &mut Vec<String>) -> Self {
        let kind = kind(column, rows);
        let mut name = word(&column.name, "column");
        if RESERVED.contains(&name.as_str()) {
            name.push_str("_value");
        }
        while taken.contains(&name) {
            name.push_str("_2");
        }
        taken.push(name.clone());
        Self { name, column: column.name.clone(), kind }
    }
}

/// Whether a file writes this where nothing is known.
pub(super) fn is_missing(cell: &str) -> bool {
    MISSING.contains(&cell.to_ascii_lowercase().as_str())
}

fn kind(column: &GridColumn, rows: usize) -> Kind {
    let (missing, known): (Vec<&String>, Vec<&String>) =
        column.cells.iter().partition(|cell| is_missing(cell));
    let numbers: Vec<f64> = known.iter().filter_map(|cell| number(cell)).collect();
    let are_numbers = !known.is_empty() && numbers.len() == known.len();
    let whole = numbers.iter().all(|number| number.fract() == 0.0);
    if column.cells.len() < 2 {
        return Kind::LeftOut("every row holds the same".to_owned());
    }
    if are_numbers && whole && known.len() == rows && rows > FEW_NUMBERS && counts_up(column) {
        return Kind::LeftOut("it numbers the rows".to_owned());
    }
    if are_numbers && known.len() > FEW_NUMBERS {
        let missing = missing.into_iter().cloned().collect();
        let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
        return Kind::Numbers { cuts: quartiles(column), least, whole, missing };
    }
    if column.cells.len() > MANY_TEXTS {
        return Kind::LeftOut(format!("it holds {} different texts", column.cells.len()));
    }
    let mut values = column.cells.clone();
    if are_numbers {
        let key = |cell: &String| number(cell).unwrap_or(f64::INFINITY);
        values.sort_by(|a, b| key(a).total_cmp(&key(b)));
        // `1` and `1.0` are one value, and the first form stands for both.
        values.dedup_by(|b, a| number(a).is_some() && number(a) == number(b));
    } else {
        values.sort();
    }
    if values.len() < 2 {
        Kind::LeftOut("every row holds the same".to_owned())
    } else {
        Kind::Values(values)
    }
}

/// Whether each row holds a greater number than the one before.
fn counts_up(column: &GridColumn) -> bool {
    let numbers: Vec<f64> = column
        .rows
        .iter()
        .map(|&place| number(&column.cells[place as usize]).unwrap_or(f64::NAN))
        .collect();
    numbers.windows(2).all(|two| two[0] < two[1])
}

/// The distinct quartiles of a column that leave numbers above the last.
fn quartiles(column: &GridColumn) -> Vec<f64> {
    let mut numbers: Vec<f64> = column
        .rows
        .iter()
        .filter_map(|&place| Some(&column.cells[place as usize]).filter(|cell| !is_missing(cell)))
        .filter_map(|cell| number(cell))
        .collect();
    numbers.sort_unstable_by(f64::total_cmp);
    let greatest = numbers.last().copied();
    let quarter = |at: usize| numbers.get(numbers.len() * at / 4).copied();
    let mut cuts: Vec<f64> =
        (1..4).filter_map(quarter).filter(|cut| Some(*cut) < greatest).collect();
    cuts.dedup();
    if cuts.is_empty() {
        // Most rows hold the greatest number: the next one below it ends the first bin.
        let below = numbers.iter().rev().find(|number| Some(**number) < greatest);
        cuts.extend(below);
    }
    cuts
}

/// The place of the target among the columns; else what is wrong, and how to mend it.
pub(super) fn target_of(grid: &Grid, named: Option<&str>) -> Result<usize, (String, String)> {
    let names = || grid.columns.iter().map(|column| column.name.as_str());
    let fits = |column: &GridColumn| (2..=MANY_LABELS).contains(&column.cells.len());
    if let Some(named) = named {
        let Some(at) = names().position(|name| name == named) else {
            let near = nearest(named, names()).map(|near| format!("; did you mean `{near}`?"));
            let help = format!(
                "columns: {}{}",
                names().collect::<Vec<_>>().join(", "),
                near.unwrap_or_default()
            );
            return Err((format!("no column `{named}`"), help));
        };
        let values = grid.columns[at].cells.len();
        if !fits(&grid.columns[at]) {
            let help = format!("a target needs 2 to {MANY_LABELS} values: name another column");
            return Err((format!("the column `{named}` holds {values} different values"), help));
        }
        return Ok(at);
    }
    let columns = || grid.columns.iter().enumerate().rev();
    // Unasked, nothing is taken in which a row may have no answer, or whose numbers may measure something.
    let of_two = |column: &GridColumn| {
        column.cells.len() == 2 && !column.cells.iter().any(|cell| is_missing(cell))
    };
    let by_name = columns().find(|(_, column)| {
        of_two(column) && TARGETS.contains(&column.name.to_lowercase().as_str())
    });
    let of_two = || columns().find(|(_, column)| of_two(column));
    by_name.or_else(of_two).map(|(at, _)| at).ok_or_else(|| {
        let help =
            format!("say which one with `--target`: {}", names().collect::<Vec<_>>().join(", "));
        let fault = "no column holds two values and no empty cell, so none is taken for the target";
        (fault.to_owned(), help)
    })
}
