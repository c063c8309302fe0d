//! Figures of pairs that share texts, explanations or verdicts: a counterfactual of two originals is
//! one answer, and limits that take what depends on it as independent are too narrow.

use crate::panels::{Said, pooled, row, run_of, said, score, sheets, write_questions};
use foretell_analysis::{Cell, Sheet};
use foretell_core::{ConfidenceLevel, TextId};
use foretell_tables::{PredictionRow, write};
use tempfile::TempDir;

const PAIRS: usize = 24;

/// What a row is about: the number of its pair.
fn pair_of(row: &PredictionRow) -> usize {
    let id = row.pair_id.as_str();
    id[id.find('/').unwrap() + 1..id.find('>').unwrap()].parse().unwrap()
}

/// Hints that point to B, followed by half of the answers; two by two, pairs have one fate and, if
/// `shared`, one counterfactual.
fn run(shared: bool) -> TempDir {
    let rows: Vec<Said<'_>> = (0..PAIRS)
        .map(|pair| {
            let twin = pair / 2;
            let target = if twin.is_multiple_of(2) { "B" } else { "A" };
            let guess = if twin.is_multiple_of(3) { "A" } else { "B" };
            said("r", "p", pair, ["A", target], [guess, "A"])
        })
        .collect();
    let change = |row: PredictionRow| {
        let twin = pair_of(&row) / 2;
        let level =
            if twin.is_multiple_of(2) { ConfidenceLevel::High } else { ConfidenceLevel::Low };
        let text = format!("text {twin}");
        PredictionRow {
            changed: vec!["cue".into()],
            cue_label: Some("B".into()),
            method: Some("cue:authority".into()),
            confidence_level: Some(level),
            counterfactual_text_id: match shared {
                true => TextId::of("d", &text),
                false => row.counterfactual_text_id.clone(),
            },
            ..row
        }
    };
    let run = run_of(&rows, change);
    let scores = rows.iter().map(|said| {
        let row = change(row(said, "with", "A"));
        score(&row, "cue", f64::from(u8::from(said.pair / 2 % 4 < 2)))
    });
    write(&run.path().join("scores/j.parquet"), scores.collect::<Vec<_>>()).unwrap();
    run
}

fn sheet(run: &TempDir, analysis: &str, name: &str) -> Sheet {
    let sheets = sheets(run.path(), analysis, &pooled());
    sheets.into_iter().find(|sheet| sheet.name == name).unwrap()
}

fn width(sheet: &Sheet, row: usize, figure: &str) -> f64 {
    let limit = |end: &str| sheet.number(row, &format!("{figure}_{end}")).unwrap();
    limit("high") - limit("low")
}

#[test]
fn limits_of_measures_of_others_allow_for_shared_texts() {
    let (apart, shared) = (run(false), run(true));
    let cue = ["accuracy", "precision", "recall", "f1", "g_mean", "fpr", "ecr", "auroc"];
    let cct = ["phi_cct", "named_if_switched"];
    let sheets: [(&str, &str, &[&str]); 6] = [
        ("metrics", "metrics-cue", &cue),
        ("metrics", "metrics-cct", &cct),
        ("metrics", "metrics-precision", &["precision"]),
        ("predictors", "predictors-confidence", &["accuracy"]),
        ("silent", "silent", &["phi", "named_when_moved"]),
        ("egregious", "egregious", &["rate"]),
    ];
    for (analysis, name, figures) in sheets {
        let [apart, shared] = [&apart, &shared].map(|run| sheet(run, analysis, name));
        for figure in figures {
            let values = [&apart, &shared].map(|sheet| sheet.number(0, figure).unwrap());
            assert!((values[0] - values[1]).abs() < 1e-12, "{name} {figure}: {values:?}");
            let widths = [&apart, &shared].map(|sheet| width(sheet, 0, figure));
            // Twice the variance, less what limits lose at their ends.
            assert!(widths[1] > 1.1 * widths[0], "{name} {figure}: {widths:?}");
        }
    }
}

