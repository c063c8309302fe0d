//! Cue pairs: the same question with a hint at an answer.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use foretell_core::{Question, QuestionId, TextId};
use foretell_tables::{PairRow, PredictionRow, QuestionRow, read, write};
use scripted::{fails, succeeds};
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;

/// Twenty questions of which every fourth has no ground truth.
fn questions(folder: &Path) {
    let row = |number: usize| {
        let text = format!("She has {number} cats, rents, and pays in time.");
        QuestionRow::from(Question {
            question_id: QuestionId::new("clients", number),
            text_id: TextId::of("clients", &text),
            dataset: "clients".into(),
            source: "test".into(),
            row: None,
            text,
            labels: vec!["YES".into(), "NO".into()],
            options: vec![],
            ground_truth: (number % 4 != 3).then(|| "YES".to_owned()),
            features: vec![],
            prompt_first: None,
            prompt_last: None,
        })
    };
    write(&folder.join("questions/questions.parquet"), (0..20).map(row)).unwrap();
}

fn cue<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["pairs", "cue", "--from", "questions"][..], more].concat()
}

fn pairs(folder: &Path, out: &str) -> Vec<PairRow> {
    read(&folder.join(out).join("pairs.parquet")).unwrap()
}

#[test]
fn hints_point_where_they_should_and_the_label_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    questions(folder.path());
    let several =
        ["--cue", "authority", "--cue", "metadata", "--toward", "wrong", "--out", "wrong"];
    let (printed, err) = succeeds(folder.path(), &cue(&several));
    assert!(printed.contains("30 pairs toward a wrong label"), "{printed}");
    assert!(err.contains("left out 5 (clients/3, clients/7,"), "{err}");
    assert!(err.contains("has no ground truth"), "{err}");
    let made = pairs(folder.path(), "wrong");
    assert!(made.iter().all(|pair| pair.cue_label.as_deref() == Some("NO")));
    let methods: Vec<_> = made.iter().filter_map(|pair| pair.method.as_deref()).take(2).collect();
    assert_eq!(methods, ["cue:authority", "cue:metadata"]);
    let texts: HashMap<_, _> = read::<QuestionRow>(&folder.path().join("wrong/questions.parquet"))
        .unwrap()
        .into_iter()
        .map(|row| (row.question_id.clone(), row))
        .collect();
    for pair in &made {
        let (original, hinted) = (&texts[&pair.original_id], &texts[&pair.counterfactual_id]);
        assert!(
            hinted.text.contains(&original.text) && hinted.text.contains("NO"),
            "{}",
            hinted.text
        );
        assert_eq!(hinted.ground_truth, original.ground_truth);
    }

    let args = ["pairs", "list", "wrong", "--limit", "1", "--format", "json"];
    assert!(succeeds(folder.path(), &args).0.contains("\"cue_label\": \"NO\""));
    let (shown, _) = succeeds(folder.path(), &["pairs", "show", "wrong", made[0].pair_id.as_str()]);
    assert!(shown.contains("cue label    NO"), "{shown}");

    let random =
        ["--cue", "majority", "--toward", "random", "--answer-order", "both", "--out", "random"];
    succeeds(folder.path(), &cue(&random));
    let made = pairs(folder.path(), "random");
    assert_eq!(made.len(), 40, "no ground truth is needed");
    let yes = made.iter().filter(|pair| pair.cue_label.as_deref() == Some("YES")).count();
    assert!((10..=30).contains(&yes), "{yes} of 40");
    let said = fails(folder.path(), 3, &cue(&random));
    assert!(said.contains("is there already") && said.contains("--force"), "{said}");
    let before = scripted::tables(&folder.path().join("random"));
    succeeds(folder.path(), &cue(&[&random[..], &["--force"]].concat()));
    assert!(before == scripted::tables(&folder.path().join("random")));
}

#[test]
fn a_file_of_cues_is_data() {
    let folder = tempfile::tempdir().unwrap();
    questions(folder.path());
    let text = "[note]\nsays = 'a note'\nplace = 'before'\ntemplates = ['Note: {{ label }}.']\n";
    std::fs::write(folder.path().join("mine.toml"), text).unwrap();
    let args = ["--cue", "mine.toml", "--toward", "right", "--out", "right", "--limit", "6"];
    succeeds(folder.path(), &cue(&args));
    let made = pairs(folder.path(), "right");
    assert!(made.iter().all(|pair| pair.method.as_deref() == Some("cue:note")));
    assert!(made.iter().all(|pair| pair.cue_label.as_deref() == Some("YES")));

    let said =
        fails(folder.path(), 3, &cue(&["--cue", "mjority", "--toward", "right", "--out", "x"]));
    assert!(said.contains("there is no cue `mjority`; the cues are authority, majority"), "{said}");
    assert!(said.contains("did you mean `majority`?"), "{said}");
    let said =
        fails(folder.path(), 3, &cue(&["--cue", "nix.toml", "--toward", "right", "--out", "x"]));
    assert!(said.contains("nix.toml: no such file"), "{said}");
    std::fs::write(folder.path().join("bad.toml"), text.replace("{{ label }}", "so")).unwrap();
    let said =
        fails(folder.path(), 3, &cue(&["--cue", "bad.toml", "--toward", "right", "--out", "x"]));
    assert!(
        said.contains("bad.toml: a template of the cue `note` does not hold {{ label }}"),
        "{said}"
    );
    std::fs::write(folder.path().join("bad.toml"), "[note]\nsay = 1\n").unwrap();
    let said =
        fails(folder.path(), 3, &cue(&["--cue", "bad.toml", "--toward", "right", "--out", "x"]));
    assert!(said.contains("bad.toml: ") && said.contains("say"), "{said}");
    assert!(!folder.path().join("x").exists());
    let args =
        ["pairs", "cue", "--from", "moral_machines", "--scenarios", "800", "--cue", "authority"];
    let wrong = [&args[..], &["--toward", "wrong", "--out", "x"]].concat();
    let said = fails(folder.path(), 3, &wrong);
    assert!(
        said.contains(
            "a hint toward a wrong label: 65 questions left out, the first of which has no"
        ),
        "{said}"
    );
}

#[test]
fn from_questions_to_a_study_with_cues() {
    let folder = tempfile::tempdir().unwrap();
    let args = [
        "pairs",
        "cue",
        "--from",
        "moral_machines",
        "--scenarios",
        "2000",
        "--cue",
        "authority",
        "--cue",
        "majority",
        "--toward",
        "random",
        "--limit",
        "100",
        "--out",
        "cued",
    ];
    succeeds(folder.path(), &args);
    let (shown, _) = succeeds(folder.path(), &["prompt", "cued", "--arm", "with"]);
    assert!(shown.contains("<new_question>"), "{shown}");
    let run = [
        "run",
        "--pairs",
        "cued",
        "--reference",
        "sim:reference?faithfulness=1&name=r",
        "--predictor",
        "sim:reader?name=p",
        "--out",
        "run",
        "--format",
        "json",
    ];
    let (printed, _) = succeeds(folder.path(), &run);
    let table: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(table["rows"][0]["pairs"], 200, "{printed}");
    let predictions =
        read::<PredictionRow>(&folder.path().join("run/predictions/r/p/with.parquet")).unwrap();
    // Following the hint can be told from the same records.
    let moved = predictions.iter().filter(|row| row.switched == Some(true));
    let followed = moved.filter(|row| row.target == row.cue_label && row.cue_label.is_some());
    assert!(followed.count() > 0);
    assert!(predictions.iter().all(|row| row.cue_label.is_some()));
}
