//! What a run would send, and what that may cost, before anything is sent.
//!
//! Requests are counted: exactly where all that they are made from is there, else at most. Tokens,
//! money and time are estimated, and say what from.

use crate::answers;
use crate::bound;
use crate::error::StudyError;
use crate::estimate::{self, Estimate, Load, Range};
use crate::folder::{Frozen, Layout};
use crate::inputs;
use crate::manifest::Manifest;
use crate::measured::Measured;
use crate::models::{Model, Models};
use crate::predictions::{self, Said};
use crate::run::{Opened, arms_of, check};
use crate::study::Study;
use crate::tally::{Tally, Verbatim, tally};
use foretell_core::{Arm, Need, Pair};
use foretell_data::select;
use foretell_llm::{EndedKeys, LedgerReader, Limits, open_to_read};
use foretell_tables::{AnswerRow, DonorRow, read};
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// What a run would send.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// By model, stage and arm, in the order of the study.
    pub rows: Vec<Planned>,
}

/// What one model would be sent in one stage and arm.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The model.
    pub model: String,
    /// What it is asked for: `answers` or `predictions`.
    pub stage: &'static str,
    /// The arm; `None` in a stage without arms.
    pub arm: Option<String>,
    /// Different requests that the ledger lacks.
    pub requests: u64,
    /// Whether there may be fewer: what predictors are sent is known once the answers are there.
    pub at_most: bool,
    /// Whether they may cost money.
    pub may_cost: bool,
    /// Tokens, money and time; `None` for a simulated model, and where none are estimated.
    pub estimate: Option<Estimate>,
}

/// The money of a plan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlannedMoney {
    /// What the models with a known price may cost, US dollars.
    pub usd: Range,
    /// The same by the batch interfaces of those that have one at half the price.
    pub batch_usd: Range,
    /// Models whose price is not known.
    pub unknown: Vec<String>,
}

impl Planned {
    /// A row that estimates nothing.
    pub(crate) fn counted(
        model: &Model,
        stage: &'static str,
        requests: u64,
        at_most: bool,
    ) -> Self {
        Self {
            model: model.spec.name.clone(),
            stage,
            arm: None,
            requests,
            at_most,
            may_cost: model.spec.may_cost(),
            estimate: None,
        }
    }
}

impl Plan {
    /// The rows that may cost money.
    pub fn paid(&self) -> impl Iterator<Item = &Planned> {
        self.rows.iter().filter(|row| row.may_cost && row.requests > 0)
    }

    /// What all of it may cost.
    #[must_use]
    pub fn money(&self) -> PlannedMoney {
        let mut money = PlannedMoney::default();
        for row in self.paid() {
            match row.estimate.as_ref().and_then(|estimate| estimate.usd) {
                Some(usd) => {
                    let batch = row.estimate.as_ref().and_then(|estimate| estimate.batch_usd);
                    money.usd = money.usd + usd;
                    money.batch_usd = money.batch_usd + batch.unwrap_or(usd);
                }
                None if !money.unknown.contains(&row.model) => {
                    money.unknown.push(row.model.clone());
                }
                None => {}
            }
        }
        money
    }

    /// How long it takes, seconds: one stage after the other, in each all models at once, and what
    /// one model is asked in its arms one after the other.
    #[must_use]
    pub fn seconds(&self) -> Range {
        let mut stages: BTreeMap<&str, BTreeMap<&str, Range>> = BTreeMap::new();
        for row in &self.rows {
            let Some(estimate) = &row.estimate else { continue };
            let model = stages.entry(row.stage).or_default().entry(&row.model).or_default();
            *model = *model + estimate.seconds;
        }
        let longest = |models: BTreeMap<&str, Range>| {
            models.into_values().fold(Range::default(), |one, other| Range {
                low: one.low.max(other.low),
                high: one.high.max(other.high),
            })
        };
        stages.into_values().map(longest).fold(Range::default(), |sum, stage| sum + stage)
    }
}

