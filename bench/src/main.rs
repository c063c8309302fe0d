//! Benchmarks. Absolute times mean nothing on a shared machine, so each prints a ratio of two
//! things measured in one run.
//!
//! ```text
//! foretell-bench parser [REPLIES.jsonl]   the reply parser against a mere copy of the text
//! foretell-bench path [PAIRS]             simulated replies: the whole path against the bare subject
//! foretell-bench requests ADDRESS N M     N requests to a server, M in flight, ledger on
//! foretell-bench ledger [N...]           a resume with N requests, nearly all of them answered
//! foretell-bench view [RUN]               the viewer over 126,000 cases: pages, memory
//! foretell-bench neighbours [--rows N] [--from N] [--levels N]   all neighbours and balls of tables
//! foretell-bench counts [--rows N] [--references N] [--keep DIR]   the bootstrap against rows, the
//!                                         reduction against mere reading
//! ```
#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

#[cfg(feature = "cluster")]
mod cluster;
mod counts;
mod ledger;
mod neighbours;
mod parser;
mod path;
mod requests;
mod view;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("ledger") => ledger::run(&args[1..]),
        #[cfg(feature = "cluster")]
        Some("cluster") => cluster::run(&args[1..]),
        Some("counts") => counts::run(&args[1..]),
        Some("neighbours") => neighbours::run(&args[1..]),
        Some("parser") => parser::run(args.get(1).map(std::path::Path::new)),
        Some("path") => path::run(args.get(1)),
        Some("requests") => requests::run(&args[1..]),
        Some("view") => view::run(&args[1..]),
        _ => println!(
            "usage: foretell-bench parser [REPLIES.jsonl] | path [PAIRS] | ledger [N...] | \
             neighbours [--rows N] | counts [--rows N] | requests ADDRESS N M | view [RUN]"
        ),
    }
}

/// The median of five timings of `work`, seconds.
fn seconds(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let start = std::time::Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[2]
}
