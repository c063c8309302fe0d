//! The models of a study, opened and named.

use crate::error::{ModelsError, StudyError};
use crate::folder::Layout;
use crate::human::HUMAN;
use crate::inputs::read_registry;
use crate::manifest::write_whole;
use crate::passes::Passes;
use crate::study::{ModelTable, Study};
use foretell_core::Registry;
use foretell_core::registry::ModelEntry;
use foretell_llm::{
    ChatModel, ModelSpec, Opening, Place, Request, SpecError, longest_asked, open_model,
    open_to_read,
};
use foretell_tables::{ModelRow, read};
use std::path::Path;
use std::sync::Arc;

/// A model that can be asked.
#[derive(Clone)]
pub struct Model {
    /// As the user wrote it.
    pub spec: ModelSpec,
    /// What asks it.
    pub chat: Arc<dyn ChatModel>,
    /// What is known about it.
    pub entry: ModelEntry,
    /// How often it is asked the same.
    pub passes: Passes,
}

/// The models of a study.
pub struct Models {
    /// The models under study.
    pub references: Vec<Model>,
    /// The models that guess their answers.
    pub predictors: Vec<Model>,
    /// The model that explains the answers which the references gave, where an arm shows that.
    pub rationaliser: Option<Model>,
    /// The models that judged explanations, where all are meant that a run ever asked.
    pub(crate) judges: Vec<Model>,
}

/// What opens one model.
pub(crate) type OpenOne<'a> = dyn Fn(&ModelSpec) -> Result<Arc<dyn ChatModel>, SpecError> + 'a;

impl Models {
    /// Opens all models; sends nothing.
    ///
    /// # Errors
    /// Every fault of every model: which, and what is wrong with it.
    pub fn open(study: &Study, opening: &Opening<'_>) -> Result<Self, Vec<StudyError>> {
        Self::open_with(study, opening.registry, &|spec| open_model(spec, opening))
    }

    /// Opens all models to make requests and read replies; they need no key and cannot be asked.
    pub(crate) fn to_read(study: &Study, registry: &Registry) -> Result<Self, StudyError> {
        let opened = Self::open_with(study, registry, &|spec| open_to_read(spec, registry));
        opened.map_err(|mut faults| match faults.len() {
            1 => faults.remove(0),
            _ => StudyError::Several { faults },
        })
    }

    /// All models that a run ever asked, to read what they replied: those of its study, and the judges
    /// that its table of models names.
    pub(crate) fn ever_asked(
        study: &Study,
        layout: &Layout,
        registry: &Registry,
    ) -> Result<Self, StudyError> {
        let mut models = Self::to_read(study, registry)?;
        let path = layout.models();
        let rows: Vec<ModelRow> = if path.exists() { read(&path)? } else { Vec::new() };
        for row in rows {
            if models.all().iter().any(|model| model.spec.name == row.name) {
                continue;
            }
            let mut table = ModelTable::from_spec(&row.spec);
            table.name = Some(row.name);
            let spec = table.spec()?;
            let (chat, entry) = (open_to_read(&spec, registry)?, registry.known(&spec.model));
            models.judges.push(Model { spec, chat, entry, passes: Passes::ONCE });
        }
        Ok(models)
    }

    pub(crate) fn open_with(
        study: &Study,
        registry: &Registry,
        open_one: &OpenOne<'_>,
    ) -> Result<Self, Vec<StudyError>> {
        let mut faults = Vec::new();
        let mut opened: Vec<(String, Arc<dyn ChatModel>)> = Vec::new();
        let mut open = |tables: &[ModelTable]| -> Vec<Model> {
            let mut one = |table: &ModelTable| -> Result<Model, StudyError> {
                let spec = table.spec()?;
                // Reference and predictor at once, it is one model: a server is started once for it.
                let same = opened.iter().find(|(other, _)| *other == spec.to_string());
                let chat = match same {
                    Some((_, chat)) => Arc::clone(chat),
                    None => open_one(&spec)?,
                };
                opened.push((spec.to_string(), Arc::clone(&chat)));
                let entry = registry.known(&spec.model);
                let passes = Passes::of(table, study.passes())?;
                Ok(Model { spec, chat, entry, passes })
            };
            let (models, wrong): (Vec<_>, Vec<_>) =
                tables.iter().map(&mut one).partition(Result::is_ok);
            faults.extend(wrong.into_iter().filter_map(Result::err));
            models.into_iter().filter_map(Result::ok).collect()
        };
        let rationale: Vec<ModelTable> = study.rationale.iter().cloned().collect();
        let models = Self {
            references: open(&study.references),
            predictors: open(&study.predictors),
            rationaliser: open(&rationale).pop(),
            judges: Vec::new(),
        };
        if study.references.is_empty() {
            faults.push(StudyError::Nothing { what: "reference" });
        }
        faults.extend(models.named_as_people());
        faults.extend(models.check_names().err());
        if faults.is_empty() { Ok(models) } else { Err(faults) }
    }

