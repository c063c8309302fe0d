//! The headline of a study of many references: an opening, and one line a reference.

use crate::canvas::typeset;
use crate::number;
use crate::sentence::{Words, change, few_errors};
use foretell_analysis::{GainRow, GainTable, GroupKey};
use serde::Serialize;
use std::cmp::Ordering;

/// Most rows that are told in a sentence each: more are not read one by one.
const SPOKEN: usize = 5;

/// One reference of the headline.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    name: String,
    /// What explanations did to errors.
    change: String,
    /// The NSG with its interval, and without either what is sorted by.
    nsg: String,
    value: Option<f64>,
    observations: Number,
    left_out: Number,
    /// What to beware of; empty where there is nothing.
    pub(crate) note: String,
}

/// A count as it is shown and as it is sorted.
#[derive(Debug, Serialize)]
struct Number {
    text: String,
    value: u64,
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self { text: number::count(value), value }
    }
}

/// Whether a table is told by an opening rather than in a sentence a row.
pub(crate) fn is_wide(gains: &GainTable) -> bool {
    gains.by == [GroupKey::Reference] && gains.rows.len() > SPOKEN
}

/// Lines of a wide table, the highest NSG first, undefined ones last.
pub(crate) fn lines(gains: &GainTable) -> Vec<Line> {
    let mut rows: Vec<&GainRow> = gains.rows.iter().collect();
    rows.sort_by(|a, b| descending(a.nsg, b.nsg));
    rows.into_iter().map(|row| line(gains, row)).collect()
}

fn line(gains: &GainTable, row: &GainRow) -> Line {
    let nsg = match row.nsg {
        Some(nsg) if row.interval_undefined.is_some() => number::fixed(nsg, 2),
        _ => number::nsg(row),
    };
    Line {
        name: number::one_line(&row.group[0]),
        change: row.nsg.map(change).unwrap_or_default(),
        nsg: typeset(&nsg),
        value: row.nsg,
        observations: row.observations.into(),
        left_out: row.left_out.into(),
        note: note(gains, row),
    }
}

fn note(gains: &GainTable, row: &GainRow) -> String {
    if let Some(reason) = row.undefined.as_deref() {
        return number::one_line(reason);
    }
    let mut notes = Vec::new();
    if row.rests_on_few_errors() {
        notes.push(format!("{} {}: too few", few_errors(row), Words::of(gains).baseline));
    }
    match (&row.interval_undefined, includes_zero(row)) {
        (Some(reason), _) => notes.push(format!("no interval: {}", number::one_line(reason))),
        (None, Some(true)) => notes.push("interval includes 0".to_owned()),
        (None, _) => {}
    }
    notes.join("; ")
}

/// The opening of a wide table: the range with its ends, what the intervals exclude, and what the
/// figures rest on. It compares no two references: intervals that do not overlap need not differ,
/// since all stand on the same questions.
pub(crate) fn opening(gains: &GainTable) -> Vec<String> {
    let rows = &gains.rows;
    let mut known: Vec<&GainRow> = rows.iter().filter(|row| row.nsg.is_some()).collect();
    known.sort_by(|a, b| descending(a.nsg, b.nsg));
    let all = number::counted(rows.len() as u64, "reference model");
    let ends = match known[..] {
        [] => return vec![format!("The NSG of none of the {all} is defined.")],
        [only] => format!("The NSG of one of the {all} is defined: {}.", end(only)),
        [best, .., worst] => range(gains, [best, worst]),
    };
    let mut told = vec![ends, intervals(gains, &known), basis(rows, &known)];
    told.retain(|sentence| !sentence.is_empty());
    told
}

fn descending(a: Option<f64>, b: Option<f64>) -> Ordering {
    b.is_some().cmp(&a.is_some()).then(b.partial_cmp(&a).unwrap_or(Ordering::Equal))
}

fn includes_zero(row: &GainRow) -> Option<bool> {
    row.nsg_low.zip(row.nsg_high).map(|(low, high)| low <= 0.0 && high >= 0.0)
}

/// A reference with its NSG: `` `name` (NSG 0.31 [0.28, 0.34]) ``.
fn end(row: &GainRow) -> String {
    let line = match &row.interval_undefined {
        Some(_) => number::fixed(row.nsg.unwrap_or_default(), 2),
        None => number::nsg(row),
    };
    format!("`{}` (NSG {line})", number::one_line(&row.group[0]))
}

fn range(gains: &GainTable, [best, worst]: [&GainRow; 2]) -> String {
    let Words { shown, baseline } = Words::of(gains);
    let [most, least] = [best, worst].map(|row| row.nsg.map(change).unwrap_or_default());
    let (best, worst) = (end(best), end(worst));
    // As many errors as, but fewer or more than: an end without a change takes its own word.
    let same = change(0.0);
    let made = match (most == same, least == same) {
        (false, false) => {
            format!("between {most} errors about {best} and {least} about {worst} than {baseline}")
        }
        (true, false) => {
            format!("between {same} errors about {best} as {baseline} and {least} about {worst}")
        }
        (false, true) => {
            format!("between {most} errors about {best} than {baseline} and {same} about {worst}")
        }
        (true, true) => format!("{same} errors about {best} and about {worst} as {baseline}"),
    };
    format!("{shown}, predictors made {made}.")
}

