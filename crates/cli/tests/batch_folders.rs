//! Folders of batch files: which of them a run remembers, and what becomes of those that are moved.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use scripted::batches::{BatchServer, start, study, with_keys};
use std::path::Path;

fn manifest(run: &Path) -> String {
    std::fs::read_to_string(run.join("run.toml")).unwrap()
}

/// Hands all over, with the files in `there`.
fn hand_over(folder: &Path, there: &str) {
    with_keys(folder, 0, &["batch", "export", "batched", "--out", there]);
    with_keys(folder, 0, &["batch", "submit", "batched", "--dir", there, "--yes"]);
}

#[test]
fn a_folder_of_files_on_their_way_that_is_away_is_an_error_until_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("openai", "");
    start(folder, &model, "batched");
    hand_over(folder, "there");
    let asked = server.requests().len();
    std::fs::rename(folder.join("there"), folder.join("elsewhere")).unwrap();

    let live = [&study(&model, "batched")[..], &["--yes"]].concat();
    let plan = [&study(&model, "batched")[..], &["--plan"]].concat();
    let grow = ["grow", "batched", "--arm", "filler", "--yes"];
    let export = ["batch", "export", "batched"];
    for command in [&live[..], &plan, &grow, &export] {
        let (_, err) = with_keys(folder, 3, command);
        let said = err.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("its batch files are away"), "{err}");
        assert!(said.contains("batch submit batched --dir WHERE"), "{err}");
    }
    assert_eq!(server.live(), 0);

    // A look says how they are, and nothing more.
    let before = manifest(&folder.join("batched"));
    let (out, _) = with_keys(folder, 0, &["batch", "status", "batched", "--dir", "elsewhere"]);
    assert!(out.contains("on its way"), "{out}");
    assert_eq!(manifest(&folder.join("batched")), before);
    let (_, err) = with_keys(folder, 0, &["batch", "submit", "batched", "--dir", "elsewhere"]);
    assert!(err.contains("nothing to hand over"), "{err}");
    let after = manifest(&folder.join("batched"));
    assert!(after.contains("/elsewhere\"]") && !after.contains("/there"), "{after}");
    with_keys(folder, 5, &live);
    assert_eq!((server.live(), server.requests().len()), (0, asked));
}

#[test]
fn a_run_may_be_renamed_with_the_batch_files_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("anthropic", "");
    start(folder, &model, "batched");
    hand_over(folder, "batched/more");
    assert!(manifest(&folder.join("batched")).contains("batches = [\"more\"]"));
    std::fs::rename(folder.join("batched"), folder.join("renamed")).unwrap();
    with_keys(folder, 5, &[&study(&model, "renamed")[..], &["--yes"]].concat());
    assert_eq!(server.live(), 0);
}

#[test]
fn the_files_of_another_run_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("openai", "");
    start(folder, &model, "batched");
    let other = [&study(&model, "other")[..], &["--seed", "9"]].concat();
    with_keys(folder, 2, &other);
    with_keys(folder, 0, &["batch", "export", "batched"]);
    let (before, list) =
        (manifest(&folder.join("other")), folder.join("batched/batch/batches.json"));
    let files = std::fs::read_to_string(&list).unwrap();
    for command in [
        &["batch", "status", "other", "--dir", "batched/batch"][..],
        &["batch", "submit", "other", "--dir", "batched/batch", "--yes"],
        &["batch", "export", "other", "--out", "batched/batch"],
    ] {
        let (_, err) = with_keys(folder, 3, command);
        assert!(err.contains("requests in answers-scripted-0001.jsonl are not its"), "{err}");
    }
    assert_eq!(manifest(&folder.join("other")), before);
    assert_eq!(std::fs::read_to_string(list).unwrap(), files);
    assert!(server.requests().is_empty());
}

#[test]
fn the_own_folder_reached_another_way_is_not_another() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    start(folder, &server.model("openai", ""), "batched");
    let dir = "batched/../batched/batch";
    with_keys(folder, 0, &["batch", "export", "batched", "--out", dir]);
    with_keys(folder, 0, &["batch", "submit", "batched", "--dir", dir, "--yes"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.join("batched"), folder.join("link")).unwrap();
        with_keys(folder, 0, &["batch", "submit", "batched", "--dir", "link/batch"]);
        with_keys(folder, 0, &["batch", "export", "link", "--out", "batched/batch"]);
    }
    let manifest = manifest(&folder.join("batched"));
    assert!(!manifest.contains("batches = "), "{manifest}");
}

#[test]
fn of_several_folders_that_are_away_the_name_tells_which_was_moved() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = BatchServer::start();
    let model = server.model("openai", "");
    start(folder, &model, "batched");
    hand_over(folder, "first");
    let more = study(&model, "batched").into_iter();
    let more: Vec<&str> = more.map(|arg| if arg == "30" { "40" } else { arg }).collect();
    with_keys(folder, 2, &more);
    hand_over(folder, "second");
    let asked = server.requests().len();
    std::fs::create_dir(folder.join("moved")).unwrap();
    for (old, new) in [("first", "moved/first"), ("second", "moved/other")] {
        std::fs::rename(folder.join(old), folder.join(new)).unwrap();
    }
    let submit = |dir| ["batch", "submit", "batched", "--dir", dir];
    let (_, err) = with_keys(folder, 3, &submit("moved/other"));
    assert!(err.contains("its batch files are away"), "{err}");
    with_keys(folder, 0, &submit("moved/first"));
    with_keys(folder, 0, &submit("moved/other"));
    let manifest = manifest(&folder.join("batched"));
    assert!(manifest.contains("moved/first") && manifest.contains("moved/other"), "{manifest}");
    assert!(!manifest.contains("/second"), "{manifest}");
    with_keys(folder, 5, &[&more[..], &["--yes"]].concat());
    assert_eq!((server.live(), server.requests().len()), (0, asked));
}
