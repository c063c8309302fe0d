//! Simulated replies through the whole path: prompt, ledger on disk, parsing, tables.

use foretell_llm::{Limits, Stop};
use foretell_sim::Subject;
use foretell_study::{Meter, ModelTable, Preview, Progress, Run, Settings, Study};
use rayon::prelude::*;
use std::hint::black_box;
use std::time::{Duration, Instant};

struct Quiet;

impl Progress for Quiet {
    fn start(&self, _: &str, _: u64) -> Box<dyn Meter> {
        Box::new(Self)
    }
}

impl Meter for Quiet {
    fn advance(&self, _: u64) {}
}

/// Runs a study of simulated models on the built-in pairs, or on those named, and the bare subjects
/// on as many prompts.
pub(crate) fn run(pairs: Option<&String>) {
    let study = Study {
        name: "bench".to_owned(),
        scenarios: 60_000,
        pairs: vec![pairs.cloned().unwrap_or_else(|| "moral_machines".to_owned())],
        references: vec![ModelTable::from_spec("sim:reference?rule=5")],
        predictors: vec![ModelTable::from_spec("sim:reader")],
        ..Study::default()
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = Settings {
        limits: Limits::default(),
        timeout: Duration::from_secs(60),
        on_full: |_, _| (),
        tell: std::sync::Arc::new(|_| ()),
        ledger: None,
    };
    let run = Run::open(&study, Some(&folder.path().join("run")), &|_| None, &settings)
        .expect("the study is sound");
    let runtime = tokio::runtime::Runtime::new().expect("the system can start threads");
    let start = Instant::now();
    let ended = run.ask(runtime.handle(), &Stop::default(), &Quiet).expect("the study runs");
    let path = start.elapsed().as_secs_f64();

    let preview = Preview::open(&study).expect("the study is sound");
    let rule = [("rule".to_owned(), "5".to_owned())];
    let reference = Subject::new("reference", &rule).expect("a subject");
    let reader = Subject::new("reader", &[]).expect("a subject");
    let mut asked = 0_u64;
    let mut bare = 0.0;
    for (subject, arms) in
        [(&reference, vec![None]), (&reader, vec![Some("without"), Some("with")])]
    {
        for arm in arms {
            let prompts = preview.prompts(arm).expect("the prompts render");
            let start = Instant::now();
            prompts.par_iter().for_each(|shown| {
                black_box(subject.reply(&shown.prompt, 0));
            });
            bare += start.elapsed().as_secs_f64();
            asked += prompts.len() as u64;
        }
    }
    let (path_rate, bare_rate) = (ended.sent as f64 / path, asked as f64 / bare);
    println!("path: {} simulated replies, {} threads", ended.sent, rayon::current_num_threads());
    println!("  prompt, ledger, parsing, tables  {path_rate:>10.0} replies/s");
    println!("  the bare subjects                {bare_rate:>10.0} replies/s");
    println!("  whole path / bare                {:>10.1}", bare_rate / path_rate);
}
