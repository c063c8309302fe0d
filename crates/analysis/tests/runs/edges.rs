//! Runs that are broken or at the end of what can be analysed: every analysis in the list answers
//! with figures or with reasons, and what cannot be read is named. No cell stands for what is not
//! there, and no test here knows any analysis by name unless it is about that one.

use crate::paper::answer;
use crate::study::{G, Row, prediction, write_arm, write_pairs};
use foretell_analysis::{
    ANALYSES, Analysis, AnalysisError, Cell, GroupKey, Prepared, Request, Sheet, analysis, run_all,
};
use foretell_core::{ConfidenceLevel, Outcome, QuestionId, TextId};
use foretell_tables::{ModelRow, PredictionRow, QuestionRow, ScoreRow, write};
use std::path::Path;
use tempfile::{TempDir, tempdir};

/// The sheets of every analysis, each also as it is for one key less; all cells looked at.
fn sheets_of(run: &Path) -> Vec<Sheet> {
    let mut all = Vec::new();
    for by in [None, Some(vec![]), Some(vec![GroupKey::Dataset])] {
        let request = Request { bootstrap: 50, by, ..Request::default() };
        let prepared = Prepared::read(&[run], &request).unwrap();
        let of_by = |analysis: &&Analysis| analysis.refuses(&[], &request).is_empty();
        let analyses: Vec<&Analysis> = ANALYSES.iter().filter(of_by).collect();
        assert!(!analyses.is_empty());
        for finished in run_all(&analyses, &prepared, &request) {
            let sheets = finished.sheets.unwrap_or_else(|e| panic!("{}: {e}", finished.name));
            for sheet in sheets {
                look_at(&sheet);
                all.push(sheet);
            }
        }
    }
    all
}

/// Cells are finite or have a reason, names of columns are told apart, and all formats are written.
fn look_at(sheet: &Sheet) {
    let mut names: Vec<&str> = sheet.columns.iter().map(|column| &*column.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|two| two[0] != two[1]), "{}: {names:?}", sheet.name);
    for cell in sheet.rows.iter().flatten() {
        if let Cell::Number(number) = cell {
            assert!(number.is_finite(), "{}: {number}", sheet.name);
        }
        assert!(cell.reason().is_none_or(|reason| !reason.is_empty()), "{}", sheet.name);
    }
    serde_json::from_str::<serde_json::Value>(&sheet.to_json()).unwrap();
    assert!(!sheet.to_csv().contains("NaN"), "{}", sheet.name);
}

/// The cells of all columns that are an NSG, its error or its limits.
fn nsg_cells(sheets: &[Sheet]) -> impl Iterator<Item = (&str, &str, &Cell)> {
    sheets.iter().flat_map(|sheet| {
        let cells = sheet.rows.iter().flat_map(|row| sheet.columns.iter().zip(row));
        let of_nsg = cells.filter(|(column, _)| {
            column.name == "nsg" || column.name.starts_with("nsg_") || column.name.ends_with("_nsg")
        });
        of_nsg.map(|(column, cell)| (sheet.name.as_str(), &*column.name, cell))
    })
}

/// A run with answers, questions, grades and mentions beside its guesses: a reference, two
/// predictors that are sure, `pairs` as cluster, guess with, guess without.
fn whole_run(pairs: &[(usize, G, G)]) -> TempDir {
    let run = tempdir().unwrap();
    for predictor in ["p", "q"] {
        for (arm, pick) in [("with", 1), ("without", 2), ("own", 2)] {
            let rows = pairs.iter().enumerate().map(|(at, (cluster, with, without))| {
                let guess = if pick == 1 { *with } else { *without };
                let row = Row::new(*cluster, at, guess);
                let confidence_level = Some(ConfidenceLevel::High);
                PredictionRow { confidence_level, ..prediction(&row, "r", predictor, arm) }
            });
            let path = run.path().join(format!("predictions/r/{predictor}/{arm}.parquet"));
            write(&path, rows).unwrap();
        }
    }
    write_beside(run.path(), pairs, &["YES", "NO"]);
    run
}

