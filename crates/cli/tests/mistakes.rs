//! First guesses at how a command is written, and output that cannot go where it should.
#![expect(clippy::unwrap_used, reason = "a test may fail where it likes")]

mod scripted;

use scripted::{fails, foretell, run, succeeds, texts};
use std::path::Path;

const SMALL: [&str; 5] = ["run", "--limit", "20", "--out", "run"];

#[track_caller]
fn says(said: &str, words: &[&str]) {
    for word in words {
        assert!(said.contains(word), "`{word}` is missing in: {said}");
    }
}

#[test]
fn help_begins_with_what_the_program_is_for() {
    let folder = tempfile::tempdir().unwrap();
    let first = "Do a model's explanations let you foretell what it does?";
    for args in [&["-h"] as &[&str], &["--help"], &[]] {
        let (out, err) = texts(&run(folder.path(), args));
        let text = if args.is_empty() { err } else { out };
        assert_eq!(text.lines().next(), Some(first), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_is_lost_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &SMALL);
    for args in [
        &["data", "list"] as &[&str],
        &["analyze", "gain", "run", "--format", "json"],
        &["prompt", "moral_machines"],
    ] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = foretell(folder.path()).args(args).stdout(full).output().unwrap();
        let (_, err) = texts(&output);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {err}");
        says(&err, &["standard output cannot be written", "No space left"]);
    }
}

#[test]
fn pairs_in_the_place_of_a_study() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("combined.parquet"), b"PAR1\xff\xfe").unwrap();
    std::fs::create_dir(folder.path().join("generated")).unwrap();
    for name in ["heart_disease", "moral_machines", "combined.parquet", "generated", "no.csv"] {
        let said = fails(folder.path(), 3, &["run", name]);
        says(&said, &["not a study file", &format!("`foretell run --pairs {name}`")]);
    }
}

#[test]
fn paths_that_are_not_there_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let said = fails(folder.path(), 3, &["run", "nix.toml"]);
    says(
        &said,
        &["`nix.toml`: there is no such study file", "`foretell init nix.toml` writes one"],
    );
    says(&fails(folder.path(), 3, &["runs", "nix"]), &["nix: there is no such folder"]);
    let (_, err) = succeeds(folder.path(), &["runs"]);
    says(&err, &["no runs in runs; `foretell run` makes one"]);
    let folders = ["run", "--prompts", "nix1", "--cards", "nix2", "--raw", "nix3"];
    let said = fails(folder.path(), 3, &folders);
    says(&said, &["`--prompts nix1`", "`--cards nix2`", "`--raw nix3`", "no such folder"]);
    let said = fails(folder.path(), 3, &["prompt", "moral_machines", "--raw", "nix"]);
    says(&said, &["`--raw nix`", "no such folder"]);
    std::fs::write(folder.path().join("file"), "").unwrap();
    let said = fails(folder.path(), 3, &["run", "--limit", "5", "--out", "file"]);
    says(&said, &["file", "help: a file has this name"]);
    assert!(!folder.path().join("runs").exists(), "nothing was started");
}

#[test]
fn a_misspelt_word_is_answered_with_the_one_meant() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    succeeds(at, &SMALL);
    let analyze = |flags: &[&'static str]| [&["analyze", "gain", "run"], flags].concat();
    let (yes, _) = succeeds(at, &analyze(&["--where", "switched=yes", "--format", "csv"]));
    let (truth, _) = succeeds(at, &analyze(&["--where", "switched=true", "--format", "csv"]));
    assert!(yes == truth && yes.lines().count() > 1, "{yes}");
    let said = fails(at, 3, &analyze(&["--where", "switched=often"]));
    says(&said, &["`often` is not true or false; write `switched=true` or"]);
    let said = fails(at, 3, &analyze(&["--where", "distance<=1"]));
    says(&said, &["no pair of this run has a `distance`"]);
    let said = fails(at, 3, &analyze(&["--arm", "shufled"]));
    says(&said, &["no predictions of arm `shufled`", "did you mean `shuffled`?"]);
    assert!(!said.contains("--arm shufled"), "{said}");
    says(&fails(at, 3, &["run", "--arm", "shufled"]), &["did you mean `shuffled`?"]);
    std::fs::write(at.join("s.toml"), "sead = 3\n").unwrap();
    says(&fails(at, 3, &["run", "s.toml"]), &["unknown field `sead`", "did you mean `seed`?"]);
    for plan in [
        &["run", "--reference", "openai:gpt-5-minni", "--limit", "2", "--plan"][..],
        &["grow", "run", "--predictor", "openai:gpt-5-minni", "--plan"],
    ] {
        let (_, err) = succeeds(at, plan);
        says(&err, &["warning: model `gpt-5-minni` is not known; did you mean `gpt-5-mini`?"]);
        assert_eq!(err.matches("warning").count(), 1, "{err}");
    }
}

