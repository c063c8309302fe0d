//! What a study is made from, read for the first time.

use crate::error::StudyError;
use crate::folder::texts;
use crate::study::Study;
use foretell_core::Prompts;
use foretell_data::{Cards, PairOptions, PairSet, load_pairs};

/// The prompts of a study: the project's own, with those of its folder in their place.
pub(crate) fn prompts(study: &Study) -> Result<Prompts, StudyError> {
    Ok(match &study.prompts {
        Some(folder) => Prompts::with_files(texts(folder)?)?,
        None => Prompts::embedded(),
    })
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
