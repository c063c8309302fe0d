//! Requests to a server, with the ledger on: what asking costs beside waiting.

use foretell_core::Registry;
use foretell_llm::{
    Endpoints, Journal, Ledger, Limits, ModelSpec, Opening, Request, Stop, Tell, ask_all,
    open_model,
};
use serde_json::json;
use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Asks the server at `address` `requests` different prompts, `in_flight` at a time, and prints one
/// line of JSON: what came back, wall time, time on processors, most memory.
pub(crate) fn run(args: &[String]) {
    let [address, requests, in_flight] = args else {
        println!("usage: foretell-bench requests ADDRESS REQUESTS IN_FLIGHT");
        return;
    };
    let number = |text: &String| text.parse::<u32>().expect("a whole number");
    let (requests, in_flight) = (number(requests), number(in_flight));
    let spec = ModelSpec::parse(&format!("{address}#bench")).expect("an address");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let opening = Opening {
        keys: &|_| None,
        timeout: Duration::from_secs(60),
        registry: &Registry::default(),
        logs: folder.path(),
    };
    let model = open_model(&spec, &opening).expect("a model");
    let ledger =
        Ledger::open(&folder.path().join("ledger.sqlite"), Journal::Wal, Box::new(|_, _| ()))
            .expect("a ledger");
    let limits = Limits { concurrency: in_flight as usize, ..Limits::default() };
    let tell: Tell = Arc::new(|words| println!("{words}"));
    let endpoints = Endpoints::new(folder.path().join("limits.log"), tell);
    let lanes = endpoints.lanes(&spec, &model, &limits).expect("no pace");
    let runtime = tokio::runtime::Runtime::new().expect("the system can start threads");
    let words = "the patient is between 50 and 60 years old and has chest pain, ".repeat(24);
    let prompts = (0..requests).map(|number| {
        let prompt = format!("{number}: {words}");
        Ok::<_, Infallible>(Request::new(&*model, spec.provider(), &spec.model, &prompt, 0))
    });
    let (start, cpu) = (Instant::now(), cpu_s());
    let (stop, under_way) = (Stop::default(), HashSet::new());
    let asking = ask_all(lanes, &ledger, limits, &stop, &under_way, prompts, &|_| ());
    let asked = runtime.block_on(asking).expect("the ledger can be written");
    let (wall_s, cpu_s) = (start.elapsed().as_secs_f64(), cpu_s() - cpu);
    let kept = ledger.reader().and_then(|reader| reader.attempts()).expect("a ledger");
    assert_eq!((asked.sent, asked.failed), (u64::from(requests), 0), "the server answers all");
    assert_eq!(kept, u64::from(requests), "all is kept");
    let line = json!({
        "tool": "foretell", "requests": requests, "in_flight": in_flight,
        "wall_s": wall_s, "cpu_s": cpu_s, "peak_mb": peak_mb(),
    });
    println!("{line}");
}

/// Time on processors so far, of all threads, user and system, seconds. Linux counts it in ticks of
/// a hundredth.
pub(crate) fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    // The name of the program, in brackets, may hold anything.
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().expect("a number of ticks");
    (ticks(11) + ticks(12)) / 100.0
}

/// Most memory that was resident, megabytes.
pub(crate) fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    let kilobytes = line.trim().trim_end_matches("kB").trim();
    kilobytes.parse::<f64>().expect("a number of kilobytes") / 1024.0
}
