//! What the size of a study costs: the bootstrap against its rows, the reduction against mere reading.

use crate::requests::{cpu_s, peak_mb};
use foretell_analysis::{Contrast, CountRequest, GroupKey};
use foretell_core::{AnswerOrder, Outcome, PairId, QuestionId, TextId};
use foretell_stats::{ClusterErrors, Profiles, nsg_bootstrap};
use foretell_tables::{PredictionRow, Writer};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

const DRAWS: u32 = 10_000;
/// Pairs of a cluster, and predictors of a panel: their product is the observations of a cluster.
const PAIRS: usize = 5;
const PREDICTORS: usize = 5;
/// Pairs that every reference is asked about, in the files that are written.
const PAIRS_OF_REFERENCE: usize = 20_000;
/// The columns that differ from guess to guess: what the reduction has to decode at least.
const COLUMNS: [&str; 10] = [
    "pair_id",
    "reference",
    "explainer",
    "arm",
    "predictor",
    "repeat",
    "answer_repeat",
    "outcome",
    "target_outcome",
    "hit",
];

/// Measures both.
///
/// `--rows N`: the most synthetic observations of the bootstrap (100 million), `--references N`: the most
/// references of the reduction (16), each with 200,000 guesses; `--keep DIR`: where their run is left.
pub(crate) fn run(args: &[String]) {
    let value = |name: &str| {
        let place = args.iter().position(|arg| arg == name)?;
        args.get(place + 1)
    };
    let number =
        |name: &str| value(name).map(|text| text.parse().expect("a number after the flag"));
    bootstrap(number("--rows").unwrap_or(100_000_000));
    let kept = value("--keep").map(PathBuf::from);
    let folder = tempfile::tempdir().expect("a folder for a run");
    reduction(kept.as_deref().unwrap_or(folder.path()), number("--references").unwrap_or(16));
}

fn bootstrap(most: usize) {
    println!("bootstrap: {DRAWS} draws of clusters of {} observations", PAIRS * PREDICTORS);
    println!(
        "  {:>12} {:>10} {:>9} {:>12} {:>10} {:>8}",
        "rows", "clusters", "profiles", "profiling s", "draws s", "growth"
    );
    let (mut rows, mut first) = (100_000, None);
    while rows <= most {
        let clusters = clusters(rows);
        let start = Instant::now();
        let profiles = Profiles::new(&clusters);
        let profiled = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let found = nsg_bootstrap(&profiles, DRAWS, 7, 0.95).expect("the baseline errs");
        let drawn = start.elapsed().as_secs_f64();
        assert!(found.interval.low < found.interval.high);
        let first = *first.get_or_insert(drawn);
        let distinct = distinct(&clusters);
        let (count, growth) = (clusters.len(), drawn / first);
        println!(
            "  {rows:>12} {count:>10} {distinct:>9} {profiled:>12.3} {drawn:>10.3} {growth:>7.1}x"
        );
        rows *= 10;
    }
}

/// Clusters with errors as if drawn: each of its own difficulty.
fn clusters(rows: usize) -> Vec<ClusterErrors> {
    let size = PAIRS * PREDICTORS;
    let of = |cluster: usize| {
        let hard = unit(cluster, 0);
        let errors = |purpose: usize, share: f64| {
            (1..=size).filter(|at| unit(cluster, purpose + at) < share).count() as f64
        };
        ClusterErrors {
            observations: size as f64,
            treated: errors(100, 0.3 * hard),
            baseline: errors(200, 0.5 * hard),
        }
    };
    (0..rows / size).map(of).collect()
}

fn distinct(clusters: &[ClusterErrors]) -> usize {
    let errors = |c: &ClusterErrors| (c.treated as u64, c.baseline as u64);
    clusters.iter().map(errors).collect::<std::collections::BTreeSet<_>>().len()
}

fn reduction(run: &Path, most: usize) {
    println!(
        "reduction by reference and dataset, {} threads: seconds on processors. `columns`: decoding those \
         that the reduction needs; `tables`: decoding all; `counts` in memory; `file`: counts written as a \
         table; ratios to `columns` and to `tables`",
        rayon::current_num_threads()
    );
    println!(
        "  {:>10} {:>10} {:>8} {:>8} {:>8} {:>8} {:>11} {:>8} {:>8} {:>11} {:>8}",
        "references",
        "rows",
        "MB",
        "columns",
        "tables",
        "counts",
        "",
        "peak MB",
        "file",
        "",
        "peak MB"
    );
    let (mut references, mut written) = (1, 0);
    while references <= most {
        while written < references {
            write(run, written);
            written += 1;
        }
        let files = files(run);
        let bytes: u64 =
            files.iter().map(|file| file.metadata().expect("a file that was written").len()).sum();
        let ((rows, columns), (_, tables)) = (read(&files, Some(&COLUMNS)), read(&files, None));
        // First what holds less: the peak starts at what the allocator has kept.
        let (filing, streamed) = filed(run);
        let (counting, held) = counted(run, references);
        let ratios = |s: f64| format!("{:.1}x {:.1}x", s / columns, s / tables);
        println!(
            "  {references:>10} {rows:>10} {:>8.1} {columns:>8.2} {tables:>8.2} {counting:>8.2} {:>11} \
             {held:>8.0} {filing:>8.2} {:>11} {streamed:>8.0}",
            bytes as f64 / 1e6,
            ratios(counting),
            ratios(filing),
        );
        references *= 2;
    }
}

