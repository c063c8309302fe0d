//! The folder that counterfactuals are written in.
//!
//! ```text
//! generate.toml         what is asked for, resolved
//! originals.parquet     prompts/  cards.toml     frozen when it starts
//! ledger.sqlite         every raw reply
//! generations.parquet   scores/  questions.parquet  pairs.parquet     derived
//! ```

use super::request::GenerateRequest;
use crate::error::{RunError, StudyError};
use crate::folder::{Layout, hash_of, lock, refuse_strangers, write_texts};
use crate::frozen_files::{frozen_cards, frozen_prompts, frozen_rows, remove_leftovers};
use crate::inputs;
use crate::manifest::{Identity, read_manifest, write_whole};
use crate::notes::without_card;
use foretell_core::{Card, Prompts, Question};
use foretell_tables::{QuestionRow, write};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

/// The name of the manifest.
const MANIFEST: &str = "generate.toml";

/// Format of the folder; one of another format is not touched.
const FORMAT: i64 = 1;

/// What a killed start leaves behind.
const OURS: [&str; 4] = [".lock", "prompts", "cards.toml", "originals.parquet"];

/// What `generate.toml` holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GenerateManifest {
    pub(crate) format: i64,
    /// Version of the program that made the folder.
    pub(crate) program: String,
    /// Whether all that the last command asked for was asked and derived.
    pub(crate) complete: bool,
    /// Hash of the prompt templates.
    pub(crate) prompts: String,
    /// What is worth knowing about the input.
    pub(crate) notes: Vec<String>,
    pub(crate) identity: Identity,
    pub(crate) request: GenerateRequest,
}

/// A folder of counterfactuals held by this process.
pub(crate) struct GenerateFolder {
    pub(crate) layout: Layout,
    pub(crate) manifest: GenerateManifest,
    /// The questions, all of them, whatever the limit.
    pub(crate) originals: Vec<Question>,
    pub(crate) prompts: Prompts,
    cards: BTreeMap<String, Card>,
    /// Whether this call made it.
    pub(crate) is_new: bool,
    _lock: File,
}

impl GenerateFolder {
    /// Opens the folder, or starts it; what `check` refuses is not started.
    pub(crate) fn open_or_start(
        folder: &Path,
        request: &GenerateRequest,
        check: impl FnOnce(&Self) -> Result<(), StudyError>,
    ) -> Result<Self, StudyError> {
        let layout = Layout::new(folder);
        let identity = request.identity()?;
        std::fs::create_dir_all(folder)
            .map_err(|fault| StudyError::Io { path: folder.to_owned(), fault })?;
        refuse_strangers(folder, MANIFEST, &OURS)?;
        let lock = lock(&layout)?;
        remove_leftovers(folder);
        match read_manifest::<GenerateManifest>(folder, MANIFEST, FORMAT) {
            Ok(mut manifest) => {
                let differences = manifest.identity.differences(&identity);
                if !differences.is_empty() {
                    let faults = differences.join("; ");
                    return Err(StudyError::Run(RunError::OtherStudy {
                        path: folder.to_owned(),
                        faults,
                    }));
                }
                manifest.request = request.clone();
                manifest.complete = false;
                let opened = Self::read(layout, manifest, lock)?;
                check(&opened)?;
                opened.write_manifest(false)?;
                Ok(opened)
            }
            Err(StudyError::Run(RunError::NoRun { .. })) => {
                let started = Self::start(layout, request, identity, lock)?;
                check(&started)?;
                started.freeze()?;
                // Last: a folder with a manifest is whole.
                started.write_manifest(false)?;
                Ok(started)
            }
            Err(error) => Err(error),
        }
    }

    fn start(
        layout: Layout,
        request: &GenerateRequest,
        identity: Identity,
        lock: File,
    ) -> Result<Self, StudyError> {
        let cards = inputs::cards_in(request.source.cards.as_deref())?;
        let prompts = inputs::prompts_in(request.source.prompts.as_deref())?;
        let (originals, mut notes) = request.source.load(&cards)?;
        notes.extend(without_card(originals.iter(), &cards));
        let datasets: BTreeSet<&String> =
            originals.iter().map(|question| &question.dataset).collect();
        let cards = datasets
            .into_iter()
            .map(|dataset| (dataset.clone(), cards.for_dataset(dataset).clone()))
            .collect();
        let manifest = GenerateManifest {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            complete: false,
            prompts: hash_of(&files(&prompts)),
            notes,
            identity,
            request: request.clone(),
        };
        Ok(Self { layout, manifest, originals, prompts, cards, is_new: true, _lock: lock })
    }

    fn read(layout: Layout, manifest: GenerateManifest, lock: File) -> Result<Self, StudyError> {
        let rows = frozen_rows::<QuestionRow>(&originals(&layout))?;
        let (prompts, cards) = (frozen_prompts(&layout)?, frozen_cards(&layout)?);
        let originals = rows.into_iter().map(Question::from).collect();
        Ok(Self { layout, manifest, originals, prompts, cards, is_new: false, _lock: lock })
    }

    fn freeze(&self) -> Result<(), StudyError> {
        let cards = toml::to_string(&self.cards).expect("cards are always TOML");
        write_texts(&self.layout.prompts(), &files(&self.prompts))?;
        write_whole(&self.layout.cards(), &cards)?;
        let rows = self.originals.iter().cloned().map(QuestionRow::from);
        Ok(write(&originals(&self.layout), rows)?)
    }

    /// Writes the manifest, whole or not at all.
    pub(crate) fn write_manifest(&self, complete: bool) -> Result<(), StudyError> {
        let manifest = GenerateManifest { complete, ..self.manifest.clone() };
        let text = toml::to_string(&manifest).expect("a manifest is always TOML");
        write_whole(&self.layout.folder().join(MANIFEST), &text)
    }

    /// The card of a dataset.
    ///
    /// # Panics
    /// For a dataset that no question is of.
    pub(crate) fn card(&self, dataset: &str) -> &Card {
        &self.cards[dataset]
    }

    /// What became of every request and counterfactual.
    pub(crate) fn generations(&self) -> PathBuf {
        self.layout.folder().join("generations.parquet")
    }
}

fn originals(layout: &Layout) -> PathBuf {
    layout.folder().join("originals.parquet")
}

fn files(prompts: &Prompts) -> Vec<(String, String)> {
    prompts.files().iter().map(|(name, text)| (name.clone(), text.clone())).collect()
}
