//! The viewer over a large run: how long its pages take, and how much memory it needs.
//!
//! The run has 7,000 pairs of 18 references, guessed by 5 predictors in two arms: 126,000 cases and
//! 1.26 million guesses, every original with an explanation of its own for every reference.

use foretell_core::{AnswerOrder, ConfidenceLevel, Outcome, PairId, QuestionId, TextId};
use foretell_study::{FrozenCounts, Identity, Layout, Manifest, ModelTable, Study};
use foretell_tables::{AnswerRow, NameValue, PredictionRow, QuestionRow, write};
use foretell_viewer::{Viewer, serve};
use rayon::prelude::*;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const PAIRS: usize = 7_000;
const REFERENCES: usize = 18;
const PREDICTORS: usize = 5;
const LABELS: [&str; 2] = ["YES", "NO"];
const DATASETS: [&str; 7] = ["income", "heart", "pima", "breast", "attrition", "bank", "dilemmas"];
const FEATURES: [&str; 8] =
    ["age", "sex", "hours", "education", "occupation", "status", "glucose", "pressure"];
const WORDS: [&str; 24] = [
    "because",
    "the",
    "person",
    "is",
    "older",
    "than",
    "most",
    "and",
    "works",
    "many",
    "hours",
    "a",
    "week",
    "which",
    "outweighs",
    "low",
    "education",
    "so",
    "this",
    "answer",
    "seems",
    "more",
    "likely",
    "here",
];

pub(crate) fn run(args: &[String]) {
    match args {
        [flag, folder] if flag == "--make" => make(Path::new(folder)),
        [folder] => measure(Path::new(folder)),
        _ => {
            // In processes of their own, so that the memory is that of the viewer alone.
            let folder = tempfile::tempdir().expect("a temporary folder");
            let run = folder.path().join("large");
            let program = std::env::current_exe().expect("a program has a path");
            for args in [vec!["view", "--make"], vec!["view"]] {
                let done = Command::new(&program).args(args).arg(&run).status();
                assert!(done.expect("a program that runs can be run again").success());
            }
        }
    }
}

/// A draw in `0..below` that depends on all of `parts` alone.
fn draw(parts: [usize; 4], below: usize) -> usize {
    let mix = |hash: u64, part: usize| {
        let mixed = (hash ^ part as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 29)
    };
    (parts.into_iter().fold(0x0100_0000_01b3, mix) % below as u64) as usize
}

fn words(seed: [usize; 2], number: usize) -> String {
    let word = |at: usize| WORDS[draw([seed[0], seed[1], at, 9], WORDS.len())];
    (0..number).map(word).collect::<Vec<_>>().join(" ")
}

/// Question `at`: originals first, then their counterfactuals.
fn question(at: usize) -> QuestionRow {
    let (pair, is_new) = (at % PAIRS, at >= PAIRS);
    let dataset = DATASETS[pair % DATASETS.len()];
    let changed = pair % FEATURES.len();
    let value = |feature: usize| {
        let moved = usize::from(is_new && feature == changed);
        format!("level {}", draw([pair, feature, 1, 2], 40) + moved)
    };
    let features = FEATURES.iter().enumerate();
    let features: Vec<NameValue> = features
        .map(|(at, name)| NameValue { name: (*name).to_owned(), value: value(at) })
        .collect();
    let told: Vec<String> = features.iter().map(|f| format!("{} is {}", f.name, f.value)).collect();
    let text = format!("Case {pair}. {}. {}", told.join(", "), words([pair, 0], 90));
    QuestionRow {
        question_id: QuestionId::new(dataset, at),
        text_id: TextId::of(dataset, &text),
        dataset: dataset.to_owned(),
        source: "bench".to_owned(),
        row: Some(at as i64),
        text,
        labels: LABELS.map(str::to_owned).to_vec(),
        options: Vec::new(),
        ground_truth: None,
        features,
        prompt_first: None,
        prompt_last: None,
    }
}

fn label(question: usize, reference: usize) -> &'static str {
    LABELS[draw([question, reference, 0, 1], 2)]
}

fn answer(question: &QuestionRow, at: usize, reference: usize) -> AnswerRow {
    AnswerRow {
        reference: format!("reference-{reference}"),
        dataset: question.dataset.clone(),
        question_id: question.question_id.clone(),
        text_id: question.text_id.clone(),
        answer_order: AnswerOrder::First,
        repeat: 0,
        outcome: Outcome::Answered,
        reason: None,
        answer: Some(label(at, reference).to_owned()),
        answer_read: None,
        explanation: Some(format!(
            "{}, reference {reference} case {at}",
            words([at, reference], 150)
        )),
        factors: FEATURES[..3].iter().map(|name| (*name).to_owned()).collect(),
        other_info: Vec::new(),
        confidence: Some("HIGH".to_owned()),
        confidence_level: Some(ConfidenceLevel::High),
        reasoning: None,
        reasoning_source: None,
        input_tokens: None,
        cached_tokens: None,
        output_tokens: None,
        reasoning_tokens: None,
        cost_usd: None,
        reply_key: None,
    }
}

