//! The models of a study, opened and named.

use crate::error::StudyError;
use crate::study::{ModelTable, Study};
use foretell_llm::{ChatModel, Keys, ModelSpec, Request, open_model};
use foretell_tables::ModelRow;
use std::sync::Arc;
use std::time::Duration;

/// A model that can be asked.
#[derive(Clone)]
pub struct Model {
    /// As the user wrote it.
    pub spec: ModelSpec,
    /// What asks it.
    pub chat: Arc<dyn ChatModel>,
}

/// The models of a study.
pub struct Models {
    /// The models under study.
    pub references: Vec<Model>,
    /// The models that guess their answers.
    pub predictors: Vec<Model>,
}

impl Models {
    /// Opens all models; sends nothing.
    ///
    /// # Errors
    /// Every fault of every model: which, and what is wrong with it.
    pub fn open(study: &Study, keys: Keys<'_>, timeout: Duration) -> Result<Self, Vec<StudyError>> {
        let mut faults = Vec::new();
        let mut open = |tables: &[ModelTable]| -> Vec<Model> {
            let one = |table: &ModelTable| -> Result<Model, StudyError> {
                let spec = table.spec()?;
                let chat = open_model(&spec, keys, timeout)?;
                Ok(Model { spec, chat })
            };
            let (models, wrong): (Vec<_>, Vec<_>) = tables.iter().map(one).partition(Result::is_ok);
            faults.extend(wrong.into_iter().filter_map(Result::err));
            models.into_iter().filter_map(Result::ok).collect()
        };
        let models =
            Self { references: open(&study.references), predictors: open(&study.predictors) };
        if study.references.is_empty() {
            faults.push(StudyError::Nothing { what: "reference" });
        }
        faults.extend(models.check_names().err());
        if faults.is_empty() { Ok(models) } else { Err(faults) }
    }

    /// All models, references first, each name once.
    pub fn all(&self) -> Vec<&Model> {
        let mut all: Vec<&Model> = Vec::new();
        for model in self.references.iter().chain(&self.predictors) {
            if !all.iter().any(|other| other.spec.name == model.spec.name) {
                all.push(model);
            }
        }
        all
    }

    /// A model may be reference and predictor at once, under one name; else names differ, also as
    /// names of files.
    fn check_names(&self) -> Result<(), StudyError> {
        let taken = |first: &Model, second: &Model| StudyError::NameTaken {
            name: second.spec.name.clone(),
            first: first.spec.to_string(),
            second: second.spec.to_string(),
        };
        for list in [&self.references, &self.predictors] {
            for (at, model) in list.iter().enumerate() {
                // Asked at the same time, both would pay for the same requests.
                let probe = model.request("").key;
                if let Some(other) = list[..at].iter().find(|other| other.request("").key == probe)
                {
                    return Err(StudyError::SameModel {
                        first: other.spec.name.clone(),
                        second: model.spec.name.clone(),
                    });
                }
                let file = file_name(&model.spec.name).to_lowercase();
                let same = |other: &&Model| file_name(&other.spec.name).to_lowercase() == file;
                if let Some(other) = list[..at].iter().find(same) {
                    return Err(taken(other, model));
                }
            }
        }
        for model in &self.predictors {
            let same = |other: &&Model| other.spec.name == model.spec.name;
            match self.references.iter().find(same) {
                Some(other) if other.spec != model.spec => return Err(taken(other, model)),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Model {
    /// The request that asks it a prompt.
    pub(crate) fn request(&self, prompt: &str) -> Request {
        Request::new(&*self.chat, self.spec.provider(), &self.spec.model, prompt, 0)
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
        let number = |option: &str| self.spec.option(option).and_then(|value| value.parse().ok());
        ModelRow {
            name: self.spec.name.clone(),
            provider: self.spec.provider().to_owned(),
            model: self.spec.model.clone(),
            spec: self.spec.to_string(),
            family: None,
            vendor: None,
            open: None,
            size_b: None,
            effort: None,
            temperature: number("temperature"),
            max_tokens: number("max_tokens").map(|most: f64| most as i64),
            served: Vec::new(),
        }
    }
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

    #[test]
    fn two_models_of_one_name_are_refused() {
        let study = Study {
            references: ["sim:reference?seed=1&name=a/b", "sim:reference?seed=2&name=a-b"]
                .map(ModelTable::from_spec)
                .to_vec(),
            ..Study::default()
        };
        let faults = Models::open(&study, &|_| None, Duration::from_secs(1)).err().unwrap();
        assert!(matches!(faults[..], [StudyError::NameTaken { .. }]), "{faults:?}");
    }
}
