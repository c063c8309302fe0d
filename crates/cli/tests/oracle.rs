//! Analyses of an imported study against an independent computation with pandas
//! (`testdata/wide/README.md`).
//!
//! `FORETELL_ORACLE=STEM cargo test -p foretell-cli --test oracle` holds against another study instead:
//! `STEM.parquet` and `STEM.golden.json`.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use foretell_analysis::{Cell, Compat, ExcludeSelf, GroupKey, Prepared, Request, Sheet, analysis};
use scripted::succeeds;
use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;

/// Figures are of sums of at most a million terms.
const TOLERANCE: f64 = 1e-9;

struct Study {
    folder: tempfile::TempDir,
    golden: Value,
}

/// The study, imported once.
fn study() -> &'static Study {
    static STUDY: OnceLock<Study> = OnceLock::new();
    STUDY.get_or_init(|| {
        let small = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/wide/small");
        let stem = std::env::var("FORETELL_ORACLE").unwrap_or(small.display().to_string());
        let golden = std::fs::read_to_string(format!("{stem}.golden.json")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        succeeds(folder.path(), &["import", &format!("{stem}.parquet"), "--out", "run"]);
        Study { folder, golden: serde_json::from_str(&golden).unwrap() }
    })
}

/// The request that a golden table answers; none where no flag asks for it.
fn request(table: &Value, compat: Compat) -> Request {
    let keys = table["by"].as_array().unwrap();
    let keys = keys.iter().map(|key| key.as_str().unwrap().parse().unwrap());
    let by: Vec<GroupKey> = keys.collect();
    let mut request = Request { by: Some(by), compat, min_n: 0, ..Request::default() };
    request.consistent_only = table["consistent_only"] == true;
    if let Some(which) = table["exclude_self"].as_str() {
        request.exclude_self = which.parse::<ExcludeSelf>().unwrap();
    }
    request.min_answered = table["min_answered"].as_u64().map(|least| least as u32);
    if let Some(left_out) = table["without_predictor"].as_str() {
        request.filter = format!("predictor!=\"{left_out}\"");
    }
    request
}

/// Whether a cell is the text or the number of a golden row.
fn is(cell: Option<&Cell>, wanted: &Value) -> bool {
    match (cell, wanted) {
        (Some(Cell::Text(text)), Value::String(wanted)) => **text == **wanted,
        (Some(cell), Value::Number(wanted)) => {
            let (found, wanted) = (cell.number(), wanted.as_f64().unwrap());
            found.is_some_and(|found| (found - wanted).abs() <= TOLERANCE * wanted.abs().max(1.0))
        }
        (Some(cell), Value::Null) => cell.number().is_none() && cell.reason().is_some(),
        _ => false,
    }
}

/// Holds all rows of a golden table against a sheet, by its keys; `column` says where a figure stands.
fn hold(
    sheet: &Sheet,
    table: &Value,
    also: &[(&str, &str)],
    column: impl Fn(&str) -> Option<String>,
) -> usize {
    let keys = ["reference", "model", "family", "effort", "dataset", "predictor", "answer_order"];
    let keys = [&keys[..], &["changed", "feature"]].concat();
    let mut figures = 0;
    let rows = table["rows"].as_array().unwrap();
    assert!(!rows.is_empty());
    for wanted in rows {
        let wanted = wanted.as_object().unwrap();
        let at = (0..sheet.rows.len()).find(|&row| {
            let own = wanted.iter().filter(|(key, _)| keys.contains(&key.as_str()));
            own.clone().all(|(key, value)| match (key.as_str(), value) {
                // Ours is the name without provider and date.
                ("model", Value::String(name)) => {
                    is(sheet.cell(row, key), &foretell_core::family::bare_name(name).into())
                }
                _ => is(sheet.cell(row, key), value),
            }) && also.iter().all(|(key, value)| is(sheet.cell(row, key), &Value::from(*value)))
        });
        let row = at.unwrap_or_else(|| panic!("{}: no row {wanted:?}", sheet.name));
        for (name, value) in wanted.iter().filter(|(name, _)| !keys.contains(&name.as_str())) {
            let Some(column) = column(name) else { continue };
            let found = sheet.cell(row, &column);
            assert!(is(found, value), "{}: {column} of {wanted:?} is {found:?}", sheet.name);
            figures += 1;
        }
    }
    figures
}

/// The tables of one analysis in one variant, with the first sheet that answers each.
fn tables(name: &str, compat: Compat) -> Vec<(Value, Sheet)> {
    let study = study();
    let run = study.folder.path().join("run");
    let variant = if compat == Compat::Own { "ours" } else { "published" };
    let tables = study.golden[variant][name]["tables"].as_array().unwrap();
    let answered = tables.iter().map(|table| {
        let request = request(table, compat);
        let prepared = Prepared::read(&[&run], &request).unwrap();
        let sheets = (analysis(name).unwrap().run)(&prepared, &request).unwrap();
        (table.clone(), sheets.into_iter().next().unwrap())
    });
    answered.collect()
}

