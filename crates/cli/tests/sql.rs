//! `foretell sql`: any query, and the reduction as SQL against that over Arrow.
#![cfg(feature = "sql")]

mod scripted;

use foretell_tables::{CountRow, Reader};
use scripted::{fails, succeeds};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// A folder with the run `run`: two predictors, one with repeats, guesses and answers that are missing.
fn study() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder for a run");
        let arms = ["--arm", "without", "--arm", "with", "--arm", "shuffled"];
        let models = [
            "--reference",
            "sim:reference?fail=0.1&name=r",
            "--reference",
            "sim:reference?faithfulness=0.3&name=s",
            "--predictor",
            "sim:reader?repeats=3&fail=0.2&name=p",
            "--predictor",
            "sim:oracle?fail=0.1&name=q",
        ];
        let args: Vec<&str> = ["run", "--limit", "60", "--out", "run"]
            .into_iter()
            .chain(arms)
            .chain(models)
            .collect();
        succeeds(folder.path(), &args);
        folder
    });
    folder.path()
}

fn rows(path: &Path) -> Vec<CountRow> {
    let batches = Reader::<CountRow>::from_elsewhere(path).expect("a table of counts");
    let mut rows: Vec<CountRow> = batches.flat_map(|batch| batch.expect("a sound batch")).collect();
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

/// A file beside the study, of its own for each test.
fn beside(name: &str) -> PathBuf {
    study().join(name)
}

#[test]
fn counts_are_those_of_the_arrow_reduction_to_the_last_digit() {
    for arm in ["with", "shuffled"] {
        let [sql, little, arrow] = ["sql", "little", "arrow"]
            .map(|by| beside(&format!("{by}-{arm}.parquet")).display().to_string());
        let query = "select * from counts";
        succeeds(study(), &["sql", "run", query, "--arm", arm, "--out", &sql]);
        succeeds(
            study(),
            &["sql", "run", query, "--arm", arm, "--out", &little, "--memory", "64MB"],
        );
        let keys = "reference,predictor,answer_order,distance,method";
        succeeds(
            study(),
            &["analyze", "counts", "run", "--by", keys, "--arm", arm, "--out", &arrow],
        );
        let [sql, little, arrow] = [&sql, &little, &arrow].map(|path| rows(Path::new(path)));
        assert!(sql == arrow, "{arm}: {} rows of SQL, {} of Arrow", sql.len(), arrow.len());
        assert!(little == arrow, "{arm}: with little memory");
        // The study has what could make a difference.
        assert!(arrow.iter().any(|row| row.repeats == 3 && 0 < row.complete && row.complete < 3));
        assert!(
            arrow.iter().any(|row| row.repeats == 0) && arrow.iter().any(|row| row.complete == 0)
        );
    }
}

#[test]
fn gains_from_the_counts_of_sql_are_those_of_the_run() {
    let counts = beside("gains.parquet").display().to_string();
    succeeds(study(), &["sql", "run", "select * from counts", "--out", &counts]);
    for by in ["reference", "predictor,reference", ""] {
        let flags = ["--by", by, "--format", "json", "--bootstrap", "200"];
        let of = |args: &[&str]| -> Value {
            let (out, _) = succeeds(study(), &[args, &flags].concat());
            serde_json::from_str(&out).unwrap()
        };
        let (from_run, from_counts) =
            (of(&["analyze", "gain", "run"]), of(&["analyze", "--counts", &counts]));
        let rows = from_counts["rows"].as_array().unwrap();
        assert!(!rows.is_empty());
        for (row, other) in rows.iter().zip(from_run["rows"].as_array().unwrap()) {
            for (column, value) in row.as_object().unwrap() {
                if column != "undefined" {
                    assert_eq!(value, &other[column], "{by}: {column}");
                }
            }
        }
    }
}

#[test]
fn sums_by_cluster_are_those_of_the_tables() {
    let query = "select reference, dataset, original_text_id, sum(observations) as n, \
                 sum(case when complete > 0 then observations else 0 end) as scored \
                 from counts group by reference, dataset, original_text_id";
    let (out, _) = succeeds(study(), &["sql", "run", query, "--format", "json"]);
    let clusters: Vec<Value> = serde_json::from_str(&out).unwrap();
    let run = study().join("run");
    let keys = foretell_analysis::GroupKey::list("reference").unwrap();
    let counts = foretell_analysis::Contrast::default().count(&[&run], &keys).unwrap();
    let mut found = 0;
    for (group, counts) in counts.groups() {
        for (cluster, counts) in counts.clusters() {
            let same = |row: &&Value| {
                row["reference"] == *group[0] && row["original_text_id"] == cluster.text.as_str()
            };
            let row = clusters.iter().find(same).unwrap();
            assert_eq!(row["scored"].as_f64(), Some(counts.errors().observations));
            found += 1;
        }
    }
    assert!(found > 20, "{found} clusters");
}

#[test]
fn every_table_and_view_answers() {
    let tables = ["predictions", "answers", "scores", "rationales", "questions", "pairs", "models"];
    let views = ["guesses", "slots", "observations", "pair_rows", "counts"];
    for name in tables.into_iter().chain(views) {
        let query = format!("select count(*) as n from {name}");
        let (out, _) = succeeds(study(), &["sql", "run", &query, "--format", "csv"]);
        let n: u64 = out.lines().nth(1).unwrap().parse().unwrap();
        // Nothing was judged, and nothing else explains.
        assert_eq!(n == 0, ["scores", "rationales"].contains(&name), "{name}: {n}");
    }
    let (out, _) = succeeds(study(), &["sql", "run", "select * from faults", "--format", "json"]);
    assert_eq!(out.trim(), "[]");
    let (out, _) = succeeds(study(), &["sql", "run", "select name from models order by name"]);
    assert!(out.starts_with("+") && out.contains("| p "), "{out}");
}

#[test]
fn a_guess_that_stands_twice_is_a_fault_and_a_run_named_twice_is_none() {
    let copy = beside("copy/predictions/r/p");
    std::fs::create_dir_all(&copy).unwrap();
    let table = "predictions/r/p/with.parquet";
    std::fs::copy(study().join("run").join(table), copy.join("with.parquet")).unwrap();
    let query = "select fault, count(*) as n from faults group by fault";
    let (out, _) = succeeds(study(), &["sql", "run", "copy", query, "--format", "csv"]);
    assert!(out.lines().nth(1).unwrap().starts_with("stands twice,"), "{out}");
    let (out, _) = succeeds(study(), &["sql", "run", "run", query, "--format", "csv"]);
    assert_eq!(out.trim(), "fault,n");
}

#[test]
fn queries_read_and_nothing_else() {
    for query in [
        "create table t as select 1",
        "copy (select 1) to 'x.csv'",
        "insert into models select * from models",
        "set datafusion.execution.batch_size = 1",
        "drop view counts",
    ] {
        let said = fails(study(), 3, &["sql", "run", query]);
        assert!(said.contains("foretell sql --views"), "{query}: {said}");
    }
    assert!(!study().join("x.csv").exists());
    let said = fails(study(), 3, &["sql", "run", "select nothing from guesses"]);
    assert!(said.contains("nothing"), "{said}");
}

#[test]
fn too_little_memory_is_said_with_what_to_do() {
    let query = "select * from counts";
    let said = fails(study(), 3, &["sql", "run", query, "--memory", "1MB"]);
    assert!(said.contains("raise `--memory`"), "{said}");
}

#[test]
fn what_is_no_run_is_refused_by_name() {
    let said = fails(study(), 3, &["sql", "elsewhere", "select 1"]);
    assert!(said.contains("elsewhere: no predictions"), "{said}");
    let said = fails(study(), 3, &["sql", "ftp://host/run", "select 1"]);
    assert!(said.contains("addresses start with s3:// or gs://"), "{said}");
    let said = fails(study(), 2, &["sql", "run", "select 1", "--format", "latex"]);
    assert!(said.contains("table, json, csv, parquet"), "{said}");
    let said = fails(study(), 2, &["sql", "select 1"]);
    assert!(said.contains("a run and a query are needed"), "{said}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_foretell"));
    command.current_dir(study()).args(["sql", "s3://bucket/run", "select 1"]);
    command.env("AWS_ENDPOINT_URL", "http://10.1.2.3:9000").env("AWS_SECRET_ACCESS_KEY", "hushed");
    let out = command.output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr);
    assert_eq!(out.status.code(), Some(3));
    assert!(said.contains("AWS_ENDPOINT_URL is http://10.1.2.3:9000"), "{said}");
    assert!(!said.contains("hushed"), "{said}");
}

