//! Generation: checked, planned, asked, judged and derived.

use super::coherence;
use super::folder::GenerateFolder;
use super::pairs::{self, Candidate, Judged};
use super::reading;
use super::request::GenerateRequest;
use super::schema::{Schema, Taken};
use super::unit::{Unit, check_methods, units};
use crate::asking::{self, Asking};
use crate::ended::Ended;
use crate::error::{QuestionsError, StudyError};
use crate::folder::Layout;
use crate::models::{Model, Models, known_in, wrong_roles};
use crate::money::{self, Money};
use crate::passes::unused;
use crate::plan::{Plan, Planned};
use crate::progress::Progress;
use crate::run::Settings;
use foretell_core::generate::{GenerationOutcome, WrittenOutcome, generation_schema};
use foretell_core::{Outcome, Question};
use foretell_llm::{Keys, LedgerReader, Opening, Request, Stop};
use std::collections::BTreeMap;
use std::path::Path;
use tokio::runtime::Handle;

/// Counterfactuals to be written, ready to ask for.
pub struct Generating {
    /// What the user should know before it starts.
    pub warnings: Vec<String>,
    folder: GenerateFolder,
    models: Models,
    asking: Asking,
}

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Generated {
    /// How the asking ended.
    pub ended: Ended,
    /// Questions that counterfactuals were asked for.
    pub questions: u64,
    /// What became of the requests.
    pub requests: BTreeMap<GenerationOutcome, u64>,
    /// What became of the counterfactuals.
    pub written: BTreeMap<WrittenOutcome, u64>,
    /// Counterfactuals kept, by the method used; `auto` where the generator's choice is not readable.
    pub methods: BTreeMap<String, u64>,
    /// Pairs written.
    pub pairs: u64,
    /// What the generator says of its own, and then what the judge says.
    pub judged: Vec<Judged>,
}

impl Generating {
    /// Opens the folder of `request`, or starts it; of a `budget` in US dollars, what the folder's
    /// requests cost before is spent. Sends nothing.
    ///
    /// # Errors
    /// [`StudyError`] for anything that is wrong with the questions, methods, models or folder.
    pub fn open(
        request: &GenerateRequest,
        folder: &Path,
        budget: Option<f64>,
        keys: Keys<'_>,
        settings: &Settings,
    ) -> Result<Self, StudyError> {
        let layout = Layout::new(folder);
        let (registry, logs) = (known_in(&layout.registry(), None)?, layout.logs());
        let timeout = settings.timeout;
        let opening = Opening { keys, timeout, registry: &registry, logs: &logs };
        let study = request.as_study();
        let mut wrong = wrong_roles(&study.references, "generator", &["generator"]);
        wrong.extend(wrong_roles(&study.predictors, "judge", &["judge"]));
        wrong.extend(unused(&study.references, "a generator", &["repeats", "ceiling"]));
        wrong.extend(unused(&study.predictors, "a judge", &["repeats", "ceiling"]));
        StudyError::all(wrong)?;
        let models = match Models::open(&study, &opening) {
            Ok(models) => models,
            Err(faults) => {
                StudyError::all(faults)?;
                unreachable!("models that are not open have a fault")
            }
        };
        StudyError::all(money::faults(budget, &models))?;
        let folder = GenerateFolder::open_or_start(folder, request, check)?;
        models.freeze(&layout.registry())?;
        let (mut asking, warnings) = Asking::open(&layout, settings)?;
        let kept = || Models::to_read(&study, &registry);
        asking.pay_from(Money::open(budget, &models, kept, &asking.reader()?, &[])?);
        let mut generating = Self { warnings, folder, models, asking };
        let questions = generating.questions();
        let without = questions.iter().filter(|question| question.labels.is_empty()).count();
        if without > 0 {
            let all = questions.len();
            generating.warnings.push(format!(
                "{without} of {all} questions have no labels, so that `foretell run` cannot ask about \
                 them; `--labels A,B` gives them some"
            ));
        }
        Ok(generating)
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.layout.folder()
    }