/// The tables beside the guesses of [`whole_run`].
fn write_beside(run: &Path, pairs: &[(usize, G, G)], labels: &[&str]) {
    let (mut answers, mut questions, mut scores) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (cluster, ..)) in pairs.iter().enumerate() {
        let row = prediction(&Row::new(*cluster, at, G::Right), "r", "p", "with");
        let ids = [(cluster.to_string(), "NO"), (format!("{cluster}x{at}"), "YES")];
        for (index, label) in ids {
            let id = QuestionId::new("d", index);
            let text = TextId::of("d", id.as_str());
            answers.extend((0..3).map(|n| answer("r", "d", (id.clone(), text.clone()), n, label)));
            questions.push(question(id, text, labels));
        }
        for kind in ["testability", "mention"] {
            scores.push(score(&row, kind));
        }
    }
    write(&run.join("answers/r.parquet"), answers).unwrap();
    write(&run.join("questions.parquet"), questions).unwrap();
    write(&run.join("scores/judge.parquet"), scores).unwrap();
}

fn question(question_id: QuestionId, text_id: TextId, labels: &[&str]) -> QuestionRow {
    QuestionRow {
        text: format!("What of {}?", question_id.as_str()),
        question_id,
        text_id,
        dataset: "d".into(),
        source: "test".into(),
        row: None,
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        options: vec![],
        ground_truth: labels.first().map(|label| (*label).to_owned()),
        features: vec![],
        prompt_first: None,
        prompt_last: None,
    }
}

fn score(row: &PredictionRow, kind: &str) -> ScoreRow {
    ScoreRow {
        kind: kind.into(),
        judge: "judge".into(),
        dataset: row.dataset.clone(),
        pair_id: row.pair_id.clone(),
        original_text_id: row.original_text_id.clone(),
        counterfactual_text_id: row.counterfactual_text_id.clone(),
        answer_order: row.answer_order,
        reference: Some(row.reference.clone()),
        answer_repeat: Some(0),
        explained_id: None,
        explained_reply: None,
        feature: (kind == "mention").then(|| "age".into()),
        outcome: Outcome::Answered,
        value: Some(1.0),
        direction: None,
        label: None,
        reason: None,
        reasoning: None,
        reasoning_source: None,
        input_tokens: None,
        cached_tokens: None,
        output_tokens: None,
        reasoning_tokens: None,
        cost_usd: None,
        reply_key: None,
    }
}

fn many(with: G, without: G) -> Vec<(usize, G, G)> {
    (0..12).map(|at| (at / 2, with, without)).collect()
}

#[test]
fn without_headroom_no_nsg_is_a_number() {
    let run = whole_run(&many(G::Right, G::Right));
    let sheets = sheets_of(run.path());
    let mut seen = 0;
    for (sheet, column, cell) in nsg_cells(&sheets) {
        seen += 1;
        // Rules such as copying err although no predictor does, and leave headroom of their own.
        let of_a_rule = sheet == "baselines";
        assert!(cell.number().is_none() || of_a_rule, "{sheet}: {column} is {cell:?}");
    }
    assert!(seen > 50, "{seen}");
    let baselines = sheets.iter().find(|sheet| sheet.name == "baselines").unwrap();
    assert_eq!(baselines.number(0, "accuracy"), Some(1.0));
    assert!(baselines.cell(0, "nsg").unwrap().reason().unwrap().contains("no error"));
}

#[test]
fn all_wrong_is_a_gain_of_nothing_and_not_undefined() {
    let run = whole_run(&many(G::Wrong, G::Wrong));
    let sheets = sheets_of(run.path());
    let gain = sheets.iter().find(|sheet| sheet.name == "gain").unwrap();
    assert_eq!((gain.number(0, "a_with"), gain.number(0, "nsg")), (Some(0.0), Some(0.0)));
    assert!(gain.cell(0, "nsg_se").unwrap().reason().is_some());
}

#[test]
fn one_cluster_and_one_predictor_have_figures_without_errors() {
    let run = tempdir().unwrap();
    let pairs = [(0, G::Right, G::Wrong), (0, G::Wrong, G::Wrong), (0, G::Right, G::Wrong)];
    write_pairs(run.path(), "r", "p", &pairs);
    let sheets = sheets_of(run.path());
    for (sheet, column, cell) in nsg_cells(&sheets) {
        let of_error = ["_se", "_low", "_high"].iter().any(|end| column.ends_with(end));
        let of_figure = column.starts_with("nsg_of_ceiling") || column == "nsg";
        // Bounds and shifts of a figure are named likewise; only errors and limits are meant here.
        if of_error && !of_figure && column.starts_with("nsg_") {
            assert!(cell.number().is_none(), "{sheet}: {column} is {cell:?}");
        }
    }
    let ranks = sheets.iter().find(|sheet| sheet.name == "predictors").unwrap();
    assert!(ranks.cell(0, "w").unwrap().reason().unwrap().contains("too few"));
    let ceiling = sheets.iter().find(|sheet| sheet.name == "ceiling").unwrap();
    assert!(ceiling.cell(0, "ceiling_low").unwrap().reason().unwrap().contains("--ceiling 10"));
}

