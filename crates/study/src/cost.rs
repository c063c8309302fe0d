//! What a run has cost: its ledger's attempts, each once, by the model, stage and arm that they are
//! for.

use crate::error::StudyError;
use crate::estimate::{BATCH_SHARE, is_halved};
use crate::folder::Layout;
use crate::inputs::known_models;
use crate::ledger_check::tables;
use crate::manifest::Manifest;
use crate::models::{Models, known_in};
use crate::money::of_nobody;
use crate::owner::Owners;
use foretell_llm::{Charge, LedgerReader, RequestKey, Source, Spent, Tariff};
use foretell_tables::{AnswerRow, PredictionRow, RationaleRow, Reader, ScoreRow, Table};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// What costs are told apart by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CostKey {
    /// The model asked.
    Model,
    /// What it was asked for: answers, rationales, predictions, verdicts.
    Stage,
    /// What a predictor was shown.
    Arm,
}

/// The costs of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Costs {
    /// By the keys asked for, in order.
    pub rows: Vec<CostRow>,
    /// All together.
    pub total: Cost,
    /// Attempts that were counted at the price of a batch.
    pub batched: u64,
}

/// The costs of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct CostRow {
    /// The model, where told apart by it.
    pub model: Option<String>,
    /// The stage, where told apart by it.
    pub stage: Option<String>,
    /// The arm, where told apart by it and the stage has any; several joined with `+` where one
    /// reply serves them all.
    pub arm: Option<String>,
    /// What it cost.
    pub cost: Cost,
}

/// Requests, tokens and money.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// Different requests.
    pub requests: u64,
    /// Attempts at them.
    pub attempts: u64,
    /// Attempts that failed, and cost something or may have.
    pub failed_paid: u64,
    /// Tokens of prompts, cached ones included.
    pub input_tokens: i64,
    /// Those of them that were cached.
    pub cached_tokens: i64,
    /// Tokens of replies, reasoning included.
    pub output_tokens: i64,
    /// Those of them that were reasoning.
    pub reasoning_tokens: i64,
    /// Attempts that say how many tokens of reasoning there were.
    pub reasoning_counted: u64,
    /// US dollars.
    pub spent: Spent,
}

/// Model, stage and arm, as far as costs are told apart by them.
type Group = (Option<String>, Option<String>, Option<String>);

impl Cost {
    fn add_attempt(&mut self, first: bool, failed: bool, charge: &Charge) {
        let usage = &charge.usage;
        self.requests += u64::from(first);
        self.attempts += 1;
        self.failed_paid += u64::from(failed && charge.usd > 0.0);
        self.input_tokens += usage.input_tokens.unwrap_or(0);
        self.cached_tokens += usage.cached_tokens.unwrap_or(0);
        self.output_tokens += usage.output_tokens.unwrap_or(0);
        self.reasoning_tokens += usage.reasoning_tokens.unwrap_or(0);
        self.reasoning_counted += u64::from(usage.reasoning_tokens.is_some());
        self.spent.add(charge);
    }

    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.attempts += other.attempts;
        self.failed_paid += other.failed_paid;
        self.input_tokens += other.input_tokens;
        self.cached_tokens += other.cached_tokens;
        self.output_tokens += other.output_tokens;
        self.reasoning_tokens += other.reasoning_tokens;
        self.reasoning_counted += other.reasoning_counted;
        self.spent.reported += other.spent.reported;
        self.spent.computed += other.spent.computed;
        self.spent.possible += other.spent.possible;
        self.spent.unknown += other.spent.unknown;
    }
}

/// Works out what the run in `folder` has cost. A price of the user's file `registry` goes before
/// what the run knew of its models, since it says what tokens cost and not what was asked.
///
/// # Errors
/// [`StudyError`] for a run, a table or a ledger that cannot be read.
pub fn costs(folder: &Path, by: &[CostKey], registry: Option<&Path>) -> Result<Costs, StudyError> {
    let manifest = Manifest::read(folder)?;
    let layout = Layout::of_run(folder)?;
    let own = match registry {
        Some(file) => known_models(Some(file))?,
        None => known_in(
            &layout.registry(),
            manifest.study.registry.as_deref().filter(|path| path.exists()),
        )?,
    };
    let models = Models::ever_asked(&manifest.study, &layout, &own)?;
    let all = models.all();
    let owners = Owners::of(&models);
    let tariffs: Vec<Tariff> = all
        .iter()
        .map(|model| Tariff::of(&model.spec, &model.entry, &model.chat))
        .collect::<Result<_, _>>()?;
    let uses = Uses::of(&layout)?;
    let mut batched = 0;
    let mut groups: BTreeMap<Group, Cost> = BTreeMap::new();
    if layout.ledger().exists() {
        LedgerReader::open(&layout.ledger())?.each_attempt(|attempt| {
            let owner = owners.of_request(&attempt.key, attempt.body);
            let mut charge = match owner {
                Some(at) => tariffs[at].charge(attempt.body, &attempt.came),
                None => of_nobody(attempt.came.cost_usd),
            };
            let is_halved = || owner.is_some_and(|at| is_halved(&all[at].spec.place));
            // Of what an earlier program imported the ledger may not know it; some replies say it themselves.
            let brought = attempt.batched || charge.usage.batch;
            if brought && charge.source == Source::Computed && is_halved() {
                charge.usd *= BATCH_SHARE;
                batched += 1;
            }
            let model = owner.map_or("(another)", |at| all[at].spec.name.as_str());
            let (stage, arm) = uses.of_key(&attempt.key);
            let group = (Some(model.to_owned()), Some(stage.to_owned()), arm);
            let cost = groups.entry(group).or_default();
            cost.add_attempt(attempt.first, attempt.failure.is_some(), &charge);
        })?;
    }
    Ok(Costs { batched, ..fold(&groups, by) })
}