    /// Whether this call made the folder.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.folder.is_new
    }

    /// What is worth knowing about the input.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.folder.manifest.notes
    }

    /// The questions within the limit.
    #[must_use]
    pub fn questions(&self) -> Vec<&Question> {
        self.folder.manifest.request.source.select(&self.folder.originals).0
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
    pub fn plan(&self) -> Result<Plan, StudyError> {
        if !self.models.all().iter().any(|model| model.spec.may_cost()) {
            return Ok(Plan::default());
        }
        let (reader, limits) = (self.asking.reader()?, self.asking.limits());
        let ended = reader.ended(limits.retry_failed)?;
        let units = self.units()?;
        let generator = self.generator();
        let with = self.generator_takes_schema(&reader)? != Taken::No;
        let requests = self.unit_requests(&units, with);
        let mut plan = vec![Planned::made(generator, "counterfactuals", requests, &ended, limits)?];
        let missing = plan[0].requests;
        let Some(judge) = self.judge() else { return Ok(Plan { rows: plan, ..Plan::default() }) };
        if missing > 0 {
            let most = units.iter().map(|unit| u64::from(unit.count)).sum();
            plan.push(Planned::counted(judge, "verdicts", most, true));
            return Ok(Plan { rows: plan, ..Plan::default() });
        }
        let keys: Vec<_> = self
            .unit_requests(&units, with)
            .map(|request| request.map(|request| request.key))
            .collect::<Result<_, StudyError>>()?;
        let readings = reading::read_all(&units, &keys, &reader, generator)?;
        let candidates = pairs::candidates(&units, &readings);
        let with = self.judge_takes_schema(judge, &candidates, &reader)? != Taken::No;
        let requests = self.verdict_requests(judge, &candidates, with);
        plan.push(Planned::made(judge, "verdicts", requests, &ended, limits)?);
        Ok(Plan { rows: plan, ..Plan::default() })
    }

    /// Asks for what the ledger lacks, and derives all tables.
    ///
    /// # Errors
    /// [`StudyError`] where nothing more can be done. What one model, request or counterfactual does is
    /// told in the tables and in [`Generated`].
    pub fn ask(
        &self,
        runtime: &Handle,
        stop: &Stop,
        progress: &dyn Progress,
    ) -> Result<Generated, StudyError> {
        let mut generated =
            Generated { questions: self.questions().len() as u64, ..Generated::default() };
        let units = self.units()?;
        let generator = self.generator();
        let name = &generator.spec.name;
        let first = self.first_unit()?;
        let schema = schema_of(&first);
        let prompt = first.prompt(&self.folder)?;
        let wanted = self.folder.manifest.request.schema;
        let ended = &mut generated.ended;
        let with =
            wanted && schema.settle(&self.asking, generator, &prompt, runtime, stop, ended)?;
        let meter = progress.start(&format!("{name} counterfactuals"), units.len() as u64);
        let requests = self.unit_requests(&units, with);
        let stopped = generated.ended.why_stopped(name);
        let asked = {
            let done = self.asking.step(&*meter, generator);
            self.asking.ask(runtime, generator, stopped, stop, requests, &done)?
        };
        drop(meter);
        generated.ended.add(generator, &asked);
        // A server that the judge does not need makes room for the judge's.
        Models::close(&self.models.references, &self.models.predictors);
        let readings = reading::read_all(&units, &asked.keys, &self.asking.reader()?, generator)?;
        let candidates = pairs::candidates(&units, &readings);

        let mut judgements = None;
        if let Some(judge) = self.judge() {
            let ended = &mut generated.ended;
            judgements =
                Some(self.judge_all(judge, &candidates, runtime, stop, progress, ended)?);
            Models::close(&self.models.predictors, &[]);
        }
        let own = candidates.iter().map(|candidate| match candidate.own {
            Some(value) => (Outcome::Answered, Some(value)),
            None => (Outcome::Unparsed, None),
        });
        generated.judged.push(Judged::of(name, own));
        if let (Some(judge), Some(said)) = (self.judge(), &judgements) {
            let verdicts = said.iter().map(|said| (said.outcome, said.value));
            generated.judged.push(Judged::of(&judge.spec.name, verdicts));
            pairs::write_scores(&self.folder, judge, &candidates, said)?;
        }

        let lowest = self.folder.manifest.request.min_coherence;
        let kept = pairs::filter(lowest, &candidates, judgements.as_deref());
        let folder = &self.folder;
        generated.written =
            pairs::write_generations(folder, name, &units, &readings, &candidates, &kept)?;
        generated.pairs = pairs::write_pairs(folder, name, &units, &readings, &candidates, &kept)?;
        for reading in &readings {
            *generated.requests.entry(reading.outcome).or_default() += 1;
        }
        for (candidate, outcome) in candidates.iter().zip(&kept) {
            if *outcome == WrittenOutcome::Kept {
                let (unit, reading) = (&units[candidate.unit], &readings[candidate.unit]);
                let chosen = reading.generation.as_ref().and_then(|read| read.method.as_deref());
                let method = unit.method_used(chosen).unwrap_or(unit.asked);
                *generated.methods.entry(method.to_owned()).or_default() += 1;
            }
        }
        folder.write_manifest(generated.ended.is_complete())?;
        Ok(generated)
    }

    fn judge_all(
        &self,
        judge: &Model,
        candidates: &[Candidate<'_>],
        runtime: &Handle,
        stop: &Stop,
        progress: &dyn Progress,
        ended: &mut Ended,
    ) -> Result<Vec<coherence::Judgement>, StudyError> {
        let with = match candidates.first() {
            Some(first) if self.folder.manifest.request.schema => {
                let prompt = coherence::prompt(&self.folder, first)?;
                coherence::schema().settle(&self.asking, judge, &prompt, runtime, stop, ended)?
            }
            _ => false,
        };
        let what = format!("{} verdicts", judge.spec.name);
        let meter = progress.start(&what, candidates.len() as u64);
        let requests = self.verdict_requests(judge, candidates, with);
        let stopped = ended.why_stopped(&judge.spec.name);
        let done = self.asking.step(&*meter, judge);
        let asked = self.asking.ask(runtime, judge, stopped, stop, requests, &done)?;
        ended.add(judge, &asked);
        coherence::read_all(candidates, &asked.keys, &self.asking.reader()?, judge)
    }

    fn generator(&self) -> &Model {
        &self.models.references[0]
    }

    fn judge(&self) -> Option<&Model> {
        self.models.predictors.first()
    }

    fn units(&self) -> Result<Vec<Unit<'_>>, StudyError> {
        let mut all = Vec::new();
        for question in self.questions() {
            all.extend(units(&self.folder, question)?);
        }
        Ok(all)
    }

    /// The request that every limit sends first.
    fn first_unit(&self) -> Result<Unit<'_>, StudyError> {
        let (_, first) = self.folder.manifest.request.source.select(&self.folder.originals);
        let first = first.expect("there are questions: checked when they were read");
        Ok(units(&self.folder, first)?.remove(0))
    }

    fn generator_takes_schema(&self, reader: &LedgerReader) -> Result<Taken, StudyError> {
        if !self.folder.manifest.request.schema {
            return Ok(Taken::No);
        }
        let first = self.first_unit()?;
        schema_of(&first).taken(self.generator(), &first.prompt(&self.folder)?, reader)
    }

    fn judge_takes_schema(
        &self,
        judge: &Model,
        candidates: &[Candidate<'_>],
        reader: &LedgerReader,
    ) -> Result<Taken, StudyError> {
        match candidates.first() {
            Some(first) if self.folder.manifest.request.schema => {
                coherence::schema().taken(judge, &coherence::prompt(&self.folder, first)?, reader)
            }
            _ => Ok(Taken::No),
        }
    }

    fn unit_requests<'a>(
        &'a self,
        units: &'a [Unit<'a>],
        with: bool,
    ) -> impl Iterator<Item = Result<Request, StudyError>> + 'a {
        units.iter().map(move |unit| {
            let prompt = unit.prompt(&self.folder)?;
            Ok(schema_of(unit).request(self.generator(), &prompt, with))
        })
    }

    fn verdict_requests<'a>(
        &'a self,
        judge: &'a Model,
        candidates: &'a [Candidate<'a>],
        with: bool,
    ) -> impl Iterator<Item = Result<Request, StudyError>> + 'a {
        let schema = coherence::schema();
        candidates.iter().map(move |candidate| {
            Ok(schema.request(judge, &coherence::prompt(&self.folder, candidate)?, with))
        })
    }
}

/// Finds what is wrong before anything is frozen or sent.
fn check(folder: &GenerateFolder) -> Result<(), StudyError> {
    let request = &folder.manifest.request;
    let (selected, _) = request.source.select(&folder.originals);
    check_methods(&request.methods, &folder.prompts, &selected)?;
    let mut seen = std::collections::HashSet::new();
    for question in selected.into_iter().filter(|question| seen.insert(&question.dataset)) {
        for unit in units(folder, question)? {
            let prompt = unit.prompt(folder)?;
            let holds = |text: &str| prompt.contains(text.trim());
            let lacks = |variable| {
                StudyError::Questions(QuestionsError::PromptLacks {
                    file: "generate.jinja",
                    variable,
                })
            };
            if !holds(&question.text) {
                return Err(lacks("question"));
            }
            if !holds(&unit.count.to_string()) {
                return Err(lacks("count"));
            }
        }
    }
    Ok(())
}

fn schema_of(unit: &Unit<'_>) -> Schema {
    let names: Vec<&str> = unit.methods.iter().map(|method| method.name.as_str()).collect();
    Schema { name: "counterfactuals", value: generation_schema(&names) }
}