/// Plans a study without starting its run: needs no keys, starts no servers, writes nothing. Where
/// the run is there, in `folder` or its default folder, what its ledger holds is not planned again.
///
/// # Errors
/// [`StudyError`] as a run of it would have.
pub fn plan_study(
    study: &Study,
    folder: Option<&Path>,
    limits: &Limits,
) -> Result<Plan, StudyError> {
    let opened = Opened::of(study, folder, &|spec, registry, _| open_to_read(spec, registry))?;
    let Opened { identity, folder, prompts, models, .. } = opened;
    let layout = Layout::new(&folder);
    let (frozen, seed) = match Manifest::read(&folder) {
        Ok(mut manifest) => {
            let mut differences = manifest.identity.differences(&identity);
            differences.extend(manifest.extend(study)?);
            if !differences.is_empty() {
                let faults = differences.join("; ");
                return Err(StudyError::OtherStudy { path: folder, faults });
            }
            (Frozen::read(&layout)?, manifest.study.seed)
        }
        Err(StudyError::NoRun { .. }) => {
            let (set, cards) = inputs::pairs(study)?;
            (Frozen::new(set, &cards, prompts)?, study.seed)
        }
        Err(error) => return Err(error),
    };
    check(study, &frozen)?;
    let arms = arms_of(study, &frozen.prompts)?;
    let pairs = select(&frozen.pairs, study.limit, seed);
    let reader = match layout.ledger() {
        path if path.exists() => Some(LedgerReader::open(&path)?),
        _ => None,
    };
    let asked = answers::questions(&frozen, &pairs).len();
    Planner {
        frozen: &frozen,
        models: &models,
        arms: &arms,
        pairs: &pairs,
        limits,
        reader: reader.as_ref(),
        said: &|model| said_in_table(&layout, &frozen, model, asked, seed),
    }
    .plan()
}

/// What a reference said, by its table, if that holds all of it.
fn said_in_table(
    layout: &Layout,
    frozen: &Frozen,
    model: &Model,
    asked: usize,
    seed: u64,
) -> Result<Option<Said>, StudyError> {
    let name = &model.spec.name;
    let path = layout.answers(name);
    if !path.exists() {
        return Ok(None);
    }
    let answers: Vec<AnswerRow> = read(&path)?;
    if answers.len() != asked || answers.iter().any(|answer| answer.reply_key.is_none()) {
        return Ok(None);
    }
    let path = layout.donors(name);
    let drawn: Vec<DonorRow> = if path.exists() { read(&path)? } else { Vec::new() };
    let donors = crate::donors::draw(&answers, &frozen.pairs, seed, drawn);
    Ok(Some(Said::new(name, answers, donors)))
}

/// Makes a plan.
pub(crate) struct Planner<'a> {
    pub(crate) frozen: &'a Frozen,
    pub(crate) models: &'a Models,
    pub(crate) arms: &'a [Arm],
    pub(crate) pairs: &'a [&'a Pair],
    pub(crate) limits: &'a Limits,
    pub(crate) reader: Option<&'a LedgerReader>,
    /// What a reference said whose replies are all in the ledger; `None` where that cannot be told.
    pub(crate) said: &'a dyn Fn(&Model) -> Result<Option<Said>, StudyError>,
}