fn same(name: &str) -> Option<String> {
    Some(name.to_owned())
}

#[test]
fn cross_model_gain_is_that_of_pandas() {
    let mut figures = 0;
    for (table, sheet) in tables("cross", Compat::Own) {
        let stratum = table["stratum"].as_str().unwrap_or("all");
        figures += hold(&sheet, &table, &[("stratum", stratum)], same);
        let golden = &study().golden["ours"]["cross"];
        let note = |key: &str| foretell_core::count(golden[key].as_u64().unwrap());
        let counts =
            format!("{} of {} answers", note("units_without_explainer"), note("units_possible"));
        assert!(sheet.notes.iter().any(|note| note.starts_with(&counts)), "{:?}", sheet.notes);
    }
    assert!(figures > 500, "{figures}");
}

#[test]
fn egregious_errors_are_those_of_pandas() {
    let tables = tables("egregious", Compat::Own);
    let figures: usize = tables.iter().map(|(table, sheet)| hold(sheet, table, &[], same)).sum();
    assert!(figures > 400, "{figures}");
}

#[test]
fn drivers_are_those_of_pandas() {
    let mut figures = 0;
    for (table, sheet) in tables("drivers", Compat::Own) {
        let mut table = table.clone();
        for row in table["rows"].as_array_mut().unwrap() {
            // Where a feature never meets an event, the oracle gives no adjusted figure of any; we give
            // those of the others.
            if row["adjusted_relative_risk"].is_null() {
                row.as_object_mut().unwrap().remove("adjusted_relative_risk");
            }
        }
        let outcome = table["outcome"].as_str().unwrap();
        figures += hold(&sheet, &table, &[("outcome", outcome)], same);
    }
    assert!(figures > 2000, "{figures}");
}

#[test]
fn published_gains_are_those_of_the_published_rules() {
    let called = |name: &str| {
        let name = name.replace("accuracy_switched_", "precision_");
        Some(name.replace("accuracy_unswitched_", "recall_"))
    };
    let tables = tables("gain", Compat::Published);
    let figures: usize = tables.iter().map(|(table, sheet)| hold(sheet, table, &[], called)).sum();
    assert!(figures > 800, "{figures}");
}

#[test]
fn other_published_figures_are_those_of_the_published_rules() {
    let mut figures = [0; 3];
    for (count, name) in figures.iter_mut().zip(["cross", "egregious", "drivers"]) {
        for (table, sheet) in tables(name, Compat::Published) {
            *count += hold(&sheet, &table, &[], same);
            assert!(sheet.notes.iter().any(|note| note.contains("ours")), "{:?}", sheet.notes);
        }
    }
    assert!(figures.iter().all(|count| *count > 100), "{figures:?}");
}

#[test]
fn verdicts_of_a_judge_reach_silent_influence_and_hints() {
    let folder = tempfile::tempdir().unwrap();
    let models =
        ["--reference", "sim:reference?rule=5&faithfulness=1", "--predictor", "sim:reader"];
    let pairs = ["run", "--pairs", "moral_machines", "--scenarios", "2000", "--limit", "60"];
    succeeds(folder.path(), &[&pairs[..], &models[..], &["--out", "run"]].concat());
    let from = ["pairs", "cue", "--from", "moral_machines", "--scenarios", "800", "--limit", "40"];
    let cue = ["--cue", "authority", "--toward", "random", "--out", "cued"];
    succeeds(folder.path(), &[&from[..], &cue[..]].concat());
    let hinted = ["run", "--pairs", "cued"];
    succeeds(folder.path(), &[&hinted[..], &models[..], &["--out", "hints"]].concat());
    let rows = |name: &str, run: &str| -> Value {
        let args = ["analyze", name, run, "--format", "json"];
        let few = if name == "silent" { &["--min-n", "5"][..] } else { &[] };
        let (out, _) = succeeds(folder.path(), &[&args[..], few].concat());
        serde_json::from_str::<Value>(&out).unwrap()["rows"].clone()
    };
    let before = rows("silent", "run");
    assert!(before[0]["undefined"]["named"].as_str().unwrap().contains("--kind mention"));
    for run in ["run", "hints"] {
        succeeds(folder.path(), &["judge", run, "--model", "sim:judge", "--kind", "mention"]);
    }
    let silent = rows("silent", "run");
    let silent = silent.as_array().unwrap();
    assert_eq!(silent.len(), before.as_array().unwrap().len());
    let judged = |row: &&Value| row["explanations"].as_u64() > Some(0) && row["named"].is_number();
    assert!(silent.iter().filter(judged).count() > 1, "{silent:?}");
    let hints = rows("cues", "hints");
    let row = &hints[0];
    assert_eq!(row["method"], "cue:authority");
    assert_eq!(row["judged"], row["follow"], "{row}");
    assert!(row["answers"].as_u64() > Some(0), "{row}");
}
