//! `foretell pairs`: import, list, show, stats, sample, merge.

mod scripted;

use scripted::{fails, foretell, run, shared, succeeds, texts};
use std::path::{Path, PathBuf};

fn testdata(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/pairs").join(name);
    path.display().to_string()
}

/// What is printed, without the folder of the test files.
fn plain(text: &str) -> String {
    text.replace(&testdata(""), "")
}

/// A folder with the pairs of `bbq.jsonl` in it, as one file and as a folder.
#[expect(clippy::unwrap_used, reason = "a test may fail where it likes")]
fn imported() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for out in ["bbq.parquet", "bbq"] {
        succeeds(folder.path(), &["pairs", "import", &testdata("bbq.jsonl"), "--out", out]);
    }
    folder
}

#[test]
fn faults_are_counted_shown_and_written_and_the_rest_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = testdata("faulty.jsonl");
    let args = ["pairs", "import", &file, "--labels", "YES,NO", "--out", "set.parquet"];
    let output = run(folder.path(), &args);
    let (out, err) = texts(&output);
    assert_eq!(output.status.code(), Some(3), "{err}");
    insta::assert_snapshot!(plain(&out));
    assert!(err.contains("4 rows are not in set.parquet"), "{err}");
    let written = std::fs::read_to_string(folder.path().join("set.faults.csv")).unwrap();
    assert_eq!(written.lines().count(), 7);

    let again = run(folder.path(), &args);
    assert_eq!(again.status.code(), Some(3));
    assert!(texts(&again).1.contains("--force"));
    let mut args = args.to_vec();
    args.extend(["--force", "--allow-faults", "--format", "json"]);
    let (out, _) = succeeds(folder.path(), &args);
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&value["pairs"], &value["left_out"]["missing_cell"]), (&3.into(), &2.into()));
    assert_eq!(value["faults"], "set.faults.csv");
    let clean = testdata("bbq.jsonl");
    succeeds(folder.path(), &["pairs", "import", &clean, "--out", "set.parquet", "--force"]);
    assert!(!folder.path().join("set.faults.csv").exists(), "old faults go");
}

#[test]
fn nothing_valid_and_nothing_named_are_input_faults() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "question,counterfactual\nx,x\n,y\n").unwrap();
    let args = ["pairs", "import", "a.csv", "--labels", "YES,NO", "--out", "a"];
    let said = fails(folder.path(), 3, &args);
    assert!(said.contains("no row is valid"), "{said}");
    assert!(!folder.path().join("a/pairs.parquet").exists());
    let said = fails(
        folder.path(),
        3,
        &["pairs", "import", "a.csv", "--question", "qestion", "--out", "b"],
    );
    assert!(said.contains("`--question qestion` (`question`?)"), "{said}");
    let said = fails(folder.path(), 3, &["pairs", "import", "none.csv", "--out", "b"]);
    assert!(said.contains("none.csv"), "{said}");
}

