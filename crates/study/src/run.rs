//! A run: checked, planned, asked and derived.

use crate::answers;
use crate::asking::{self, Asking};
use crate::derive::{Seen, Served};
use crate::donors;
use crate::error::StudyError;
use crate::folder::{Frozen, Layout, RunFolder};
use crate::inputs;
use crate::ledger_check::NamedReplies;
use crate::manifest::{Identity, Manifest};
use crate::models::{Model, Models, known_in, wrong_roles};
use crate::money::{self, Money};
use crate::plan::{Plan, Planner};
use crate::predictions::{self, Said};
use crate::preview::check_prompts;
use crate::progress::{Meter, Progress};
use crate::study::Study;
use foretell_core::{Arm, Need, NotAsked, Pair, Prompts, Registry};
use foretell_data::select;
use foretell_llm::{
    Asked, ChatModel, Keys, Limits, ModelSpec, Opening, Short, SpecError, Stop, Stopped, Tell,
    open_model,
};
use foretell_tables::{AnswerRow, DonorRow, ModelRow, read, write};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
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

/// How a run ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ended {
    /// Requests that were sent and ended.
    pub sent: u64,
    /// Those of them that failed for good.
    pub failed: u64,
    /// Whether the user stopped it.
    pub by_user: bool,
    /// Models that could be asked no more, and why.
    pub stopped_models: Vec<(String, String)>,
    /// Models for which a budget was used up.
    pub short: Vec<(String, Short)>,
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
        let opened = Opened::of(study, folder, &|spec, registry, logs| {
            let timeout = settings.timeout;
            open_model(spec, &Opening { keys, timeout, registry, logs })
        })?;
        StudyError::all(money::faults(study.budget, &opened.models))?;
        let Opened { identity, folder, prompts, registry, models } = opened;
        let layout = Layout::new(&folder);
        let own = study.registry.as_deref();
        let load = || inputs::pairs(study).map(|(set, cards)| (set, cards, prompts));
        let check = |frozen: &Frozen| check(study, frozen);
        let folder = RunFolder::open_or_start(&folder, study, identity, load, check)?;
        let arms = arms_of(study, &folder.frozen.prompts)?;
        let named = NamedReplies::read(&layout)?;
        models.freeze(&layout.registry())?;
        let (mut asking, mut warnings) = Asking::open(&folder.layout, settings)?;
        let reader = asking.reader()?;
        named.check(&reader)?;
        let kept = || Models::to_read(&folder.manifest.study, &registry);
        asking.pay_from(Money::open(study.budget, &models, kept, &reader)?);
        warnings.extend(models.unheeded(own)?);
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
            reader: Some(&reader),
            said: &|model| self.said_in_ledger(model, &pairs).map(Some),
        }
        .plan()
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
            let meter =
                progress.start(&format!("{} answers", model.spec.name), questions.len() as u64);
            let requests = answers::requests(frozen, model, &questions);
            let done = self.step(&*meter, model);
            self.asking.ask(runtime, model, None, stop, requests, &done)
        })?;
        let mut said = Vec::new();
        for (model, asked) in self.models.references.iter().zip(asked) {
            ended.add(model, &asked);
            let names = served_of(&asked);
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

        // A server that no predictor needs makes room for those that they start.
        Models::close(&self.models.references, &self.models.predictors);

        let combinations = (said.len() * self.arms.len() * pairs.len()) as u64;
        let asked = self.at_once(&self.models.predictors, |model| {
            let meter = progress.start(&format!("{} predictions", model.spec.name), combinations);
            let requests = predictions::requests(frozen, model, &said, &self.arms, &pairs);
            let stopped = ended.why_stopped(&model.spec.name);
            let done = self.step(&*meter, model);
            self.asking.ask(runtime, model, stopped, stop, requests, &done)
        })?;
        for (model, asked) in self.models.predictors.iter().zip(asked) {
            ended.add(model, &asked);
            let names = served_of(&asked);
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
            // A budget that is used up stops the run, and is told as that.
            let budget = NotAsked::Budget.as_str();
            for (what, count) in unasked.into_iter().filter(|((_, why), _)| why != budget) {
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

    /// Tells a meter of steps, and of what the stage has cost since it began.
    fn step<'a>(&'a self, meter: &'a dyn Meter, model: &'a Model) -> impl Fn(u64) + Sync + 'a {
        let before = self.asking.spent_on(model);
        move |steps| {
            meter.advance(steps);
            if let (Some((spent, attempts)), Some((earlier, fewer))) =
                (self.asking.spent_on(model), before)
            {
                meter.spend(&spent.since(&earlier), attempts - fewer);
            }
        }
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
        Ok(Said::new(name, answers, donors))
    }

    /// What a reference said, when all of it is in the ledger: derived without asking.
    fn said_in_ledger(&self, model: &Model, pairs: &[&Pair]) -> Result<Said, StudyError> {
        let frozen = &self.folder.frozen;
        let questions = answers::questions(frozen, pairs);
        let requests = answers::requests(frozen, model, &questions);
        let keys = requests.map(|request| request.map(|request| request.key));
        let keys = keys.collect::<Result<Vec<_>, StudyError>>()?;
        let path = self.folder.layout.answers(&model.spec.name);
        let served = Served::default();
        let answers =
            answers::derive(&path, &self.asking.ledger, model, &questions, &keys, &served)?;
        self.said(model, answers, true)
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
            Some(Stopped::ByBudget(short)) => {
                // The later word: more may have been spent since.
                self.short.retain(|(name, _)| *name != model.spec.name);
                self.short.push((model.spec.name.clone(), short.clone()));
            }
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
        !self.by_user && self.stopped_models.is_empty() && self.short.is_empty()
    }
}