    /// All models, references first, the rationaliser and judges last, each name once.
    pub fn all(&self) -> Vec<&Model> {
        let mut all: Vec<&Model> = Vec::new();
        let study = self.references.iter().chain(&self.predictors).chain(&self.rationaliser);
        for model in study.chain(&self.judges) {
            if !all.iter().any(|other| other.spec.name == model.spec.name) {
                all.push(model);
            }
        }
        all
    }

    /// Gives back what models hold that no model of `still` is.
    pub(crate) fn close(models: &[Model], still: &[Model]) {
        for model in models {
            if !still.iter().any(|other| Arc::ptr_eq(&other.chat, &model.chat)) {
                model.chat.close();
            }
        }
    }

    /// Keeps what was known about each model in `path`, where it is not kept yet.
    pub(crate) fn freeze(&self, path: &Path) -> Result<(), StudyError> {
        let mut kept = kept(path)?;
        for model in self.all() {
            if model.spec.place != Place::Sim && kept.find(&model.spec.model).is_none() {
                kept.models.push(model.entry.clone());
            }
        }
        if kept.models.is_empty() { Ok(()) } else { write_whole(path, &kept.to_toml()) }
    }

    /// What the user's file says of a model, and the run does not heed.
    pub(crate) fn unheeded(&self, own: Option<&Path>) -> Result<Vec<String>, StudyError> {
        let Some(own) = own else { return Ok(Vec::new()) };
        let (file, own) = (own.display(), read_registry(own)?);
        let differs =
            |model: &&Model| own.find(&model.spec.model).is_some_and(|entry| *entry != model.entry);
        let name = |model: &Model| {
            format!(
                "{file}: what it says of `{}` is not heeded: a run keeps in its registry.toml what \
                 was known when it started, so that it is not paid for twice",
                model.spec.model
            )
        };
        Ok(self.all().into_iter().filter(differs).map(name).collect())
    }

    /// The models under the name that people have as a predictor: their guesses would be taken for one
    /// another's.
    fn named_as_people(&self) -> Vec<StudyError> {
        let is_human = |model: &&Model| file_name(&model.spec.name).to_lowercase() == HUMAN;
        let fault = |model: &Model| {
            let (name, spec) = (model.spec.name.clone(), model.spec.to_string());
            StudyError::Models(ModelsError::NamedAsPeople { name, spec })
        };
        self.all().into_iter().filter(is_human).map(fault).collect()
    }

    /// The most repeats that any of them has.
    pub(crate) fn most_repeats(&self) -> u32 {
        // Of each list: a model that is reference and predictor has repeats as either.
        let study = self.references.iter().chain(&self.predictors).chain(&self.rationaliser);
        let repeats = study.chain(&self.judges).map(|model| model.passes.of_question(true));
        repeats.max().unwrap_or(1)
    }

