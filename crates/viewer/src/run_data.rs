//! One run in memory: its guesses, its questions, and what is searched.

use crate::error::ViewError;
use crate::panel::Panelled;
use crate::texts::{Explanations, Questions};
use foretell_analysis::{Contrast, Guesses};
use foretell_study::{Layout, Manifest};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// Comparisons of arms that are kept: the last few that were asked for.
const KEPT: usize = 4;

/// One run, read.
#[derive(Debug)]
pub(crate) struct RunData {
    pub(crate) layout: Layout,
    pub(crate) guesses: Arc<Guesses>,
    pub(crate) questions: Questions,
    explanations: OnceLock<Explanations>,
    /// Held while they are read: twice at once would take twice the memory.
    reading: Mutex<()>,
    contrasts: Mutex<Vec<(Contrast, Arc<Panelled>)>>,
    /// What the filters offer.
    pub(crate) choices: Choices,
}

/// The values that filters offer, sorted.
#[derive(Debug, Default)]
pub(crate) struct Choices {
    pub(crate) datasets: Vec<String>,
    pub(crate) references: Vec<String>,
    pub(crate) predictors: Vec<String>,
    pub(crate) changed: Vec<String>,
    pub(crate) outcomes: Vec<String>,
    pub(crate) arms: Vec<String>,
}

impl RunData {
    /// Reads the guesses and questions of a run, and compares the usual arms; what is said for answers
    /// is read when it is first searched ([`RunData::explanations`]).
    pub(crate) fn read(folder: &Path) -> Result<Self, ViewError> {
        let layout = Layout::new(folder);
        let guesses = Arc::new(Guesses::load(&[folder])?);
        let contrast = Contrast::default();
        let ((questions, choices), panelled) = rayon::join(
            || (Questions::read(&layout.questions(), &guesses), Choices::of(&guesses)),
            || Arc::new(Panelled::of(&guesses, &contrast)),
        );
        let questions = questions?;
        let (explanations, reading) = (OnceLock::new(), Mutex::default());
        let contrasts = Mutex::new(vec![(contrast, panelled)]);
        Ok(Self { layout, guesses, questions, explanations, reading, contrasts, choices })
    }

    /// The manifest, where it can be read.
    pub(crate) fn manifest(&self) -> Option<Manifest> {
        Manifest::read(self.layout.folder()).ok()
    }

    /// What the references said for their answers.
    pub(crate) fn explanations(&self) -> Result<&Explanations, ViewError> {
        if let Some(known) = self.explanations.get() {
            return Ok(known);
        }
        let _one_at_a_time = self.reading.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some(known) = self.explanations.get() {
            return Ok(known);
        }
        let read =
            Explanations::read(&tables_in(&self.layout.folder().join("answers")), &self.guesses)?;
        Ok(self.explanations.get_or_init(|| read))
    }

    /// The observations of a comparison of arms, made once.
    pub(crate) fn panelled(&self, contrast: &Contrast) -> Arc<Panelled> {
        // A second page that asks meanwhile waits: making them twice would take longer.
        let mut kept = self.contrasts.lock().unwrap_or_else(|broken| broken.into_inner());
        if let Some((_, known)) = kept.iter().find(|(known, _)| known == contrast) {
            return Arc::clone(known);
        }
        let made = Arc::new(Panelled::of(&self.guesses, contrast));
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((contrast.clone(), Arc::clone(&made)));
        made
    }

    /// The number of the subject with these names; the reference explains itself where no other
    /// explainer is named.
    pub(crate) fn subject(
        &self,
        pair: &str,
        reference: &str,
        explainer: Option<&str>,
        repeat: u32,
    ) -> Option<u32> {
        let guesses = &self.guesses;
        let pair = guesses.names.find(pair)?;
        let model = |name| guesses.models.iter().position(|model| &*model.name == name);
        let reference = model(reference)? as u32;
        let explainer = explainer.map_or(Some(reference), |name| Some(model(name)? as u32))?;
        let found = guesses.subjects.iter().position(|subject| {
            guesses.pairs[subject.pair as usize].id == pair
                && subject.reference == reference
                && subject.explainer == explainer
                && subject.answer_repeat == repeat
        });
        found.map(|at| at as u32)
    }

    /// The name of the model that explains a subject's answer, where that is not the reference.
    pub(crate) fn other_explainer(&self, subject: u32) -> Option<&str> {
        let subject = &self.guesses.subjects[subject as usize];
        (subject.explainer != subject.reference).then(|| self.model(subject.explainer))
    }

    /// The name of a model.
    pub(crate) fn model(&self, number: u32) -> &str {
        &self.guesses.models[number as usize].name
    }
}

impl Choices {
    fn of(guesses: &Guesses) -> Self {
        let mut is_predictor = vec![false; guesses.models.len()];
        let mut is_reference = is_predictor.clone();
        let mut outcomes = BTreeMap::new();
        for guess in &guesses.guesses {
            is_predictor[guess.predictor as usize] = true;
            outcomes.entry(guess.outcome).or_insert(());
        }
        for subject in &guesses.subjects {
            is_reference[subject.reference as usize] = true;
        }
        let models = |chosen: &[bool]| {
            let models = guesses.models.iter().zip(chosen).filter(|(_, chosen)| **chosen);
            sorted(models.map(|(model, _)| model.name.to_string()))
        };
        let text = |name| guesses.text(name).to_string();
        Self {
            datasets: sorted(guesses.pairs.iter().map(|pair| text(pair.dataset))),
            references: models(&is_reference),
            predictors: models(&is_predictor),
            changed: sorted(guesses.pairs.iter().flat_map(|p| p.changed.iter().copied().map(text))),
            outcomes: outcomes.keys().map(|outcome| outcome.to_string()).collect(),
            arms: sorted(guesses.arms.iter().map(|arm| arm.to_string())),
        }
    }
}

fn sorted(values: impl Iterator<Item = String>) -> Vec<String> {
    values.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// The tables in a folder, sorted; none where there is no folder.
pub(crate) fn tables_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let is_table = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".parquet") && !name.starts_with('.')
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_table).collect();
    paths.sort();
    paths
}
