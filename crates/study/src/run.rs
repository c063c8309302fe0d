//! A run: planned, asked and derived, stage by stage.

use crate::answers;
use crate::asking::{self, Asking};
use crate::derive::Served;
use crate::ended::{Ended, sentences, served_of};
use crate::error::StudyError;
use crate::folder::RunFolder;
use crate::gain_so_far::Gathering;
use crate::models::{Model, Models};
use crate::plan::Plan;
use crate::planner::Planner;
use crate::predictions;
use crate::progress::Progress;
use crate::rationales;
use crate::said::Said;
use foretell_core::{Arm, Need, NotAsked, Pair};
use foretell_data::select;
use foretell_llm::{Asked, Limits, RequestKey, Stop, Tell};
use foretell_tables::{ModelRow, read, write};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;
use tokio::runtime::Handle;

/// How a run is carried out; none of it changes what is asked.
pub struct Settings {
    /// How hard paid models may be asked.
    pub limits: Limits,
    /// Longest wait for one reply.
    pub timeout: Duration,
    /// Told once when the ledger cannot be written for now.
    pub on_full: fn(&Path, &str),
    /// Told in words what happens to the limits of an address.
    pub tell: Tell,
    /// A ledger that several runs share; without, what `run.toml` names, or one of the run's own.
    pub ledger: Option<PathBuf>,
}

/// A run, ready to ask.
pub struct Run {
    /// Its folder.
    pub folder: RunFolder,
    /// Its models.
    pub models: Models,
    /// The arms asked for.
    pub arms: Vec<Arm>,
    /// What the user should know before it starts.
    pub warnings: Vec<String>,
    pub(crate) asking: Asking,
    pub(crate) limit: Option<u64>,
}

/// One command's asking: what its stages share.
struct Going<'a> {
    runtime: &'a Handle,
    stop: &'a Stop,
    progress: &'a dyn Progress,
    pairs: Vec<&'a Pair>,
    ended: Ended,
    served: Vec<(String, Served)>,
}

impl Run {
    /// The pairs that this run asks about, within its limit.
    #[must_use]
    pub fn pairs(&self) -> Vec<&Pair> {
        select(&self.folder.frozen.pairs, self.limit, self.folder.manifest.study.seed)
    }

    /// Looks whether every model can be asked, without asking it anything.
    ///
    /// # Errors
    /// [`StudyError::Unreachable`] with what is wrong with each.
    pub fn check_models(&self, runtime: &Handle) -> Result<(), StudyError> {
        asking::check_models(&self.models.all(), runtime)
    }

    /// What each model would be sent, and what it may cost; empty where nothing can cost money.
    ///
    /// # Errors
    /// [`StudyError`] where a prompt cannot be made or the ledger cannot be read.
    pub fn plan(&self) -> Result<Plan, StudyError> {
        if !self.models.all().iter().any(|model| model.spec.may_cost()) {
            return Ok(Plan::default());
        }
        let pairs = self.pairs();
        let reader = self.asking.reader()?;
        Planner {
            frozen: &self.folder.frozen,
            models: &self.models,
            arms: &self.arms,
            pairs: &pairs,
            limits: self.asking.limits(),
            under_way: self.asking.under_way(),
            reader: Some(&reader),
            known: self,
        }
        .plan()
    }

    /// The model that explains the answers of the references, where an arm shows that.
    pub(crate) fn rationaliser(&self) -> Option<&Model> {
        let shown = self.arms.iter().any(|arm| arm.needs(Need::Rationale));
        self.models.rationaliser.as_ref().filter(|_| shown)
    }

