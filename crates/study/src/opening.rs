//! Opening a run: a study is checked whole, and its models opened, before a folder is made.

use crate::asking::Asking;
use crate::batch::{UnderWay, refuse_away};
use crate::error::{ModelsError, QuestionsError, RunError, StudyError};
use crate::folder::{Frozen, Layout, RunFolder};
use crate::frozen_files::frozen_prompts;
use crate::grow::Growth;
use crate::inputs;
use crate::ledger_check::NamedReplies;
use crate::manifest::{Identity, Manifest};
use crate::misspelt::misspelt;
use crate::models::{Models, known_in, wrong_roles};
use crate::money::{self, Money};
use crate::preview::check_prompts;
use crate::run::{Run, Settings};
use crate::study::Study;
use foretell_core::{Arm, Need, Prompts, Registry};
use foretell_data::{Cards, PairSet, select};
use foretell_llm::{
    ChatModel, Keys, ModelSpec, Opening, Place, SpecError, open_model, open_to_read,
};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Opens one model, with what is known about models and the folder for logs.
pub(crate) type OpenIn<'a> =
    dyn Fn(&ModelSpec, &Registry, &Path) -> Result<Arc<dyn ChatModel>, SpecError> + 'a;

/// Opens models that are asked.
pub(crate) fn asked<'a>(
    keys: Keys<'a>,
    settings: &Settings,
) -> impl Fn(&ModelSpec, &Registry, &Path) -> Result<Arc<dyn ChatModel>, SpecError> + 'a {
    let timeout = settings.timeout;
    move |spec, registry, logs| open_model(spec, &Opening { keys, timeout, registry, logs })
}

/// Opens a model that only makes requests and reads replies.
pub(crate) fn unasked(
    spec: &ModelSpec,
    registry: &Registry,
    _: &Path,
) -> Result<Arc<dyn ChatModel>, SpecError> {
    open_to_read(spec, registry)
}

/// Where a run lies or will lie, and what it asks with.
pub(crate) struct Ground {
    pub(crate) identity: Identity,
    pub(crate) folder: PathBuf,
    pub(crate) prompts: Prompts,
}

impl Ground {
    /// That of the run of a study in `folder`, or its default folder.
    pub(crate) fn of_study(study: &Study, folder: Option<&Path>) -> Result<Self, StudyError> {
        StudyError::all(inputs::missing_folders(study))?;
        let prompts = inputs::prompts(study)?;
        let identity = Identity::of(study)?;
        let folder: PathBuf = match folder {
            Some(folder) => folder.to_owned(),
            // A model that cannot be read is told later, with all other faults.
            None => identity.default_folder(study).unwrap_or_else(|_| PathBuf::from("runs")),
        };
        Ok(Self { identity, folder, prompts })
    }

    /// That of a run which is there: it needs none of the files that the run was started from.
    pub(crate) fn of_run(folder: &Path, identity: Identity) -> Result<Self, StudyError> {
        let prompts = frozen_prompts(&Layout::new(folder))?;
        Ok(Self { identity, folder: folder.to_owned(), prompts })
    }
}

/// A study that was checked, with its models opened: all of a run but its folder.
pub(crate) struct Opened {
    pub(crate) ground: Ground,
    pub(crate) layout: Layout,
    pub(crate) registry: Registry,
    pub(crate) models: Models,
}

