//! What a resume costs: finding the few requests that a ledger of many lacks.

use crate::requests::{cpu_s, peak_mb};
use foretell_core::{Outcome, Registry};
use foretell_llm::{
    Attempt, ChatModel, Failure, Journal, Ledger, ModelSpec, Opening, Request, Verdict, open_model,
};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// One request in so many is not in the ledger, and another ended in a failure.
const LACKS_ONE_IN: u32 = 100;

/// Requests on their way to the disk while a ledger is filled.
const AT_ONCE: usize = 4096;

/// Fills ledgers of these sizes and prints, for each, the time on processors to read its keys and to
/// find what it lacks among requests made anew, and the ratio of that time, for each request, to the
/// size before: 1 where the cost grows as the ledger does.
pub(crate) fn run(args: &[String]) {
    let sizes: Vec<u32> = if args.is_empty() {
        vec![10_000, 100_000, 1_000_000]
    } else {
        args.iter().map(|text| text.parse().expect("a whole number")).collect()
    };
    println!("ledger: a resume that lacks one request in {LACKS_ONE_IN}");
    println!(
        "  {:>9} {:>8} {:>11} {:>13} {:>13} {:>11} {:>8} {:>9}",
        "requests", "file", "keys", "keys, retry", "enumerate", "a request", "ratio", "peak"
    );
    let mut before: Option<f64> = None;
    for size in sizes {
        let measured = measure(size);
        let each = measured.enumerate_s / f64::from(size);
        let ratio = before.map_or("-".to_owned(), |before| format!("{:.2}", each / before));
        println!(
            "  {size:>9} {:>5.0} MB {:>9.3} s {:>11.3} s {:>11.3} s {:>8.2} us {ratio:>8} {:>6.0} MB",
            measured.file_mb,
            measured.keys_s,
            measured.retry_s,
            measured.enumerate_s,
            each * 1e6,
            peak_mb(),
        );
        before = Some(each);
    }
}

struct Measured {
    file_mb: f64,
    keys_s: f64,
    retry_s: f64,
    enumerate_s: f64,
}

fn measure(size: u32) -> Measured {
    let spec = ModelSpec::parse("http://127.0.0.1:1/v1#bench").expect("an address");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let opening = Opening {
        keys: &|_| None,
        timeout: Duration::from_secs(60),
        registry: &Registry::default(),
        logs: folder.path(),
    };
    let model = open_model(&spec, &opening).expect("a model");
    let path = folder.path().join("ledger.sqlite");
    let ledger = Ledger::open(&path, Journal::Wal, Box::new(|_, _| ())).expect("a ledger");
    fill(&ledger, &model, size);
    drop(ledger);
    let ledger = Ledger::open(&path, Journal::Wal, Box::new(|_, _| ())).expect("a ledger");
    let reader = ledger.reader().expect("a ledger");
    let (_, keys_s) = timed(|| reader.ended(false).expect("keys"));
    let (_, retry_s) = timed(|| reader.ended(true).expect("keys"));
    let (missing, enumerate_s) = timed(|| {
        let ended = reader.ended(false).expect("keys");
        let keys = (0..size).map(|number| request(&*model, number).key);
        keys.filter(|key| !ended.contains(key)).collect::<HashSet<_>>().len() as u64
    });
    assert_eq!(missing, u64::from(size.div_ceil(LACKS_ONE_IN)), "what was left out is missing");
    let file_mb = std::fs::metadata(&path).expect("a ledger").len() as f64 / 1e6;
    Measured { file_mb, keys_s, retry_s, enumerate_s }
}

/// What `work` gives, and its time on processors: others may be at work on the machine.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let (cpu, wall) = (cpu_s(), Instant::now());
    let result = work();
    let cpu = cpu_s() - cpu;
    // Processors are counted in hundredths of a second; what is shorter is told by the clock.
    (result, if cpu < 0.1 { wall.elapsed().as_secs_f64() } else { cpu })
}

/// A request as long as those of the built-in study.
fn request(model: &dyn ChatModel, number: u32) -> Request {
    let words = "the car can swerve into two elderly people who cross at a red light, ".repeat(20);
    Request::new(model, "http", "bench", &format!("{number}: {words}"), 0)
}

fn fill(ledger: &Ledger, model: &Arc<dyn ChatModel>, size: u32) {
    let runtime = tokio::runtime::Runtime::new().expect("the system can start threads");
    let text = "because more people would be hurt otherwise, ".repeat(16);
    let raw = format!(r#"{{"choices":[{{"message":{{"content":"{text}"}}}}]}}"#);
    runtime.block_on(async {
        let mut keeping = JoinSet::new();
        for number in (0..size).filter(|number| number % LACKS_ONE_IN != 0) {
            let request = request(&**model, number);
            let failure = Failure { outcome: Outcome::TimedOut, message: "no reply".to_owned() };
            let verdict = match number % LACKS_ONE_IN {
                1 => Verdict::Fail(failure),
                _ => Verdict::Reply,
            };
            let raw = Some(raw.clone());
            let attempt = Attempt { status: Some(200), raw, cost_usd: None, verdict };
            if keeping.len() == AT_ONCE {
                keeping.join_next().await;
            }
            let ledger = ledger.clone();
            keeping.spawn(async move {
                ledger.keep(request.key, request.body, attempt, true).await.expect("room on disk");
            });
        }
        while keeping.join_next().await.is_some() {}
    });
}