/// Seconds and memory of counts that are held for all references at once.
fn counted(run: &Path, references: usize) -> (f64, f64) {
    forget_peak();
    let start = cpu_s();
    let keys = [GroupKey::Reference, GroupKey::Dataset];
    let counts = Contrast::default().count(&[run], &keys).expect("a sound run");
    assert_eq!(counts.groups().len(), references);
    (cpu_s() - start, peak_mb())
}

/// Seconds and memory of counts that are written reference by reference.
fn filed(run: &Path) -> (f64, f64) {
    let out = tempfile::tempdir().expect("a folder for counts");
    let request = CountRequest {
        keys: vec![GroupKey::Reference, GroupKey::Dataset],
        ..CountRequest::default()
    };
    forget_peak();
    let start = cpu_s();
    request.write(&[run], &out.path().join("counts.parquet")).expect("a sound run");
    (cpu_s() - start, peak_mb())
}

/// Decodes some columns, or all, files side by side, and does nothing with them: rows and seconds.
fn read(files: &[PathBuf], columns: Option<&[&str]>) -> (usize, f64) {
    use rayon::prelude::*;
    let rows = |path: &PathBuf| -> usize {
        let file = File::open(path).expect("a file that was written");
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
        let mask = match columns {
            Some(columns) => {
                ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied())
            }
            None => ProjectionMask::all(),
        };
        let reader =
            builder.with_projection(mask).with_batch_size(65_536).build().expect("Parquet");
        reader.map(|batch| batch.expect("a sound batch").num_rows()).sum()
    };
    let start = cpu_s();
    let rows = files.par_iter().map(rows).sum();
    (rows, cpu_s() - start)
}

fn files(run: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![run.join("predictions")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the run") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

/// Writes the tables of one reference.
fn write(run: &Path, reference: usize) {
    let name = format!("reference-{reference:03}");
    for predictor in 0..PREDICTORS {
        for (side, arm) in ["with", "without"].into_iter().enumerate() {
            let predictor_name = format!("predictor-{predictor}");
            let path = run.join(format!("predictions/{name}/{predictor_name}/{arm}.parquet"));
            let mut writer = Writer::<PredictionRow>::create(&path).expect("a folder to write to");
            for pair in 0..PAIRS_OF_REFERENCE {
                let place = (reference * PAIRS_OF_REFERENCE + pair) * PREDICTORS + predictor;
                let luck = unit(place, side);
                let outcome = if luck > 0.98 { Outcome::Hedged } else { Outcome::Answered };
                let hit = luck < [0.8, 0.7][side];
                let guess = Guess { reference: &name, predictor: &predictor_name, arm };
                writer.push(guess.row(pair, outcome, hit)).expect("a sound row");
            }
            writer.finish().expect("a folder to write to");
        }
    }
}

/// Whose guess it is.
struct Guess<'a> {
    reference: &'a str,
    predictor: &'a str,
    arm: &'a str,
}

impl Guess<'_> {
    fn row(&self, pair: usize, outcome: Outcome, hit: bool) -> PredictionRow {
        let original = QuestionId::new("d", pair / PAIRS);
        let counterfactual = QuestionId::new("d", format!("{}x{pair}", pair / PAIRS));
        let answered = outcome == Outcome::Answered;
        PredictionRow {
            pair_id: PairId::new(&original, &counterfactual, AnswerOrder::First),
            dataset: "d".into(),
            original_text_id: TextId::of("d", original.as_str()),
            counterfactual_text_id: TextId::of("d", counterfactual.as_str()),
            answer_order: AnswerOrder::First,
            distance: Some(1),
            changed: vec!["feature".into()],
            method: None,
            cue_label: None,
            reference: self.reference.into(),
            explainer: self.reference.into(),
            arm: self.arm.into(),
            predictor: self.predictor.into(),
            repeat: 0,
            answer_repeat: 0,
            shown_reply: None,
            donor_id: None,
            outcome,
            reason: None,
            answer: answered.then(|| if hit { "YES" } else { "NO" }.into()),
            original_answer: Some("NO".into()),
            target: Some("YES".into()),
            target_outcome: Outcome::Answered,
            target_reply: None,
            hit: answered.then_some(hit),
            switched: Some(true),
            confidence: None,
            confidence_level: None,
            input_tokens: Some(500),
            cached_tokens: None,
            output_tokens: Some(100),
            reasoning_tokens: None,
            cost_usd: None,
            reply_key: Some(format!("{:016x}", mixed(pair, 77))),
        }
    }
}

/// Starts the count of the most memory held anew, where the system keeps one.
fn forget_peak() {
    // Without it the peak is that of all sizes so far, which only grow.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// A fraction for a place and a purpose, as if drawn at random.
fn unit(place: usize, purpose: usize) -> f64 {
    (mixed(place, purpose) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number for a place and a purpose (SplitMix64).
fn mixed(place: usize, purpose: usize) -> u64 {
    let mut x = (place as u64).wrapping_mul(1_000).wrapping_add(purpose as u64);
    x = x.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
