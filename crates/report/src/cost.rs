//! What a run took: tokens and money, by model and by what was asked.

use crate::error::ReportError;
use crate::example::{scan, tables};
use foretell_analysis::{Cell, Column, Kind, Sheet};
use foretell_tables::{AnswerRow, PredictionRow, Table};
use rayon::prelude::*;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

/// What both kinds of tables say of the cost of a reply.
#[derive(Deserialize)]
struct Reply {
    input_tokens: Option<i64>,
    cached_tokens: Option<i64>,
    output_tokens: Option<i64>,
    reasoning_tokens: Option<i64>,
    cost_usd: Option<f64>,
    reply_key: Option<String>,
}

const REPLY: [&str; 6] =
    ["input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens", "cost_usd", "reply_key"];

/// Sums over replies. A reply that several rows share counts once; rows without a key, as in a run
/// from elsewhere, count each.
#[derive(Debug, Default)]
struct Spent {
    replies: u64,
    tokens: [Option<u64>; 4],
    usd: Option<f64>,
}

impl Spent {
    fn take(&mut self, reply: &Reply) {
        self.replies += 1;
        let tokens =
            [reply.input_tokens, reply.cached_tokens, reply.output_tokens, reply.reasoning_tokens];
        for (sum, tokens) in self.tokens.iter_mut().zip(tokens) {
            if let Some(tokens) = tokens {
                *sum = Some(sum.unwrap_or(0) + tokens.max(0) as u64);
            }
        }
        if let Some(usd) = reply.cost_usd {
            self.usd = Some(self.usd.unwrap_or(0.0) + usd);
        }
    }

    fn add(&mut self, other: &Self) {
        self.replies += other.replies;
        for (sum, tokens) in self.tokens.iter_mut().zip(other.tokens) {
            *sum = sum.map_or(tokens, |own| Some(own + tokens.unwrap_or(0)));
        }
        self.usd = self.usd.map_or(other.usd, |own| Some(own + other.usd.unwrap_or(0.0)));
    }
}

/// The costs of a run as a sheet; the last row is the sum.
pub(crate) fn costs(run: &Path) -> Result<Sheet, ReportError> {
    let columns = vec![
        Column::text("stage", "what was asked: a reference's answers, or guesses"),
        Column::text("model", "who was asked"),
        Column::text("arm", "what a predictor was shown"),
        Column::count("replies", "replies; one that several rows share counts once"),
        Column::count("input_tokens", "tokens sent, those from a cache included"),
        Column::count("cached_tokens", "tokens sent that came from a cache"),
        Column::count("output_tokens", "tokens of the replies, reasoning included"),
        Column::count("reasoning_tokens", "tokens of reasoning"),
        Column::new(
            "cost_usd",
            Kind::Number,
            "US dollars, as the provider or the price list has it",
        )
        .headed("USD"),
    ];
    let says = "Replies, tokens and money by model and arm, as the tables of the run have them.";
    let mut sheet = Sheet::new("costs", "Costs", says, columns);
    let mut all = Spent::default();
    for ((stage, model, arm), spent) in gathered(run)? {
        sheet.push(row([stage.into(), model.into(), arm.into()], &spent));
        all.add(&spent);
    }
    if sheet.rows.len() > 1 {
        sheet.push(row(["all".into(), Cell::Empty, Cell::Empty], &all));
    }
    if all.replies > 0 && all.usd.is_none() {
        sheet.notes.push("no reply has a price: the models are free, or none is known".to_owned());
    }
    Ok(sheet)
}

fn row(names: [Cell; 3], spent: &Spent) -> Vec<Cell> {
    let tokens = spent.tokens.map(Cell::from);
    names
        .into_iter()
        .chain([spent.replies.into()])
        .chain(tokens)
        .chain([spent.usd.into()])
        .collect()
}

type ByModel = BTreeMap<(&'static str, String, String), Spent>;

fn gathered(run: &Path) -> Result<ByModel, ReportError> {
    let mut files: Vec<(&'static str, String, String, PathBuf)> = Vec::new();
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for path in tables(&run.join("answers"))? {
        files.push(("answers", stem(&path), String::new(), path));
    }
    for reference in folders(&run.join("predictions"))? {
        for predictor in folders(&reference)? {
            for path in tables(&predictor)? {
                files.push(("guesses", name(&predictor), stem(&path), path));
            }
        }
    }
    // Files that belong together are read one after the other, so that shared replies are seen.
    files.sort();
    let groups: Vec<&[(&'static str, String, String, PathBuf)]> =
        files.chunk_by(|a, b| (a.0, &a.1, &a.2) == (b.0, &b.1, &b.2)).collect();
    let spent = |group: &&[(&'static str, String, String, PathBuf)]| {
        let mut spent = Spent::default();
        let mut seen = HashSet::new();
        for (stage, _, _, path) in *group {
            match *stage {
                "answers" => sum::<AnswerRow>(path, &mut spent, &mut seen)?,
                _ => sum::<PredictionRow>(path, &mut spent, &mut seen)?,
            }
        }
        let (stage, model, arm, _) = &group[0];
        Ok(((*stage, model.clone(), arm.clone()), spent))
    };
    groups.par_iter().map(spent).collect()
}

fn sum<T: Table>(
    path: &Path,
    spent: &mut Spent,
    seen: &mut HashSet<String>,
) -> Result<(), ReportError> {
    scan::<T, Reply>(path, &REPLY, |reply| {
        if reply.reply_key.clone().is_none_or(|key| seen.insert(key)) {
            spent.take(&reply);
        }
        true
    })
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>, ReportError> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let at = |fault| ReportError::Io { path: folder.to_owned(), fault };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(at)? {
        paths.push(entry.map_err(at)?.path());
    }
    paths.retain(|path| path.is_dir());
    paths.sort();
    Ok(paths)
}
