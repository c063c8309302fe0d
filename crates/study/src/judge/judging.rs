//! Judging: checked, planned, asked and derived.

use super::explained::Explained;
use super::point::changed;
use super::request::JudgeRequest;
use super::scores;
use super::tally::Tally;
use super::unit::{About, Unit, units};
use super::verdict;
use crate::answers::REQUESTS_AT_ONCE;
use crate::asking::{self, Asking};
use crate::batch::under_way;
use crate::ended::Ended;
use crate::error::StudyError;
use crate::folder::{Layout, RunFolder};
use crate::generate::schema::{Schema, Taken};
use crate::ledger_check::NamedReplies;
use crate::manifest::Manifest;
use crate::models::{Model, Models, OpenOne, known_in, wrong_roles};
use crate::money::{self, Money};
use crate::opening::OpenIn;
use crate::plan::{Plan, Planned};
use crate::progress::Progress;
use crate::run::Settings;
use foretell_core::judge::{JudgeKind, mention_schema, testability_schema};
use foretell_core::{NotAsked, Outcome, Pair, Registry};
use foretell_data::select;
use foretell_llm::{
    Keys, LedgerReader, ModelSpec, Opening, Request, Stop, Stopped, open_model, open_to_read,
};
use foretell_tables::{ModelRow, ScoreRow, read, write};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use tokio::runtime::Handle;

/// A run whose explanations are to be judged, ready to ask.
pub struct Judging {
    /// What the user should know before it starts.
    pub warnings: Vec<String>,
    folder: RunFolder,
    models: Models,
    request: JudgeRequest,
    explained: Vec<Explained>,
    asking: Asking,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JudgedRun {
    /// How the asking ended.
    pub ended: Ended,
    /// What the verdicts come to, by kind and reference.
    pub tallies: Vec<Tally>,
}

impl Judging {
    /// Opens the run in `folder` for a judge. Sends nothing.
    ///
    /// # Errors
    /// [`StudyError`] for anything that is wrong with the run, the judge, or what is asked of it.
    pub fn open(
        folder: &Path,
        request: JudgeRequest,
        keys: Keys<'_>,
        settings: &Settings,
    ) -> Result<Self, StudyError> {
        let mut judging = Self::opened(folder, request, settings, &|spec, registry, logs| {
            let timeout = settings.timeout;
            open_model(spec, &Opening { keys, timeout, registry, logs })
        })?;
        judging.freeze()?;
        judging.warnings.extend(judging.models.unheeded(judging.request.registry.as_deref())?);
        Ok(judging)
    }

    /// Opens the run in `folder` to plan what a judge would be asked: needs no key and writes nothing,
    /// and what it gives cannot ask.
    ///
    /// # Errors
    /// [`StudyError`], as [`Judging::open`].
    pub fn open_to_plan(
        folder: &Path,
        request: JudgeRequest,
        settings: &Settings,
    ) -> Result<Self, StudyError> {
        let open = |spec: &ModelSpec, registry: &Registry, _: &Path| open_to_read(spec, registry);
        Self::opened(folder, request, settings, &open)
    }

