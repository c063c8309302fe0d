//! Reading a file: three threads decode questions, replies and guesses of the same rows at once.

use super::columns::Columns;
use super::error::WideError;
use arrow_array::RecordBatch;
use foretell_data::ParquetFile;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc;

/// Rows that are decoded at once.
const BATCH: usize = 4096;

/// Batches that wait for the thread which adds them up.
const AHEAD: usize = 2;

/// What a file says of itself, before its rows are read.
pub(super) struct Opened {
    metadata: ArrowReaderMetadata,
    pub(super) columns: Columns,
    /// Entries of the file's own metadata.
    pub(super) entries: HashMap<String, String>,
}

pub(super) fn damaged(path: &Path, fault: &dyn std::fmt::Display) -> WideError {
    WideError::Damaged { path: path.to_owned(), fault: fault.to_string() }
}

/// Reads the footer of a file and checks its columns.
pub(super) fn open(file: &ParquetFile) -> Result<Opened, WideError> {
    // Without the writer's own hints a column has one of a few plain types.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(&file.file, options)
        .map_err(|fault| damaged(&file.path, &fault))?;
    let columns = Columns::of(metadata.schema(), &file.path)?;
    let entries = metadata.metadata().file_metadata().key_value_metadata();
    let entries = entries.into_iter().flatten();
    let entries =
        entries.filter_map(|entry| Some((entry.key.clone(), entry.value.clone()?))).collect();
    Ok(Opened { metadata, columns, entries })
}

/// The same rows three times: their questions, replies and guesses.
pub(super) struct Rows {
    pub(super) questions: RecordBatch,
    pub(super) replies: RecordBatch,
    pub(super) guesses: RecordBatch,
}

/// Calls `take` with all rows of a file, in their order; its number is that of the first row.
pub(super) fn for_each(
    file: &ParquetFile,
    opened: &Opened,
    mut take: impl FnMut(&Rows, u64),
) -> Result<(), WideError> {
    let columns = &opened.columns;
    std::thread::scope(|scope| {
        let stream = |positions: &[usize]| -> mpsc::Receiver<Result<RecordBatch, WideError>> {
            let (sender, receiver) = mpsc::sync_channel(AHEAD);
            let positions = positions.to_vec();
            scope.spawn(move || {
                // A receiver that is gone has met a fault, which it tells.
                let _ = decode(file, opened, positions, &sender).or_else(|f| sender.send(Err(f)));
            });
            receiver
        };
        let [questions, replies, guesses] =
            [&columns.questions, &columns.replies, &columns.guesses].map(|list| stream(list));
        let mut row = 0;
        while let Ok(batch) = questions.recv() {
            let next = |stream: &mpsc::Receiver<_>| {
                stream
                    .recv()
                    .unwrap_or_else(|_| Err(damaged(&file.path, &"columns of unequal length")))
            };
            let rows =
                Rows { questions: batch?, replies: next(&replies)?, guesses: next(&guesses)? };
            take(&rows, row);
            row += rows.questions.num_rows() as u64;
        }
        Ok(())
    })
}

fn decode(
    file: &ParquetFile,
    opened: &Opened,
    positions: Vec<usize>,
    sender: &mpsc::SyncSender<Result<RecordBatch, WideError>>,
) -> Result<(), WideError> {
    let fault = |fault: &dyn std::fmt::Display| damaged(&file.path, fault);
    // A handle of its own: handles that are cloned share their place in the file.
    let handle = std::fs::File::open(&file.path).map_err(|f| fault(&f))?;
    let metadata = opened.metadata.clone();
    let mask = ProjectionMask::roots(metadata.parquet_schema(), positions);
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(handle, metadata);
    let batches =
        builder.with_projection(mask).with_batch_size(BATCH).build().map_err(|f| fault(&f))?;
    for batch in batches {
        if sender.send(Ok(batch.map_err(|f| fault(&f))?)).is_err() {
            break;
        }
    }
    Ok(())
}