    /// Asks what the ledger lacks, and derives all tables.
    ///
    /// # Errors
    /// [`StudyError`] where nothing more can be done. What one model or one request does is told in
    /// the tables and in [`Ended`].
    pub fn ask(
        &self,
        runtime: &Handle,
        stop: &Stop,
        progress: &dyn Progress,
    ) -> Result<Ended, StudyError> {
        let (pairs, ended, served) = (self.pairs(), Ended::default(), Vec::new());
        let mut going = Going { runtime, stop, progress, pairs, ended, served };
        let Some(mut said) = self.ask_references(&mut going)? else {
            return Ok(going.ended);
        };
        // A server that nobody needs any more makes room for those that others start.
        let rationaliser = self.rationaliser().cloned();
        let later: Vec<Model> =
            self.models.predictors.iter().chain(&rationaliser).cloned().collect();
        Models::close(&self.models.references, &later);
        if let Some(model) = &rationaliser {
            let whole = self.ask_rationaliser(model, &mut said, &mut going)?;
            let still = if whole { &self.models.predictors[..] } else { &[] };
            Models::close(std::slice::from_ref(model), still);
            if !whole {
                Models::close(&self.models.references, &[]);
                return Ok(going.ended);
            }
        }
        let whole = self.ask_predictors(&said, &mut going)?;
        Models::close(&self.models.predictors, &[]);
        if !whole {
            return Ok(going.ended);
        }
        let Going { mut ended, served, .. } = going;
        ended.mismatches = sentences(&served);
        self.write_models(served)?;
        let manifest = self.folder.manifest.after_run(ended.is_complete());
        manifest.write(self.folder.layout.folder())?;
        Ok(ended)
    }

    /// Asks the references; gives nothing where other shards have to ask first.
    fn ask_references(&self, going: &mut Going<'_>) -> Result<Option<Vec<Said>>, StudyError> {
        let frozen = &self.folder.frozen;
        let questions = answers::questions(frozen, &going.pairs);
        let asked = self.at_once(&self.models.references, |model| {
            let all = answers::number(model, &questions);
            let meter = going.progress.start(&format!("{} answers", model.spec.name), all);
            let requests = answers::requests(frozen, model, &questions);
            let done = self.asking.step(&*meter, model);
            self.asking.ask(going.runtime, model, None, going.stop, requests, &done)
        })?;
        let references: Vec<&Model> = self.models.references.iter().collect();
        if going.waits("answers", &references, &asked) {
            Models::close(&self.models.references, &[]);
            return Ok(None);
        }
        let mut said = Vec::new();
        for (model, asked) in self.models.references.iter().zip(asked) {
            let names = going.note(model, &asked);
            let (ledger, keys) = (&self.asking.ledger, &asked.keys);
            let path = self.folder.layout.answers(&model.spec.name);
            let answers = answers::derive(&path, ledger, model, &questions, keys, &names)?;
            going.served.push((model.spec.name.clone(), names));
            said.push(self.said(model, answers, asked.stopped.is_none())?);
        }
        Ok(Some(said))
    }

    /// Asks the rationaliser; says whether nothing is left to other shards.
    fn ask_rationaliser(
        &self,
        model: &Model,
        said: &mut [Said],
        going: &mut Going<'_>,
    ) -> Result<bool, StudyError> {
        let originals = rationales::originals(&going.pairs);
        let asked = {
            let all = rationales::number(self.models.references.iter(), originals.len());
            let meter = going.progress.start(&format!("{} rationales", model.spec.name), all);
            let requests = rationales::requests(&self.folder.frozen, model, said, &originals);
            let stopped = going.ended.why_stopped(&model.spec.name);
            let done = self.asking.step(&*meter, model);
            self.asking.ask(going.runtime, model, stopped, going.stop, requests, &done)?
        };
        if going.waits("rationales", &[model], std::slice::from_ref(&asked)) {
            return Ok(false);
        }
        let names = going.note(model, &asked);
        self.explain(model, said, &originals, &asked.keys, &names)?;
        going.served.push((model.spec.name.clone(), names));
        Ok(true)
    }

