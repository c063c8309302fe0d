//! What a study is made from, read for the first time.

use crate::error::{ModelsError, StudyError};
use crate::folder::texts;
use crate::study::Study;
use foretell_core::{Prompts, Registry};
use foretell_data::{Cards, PairOptions, PairSet, load_pairs};
use std::path::Path;

/// The folders that a study names and that are not there.
pub(crate) fn missing_folders(study: &Study) -> Vec<StudyError> {
    let folders = [("--prompts", &study.prompts), ("--cards", &study.cards), ("--raw", &study.raw)];
    let named = folders.into_iter().filter_map(|(flag, path)| Some((flag, path.as_deref()?)));
    named.filter_map(|(flag, path)| check_folder(flag, path).err()).collect()
}

fn check_folder(flag: &'static str, path: &Path) -> Result<(), StudyError> {
    if path.is_dir() { Ok(()) } else { Err(StudyError::NoFolder { flag, path: path.to_owned() }) }
}

/// The prompts of a study: the project's own, with those of its folder in their place.
pub(crate) fn prompts(study: &Study) -> Result<Prompts, StudyError> {
    prompts_in(study.prompts.as_deref())
}

/// The project's own prompts, with those of a folder in their place.
pub(crate) fn prompts_in(folder: Option<&Path>) -> Result<Prompts, StudyError> {
    Ok(match folder {
        Some(folder) => {
            check_folder("--prompts", folder)?;
            Prompts::with_files(texts(folder)?)?
        }
        None => Prompts::embedded(),
    })
}

/// What is known about models: a file of the user's before the built-in entries.
///
/// # Errors
/// [`ModelsError::Registry`] names the file, and all that is wrong with it.
pub fn known_models(file: Option<&Path>) -> Result<Registry, StudyError> {
    Ok(match file {
        Some(file) => read_registry(file)?.before(Registry::embedded()),
        None => Registry::embedded(),
    })
}

pub(crate) fn read_registry(path: &Path) -> Result<Registry, StudyError> {
    let text = std::fs::read_to_string(path)
        .map_err(|fault| StudyError::Io { path: path.to_owned(), fault })?;
    Registry::parse(&text)
        .map_err(|fault| StudyError::Models(ModelsError::Registry { path: path.to_owned(), fault }))
}

/// The project's own cards, with those of a folder added or in their place.
pub(crate) fn cards_in(folder: Option<&Path>) -> Result<Cards, StudyError> {
    Ok(match folder {
        Some(folder) => {
            check_folder("--cards", folder)?;
            Cards::embedded().with_dir(folder)?
        }
        None => Cards::embedded(),
    })
}

/// The pairs of a study, and the cards of their datasets.
pub(crate) fn pairs(study: &Study) -> Result<(PairSet, Cards), StudyError> {
    let cards = cards_in(study.cards.as_deref())?;
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
