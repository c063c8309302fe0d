//! Reading a file of the wide layout, batch by batch.

use super::columns::{Columns, Part, TextFrom};
use super::row::{Row, RowReader, Side};
use crate::cards::Cards;
use crate::collection::Collection;
use crate::error::{CellFault, DataError};
use crate::import::{FaultKind, RowFault};
use crate::load::Import;
use crate::pair_set::{PairOptions, Reason};
use crate::parquet_file::ParquetFile;
use crate::{labels, prompt_form};
use foretell_core::{AnswerOrder, Pair, Question, TextId, count, counted};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Rows that are decoded at once.
const BATCH: usize = 1024;

/// Faulty cells that an error shows.
const SHOWN: usize = 5;

/// Reads the pairs of a file.
///
/// # Errors
/// [`DataError`] for a file that is not Parquet, lacks columns, holds what cannot be read, has one id
/// for two texts, ground truths that are no labels, or prompts that do not say how to reply.
pub(crate) fn load(path: &Path, cards: &Cards, options: &PairOptions) -> Result<Import, DataError> {
    read(path, cards, options, true).map(|(import, _)| import)
}

/// Reads the pairs of a file that are valid, and gives the faulty cells of the others.
///
/// # Errors
/// As [`load`], but for faulty cells.
pub(crate) fn load_valid(
    path: &Path,
    cards: &Cards,
    options: &PairOptions,
) -> Result<(Import, Vec<RowFault>), DataError> {
    let (import, faults) = read(path, cards, options, false)?;
    let as_row = |fault: CellFault| RowFault {
        row: fault.row,
        line: None,
        kind: FaultKind::BadValue,
        column: Some(fault.column),
        value: String::new(),
        reason: fault.fault,
    };
    Ok((import, faults.into_iter().map(as_row).collect()))
}

/// The columns of a Parquet file.
///
/// # Errors
/// [`DataError::Io`], [`DataError::NotParquet`] and [`DataError::Parquet`].
pub(crate) fn column_names(path: &Path) -> Result<Vec<String>, DataError> {
    let ParquetFile { path, file, .. } = ParquetFile::open(path)?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)
        .map_err(|fault| parquet_fault(&path, fault))?;
    Ok(builder.schema().fields().iter().map(|field| field.name().clone()).collect())
}

fn read(
    path: &Path,
    cards: &Cards,
    options: &PairOptions,
    strict: bool,
) -> Result<(Import, Vec<CellFault>), DataError> {
    let file = ParquetFile::open(path)?;
    let source_name = path.display().to_string();
    let digest = file.digest.clone();
    let (columns, batches) = open(file, options.reprompt)?;
    let mut reading = Reading {
        columns: &columns,
        sources: Sources { cards, digest, known: BTreeMap::new() },
        reprompt: options.reprompt,
        collection: Collection::default(),
        faults: Vec::new(),
        rows: 0,
        contradicted: 0,
    };
    for batch in batches {
        let fault = |fault: String| parquet_fault(path, ParquetError::ArrowError(fault));
        reading.add(&batch.map_err(|error| fault(error.to_string()))?);
    }
    let Reading { mut collection, rows, contradicted, mut faults, .. } = reading;
    if strict && !faults.is_empty() {
        let more = faults.len().saturating_sub(SHOWN);
        faults.truncate(SHOWN);
        return Err(DataError::Cells { path: path.to_owned(), shown: faults, more });
    }
    collection.check()?;
    let told = labels::assign(&mut collection, cards, options.labels.as_deref(), &source_name)?;
    let imported = prompt_form::check(&collection, &source_name)?;
    let mut notes = notes(&columns, &collection, cards);
    notes.extend(told);
    notes.extend(prompt_notes(imported, &collection, options.reprompt));
    if contradicted > 0 && !options.reprompt {
        notes.push(format!(
            "{} {} a prompt that asks in another order than the row says",
            counted(contradicted, "row"),
            if contradicted == 1 { "has" } else { "have" }
        ));
    }
    let source = format!("{source_name} (wide layout)");
    Ok((Import { collection, source, rows, notes }, faults))
}

fn parquet_fault(path: &Path, fault: ParquetError) -> DataError {
    DataError::Parquet { path: path.to_owned(), fault }
}

fn open(
    file: ParquetFile,
    reprompt: bool,
) -> Result<(Columns, ParquetRecordBatchReader), DataError> {
    let ParquetFile { path, file, .. } = file;
    let fault = |fault| parquet_fault(&path, fault);
    // Without the writer's own hints a column has one of a few plain types.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder =
        ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map_err(fault)?;
    let columns = Columns::of(builder.schema(), reprompt, &path)?;
    // Replies and traces, most of such a file, are not read.
    let positions = columns.positions(builder.schema());
    let mask = ProjectionMask::roots(builder.parquet_schema(), positions);
    let batches = builder.with_projection(mask).with_batch_size(BATCH).build().map_err(fault)?;
    Ok((columns, batches))
}

