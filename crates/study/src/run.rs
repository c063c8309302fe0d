//! A run: checked, planned, asked and derived.

use crate::answers;
use crate::asking::{self, Asking};
use crate::derive::Served;
use crate::donors;
use crate::error::StudyError;
use crate::folder::{Frozen, Layout, RunFolder};
use crate::frozen_files::frozen_prompts;
use crate::grow::Growth;
use crate::inputs;
use crate::ledger_check::NamedReplies;
use crate::manifest::{Identity, Manifest};
use crate::models::{Model, Models, known_in, wrong_roles};
use crate::predictions;
use crate::preview::check_prompts;
use crate::progress::Progress;
use crate::rationales;
use crate::said::Said;
use crate::study::Study;
use foretell_core::{AnswerOrder, Arm, Need, Pair, Prompts, QuestionId};
use foretell_data::{Cards, PairSet, select};
use foretell_llm::{
    Asked, Keys, Limits, Opening, Request, RequestKey, Stop, Stopped, Tell, count_missing,
};
use foretell_tables::{AnswerRow, DonorRow, ModelRow, read, write};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
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
    asking: Asking,
    limit: Option<u64>,
}

/// How many requests a model would be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The model.
    pub model: String,
    /// What it is asked for: `answers`, `rationales` or `predictions`.
    pub stage: &'static str,
    /// Requests that the ledger lacks.
    pub requests: u64,
    /// Whether there may be fewer: predictions are counted exactly once the answers are there.
    pub at_most: bool,
    /// Whether they may cost money.
    pub may_cost: bool,
}

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ended {
    /// Requests that were sent and ended.
    pub sent: u64,
    /// Those of them that failed for good.
    pub failed: u64,
    /// Whether the user stopped it.
    pub by_user: bool,
    /// Models that could be asked no more, and why.
    pub stopped_models: Vec<(String, String)>,
    /// Guesses that were not asked although nobody stopped the run, by arm and reason.
    pub unasked: BTreeMap<(String, String), u64>,
    /// Models that served something else than was asked, and what.
    pub mismatches: Vec<(String, String)>,
}

impl Run {
    /// Opens the run of `study` in `folder` (or its default folder), or starts it. Sends nothing.
    ///
    /// # Errors
    /// [`StudyError`] for anything that is wrong with the study, its models, pairs or folder.
    pub fn open(
        study: &Study,
        folder: Option<&Path>,
        keys: Keys<'_>,
        settings: &Settings,
    ) -> Result<Self, StudyError> {
        StudyError::all(inputs::missing_folders(study))?;
        let prompts = inputs::prompts(study)?;
        let identity = Identity::of(study)?;
        let folder: PathBuf = match folder {
            Some(folder) => folder.to_owned(),
            // A model that cannot be read is told below, with all other faults.
            None => identity.default_folder(study).unwrap_or_else(|_| PathBuf::from("runs")),
        };
        let load = |prompts| inputs::pairs(study).map(|(set, cards)| (set, cards, prompts));
        Self::open_in(study, &folder, identity, prompts, load, keys, settings)
    }

    /// Opens the run in `folder` with `growth` added to its study: everything else is taken from what
    /// the run froze. Sends nothing.
    ///
    /// # Errors
    /// [`StudyError`]: there is no run, or what is added does not fit it.
    pub fn grow(
        folder: &Path,
        growth: &Growth,
        keys: Keys<'_>,
        settings: &Settings,
    ) -> Result<Self, StudyError> {
        let manifest = Manifest::read(folder)?;
        let study = growth.onto(manifest.study)?;
        let prompts = frozen_prompts(&Layout::new(folder))?;
        let load = |_| Err(StudyError::NoRun { path: folder.to_owned() });
        Self::open_in(&study, folder, manifest.identity, prompts, load, keys, settings)
    }

