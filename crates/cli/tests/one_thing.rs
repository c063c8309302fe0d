//! Money, batches, shards, passes and judges of one study: each holds where the others are.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use scripted::{fails, foretell, succeeds, tables, texts};
use serde_json::Value;
use std::path::Path;

/// Everything that a study can ask for, of simulated models.
const STUDY: [&str; 27] = [
    "run",
    "--pairs",
    "moral_machines",
    "--scenarios",
    "3000",
    "--limit",
    "40",
    "--reference",
    "sim:reference?rule=5&faithfulness=1&name=open",
    "--reference",
    "sim:reference?rule=2&faithfulness=0.5&noise=0.2&name=half",
    "--predictor",
    "sim:reader?name=reader",
    "--predictor",
    "sim:oracle?repeats=3&name=oracle",
    "--arm",
    "without",
    "--arm",
    "with",
    "--arm",
    "rationale",
    "--rationale-model",
    "sim:rationaliser",
    "--repeats",
    "2",
    "--ceiling",
    "4",
];

fn json(folder: &Path, args: &[&str]) -> Value {
    let (out, _) = succeeds(folder, &[args, &["--format", "json"]].concat());
    serde_json::from_str(&out).unwrap()
}

fn sum(table: &Value, stage: &str) -> u64 {
    let rows = table["rows"].as_array().unwrap().iter().filter(|row| row["stage"] == stage);
    rows.map(|row| row["requests"].as_u64().unwrap()).sum()
}

#[test]
fn a_plan_counts_repeats_the_ceiling_pass_and_rationales() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let command = [&STUDY[..], &["--out", "runs/all"]].concat();
    let planned = json(folder, &[&command[..], &["--plan"]].concat());
    assert!(!folder.join("runs").exists(), "a plan writes nothing");
    succeeds(folder, &command);
    let sent = json(folder, &["cost", "runs/all", "--by", "stage"]);
    assert_eq!(sum(&sent, "answers"), sum(&planned, "answers"));
    for stage in ["rationales", "predictions"] {
        let (most, sent) = (sum(&planned, stage), sum(&sent, stage));
        assert!(sent > 0 && sent <= most, "{stage}: {sent} of at most {most}");
    }
    let again = json(folder, &[&command[..], &["--plan"]].concat());
    let stages = ["answers", "rationales", "predictions"];
    assert_eq!(stages.map(|stage| sum(&again, stage)), [0, 0, 0]);

    // What is added is counted exactly, now that all that is shown is there.
    let grow =
        ["grow", "runs/all", "--predictor", "sim:reader?skill=0.5&name=poor", "--arm", "blind"];
    let planned = json(folder, &[&grow[..], &["--plan"]].concat());
    assert!(planned["rows"].as_array().unwrap().iter().all(|row| row["at_most"] == false));
    succeeds(folder, &grow);
    let grown = json(folder, &["cost", "runs/all", "--by", "stage"]);
    assert_eq!(
        sum(&grown, "predictions") - sum(&sent, "predictions"),
        sum(&planned, "predictions")
    );
    // More repeats of a reference: its answers exactly, the rest at most.
    let grow = ["grow", "runs/all", "--repeats", "4"];
    let planned = json(folder, &[&grow[..], &["--plan"]].concat());
    succeeds(folder, &grow);
    let last = json(folder, &["cost", "runs/all", "--by", "stage"]);
    assert_eq!(sum(&last, "answers") - sum(&grown, "answers"), sum(&planned, "answers"));
    for stage in ["rationales", "predictions"] {
        let new = sum(&last, stage) - sum(&grown, stage);
        assert!(new <= sum(&planned, stage), "{stage}: {new} of {}", sum(&planned, stage));
    }

    // A judge's plan, and its cost under its name.
    let judge = ["judge", "runs/all", "--model", "sim:judge?name=a-judge", "--limit", "20"];
    let planned = json(folder, &[&judge[..], &["--plan"]].concat());
    succeeds(folder, &judge);
    let costs = json(folder, &["cost", "runs/all", "--by", "model,stage"]);
    let rows = costs["rows"].as_array().unwrap();
    let judged = rows.iter().find(|row| row["model"] == "a-judge").unwrap();
    assert_eq!(judged["stage"], "verdicts");
    let asked = sum(&planned, "testability") + sum(&planned, "mention");
    assert_eq!(judged["requests"].as_u64().unwrap(), asked);
    assert!(rows.iter().all(|row| row["model"] != "(another)"), "{costs}");
    // The replies of judges and rationalisers are used: nothing is swept out.
    let (out, err) = succeeds(folder, &["ledger", "gc", "runs/all", "--unused", "runs/all"]);
    assert!(!format!("{out}{err}").contains("will be deleted"), "{out}{err}");
}