#[test]
fn a_table_of_pairs_is_listed_and_shown() {
    let folder = imported();
    let (out, err) =
        succeeds(folder.path(), &["pairs", "list", "bbq", "--limit", "2", "--skip", "1"]);
    insta::assert_snapshot!(out);
    assert!(err.contains("pairs 2 to 3 of 9; `--skip 3` goes on"), "{err}");
    let (_, err) = succeeds(folder.path(), &["pairs", "list", "bbq", "--skip", "8"]);
    assert_eq!(err.trim(), "pairs 9 to 9 of 9", "there is no next page");
    let args = ["pairs", "list", "bbq.parquet", "--format", "csv", "--limit", "0"];
    assert_eq!(succeeds(folder.path(), &args).0.lines().count(), 10);
    let (out, _) = succeeds(folder.path(), &["pairs", "list", "bbq", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(list[0]["original_ground_truth"], "C");
    let said = fails(folder.path(), 3, &["pairs", "list", "bbq", "--dataset", "bbq_sex"]);
    assert!(said.contains("bbq_sex") && said.contains("bbq_age"), "{said}");

    let said = fails(folder.path(), 3, &["pairs", "list", "bbq", "--dataset", "bbq_aeg"]);
    assert!(said.contains("did you mean `bbq_age`?"), "{said}");

    let (out, _) = succeeds(folder.path(), &["pairs", "show", "bbq", "bbq_age/1>3:first"]);
    insta::assert_snapshot!(out);
    let args = ["pairs", "show", "bbq", "bbq_age/1>3:first", "--format", "json"];
    let shown: serde_json::Value = serde_json::from_str(&succeeds(folder.path(), &args).0).unwrap();
    let parts = shown["difference"].as_array().unwrap();
    let side = |skip: &str| -> String {
        let of = |part: &serde_json::Value| {
            let (name, text) = part.as_object().unwrap().iter().next().unwrap();
            if name == skip { String::new() } else { text.as_str().unwrap().to_owned() }
        };
        parts.iter().map(of).collect()
    };
    assert_eq!(side("new"), shown["original"]["text"].as_str().unwrap());
    assert_eq!(side("gone"), shown["counterfactual"]["text"].as_str().unwrap());
    let said = fails(folder.path(), 3, &["pairs", "show", "bbq", "bbq_age/1"]);
    assert!(said.contains("foretell pairs list bbq"), "{said}");
}

#[test]
fn figures_stand_side_by_side() {
    let folder = imported();
    let args = ["pairs", "stats", "bbq", "bbq.parquet"];
    let (out, _) = succeeds(folder.path(), &args);
    let all = out.split("\n\n").next().unwrap();
    insta::assert_snapshot!(all);
    let mut args = args.to_vec();
    args.extend(["--format", "csv"]);
    let (out, _) = succeeds(folder.path(), &args);
    assert_eq!(out.lines().count(), 1 + 2 * (1 + 1 + 2), "all, one dataset, two methods of each");
    let widths: Vec<usize> = out.lines().map(|line| line.split(',').count()).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
}

#[test]
fn figures_of_the_published_set_are_those_of_the_script() {
    let Some(path) = shared("data/paper/combined_dataset.parquet") else { return };
    let folder = tempfile::tempdir().unwrap();
    let args = ["pairs", "stats", &path.display().to_string(), "--format", "json"];
    let ours: serde_json::Value = serde_json::from_str(&succeeds(folder.path(), &args).0).unwrap();
    let golden: serde_json::Value =
        serde_json::from_slice(&std::fs::read(testdata("combined_dataset.json")).unwrap()).unwrap();
    for name in ["components", "clusters_by_text", "clusters_by_id", "label_flips", "distances"] {
        assert_eq!(ours[0]["overall"][name], golden["overall"][name], "{name}");
    }
    assert_eq!(ours[0]["identical_texts"], golden["identical_texts"]);
}

#[test]
fn a_sample_is_the_one_a_study_takes_and_parts_merge_to_the_whole() {
    let folder = imported();
    let ids = |spec: &str| -> Vec<String> {
        let args = ["pairs", "list", spec, "--limit", "0", "--format", "json"];
        let list: Vec<serde_json::Value> =
            serde_json::from_str(&succeeds(folder.path(), &args).0).unwrap();
        list.iter().map(|pair| pair["pair_id"].as_str().unwrap().to_owned()).collect()
    };
    let sample = |n: &str, out: &str| {
        let args = ["pairs", "sample", "bbq", "--n", n, "--seed", "3", "--out", out];
        succeeds(folder.path(), &args);
    };
    sample("3", "small.parquet");
    sample("5", "large");
    let (small, large) = (ids("small.parquet"), ids("large"));
    assert_eq!((small.len(), large.len()), (3, 5));
    assert!(small.iter().all(|id| large.contains(id)));
    let bytes = || std::fs::read(folder.path().join("small.parquet")).unwrap();
    let before = bytes();
    let mut args = vec!["pairs", "sample", "bbq", "--n", "3", "--seed", "3", "--out"];
    args.extend(["small.parquet", "--force"]);
    succeeds(folder.path(), &args);
    assert!(before == bytes(), "the same command gives the same bytes");

    let run_args = ["run", "--pairs", "bbq", "--limit", "3", "--seed", "3", "--out", "study"];
    succeeds(folder.path(), &run_args);
    let (out, _) = succeeds(folder.path(), &["analyze", "gain", "study", "--format", "json"]);
    assert!(out.contains("\"pairs\": 3") || out.contains("\"pairs\":3"), "{out}");

    let args = ["pairs", "merge", "small.parquet", "bbq", "--out", "all.parquet"];
    let (_, err) = succeeds(folder.path(), &args);
    assert!(err.contains("left out: 3 rows, each repeats a pair"), "{err}");
    assert_eq!(ids("all.parquet").len(), 9);
    let args = ["pairs", "sample", "all.parquet", "--n", "2", "--per-dataset", "--out", "two"];
    succeeds(folder.path(), &args);
    assert_eq!(ids("two").len(), 2);
    let said = fails(folder.path(), 3, &["pairs", "merge", "bbq", "--out", "study"]);
    assert!(said.contains("folder of a run"), "{said}");
}

#[test]
fn a_study_runs_on_a_csv_a_jsonl_and_one_file() {
    let folder = imported();
    let csv = "question,counterfactual,answer,counterfactual_answer\n\
               Is a lorry heavier than a bus?,Is a lorry heavier than a bicycle?,NO,YES\n\
               Is lead heavier than tin?,Is lead lighter than tin?,YES,NO\n";
    std::fs::write(folder.path().join("weights.csv"), csv).unwrap();
    let bbq = testdata("bbq.jsonl");
    for (number, pairs) in ["weights.csv", &bbq, "bbq.parquet"].into_iter().enumerate() {
        let out = format!("run{number}");
        succeeds(folder.path(), &["run", "--pairs", pairs, "--out", &out]);
        let tables = PathBuf::from(&out).join("pairs.parquet");
        assert!(folder.path().join(tables).exists());
    }
    let said = fails(
        folder.path(),
        3,
        &["run", "--pairs", &testdata("faulty.jsonl"), "--labels", "YES,NO"],
    );
    assert!(said.contains("2 rows: a cell is missing") && said.contains("pairs import"), "{said}");
    let said = fails(folder.path(), 3, &["run", "--pairs", &testdata("choices.jsonl")]);
    assert!(said.contains("no counterfactuals"), "{said}");
}

#[test]
fn pairs_of_an_earlier_import_do_not_stay_beside_questions() {
    let folder = imported();
    let choices = testdata("choices.jsonl");
    let (out, _) =
        succeeds(folder.path(), &["pairs", "import", &choices, "--out", "bbq", "--force"]);
    assert!(out.contains("wrote    bbq: no pairs, 3 questions"), "{out}");
    assert!(!folder.path().join("bbq/pairs.parquet").exists());
    let said = fails(folder.path(), 3, &["run", "--pairs", "bbq"]);
    assert!(said.contains("no pairs.parquet"), "{said}");
}

#[test]
fn what_a_file_holds_cannot_steer_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let csv = "question,counterfactual,labels\na\u{1b}[31m,b\u{1b}[2J,X|Y\n";
    std::fs::write(folder.path().join("t.csv"), csv).unwrap();
    let output =
        foretell(folder.path()).args(["pairs", "show", "t.csv", "t/0>1:first"]).output().unwrap();
    assert!(output.status.success());
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn a_name_of_another_format_does_not_become_a_folder() {
    let folder = imported();
    let import = testdata("bbq.jsonl");
    for (out, args) in [
        ("a.csv", &["pairs", "import", &import][..]),
        ("b.TXT", &["pairs", "sample", "bbq", "--n", "2"]),
        ("c.jsonl", &["pairs", "merge", "bbq"]),
        ("d.xlsx", &["data", "pairs", "moral_machines"]),
    ] {
        let said = fails(folder.path(), 2, &[args, &["--out", out]].concat());
        let table = Path::new(out).with_extension("parquet").display().to_string();
        assert!(said.contains(&table) && said.contains("or a folder"), "{said}");
        assert!(!folder.path().join(out).exists());
    }
    let args = ["pairs", "merge", "bbq", "--out", "new/folder.v2"];
    succeeds(folder.path(), &args);
    assert!(folder.path().join("new/folder.v2/pairs.parquet").exists());
}

#[test]
fn labels_of_a_list_flag_are_not_said_to_be_no_column() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), "question,counterfactual\na?,b?\n").unwrap();
    let args = ["run", "--pairs", "t.csv", "--labels", "YES,NO", "--out", "run"];
    let (_, err) = succeeds(folder.path(), &args);
    assert!(!err.contains("is no column"), "{err}");
    let args = ["pairs", "import", "t.csv", "--labels", "YES,NO", "--out", "t.parquet"];
    let (out, _) = succeeds(folder.path(), &args);
    assert!(out.contains("`--labels YES,NO` is no column: it holds for all rows"), "{out}");
    assert!(out.contains("1 row\n") && out.contains("1 pair, 2 questions"), "{out}");
}

#[test]
fn a_file_that_gives_no_pairs_is_told_which_command_makes_some() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("messy.csv", "q,q2,gold\na?,b?,YES\nc?,d?,NO\n");
    write("questions.csv", "question,answer\na?,YES\nb?,NO\n");
    let run = |pairs: &str| fails(folder.path(), 3, &["run", "--pairs", pairs, "--out", "run"]);
    let said = run("messy.csv");
    assert!(said.contains("foretell pairs import messy.csv --question COLUMN"), "{said}");
    assert!(said.contains("--out messy.parquet") && !said.contains("--ground-truth"), "{said}");
    let import = ["pairs", "import", "messy.csv", "--out", "m.parquet"];
    assert!(fails(folder.path(), 3, &import).contains("name columns with `--question`"));
    let said = run("questions.csv");
    assert!(said.contains("foretell pairs generate --from questions.csv"), "{said}");
    assert!(said.contains("foretell pairs cue --from questions.csv"), "{said}");
    assert!(run("nofile.csv").contains("no such file: `nofile.csv`"));
    assert!(run("incme").contains("did you mean `income`?"));
}