impl Planner<'_> {
    pub(crate) fn plan(&self) -> Result<Plan, StudyError> {
        let ended = match self.reader {
            Some(reader) => reader.ended(self.limits.retry_failed)?,
            None => EndedKeys::default(),
        };
        let (frozen, models) = (self.frozen, self.models);
        let questions = answers::questions(frozen, self.pairs);
        let verbatim = Verbatim::like(&models.references[0]);
        let mut asked = HashSet::new();
        let requests = answers::requests(frozen, &verbatim, &questions);
        let answered = tally(&models.references, &ended, requests, &mut asked)?;
        let measured = match self.reader {
            Some(reader) if !ended.is_empty() => Measured::read(reader, models, &asked)?,
            _ => Measured::default(),
        };
        let mut rows = Vec::new();
        let mut said = Vec::new();
        for (model, tally) in models.references.iter().zip(&answered) {
            if tally.requests == 0 {
                said.extend((self.said)(model)?);
            }
            rows.push(row(model, "answers", None, tally, 0, Range::default(), &measured));
        }
        rows.extend(self.predictions(&ended, &measured, &said)?);
        self.add_time(&mut rows)?;
        Ok(Plan { rows })
    }

    /// The rows of the predictors; `said` is what the references said whose answers are all there.
    fn predictions(
        &self,
        ended: &EndedKeys,
        measured: &Measured,
        said: &[Said],
    ) -> Result<Vec<Planned>, StudyError> {
        let (frozen, models) = (self.frozen, self.models);
        let Some(first) = models.predictors.first() else { return Ok(Vec::new()) };
        let verbatim = Verbatim::like(first);
        let open = (models.references.len() - said.len()) as u64;
        // Arms that show nothing of a reference are the same for all, and known at once.
        let nobody = [Said::new("", Vec::new(), Vec::new())];
        let mut seen = HashSet::new();
        let mut rows: Vec<Vec<Planned>> = models.predictors.iter().map(|_| Vec::new()).collect();
        for arm in self.arms {
            let (said, open) =
                if arm.needs(Need::Original) { (said, open) } else { (&nobody[..], 0) };
            let arms = std::slice::from_ref(arm);
            let requests = predictions::requests(frozen, &verbatim, said, arms, self.pairs);
            let exact = tally(&models.predictors, ended, requests, &mut seen)?;
            let most = bound::most(frozen, arm, self.pairs, open);
            let characters = if most == 0 {
                Range::default()
            } else {
                let shown = estimate::shown(arm, &models.references, measured)?;
                bound::characters(frozen, arm, self.pairs)? + shown
            };
            for ((model, tally), rows) in models.predictors.iter().zip(&exact).zip(&mut rows) {
                let (name, stage) = (Some(&*arm.name), "predictions");
                rows.push(row(model, stage, name, tally, most, characters, measured));
            }
        }
        Ok(rows.into_iter().flatten().collect())
    }

    /// Fills in how long each row takes: models at one address share what may be in flight there.
    fn add_time(&self, rows: &mut [Planned]) -> Result<(), StudyError> {
        let all = self.models.all();
        let model = |name: &str| all.iter().find(|model| model.spec.name == name).copied();
        let mut sharing: BTreeMap<(&str, Vec<String>), HashSet<String>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.requests > 0) {
            if let Some(model) = model(&row.model) {
                let place = (row.stage, model.spec.addresses());
                sharing.entry(place).or_default().insert(row.model.clone());
            }
        }
        for row in rows {
            let Some(model) = model(&row.model) else { continue };
            let sharers = sharing.get(&(row.stage, model.spec.addresses())).map_or(1, HashSet::len);
            if let Some(estimate) = &mut row.estimate {
                estimate.seconds =
                    estimate::seconds(model, self.limits, row.requests, estimate, sharers)?;
            }
        }
        Ok(())
    }
}

/// A row of requests that were counted, and at most `most` others of so many characters.
fn row(
    model: &Model,
    stage: &'static str,
    arm: Option<&str>,
    tally: &Tally,
    most: u64,
    characters: Range,
    measured: &Measured,
) -> Planned {
    let requests = tally.requests + most;
    let load = Load {
        requests,
        characters: Range::exactly(tally.characters as f64) + characters.times(most as f64),
    };
    let estimate = model.spec.may_cost().then(|| Estimate::of(model, stage, &load, measured));
    Planned {
        arm: arm.map(str::to_owned),
        estimate,
        ..Planned::counted(model, stage, requests, most > 0)
    }
}
