//! Figures about panels, other explainers, features and hints, on runs small enough to do by hand.

use crate::study::{G, Row, prediction};
use foretell_analysis::{Cell, Compat, GroupKey, Prepared, Request, Sheet, analysis, run_all};
use foretell_core::{AnswerOrder, Outcome, Question, QuestionId};
use foretell_tables::{PredictionRow, QuestionRow, ScoreRow, write};
use std::path::Path;
use tempfile::{TempDir, tempdir};

/// A guess about pair `pair`: the predictor's label with and without, the reference's two answers.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    pub reference: &'a str,
    pub predictor: &'a str,
    pub pair: usize,
    pub original: &'a str,
    pub target: &'a str,
    pub guesses: [&'a str; 2],
}

pub fn row(said: &Said<'_>, arm: &str, guess: &str) -> PredictionRow {
    let base =
        prediction(&Row::new(said.pair, said.pair, G::Right), said.reference, said.predictor, arm);
    let answer = (!guess.is_empty()).then(|| guess.to_owned());
    PredictionRow {
        outcome: if guess.is_empty() { Outcome::Unparsed } else { Outcome::Answered },
        hit: answer.as_ref().map(|answer| *answer == said.target),
        answer,
        original_answer: Some(said.original.into()),
        target: Some(said.target.into()),
        switched: Some(said.original != said.target),
        ..base
    }
}