#[cfg(feature = "cluster")]
#[test]
fn a_cluster_that_is_none_is_refused_before_the_query() {
    let asked =
        |address: &str| fails(study(), 3, &["sql", "--cluster", address, "run", "select 1"]);
    let said = asked("http://127.0.0.1:50050");
    assert!(said.contains("the address of a cluster is df://HOST:PORT"), "{said}");
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let said = asked(&format!("df://127.0.0.1:{port}"));
    assert!(said.contains(&format!("df://127.0.0.1:{port}: ")), "{said}");
    assert!(said.contains("start a Ballista scheduler of version 55 there"), "{said}");
}

#[cfg(not(feature = "cluster"))]
#[test]
fn a_program_that_reaches_no_cluster_says_so() {
    let args = ["sql", "--cluster", "df://127.0.0.1:50050", "run", "select 1"];
    let said = fails(study(), 3, &args);
    assert!(said.contains("built without the feature `cluster`"), "{said}");
}

#[test]
fn another_table_in_the_place_of_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let from = study().join("run");
    for name in ["predictions/r/p", "answers"] {
        std::fs::create_dir_all(folder.path().join("run").join(name)).unwrap();
    }
    let copy = |name: &str, to: &str| {
        std::fs::copy(from.join(name), folder.path().join("run").join(to)).unwrap();
    };
    copy("predictions/r/p/with.parquet", "predictions/r/p/with.parquet");
    copy("questions.parquet", "answers/r.parquet");
    let said = fails(folder.path(), 3, &["sql", "run", "select 1"]);
    assert!(said.contains("table `questions` of version 1, not the table `answers`"), "{said}");
}

#[test]
fn the_views_are_printed_for_other_engines() {
    let (out, _) = succeeds(study(), &["sql", "--views", "--arm", "shuffled"]);
    assert_eq!(out.matches("CREATE VIEW").count(), 6);
    assert!(out.contains("arm IN ('shuffled', 'without')") && !out.contains(":arm"), "{out}");
}