    /// Opens or starts a run, with the prompts that it has or will freeze.
    fn open_in(
        study: &Study,
        folder: &Path,
        identity: Identity,
        prompts: Prompts,
        load: impl FnOnce(Prompts) -> Result<(PairSet, Cards, Prompts), StudyError>,
        keys: Keys<'_>,
        settings: &Settings,
    ) -> Result<Self, StudyError> {
        Manifest::refuse_imported(folder)?;
        let layout = Layout::new(folder);
        let own = study.registry.as_deref();
        let registry = known_in(&layout.registry(), own)?;
        let (timeout, logs) = (settings.timeout, layout.logs());
        let opening = Opening { keys, timeout, registry: &registry, logs: &logs };
        let (models, mut faults) = match Models::open(study, &opening) {
            Ok(models) => (Some(models), Vec::new()),
            Err(faults) => (None, faults),
        };
        faults.extend(wrong_roles(&study.references, "reference", &["reference"]));
        faults.extend(wrong_roles(&study.predictors, "predictor", &["reader", "oracle"]));
        let rationale = study.rationale.as_slice();
        faults.extend(wrong_roles(rationale, "rationale model", &["rationaliser"]));
        faults.extend(study.wrong_passes());
        faults.extend(wrong_arms(study, &prompts));
        StudyError::all(faults)?;
        let models = models.expect("models without faults are open");
        let load = || load(prompts);
        let check = |frozen: &Frozen| {
            let arms = arms_of(study, &frozen.prompts)?;
            let pairs = select(&frozen.pairs, study.limit, study.seed);
            if pairs.is_empty() {
                Err(StudyError::NoPairs)
            } else {
                check_prompts(frozen, &arms, &pairs)
            }
        };
        let folder = RunFolder::open_or_start(folder, study, identity, load, check)?;
        let arms = arms_of(study, &folder.frozen.prompts)?;
        let named = NamedReplies::read(&layout)?;
        models.freeze(&layout.registry())?;
        let (asking, mut warnings) = Asking::open(&folder.layout, settings)?;
        named.check(&asking.reader()?)?;
        warnings.extend(models.unheeded(own)?);
        if let Some(model) = &models.rationaliser
            && !arms.iter().any(|arm| arm.needs(Need::Rationale))
        {
            let name = &model.spec.name;
            warnings.push(format!("`{name}` is not asked: no arm shows what it would say"));
        }
        Ok(Self { folder, models, arms, warnings, asking, limit: study.limit })
    }

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

    /// How many requests each model would be sent; empty where nothing can cost money.
    ///
    /// # Errors
    /// [`StudyError`] where a prompt cannot be made or the ledger cannot be read.
    pub fn plan(&self) -> Result<Vec<Planned>, StudyError> {
        if !self.models.all().iter().any(|model| model.spec.may_cost()) {
            return Ok(Vec::new());
        }
        let frozen = &self.folder.frozen;
        let pairs = self.pairs();
        let questions = answers::questions(frozen, &pairs);
        let reader = self.asking.reader()?;
        let missing = |requests: &mut dyn Iterator<Item = Result<Request, StudyError>>| {
            count_missing(&reader, self.asking.retry_failed(), requests)
        };
        let planned = |model: &Model, stage, requests, at_most| Planned {
            model: model.spec.name.clone(),
            stage,
            requests,
            at_most,
            may_cost: model.spec.may_cost(),
        };
        let mut plan = Vec::new();
        for model in &self.models.references {
            let missing = missing(&mut answers::requests(frozen, model, &questions))?;
            plan.push(planned(model, "answers", missing, false));
        }
        let references = || self.models.references.iter();
        let originals = rationales::originals(&pairs);
        let known = |plan: &[Planned]| plan.iter().all(|planned| planned.requests == 0);
        let mut said = Vec::new();
        if known(&plan) {
            said = self.derive_answers_from_ledger(&pairs)?;
            if let Some(model) = self.rationaliser() {
                let requests = &mut rationales::requests(frozen, model, &said, &originals);
                plan.push(planned(model, "rationales", missing(requests)?, false));
            }
        } else if let Some(model) = self.rationaliser() {
            let most = rationales::number(references(), originals.len());
            plan.push(planned(model, "rationales", most, true));
        }
        if !known(&plan) {
            for model in &self.models.predictors {
                let most = predictions::number(model, references(), &self.arms, &pairs);
                plan.push(planned(model, "predictions", most, true));
            }
            return Ok(plan);
        }
        if let Some(model) = self.rationaliser() {
            let requests = rationales::requests(frozen, model, &said, &originals);
            let keys = requests.map(|request| request.map(|request| request.key));
            let keys = keys.collect::<Result<Vec<_>, StudyError>>()?;
            self.explain(model, &mut said, &originals, &keys, &Served::default())?;
        }
        for model in &self.models.predictors {
            let requests = &mut predictions::requests(frozen, model, &said, &self.arms, &pairs);
            plan.push(planned(model, "predictions", missing(requests)?, false));
        }
        Ok(plan)
    }