/// The hash of each dataset's card with the file.
struct Sources<'a> {
    cards: &'a Cards,
    digest: Vec<u8>,
    known: BTreeMap<String, String>,
}

impl Sources<'_> {
    fn of(&mut self, dataset: &str) -> String {
        if let Some(source) = self.known.get(dataset) {
            return source.clone();
        }
        let source = self.cards.source(dataset, &self.digest);
        self.known.insert(dataset.to_owned(), source.clone());
        source
    }
}

/// A file, half read.
struct Reading<'a> {
    columns: &'a Columns,
    sources: Sources<'a>,
    reprompt: bool,
    collection: Collection,
    faults: Vec<CellFault>,
    rows: u64,
    contradicted: u64,
}

impl Reading<'_> {
    fn add(&mut self, batch: &arrow_array::RecordBatch) {
        for at in 0..batch.num_rows() {
            let mut reader = RowReader {
                columns: self.columns,
                batch,
                start: self.rows,
                faults: &mut self.faults,
            };
            if let Some(row) = reader.read(at) {
                self.add_row(row, self.rows + at as u64);
            }
        }
        self.rows += batch.num_rows() as u64;
    }

    fn add_row(&mut self, row: Row, number: u64) {
        let pair_id = row.pair_id();
        if row.misses_text() {
            let known = self.collection.knows(&pair_id);
            let reason = if known { Reason::RepeatedPair } else { Reason::MissingText };
            return self.collection.leave_out(reason, number, &pair_id);
        }
        self.contradicted += u64::from(row.contradicted);
        let source = self.sources.of(&row.dataset);
        let Row { dataset, sides, order, distance, generator, method, .. } = row;
        let [original, counterfactual] =
            sides.map(|side| question(side, &dataset, &source, order, self.reprompt));
        let pair = Pair {
            pair_id,
            dataset,
            original_id: original.question_id.clone(),
            counterfactual_id: counterfactual.question_id.clone(),
            original_row: original.row,
            counterfactual_row: counterfactual.row,
            original_text_id: original.text_id.clone(),
            counterfactual_text_id: counterfactual.text_id.clone(),
            answer_order: order,
            distance,
            changed: Vec::new(),
            generator,
            method,
            generator_reply_key: None,
            cue_label: None,
        };
        self.collection.add(original, counterfactual, pair, number);
    }
}

fn question(
    side: Side,
    dataset: &str,
    source: &str,
    order: AnswerOrder,
    reprompt: bool,
) -> Question {
    let text = side.text.expect("rows that miss a text are left out before");
    let prompt = side.prompt.filter(|_| !reprompt);
    let (prompt_first, prompt_last) = match order {
        AnswerOrder::First => (prompt, None),
        AnswerOrder::Last => (None, prompt),
    };
    Question {
        question_id: side.id,
        text_id: TextId::of(dataset, &text),
        dataset: dataset.to_owned(),
        source: source.to_owned(),
        row: side.row,
        text,
        labels: Vec::new(),
        options: side.options,
        ground_truth: side.truth,
        features: Vec::new(),
        prompt_first,
        prompt_last,
    }
}

fn notes(columns: &Columns, collection: &Collection, cards: &Cards) -> Vec<String> {
    let mut notes = Vec::new();
    for (side, from) in columns.texts.into_iter().enumerate() {
        let missing = Part::Question.of(side);
        match from {
            TextFrom::Question => {}
            TextFrom::Description => notes.push(format!(
                "no column `{missing}`: the texts are those of `{}`",
                Part::Description.of(side)
            )),
            TextFrom::Name => notes.push(format!(
                "no column `{missing}`: each question is called by its id, and asked with its prompt"
            )),
        }
    }
    let datasets: BTreeSet<&str> =
        collection.questions.iter().map(|question| question.dataset.as_str()).collect();
    let strangers: Vec<String> = datasets
        .into_iter()
        .filter(|dataset| cards.get(dataset).is_none())
        .map(|dataset| format!("`{dataset}`"))
        .collect();
    if !strangers.is_empty() {
        notes.push(format!("no card for {}: the neutral one serves", strangers.join(", ")));
    }
    notes
}

fn prompt_notes(imported: usize, collection: &Collection, reprompt: bool) -> Option<String> {
    let pairs = collection.pairs.len();
    if reprompt {
        Some(
            "reference prompts of the file, if any, are dropped: the project's own are rendered"
                .to_owned(),
        )
    } else if imported == pairs && pairs > 0 {
        Some("references are asked with the prompts of the file (`--reprompt` renders the project's own)".to_owned())
    } else if imported > 0 {
        Some(format!(
            "{} of {} {} asked with the prompts of the file, the others with the project's own",
            count(imported as u64),
            counted(pairs as u64, "pair"),
            if imported == 1 { "is" } else { "are" }
        ))
    } else {
        None
    }
}
