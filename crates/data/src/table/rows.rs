//! A table: the rows of a dataset as codes, and the words that they stand for.

use super::locate::sha256_of;
use super::{Encoded, Grid, RawError, RawFault, encode};
use crate::cards::Cards;
use foretell_core::card::{Level, Tabular, TextTemplate};
use foretell_core::{Question, QuestionId, TextId};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::Path;

/// The rows of a dataset, cleaned and encoded.
///
/// A row's number is its place after cleaning and after dropping duplicates, in file order, from 0.
#[derive(Debug)]
pub struct Table {
    dataset: String,
    source: String,
    features: Vec<TableFeature>,
    labels: Vec<String>,
    encoded: Encoded,
    text: TextTemplate,
    classes: Vec<u32>,
}

/// One feature of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableFeature {
    /// Its name.
    pub name: String,
    /// What it can be; codes are places here.
    pub levels: Vec<Level>,
}

impl Table {
    /// Reads the raw file of a dataset.
    ///
    /// # Errors
    /// [`RawError`]: the dataset has no table, the file cannot be read, it is another one than the
    /// card was written for, or holds what the card does not account for, all of it at once.
    ///
    /// # Examples
    /// ```no_run
    /// use foretell_data::{Cards, Table};
    /// let path = std::path::Path::new("raw/processed.cleveland.data");
    /// let table = Table::load(&Cards::embedded(), "heart_disease", path)?;
    /// assert_eq!((table.rows(), table.width()), (264, 9));
    /// println!("{}", table.text(42));
    /// # Ok::<(), foretell_data::RawError>(())
    /// ```
    pub fn load(cards: &Cards, dataset: &str, path: &Path) -> Result<Self, RawError> {
        let card = cards.tabular(dataset)?;
        let bytes =
            std::fs::read(path).map_err(|fault| RawError::Io { path: path.to_owned(), fault })?;
        let found = sha256_of(&bytes);
        if found != card.source.sha256 {
            return Err(RawError::Checksum {
                path: path.to_owned(),
                dataset: dataset.to_owned(),
                expected: card.source.sha256.clone(),
                found,
            });
        }
        let source = cards.source(dataset, &Sha256::digest(&bytes));
        Self::of(card, &bytes, source).map_err(|faults| RawError::Contents {
            path: path.to_owned(),
            dataset: dataset.to_owned(),
            faults,
        })
    }

    /// The table that a card makes of the bytes of a file, whatever their checksum.
    pub(crate) fn of(
        card: Tabular<'_>,
        bytes: &[u8],
        source: String,
    ) -> Result<Self, Vec<RawFault>> {
        let encoded = encode(card, &Grid::read(bytes, card.read)?)?;
        let text_fault = |row, fault: String| vec![RawFault::Text { row, fault }];
        let text = TextTemplate::new(card.text, card.features)
            .map_err(|fault| text_fault(0, fault.to_string()))?;
        let features: Vec<TableFeature> = card
            .features
            .iter()
            .map(|own| TableFeature { name: own.name.clone(), levels: own.levels() })
            .collect();
        let mut table = Self {
            dataset: card.card.id.clone(),
            source,
            features,
            labels: card.card.labels.clone(),
            encoded,
            text,
            classes: Vec::new(),
        };
        table.classes = table.classify().map_err(|(row, fault)| text_fault(row, fault))?;
        Ok(table)
    }

    /// The dataset.
    #[must_use]
    pub fn dataset(&self) -> &str {
        &self.dataset
    }

