//! Bad input: what is wrong, where, and how to mend it, before anything is sent.

mod scripted;

use foretell_tables::{DonorRow, write};
use scripted::{Server, answers, fails, shared, succeeds};
use std::time::Duration;

#[track_caller]
fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "`{word}` is missing in: {said}");
    }
}

#[test]
fn no_such_file() {
    let folder = tempfile::tempdir().unwrap();
    let said = fails(folder.path(), 3, &["run", "--pairs", "nowhere.parquet"]);
    says(&said, &["nowhere.parquet"]);
    let said = fails(folder.path(), 3, &["run", "moral_machine.toml"]);
    says(&said, &["moral_machine.toml"]);
    let said = fails(folder.path(), 3, &["run", "--pairs", "moral_machine"]);
    says(&said, &["moral_machine", "moral_machines"]);
}

#[test]
fn columns_that_nothing_names() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pairs.csv"), "a,b\n1,2\n").unwrap();
    let said = fails(folder.path(), 3, &["run", "--pairs", "pairs.csv"]);
    says(&said, &["pairs.csv", "no column for the question", "`a`, `b`", "foretell pairs import"]);
    write(&folder.path().join("donors.parquet"), Vec::<DonorRow>::new()).unwrap();
    let said = fails(folder.path(), 3, &["run", "--pairs", "donors.parquet"]);
    says(&said, &["donors.parquet", "original_dataset"]);
}

#[test]
fn an_unknown_model_or_option() {
    let folder = tempfile::tempdir().unwrap();
    let said = fails(folder.path(), 3, &["run", "--reference", "sim:refrence"]);
    says(&said, &["sim:refrence", "reference"]);
    let said = fails(folder.path(), 3, &["run", "--reference", "sim:reference?faithfulness=2"]);
    says(&said, &["faithfulness", "2"]);
    let said = fails(folder.path(), 3, &["run", "--reference", "opnai:gpt"]);
    says(&said, &["opnai", "http://HOST:PORT/v1#MODEL"]);
    let server = Server::start(answers, Duration::ZERO);
    let model = format!("{}#misspelt", server.address);
    let said = fails(folder.path(), 4, &["run", "--reference", &model, "--yes"]);
    says(&said, &["misspelt", "scripted"]);
    assert_eq!(server.answered(), 0);
}

#[test]
fn all_faults_of_the_models_are_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["run", "--reference", "sim:refrence", "--predictor", "opnai:gpt", "--arm", "wiht"];
    let said = fails(folder.path(), 3, &args);
    says(&said, &["sim:refrence", "opnai", "wiht"]);
}

#[test]
fn no_key_and_a_wrong_key() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::with_key(answers, Duration::ZERO, Some("sk-right"));
    let model = format!("{}?key_env=FORETELL_TEST_KEY", server.model());
    let said = fails(folder.path(), 4, &["run", "--reference", &model, "--yes"]);
    says(&said, &["FORETELL_TEST_KEY", "not set"]);
    let said = fails(folder.path(), 4, &["run", "--reference", &server.model(), "--yes"]);
    says(&said, &["wants a key", "key_env"]);
    let output = scripted::foretell(folder.path())
        .args(["run", "--reference", &model, "--yes"])
        .env("FORETELL_TEST_KEY", "sk-wrong")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    let (_, err) = scripted::texts(&output);
    assert!(!err.contains("sk-wrong"), "{err}");
    assert_eq!(server.answered(), 0);
}

#[test]
fn a_port_that_refuses() {
    let folder = tempfile::tempdir().unwrap();
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let model = format!("http://127.0.0.1:{port}/v1#m");
    let said = fails(folder.path(), 4, &["run", "--reference", &model, "--yes"]);
    says(&said, &["does not answer", &port.to_string(), "refused"]);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let said = fails(folder.path(), 3, &["run", "--out", "file/run"]);
    says(&said, &["file/run"]);
    std::fs::create_dir(folder.path().join("mine")).unwrap();
    std::fs::write(folder.path().join("mine/thesis.tex"), "").unwrap();
    let said = fails(folder.path(), 3, &["run", "--out", "mine"]);
    says(&said, &["thesis.tex", "--out"]);
}

#[test]
fn labels_that_a_card_does_not_have() {
    let folder = tempfile::tempdir().unwrap();
    let said = fails(folder.path(), 3, &["run", "--labels", "YES,NO"]);
    says(&said, &["CASE 1", "YES", "--labels"]);
}

#[test]
fn an_import_whose_prompts_lack_the_answer_block() {
    let Some(bbq) = shared("data/paper/bbq_part1.parquet") else { return };
    let folder = tempfile::tempdir().unwrap();
    let bbq = bbq.to_str().unwrap();
    let said = fails(folder.path(), 3, &["run", "--pairs", bbq]);
    says(&said, &["--reprompt", "949"]);
    succeeds(folder.path(), &["run", "--pairs", bbq, "--reprompt", "--limit", "50"]);
}

#[test]
fn a_run_folder_of_another_version_or_study() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["run", "--limit", "20", "--out", "old"];
    succeeds(folder.path(), &args);
    let said = fails(folder.path(), 3, &["run", "--seed", "5", "--out", "old"]);
    says(&said, &["`seed` is `1`, not `5`", "--out"]);
    let manifest = folder.path().join("old/run.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("format = 1", "format = 99")).unwrap();
    let said = fails(folder.path(), 3, &args);
    says(&said, &["format 99", "--out"]);
}

#[test]
fn paid_requests_need_consent() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(answers, Duration::ZERO);
    let model = server.model();
    let args = ["run", "--limit", "5", "--reference", &model, "--predictor", "sim:reader"];
    let said = fails(folder.path(), 2, &args);
    says(&said, &["--yes", "scripted", "nothing was sent"]);
    assert_eq!(server.answered(), 0);
}

#[test]
fn a_key_reaches_no_file() {
    let folder = tempfile::tempdir().unwrap();
    const KEY: &str = "sk-very-secret";
    let server = Server::with_key(answers, Duration::ZERO, Some(KEY));
    let model = format!("{}?key_env=FORETELL_TEST_KEY", server.model());
    let output = scripted::foretell(folder.path())
        .args(["run", "--limit", "5", "--reference", &model, "--predictor", &model])
        .args(["--yes", "--out", "run"])
        .env("FORETELL_TEST_KEY", KEY)
        .output()
        .unwrap();
    let (out, err) = scripted::texts(&output);
    assert!(output.status.success(), "{err}");
    assert!(!out.contains(KEY) && !err.contains(KEY));
    fn search(path: &std::path::Path) {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                search(&path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                let found = bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
                assert!(!found, "{}", path.display());
            }
        }
    }
    search(&folder.path().join("run"));
}

#[test]
fn a_broken_template_is_found_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("prompts")).unwrap();
    let broken = "{{ block }}\n{{ counterfactaul }}";
    std::fs::write(folder.path().join("prompts/predict.jinja"), broken).unwrap();
    let server = Server::start(answers, Duration::ZERO);
    let model = server.model();
    let args = ["run", "--prompts", "prompts", "--reference", &model, "--yes", "--out", "run"];
    let said = fails(folder.path(), 3, &args);
    says(&said, &["predict.jinja:2", "docs/prompts.md"]);
    assert_eq!(server.answered(), 0);
}