fn prediction(
    questions: &[QuestionRow],
    pair: usize,
    reference: usize,
    predictor: usize,
    arm: &str,
) -> PredictionRow {
    let (original, counterfactual) = (&questions[pair], &questions[PAIRS + pair]);
    let (given, target) = (label(pair, reference), label(PAIRS + pair, reference));
    let luck = draw([pair, reference, predictor, arm.len()], 100);
    let hit = luck < if arm == "with" { 75 } else { 60 };
    let missing = draw([pair, reference, predictor, 7 + arm.len()], 100) == 0;
    let other = LABELS[usize::from(target == LABELS[0])];
    let answer = (!missing).then(|| if hit { target } else { other }.to_owned());
    let order = AnswerOrder::First;
    PredictionRow {
        pair_id: PairId::new(&original.question_id, &counterfactual.question_id, order),
        dataset: original.dataset.clone(),
        original_text_id: original.text_id.clone(),
        counterfactual_text_id: counterfactual.text_id.clone(),
        answer_order: order,
        distance: Some(1),
        changed: vec![FEATURES[pair % FEATURES.len()].to_owned()],
        method: None,
        cue_label: None,
        reference: format!("reference-{reference}"),
        explainer: format!("reference-{reference}"),
        arm: arm.to_owned(),
        predictor: format!("predictor-{predictor}"),
        repeat: 0,
        answer_repeat: 0,
        shown_reply: None,
        donor_id: None,
        outcome: if missing { Outcome::Hedged } else { Outcome::Answered },
        reason: None,
        hit: answer.is_some().then_some(hit),
        answer,
        original_answer: Some(given.to_owned()),
        target: Some(target.to_owned()),
        target_outcome: Outcome::Answered,
        target_reply: None,
        switched: Some(given != target),
        confidence: None,
        confidence_level: Some(ConfidenceLevel::High),
        input_tokens: None,
        cached_tokens: None,
        output_tokens: Some(100),
        reasoning_tokens: None,
        cost_usd: None,
        reply_key: None,
    }
}

fn make(folder: &Path) {
    let layout = Layout::new(folder);
    let questions: Vec<QuestionRow> = (0..2 * PAIRS).into_par_iter().map(question).collect();
    write(&layout.questions(), questions.iter().cloned()).expect("the folder can be written");
    let model = |kind: &str, at: usize| ModelTable {
        name: Some(format!("{kind}-{at}")),
        ..ModelTable::from_spec("sim:reader")
    };
    let study = Study {
        name: "large".to_owned(),
        references: (0..REFERENCES).map(|at| model("reference", at)).collect(),
        predictors: (0..PREDICTORS).map(|at| model("predictor", at)).collect(),
        ..Study::default()
    };
    (0..REFERENCES).into_par_iter().for_each(|reference| {
        let name = format!("reference-{reference}");
        let answers = questions.iter().enumerate().map(|(at, q)| answer(q, at, reference));
        write(&layout.answers(&name), answers).expect("the folder can be written");
        for predictor in 0..PREDICTORS {
            for arm in ["with", "without"] {
                let path = layout.predictions(&name, &format!("predictor-{predictor}"), arm);
                let row = |pair| prediction(&questions, pair, reference, predictor, arm);
                write(&path, (0..PAIRS).map(row)).expect("the folder can be written");
            }
        }
    });
    let frozen = FrozenCounts {
        questions: 2 * PAIRS as u64,
        pairs: PAIRS as u64,
        prompts: String::new(),
        cards: String::new(),
        notes: Vec::new(),
    };
    let identity = Identity::of(&study).expect("the study is sound");
    let mut manifest = Manifest::new(study, identity, frozen).expect("the study is sound");
    manifest.complete = true;
    manifest.write(folder).expect("the folder can be written");
}

/// Seconds until the whole page is there, and its length.
fn get(port: u16, path: &str) -> (f64, usize) {
    let start = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the viewer listens");
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("the viewer listens");
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).expect("the viewer answers");
    let seconds = start.elapsed().as_secs_f64();
    assert!(reply.starts_with(b"HTTP/1.1 200"), "{path}: {}", String::from_utf8_lossy(&reply));
    (seconds, reply.len())
}

fn measure(run: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("the system can start threads");
    let start = Instant::now();
    let viewer = Viewer::of_runs(&[run.to_owned()]).expect("the run can be viewed");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let port = listener.local_addr().expect("a port").port();
    runtime.spawn(serve(viewer, listener, std::future::pending()));
    let name = run.file_name().expect("a run has a name").to_string_lossy().into_owned();
    let (_, _) = get(port, "/");
    let overview = start.elapsed().as_secs_f64();
    println!("view: {name}, {} threads", rayon::current_num_threads());
    println!("  start to the list of runs        {:>8.0} ms", 1000.0 * overview);
    let row = |says: &str, path: &str| {
        let (first, bytes) = get(port, &format!("/run/{name}{path}"));
        let again = crate::seconds(|| {
            get(port, &format!("/run/{name}{path}"));
        });
        println!(
            "  {says:<32} {:>8.0} ms, then {:>5.0} ms, {:>4.0} kB, at most {:>4.0} MB",
            1000.0 * first,
            1000.0 * again,
            bytes as f64 / 1000.0,
            memory_mb().unwrap_or(f64::NAN)
        );
    };
    // The first page is there at once and says what is read; the next look has the cases.
    let (first, _) = get(port, &format!("/run/{name}"));
    println!("  first page                       {:>8.0} ms", 1000.0 * first);
    get(port, &format!("/run/{name}/version"));
    let read = start.elapsed().as_secs_f64();
    println!("  start to the tables read         {:>8.0} ms", 1000.0 * read);
    row("all cases with their figures", "");
    row("filter: dataset", "?dataset=income");
    row(
        "filter: five at once",
        "?dataset=heart&reference=reference-7&predictor=predictor-2&effect=misled&changed=sex",
    );
    row("filter: misled all, sorted", "?effect=misled-all&sort=misled");
    row("last page of all", "?page=2520&sort=helped");
    row("search: first, explanations read", "?text=outweighs+low+education");
    row("search: another, few", "?text=reference+7+case+4242");
    row("search: in every text", "?text=the");
    row("one case", "/case?pair=income%2F0%3E7000%3Afirst&of=reference-3");
}

/// Most memory that the process has had, where the system tells.
fn memory_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok()? / 1000.0)
}
