//! What judges say that explanations name, joined to the answers that they explain.

use crate::error::AnalysisError;
use crate::guesses::{Guesses, Subject};
use crate::names::Name;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use foretell_core::Outcome;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Why there is no figure about mentions.
pub(crate) const UNJUDGED: &str = "no explanation was judged for what it names: `foretell judge RUN --model MODEL --kind mention` does it";

/// Verdicts by pair, reference and feature; none where the judge gave no answer.
type Verdicts = HashMap<(Name, u32, Name), Option<bool>>;

/// Whether explanations name features, by judge.
#[derive(Debug, Default)]
pub(crate) struct Mentions {
    judges: BTreeMap<String, Verdicts>,
}

impl Mentions {
    /// The verdicts of kind `mention` about what a run guesses at.
    pub(crate) fn read(prepared: &Prepared) -> Result<Self, AnalysisError> {
        let guesses = &prepared.guesses;
        let models = guesses.models.iter().enumerate();
        let models: HashMap<&str, u32> =
            models.map(|(number, model)| (&*model.name, number as u32)).collect();
        let mut judges: BTreeMap<String, Verdicts> = BTreeMap::new();
        for score in prepared.tables.scores()? {
            if score.kind != "mention" {
                continue;
            }
            let reference = score.reference.as_deref().and_then(|name| models.get(name));
            let name = |text: &str| guesses.names.find(text);
            let feature = score.feature.as_deref().and_then(name);
            let key = (name(score.pair_id.as_str()), reference, feature);
            if let (Some(pair), Some(reference), Some(feature)) = key {
                let value = score.value.filter(|_| score.outcome == Outcome::Answered);
                let verdicts = judges.entry(score.judge.clone()).or_default();
                verdicts.insert((pair, *reference, feature), value.map(|value| value >= 0.5));
            }
        }
        Ok(Self { judges })
    }

    /// The judges, by their names, with what each says; one without a name where there is none.
    pub(crate) fn judges(&self) -> Vec<Judge<'_>> {
        let named = |(name, verdicts)| Judge { name: Some(name), verdicts: Some(verdicts) };
        match self.judges.is_empty() {
            true => vec![Judge { name: None, verdicts: None }],
            false => self.judges.iter().map(named).collect(),
        }
    }
}

/// One judge, or none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge<'a> {
    /// Its name.
    pub(crate) name: Option<&'a String>,
    verdicts: Option<&'a Verdicts>,
}

impl Judge<'_> {
    /// Whether the explanation behind an answer names a feature. Explanations of the first repeat are
    /// judged, and no others.
    pub(crate) fn mentioned(
        &self,
        guesses: &Guesses,
        subject: &Subject,
        feature: Name,
    ) -> Option<bool> {
        let pair = guesses.pairs[subject.pair as usize].id;
        let verdicts = self.verdicts.filter(|_| subject.answer_repeat == 0)?;
        verdicts.get(&(pair, subject.reference, feature)).copied().flatten()
    }

    /// Whether the explanation names any feature that changes in the pair: not known where none is
    /// named and the verdict on one is missing.
    pub(crate) fn mentioned_any(&self, guesses: &Guesses, subject: &Subject) -> Option<bool> {
        let changed = &guesses.pairs[subject.pair as usize].changed;
        // Judges are not asked about a change without a name.
        let named = changed.iter().filter(|feature| !guesses.text(**feature).trim().is_empty());
        let mut verdicts = named.map(|feature| self.mentioned(guesses, subject, *feature));
        let first = verdicts.next()?;
        verdicts.fold(first, |so_far, verdict| match (so_far, verdict) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        })
    }
}

/// One observation of every answer of a reference, whoever guessed at it.
pub(crate) fn answers(observations: &Observations) -> Vec<Observation> {
    let mut seen = HashSet::new();
    let first = observations.list.iter().filter(|observation| {
        let subject = &observations.guesses.subjects[observation.subject as usize];
        seen.insert((subject.pair, subject.reference, subject.answer_repeat))
    });
    first.copied().collect()
}