impl Opened {
    /// Checks a study and opens its models; writes nothing. Without a `ledger`, it is what the run was
    /// given before, or one of its own.
    pub(crate) fn of(
        study: &Study,
        ground: Ground,
        ledger: Option<&Path>,
        open: &OpenIn<'_>,
    ) -> Result<Self, StudyError> {
        Manifest::refuse_imported(&ground.folder)?;
        let layout = layout_with_ledger(&ground.folder, ledger)?;
        let registry = known_in(&layout.registry(), study.registry.as_deref())?;
        let logs = layout.logs();
        let models = Models::open_with(study, &registry, &|spec| open(spec, &registry, &logs));
        let (models, mut faults) = match models {
            Ok(models) => (Some(models), Vec::new()),
            Err(faults) => (None, faults),
        };
        faults.extend(wrong_roles(&study.references, "reference", &["reference"]));
        faults.extend(wrong_roles(&study.predictors, "predictor", &["reader", "oracle"]));
        let rationale = study.rationale.as_slice();
        faults.extend(wrong_roles(rationale, "rationale model", &["rationaliser"]));
        faults.extend(study.wrong_passes());
        faults.extend(wrong_arms(study, &ground.prompts));
        StudyError::all(faults)?;
        let models = models.expect("models without faults are open");
        Ok(Self { ground, layout, registry, models })
    }
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
        let ground = Ground::of_study(study, folder)?;
        let open = asked(keys, settings);
        if ground.folder.join("run.toml").exists() {
            refuse_away(&Layout::of_run(&ground.folder)?)?;
        }
        let pairs = || inputs::pairs(study);
        let (mut run, registry) = Self::open_in(study, ground, pairs, &open, settings)?;
        run.pay_beside_batches(&registry)?;
        Ok(run)
    }

    /// The same with models that cannot be asked, and need neither keys nor programs: for a machine that
    /// has none.
    ///
    /// # Errors
    /// [`StudyError`], as [`Run::open`].
    pub fn open_unasked(
        study: &Study,
        folder: Option<&Path>,
        settings: &Settings,
    ) -> Result<Self, StudyError> {
        let ground = Ground::of_study(study, folder)?;
        let pairs = || inputs::pairs(study);
        Self::open_in(study, ground, pairs, &unasked, settings).map(|(run, _)| run)
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
        let ground = Ground::of_run(folder, manifest.identity)?;
        let load = || Err(StudyError::Run(RunError::NoRun { path: folder.to_owned() }));
        refuse_away(&Layout::of_run(folder)?)?;
        let open = asked(keys, settings);
        let (mut run, registry) = Self::open_in(&study, ground, load, &open, settings)?;
        run.pay_beside_batches(&registry)?;
        Ok(run)
    }

    /// What is in batches on its way is paid for, so whoever asks live leaves it to these, and has only
    /// the rest of the budget.
    fn pay_beside_batches(&mut self, registry: &Registry) -> Result<(), StudyError> {
        let under_way = self.under_way()?;
        self.pay_from_budget(registry, &under_way)?;
        self.asking.leave_to_batches(under_way.keys);
        Ok(())
    }

    /// What is in batches on its way.
    pub(crate) fn under_way(&self) -> Result<UnderWay, StudyError> {
        UnderWay::of(&self.folder.layout, Some(&self.asking.reader()?))
    }

    /// From now on, what is asked is paid for from the budgets of the study, with what is `under_way`.
    pub(crate) fn pay_from_budget(
        &mut self,
        registry: &Registry,
        under_way: &UnderWay,
    ) -> Result<(), StudyError> {
        let Self { folder, models, asking, .. } = self;
        let (study, layout) = (&folder.manifest.study, &folder.layout);
        let kept = || Models::ever_asked(study, layout, registry);
        let reader = asking.reader()?;
        let money = Money::open(study.budget, models, kept, &reader, &under_way.worst_usd)?;
        asking.pay_from(money);
        Ok(())
    }

    /// Opens the run in `folder` as its manifest describes it, for batches at providers. Sends nothing,
    /// and needs none of the files that it was started from, nor a program that would serve models here:
    /// those are not asked.
    ///
    /// # Errors
    /// [`StudyError`], as [`Run::open`].
    pub fn reopen(folder: &Path, keys: Keys<'_>, settings: &Settings) -> Result<Self, StudyError> {
        let asked = asked(keys, settings);
        let open = |spec: &ModelSpec, registry: &Registry, logs: &Path| match spec.place {
            Place::Vllm => open_to_read(spec, registry),
            _ => asked(spec, registry, logs),
        };
        Self::reopen_with(folder, &open, settings)
    }

    /// The same where keys may be missing: a model without one cannot be asked, and is named in what is
    /// given beside the run, with what is wrong with its key.
    pub(crate) fn reopen_without_keys(
        folder: &Path,
        keys: Keys<'_>,
        settings: &Settings,
    ) -> Result<(Self, BTreeMap<String, String>), StudyError> {
        let (asked, keyless) = (asked(keys, settings), RefCell::new(BTreeMap::new()));
        let open = |spec: &ModelSpec, registry: &Registry, logs: &Path| match spec.place {
            Place::Vllm => open_to_read(spec, registry),
            _ => asked(spec, registry, logs).or_else(|fault| match fault {
                SpecError::NoKey { .. } | SpecError::BadKey { .. } => {
                    keyless.borrow_mut().insert(spec.name.clone(), fault.to_string());
                    open_to_read(spec, registry)
                }
                fault => Err(fault),
            }),
        };
        let run = Self::reopen_with(folder, &open, settings)?;
        Ok((run, keyless.into_inner()))
    }

    /// The same with models that cannot be asked, and need neither keys nor programs.
    ///
    /// # Errors
    /// [`StudyError`], as [`Run::open`].
    pub fn reopen_unasked(folder: &Path, settings: &Settings) -> Result<Self, StudyError> {
        Self::reopen_with(folder, &unasked, settings)
    }

    fn reopen_with(
        folder: &Path,
        open: &OpenIn<'_>,
        settings: &Settings,
    ) -> Result<Self, StudyError> {
        let manifest = Manifest::read(folder)?;
        // What the user's file said of the models is frozen in the run.
        let study = Study { registry: None, ..manifest.study };
        let ground = Ground::of_run(folder, manifest.identity)?;
        let load = || Err(StudyError::Run(RunError::NoRun { path: folder.to_owned() }));
        let (mut run, _) = Self::open_in(&study, ground, load, open, settings)?;
        run.folder.manifest.complete = manifest.complete;
        run.folder.manifest.judging = manifest.judging;
        run.folder.manifest.write(folder)?;
        Ok(run)
    }

    /// Opens or starts a run, and gives what is known about models; `load` gives the pairs of one that
    /// is new. Nothing is paid for yet.
    fn open_in(
        study: &Study,
        ground: Ground,
        load: impl FnOnce() -> Result<(PairSet, Cards), StudyError>,
        open: &OpenIn<'_>,
        settings: &Settings,
    ) -> Result<(Self, Registry), StudyError> {
        let opened = Opened::of(study, ground, settings.ledger.as_deref(), open)?;
        StudyError::all(money::faults(study.budget, &opened.models))?;
        let Opened { ground, layout, registry, models } = opened;
        let Ground { identity, folder, prompts } = ground;
        let own = study.registry.as_deref();
        let load = || load().map(|(set, cards)| (set, cards, prompts));
        let check = |frozen: &Frozen| check(study, frozen);
        let mut folder = RunFolder::open_or_start(&folder, study, identity, load, check)?;
        folder.layout = layout.clone();
        let arms = arms_of(study, &folder.frozen.prompts)?;
        let named = NamedReplies::read(&layout)?;
        models.freeze(&layout.registry())?;
        let (asking, mut warnings) = Asking::open(&folder.layout, settings)?;
        named.check(&asking.reader()?)?;
        folder.keep_ledger()?;
        warnings.extend(models.unheeded(own)?);
        warnings.extend(misspelt(study, &registry));
        if let Some(model) = &models.rationaliser
            && !arms.iter().any(|arm| arm.needs(Need::Rationale))
        {
            let name = &model.spec.name;
            warnings.push(format!("`{name}` is not asked: no arm shows what it would say"));
        }
        Ok((Self { folder, models, arms, warnings, asking, limit: study.limit }, registry))
    }
}

