//! What was drawn from what, as a file to lie beside the pairs.

use super::draw::{DatasetDraw, DrawOptions};
use super::options::OrderChoice;
use serde::Serialize;

#[derive(Serialize)]
struct Record<'a> {
    seed: u64,
    order: OrderChoice,
    max_distance: u32,
    min_size: u32,
    max_size: u32,
    epsilon: f64,
    keep_identical: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_dataset: Option<u64>,
    dataset: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    centres_tried: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    balls: Option<u64>,
    pairs: u64,
    drawn: u64,
    /// Size and number of balls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    sizes: Vec<(u32, u64)>,
}

/// The record as TOML.
pub(super) fn record(draws: &[DatasetDraw], options: &DrawOptions) -> String {
    let balls = &options.natural.balls;
    let record = Record {
        seed: options.pairs.seed,
        order: options.natural.order,
        max_distance: balls.max_distance,
        min_size: balls.min_size,
        max_size: balls.max_size,
        epsilon: balls.epsilon,
        keep_identical: balls.keep_identical,
        per_dataset: options.per_dataset,
        dataset: draws.iter().map(entry).collect(),
    };
    toml::to_string(&record).expect("numbers and names are always TOML")
}

fn entry(draw: &DatasetDraw) -> Entry<'_> {
    let balls = draw.natural.as_ref().map(|natural| &natural.balls);
    let sizes = balls.into_iter().flat_map(|balls| &balls.sizes);
    Entry {
        name: &draw.dataset,
        source: &draw.source,
        rows: draw.natural.as_ref().map(|natural| natural.rows),
        centres_tried: balls.map(|balls| balls.tried),
        balls: balls.map(|balls| balls.balls),
        pairs: draw.available,
        drawn: draw.drawn,
        sizes: sizes.map(|(&size, &count)| (size, count)).collect(),
    }
}