fn fold(groups: &BTreeMap<Group, Cost>, by: &[CostKey]) -> Costs {
    let has = |key| by.contains(&key);
    let mut total = Cost::default();
    let mut rows: BTreeMap<Group, Cost> = BTreeMap::new();
    for ((model, stage, arm), cost) in groups {
        let key = (
            model.clone().filter(|_| has(CostKey::Model)),
            stage.clone().filter(|_| has(CostKey::Stage)),
            arm.clone().filter(|_| has(CostKey::Arm)),
        );
        rows.entry(key).or_default().add(cost);
        total.add(cost);
    }
    let row = |((model, stage, arm), cost)| CostRow { model, stage, arm, cost };
    Costs { rows: rows.into_iter().map(row).collect(), total, batched: 0 }
}

/// The column that says which reply a row is from.
#[derive(Deserialize)]
struct FromReply {
    reply_key: Option<String>,
}

/// The stage of a request that no table names: it has not ended, or was asked since they were written.
const NO_TABLE: &str = "(in no table)";

/// What each reply is used for, by the tables of the run.
#[derive(Default)]
struct Uses {
    /// Stage and arms; few, so that a key takes but a number.
    kinds: Vec<(&'static str, BTreeSet<String>)>,
    by_key: HashMap<RequestKey, u32>,
}

impl Uses {
    fn of(layout: &Layout) -> Result<Self, StudyError> {
        let mut uses = Self::default();
        let folder = layout.folder();
        for path in tables(&folder.join("answers"))? {
            uses.add::<AnswerRow>(&path, "answers", None)?;
        }
        for path in tables(&folder.join("rationales"))? {
            uses.add::<RationaleRow>(&path, "rationales", None)?;
        }
        for path in tables(&folder.join("predictions"))? {
            let arm = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            uses.add::<PredictionRow>(&path, "predictions", Some(&arm))?;
        }
        for path in tables(&folder.join("scores"))? {
            uses.add::<ScoreRow>(&path, "verdicts", None)?;
        }
        Ok(uses)
    }

    fn add<T: Table>(
        &mut self,
        path: &Path,
        stage: &'static str,
        arm: Option<&str>,
    ) -> Result<(), StudyError> {
        for rows in Reader::<T, FromReply>::with_columns(path, &["reply_key"])? {
            let keys = rows?.into_iter().filter_map(|row| row.reply_key?.parse().ok());
            for key in keys {
                let before = self.by_key.get(&key).copied();
                let kind = self.kind(before, stage, arm);
                self.by_key.insert(key, kind);
            }
        }
        Ok(())
    }

    /// The number of a kind: that of an earlier one, with another arm.
    fn kind(&mut self, before: Option<u32>, stage: &'static str, arm: Option<&str>) -> u32 {
        let mut kind = match before {
            Some(before) => self.kinds[before as usize].clone(),
            None => (stage, BTreeSet::new()),
        };
        if let Some(arm) = arm
            && !kind.1.contains(arm)
        {
            kind.1.insert(arm.to_owned());
        }
        let at = self.kinds.iter().position(|other| *other == kind).unwrap_or_else(|| {
            self.kinds.push(kind);
            self.kinds.len() - 1
        });
        u32::try_from(at).expect("there are fewer sets of arms than that")
    }

    fn of_key(&self, key: &RequestKey) -> (&'static str, Option<String>) {
        let Some(kind) = self.by_key.get(key) else { return (NO_TABLE, None) };
        let (stage, arms) = &self.kinds[*kind as usize];
        let arms: Vec<&str> = arms.iter().map(String::as_str).collect();
        (stage, Some(arms.join("+")).filter(|arms| !arms.is_empty()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_that_serves_two_arms_is_of_both() {
        let mut uses = Uses::default();
        let key = |body| RequestKey::of("p", "m", body, 0, "");
        for (body, arm) in [("a", "without"), ("b", "with"), ("a", "with"), ("a", "without")] {
            let before = uses.by_key.get(&key(body)).copied();
            let kind = uses.kind(before, "predictions", Some(arm));
            uses.by_key.insert(key(body), kind);
        }
        assert_eq!(uses.of_key(&key("a")), ("predictions", Some("with+without".to_owned())));
        assert_eq!(uses.of_key(&key("b")), ("predictions", Some("with".to_owned())));
        assert_eq!(uses.of_key(&key("c")), (NO_TABLE, None));
    }
}
