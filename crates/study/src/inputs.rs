//! What a study is made from, read for the first time.

use crate::error::StudyError;
use crate::folder::texts;
use crate::study::Study;
use foretell_core::Prompts;
use foretell_data::{Cards, PairOptions, PairSet, load_pairs};
use std::path::Path;

/// The prompts of a study: the project's own, with those of its folder in their place.
pub(crate) fn prompts(study: &Study) -> Result<Prompts, StudyError> {
    prompts_in(study.prompts.as_deref())
}

/// The project's own prompts, with those of a folder in their place.
pub(crate) fn prompts_in(folder: Option<&Path>) -> Result<Prompts, StudyError> {
    Ok(match folder {
        Some(folder) => Prompts::with_files(texts(folder)?)?,
        None => Prompts::embedded(),
    })
}

/// The project's own cards, with those of a folder added or in their place.
pub(crate) fn cards_in(folder: Option<&Path>) -> Result<Cards, StudyError> {
    Ok(match folder {
        Some(folder) => Cards::embedded().with_dir(folder)?,
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
    };
    Ok((load_pairs(&study.pairs, &cards, &options)?, cards))
}