    /// Where its questions come from: a hash of the card and the file.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.encoded.labels.len()
    }

    /// The number of features.
    #[must_use]
    pub fn width(&self) -> usize {
        self.features.len()
    }

    /// The features, in the order of the codes.
    #[must_use]
    pub fn features(&self) -> &[TableFeature] {
        &self.features
    }

    /// The labels, in the card's order.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The codes of all rows, row after row, `width` a row.
    #[must_use]
    pub fn codes(&self) -> &[u16] {
        &self.encoded.codes
    }

    /// The codes of one row.
    ///
    /// # Panics
    /// For a row that is not there, as all that take a row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[u16] {
        &self.encoded.codes[row * self.width()..][..self.width()]
    }

    /// For each row, the place of its label among [`Table::labels`].
    #[must_use]
    pub fn label_codes(&self) -> &[u16] {
        &self.encoded.labels
    }

    /// The label of one row.
    #[must_use]
    pub fn label(&self, row: usize) -> &str {
        &self.labels[usize::from(self.encoded.labels[row])]
    }

    /// The line of the raw file that a row comes from, from 1.
    #[must_use]
    pub fn line(&self, row: usize) -> u64 {
        self.encoded.lines[row]
    }

    /// Rows of the raw file, those dropped for a cell, and those left out as duplicates.
    #[must_use]
    pub fn cleaned(&self) -> (usize, usize, usize) {
        (self.encoded.read, self.encoded.dropped, self.encoded.duplicates)
    }

    /// For each row, the class of its text: equal numbers, identical texts. Classes are numbered in
    /// the order of their first row.
    #[must_use]
    pub fn text_classes(&self) -> &[u32] {
        &self.classes
    }

    /// The level of each feature of one row.
    pub fn levels(&self, row: usize) -> impl ExactSizeIterator<Item = (&str, &Level)> {
        let codes = self.features.iter().zip(self.row(row));
        codes.map(|(own, &code)| (own.name.as_str(), &own.levels[usize::from(code)]))
    }

    /// The text of one row.
    #[must_use]
    pub fn text(&self, row: usize) -> String {
        self.try_text(row).expect("every row's text was made when the table was read")
    }

    /// The name and phrase of each feature of one row.
    #[must_use]
    pub fn phrases(&self, row: usize) -> Vec<(String, String)> {
        self.levels(row).map(|(name, level)| (name.to_owned(), level.phrase.clone())).collect()
    }

    /// The question that one row is.
    #[must_use]
    pub fn question(&self, row: usize) -> Question {
        let text = self.text(row);
        Question {
            question_id: QuestionId::new(&self.dataset, row),
            text_id: TextId::of(&self.dataset, &text),
            dataset: self.dataset.clone(),
            source: self.source.clone(),
            row: Some(i64::try_from(row).expect("rows fit in memory")),
            text,
            labels: self.labels.clone(),
            options: Vec::new(),
            ground_truth: Some(self.label(row).to_owned()),
            features: self.phrases(row),
            prompt_first: None,
            prompt_last: None,
        }
    }

    fn try_text(&self, row: usize) -> Result<String, String> {
        let phrases: Vec<&str> = self.levels(row).map(|(_, level)| &*level.phrase).collect();
        self.text.render(&phrases).map_err(|fault| fault.to_string())
    }

    /// Rows of the same codes have the same text; rows of other codes have it only where the template
    /// lets them, which is looked at where it cannot be ruled out.
    fn classify(&self) -> Result<Vec<u32>, (usize, String)> {
        let levels: Vec<Vec<Level>> = self.features.iter().map(|own| own.levels.clone()).collect();
        let can_be_told = self.text.tells_rows_apart(&levels);
        let mut by_codes: HashMap<&[u16], u32> = HashMap::new();
        let mut by_text: HashMap<String, u32> = HashMap::new();
        let mut classes = Vec::with_capacity(self.rows());
        let mut next = 0;
        for row in 0..self.rows() {
            let codes = self.row(row);
            if let Some(&class) = by_codes.get(codes) {
                classes.push(class);
                continue;
            }
            let class = if can_be_told {
                next
            } else {
                let text = self.try_text(row).map_err(|fault| (row, fault))?;
                *by_text.entry(text).or_insert(next)
            };
            next += u32::from(class == next);
            by_codes.insert(codes, class);
            classes.push(class);
        }
        Ok(classes)
    }
}