#[test]
fn a_run_in_the_place_of_a_study_is_told_how_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (_, err) = succeeds(folder.path(), &SMALL);
    says(&err, &["view     foretell view run"]);
    let said = fails(folder.path(), 3, &["run", "run"]);
    says(&said, &["`run` is a run, not a study file", "`foretell grow run` goes on with it"]);
    let (_, err) = succeeds(folder.path(), &["grow", "run"]);
    says(&err, &["continuing the run", "0 requests sent"]);
    let page = std::fs::read_to_string(folder.path().join("run/report.html")).unwrap();
    assert!(page.contains(">foretell run --pairs moral_machines"), "not `foretell grow`");
}

#[test]
fn a_number_finds_the_pairs_of_that_question_first() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &SMALL);
    let pair = first_pair(&folder.path().join("run/pairs.parquet"));
    let number = pair.split(['/', '>']).nth(1).unwrap();
    let said = fails(folder.path(), 3, &["show", "run", number]);
    says(&said, &[&format!("nearest in name: moral_machines/{number}>")]);
}

#[test]
fn people_are_set_up_once_and_nothing_is_told_of_a_second_time() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &["run", "--limit", "60", "--out", "run"]);
    let setup = ["human", "setup", "run", "--raters", "2", "--per-rater", "4"];
    let (out, _) = succeeds(folder.path(), &setup);
    says(&out, &["design   2 raters"]);
    let output = run(folder.path(), &setup);
    let (out, err) = texts(&output);
    assert_eq!((output.status.code(), out.as_str()), (Some(3), ""), "{err}");
    says(&err, &["there is a study of people already"]);
}

#[test]
fn simulated_models_are_refused_where_they_give_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["run", "--reference", "sim:reader", "--predictor", "sim:judge"];
    let said = fails(folder.path(), 3, &args);
    says(&said, &["`sim:reader` cannot be a reference", "`sim:judge` cannot be a predictor"]);
    says(&said, &["`sim:reader` or `sim:oracle`"]);
    std::fs::write(folder.path().join("q.csv"), "question,answer\nIs 7 prime?,YES\n").unwrap();
    let generate = ["pairs", "generate", "--from", "q.csv", "--out", "generated"];
    let args = [&generate as &[&str], &["--model", "sim:reader"]].concat();
    says(&fails(folder.path(), 3, &args), &["`sim:reader` cannot be a generator"]);
    let args = [&generate as &[&str], &["--model", "sim:generator", "--judge", "sim:reader"]];
    says(&fails(folder.path(), 3, &args.concat()), &["`sim:reader` cannot be a judge"]);
}

#[test]
fn another_study_is_told_in_words() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("prompts")).unwrap();
    let args = [&SMALL as &[&str], &["--prompts", "prompts"]].concat();
    succeeds(folder.path(), &args);
    let said = fails(folder.path(), 3, &SMALL);
    says(&said, &["the run was started with `--prompts`, and this command has none"]);
    let said = fails(folder.path(), 3, &[&args as &[&str], &["--labels", "A,B"]].concat());
    says(&said, &["the run was started without `--labels`, and this command has one"]);
}

#[test]
fn the_ending_of_a_file_says_its_format() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &SMALL);
    let gain = |out| ["analyze", "gain", "run", "--out", out];
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    succeeds(folder.path(), &gain("g.csv"));
    assert!(read("g.csv").starts_with(b"reference,pairs,"));
    succeeds(folder.path(), &gain("g.json"));
    assert!(read("g.json").starts_with(b"{"));
    succeeds(folder.path(), &gain("g.parquet"));
    assert!(read("g.parquet").starts_with(b"PAR1"));
    says(&fails(folder.path(), 2, &gain("g.txt")), &["g.txt", "--format"]);
    let before = read("g.csv");
    says(&fails(folder.path(), 3, &gain("g.csv")), &["g.csv is there already", "--force"]);
    let args = [&gain("g.csv") as &[&str], &["--force", "--by", "predictor"]].concat();
    succeeds(folder.path(), &args);
    assert_ne!(read("g.csv"), before);
}

