//! Reading what guesses are about: the pairs of the questions, and their texts.

use crate::error::AnalysisError;
use crate::guess_file::{Coded, PAIR_COLUMNS, TextColumn, batches, count, integers, lists, rows};
use crate::guesses::{Pair, Text};
use crate::names::{Name, Names};
use arrow_array::{Array, RecordBatch, StringArray};
use foretell_core::AnswerOrder;
use foretell_tables::TableError;
use hashbrown::HashMap;
use std::path::Path;

/// A pair that is named and not read yet.
const UNREAD: u32 = u32::MAX;

/// A column of pairs by their names and numbers.
pub(crate) type PairColumn<'a> = Coded<'a, (Name, u32)>;

/// Pairs and texts of runs, while these are read.
#[derive(Default)]
pub(crate) struct PairList {
    /// The texts, by number.
    pub(crate) texts: Vec<Text>,
    text_numbers: HashMap<(Name, Name), u32>,
    /// The pairs, by number.
    pub(crate) pairs: Vec<Pair>,
    /// The same pair of several runs is one if its texts are.
    numbers: HashMap<(Name, u32, u32, AnswerOrder), u32>,
    /// The pairs that this run has named, by name.
    of_run: HashMap<Name, u32>,
    /// Texts of a column of this run, and the pairs that they name.
    last: Option<(StringArray, Vec<(Name, u32)>)>,
}

impl PairList {
    /// Another run may mean another pair by the same name.
    pub(crate) fn next_run(&mut self) {
        self.of_run.clear();
        self.last = None;
    }

    /// A column of names of pairs; those that are not read yet have no number.
    pub(crate) fn numbered<'a>(&self, column: TextColumn<'a>, names: &mut Names) -> PairColumn<'a> {
        // Tables of one run mostly name the same pairs in the same order.
        if let Some((_, pairs)) = self.last.as_ref().filter(|(texts, _)| column.has_texts(texts)) {
            return column.with(pairs.clone());
        }
        let mut likely = self.last.iter().flat_map(|(_, pairs)| pairs).map(|(name, _)| *name);
        column.coded(|text| {
            let name = names.name_likely(text, likely.next());
            (name, self.number_of(name))
        })
    }

    /// Reads the pairs of a file that its column names and no file of its run had before.
    pub(crate) fn complete(
        &mut self,
        column: &mut PairColumn<'_>,
        path: &Path,
        names: &mut Names,
    ) -> Result<(), AnalysisError> {
        if column.values.iter().any(|(_, number)| *number == UNREAD) {
            for batch in batches(path, &PAIR_COLUMNS)? {
                self.read(&batch, names)?;
            }
            for (name, number) in &mut column.values {
                *number = self.number_of(*name);
            }
        }
        self.last = Some((column.texts.clone(), column.values.clone()));
        Ok(())
    }

    fn number_of(&self, name: Name) -> u32 {
        self.of_run.get(&name).copied().unwrap_or(UNREAD)
    }

    fn read(&mut self, batch: &RecordBatch, names: &mut Names) -> Result<(), TableError> {
        let text = |name| TextColumn::of(batch, name);
        let mut named = |name| text(name).map(|column| column.coded(|text| names.name(text)));
        let pair_id = named("pair_id")?;
        let dataset = named("dataset")?;
        let original = named("original_text_id")?;
        let counterfactual = named("counterfactual_text_id")?;
        let method = named("method")?;
        let cue_label = named("cue_label")?;
        let order: Coded<'_, AnswerOrder> = text("answer_order")?.words()?;
        let (distance, changed) = (integers(batch, "distance")?, lists(batch, "changed")?);
        for row in 0..batch.num_rows() {
            let id = pair_id.required(row)?;
            if self.of_run.contains_key(&id) {
                continue;
            }
            let dataset = dataset.required(row)?;
            let text =
                |column: &Coded<'_, Name>| column.required(row).map(|id| Text { dataset, id });
            let (original, counterfactual) = (text(&original)?, text(&counterfactual)?);
            let pair = Pair {
                id,
                dataset,
                original: self.text(original),
                counterfactual: self.text(counterfactual),
                answer_order: order.required(row)?,
                distance: count(distance, row)?.map(|distance| distance as i32),
                changed: list(&changed.value(row), names)?,
                method: method.get(row),
                cue_label: cue_label.get(row),
            };
            let number = self.pair(pair);
            self.of_run.insert(id, number);
        }
        Ok(())
    }

    fn text(&mut self, text: Text) -> u32 {
        let Self { texts, text_numbers, .. } = self;
        *text_numbers.entry((text.dataset, text.id)).or_insert_with(|| {
            texts.push(text);
            texts.len() as u32 - 1
        })
    }

    fn pair(&mut self, pair: Pair) -> u32 {
        let key = (pair.id, pair.original, pair.counterfactual, pair.answer_order);
        let pairs = &mut self.pairs;
        *self.numbers.entry(key).or_insert_with(|| {
            pairs.push(pair);
            pairs.len() as u32 - 1
        })
    }
}

fn list(values: &dyn Array, names: &mut Names) -> Result<Box<[Name]>, TableError> {
    let texts = values.as_any().downcast_ref::<StringArray>();
    let texts = texts.ok_or_else(|| rows("column `changed` is of another type".to_owned()))?;
    Ok(texts.iter().flatten().map(|text| names.name(text)).collect())
}