#[test]
fn nothing_answered_leaves_reasons() {
    let hedged = G::Lost(Outcome::Hedged);
    let run = whole_run(&many(hedged, hedged));
    let sheets = sheets_of(run.path());
    let mut seen = 0;
    for (sheet, column, cell) in nsg_cells(&sheets) {
        assert!(cell.number().is_none(), "{sheet}: {column} is {cell:?}");
        seen += 1;
    }
    assert!(seen > 50, "{seen}");
    let empty = tempdir().unwrap();
    write_pairs(empty.path(), "r", "p", &[]);
    sheets_of(empty.path());
}

/// A run whose labels are those given, in turn, right with and wrong without.
fn labelled(labels: &[&str], known: &[&str]) -> TempDir {
    let run = tempdir().unwrap();
    for predictor in ["p", "q"] {
        for arm in ["with", "without"] {
            let rows = (0..20).map(|at| {
                let target = labels[at % labels.len()];
                let other = labels[(at + 1) % labels.len()];
                let said = if arm == "with" || at % 3 == 0 { target } else { other };
                let row = Row::new(at / 2, at, G::Right);
                PredictionRow {
                    answer: Some(said.into()),
                    target: Some(target.into()),
                    original_answer: Some(labels[at / 2 % labels.len()].into()),
                    hit: Some(said == target),
                    ..prediction(&row, "r", predictor, arm)
                }
            });
            let path = run.path().join(format!("predictions/r/{predictor}/{arm}.parquet"));
            write(&path, rows).unwrap();
        }
    }
    let pairs: Vec<_> = (0..20).map(|at| (at / 2, G::Right, G::Wrong)).collect();
    write_beside(run.path(), &pairs, known);
    run
}

#[test]
fn one_label_five_labels_and_labels_that_no_card_knows_are_analysed() {
    let one = labelled(&["YES"], &["YES"]);
    for (sheet, column, cell) in nsg_cells(&sheets_of(one.path())) {
        // Always switching is wrong where there is one label, and leaves headroom.
        assert!(cell.number().is_none() || sheet == "baselines", "{sheet}: {column} is {cell:?}");
    }
    let five = sheets_of(labelled(&["A", "B", "C", "D", "E"], &["A", "B", "C", "D", "E"]).path());
    let gain = five.iter().find(|sheet| sheet.name == "gain").unwrap();
    assert_eq!(gain.number(0, "nsg"), Some(1.0));
    let unknown = sheets_of(labelled(&["PERHAPS", "YES"], &["YES", "NO"]).path());
    let gain = unknown.iter().find(|sheet| sheet.name == "gain").unwrap();
    assert_eq!(gain.number(0, "nsg"), Some(1.0));
    sheets_of(labelled(&["A", "B"], &[]).path());
}

fn refused(run: &Path) -> AnalysisError {
    Prepared::read(&[run], &Request::default()).unwrap_err()
}

#[test]
fn a_guess_that_stands_twice_is_named() {
    let run = tempdir().unwrap();
    write_pairs(run.path(), "r", "p", &[(0, G::Right, G::Wrong)]);
    let twice = [Row::new(0, 0, G::Right), Row::new(0, 0, G::Wrong)];
    write_arm(run.path(), "r", "p", "with", &twice);
    let error = refused(run.path()).to_string();
    assert!(error.contains("with.parquet") && error.contains("two guesses of `p`"), "{error}");
}

