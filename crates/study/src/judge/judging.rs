//! Judging: asked and derived.

use super::request::JudgeRequest;
use super::scores;
use super::summary::VerdictSummary;
use super::to_judge::{ToJudge, model_rows, schema};
use super::unit::Unit;
use super::verdict;
use super::work::JudgeWork;
use crate::asking::{self, Asking};
use crate::batch::UnderWay;
use crate::ended::Ended;
use crate::error::StudyError;
use crate::folder::RunFolder;
use crate::ledger_check::NamedReplies;
use crate::manifest::Manifest;
use crate::models::Models;
use crate::money::Money;
use crate::opening::asked;
use crate::progress::Progress;
use crate::run::Settings;
use foretell_core::judge::JudgeKind;
use foretell_core::{NotAsked, Outcome};
use foretell_llm::{Keys, Stop, Stopped};
use foretell_tables::{ScoreRow, write};
use std::collections::BTreeSet;
use std::path::Path;
use tokio::runtime::Handle;

/// A run whose explanations are to be judged, ready to ask.
pub struct Judging {
    /// What is to be judged.
    pub to_judge: ToJudge,
    asking: Asking,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JudgedRun {
    /// How the asking ended.
    pub ended: Ended,
    /// What the verdicts come to, by kind and reference.
    pub summaries: Vec<VerdictSummary>,
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
        Manifest::refuse_imported(folder)?;
        let folder = RunFolder::open(folder)?;
        let mut to_judge = ToJudge::of(folder, request, settings.limits, &asked(keys, settings))?;
        let layout = &to_judge.folder.layout;
        let named = NamedReplies::read(layout)?;
        let (mut asking, warnings) = Asking::open(layout, settings)?;
        let reader = asking.reader()?;
        named.check(&reader)?;
        let study = &to_judge.folder.manifest.study;
        let kept = || Models::ever_asked(study, layout, &to_judge.registry);
        let budget = to_judge.budget();
        let under_way = UnderWay::of(layout, Some(&reader))?.worst_usd;
        asking.pay_from(Money::open(budget, &to_judge.models, kept, &reader, &under_way)?);
        let unheeded = to_judge.models.unheeded(to_judge.request.registry.as_deref())?;
        to_judge.warnings.splice(..0, warnings);
        to_judge.warnings.extend(unheeded);
        let judging = Self { to_judge, asking };
        judging.freeze()?;
        Ok(judging)
    }

    /// Looks whether the judge can be asked, without asking it anything.
    ///
    /// # Errors
    /// [`StudyError::Unreachable`] with what is wrong with it.
    pub fn check_models(&self, runtime: &Handle) -> Result<(), StudyError> {
        asking::check_models(&self.to_judge.models.all(), runtime)
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
        let work = self.work();
        self.note(|manifest| manifest.while_judging(work.clone()))?;
        let ToJudge { folder, models, request, .. } = &self.to_judge;
        let to_judge = &self.to_judge;
        let (pairs, references) = (to_judge.pairs(), to_judge.references());
        let (judge, frozen) = (to_judge.judge(), &folder.frozen);
        let path = folder.layout.scores(&judge.spec.name);
        let mut judged = JudgedRun::default();
        let mut served = BTreeSet::new();
        for &kind in &request.kinds {
            let units = to_judge.units(kind, &pairs);
            let with = self.settle(kind, &units, runtime, stop, &mut judged.ended)?;
            let askable = units.iter().filter(|unit| unit.answer.is_ok()).count() as u64;
            let meter = progress.start(&format!("{} {kind}", judge.spec.name), askable);
            let requests = to_judge.requests(kind, &units, with);
            let stopped = judged.ended.why_stopped(&judge.spec.name);
            let asked = {
                let done = self.asking.step(&*meter, judge);
                self.asking.ask(runtime, judge, stopped, stop, requests, &done)?
            };
            drop(meter);
            judged.ended.add(judge, &asked);
            let ledger = &self.asking.ledger;
            let verdicts = verdict::read_all(&units, &asked.keys, ledger, frozen, judge)?;
            served.extend(verdicts.served);
            let mut rows = verdicts.rows;
            if matches!(asked.stopped, Some(Stopped::ByBudget(_))) {
                name_budget(&mut rows);
            }
            judged.summaries.extend(VerdictSummary::of(kind.as_str(), &references, &rows));
            scores::merge(&path, frozen, judge, kind.as_str(), &references, &pairs, rows)?;
        }
        Models::close(&models.references, &[]);
        self.write_model(served)?;
        if judged.ended.is_complete() {
            self.note(|manifest| manifest.after_judging(&work))?;
        }
        Ok(judged)
    }

    /// What the judge is asked for.
    fn work(&self) -> Vec<JudgeWork> {
        let ToJudge { folder, request, .. } = &self.to_judge;
        let (name, references) = (&self.to_judge.judge().spec.name, self.to_judge.references());
        JudgeWork::of(name, request, &references, folder.manifest.study.limit)
    }

    /// Says in the manifest what judges are at; it is read anew, since it is all that says so.
    fn note(&self, change: impl FnOnce(&Manifest) -> Manifest) -> Result<(), StudyError> {
        let folder = self.to_judge.folder();
        change(&Manifest::read(folder)?).write(folder)
    }

    fn settle(
        &self,
        kind: JudgeKind,
        units: &[Unit<'_>],
        runtime: &Handle,
        stop: &Stop,
        ended: &mut Ended,
    ) -> Result<bool, StudyError> {
        match self.to_judge.probe(units)? {
            Some(prompt) if self.to_judge.request.schema => schema(kind).settle(
                &self.asking,
                self.to_judge.judge(),
                &prompt,
                runtime,
                stop,
                ended,
            ),
            _ => Ok(false),
        }
    }

    /// Keeps the templates and what is known about the judge, where the run does not hold them yet.
    fn freeze(&self) -> Result<(), StudyError> {
        for kind in &self.to_judge.request.kinds {
            self.to_judge.folder.freeze_prompt(kind.file())?;
        }
        self.to_judge.models.freeze(&self.to_judge.folder.layout.registry())
    }

    /// Writes the judge into the table of models.
    fn write_model(&self, served: BTreeSet<String>) -> Result<(), StudyError> {
        let layout = &self.to_judge.folder.layout;
        let mut rows = model_rows(layout)?;
        let mut row = self.to_judge.judge().row();
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
        Ok(write(&layout.models(), rows)?)
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