/// Writes the tables of both arms, each row changed by `change`.
pub fn run_of(said: &[Said<'_>], change: impl Fn(PredictionRow) -> PredictionRow) -> TempDir {
    let run = tempdir().unwrap();
    let mut folders: Vec<(&str, &str)> = said.iter().map(|s| (s.reference, s.predictor)).collect();
    folders.sort_unstable();
    folders.dedup();
    for (reference, predictor) in folders {
        for (at, arm) in ["with", "without"].into_iter().enumerate() {
            let of = said.iter().filter(|s| (s.reference, s.predictor) == (reference, predictor));
            let rows: Vec<_> = of.map(|said| change(row(said, arm, said.guesses[at]))).collect();
            let path = format!("predictions/{reference}/{predictor}/{arm}.parquet");
            write(&run.path().join(path), rows).unwrap();
        }
    }
    run
}

pub fn sheets(run: &Path, name: &str, request: &Request) -> Vec<Sheet> {
    let prepared = Prepared::read(&[run], request).unwrap();
    (analysis(name).unwrap().run)(&prepared, request).unwrap()
}

pub fn pooled() -> Request {
    Request { by: Some(vec![]), min_n: 0, ..Request::default() }
}

pub fn said<'a>(
    reference: &'a str,
    predictor: &'a str,
    pair: usize,
    answers: [&'a str; 2],
    guesses: [&'a str; 2],
) -> Said<'a> {
    let [original, target] = answers;
    Said { reference, predictor, pair, original, target, guesses }
}

#[test]
fn a_guess_made_for_another_explainer_of_the_same_answer_is_a_cross_guess() {
    let (t, e, other) = ("claude-t", "gemini-e", "qwen-o");
    let rows = [
        // About T the guess from its own explanation is right; from E's, who gave its answer, wrong.
        said(t, "gpt-p", 0, ["A", "B"], ["B", "A"]),
        said(e, "gpt-p", 0, ["A", "A"], ["A", "A"]),
        // Another answer to the original: nobody explains it for T.
        said(other, "gpt-p", 0, ["B", "B"], ["B", "B"]),
        // A predictor of T's family is no judge of T, nor of what E says for T.
        said(t, "claude-q", 0, ["A", "B"], ["B", "B"]),
        said(e, "claude-q", 0, ["A", "A"], ["A", "A"]),
    ];
    let run = run_of(&rows, |row| row);
    let by_reference = Request { by: Some(vec![GroupKey::Reference]), ..pooled() };
    let sheet = sheets(run.path(), "cross", &by_reference).remove(0);
    let find = |stratum: &str| {
        let text = |row: usize, column: &str, text: &str| matches!(sheet.cell(row, column), Some(Cell::Text(cell)) if **cell == *text);
        (0..sheet.rows.len()).find(|&at| text(at, "reference", t) && text(at, "stratum", stratum))
    };
    let all = find("all").unwrap();
    let figures = ["units", "skipped", "a_self", "a_cross", "a_without", "nsg_self", "nsg_cross"];
    let found = figures.map(|name| sheet.number(all, name).unwrap());
    assert_eq!(found, [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(sheet.number(find("same_target").unwrap(), "units"), Some(0.0));
    assert_eq!(sheet.number(find("other_target").unwrap(), "units"), Some(1.0));
    // E's units: gpt-p and claude-q about E; T explains E's answer to gpt-p alone.
    assert!(sheet.notes[0].starts_with("2 of 4 "), "{:?}", sheet.notes);
}

#[test]
fn rationales_stand_beside_cross_guesses_of_the_same_units() {
    let mut rows = Vec::new();
    for pair in 0..12_usize {
        let wrong = if pair.is_multiple_of(3) { "A" } else { "B" };
        rows.push(said("claude-t", "gpt-p", pair, ["A", "B"], [wrong, "A"]));
        rows.push(said("gemini-e", "gpt-p", pair, ["A", "B"], ["A", "A"]));
    }
    let run = run_of(&rows, |row| row);
    for reference in ["claude-t", "gemini-e"] {
        let of = rows.iter().filter(|said| said.reference == reference);
        let rationale = |said: &Said<'_>| PredictionRow {
            explainer: "third".into(),
            ..row(said, "rationale", if said.pair.is_multiple_of(2) { "B" } else { "A" })
        };
        let path = format!("predictions/{reference}/gpt-p/rationale.parquet");
        write(&run.path().join(path), of.map(rationale).collect::<Vec<_>>()).unwrap();
    }
    let [cross, arms]: [Sheet; 2] = sheets(run.path(), "cross", &pooled()).try_into().unwrap();
    assert_eq!(cross.number(0, "units"), Some(24.0));
    assert_eq!(arms.number(0, "units"), Some(24.0));
    // Own: 8 and 0 of 12 errors removed; others': 0 and 8; rationales half.
    for (column, wanted) in
        [("nsg_arm", 0.5), ("nsg_self", 1.0 / 3.0), ("self_less_arm", -1.0 / 6.0)]
    {
        assert!((arms.number(0, column).unwrap() - wanted).abs() < 1e-12, "{column}");
    }
    assert!(arms.notes[0].contains("it helps by itself"), "{:?}", arms.notes);
}

#[test]
fn a_panel_is_egregious_when_all_of_it_gives_one_wrong_answer() {
    let rows = [
        // Both wrong alike, and one of them right before: egregious in both forms.
        said("r", "p", 0, ["A", "B"], ["A", "B"]),
        said("r", "q", 0, ["A", "B"], ["A", "A"]),
        // Both wrong alike, as before.
        said("r", "p", 1, ["A", "B"], ["A", "A"]),
        said("r", "q", 1, ["A", "B"], ["A", "A"]),
        // Wrong, but not alike.
        said("r", "p", 2, ["A", "B"], ["A", "A"]),
        said("r", "q", 2, ["A", "B"], ["C", "A"]),
        // One did not answer, one has no row.
        said("r", "p", 3, ["A", "B"], ["A", "A"]),
        said("r", "q", 3, ["A", "B"], ["", "A"]),
        said("r", "p", 4, ["A", "B"], ["A", "A"]),
    ];
    let run = run_of(&rows, |row| row);
    let counts = |request: &Request| {
        let sheet = sheets(run.path(), "egregious", request).remove(0);
        ["subjects", "incomplete", "egregious", "strict"].map(|name| sheet.number(0, name))
    };
    assert_eq!(counts(&pooled()), [3.0, 2.0, 2.0, 1.0].map(Some));
    let one = Request { min_answered: Some(1), ..pooled() };
    // Of pair 4 the baseline of one predictor is unknown, so that nothing says it was so before.
    assert_eq!(counts(&one), [5.0, 0.0, 4.0, 2.0].map(Some));
    let published = Request { compat: Compat::Published, ..pooled() };
    assert_eq!(counts(&published), [Some(5.0), Some(0.0), Some(2.0), None]);
}

#[test]
fn people_who_guess_some_cases_leave_panels_as_they_were() {
    let models = [
        said("r", "p", 0, ["A", "B"], ["A", "B"]),
        said("r", "q", 0, ["A", "B"], ["A", "A"]),
        said("r", "p", 1, ["A", "B"], ["B", "A"]),
        said("r", "q", 1, ["A", "B"], ["A", "A"]),
        said("s", "p", 1, ["A", "B"], ["B", "B"]),
        said("s", "q", 1, ["A", "B"], ["B", "A"]),
    ];
    // One case of one reference, and none of the other's.
    let person = said("r", "human", 0, ["A", "B"], ["B", "B"]);
    let with_person = [&models[..], &[person]].concat();
    let (before, after) = (run_of(&models, |row| row), run_of(&with_person, |row| row));
    for name in ["egregious", "predictors"] {
        let [before, after] =
            [&before, &after].map(|run| sheets(run.path(), name, &pooled()).remove(0));
        assert_eq!(before.rows, after.rows, "{name}");
        assert!(after.notes.iter().any(|note| note.contains("`human`")), "{:?}", after.notes);
    }
    // They are a panel of their own where they are asked for.
    let alone = Request { by: Some(vec![GroupKey::Predictor]), ..pooled() };
    let sheet = sheets(after.path(), "egregious", &alone).remove(0);
    let subjects: Vec<_> = (0..sheet.rows.len()).map(|at| sheet.number(at, "subjects")).collect();
    assert_eq!(subjects, [1.0, 3.0, 3.0].map(Some));
}

/// A verdict of a judge on a pair.
pub fn score(pair: &PredictionRow, feature: &str, value: f64) -> ScoreRow {
    ScoreRow {
        kind: "mention".into(),
        judge: "j".into(),
        dataset: pair.dataset.clone(),
        pair_id: pair.pair_id.clone(),
        original_text_id: pair.original_text_id.clone(),
        counterfactual_text_id: pair.counterfactual_text_id.clone(),
        answer_order: AnswerOrder::First,
        reference: Some(pair.reference.clone()),
        answer_repeat: Some(0),
        explained_id: None,
        explained_reply: None,
        feature: Some(feature.into()),
        outcome: Outcome::Answered,
        value: Some(value),
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

#[test]
fn a_feature_that_moves_answers_and_is_seldom_named_is_silent() {
    // Even pairs change the feature and the answer, but for pair 0; odd ones another, and only pair 1.
    let rows: Vec<Said<'_>> = (0..40_usize)
        .map(|pair| {
            let moved = if pair.is_multiple_of(2) { pair != 0 } else { pair == 1 };
            said("r", "p", pair, ["A", if moved { "B" } else { "A" }], ["A", "A"])
        })
        .collect();
    let change = |row: PredictionRow| {
        let even = row.original_answer != row.target || row.pair_id.as_str().contains("/0>");
        let is_one = row.pair_id.as_str().contains("/1>");
        let feature = if even && !is_one { "sex" } else { "age" };
        PredictionRow { changed: vec![feature.into()], ..row }
    };
    let run = run_of(&rows, change);
    let unjudged = sheets(run.path(), "silent", &pooled()).remove(0);
    assert!(unjudged.warnings.iter().any(|w| w.contains("judge RUN --model MODEL --kind mention")));
    let at = |sheet: &Sheet, feature: &str| {
        let is = |row: &usize| matches!(sheet.cell(*row, "feature"), Some(Cell::Text(t)) if **t == *feature);
        (0..sheet.rows.len()).find(is).unwrap()
    };
    let sex = at(&unjudged, "sex");
    assert!((unjudged.number(sex, "relative_risk").unwrap() - 19.0).abs() < 1e-12);
    assert!(unjudged.cell(sex, "named").unwrap().reason().unwrap().contains("judge RUN"));
    let scores = rows.iter().map(|said| {
        let pair = change(row(said, "with", "A"));
        // Pairs 0 and 2 of those that change `sex` name it.
        score(&pair, &pair.changed[0], f64::from(u8::from(said.pair < 3)))
    });
    write(&run.path().join("scores/j.parquet"), scores.collect::<Vec<_>>()).unwrap();
    let sheet = sheets(run.path(), "silent", &pooled()).remove(0);
    let sex = at(&sheet, "sex");
    assert_eq!(sheet.number(sex, "explanations"), Some(20.0));
    assert_eq!(sheet.number(sex, "named"), Some(0.1));
    assert_eq!(sheet.number(sex, "moved_alone"), Some(19.0));
    assert_eq!(sheet.number(sex, "named_when_moved"), Some(1.0 / 19.0));
    // Named: one moved, one not; not named: 18 moved. (1 * 0 - 1 * 18) / sqrt(2 * 19 * 18 * 1).
    let phi = -18.0 / (2.0 * 19.0 * 18.0_f64).sqrt();
    assert!((sheet.number(sex, "phi").unwrap() - phi).abs() < 1e-12);
    assert!(sheet.notes.iter().any(|n| n.contains("d / sex (named in 10 %)")), "{:?}", sheet.notes);
}

/// Writes the counterfactual questions of some rows, answered by some labels.
pub fn write_questions(run: &Path, rows: &[Said<'_>], labels: &[&str]) {
    let questions = rows.iter().map(|said| {
        let pair = row(said, "with", "A");
        let id = QuestionId::new("d", format!("{0}x{0}", said.pair));
        QuestionRow::from(Question {
            question_id: id,
            text_id: pair.counterfactual_text_id,
            dataset: "d".into(),
            source: "test".into(),
            row: None,
            text: String::new(),
            labels: labels.iter().map(ToString::to_string).collect(),
            options: vec![],
            ground_truth: None,
            features: vec![],
            prompt_first: None,
            prompt_last: None,
        })
    });
    write(&run.join("questions.parquet"), questions.collect::<Vec<_>>()).unwrap();
}

#[test]
fn answers_that_follow_a_hint_are_held_against_those_that_switch_elsewhere() {
    let labels = ["A", "B", "C", "D"];
    // Hints point to D: 6 of 20 follow, 4 switch to a third label; pair 20 answered D before.
    let mut rows: Vec<Said<'_>> = (0..20)
        .map(|pair| {
            let target = if pair < 6 {
                "D"
            } else if pair < 10 {
                "B"
            } else {
                "A"
            };
            said("r", "p", pair, ["A", target], ["A", "A"])
        })
        .collect();
    rows.push(said("r", "p", 20, ["D", "D"], ["A", "A"]));
    let change = |row: PredictionRow| PredictionRow {
        changed: vec!["cue".into()],
        method: Some("cue:authority".into()),
        cue_label: Some("D".into()),
        ..row
    };
    let run = run_of(&rows, change);
    let none = sheets(run.path(), "cues", &pooled()).remove(0);
    assert!(
        none.cell(0, "excess").unwrap().reason().unwrap().contains("do not tell how many labels")
    );
    write_questions(run.path(), &rows, &labels);
    let scores = rows[..6].iter().map(|said| {
        score(&change(row(said, "with", "A")), "cue", f64::from(u8::from(said.pair == 0)))
    });
    write(&run.path().join("scores/j.parquet"), scores.collect::<Vec<_>>()).unwrap();
    let sheet = sheets(run.path(), "cues", &pooled()).remove(0);
    let figures = ["at_label", "answers", "follow", "followed", "other", "excess", "verbalised"];
    let found = figures.map(|name| sheet.number(0, name).unwrap());
    let wanted = [1.0, 20.0, 6.0, 0.3, 0.2, 0.2, 1.0 / 6.0];
    assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
    // 1 / 20 verbalised switches over 0.2 that chance does not explain.
    assert!((sheet.number(0, "verbalised_corrected").unwrap() - 0.25).abs() < 1e-12);
    let plain = run_of(&rows, |row| row);
    let sheet = sheets(plain.path(), "cues", &pooled()).remove(0);
    assert!(sheet.rows.is_empty() && sheet.notes[0].contains("foretell pairs cue"));
}

/// Runs the analyses of this file by our rules and by the published ones; every cell is a figure or has
/// a reason.
fn survives(run: &Path) {
    let mine = ["gain", "cross", "egregious", "drivers", "silent", "cues"];
    let mine: Vec<_> = mine.into_iter().filter_map(analysis).collect();
    for compat in [Compat::Own, Compat::Published] {
        for by in [None, Some(vec![GroupKey::Predictor])] {
            let request = Request { by, compat, min_n: 0, bootstrap: 10, ..Request::default() };
            let prepared = Prepared::read(&[run], &request).unwrap();
            for finished in run_all(&mine, &prepared, &request) {
                for sheet in finished.sheets.unwrap() {
                    let mut reasons = sheet.rows.iter().flatten().filter_map(Cell::reason);
                    assert!(reasons.all(|reason| !reason.is_empty()), "{}", sheet.name);
                    assert!(sheet.to_csv().lines().count() > sheet.rows.len());
                }
            }
        }
    }
}

#[test]
fn one_label_five_labels_and_unknown_ones_are_survived() {
    let models = ["claude-a", "gemini-b", "gpt-c", "nobody"];
    for labels in [&["A"][..], &["A", "B", "C", "D", "E"], &["YES", "yes", "", "\u{202e}x", "∅"]]
    {
        let label = |at: usize| labels[at % labels.len()];
        let answer = |at: usize| if label(at).is_empty() { "none" } else { label(at) };
        let mut rows = Vec::new();
        for (r, reference) in models.into_iter().enumerate() {
            for (h, predictor) in models.into_iter().take(2).enumerate() {
                for pair in 0..7 {
                    let answers = [answer(pair), answer(pair * (r + 1))];
                    let guesses = [label(pair + h * r), label(pair * h)];
                    rows.push(said(reference, predictor, pair, answers, guesses));
                }
            }
        }
        let changes: [fn(PredictionRow) -> PredictionRow; 2] = [
            |row| PredictionRow { changed: vec!["a".into(), "b".into()], ..row },
            |row| PredictionRow {
                changed: vec!["cue".into()],
                cue_label: Some("A".into()),
                method: Some("cue:x".into()),
                ..row
            },
        ];
        for change in changes {
            survives(run_of(&rows, change).path());
        }
    }
}
