//! The cards at hand: those of the program, and those of a folder.

use crate::error::DataError;
use crate::table::RawError;
use foretell_core::card::{CardError, Tabular};
use foretell_core::{Card, id};
use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../cards");

/// The file of a card, in a folder named for its dataset.
pub(crate) const FILE: &str = "card.toml";

/// The card of datasets that have none.
const NEUTRAL: &str = "neutral";

/// Faults of cards that an error shows; `foretell data check` says all.
const SHOWN: usize = 10;

/// Cards by dataset.
///
/// A folder of cards holds one folder a dataset, `DATASET/card.toml`.
#[derive(Debug, Clone)]
pub struct Cards {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    card: Card,
    text: String,
}

/// What is wrong with one file of a folder of cards.
#[derive(Debug, Error)]
pub enum CardFault {
    /// It cannot be read.
    #[error("{}: {fault}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What went wrong.
        fault: std::io::Error,
    },
    /// It is no card.
    #[error("{}: {fault}", path.display())]
    Card {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: CardError,
    },
    /// It lies in the folder of another dataset.
    #[error("{}: the card of `{id}` lies in the folder of `{folder}`", path.display())]
    Misplaced {
        /// The file.
        path: PathBuf,
        /// The dataset that the card names.
        id: String,
        /// The folder's name.
        folder: String,
    },
}

impl CardFault {
    fn path(&self) -> &Path {
        match self {
            Self::Io { path, .. } | Self::Card { path, .. } | Self::Misplaced { path, .. } => path,
        }
    }

    /// Each fault of the file.
    fn lines(&self) -> Vec<String> {
        match self {
            Self::Card { path, fault: CardError::Fields { faults, .. } } => {
                faults.iter().map(|fault| format!("{}: {fault}", path.display())).collect()
            }
            other => vec![other.to_string()],
        }
    }
}

impl Cards {
    /// The cards of the program.
    ///
    /// # Panics
    /// Never: the cards are part of the program and a test reads them.
    #[must_use]
    pub fn embedded() -> Self {
        let mut entries = BTreeMap::new();
        for folder in EMBEDDED.dirs() {
            let file = folder.get_file(folder.path().join(FILE)).expect("each folder has a card");
            let text = file.contents_utf8().expect("cards are text").to_owned();
            let card = Card::parse(&text).expect("the embedded cards are read by a test");
            entries.insert(card.id.clone(), Entry { card, text });
        }
        Self { entries }
    }

    /// Adds the cards of a folder; one for a dataset that has a card replaces it.
    ///
    /// # Errors
    /// [`DataError::Cards`] lists every file that is no card, [`DataError::NoCards`] a folder
    /// without any.
    pub fn with_dir(mut self, dir: &Path) -> Result<Self, DataError> {
        let folders = Self::folders(dir)?;
        let (read, faults): (Vec<_>, Vec<_>) =
            folders.iter().map(|folder| Entry::read(folder)).partition(Result::is_ok);
        let faults: Vec<CardFault> = faults.into_iter().filter_map(Result::err).collect();
        if !faults.is_empty() {
            return Err(DataError::Cards { faults });
        }
        self.entries.extend(read.into_iter().flatten().map(|entry| (entry.card.id.clone(), entry)));
        Ok(self)
    }

    /// The folders of `dir` that hold a card, in order.
    ///
    /// # Errors
    /// [`DataError::NoCards`] where there are none.
    pub(crate) fn folders(dir: &Path) -> Result<Vec<PathBuf>, DataError> {
        let at = |fault| DataError::Io { path: dir.to_owned(), fault };
        let mut folders: Vec<PathBuf> = std::fs::read_dir(dir)
            .map_err(at)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(at)?;
        folders.retain(|folder| folder.join(FILE).exists());
        folders.sort();
        if folders.is_empty() {
            return Err(DataError::NoCards { path: dir.to_owned() });
        }
        Ok(folders)
    }

    /// The card of a dataset, if it has one.
    #[must_use]
    pub fn get(&self, dataset: &str) -> Option<&Card> {
        self.entries.get(dataset).map(|entry| &entry.card)
    }

    /// The card of a dataset, or the neutral one.
    #[must_use]
    pub fn for_dataset(&self, dataset: &str) -> &Card {
        &self.entry(dataset).card
    }

    /// The text of the card of a dataset, or of the neutral one, as it stands in its file.
    #[must_use]
    pub fn text_for_dataset(&self, dataset: &str) -> &str {
        &self.entry(dataset).text
    }