#[test]
fn shards_of_all_passes_and_one_ledger_give_the_tables_of_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    succeeds(folder, &[&STUDY[..], &["--out", "runs/whole"]].concat());
    let share =
        |index: u32| -> (String, String) { (format!("{index}/4"), format!("runs/shard-{index}")) };
    // A plan of a shard is the plan of its share.
    let whole = json(folder, &[&STUDY[..], &["--out", "runs/none", "--plan"]].concat());
    let shares: u64 = (1..=4)
        .map(|index| {
            let (shard, run) = share(index);
            let args = [&STUDY[..], &["--out", &run, "--shard", &shard, "--plan"]].concat();
            sum(&json(folder, &args), "answers")
        })
        .sum();
    assert_eq!(shares, sum(&whole, "answers"));
    // Answers, rationales, predictions.
    for _ in 0..3 {
        for index in 1..=4 {
            let (shard, run) = share(index);
            let args = [&STUDY[..], &["--out", &run, "--shard", &shard, "--ledger", "one.sqlite"]];
            succeeds(folder, &args.concat());
        }
    }
    succeeds(folder, &[&STUDY[..], &["--out", "runs/shard-1"]].concat());
    let (one, other) = (tables(&folder.join("runs/whole")), tables(&folder.join("runs/shard-1")));
    assert_eq!(one.len(), other.len());
    for ((name, bytes), (other_name, other)) in one.iter().zip(&other) {
        assert!(name == other_name && bytes == other, "{name} differs");
    }
    // The ledger elsewhere is found by all that read it.
    let costs = json(folder, &["cost", "runs/shard-1", "--by", "stage"]);
    assert_eq!(costs["rows"], json(folder, &["cost", "runs/whole", "--by", "stage"])["rows"]);
    succeeds(folder, &["judge", "runs/shard-1", "--model", "sim:judge", "--limit", "5"]);
    assert!(!folder.join("runs/shard-1/ledger.sqlite").exists());
}

#[test]
fn a_folder_for_batches_is_made_without_a_key_and_budgets_hold_for_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let study = [
        "run",
        "--pairs",
        "moral_machines",
        "--scenarios",
        "3000",
        "--limit",
        "20",
        "--reference",
        "openai:gpt-5-mini?max_tokens=1000&address=http://127.0.0.1:9/v1",
        "--predictor",
        "sim:reader",
        "--out",
        "run",
    ];
    let (_, err) = succeeds(folder, &[&study[..], &["--prepare", "--budget", "0.01"]].concat());
    assert!(err.contains("nothing was sent") && err.contains("foretell batch export run"), "{err}");
    succeeds(folder, &["batch", "export", "run"]);
    let list = std::fs::read_to_string(folder.join("run/batch/batches.json")).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let file = &list["files"][0];
    let worst = file["worst_usd"].as_f64().unwrap();
    // Forty questions at most, each of at most 1,000 tokens of output at 2 dollars a million.
    assert!(worst > 0.002 * 20.0, "{worst}");
    let submit = ["batch", "submit", "run", "--yes"];
    let output = foretell(folder).args(submit).env("OPENAI_API_KEY", "x").output().unwrap();
    let (status, (_, err)) = (output.status.code(), texts(&output));
    assert_eq!(status, Some(4), "{err}");
    assert!(err.contains("not handed over: of the budget of $0.01"), "{err}");
    fails(folder, 3, &["batch", "export", "nowhere"]);
}