    /// Asks the predictors; says whether nothing is left to other shards.
    fn ask_predictors(&self, said: &[Said], going: &mut Going<'_>) -> Result<bool, StudyError> {
        let (frozen, arms) = (&self.folder.frozen, &self.arms);
        let asked = self.at_once(&self.models.predictors, |model| {
            let references = self.models.references.iter();
            let all = predictions::number(model, references, arms, &going.pairs);
            let meter = going.progress.start(&format!("{} predictions", model.spec.name), all);
            let stopped = going.ended.why_stopped(&model.spec.name);
            let step = self.asking.step(&*meter, model);
            let gathering = Gathering::new(frozen, said, model);
            let requests = predictions::placed_requests(frozen, model, said, arms, &going.pairs);
            let requests = requests.map(|placed| {
                let (request, place) = placed?;
                gathering.note(request.key, place);
                Ok(request)
            });
            let done = |key: &RequestKey| {
                step(key);
                gathering.settle(*key);
            };
            std::thread::scope(|scope| {
                let (asks, end) = mpsc::channel();
                let (gathering, meter) = (&gathering, &*meter);
                scope.spawn(move || gathering.follow(&self.asking.ledger, meter, &end));
                let asked =
                    self.asking.ask(going.runtime, model, stopped, going.stop, requests, &done);
                drop(asks);
                asked
            })
        })?;
        let predictors: Vec<&Model> = self.models.predictors.iter().collect();
        if going.waits("predictions", &predictors, &asked) {
            return Ok(false);
        }
        for (model, asked) in self.models.predictors.iter().zip(asked) {
            let names = going.note(model, &asked);
            let unasked = predictions::derive(
                &self.folder.layout,
                &self.asking.ledger,
                frozen,
                model,
                said,
                arms,
                &going.pairs,
                &asked.keys,
                &names,
            )?;
            // A budget that is used up stops the run, and is told as that.
            let budget = NotAsked::Budget.as_str();
            for (what, count) in unasked.into_iter().filter(|((_, why), _)| why != budget) {
                *going.ended.unasked.entry(what).or_default() += count;
            }
            going.served.push((model.spec.name.clone(), names));
        }
        Ok(true)
    }

    /// Runs `work` for each model on a thread of its own, so that no model waits for another.
    fn at_once<T: Send>(
        &self,
        models: &[Model],
        work: impl Fn(&Model) -> Result<T, StudyError> + Sync,
    ) -> Result<Vec<T>, StudyError> {
        std::thread::scope(|scope| {
            let work = &work;
            let threads: Vec<_> =
                models.iter().map(|model| scope.spawn(move || work(model))).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().expect("a stage does not panic"))
                .collect()
        })
    }

    /// Writes the models, also those that only earlier commands asked.
    fn write_models(&self, served: Vec<(String, Served)>) -> Result<(), StudyError> {
        let path = self.folder.layout.models();
        let mut rows: Vec<ModelRow> = if path.exists() { read(&path)? } else { Vec::new() };
        for model in self.models.all() {
            let mut row = model.row();
            let names = served.iter().filter(|(name, _)| *name == row.name);
            for (_, served) in names {
                let served = served.lock().expect("no thread panics while it holds the names");
                row.served.extend(served.names.iter().cloned());
            }
            row.served.sort();
            row.served.dedup();
            match rows.iter_mut().find(|old| old.name == row.name) {
                Some(old) => *old = row,
                None => rows.push(row),
            }
        }
        rows.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(write(&path, rows)?)
    }
}

impl Going<'_> {
    /// Whether requests of a stage are left to other shards or to batches; then what they are told is
    /// not known here, so nothing that follows from it can be asked, and this command ends.
    fn waits(&mut self, stage: &'static str, models: &[&Model], asked: &[Asked]) -> bool {
        let elsewhere: u64 = asked.iter().map(|asked| asked.elsewhere).sum();
        let under_way: u64 = asked.iter().map(|asked| asked.under_way).sum();
        let waits = elsewhere + under_way > 0;
        if waits {
            models.iter().zip(asked).for_each(|(model, asked)| self.ended.add(model, asked));
            self.ended.waiting = (elsewhere > 0).then_some((stage, elsewhere));
            self.ended.under_way = (under_way > 0).then_some((stage, under_way));
        }
        waits
    }

    /// Notes how a model was asked; what it served is gathered in what this gives.
    fn note(&mut self, model: &Model, asked: &Asked) -> Served {
        self.ended.add(model, asked);
        served_of(asked)
    }
}