#[test]
fn a_file_that_is_cut_off_and_one_that_is_no_table_are_named() {
    for (name, keep) in [("predictions/r/p/with.parquet", 200), ("predictions/r/q/with.parquet", 0)]
    {
        let run = whole_run(&many(G::Right, G::Wrong));
        let path = run.path().join(name);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..keep.min(bytes.len() - 1)]).unwrap();
        let error = refused(run.path()).to_string();
        assert!(error.contains(name), "{error}");
    }
    // Tables that are read when an analysis asks for them fail there, and the others go on.
    for name in ["answers/r.parquet", "questions.parquet", "scores/judge.parquet"] {
        let run = whole_run(&many(G::Right, G::Wrong));
        let path = run.path().join(name);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        let request = Request { bootstrap: 0, ..Request::default() };
        let prepared = Prepared::read(&[run.path()], &request).unwrap();
        let all: Vec<&Analysis> = ANALYSES.iter().collect();
        let finished = run_all(&all, &prepared, &request);
        let failed: Vec<String> = (finished.iter())
            .filter_map(|done| Some(done.sheets.as_ref().err()?.to_string()))
            .collect();
        assert!(!failed.is_empty() && failed.len() < ANALYSES.len(), "{name}: {failed:?}");
        assert!(failed.iter().all(|error| error.contains(name)), "{name}: {failed:?}");
    }
}

#[test]
fn a_table_in_the_place_of_another_is_named() {
    let run = whole_run(&many(G::Right, G::Wrong));
    let (from, to) = ("questions.parquet", "predictions/r/p/without.parquet");
    std::fs::copy(run.path().join(from), run.path().join(to)).unwrap();
    let error = refused(run.path()).to_string();
    assert!(error.contains("without.parquet") && error.contains("questions"), "{error}");
}

#[test]
fn a_table_of_a_newer_version_is_named() {
    let run = whole_run(&many(G::Right, G::Wrong));
    let path = run.path().join("predictions/r/p/with.parquet");
    let mut bytes = std::fs::read(&path).unwrap();
    // The version stands in the metadata as text of one digit behind its name.
    let key = b"foretell.version";
    let at = bytes.windows(key.len()).position(|window| window == key).unwrap();
    let digit = (at..at + 40).find(|place| bytes[*place] == b'1').unwrap();
    bytes[digit] = b'9';
    std::fs::write(&path, bytes).unwrap();
    let error = refused(run.path()).to_string();
    assert!(error.contains("with.parquet") && error.contains("version 9"), "{error}");
}

#[test]
fn a_hundred_thousand_models_are_read_for_the_few_that_guess() {
    let run = whole_run(&many(G::Right, G::Wrong));
    let models = (0..100_000).map(|number| ModelRow {
        name: if number == 0 { "r".into() } else { format!("model-{number}") },
        provider: "http".into(),
        model: "qwen/qwen3-8b".into(),
        spec: "http://127.0.0.1/v1#qwen3".into(),
        family: None,
        vendor: None,
        open: None,
        size_b: None,
        effort: None,
        temperature: None,
        max_tokens: None,
        served: vec![],
    });
    write(&run.path().join("models.parquet"), models).unwrap();
    let sheets = sheets_of(run.path());
    let references = sheets.iter().find(|sheet| sheet.name == "references").unwrap();
    assert_eq!(references.rows.len(), 1);
}

#[test]
fn a_ceiling_needs_repeats_and_says_which_command_adds_them() {
    let run = whole_run(&many(G::Right, G::Wrong));
    let request = Request { bootstrap: 0, ..Request::default() };
    let prepared = Prepared::read(&[run.path()], &request).unwrap();
    let sheets = (analysis("ceiling").unwrap().run)(&prepared, &request).unwrap();
    // Three equal answers each: nothing is inconsistent, and everything can be foretold.
    assert_eq!(sheets[0].number(0, "ceiling_low"), Some(1.0));
    assert_eq!(sheets[0].number(0, "ceiling_high"), Some(1.0));
    assert!(
        sheets[1].cell(0, "inconsistency").unwrap().reason().unwrap().contains("no treated guess")
    );
}

#[test]
fn a_level_at_which_no_test_has_power_is_refused_with_the_option() {
    let run = tempdir().unwrap();
    write_pairs(run.path(), "r", "p", &[(0, G::Right, G::Wrong), (1, G::Right, G::Right)]);
    let request = Request { level: 0.2, ..Request::default() };
    let prepared = Prepared::read(&[run.path()], &request).unwrap();
    let fault = (analysis("power").unwrap().run)(&prepared, &request).unwrap_err();
    let help = miette::Diagnostic::help(&fault).unwrap().to_string();
    assert!(help.contains("`--level`"), "{help}");
}
