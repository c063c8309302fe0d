//! What a batch brought counts at its price, whoever imported it and when, and what was paid for counts.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use rusqlite::Connection;
use scripted::batches::{BatchServer, study, with_keys};
use serde_json::{Value, json};
use std::path::Path;

const PRICED: &str = "&price_in=1&price_out=2&max_tokens=100";

/// The study of a run on the ledger that all runs here share.
fn sharing<'a>(model: &'a str, out: &'a str) -> Vec<&'a str> {
    [&study(model, out)[..], &["--ledger", "shared.sqlite"]].concat()
}

/// Has a batch answer the first stage of a run, and gives the file of replies, not yet imported, in which
/// each reply names itself as those of providers do.
fn fetched(folder: &Path, model: &str, run: &str) -> String {
    with_keys(folder, 0, &[&sharing(model, run)[..], &["--prepare"]].concat());
    with_keys(folder, 0, &["batch", "export", run]);
    with_keys(folder, 0, &["batch", "submit", run, "--yes"]);
    with_keys(folder, 0, &["batch", "status", run]);
    with_keys(folder, 0, &["batch", "fetch", run]);
    let files = std::fs::read_dir(folder.join(run).join("batch")).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    let path = paths.find(|path| path.to_string_lossy().ends_with(".replies.jsonl")).unwrap();
    let path = path.to_str().unwrap().to_owned();
    edit(&path, |number, body| body["id"] = json!(format!("reply_{number}")));
    path
}

/// Changes the body of each reply in a file.
fn edit(path: &str, change: impl Fn(usize, &mut Value)) {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().enumerate().map(|(number, line)| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        let pointer = if line["result"].is_null() { "/response/body" } else { "/result/message" };
        change(number, line.pointer_mut(pointer).unwrap());
        format!("{line}\n")
    });
    std::fs::write(path, lines.collect::<String>()).unwrap();
}

/// Attempts at the answers of a run, the share of the full price that they cost, and how many of them
/// count at that of a batch.
fn cost(folder: &Path, run: &str) -> (u64, f64, u64) {
    let (out, _) = with_keys(folder, 0, &["cost", run, "--format", "json"]);
    let costs: Value = serde_json::from_str(&out).unwrap();
    let total = |figure: &str| costs["total"][figure].as_f64().unwrap();
    let full = (total("input_tokens") + 2.0 * total("output_tokens")) / 1e6;
    let (_, said) = with_keys(folder, 0, &["cost", run]);
    let halved = said.lines().find_map(|line| line.strip_prefix("half the price for "));
    let halved = halved.map_or(0, |line| line.split_once(' ').unwrap().0.parse().unwrap());
    // Costs are sums of fractions of cents.
    let share = (total("computed_usd") / full * 1e9).round() / 1e9;
    (total("attempts") as u64, share, halved)
}

/// Takes out of the ledger what it knows of batches, as if an earlier program had imported them.
fn as_of_before(folder: &Path) {
    let ledger = Connection::open(folder.join("shared.sqlite")).unwrap();
    ledger.execute_batch("DROP TABLE batched").unwrap();
}

#[test]
fn what_a_batch_of_another_run_brought_counts_at_its_price() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("openai", &format!("&api=responses{PRICED}"));
    let replies = fetched(folder, &model, "one");
    with_keys(folder, 0, &["batch", "import", "one", &replies]);
    let asked = server.requests().len() as u64;
    with_keys(folder, 0, &[&sharing(&model, "two")[..], &["--prepare"]].concat());
    for run in ["one", "two"] {
        assert_eq!(cost(folder, run), (asked, 0.5, asked), "{run}");
    }
}

#[test]
fn a_reply_that_says_so_itself_counts_at_the_price_of_a_batch() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("anthropic", PRICED);
    let replies = fetched(folder, &model, "one");
    edit(&replies, |number, message| {
        message["usage"]["service_tier"] = json!(if number == 0 { "standard" } else { "batch" });
    });
    with_keys(folder, 0, &["batch", "import", "one", &replies]);
    as_of_before(folder);
    let (asked, share, halved) = cost(folder, "one");
    assert_eq!(halved, asked - 1);
    assert!(share > 0.5 && share < 0.6, "{share}");
}

#[test]
fn what_an_earlier_program_imported_is_noted_when_it_is_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("openai", &format!("&api=responses{PRICED}"));
    let replies = fetched(folder, &model, "one");
    let import = ["batch", "import", "one", &replies];
    with_keys(folder, 0, &import);
    let asked = server.requests().len() as u64;
    as_of_before(folder);
    assert_eq!(cost(folder, "one"), (asked, 1.0, 0), "OpenAI's replies do not say it");
    let (_, err) = with_keys(folder, 0, &import);
    assert!(err.contains(&format!("{asked} replies known from before")), "{err}");
    let (_, err) = with_keys(folder, 0, &import);
    assert!(!err.contains("known from before"), "{err}");
    assert_eq!(cost(folder, "one"), (asked, 0.5, asked));
}

#[test]
fn a_batch_that_was_given_up_and_came_after_all_is_counted_beside_what_was_asked_live() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("openai", &format!("&api=responses{PRICED}"));
    let replies = fetched(folder, &model, "one");
    with_keys(folder, 0, &["batch", "forget", "one", "answers-scripted-0001.jsonl", "--yes"]);
    with_keys(folder, 0, &[&sharing(&model, "one")[..], &["--yes"]].concat());
    let (live, share, _) = cost(folder, "one");
    assert_eq!(share, 1.0);
    let tables = scripted::tables(&folder.join("one"));
    // Of one without a name nobody can tell that it is another.
    edit(&replies, |number, body| {
        if number == 0 {
            body["id"] = Value::Null;
        }
    });
    let came = server.requests().len() as u64 - 1;
    for (count, said) in [(live + came, true), (live + came, false)] {
        let (_, err) = with_keys(folder, 0, &["batch", "import", "one", &replies]);
        assert_eq!(err.contains(&format!("{came} replies to requests that had another")), said);
        let (attempts, share, halved) = cost(folder, "one");
        assert_eq!((attempts, halved), (count, came));
        assert!(share > 0.5 && share < 1.0, "{share}");
    }
    with_keys(folder, 0, &[&sharing(&model, "one")[..], &["--yes"]].concat());
    assert!(tables == scripted::tables(&folder.join("one")), "what it ended with stays");
}
