//! What the parts of the report hold, as text that is ready for the page.

use crate::error::ReportError;
use crate::figure::Entry;
use crate::number;
use foretell_analysis::{GainRow, GainTable};
use foretell_tables::{ModelRow, read};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Texts cut where names begin and end: every second part stood between backticks.
pub(crate) fn marked(texts: &[String]) -> Vec<Vec<String>> {
    texts.iter().map(|text| text.split('`').map(str::to_owned).collect()).collect()
}

/// Lines of a table of gains under one head.
#[derive(Serialize)]
pub(crate) struct Section {
    head: Option<String>,
    lines: Vec<Line>,
}

/// One line of a table of gains, as text.
#[derive(Serialize)]
pub(crate) struct Line {
    name: String,
    pairs: String,
    clusters: String,
    observations: String,
    without: String,
    with: String,
    gain: String,
    nsg: String,
    bootstrap: String,
    bounds: String,
    left_out: String,
}

/// The rows of a table in sections: those with the same first group value, where there is another
/// to name the lines by.
pub(crate) fn sections(table: &GainTable) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for row in &table.rows {
        let (line, head) = match row.group.as_slice() {
            [head, rest @ ..] if !rest.is_empty() => (line(row, rest), Some(head.clone())),
            group => (line(row, group), None),
        };
        match sections.last_mut().filter(|last| last.head == head) {
            Some(last) => last.lines.push(line),
            None => sections.push(Section { head, lines: vec![line] }),
        }
    }
    sections
}

fn line(row: &GainRow, names: &[String]) -> Line {
    let range = |low: Option<f64>, high: Option<f64>| match (low, high) {
        (None, None) => number::UNDEFINED.to_owned(),
        (low, high) => {
            let limit = |v: Option<f64>| v.map_or("none".to_owned(), |v| number::fixed(v, 2));
            format!("{} to {}", limit(low), limit(high))
        }
    };
    Line {
        name: names.join(", "),
        pairs: number::count(row.pairs),
        clusters: number::count(row.clusters),
        observations: number::count(row.observations),
        without: number::fraction(row.a_without),
        with: number::fraction(row.a_with),
        gain: number::signed(row.gain),
        nsg: number::nsg(row),
        bootstrap: range(row.boot_low, row.boot_high),
        bounds: range(row.bound_low, row.bound_high),
        left_out: number::count(row.left_out),
    }
}

/// The lines of a figure, one a row, named by the first group column.
pub(crate) fn by_first(table: &GainTable) -> Vec<Entry<'_>> {
    let entry = |row| Entry { block: None, name: name(row, 0), row };
    table.rows.iter().map(entry).collect()
}

/// The lines of a figure in blocks: by one group column, within it by another. A column with one
/// value says nothing, and the lines go by the other alone.
pub(crate) fn blocks(table: &GainTable, [outer, inner]: [usize; 2]) -> Vec<Entry<'_>> {
    let mut blocks: BTreeMap<String, Vec<&GainRow>> = BTreeMap::new();
    for row in &table.rows {
        blocks.entry(name(row, outer)).or_default().push(row);
    }
    let only = blocks.len() == 1;
    let single = blocks.values().all(|rows| rows.len() == 1);
    let mut entries = Vec::with_capacity(table.rows.len());
    for (block, mut rows) in blocks {
        rows.sort_by_key(|row| name(row, inner));
        for (at, row) in rows.into_iter().enumerate() {
            let heads = at == 0 && !only && !single;
            let name = if single && !only { block.clone() } else { name(row, inner) };
            entries.push(Entry { block: heads.then(|| block.clone()), name, row });
        }
    }
    entries
}

fn name(row: &GainRow, column: usize) -> String {
    number::one_line(&row.group[column])
}

/// Guesses that are left out, over all groups of a table.
#[derive(Serialize)]
pub(crate) struct LeftOutLine {
    arm: String,
    predictor: String,
    outcome: String,
    count: String,
}

pub(crate) fn left_out(table: &GainTable) -> Vec<LeftOutLine> {
    let mut sums: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
    for left in table.rows.iter().flat_map(|row| &row.left_out_detail) {
        *sums.entry((&left.arm, &left.predictor, &left.outcome)).or_default() += left.count;
    }
    let line = |((arm, predictor, outcome), count): ((&str, &str, &str), u64)| LeftOutLine {
        arm: arm.to_owned(),
        predictor: predictor.to_owned(),
        outcome: outcome.replace('_', " "),
        count: number::count(count),
    };
    sums.into_iter().map(line).collect()
}

/// Answers of one reference that are missing as targets.
#[derive(Serialize)]
pub(crate) struct TargetsLine {
    reference: String,
    outcome: String,
    count: String,
}

/// The same by reference, which is the first group column of the table.
pub(crate) fn targets_missing(table: &GainTable) -> Vec<TargetsLine> {
    let of_row = |row: &GainRow| {
        let reference = name(row, 0);
        let line = |missing: &foretell_analysis::TargetsMissing| TargetsLine {
            reference: reference.clone(),
            outcome: missing.outcome.replace('_', " "),
            count: number::count(missing.count),
        };
        row.targets_missing_detail.iter().map(line).collect::<Vec<_>>()
    };
    table.rows.iter().flat_map(of_row).collect()
}

/// A model of the study.
#[derive(Serialize)]
pub(crate) struct ModelLine {
    name: String,
    provider: String,
    model: String,
    spec: String,
    settings: String,
    served: String,
}

/// The models of a run; none where it has no table of them.
pub(crate) fn models(run: &Path) -> Result<Vec<ModelLine>, ReportError> {
    let path = run.join("models.parquet");
    if !path.is_file() {
        return Ok(Vec::new());
    }
    Ok(read::<ModelRow>(&path)?.into_iter().map(model).collect())
}

fn model(row: ModelRow) -> ModelLine {
    let settings = [
        row.effort.map(|effort| format!("effort {effort}")),
        row.temperature.map(|temperature| format!("temperature {temperature}")),
        row.max_tokens.map(|tokens| format!("at most {tokens} tokens")),
        row.size_b.map(|size| format!("{size} billion parameters")),
        row.open.map(|open| if open { "open weights" } else { "closed weights" }.to_owned()),
    ];
    ModelLine {
        name: row.name,
        provider: row.provider,
        model: row.model,
        spec: row.spec,
        settings: settings.into_iter().flatten().collect::<Vec<_>>().join(", "),
        served: row.served.join(", "),
    }
}

/// The resolved study: what was handed in, or what the run folder holds.
pub(crate) fn study(run: &Path, given: Option<&str>) -> Result<Option<String>, ReportError> {
    let path = run.join("run.toml");
    match given {
        Some(text) => Ok(Some(text.to_owned())),
        None if !path.is_file() => Ok(None),
        None => match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(fault) => Err(ReportError::Io { path, fault }),
        },
    }
}
