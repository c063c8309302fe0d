//! What a judge is to be asked, checked and planned: reads a run, and writes and sends nothing.

use super::explained::Explained;
use super::point::changed;
use super::request::JudgeRequest;
use super::scores;
use super::unit::{About, Unit, units};
use crate::answers::REQUESTS_AT_ONCE;
use crate::error::{ModelsError, QuestionsError, StudyError};
use crate::folder::{Layout, RunFolder};
use crate::generate::schema::{Schema, Taken};
use crate::ledger_check::NamedReplies;
use crate::manifest::Manifest;
use crate::models::{Model, Models, OpenOne, known_in, wrong_roles};
use crate::money;
use crate::opening::{OpenIn, unasked};
use crate::plan::{Plan, Planned};
use foretell_core::judge::{JudgeKind, mention_schema, testability_schema};
use foretell_core::{Pair, Registry};
use foretell_data::select;
use foretell_llm::{LedgerReader, Limits, ModelSpec, Request};
use foretell_tables::{ModelRow, read};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;

/// Explanations of a run that are to be judged.
pub struct ToJudge {
    /// What the user should know before it starts.
    pub warnings: Vec<String>,
    pub(crate) folder: RunFolder,
    pub(crate) models: Models,
    pub(crate) registry: Registry,
    pub(crate) request: JudgeRequest,
    pub(crate) explained: Vec<Explained>,
    limits: Limits,
}

impl ToJudge {
    /// Opens the run in `folder` to plan what a judge would be asked: needs no key, and neither sends
    /// nor writes anything, so that it may be done beside whoever works on the run.
    ///
    /// # Errors
    /// [`StudyError`], as [`Judging::open`](crate::Judging::open), but for a run in use.
    pub fn open(folder: &Path, request: JudgeRequest, limits: Limits) -> Result<Self, StudyError> {
        Manifest::refuse_imported(folder)?;
        let folder = RunFolder::open_to_read(folder)?;
        let to_judge = Self::of(folder, request, limits, &unasked)?;
        NamedReplies::read(&to_judge.folder.layout)?.check(&to_judge.reader()?)?;
        Ok(to_judge)
    }

    /// Checks the run and opens the judge.
    pub(crate) fn of(
        folder: RunFolder,
        request: JudgeRequest,
        limits: Limits,
        open: &OpenIn<'_>,
    ) -> Result<Self, StudyError> {
        let layout = &folder.layout;
        let (own, logs) = (request.registry.as_deref(), layout.logs());
        let registry = known_in(&layout.registry(), own)?;
        let open_one: &OpenOne<'_> = &|spec| open(spec, &registry, &logs);
        let models = Models::open_with(&request.as_study(), &registry, open_one);
        let (models, mut faults) = match models {
            Ok(models) => (Some(models), Vec::new()),
            Err(faults) => (None, faults),
        };
        faults.extend(wrong_roles(std::slice::from_ref(&request.model), "judge", &["judge"]));
        if request.kinds.is_empty() {
            faults.push(StudyError::Nothing { what: "kind" });
        }
        let explained = Explained::read_all(&folder, &request.references);
        let (explained, without) = explained.unwrap_or_else(|fault| {
            faults.push(fault);
            (Vec::new(), Vec::new())
        });
        if let Some(models) = &models {
            faults.extend(other_model(&folder, &models.references[0]).err());
            let budget = request.budget.or(folder.manifest.study.budget);
            faults.extend(money::faults(budget, models));
        }
        StudyError::all(faults)?;
        let models = models.expect("models without faults are open");
        let warnings = Vec::new();
        let mut to_judge = Self { warnings, folder, models, registry, request, explained, limits };
        to_judge.check()?;
        to_judge.warn(&without);
        Ok(to_judge)
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.layout.folder()
    }

    /// The pairs asked about: those of the run, within its limit and that of this command.
    #[must_use]
    pub fn pairs(&self) -> Vec<&Pair> {
        let study = &self.folder.manifest.study;
        let limits = study.limit.into_iter().chain(self.request.limit);
        select(&self.folder.frozen.pairs, limits.min(), study.seed)
    }

    /// The references whose explanations are judged.
    #[must_use]
    pub fn references(&self) -> Vec<&str> {
        self.explained.iter().map(|said| said.reference.as_str()).collect()
    }

    /// What may be spent on the run.
    pub(crate) fn budget(&self) -> Option<f64> {
        self.request.budget.or(self.folder.manifest.study.budget)
    }

    fn reader(&self) -> Result<LedgerReader, StudyError> {
        Ok(LedgerReader::open_at_rest(&self.folder.layout.ledger())?)
    }

    /// What the judge would be sent of each kind, and what that may cost.
    ///
    /// # Errors
    /// [`StudyError`] where a prompt cannot be made or the ledger cannot be read.
    pub fn plan(&self) -> Result<Plan, StudyError> {
        let (reader, pairs, limits) = (self.reader()?, self.pairs(), &self.limits);
        let ended = reader.ended(limits.retry_failed)?;
        let mut rows = Vec::new();
        for &kind in &self.request.kinds {
            let units = self.units(kind, &pairs);
            let with = self.takes_schema(kind, &units, &reader)? != Taken::No;
            let requests = self.requests(kind, &units, with);
            rows.push(Planned::made(self.judge(), kind.as_str(), requests, &ended, limits)?);
        }
        Ok(Plan { rows, ..Plan::default() })
    }

    pub(crate) fn judge(&self) -> &Model {
        &self.models.references[0]
    }

