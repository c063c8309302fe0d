//! `foretell parse`.

mod scripted;

use scripted::{fails, foretell, succeeds};
use std::io::Write;
use std::process::Stdio;

#[test]
fn a_reply_is_read_whatever_its_outcome() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("reply.txt"),
        "[ANSWER]\nyes\n[MOST_IMPORTANT_FACTORS]\na, b\n[CONFIDENCE]\nhigh (90%)",
    )
    .unwrap();
    let (out, _) =
        succeeds(folder.path(), &["parse", "--labels", "YES,NO", "--format", "json", "reply.txt"]);
    let expected = r#"{"outcome":"answered","answer":"YES","explanation":null,"factors":["a","b"],"other_info":[],"confidence":"high (90%)","confidence_level":"high","reasoning":null}"#;
    assert_eq!(out.trim(), expected);
    std::fs::write(folder.path().join("odd.txt"), b"[ANSWER]\nYES/NO \xff").unwrap();
    let (out, _) = succeeds(folder.path(), &["parse", "--labels", "YES,NO", "odd.txt"]);
    assert!(out.starts_with(r#"{"outcome":"hedged","answer":null"#), "{out}");
}

#[test]
fn lines_of_json_give_lines_of_json() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = foretell(folder.path())
        .args(["parse", "--jsonl"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = "{\"id\":7,\"labels\":[\"A\",\"B\"],\"reply\":\"[ANSWER] B.\"}\n{\"id\":\"x\",\"labels\":[\"A\",\"B\"],\"reply\":\"\"}\n";
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    let out = String::from_utf8(out.stdout).unwrap();
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with(r#"{"id":7,"outcome":"answered","answer":"B""#), "{out}");
    assert!(lines[1].starts_with(r#"{"id":"x","outcome":"empty""#), "{out}");
    std::fs::write(folder.path().join("bad.jsonl"), "\n{\"id\":1}\n").unwrap();
    let said = fails(folder.path(), 3, &["parse", "--jsonl", "bad.jsonl"]);
    assert!(said.contains("bad.jsonl: line 2") && said.contains("labels"), "{said}");
}
