//! What the parts of the report hold, as text that is ready for the page.

use crate::error::ReportError;
use foretell_analysis::Guesses;
use foretell_core::{Outcome, count, counted};
use foretell_tables::{ModelRow, read};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Texts cut where names begin and end: every second part stood between backticks.
pub(crate) fn marked(texts: &[String]) -> Vec<Vec<String>> {
    texts.iter().map(|text| text.split('`').map(str::to_owned).collect()).collect()
}

/// A model of the study.
#[derive(Serialize)]
pub(crate) struct ModelLine {
    name: String,
    provider: String,
    model: String,
    spec: String,
    settings: String,
    served: String,
}

/// The models of a run; none where it has no table of them.
pub(crate) fn models(run: &Path) -> Result<Vec<ModelRow>, ReportError> {
    let path = run.join("models.parquet");
    if path.is_file() { Ok(read::<ModelRow>(&path)?) } else { Ok(Vec::new()) }
}

/// A model as the page shows it.
pub(crate) fn model(row: ModelRow) -> ModelLine {
    let settings = [
        row.effort.map(|effort| format!("effort {effort}")),
        row.temperature.map(|temperature| format!("temperature {temperature}")),
        row.max_tokens.map(|tokens| format!("at most {tokens} tokens")),
        row.size_b.map(|size| format!("{size} billion parameters")),
        row.open.map(|open| if open { "open weights" } else { "closed weights" }.to_owned()),
    ];
    ModelLine {
        name: row.name,
        provider: row.provider,
        model: row.model,
        spec: row.spec,
        settings: settings.into_iter().flatten().collect::<Vec<_>>().join(", "),
        served: row.served.join(", "),
    }
}

/// The resolved study: what was handed in, or what the run folder holds.
pub(crate) fn study(run: &Path, given: Option<&str>) -> Result<Option<String>, ReportError> {
    let path = run.join("run.toml");
    match given {
        Some(text) => Ok(Some(text.to_owned())),
        None if !path.is_file() => Ok(None),
        None => match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(fault) => Err(ReportError::Io { path, fault }),
        },
    }
}

/// What was asked of whom, in sentences.
pub(crate) fn asked(guesses: &Guesses) -> Vec<String> {
    let of = |numbers: BTreeSet<u32>| -> Vec<String> {
        let name = |number: &u32| guesses.models[*number as usize].name.to_string();
        numbers.iter().map(name).collect()
    };
    let references = of(guesses.subjects.iter().map(|subject| subject.reference).collect());
    let guessers = Guessers::of(guesses);
    let mut datasets: BTreeMap<&str, u64> = BTreeMap::new();
    let mut clusters = BTreeSet::new();
    for pair in &guesses.pairs {
        *datasets.entry(guesses.text(pair.dataset)).or_default() += 1;
        clusters.insert(pair.original);
    }
    let datasets: Vec<String> = datasets
        .iter()
        .map(|(dataset, pairs)| format!("`{dataset}` ({})", counted(*pairs, "pair")))
        .collect();
    let arms: Vec<String> = guesses.arms.iter().map(|arm| format!("`{arm}`")).collect();
    let texts = counted(guesses.texts.len() as u64, "distinct text");
    vec![
        format!(
            "{} answered and explained {texts}: {}.",
            counted(references.len() as u64, "reference model"),
            listed(&references)
        ),
        format!(
            "{} guessed their answers: {}{}.",
            counted(guessers.panel.len() as u64, "predictor"),
            listed(&guessers.panel),
            guessers.people()
        ),
        format!(
            "The questions stand in {} around {} (clusters), of {}.",
            counted(guesses.pairs.len() as u64, "pair"),
            counted(clusters.len() as u64, "original"),
            datasets.join(", ")
        ),
        format!(
            "{} were made in {} {}, about {} answers of references.",
            counted(guessers.asked, "guess"),
            if arms.len() == 1 { "arm" } else { "arms" },
            arms.join(", "),
            count(guesses.subjects.len() as u64)
        ),
    ]
}

/// The name of all people in the place of a predictor.
const PEOPLE: &str = "human";

/// Who guessed, and how much.
pub(crate) struct Guessers {
    /// Those who were asked about everything: the predictors, and people where they were, too.
    pub(crate) panel: Vec<String>,
    /// Guesses that people were asked for, where those are fewer than a predictor's.
    part: Option<u64>,
    /// Guesses that were asked for.
    asked: u64,
}

impl Guessers {
    pub(crate) fn of(guesses: &Guesses) -> Self {
        let mut asked: BTreeMap<u32, u64> = BTreeMap::new();
        for guess in guesses.guesses.iter().filter(|guess| guess.outcome != Outcome::NotAsked) {
            *asked.entry(guess.predictor).or_default() += 1;
        }
        let all = asked.values().sum();
        let name = |number: u32| &*guesses.models[number as usize].name;
        let people = asked.keys().copied().find(|number| name(*number) == PEOPLE);
        let part = people.and_then(|number| Some((number, *asked.get(&number)?)));
        let part = part.filter(|(_, few)| asked.values().any(|many| few < many));
        if let Some((number, _)) = part {
            asked.remove(&number);
        }
        let panel = asked.into_keys().map(|number| name(number).to_owned()).collect();
        Self { panel, part: part.map(|(_, few)| few), asked: all }
    }

    /// What people did, to be added to what the predictors did.
    pub(crate) fn people(&self) -> String {
        self.part
            .map(|few| format!("; people made {} of a part", counted(few, "guess")))
            .unwrap_or_default()
    }
}

/// Names that are listed before the rest is only counted.
const LISTED: usize = 24;

fn listed(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {} more", shown.join(", "), count(more as u64)),
    }
}

/// A file of a run with its hash.
#[derive(Serialize)]
pub(crate) struct HashLine {
    file: &'static str,
    sha256: String,
}

/// The hashes of the files that say what was studied.
pub(crate) fn hashes(run: &Path) -> Result<Vec<HashLine>, ReportError> {
    let files = ["run.toml", "questions.parquet", "pairs.parquet", "models.parquet"];
    let mut lines = Vec::new();
    for file in files {
        let path = run.join(file);
        if path.is_file() {
            let bytes = std::fs::read(&path).map_err(|fault| ReportError::Io { path, fault })?;
            let hash = Sha256::digest(&bytes);
            let sha256 = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            lines.push(HashLine { file, sha256 });
        }
    }
    Ok(lines)
}