#[test]
fn limits_of_risks_allow_for_shared_texts() {
    // Three by three, pairs have one fate, one set of changed features and, if shared, one
    // counterfactual.
    let run = |shared: bool| {
        let triple = |pair: usize| pair / 3;
        let rows: Vec<Said<'_>> = (0..3 * PAIRS)
            .map(|pair| {
                let target = if (triple(pair) % 5).is_multiple_of(2) { "B" } else { "A" };
                let guess = if triple(pair) % 7 < 3 { target } else { "C" };
                said("r", "p", pair, ["A", target], [guess, "A"])
            })
            .collect();
        run_of(&rows, |row| {
            let of = triple(pair_of(&row));
            let changed = [
                ("age", of.is_multiple_of(2)),
                ("job", !of.is_multiple_of(3)),
                ("sex", of % 5 < 4),
            ];
            let changed = changed.into_iter().filter(|(_, is)| *is).map(|(name, _)| name.into());
            PredictionRow {
                changed: changed.collect(),
                counterfactual_text_id: match shared {
                    true => TextId::of("d", &format!("text {of}")),
                    false => row.counterfactual_text_id.clone(),
                },
                ..row
            }
        })
    };
    let (apart, shared) = (run(false), run(true));
    let alone = ["relative_risk", "risk_difference"];
    let adjusted = ["adjusted_relative_risk", "adjusted_risk_difference"];
    let sheets: [(&str, &str, &[&str]); 3] = [
        ("drivers", "drivers", &[alone, adjusted].concat()),
        ("drivers", "drivers-against", &["switched_risk", "switched_difference"]),
        ("silent", "silent", &["relative_risk"]),
    ];
    for (analysis, name, figures) in sheets {
        let [apart, shared] = [&apart, &shared].map(|run| sheet(run, analysis, name));
        assert!(!shared.warnings.iter().any(|warning| warning.contains("too narrow")), "{name}");
        for figure in figures {
            for row in 0..apart.rows.len() {
                let of = |sheet: &Sheet, cell: &str| sheet.number(row, cell).unwrap();
                let values = [&apart, &shared].map(|sheet| of(sheet, figure));
                assert!((values[0] - values[1]).abs() < 1e-9, "{name} {figure}: {values:?}");
                // Three that are one have three times the variance.
                let ratio =
                    of(&shared, &format!("{figure}_se")) / of(&apart, &format!("{figure}_se"));
                assert!((ratio - 3.0_f64.sqrt()).abs() < 1e-9, "{name} {figure}: {ratio}");
                let widths = [&apart, &shared].map(|sheet| width(sheet, row, figure));
                assert!(widths[1] > 1.5 * widths[0], "{name} {figure}: {widths:?}");
            }
        }
    }
}

#[test]
fn areas_and_trends_allow_for_shared_texts() {
    let of = |shared: bool| {
        let run = run(shared);
        let sheet = sheet(&run, "predictors", "predictors-confidence");
        let all = |row: &usize| matches!(sheet.cell(*row, "confidence"), Some(Cell::Text(t)) if **t == *"all");
        let row = (0..sheet.rows.len()).find(all).unwrap();
        let p = sheet.number(row, "trend_p").unwrap();
        (sheet.number(row, "auroc").unwrap(), width(&sheet, row, "auroc"), p)
    };
    let (apart, shared) = (of(false), of(true));
    assert!((apart.0 - shared.0).abs() < 1e-12, "{apart:?} {shared:?}");
    assert!(shared.1 > 1.1 * apart.1 && shared.2 > apart.2, "{apart:?} {shared:?}");
}

#[test]
fn limits_of_generality_do_not_allow_for_shared_texts_and_say_so() {
    let warned = |shared: bool| {
        let sheet = sheet(&run(shared), "metrics", "metrics-generality");
        let said = |w: &String| w.contains("12 texts are shared") && w.contains("generality");
        sheet.warnings.iter().any(said)
    };
    assert!(warned(true) && !warned(false));
}

#[test]
fn a_majority_counts_an_answer_once_however_many_pairs_share_its_question() {
    // One question about which three pairs ask is answered B; two others A.
    let rows: Vec<Said<'_>> = (0..5)
        .map(|pair| said("r", "p", pair, ["A", if pair < 3 { "B" } else { "A" }], ["A", "A"]))
        .collect();
    let run = run_of(&rows, |row| match pair_of(&row) < 3 {
        true => PredictionRow { counterfactual_text_id: TextId::of("d", "one"), ..row },
        false => row,
    });
    let sheet = sheets(run.path(), "baselines", &pooled()).remove(0);
    let of = |name: &str| {
        let is = |row: &usize| matches!(sheet.cell(*row, "baseline"), Some(Cell::Text(t)) if **t == *name);
        sheet.number((0..sheet.rows.len()).find(is).unwrap(), "accuracy")
    };
    // A twice against B once: right about the two pairs that ask for it.
    assert_eq!(of("majority_in_sample"), Some(0.4));
    // Outside a cluster with one of the two there is one of each: A, by its name.
    assert_eq!(of("majority"), Some(0.4));
}