    /// A model may be reference and predictor at once, under one name; else names differ, also as
    /// names of files.
    fn check_names(&self) -> Result<(), StudyError> {
        let taken = |first: &Model, second: &Model| {
            StudyError::Models(ModelsError::NameTaken {
                name: second.spec.name.clone(),
                first: first.spec.to_string(),
                second: second.spec.to_string(),
            })
        };
        for list in [&self.references, &self.predictors] {
            for (at, model) in list.iter().enumerate() {
                // Asked at the same time, both would pay for the same requests.
                let probe = model.request("").key;
                if let Some(other) = list[..at].iter().find(|other| other.request("").key == probe)
                {
                    return Err(StudyError::Models(ModelsError::SameModel {
                        first: other.spec.name.clone(),
                        second: model.spec.name.clone(),
                    }));
                }
                let file = file_name(&model.spec.name).to_lowercase();
                let same = |other: &&Model| file_name(&other.spec.name).to_lowercase() == file;
                if let Some(other) = list[..at].iter().find(same) {
                    return Err(taken(other, model));
                }
            }
        }
        let elsewhere = self.references.iter().chain(&self.predictors);
        for (at, model) in self.predictors.iter().chain(&self.rationaliser).enumerate() {
            let same = |other: &&Model| other.spec.name == model.spec.name;
            // A predictor may be a reference too, and the rationaliser either.
            let before = self.references.len() + if at < self.predictors.len() { 0 } else { at };
            match elsewhere.clone().take(before).find(same) {
                // However often each is asked.
                Some(other) if other.spec.to_string() != model.spec.to_string() => {
                    return Err(taken(other, model));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Model {
    /// The request that asks it a prompt.
    pub(crate) fn request(&self, prompt: &str) -> Request {
        self.repeat(prompt, 0)
    }

    /// The request that asks it a prompt for the `repeat`th time, from 0.
    pub(crate) fn repeat(&self, prompt: &str, repeat: u32) -> Request {
        Request::new(&*self.chat, self.spec.provider(), &self.spec.model, prompt, repeat)
    }

    /// The request that asks it a prompt for JSON of a schema, which has a name.
    pub(crate) fn request_in_schema(
        &self,
        prompt: &str,
        name: &str,
        schema: &serde_json::Value,
    ) -> Request {
        let body = self.chat.body_in_schema(prompt, name, schema);
        let body = body.unwrap_or_else(|| self.chat.body(prompt));
        Request::with_body(&*self.chat, self.spec.provider(), &self.spec.model, body, 0)
    }

    pub(crate) fn row(&self) -> ModelRow {
        let known = Some(&self.entry).filter(|_| self.spec.place != Place::Sim);
        // As sent, so that what the registry adds is seen too.
        let body: serde_json::Value = serde_json::from_str(&self.chat.body("")).unwrap_or_default();
        ModelRow {
            name: self.spec.name.clone(),
            provider: self.spec.provider().to_owned(),
            model: self.spec.model.clone(),
            spec: self.spec.to_string(),
            family: known.and_then(ModelEntry::family),
            vendor: known.and_then(|entry| entry.vendor.clone()),
            open: known.and_then(|entry| entry.open),
            size_b: known.and_then(|entry| entry.size_b),
            effort: self.spec.option("effort").map(str::to_owned),
            temperature: body["temperature"].as_f64(),
            max_tokens: longest_asked(&body).and_then(|most| i64::try_from(most).ok()),
            served: Vec::new(),
        }
    }
}

/// The simulated models among `tables` that cannot be what they are named for.
pub(crate) fn wrong_roles(
    tables: &[ModelTable],
    role: &'static str,
    kinds: &'static [&'static str],
) -> Vec<StudyError> {
    // A model that cannot be read is told where it is opened.
    let specs = tables.iter().filter_map(|table| table.spec().ok());
    let wrong = specs.filter(|spec| spec.place == Place::Sim && is_elsewhere(&spec.model, kinds));
    wrong
        .map(|spec| {
            StudyError::Models(ModelsError::WrongRole { spec: spec.to_string(), role, kinds })
        })
        .collect()
}

/// Whether a kind of simulated model exists, but is not among these.
fn is_elsewhere(kind: &str, kinds: &[&str]) -> bool {
    ["reference", "reader", "oracle", "rationaliser", "generator", "judge"].contains(&kind)
        && !kinds.contains(&kind)
}

/// What a run kept about models.
fn kept(path: &Path) -> Result<Registry, StudyError> {
    if path.exists() { read_registry(path) } else { Ok(Registry::default()) }
}

/// What is known about models in a run: what it kept, then the user's file, then what is built in.
pub(crate) fn known_in(kept_in: &Path, own: Option<&Path>) -> Result<Registry, StudyError> {
    Ok(kept(kept_in)?.before(crate::inputs::known_models(own)?))
}

/// A model's name as the name of a file or folder on any system.
pub(crate) fn file_name(name: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let text: String = name.chars().map(|c| if safe(c) { c } else { '-' }).take(120).collect();
    let text = text.trim_start_matches(['.', '-']);
    if text.is_empty() { "model".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_safe_file_names() {
        assert_eq!(file_name("sim:reference?faithfulness=0.5"), "sim-reference-faithfulness-0.5");
        assert_eq!(file_name("../..//x"), "x");
        assert_eq!(file_name("???"), "model");
    }

    fn faults(references: &[&str], predictors: &[&str]) -> Vec<StudyError> {
        let tables =
            |specs: &[&str]| specs.iter().map(|spec| ModelTable::from_spec(spec)).collect();
        let study = Study {
            references: tables(references),
            predictors: tables(predictors),
            ..Study::default()
        };
        let registry = Registry::default();
        let opening = Opening {
            keys: &|_| None,
            timeout: std::time::Duration::from_secs(1),
            registry: &registry,
            logs: Path::new("logs"),
        };
        Models::open(&study, &opening).err().unwrap()
    }

    #[test]
    fn two_models_of_one_name_are_refused() {
        let both = ["sim:reference?seed=1&name=a/b", "sim:reference?seed=2&name=a-b"];
        let faults = faults(&both, &["sim:reader"]);
        assert!(
            matches!(faults[..], [StudyError::Models(ModelsError::NameTaken { .. })]),
            "{faults:?}"
        );
    }

    #[test]
    fn no_model_is_called_as_people_are() {
        let faults = faults(&["sim:reference?name=Human"], &["sim:reader?name=human"]);
        let [
            StudyError::Models(ModelsError::NamedAsPeople { .. }),
            StudyError::Models(ModelsError::NamedAsPeople { name, spec }),
        ] = &faults[..]
        else {
            panic!("{faults:?}")
        };
        assert_eq!((name.as_str(), spec.as_str()), ("human", "sim:reader"));
    }
}
