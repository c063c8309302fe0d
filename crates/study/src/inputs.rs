//! What a study is made from, read for the first time.

use crate::error::StudyError;
use crate::folder::texts;
use crate::study::Study;
use foretell_core::{Prompts, Registry};
use foretell_data::{Cards, PairOptions, PairSet, load_pairs};
use std::path::Path;

/// The prompts of a study: the project's own, with those of its folder in their place.
pub(crate) fn prompts(study: &Study) -> Result<Prompts, StudyError> {
    Ok(match &study.prompts {
        Some(folder) => Prompts::with_files(texts(folder)?)?,
        None => Prompts::embedded(),
    })
}

/// What is known about models: a file of the user's before the built-in entries.
///
/// # Errors
/// [`StudyError::Registry`] names the file, and all that is wrong with it.
pub fn known_models(file: Option<&Path>) -> Result<Registry, StudyError> {
    Ok(match file {
        Some(file) => read_registry(file)?.before(Registry::embedded()),
        None => Registry::embedded(),
    })
}

pub(crate) fn read_registry(path: &Path) -> Result<Registry, StudyError> {
    let text = std::fs::read_to_string(path)
        .map_err(|fault| StudyError::Io { path: path.to_owned(), fault })?;
    Registry::parse(&text).map_err(|fault| StudyError::Registry { path: path.to_owned(), fault })
}

/// The pairs of a study, and the cards of their datasets.
pub(crate) fn pairs(study: &Study) -> Result<(PairSet, Cards), StudyError> {
    let cards = match &study.cards {
        Some(folder) => Cards::embedded().with_dir(folder)?,
        None => Cards::embedded(),
    };
    let options = PairOptions {
        seed: study.seed,
        scenarios: study.scenarios,
        published: study.published,
        labels: study.labels.clone(),
        reprompt: study.reprompt,
        raw: study.raw.iter().chain(&study.cache).cloned().collect(),
    };
    Ok((load_pairs(&study.pairs, &cards, &options)?, cards))
}