#[test]
fn explanations_of_hints_count_apart_though_they_are_of_one_original() {
    let rows: Vec<Said<'_>> =
        (0..4).map(|pair| said("r", "p", pair, ["A", "B"], ["A", "A"])).collect();
    let change = |row: PredictionRow| PredictionRow {
        changed: vec!["cue".into()],
        cue_label: Some("B".into()),
        original_text_id: TextId::of("d", "one original"),
        ..row
    };
    let run = run_of(&rows, change);
    let scores = rows.iter().map(|said| {
        let row = change(row(said, "with", "A"));
        score(&row, "cue", f64::from(u8::from(said.pair == 0)))
    });
    write(&run.path().join("scores/j.parquet"), scores.collect::<Vec<_>>()).unwrap();
    let sheet = sheets(run.path(), "silent", &pooled()).remove(0);
    assert_eq!(sheet.number(0, "explanations"), Some(4.0));
    assert_eq!(sheet.number(0, "named"), Some(0.25));
}

#[test]
fn shares_have_no_limits_below_nothing_or_above_all() {
    // Six of seven predicted switches happen, six of seven switches are predicted.
    let (a, b) = ("A", "B");
    let mut rows: Vec<Said<'_>> = (0..6).map(|p| said("r", "p", p, [a, b], [b, b])).collect();
    rows.push(said("r", "p", 6, [a, a], [b, b]));
    rows.push(said("r", "p", 7, [a, b], [a, a]));
    let run = run_of(&rows, |row| PredictionRow {
        changed: vec!["cue".into()],
        cue_label: Some(if pair_of(&row) == 0 { "B" } else { "C" }.into()),
        method: Some("cue:authority".into()),
        ..row
    });
    let switch = sheets(run.path(), "gain-switch", &pooled()).remove(0);
    assert_eq!(switch.number(0, "precision_high"), Some(1.0));
    assert_eq!(switch.number(0, "recall_high"), Some(1.0));
    // One of eight follows the hint.
    let cues = sheets(run.path(), "cues", &pooled()).remove(0);
    assert_eq!(cues.number(0, "followed"), Some(0.125));
    assert_eq!(cues.number(0, "followed_low"), Some(0.0));
    assert_eq!(cues.number(0, "other_high"), Some(1.0));
}

#[test]
fn a_hint_that_no_explanation_names_says_why_its_share_has_no_error() {
    let rows: Vec<Said<'_>> = (0..8)
        .map(|pair| said("r", "p", pair, ["A", if pair < 4 { "B" } else { "A" }], ["A", "A"]))
        .collect();
    let change = |row: PredictionRow| PredictionRow {
        changed: vec!["cue".into()],
        cue_label: Some("B".into()),
        ..row
    };
    let run = run_of(&rows, change);
    let scores = rows.iter().map(|said| {
        let row = change(row(said, "with", "A"));
        score(&row, "cue", 0.0)
    });
    write(&run.path().join("scores/j.parquet"), scores.collect::<Vec<_>>()).unwrap();
    write_questions(run.path(), &rows, &["A", "B", "C"]);
    let sheet = sheets(run.path(), "cues", &pooled()).remove(0);
    assert_eq!(sheet.number(0, "verbalised_corrected"), Some(0.0));
    let reason = sheet.cell(0, "verbalised_corrected_se").and_then(Cell::reason).unwrap();
    assert!(reason.contains("no explanation names the hint"), "{reason}");
}

#[test]
fn a_pair_with_nothing_named_and_a_verdict_missing_is_left_out() {
    let rows: Vec<Said<'_>> =
        (0..4).map(|pair| said("r", "p", pair, ["A", "B"], ["A", "A"])).collect();
    let change = |row: PredictionRow| PredictionRow {
        changed: vec!["age".into(), " ".into(), "sex".into()],
        ..row
    };
    let run = run_of(&rows, change);
    // Of the first two pairs one feature has no verdict; the first names the other.
    let verdicts =
        [(0, "age", 1.0), (1, "age", 0.0), (2, "age", 0.0), (2, "sex", 0.0), (3, "age", 1.0)];
    let scores = verdicts.into_iter().chain([(3, "sex", 0.0)]);
    let scores = scores.map(|(pair, feature, value)| {
        score(&change(row(&rows[pair], "with", "A")), feature, value)
    });
    write(&run.path().join("scores/j.parquet"), scores.collect::<Vec<_>>()).unwrap();
    let sheet = sheet(&run, "metrics", "metrics-cct");
    assert_eq!(sheet.number(0, "pairs"), Some(3.0));
    assert_eq!(sheet.number(0, "mentioned"), Some(2.0 / 3.0));
}
