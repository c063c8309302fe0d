//! `foretell data pairs`.

use crate::Done;
use crate::args::ListFormat;
use crate::args::data::{BallsArg, DataPairsArgs, OrderArg};
use crate::commands::pairs::source::check_out;
use crate::exit::{DONE, Failure};
use crate::fetching::raw_folders;
use crate::output::{harmless, say, show};
use foretell_core::{count, counted};
use foretell_data::neighbours::BallOptions;
use foretell_data::{
    DataError, DatasetDraw, DrawOptions, Drawn, NaturalOptions, NaturalSummary, OrderChoice,
    PairOptions, draw_pairs, write_set,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &DataPairsArgs) -> Done {
    check_out(&args.out, args.force)?;
    let cards = super::cards(&args.place)?;
    let drawn = draw_pairs(args.datasets(), &cards, &options(args))?;
    write_set(&args.out, &drawn.questions, &drawn.pairs)?;
    let record = record_path(&args.out);
    std::fs::write(&record, &drawn.record)
        .map_err(|fault| Failure::from(DataError::Io { path: record.clone(), fault }))?;
    match args.format {
        ListFormat::Json => show(&json(&drawn).to_string()),
        ListFormat::Table => drawn.datasets.iter().for_each(|draw| show(&words(draw))),
    }
    let pairs = counted(drawn.pairs.len() as u64, "pair");
    let questions = counted(drawn.questions.len() as u64, "question");
    let (out, record) = (args.out.display(), record.display());
    say(&harmless(&format!("wrote {out}: {pairs} of {questions}; how: {record}")));
    Ok(DONE)
}

/// Where the record lies: in the folder, or beside the file.
fn record_path(out: &Path) -> PathBuf {
    if out.is_dir() { out.join("drawn.toml") } else { out.with_extension("drawn.toml") }
}

fn options(args: &DataPairsArgs) -> DrawOptions {
    let (mut every, mut of_dataset) = (None, BTreeMap::new());
    for balls in &args.balls {
        match balls {
            BallsArg::Every(balls) => every = Some(*balls),
            BallsArg::Of(dataset, balls) => {
                of_dataset.insert(dataset.clone(), *balls);
            }
        }
    }
    let balls = BallOptions {
        max_distance: args.max_distance,
        min_size: args.min_size,
        max_size: args.max_size,
        epsilon: args.epsilon,
        balls: every,
        keep_identical: args.keep_identical,
        seed: args.seed,
    };
    let order = match args.order {
        OrderArg::First => OrderChoice::First,
        OrderArg::Last => OrderChoice::Last,
        OrderArg::Both => OrderChoice::Both,
        OrderArg::Random => OrderChoice::Random,
    };
    DrawOptions {
        natural: NaturalOptions { balls, order },
        balls: of_dataset,
        per_dataset: args.per_dataset,
        pairs: PairOptions {
            seed: args.seed,
            raw: raw_folders(args.place.raw.as_deref()),
            ..PairOptions::default()
        },
    }
}

/// One dataset, a few lines.
fn words(draw: &DatasetDraw) -> String {
    let mut lines = vec![draw.dataset.clone()];
    if let Some(natural) = &draw.natural {
        lines.extend(natural_words(natural));
    }
    let (drawn, available) = (counted(draw.drawn, "pair"), count(draw.available));
    lines.push(if draw.drawn == draw.available {
        format!("  {drawn}")
    } else {
        format!("  {drawn} drawn from {available}")
    });
    lines.join("\n")
}

fn natural_words(natural: &NaturalSummary) -> Vec<String> {
    let balls = &natural.balls;
    let listed = |counts: &BTreeMap<u32, u64>| {
        let entry = |(key, number): (&u32, &u64)| format!("{key}: {}", count(*number));
        counts.iter().map(entry).collect::<Vec<_>>().join(", ")
    };
    let originals = natural.originals.iter();
    let originals = originals.map(|(label, number)| format!("{} {label}", count(*number)));
    let members = balls.pairs();
    let flips = if members == 0 { 0.0 } else { natural.label_flips as f64 / members as f64 };
    vec![
        format!("  {}, {} tried", counted(natural.rows, "row"), counted(balls.tried, "centre")),
        format!(
            "  no ball: {} had too few neighbours, {} too many of one label",
            count(balls.too_few),
            count(balls.imbalanced)
        ),
        format!(
            "  {} ({}), by size {}",
            counted(balls.balls, "ball"),
            originals.collect::<Vec<_>>().join(", "),
            listed(&balls.sizes)
        ),
        format!(
            "  members by distance {}; {:.1} % have another label than their original",
            listed(&balls.distances),
            100.0 * flips
        ),
    ]
}

fn json(drawn: &Drawn) -> Value {
    let natural = |natural: &NaturalSummary| {
        let balls = &natural.balls;
        let make_up: Vec<Value> = balls
            .make_up
            .iter()
            .map(|(&(same, other), count)| json!({"same": same, "other": other, "balls": count}))
            .collect();
        let originals: BTreeMap<&String, u64> =
            natural.originals.iter().map(|(label, count)| (label, *count)).collect();
        json!({
            "rows": natural.rows,
            "centres_tried": balls.tried,
            "too_few_neighbours": balls.too_few,
            "imbalanced": balls.imbalanced,
            "balls": balls.balls,
            "sizes": balls.sizes,
            "make_up": make_up,
            "distances": balls.distances,
            "originals": originals,
            "label_flips": natural.label_flips,
        })
    };
    let datasets: Vec<Value> = drawn
        .datasets
        .iter()
        .map(|draw| {
            json!({
                "dataset": draw.dataset,
                "source": draw.source,
                "natural": draw.natural.as_ref().map(natural),
                "pairs": draw.available,
                "drawn": draw.drawn,
            })
        })
        .collect();
    json!({
        "pairs": drawn.pairs.len(),
        "questions": drawn.questions.len(),
        "datasets": datasets,
    })
}
