//! Giving up batch files that are, or may be, on their way.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use scripted::batches::{BatchServer, start, study, with_keys};
use scripted::{foretell, texts};
use std::path::Path;

const FILE: &str = "answers-scripted-0001.jsonl";

/// What a file that is given up unseen may cost.
const RISK: &str = "a batch that is still at work is paid for all the same";

/// Hands over a file, of which nobody hears whether its batch was created.
fn lost(folder: &Path, server: &BatchServer) {
    start(folder, &server.model("openai", ""), "batched");
    with_keys(folder, 0, &["batch", "export", "batched"]);
    server.held.lock().unwrap().lose_answer = true;
    with_keys(folder, 4, &["batch", "submit", "batched", "--yes"]);
}

#[test]
fn a_batch_that_had_been_created_is_found_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    lost(folder, &server);
    let (out, err) = with_keys(folder, 5, &["batch", "forget", "batched", FILE, "--yes"]);
    assert!(out.contains("had been created") && err.contains("it is kept"), "{out}{err}");
    let (out, _) = with_keys(folder, 0, &["batch", "status", "batched"]);
    assert!(out.contains("on its way"), "{out}");
    let model = server.model("openai", "");
    with_keys(folder, 5, &[&study(&model, "batched")[..], &["--yes"]].concat());
    assert_eq!(server.live(), 0);
}

#[test]
fn a_file_is_given_up_with_consent_only_and_then_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    lost(folder, &server);
    let asked = server.requests().len();
    server.held.lock().unwrap().batches.clear();
    let model = server.model("openai", "");
    let live = [&study(&model, "batched")[..], &["--yes"]].concat();
    let (_, err) = with_keys(folder, 2, &["batch", "forget", "batched", FILE]);
    assert!(err.contains("the provider's list has no batch of this file"), "{err}");
    assert!(err.contains(&format!("needs your consent ({asked} requests")), "{err}");
    with_keys(folder, 5, &live);
    assert_eq!(server.live(), 0);
    let (out, _) = with_keys(folder, 0, &["batch", "forget", "batched", FILE, "--yes"]);
    assert!(out.contains("may be paid for twice"), "{out}");
    let (out, _) = with_keys(folder, 0, &["batch", "status", "batched"]);
    assert!(out.contains("given up"), "{out}");
    let (_, err) = with_keys(folder, 3, &["batch", "forget", "batched", FILE, "--yes"]);
    assert!(err.contains("is on its way"), "{err}");
    with_keys(folder, 0, &live);
    assert!(server.live() > asked as u64);
}

#[test]
fn a_batch_at_work_can_be_given_up_too() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    start(folder, &server.model("openai", ""), "batched");
    with_keys(folder, 0, &["batch", "export", "batched"]);
    let (_, err) = with_keys(folder, 3, &["batch", "forget", "batched", FILE, "--yes"]);
    assert!(err.contains("is on its way"), "nobody was sent it: {err}");
    with_keys(folder, 0, &["batch", "submit", "batched", "--yes"]);
    let (_, err) = with_keys(folder, 3, &["batch", "forget", "batched", "other.jsonl", "--yes"]);
    assert!(err.contains(FILE), "{err}");
    let (_, err) = with_keys(folder, 2, &["batch", "forget", "batched", FILE]);
    assert!(err.contains("not checked: how far its batch batch_000 is"), "{err}");
    let (_, err) = with_keys(folder, 0, &["batch", "forget", "batched", FILE, "--yes"]);
    assert!(err.contains("batch_000") && err.contains(RISK), "{err}");
    let (out, _) = with_keys(folder, 0, &["batch", "export", "batched"]);
    assert!(out.contains("answers-scripted-0002.jsonl"), "{out}");
}

#[test]
fn a_file_whose_batch_is_not_there_is_handed_over_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    lost(folder, &server);
    let asked = server.requests().len();
    server.held.lock().unwrap().batches.clear();
    // The ledger holds its requests for this very file.
    let (out, _) = with_keys(folder, 0, &["batch", "submit", "batched", "--yes"]);
    assert!(out.contains("in_progress"), "{out}");
    assert_eq!(server.requests().len(), asked);
}

#[test]
fn a_list_that_could_not_be_looked_at_is_said_with_what_that_risks() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    lost(folder, &server);
    let forget = ["batch", "forget", "batched", FILE];
    let unseen = "nobody knows whether the provider has a batch of this file";
    // The provider has no such list.
    server.held.lock().unwrap().hide_list = true;
    let (_, err) = with_keys(folder, 2, &forget);
    assert!(err.contains(unseen) && err.contains("404") && err.contains(RISK), "{err}");
    assert!(err.contains("needs your consent"), "{err}");
    // There is no key: nothing is sent, and the file can be given up all the same.
    let output = foretell(folder).args(forget).output().unwrap();
    let (_, err) = texts(&output);
    assert_eq!(output.status.code(), Some(2), "{err}");
    assert!(err.contains(unseen) && err.contains("`OPENAI_API_KEY` is not set"), "{err}");
    // Nobody is there.
    let address = server.address.clone();
    drop(server);
    let (out, err) = with_keys(folder, 0, &[&forget[..], &["--yes"]].concat());
    assert!(err.contains(unseen) && err.contains(&address) && err.contains(RISK), "{err}");
    assert!(out.contains("given up"), "{out}");
}

#[test]
fn replies_that_were_fetched_are_named_before_their_file_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    start(folder, &server.model("openai", ""), "batched");
    with_keys(folder, 0, &["batch", "export", "batched"]);
    with_keys(folder, 0, &["batch", "submit", "batched", "--yes"]);
    with_keys(folder, 0, &["batch", "status", "batched"]);
    with_keys(folder, 0, &["batch", "fetch", "batched"]);
    let (_, err) = with_keys(folder, 2, &["batch", "forget", "batched", FILE]);
    assert!(err.contains("answers-scripted-0001.replies.jsonl"), "{err}");
    assert!(!err.contains("not checked") && !err.contains(RISK), "{err}");
}