    /// The model that explains the answers of the references, where an arm shows that.
    fn rationaliser(&self) -> Option<&Model> {
        let shown = self.arms.iter().any(|arm| arm.needs(Need::Rationale));
        self.models.rationaliser.as_ref().filter(|_| shown)
    }

    /// Derives what `model` says for the references, and adds it to what they said.
    fn explain(
        &self,
        model: &Model,
        said: &mut [Said],
        originals: &[(&QuestionId, AnswerOrder)],
        keys: &[RequestKey],
        served: &Served,
    ) -> Result<(), StudyError> {
        let (frozen, layout) = (&self.folder.frozen, &self.folder.layout);
        rationales::derive(
            layout,
            &self.asking.ledger,
            frozen,
            model,
            said,
            originals,
            keys,
            served,
        )
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
        let frozen = &self.folder.frozen;
        let layout = &self.folder.layout;
        let pairs = self.pairs();
        let questions = answers::questions(frozen, &pairs);
        let mut ended = Ended::default();
        let mut served: Vec<(String, Served)> = Vec::new();

        let asked = self.at_once(&self.models.references, |model| {
            let all = answers::number(model, &questions);
            let meter = progress.start(&format!("{} answers", model.spec.name), all);
            let requests = answers::requests(frozen, model, &questions);
            let done = |steps| meter.advance(steps);
            self.asking.ask(runtime, model, None, stop, requests, &done)
        })?;
        let mut said = Vec::new();
        for (model, asked) in self.models.references.iter().zip(asked) {
            ended.add(model, &asked);
            let names = Served::default();
            let path = layout.answers(&model.spec.name);
            let answers = answers::derive(
                &path,
                &self.asking.ledger,
                model,
                &questions,
                &asked.keys,
                &names,
            )?;
            served.push((model.spec.name.clone(), names));
            said.push(self.said(model, answers, asked.stopped.is_none())?);
        }

        // A server that nobody needs any more makes room for those that others start.
        let rationaliser = self.rationaliser().cloned();
        let later: Vec<Model> =
            self.models.predictors.iter().chain(&rationaliser).cloned().collect();
        Models::close(&self.models.references, &later);

        if let Some(model) = &rationaliser {
            let names = Served::default();
            let originals = rationales::originals(&pairs);
            let asked = {
                let all = rationales::number(self.models.references.iter(), originals.len());
                let meter = progress.start(&format!("{} rationales", model.spec.name), all);
                let requests = rationales::requests(frozen, model, &said, &originals);
                let stopped = ended.why_stopped(&model.spec.name);
                let done = |steps| meter.advance(steps);
                self.asking.ask(runtime, model, stopped, stop, requests, &done)?
            };
            ended.add(model, &asked);
            self.explain(model, &mut said, &originals, &asked.keys, &names)?;
            served.push((model.spec.name.clone(), names));
            Models::close(std::slice::from_ref(model), &self.models.predictors);
        }

        let asked = self.at_once(&self.models.predictors, |model| {
            let references = self.models.references.iter();
            let all = predictions::number(model, references, &self.arms, &pairs);
            let meter = progress.start(&format!("{} predictions", model.spec.name), all);
            let requests = predictions::requests(frozen, model, &said, &self.arms, &pairs);
            let stopped = ended.why_stopped(&model.spec.name);
            let done = |steps| meter.advance(steps);
            self.asking.ask(runtime, model, stopped, stop, requests, &done)
        })?;
        for (model, asked) in self.models.predictors.iter().zip(asked) {
            ended.add(model, &asked);
            let names = Served::default();
            let unasked = predictions::derive(
                layout,
                &self.asking.ledger,
                frozen,
                model,
                &said,
                &self.arms,
                &pairs,
                &asked.keys,
                &names,
            )?;
            for (what, count) in unasked {
                *ended.unasked.entry(what).or_default() += count;
            }
            served.push((model.spec.name.clone(), names));
        }
        Models::close(&self.models.predictors, &[]);
        ended.mismatches = sentences(&served);
        self.write_models(served)?;
        let manifest = Manifest { complete: ended.is_complete(), ..self.folder.manifest.clone() };
        manifest.write(layout.folder())?;
        Ok(ended)
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

    /// What a reference said, by its `answers`; draws the placebo donors that are still missing, unless
    /// some answers are: donors are kept for good, and have to come from all of them.
    fn said(
        &self,
        model: &Model,
        answers: Vec<AnswerRow>,
        all_answered: bool,
    ) -> Result<Said, StudyError> {
        let (layout, name) = (&self.folder.layout, &model.spec.name);
        let mut donors = Vec::new();
        if self.arms.iter().any(|arm| arm.needs(Need::Donor)) {
            let path = layout.donors(name);
            let drawn: Vec<DonorRow> = if path.exists() { read(&path)? } else { Vec::new() };
            donors = drawn;
            if all_answered {
                let seed = self.folder.manifest.study.seed;
                donors = donors::draw(&answers, &self.folder.frozen.pairs, seed, donors);
                write(&path, donors.iter().cloned())?;
            }
        }
        Ok(Said::new(model, answers, donors))
    }

    /// The answers when all of them are in the ledger: derived without asking.
    fn derive_answers_from_ledger(&self, pairs: &[&Pair]) -> Result<Vec<Said>, StudyError> {
        let frozen = &self.folder.frozen;
        let questions = answers::questions(frozen, pairs);
        let one = |model: &Model| {
            let requests = answers::requests(frozen, model, &questions);
            let keys = requests.map(|request| request.map(|request| request.key));
            let keys = keys.collect::<Result<Vec<_>, StudyError>>()?;
            let path = self.folder.layout.answers(&model.spec.name);
            let served = Served::default();
            let answers =
                answers::derive(&path, &self.asking.ledger, model, &questions, &keys, &served)?;
            self.said(model, answers, true)
        };
        self.models.references.iter().map(one).collect()
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

impl Ended {
    pub(crate) fn add(&mut self, model: &Model, asked: &Asked) {
        self.sent += asked.sent;
        self.failed += asked.failed;
        match &asked.stopped {
            None => {}
            Some(Stopped::ByUser) => self.by_user = true,
            Some(Stopped::ByModel(why)) => {
                let stopped = (model.spec.name.clone(), why.clone());
                if !self.stopped_models.contains(&stopped) {
                    self.stopped_models.push(stopped);
                }
            }
        }
    }

    /// Why a model was stopped, if it was.
    pub(crate) fn why_stopped(&self, name: &str) -> Option<&str> {
        let stopped = self.stopped_models.iter().find(|(model, _)| model == name);
        stopped.map(|(_, why)| why.as_str())
    }

    /// Whether all was asked.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.by_user && self.stopped_models.is_empty()
    }
}

/// What was served otherwise than asked, by model.
fn sentences(served: &[(String, Served)]) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (model, served) in served {
        let served = served.lock().expect("no thread panics while it holds the names");
        all.extend(served.mismatches.sentences().into_iter().map(|said| (model.clone(), said)));
    }
    all
}

/// The arms that are not there, or need what the study lacks.
fn wrong_arms(study: &Study, prompts: &Prompts) -> Vec<StudyError> {
    if study.arms.is_empty() {
        return vec![StudyError::Nothing { what: "arm" }];
    }
    let wrong = |name: &String| match prompts.arm(name) {
        Err(fault) => Some(StudyError::from(fault)),
        Ok(arm) if arm.needs(Need::Rationale) && study.rationale.is_none() => {
            Some(StudyError::NoRationaliser { arm: name.clone() })
        }
        Ok(_) => None,
    };
    study.arms.iter().filter_map(wrong).collect()
}

fn arms_of(study: &Study, prompts: &Prompts) -> Result<Vec<Arm>, StudyError> {
    study.arms.iter().map(|arm| Ok(prompts.arm(arm)?.clone())).collect()
}