    pub(crate) fn units<'a>(&'a self, kind: JudgeKind, pairs: &[&'a Pair]) -> Vec<Unit<'a>> {
        units(kind, &self.folder.frozen, &self.explained, pairs)
    }

    /// The requests for the units that can be asked, made on all processors a piece at a time.
    pub(crate) fn requests<'a>(
        &'a self,
        kind: JudgeKind,
        units: &'a [Unit<'a>],
        with: bool,
    ) -> impl Iterator<Item = Result<Request, StudyError>> + 'a {
        let askable: Vec<&Unit<'a>> = units.iter().filter(|unit| unit.answer.is_ok()).collect();
        let pieces = askable.len().div_ceil(REQUESTS_AT_ONCE);
        (0..pieces).flat_map(move |piece| {
            let start = piece * REQUESTS_AT_ONCE;
            let end = (start + REQUESTS_AT_ONCE).min(askable.len());
            let schema = schema(kind);
            let request = |unit: &&Unit<'a>| {
                let prompt = unit.prompt(&self.folder.frozen)?;
                Ok(schema.request(self.judge(), &prompt, with))
            };
            askable[start..end].par_iter().map(request).collect::<Vec<_>>()
        })
    }

    /// The prompt that tells whether a schema is taken: about the pair that every limit takes first.
    pub(crate) fn probe(&self, units: &[Unit<'_>]) -> Result<Option<String>, StudyError> {
        let seed = self.folder.manifest.study.seed;
        let first = select(&self.folder.frozen.pairs, Some(1), seed);
        let mut askable = units.iter().filter(|unit| unit.answer.is_ok());
        let fallback = askable.clone().next();
        let unit = askable.find(|unit| unit.holds(first[0])).or(fallback);
        unit.map(|unit| unit.prompt(&self.folder.frozen)).transpose()
    }

    fn takes_schema(
        &self,
        kind: JudgeKind,
        units: &[Unit<'_>],
        reader: &LedgerReader,
    ) -> Result<Taken, StudyError> {
        match self.probe(units)? {
            Some(prompt) if self.request.schema => {
                schema(kind).taken(self.judge(), &prompt, reader)
            }
            _ => Ok(Taken::No),
        }
    }

    /// Finds what is wrong before anything is sent: a template that leaves out what it is for, a table
    /// that is not this judge's, and pairs that say nothing of what changed.
    fn check(&self) -> Result<(), StudyError> {
        let (frozen, pairs) = (&self.folder.frozen, self.pairs());
        let mentions = self.request.kinds.contains(&JudgeKind::Mention);
        if mentions && pairs.iter().all(|pair| changed(pair).is_empty()) {
            return Err(StudyError::Questions(QuestionsError::NoFeatures));
        }
        scores::read_own(&self.folder.layout.scores(&self.judge().spec.name), self.judge())?;
        let mut seen = BTreeSet::new();
        for &kind in &self.request.kinds {
            for unit in self.units(kind, &pairs) {
                let Ok(answer) = unit.answer else { continue };
                if !seen.insert((kind, &answer.dataset)) {
                    continue;
                }
                let prompt = unit.prompt(frozen)?;
                let lacks = |variable| {
                    StudyError::Questions(QuestionsError::PromptLacks {
                        file: kind.file(),
                        variable,
                    })
                };
                let holds = |text: &str| prompt.contains(text.trim());
                if !holds(answer.explanation.as_deref().unwrap_or_default()) {
                    return Err(lacks("explanation"));
                }
                match &unit.about {
                    About::Pair(pair) => {
                        if !holds(&frozen.question(&pair.counterfactual_id).text) {
                            return Err(lacks("counterfactual"));
                        }
                    }
                    About::Features(looked) => {
                        if !looked.points.iter().all(|(_, point)| holds(&point.name)) {
                            return Err(lacks("features"));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn warn(&mut self, without: &[String]) {
        if !without.is_empty() {
            let (without, folder) = (without.join(", "), self.folder().display());
            self.warnings.push(format!(
                "{folder} holds no answers of {without} yet: not judged; the same command judges them \
                 once `foretell run` has asked"
            ));
        }
        let pairs = self.pairs();
        let silent = pairs.iter().filter(|pair| changed(pair).is_empty()).count();
        if silent > 0 && self.request.kinds.contains(&JudgeKind::Mention) {
            let all = pairs.len();
            self.warnings.push(format!(
                "{silent} of {all} pairs do not say what changed in them: no mention is judged there"
            ));
        }
    }
}

/// The models that the run ever asked.
pub(crate) fn model_rows(layout: &Layout) -> Result<Vec<ModelRow>, StudyError> {
    let path = layout.models();
    if path.exists() { Ok(read(&path)?) } else { Ok(Vec::new()) }
}

/// Refuses a judge under the name of another model of the run, earlier judges included.
fn other_model(folder: &RunFolder, judge: &Model) -> Result<(), StudyError> {
    let study = &folder.manifest.study;
    let mut known = Vec::new();
    for table in study.references.iter().chain(&study.predictors) {
        let spec = table.spec()?;
        known.push((spec.name.clone(), spec));
    }
    for row in model_rows(&folder.layout)? {
        known.push((row.name, ModelSpec::parse(&row.spec)?));
    }
    let (name, identity) = (&judge.spec.name, judge.spec.identity());
    match known.iter().find(|(own, spec)| own == name && spec.identity() != identity) {
        None => Ok(()),
        Some((name, spec)) => Err(StudyError::Models(ModelsError::NameTaken {
            name: name.clone(),
            first: spec.to_string(),
            second: judge.spec.to_string(),
        })),
    }
}

pub(crate) fn schema(kind: JudgeKind) -> Schema {
    let value = match kind {
        JudgeKind::Testability => testability_schema(),
        JudgeKind::Mention => mention_schema(),
    };
    Schema { name: kind.as_str(), value }
}
