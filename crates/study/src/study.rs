//! A study as a user describes it: a TOML file, or flags, or both.

use crate::error::StudyError;
use foretell_llm::ModelSpec;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Everything that a study asks of whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Study {
    /// Names the run's folder.
    pub name: String,
    /// Where pairs come from: `moral_machines`, files, folders.
    pub pairs: Vec<String>,
    /// Most pairs asked about: a seeded sample, and that of 100 is part of that of 1,000.
    pub limit: Option<u64>,
    /// Seed of all that is drawn.
    pub seed: u64,
    /// What predictors are shown.
    pub arms: Vec<String>,
    /// Labels of questions that bring none.
    pub labels: Option<Vec<String>>,
    /// How often every model is asked the same, unless it says otherwise itself.
    pub repeats: u32,
    /// How often every reference is asked the questions that are counterfactuals, those repeats among
    /// them; 0 asks for none beyond.
    pub ceiling: u32,
    /// Whether the project's own prompts replace those that an import brings.
    pub reprompt: bool,
    /// Scenarios that `moral_machines` draws.
    pub scenarios: u32,
    /// Whether `moral_machines` keeps the faults of the published generator.
    pub published: bool,
    /// A folder whose prompt templates replace the project's own.
    pub prompts: Option<PathBuf>,
    /// A folder of cards that are added, or replace the project's own.
    pub cards: Option<PathBuf>,
    /// A folder with the raw files of datasets.
    pub raw: Option<PathBuf>,
    /// Where raw files are looked for after that: the user's cache, which is no part of a study.
    #[serde(skip)]
    pub cache: Option<PathBuf>,
    /// A file of known models that are added, or replace the project's own.
    pub registry: Option<PathBuf>,
    /// The most that the run may cost, US dollars, with all that it cost before.
    pub budget: Option<f64>,
    /// The model that explains the answers of the references, for the arm `rationale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rationale: Option<ModelTable>,
    /// The models under study.
    #[serde(rename = "reference")]
    pub references: Vec<ModelTable>,
    /// The models that guess their answers.
    #[serde(rename = "predictor")]
    pub predictors: Vec<ModelTable>,
}

/// A model in a study file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelTable {
    /// The model: `sim:reference`, `openai:gpt-5-mini`, `http://127.0.0.1:8000/v1#MODEL`.
    pub model: String,
    /// Its name in the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How often it is asked the same; its options may say so too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<u32>,
    /// How often a reference is asked the questions that are counterfactuals; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<u32>,
    /// Its options, as after `?` in a specification.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, toml::Value>,
}

impl Default for Study {
    /// The built-in study: three simulated references that differ in how truthfully they explain
    /// themselves, and two simulated predictors.
    fn default() -> Self {
        let model = |model: &str, name: &str| ModelTable {
            name: Some(name.to_owned()),
            ..ModelTable::from_spec(model)
        };
        Self {
            name: "demo".to_owned(),
            pairs: vec!["moral_machines".to_owned()],
            limit: None,
            seed: 1,
            arms: vec!["without".to_owned(), "with".to_owned()],
            labels: None,
            repeats: 1,
            ceiling: 0,
            reprompt: false,
            scenarios: 15_000,
            published: false,
            prompts: None,
            cards: None,
            raw: None,
            cache: None,
            registry: None,
            budget: None,
            rationale: None,
            references: vec![
                model("sim:reference?rule=5&faithfulness=1", "faithful"),
                model("sim:reference?rule=5&faithfulness=0.5", "half"),
                model("sim:reference?rule=5&faithfulness=0", "unfaithful"),
            ],
            predictors: vec![model("sim:reader", "reader"), model("sim:oracle", "oracle")],
        }
    }
}

/// The study file that `foretell init` writes.
pub const TEMPLATE: &str = include_str!("study_template.toml");

impl Study {
    /// Reads a study file. What it leaves out has the values of [`Study::default`]; its name is
    /// that of the file.
    ///
    /// # Errors
    /// [`StudyError`] names the file, the line and the field.
    pub fn read(path: &Path) -> Result<Self, StudyError> {
        let text = std::fs::read_to_string(path)
            .map_err(|fault| StudyError::Io { path: path.to_owned(), fault })?;
        let mut study = Self::parse(&text)
            .map_err(|fault| StudyError::StudyFile { path: path.to_owned(), fault })?;
        if study.name.is_empty() {
            study.name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        }
        Ok(study)
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let named = toml::from_str::<toml::Table>(text)?.contains_key("name");
        let mut study: Self = toml::from_str(text)?;
        if !named {
            study.name = String::new();
        }
        Ok(study)
    }
}

impl ModelTable {
    /// A model given as a specification.
    #[must_use]
    pub fn from_spec(spec: &str) -> Self {
        Self {
            model: spec.to_owned(),
            name: None,
            repeats: None,
            ceiling: None,
            options: BTreeMap::new(),
        }
    }

    /// Its name in the run. That of an imported model is no specification, but is given.
    ///
    /// # Errors
    /// [`StudyError::Spec`] where no name is given and the model cannot be read.
    pub fn name_in_run(&self) -> Result<String, StudyError> {
        match &self.name {
            Some(name) => Ok(name.clone()),
            None => Ok(self.spec()?.name),
        }
    }

    /// The specification, with the table's name and options; not with its own repeats.
    ///
    /// # Errors
    /// [`StudyError::Spec`] says what is wrong with it.
    pub fn spec(&self) -> Result<ModelSpec, StudyError> {
        let mut spec = ModelSpec::parse(&self.model)?;
        for (option, value) in &self.options {
            let value = match value {
                toml::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            spec = spec.with_option(option.clone(), value)?;
        }
        if let Some(name) = &self.name {
            spec.name.clone_from(name);
        }
        Ok(spec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_the_default_study() {
        let study = Study::parse(TEMPLATE).unwrap();
        assert_eq!(study, Study { name: "my-study".to_owned(), ..Study::default() });
    }

    #[test]
    fn options_of_a_table_join_the_specification() {
        let table: ModelTable = toml::from_str(
            "model = 'sim:reference?seed=3'\nname = 'r'\noptions = { faithfulness = 0.5 }",
        )
        .unwrap();
        let spec = table.spec().unwrap();
        assert_eq!(spec.to_string(), "sim:reference?seed=3&faithfulness=0.5");
        assert_eq!(spec.name, "r");
    }

    #[test]
    fn a_misspelt_field_is_named() {
        let error = Study::parse("refernce = []").unwrap_err().to_string();
        assert!(error.contains("refernce"), "{error}");
    }
}