    /// Opens the run and the judge; writes nothing that tells of it.
    fn opened(
        folder: &Path,
        request: JudgeRequest,
        settings: &Settings,
        open: &OpenIn<'_>,
    ) -> Result<Self, StudyError> {
        Manifest::refuse_imported(folder)?;
        let folder = RunFolder::open(folder)?;
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
        let budget = request.budget.or(folder.manifest.study.budget);
        if let Some(models) = &models {
            faults.extend(other_model(&folder, &models.references[0]).err());
            faults.extend(money::faults(budget, models));
        }
        StudyError::all(faults)?;
        let models = models.expect("models without faults are open");
        let named = NamedReplies::read(layout)?;
        let (mut asking, warnings) = Asking::open(layout, settings)?;
        let reader = asking.reader()?;
        named.check(&reader)?;
        let kept = || Models::ever_asked(&folder.manifest.study, layout, &registry);
        asking.pay_from(Money::open(budget, &models, kept, &reader, &under_way(layout)?)?);
        let mut judging = Self { warnings, folder, models, request, explained, asking };
        judging.check()?;
        judging.warn(&without);
        Ok(judging)
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

    /// Looks whether the judge can be asked, without asking it anything.
    ///
    /// # Errors
    /// [`StudyError::Unreachable`] with what is wrong with it.
    pub fn check_models(&self, runtime: &Handle) -> Result<(), StudyError> {
        asking::check_models(&self.models.all(), runtime)
    }

    /// What the judge would be sent of each kind, and what that may cost.
    ///
    /// # Errors
    /// [`StudyError`] where a prompt cannot be made or the ledger cannot be read.
    pub fn plan(&self) -> Result<Plan, StudyError> {
        let (reader, pairs) = (self.asking.reader()?, self.pairs());
        let limits = self.asking.limits();
        let ended = reader.ended(limits.retry_failed)?;
        let mut rows = Vec::new();
        for &kind in &self.request.kinds {
            let units = self.units(kind, &pairs);
            let with = self.takes_schema(kind, &units, &reader)? != Taken::No;
            let requests = self.requests(kind, &units, with);
            rows.push(Planned::made(self.judge(), kind.as_str(), requests, &ended, limits)?);
        }
        Ok(Plan { rows })
    }

    /// Asks for what the ledger lacks, and derives the judge's table.
    ///
    /// # Errors
    /// [`StudyError`] where nothing more can be done. What one request does is told in the table and in
    /// [`JudgedRun`].
    pub fn ask(
        &self,
        runtime: &Handle,
        stop: &Stop,
        progress: &dyn Progress,
    ) -> Result<JudgedRun, StudyError> {
        // First, so that no other model of this name can be asked, whatever becomes of this one.
        self.write_model(BTreeSet::new())?;
        let (pairs, references, judge) = (self.pairs(), self.references(), self.judge());
        let path = self.folder.layout.scores(&judge.spec.name);
        let mut judged = JudgedRun::default();
        let mut served = BTreeSet::new();
        for &kind in &self.request.kinds {
            let units = self.units(kind, &pairs);
            let with = self.settle(kind, &units, runtime, stop, &mut judged.ended)?;
            let askable = units.iter().filter(|unit| unit.answer.is_ok()).count() as u64;
            let meter = progress.start(&format!("{} {kind}", judge.spec.name), askable);
            let requests = self.requests(kind, &units, with);
            let stopped = judged.ended.why_stopped(&judge.spec.name);
            let asked = {
                let done = self.asking.step(&*meter, judge);
                self.asking.ask(runtime, judge, stopped, stop, requests, &done)?
            };
            drop(meter);
            judged.ended.add(judge, &asked);
            let frozen = &self.folder.frozen;
            let ledger = &self.asking.ledger;
            let verdicts = verdict::read_all(&units, &asked.keys, ledger, frozen, judge)?;
            served.extend(verdicts.served);
            let mut rows = verdicts.rows;
            if matches!(asked.stopped, Some(Stopped::ByBudget(_))) {
                name_budget(&mut rows);
            }
            judged.tallies.extend(Tally::of(kind.as_str(), &references, &rows));
            scores::merge(&path, frozen, judge, kind.as_str(), &references, &pairs, rows)?;
        }
        Models::close(&self.models.references, &[]);
        self.write_model(served)?;
        Ok(judged)
    }

    fn judge(&self) -> &Model {
        &self.models.references[0]
    }

    fn units<'a>(&'a self, kind: JudgeKind, pairs: &[&'a Pair]) -> Vec<Unit<'a>> {
        units(kind, &self.folder.frozen, &self.explained, pairs)
    }

    /// The requests for the units that can be asked, made on all processors a piece at a time.
    fn requests<'a>(
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
    fn probe(&self, units: &[Unit<'_>]) -> Result<Option<String>, StudyError> {
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

    fn settle(
        &self,
        kind: JudgeKind,
        units: &[Unit<'_>],
        runtime: &Handle,
        stop: &Stop,
        ended: &mut Ended,
    ) -> Result<bool, StudyError> {
        match self.probe(units)? {
            Some(prompt) if self.request.schema => {
                schema(kind).settle(&self.asking, self.judge(), &prompt, runtime, stop, ended)
            }
            _ => Ok(false),
        }
    }

    /// Finds what is wrong before anything is sent: a template that leaves out what it is for, a table
    /// that is not this judge's, and pairs that say nothing of what changed.
    fn check(&self) -> Result<(), StudyError> {
        let (frozen, pairs) = (&self.folder.frozen, self.pairs());
        let mentions = self.request.kinds.contains(&JudgeKind::Mention);
        if mentions && pairs.iter().all(|pair| changed(pair).is_empty()) {
            return Err(StudyError::NoFeatures);
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
                let lacks = |variable| StudyError::PromptLacks { file: kind.file(), variable };
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

    /// Keeps the templates and what is known about the judge, where the run does not hold them yet.
    fn freeze(&self) -> Result<(), StudyError> {
        for kind in &self.request.kinds {
            self.folder.freeze_prompt(kind.file())?;
        }
        self.models.freeze(&self.folder.layout.registry())
    }

    /// Writes the judge into the table of models.
    fn write_model(&self, served: BTreeSet<String>) -> Result<(), StudyError> {
        let path = self.folder.layout.models();
        let mut rows = model_rows(&self.folder.layout)?;
        let mut row = self.judge().row();
        row.served = served.into_iter().collect();
        match rows.iter_mut().find(|old| old.name == row.name) {
            Some(old) => {
                row.served.extend(std::mem::take(&mut old.served));
                row.served.sort();
                row.served.dedup();
                *old = row;
            }
            None => rows.push(row),
        }
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(write(&path, rows)?)
    }
}

fn model_rows(layout: &Layout) -> Result<Vec<ModelRow>, StudyError> {
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
        Some((name, spec)) => Err(StudyError::NameTaken {
            name: name.clone(),
            first: spec.to_string(),
            second: judge.spec.to_string(),
        }),
    }
}

/// Says of what was not asked that the budget is why.
fn name_budget(rows: &mut [ScoreRow]) {
    let stopped = Some(NotAsked::Stopped.as_str());
    for row in rows.iter_mut().filter(|row| row.outcome == Outcome::NotAsked) {
        if row.reason.as_deref() == stopped {
            row.reason = Some(NotAsked::Budget.as_str().to_owned());
        }
    }
}

fn schema(kind: JudgeKind) -> Schema {
    let value = match kind {
        JudgeKind::Testability => testability_schema(),
        JudgeKind::Mention => mention_schema(),
    };
    Schema { name: kind.as_str(), value }
}
