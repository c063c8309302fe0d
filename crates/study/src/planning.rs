//! Plans of studies and of what is added to runs, without starting or touching any.

use crate::answers;
use crate::batch::UnderWay;
use crate::donors;
use crate::error::{RunError, StudyError};
use crate::folder::{Frozen, Layout};
use crate::grow::Growth;
use crate::inputs;
use crate::manifest::Manifest;
use crate::misspelt::misspelt;
use crate::models::Model;
use crate::opening::{Ground, Opened, arms_of, check, unasked};
use crate::plan::Plan;
use crate::planner::{Known, Planner};
use crate::rationales;
use crate::said::Said;
use crate::study::Study;
use foretell_core::{NotAsked, Pair};
use foretell_data::select;
use foretell_llm::{LedgerReader, Limits};
use foretell_tables::{AnswerRow, DonorRow, RationaleRow, read};
use std::path::Path;

/// Plans a study without starting its run: needs no keys, starts no servers, writes nothing. Where
/// the run is there, in `folder` or its default folder, what its ledger holds is not planned again, and
/// of a shard only its own share is planned.
///
/// # Errors
/// [`StudyError`] as a run of it would have.
pub fn plan_study(
    study: &Study,
    folder: Option<&Path>,
    ledger: Option<&Path>,
    limits: &Limits,
) -> Result<Plan, StudyError> {
    plan(study, Ground::of_study(study, folder)?, ledger, limits)
}

/// Plans what `growth` adds to the run in `folder`, likewise.
///
/// # Errors
/// [`StudyError`] as [`Run::grow`](crate::Run::grow) would have.
pub fn plan_growth(folder: &Path, growth: &Growth, limits: &Limits) -> Result<Plan, StudyError> {
    let manifest = Manifest::read(folder)?;
    let study = growth.onto(manifest.study)?;
    plan(&study, Ground::of_run(folder, manifest.identity)?, None, limits)
}

fn plan(
    study: &Study,
    ground: Ground,
    ledger: Option<&Path>,
    limits: &Limits,
) -> Result<Plan, StudyError> {
    let opened = Opened::of(study, ground, ledger, &unasked)?;
    let Opened { ground, layout, registry, models } = opened;
    let Ground { identity, folder, prompts } = ground;
    let (frozen, seed) = match Manifest::read(&folder) {
        Ok(mut manifest) => {
            let mut differences = manifest.identity.differences(&identity);
            differences.extend(manifest.extend(study)?);
            if !differences.is_empty() {
                let faults = differences.join("; ");
                return Err(StudyError::Run(RunError::OtherStudy { path: folder, faults }));
            }
            (Frozen::read(&layout)?, manifest.study.seed)
        }
        Err(StudyError::Run(RunError::NoRun { .. })) => {
            let (set, cards) = inputs::pairs(study)?;
            (Frozen::new(set, &cards, prompts)?, study.seed)
        }
        Err(error) => return Err(error),
    };
    check(study, &frozen)?;
    let arms = arms_of(study, &frozen.prompts)?;
    let pairs = select(&frozen.pairs, study.limit, seed);
    let reader = match layout.ledger() {
        path if path.exists() => Some(LedgerReader::open_at_rest(&path)?),
        _ => None,
    };
    let planner = Planner {
        frozen: &frozen,
        models: &models,
        arms: &arms,
        pairs: &pairs,
        limits,
        under_way: &UnderWay::of(&layout, reader.as_ref())?.keys,
        reader: reader.as_ref(),
        known: &InTables { layout: &layout, frozen: &frozen, pairs: &pairs, seed },
    };
    Ok(Plan { warnings: misspelt(study, &registry), ..planner.plan()? })
}

/// What was said, by the tables of a run, as far as they hold all of it.
struct InTables<'a> {
    layout: &'a Layout,
    frozen: &'a Frozen,
    pairs: &'a [&'a Pair],
    seed: u64,
}

impl Known for InTables<'_> {
    fn said(&self, model: &Model) -> Result<Option<Said>, StudyError> {
        let name = &model.spec.name;
        let path = self.layout.answers(name);
        if !path.exists() {
            return Ok(None);
        }
        let mut answers: Vec<AnswerRow> = read(&path)?;
        let questions = answers::questions(self.frozen, self.pairs);
        if answers.len() as u64 != answers::number(model, &questions)
            || answers.iter().any(|answer| answer.reply_key.is_none())
        {
            return Ok(None);
        }
        answers.retain(|answer| answer.repeat < i64::from(model.passes.repeats));
        let path = self.layout.donors(name);
        let drawn: Vec<DonorRow> = if path.exists() { read(&path)? } else { Vec::new() };
        let donors = donors::draw(&answers, &self.frozen.pairs, self.seed, drawn);
        Ok(Some(Said::new(model, answers, donors)))
    }

    fn explain(&self, model: &Model, said: &mut [Said]) -> Result<bool, StudyError> {
        let originals = rationales::originals(self.pairs).len();
        let mut tables = Vec::new();
        for said in said.iter() {
            let path = self.layout.rationales(&model.spec.name, &said.reference);
            if !path.exists() {
                return Ok(false);
            }
            let rows: Vec<RationaleRow> = read(&path)?;
            let unasked = NotAsked::OriginalUnanswered.as_str();
            let is_open = |row: &RationaleRow| {
                row.reply_key.is_none() && row.reason.as_deref() != Some(unasked)
            };
            if rows.len() != originals * said.repeats as usize || rows.iter().any(is_open) {
                return Ok(false);
            }
            tables.push(rows);
        }
        said.iter_mut().zip(tables).for_each(|(said, rows)| said.explain(model, rows));
        Ok(true)
    }
}