/// How many intervals exclude no change on which side, and what has none.
fn intervals(gains: &GainTable, known: &[&GainRow]) -> String {
    let count = |is: &dyn Fn(&GainRow) -> bool| known.iter().filter(|row| is(row)).count();
    let above = count(&|row| row.nsg_low.is_some_and(|low| low > 0.0));
    let below = count(&|row| row.nsg_high.is_some_and(|high| high < 0.0));
    let around = count(&|row| includes_zero(row) == Some(true));
    let all = above + below + around;
    let mut told = String::new();
    if all > 0 {
        let level = number::percent(gains.level);
        let intervals = number::counted(all as u64, "interval");
        told = format!(
            "Of {intervals} ({level} each), {} {} above 0, {} below, and {} {} 0.",
            some(above),
            if above == 1 { "lies" } else { "lie" },
            some(below),
            some(around),
            if around == 1 { "includes" } else { "include" },
        );
    }
    let few = count(&|row| row.rests_on_few_errors());
    for (number, one, several) in [
        (known.len() - all, "has no interval", "have no interval"),
        (gains.rows.len() - known.len(), "has no NSG", "have no NSG"),
        (few, "rests on too few errors to build on", "rest on too few errors to build on"),
    ] {
        if number > 0 {
            told.push_str(&format!(" {number} {}.", if number == 1 { one } else { several }));
        }
    }
    told.trim_start().to_owned()
}

fn some(number: usize) -> String {
    if number == 0 { "none".to_owned() } else { number.to_string() }
}

/// What the figures that are known rest on.
fn basis(rows: &[GainRow], known: &[&GainRow]) -> String {
    let span = |of: fn(&GainRow) -> u64| {
        let values = known.iter().map(|row| of(row));
        let (least, most) = (values.clone().min().unwrap_or(0), values.max().unwrap_or(0));
        match least == most {
            true => number::count(most),
            false => format!("{} to {}", number::count(least), number::count(most)),
        }
    };
    let left_out: u64 = rows.iter().map(|row| row.left_out).sum();
    let left_out = match left_out {
        0 => String::new(),
        left_out => format!("; {} left out in all", number::counted(left_out, "guess")),
    };
    format!(
        "An NSG here rests on {} pairs in {} clusters, {} observations{left_out}.",
        span(|row| row.pairs),
        span(|row| row.clusters),
        span(|row| row.observations),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{gains, row};

    fn wide() -> GainTable {
        let mut bounded = row(&["bounded"], Some((1.0, 1.0, 1.0)));
        (bounded.nsg_low, bounded.nsg_high) = (None, None);
        bounded.interval_undefined = Some("the treated arm makes no error".into());
        let mut small = row(&["small"], Some((-0.15, -0.24, -0.07)));
        (small.pairs, small.left_out) = (1_200, 3);
        let rows = vec![
            row(&["unsure"], Some((0.03, -0.021, 0.08))),
            row(&["faithful"], Some((0.214, 0.18, 0.244))),
            row(&["silent"], None),
            small,
            row(&["idle"], Some((0.0004, -0.01, 0.01))),
            bounded,
        ];
        gains(&[GroupKey::Reference], rows)
    }

    #[test]
    fn an_opening_says_no_more_than_the_rows() {
        insta::assert_snapshot!(opening(&wide()).join("\n"));
    }

    #[test]
    fn an_end_without_a_change_has_as_many_errors_as_the_baseline() {
        let (fewer, more) = ((0.214, 0.18, 0.244), (-0.15, -0.24, -0.07));
        let same = (0.0004, -0.01, 0.01);
        let told = |best, worst| {
            let mut rows = vec![row(&["a"], Some(best)), row(&["b"], Some(worst))];
            rows.extend((0..4).map(|_| row(&["r"], None)));
            opening(&gains(&[GroupKey::Reference], rows)).swap_remove(0)
        };
        assert_eq!(
            told(same, more),
            "Shown explanations, predictors made between as many errors about `a` (NSG 0.00 \
             [-0.01, 0.01]) as without them and 15 % more about `b` (NSG -0.15 [-0.24, -0.07])."
        );
        assert_eq!(
            told(fewer, same),
            "Shown explanations, predictors made between 21 % fewer errors about `a` (NSG 0.21 \
             [0.18, 0.24]) than without them and as many about `b` (NSG 0.00 [-0.01, 0.01])."
        );
        assert_eq!(
            told(same, same),
            "Shown explanations, predictors made as many errors about `a` (NSG 0.00 [-0.01, \
             0.01]) and about `b` (NSG 0.00 [-0.01, 0.01]) as without them."
        );
    }

    #[test]
    fn lines_go_from_the_highest_to_what_is_undefined() {
        let told: Vec<String> = lines(&wide())
            .into_iter()
            .map(|line| [line.name, line.change, line.nsg, line.note].join(" | "))
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn a_small_table_keeps_its_sentences_and_one_by_other_keys_too() {
        let mut table = wide();
        assert!(is_wide(&table));
        table.by = vec![GroupKey::Predictor];
        assert!(!is_wide(&table));
        table.by = vec![GroupKey::Reference];
        table.rows.truncate(SPOKEN);
        assert!(!is_wide(&table));
        assert_eq!(crate::sentence::sentences(&table).len(), SPOKEN);
    }

    #[test]
    fn where_nothing_or_one_thing_is_known_no_range_is_told() {
        let none = (0..6).map(|_| row(&["r"], None)).collect();
        let told = opening(&gains(&[GroupKey::Reference], none));
        assert_eq!(told, ["The NSG of none of the 6 reference models is defined."]);
        let mut rows: Vec<GainRow> = (0..5).map(|_| row(&["r"], None)).collect();
        rows.push(row(&["known"], Some((0.2, 0.1, 0.3))));
        let told = opening(&gains(&[GroupKey::Reference], rows));
        assert!(told[0].ends_with("is defined: `known` (NSG 0.20 [0.10, 0.30])."), "{told:?}");
        assert!(told[1].contains("Of 1 interval (95 % each), 1 lies above 0"), "{told:?}");
    }
}
