//! The models that a file names.

use super::error::{SHOWN, WideError};
use super::replies::ReplyColumns;
use super::row::{Faults, Values};
use crate::models::file_name;
use crate::study::ModelTable;
use foretell_core::Registry;
use foretell_data::Cell;
use foretell_tables::ModelRow;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// The provider of a model that was asked by somebody else.
pub(super) const PROVIDER: &str = "imported";

/// What a file says of a model beside its answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Told {
    pub(super) model: String,
    pub(super) effort: Option<String>,
    pub(super) temperature: Option<f64>,
    pub(super) max_tokens: Option<i64>,
}

/// Under this key a file that we wrote says the rest about its run, as JSON.
pub(super) const RUN_KEY: &str = "foretell.run";

/// What the columns of the layout have no place for.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct AboutRun {
    pub(super) name: String,
    pub(super) models: Vec<ModelRow>,
    /// Who gave the verdicts on testability.
    pub(super) testability_judge: Option<String>,
}

/// A model's effort as files write it: text, or a plain switch.
pub(super) fn effort(values: Values<'_>, at: usize) -> Option<String> {
    match values.cell(at) {
        Cell::Flag(true) => Some("True".to_owned()),
        Cell::Flag(false) => Some("False".to_owned()),
        cell => cell.written(),
    }
}

/// The name of a model with an effort.
pub(super) fn name_of(model: &str, effort: Option<&str>) -> String {
    effort.map_or_else(|| model.to_owned(), |effort| format!("{model}_{effort}"))
}

/// The reference of a row: its name, and what is told of it.
///
/// An original that another model answered and explained is one of the cross-model rows, which say so.
pub(super) fn reference(
    sides: &[ReplyColumns<'_>; 2],
    cross: bool,
    at: usize,
    row: u64,
    faults: &mut Faults,
) -> Option<(String, Told)> {
    let told = |side: &ReplyColumns<'_>| {
        let model = side.model.text(at)?.trim().to_owned();
        Some(Told {
            effort: effort(side.effort, at),
            temperature: side.temperature.real(at),
            max_tokens: side.max_tokens.integer(at),
            model,
        })
    };
    let [original, counterfactual] = [&sides[0], &sides[1]].map(told);
    let name = |told: &Told| name_of(&told.model, told.effort.as_deref());
    if let (Some(one), Some(other), false) = (&original, &counterfactual, cross)
        && name(one) != name(other)
    {
        let reason = format!(
            "another model, `{}`, answered the original; a row is about one reference, unless it is a \
             cross-model row",
            name(one)
        );
        faults.add(row, "counterfactual_reference_response_model_info_model", &name(other), reason);
        return None;
    }
    let Some(told) = counterfactual.or(original) else {
        faults.add(
            row,
            "original_reference_response_model_info_model",
            "",
            "the cell is empty, and every row needs the model that answered",
        );
        return None;
    };
    Some((name(&told), told))
}

/// The rows of `models.parquet`, by name.
pub(super) fn rows(models: &BTreeMap<String, Told>, own: &AboutRun) -> Vec<ModelRow> {
    let registry = Registry::embedded();
    let row = |(name, told): (&String, &Told)| {
        if let Some(row) = own.models.iter().find(|row| row.name == *name) {
            return row.clone();
        }
        let known = registry.known(&told.model);
        ModelRow {
            name: name.clone(),
            provider: PROVIDER.to_owned(),
            model: told.model.clone(),
            spec: format!("{PROVIDER}:{name}"),
            family: known.family(),
            vendor: known.vendor,
            open: known.open,
            size_b: known.size_b,
            effort: told.effort.as_deref().map(effort_word),
            temperature: told.temperature,
            max_tokens: told.max_tokens,
            served: Vec::new(),
        }
    };
    models.iter().map(row).collect()
}

/// The effort in our words: a plain switch asks for none, or for what the model then does.
fn effort_word(written: &str) -> String {
    match written.to_lowercase().as_str() {
        "none" | "false" => "none".to_owned(),
        "true" => "default".to_owned(),
        other => other.to_owned(),
    }
}

/// Models as a study lists them.
pub(super) fn tables<'a>(names: impl Iterator<Item = &'a str>) -> Vec<ModelTable> {
    let table = |name: &str| ModelTable {
        model: format!("{PROVIDER}:{name}"),
        name: Some(name.to_owned()),
        repeats: None,
        ceiling: None,
        options: BTreeMap::new(),
    };
    names.map(table).collect()
}

/// Refuses models whose folders or files would have one name.
///
/// # Errors
/// [`WideError::ModelNames`].
pub(super) fn check_names<'a>(
    names: impl Iterator<Item = &'a str>,
    path: &Path,
) -> Result<(), WideError> {
    let mut files: HashMap<String, &str> = HashMap::new();
    let mut clashes = Vec::new();
    for name in names {
        if let Some(other) = files.insert(file_name(name).to_lowercase(), name)
            && clashes.len() < SHOWN
        {
            let file = file_name(name);
            clashes.push(format!("models `{other}` and `{name}` would both be `{file}`"));
        }
    }
    if clashes.is_empty() {
        return Ok(());
    }
    Err(WideError::ModelNames { path: path.to_owned(), clashes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_whose_files_would_be_one_are_named_together() {
        let path = Path::new("x.parquet");
        assert!(check_names(["a/b", "a/c"].into_iter(), path).is_ok());
        let error = check_names(["a/b", "A-b"].into_iter(), path).unwrap_err().to_string();
        assert_eq!(error, "x.parquet: models `a/b` and `A-b` would both be `A-b`");
    }

    #[test]
    fn a_plain_switch_becomes_an_effort() {
        for (written, word) in [("None", "none"), ("True", "default"), ("medium", "medium")] {
            assert_eq!(effort_word(written), word);
        }
    }
}
