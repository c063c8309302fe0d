//! What is known of the models of runs.

use crate::error::AnalysisError;
use foretell_core::effort::Effort;
use foretell_core::family::bare_name;
use foretell_core::registry::{ModelEntry, Registry};
use foretell_tables::{ModelRow, read};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// One model, by the name that it has in the tables.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Name in the tables.
    pub name: Arc<str>,
    /// Its name without provider, date and effort: models that differ in effort alone share it. A
    /// simulated model shares it with none.
    pub model: Arc<str>,
    /// Family: as `models.parquet` says, else as the registry or the name shows; `None` where
    /// nothing tells it, and for simulated models.
    pub family: Option<Arc<str>>,
    /// Vendor, where it is known.
    pub vendor: Option<Arc<str>>,
    /// Reasoning effort asked for; `default` where none was.
    pub effort: Arc<str>,
    /// Whether its weights are open, where it is known.
    pub open: Option<bool>,
    /// Parameters in billions, where it is known.
    pub size_b: Option<f64>,
}

impl Model {
    /// What the name alone tells, with what the registry knows of it.
    #[must_use]
    pub fn named(name: &str, registry: &Registry) -> Self {
        let entry = registry.known(name);
        let suffix = name.rsplit_once('_').map(|(_, suffix)| suffix.to_lowercase());
        let is_effort = |suffix: &String| {
            suffix.parse::<Effort>().is_ok()
                || matches!(suffix.as_str(), "true" | "false" | "thinking")
        };
        let effort = suffix.filter(is_effort).unwrap_or_else(|| "default".to_owned());
        Self::of(name, &bare_name(name), effort, &entry)
    }

    fn of(name: &str, model: &str, effort: String, entry: &ModelEntry) -> Self {
        Self {
            name: name.into(),
            model: model.into(),
            family: entry.family().map(Into::into),
            vendor: entry.vendor.as_deref().map(Into::into),
            effort: effort.into(),
            open: entry.open,
            size_b: entry.size_b,
        }
    }

    fn from_row(row: &ModelRow, registry: &Registry) -> Self {
        let simulated = row.provider == "sim";
        // A simulated model may have any name: the registry knows nothing of it.
        let known = if simulated { ModelEntry::default() } else { registry.known(&row.model) };
        let model = if simulated { row.name.clone() } else { bare_name(&row.model) };
        let effort = row.effort.clone().unwrap_or_else(|| "default".to_owned());
        let known = Self::of(&row.name, &model, effort, &known);
        let text = |stated: &Option<String>, known: Option<Arc<str>>| {
            stated.as_deref().map(Into::into).or(known.filter(|_| !simulated))
        };
        Self {
            family: text(&row.family, known.family.clone()),
            vendor: text(&row.vendor, known.vendor.clone()),
            open: row.open.or(known.open),
            size_b: row.size_b.or(known.size_b),
            ..known
        }
    }

    /// Whether both are one model, whatever the effort asked of them.
    #[must_use]
    pub fn is_same_model(&self, other: &Self) -> bool {
        self.name == other.name || self.model == other.model
    }

    /// Whether both are of one family. Two models of unknown family are so only if they are one.
    #[must_use]
    pub fn is_same_family(&self, other: &Self) -> bool {
        self.is_same_model(other) || (self.family.is_some() && self.family == other.family)
    }
}

/// What `models.parquet` of several runs says; where two runs have a name, the first counts.
#[derive(Debug, Default)]
pub(crate) struct KnownModels {
    rows: HashMap<String, ModelRow>,
    registry: Registry,
}

impl KnownModels {
    pub(crate) fn read(runs: &[&Path]) -> Result<Self, AnalysisError> {
        let mut rows = HashMap::new();
        for run in runs {
            let path = run.join("models.parquet");
            if path.is_file() {
                for row in read::<ModelRow>(&path)? {
                    rows.entry(row.name.clone()).or_insert(row);
                }
            }
        }
        Ok(Self { rows, registry: Registry::embedded() })
    }

    pub(crate) fn model(&self, name: &str) -> Model {
        match self.rows.get(name) {
            Some(row) => Model::from_row(row, &self.registry),
            None => Model::named(name, &self.registry),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_model_family_and_effort() {
        let registry = Registry::embedded();
        let model = |name: &str| Model::named(name, &registry);
        let (low, high) = (model("openai/gpt-5-mini_low"), model("gpt-5-mini_high"));
        assert_eq!((&*low.effort, &*high.effort), ("low", "high"));
        assert!(low.is_same_model(&high) && low.is_same_family(&model("gpt-oss-20b")));
        assert_eq!(low.family.as_deref(), Some("gpt"));
        let unknown = [model("one"), model("other")];
        assert!(!unknown[0].is_same_family(&unknown[1]) && unknown[0].is_same_family(&unknown[0]));
        assert_eq!(&*unknown[0].effort, "default");
    }
}