    /// The datasets that have a card, in order, the neutral one among them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The datasets whose card is that of a table, in order.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter(|(_, entry)| entry.card.tabular().is_some()).map(|(id, _)| &**id)
    }

    /// The card of a dataset that is a table.
    ///
    /// # Errors
    /// [`RawError::NotATable`] names the datasets that are.
    pub fn tabular(&self, dataset: &str) -> Result<Tabular<'_>, RawError> {
        self.get(dataset).and_then(Card::tabular).ok_or_else(|| RawError::NotATable {
            dataset: dataset.to_owned(),
            known: self.tables().map(str::to_owned).collect(),
            others: Vec::new(),
        })
    }

    /// Where the questions of a dataset come from: a hash of its card and of `content`.
    ///
    /// # Formula
    /// ```text
    /// the first 16 hex digits of
    /// SHA-256(length of the card's text, 8 bytes, least first + the card's text + content)
    /// ```
    /// `content` is the SHA-256 of the bytes of an imported file, or what a generator was told.
    pub(crate) fn source(&self, dataset: &str, content: &[u8]) -> String {
        let card = self.text_for_dataset(dataset);
        let mut hash = Sha256::new();
        hash.update((card.len() as u64).to_le_bytes());
        hash.update(card);
        hash.update(content);
        id::hex(&hash.finalize()[..8])
    }

    fn entry(&self, dataset: &str) -> &Entry {
        let neutral = || self.entries.get(NEUTRAL).expect("the neutral card is embedded");
        self.entries.get(dataset).unwrap_or_else(neutral)
    }
}

impl Entry {
    fn read(folder: &Path) -> Result<Self, CardFault> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(fault) => return Err(CardFault::Io { path, fault }),
        };
        let card = match Card::parse(&text) {
            Ok(card) => card,
            Err(fault) => return Err(CardFault::Card { path, fault }),
        };
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if card.id != name {
            return Err(CardFault::Misplaced { path, id: card.id, folder: name });
        }
        Ok(Self { card, text })
    }
}

/// What is wrong with some files: a fault a line, and of many the first.
pub(crate) fn said(faults: &[CardFault]) -> String {
    let mut lines: Vec<String> = faults.iter().flat_map(CardFault::lines).collect();
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    if more > 0 {
        let folder = faults[0].path().parent().and_then(Path::parent).unwrap_or(Path::new("."));
        lines.push(format!("and {more} more: `foretell data check {}`", folder.display()));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(dir: &Path, name: &str, text: &str) {
        std::fs::create_dir(dir.join(name)).unwrap();
        std::fs::write(dir.join(name).join(FILE), text).unwrap();
    }

    fn card(id: &str) -> String {
        format!(
            "id = '{id}'\ntitle = 'T'\n[roles]\ndecider = 'd'\nsubject = 's'\ntask = 'decide'\n"
        )
    }

    #[test]
    fn every_embedded_card_is_read() {
        let cards = Cards::embedded();
        let names: Vec<&str> = cards.names().collect();
        assert!(names.contains(&"moral_machines") && names.contains(&"neutral"), "{names:?}");
        assert_eq!(cards.get("heart_disease").unwrap().labels, ["YES", "NO"]);
        assert!(cards.get("weather").is_none());
        assert_eq!(cards.for_dataset("weather").id, "neutral");
    }

    #[test]
    fn a_folder_adds_and_replaces() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "weather", &card("weather"));
        write(dir.path(), "income", &card("income"));
        let cards = Cards::embedded().with_dir(dir.path()).unwrap();
        assert!(cards.get("weather").is_some());
        assert_eq!(cards.get("income").unwrap().title, "T");
        assert_eq!(cards.text_for_dataset("income"), card("income"));
    }

    #[test]
    fn every_faulty_card_is_named() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), "weather", &card("wether"));
        write(dir.path(), "tides", "id = 3");
        write(dir.path(), "sound", &card("sound"));
        let fault = Cards::embedded().with_dir(dir.path()).unwrap_err().to_string();
        assert!(fault.contains("the card of `wether` lies in the folder of `weather`"), "{fault}");
        assert!(fault.contains("tides") && !fault.contains("sound"), "{fault}");
    }

    #[test]
    fn faults_stand_on_a_line_each_and_many_are_cut_short() {
        let dir = tempfile::tempdir().unwrap();
        let empty = |id: &str| card(id).replace("'T'", "''").replace("'d'", "''");
        let names = ["a", "b", "c", "k", "e", "f"];
        names.iter().for_each(|name| write(dir.path(), name, &empty(name)));
        let fault = Cards::embedded().with_dir(dir.path()).unwrap_err().to_string();
        let lines: Vec<&str> = fault.lines().collect();
        assert_eq!(lines.len(), 11, "{fault}");
        assert!(lines[0].ends_with("a/card.toml: field `title`: it is empty"), "{fault}");
        assert!(lines[1].ends_with("a/card.toml: field `roles.decider`: it is empty"), "{fault}");
        let more = format!("and 2 more: `foretell data check {}`", dir.path().display());
        assert_eq!(lines[10], more);
    }

    #[test]
    fn a_folder_without_cards_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let fault = Cards::embedded().with_dir(dir.path()).unwrap_err();
        assert!(matches!(fault, DataError::NoCards { .. }));
        let fault = Cards::embedded().with_dir(&dir.path().join("none")).unwrap_err();
        assert!(matches!(fault, DataError::Io { .. }));
    }

    #[test]
    fn the_source_moves_with_the_card_and_with_the_content() {
        let cards = Cards::embedded();
        let source = cards.source("income", b"x");
        assert_eq!(source.len(), 16);
        assert_ne!(source, cards.source("income", b"y"));
        assert_ne!(source, cards.source("attrition", b"x"));
    }
}