#[test]
fn warnings_reach_the_person_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    succeeds(folder.path(), &SMALL);
    let rough = "warning: fewer than 10 baseline errors";
    for format in [&["--format", "csv"] as &[&str], &["--out", "g.parquet"]] {
        let gain = ["analyze", "gain", "run", "--by", "reference,predictor"];
        let args = [&gain as &[&str], format].concat();
        let (out, err) = succeeds(folder.path(), &args);
        assert!(err.contains(rough) && !out.contains("warning"), "{out}\n{err}");
    }
    let args = ["analyze", "gain", "run", "--arm", "with", "--against", "with"];
    says(&fails(folder.path(), 2, &args), &["compared against itself"]);
}

#[test]
fn a_figure_that_rests_on_few_errors_says_so_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["run", "--limit", "20", "--predictor", "sim:reader", "--out", "run"];
    let (out, _) = succeeds(folder.path(), &args);
    says(&out, &["without them there were only 5 errors, too few to build on (NSG"]);
    let (out, _) = succeeds(folder.path(), &["run", "--limit", "400"]);
    assert!(!out.contains("too few to build on"), "{out}");
}

#[test]
fn a_folder_of_runs_and_a_run_that_is_not_complete() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["run", "--limit", "20", "--seed", "5", "--predictor", "sim:reader?seed=2&name=me"];
    succeeds(folder.path(), &args);
    let (out, _) = succeeds(folder.path(), &["runs"]);
    let run = out.split_whitespace().next().unwrap().to_owned();
    let said = fails(folder.path(), 3, &["analyze", "gain", "runs"]);
    says(&said, &["runs is a folder of runs", &run]);
    let manifest = folder.path().join(&run).join("run.toml");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("complete = true", "complete = false")).unwrap();
    let (_, err) = succeeds(folder.path(), &["analyze", "gain", &run]);
    says(&err, &["is not complete", "resume with:"]);
    let command = err.lines().find(|line| line.trim().starts_with("foretell run")).unwrap();
    let words: Vec<String> = command.split_whitespace().map(|w| w.replace('\'', "")).collect();
    let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let (_, err) = succeeds(folder.path(), &words);
    says(&err, &["continuing the run", "0 requests sent"]);
    let (_, err) = succeeds(folder.path(), &["analyze", "gain", &run]);
    assert!(!err.contains("not complete"), "{err}");
}

#[test]
fn an_arm_in_which_nothing_could_be_asked_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let models = ["--reference", "sim:reference", "--predictor", "sim:reader"];
    let args = |arms: &[&'static str]| [&SMALL as &[&str], &models, arms].concat();
    let (_, err) = succeeds(folder.path(), &args(&["--arm", "reasoning"]));
    says(
        &err,
        &["arm `reasoning`: 20 guesses not asked: the reply of the reference comes without"],
    );
    says(&err, &["`--arm without` `--arm with` added", "1 reference, 1 predictor, arm reasoning"]);
    assert!(!err.contains("foretell analyze gain"), "{err}");
    let said = fails(folder.path(), 3, &["analyze", "gain", "run"]);
    says(&said, &["no predictions of arm `with`", "`--arm with` added"]);
    let (_, err) =
        succeeds(folder.path(), &args(&["--arm", "without", "--arm", "own", "--arm", "shuffled"]));
    let line = |line: &str| line.strip_prefix("arm      foretell ").map(str::to_owned);
    let suggested: Vec<String> = err.lines().filter_map(line).collect();
    assert_eq!(suggested.len(), 2, "{err}");
    for command in suggested {
        succeeds(folder.path(), &command.split_whitespace().collect::<Vec<_>>());
    }
    let pair = first_pair(&folder.path().join("run/pairs.parquet"));
    let (case, _) = succeeds(folder.path(), &["show", "run", &pair]);
    assert!(!case.contains("not_asked") && !case.contains("no_reasoning"), "{case}");
}

fn first_pair(pairs: &Path) -> String {
    foretell_tables::read::<foretell_tables::PairRow>(pairs).unwrap()[0].pair_id.to_string()
}