/// Where the files of a run lie, with the ledger that is asked for, or that the run was given before.
fn layout_with_ledger(folder: &Path, ledger: Option<&Path>) -> Result<Layout, StudyError> {
    let layout = if folder.join("run.toml").exists() {
        Layout::of_run(folder)?
    } else {
        Layout::new(folder)
    };
    let Some(path) = ledger else { return Ok(layout) };
    let at = |fault| StudyError::Io { path: path.to_owned(), fault };
    Ok(layout.with_ledger(std::path::absolute(path).map_err(at)?))
}

/// Finds what is wrong with what a run would ask, before it is started.
pub(crate) fn check(study: &Study, frozen: &Frozen) -> Result<(), StudyError> {
    let arms = arms_of(study, &frozen.prompts)?;
    let pairs = select(&frozen.pairs, study.limit, study.seed);
    if pairs.is_empty() {
        Err(StudyError::Questions(QuestionsError::NoPairs))
    } else {
        check_prompts(frozen, &arms, &pairs)
    }
}

/// The arms that are not there, or need what the study lacks.
fn wrong_arms(study: &Study, prompts: &Prompts) -> Vec<StudyError> {
    if study.arms.is_empty() {
        return vec![StudyError::Nothing { what: "arm" }];
    }
    let wrong = |name: &String| match prompts.arm(name) {
        Err(fault) => Some(StudyError::from(fault)),
        Ok(arm) if arm.needs(Need::Rationale) && study.rationale.is_none() => {
            Some(StudyError::Models(ModelsError::NoRationaliser { arm: name.clone() }))
        }
        Ok(_) => None,
    };
    study.arms.iter().filter_map(wrong).collect()
}

pub(crate) fn arms_of(study: &Study, prompts: &Prompts) -> Result<Vec<Arm>, StudyError> {
    study.arms.iter().map(|arm| Ok(prompts.arm(arm)?.clone())).collect()
}