/// What is to be noted of the replies of a model that was asked.
fn served_of(asked: &Asked) -> Served {
    let short = matches!(asked.stopped, Some(Stopped::ByBudget(_)));
    Served::new(Seen { short, ..Seen::default() })
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

/// A study that was checked, with its models opened: all of a run but its folder.
pub(crate) struct Opened {
    pub(crate) identity: Identity,
    pub(crate) folder: PathBuf,
    pub(crate) prompts: Prompts,
    pub(crate) registry: Registry,
    pub(crate) models: Models,
}

/// Opens one model, with what is known about models and the folder for logs.
pub(crate) type OpenIn<'a> =
    dyn Fn(&ModelSpec, &Registry, &Path) -> Result<Arc<dyn ChatModel>, SpecError> + 'a;

impl Opened {
    /// Checks a study and opens its models; writes nothing.
    pub(crate) fn of(
        study: &Study,
        folder: Option<&Path>,
        open: &OpenIn<'_>,
    ) -> Result<Self, StudyError> {
        StudyError::all(inputs::missing_folders(study))?;
        let prompts = inputs::prompts(study)?;
        let identity = Identity::of(study)?;
        let folder: PathBuf = match folder {
            Some(folder) => folder.to_owned(),
            // A model that cannot be read is told below, with all other faults.
            None => identity.default_folder(study).unwrap_or_else(|_| PathBuf::from("runs")),
        };
        let layout = Layout::new(&folder);
        let registry = known_in(&layout.registry(), study.registry.as_deref())?;
        let logs = layout.logs();
        let models = Models::open_with(study, &registry, &|spec| open(spec, &registry, &logs));
        let (models, mut faults) = match models {
            Ok(models) => (Some(models), Vec::new()),
            Err(faults) => (None, faults),
        };
        faults.extend(wrong_roles(&study.references, "reference", &["reference"]));
        faults.extend(wrong_roles(&study.predictors, "predictor", &["reader", "oracle"]));
        if study.arms.is_empty() {
            faults.push(StudyError::Nothing { what: "arm" });
        }
        let unknown = study.arms.iter().filter_map(|arm| prompts.arm(arm).err());
        faults.extend(unknown.map(StudyError::from));
        StudyError::all(faults)?;
        let models = models.expect("models without faults are open");
        Ok(Self { identity, folder, prompts, registry, models })
    }
}

/// Finds what is wrong with what a run would ask, before it is started.
pub(crate) fn check(study: &Study, frozen: &Frozen) -> Result<(), StudyError> {
    let arms = arms_of(study, &frozen.prompts)?;
    let pairs = select(&frozen.pairs, study.limit, study.seed);
    if pairs.is_empty() { Err(StudyError::NoPairs) } else { check_prompts(frozen, &arms, &pairs) }
}

pub(crate) fn arms_of(study: &Study, prompts: &Prompts) -> Result<Vec<Arm>, StudyError> {
    study.arms.iter().map(|arm| Ok(prompts.arm(arm)?.clone())).collect()
}
