//! Reading a file in whatever layout it has.

use super::assemble::{Assembled, Setting, assemble};
use super::delivered::Imported;
use super::fault::{FaultKind, RowFault, count_kinds};
use super::field::{Field, ImportColumns};
use super::layout::{self, BbqPairs, Layout};
use super::rows::Columns;
use super::sheet::Sheet;
use super::{bbq, table};
use crate::cards::Cards;
use crate::collection::Collection;
use crate::error::DataError;
use crate::load::Import;
use crate::pair_set::{ImportReport, PairOptions, Reason};
use crate::parquet_file::{Looks, ParquetFile, looks_of};
use crate::question_set::originals;
use crate::wide;
use foretell_core::{PairId, Question, QuestionId, counted};
use foretell_tables::{PairRow, PairTextRow, QuestionRow, Table, TableError};
use std::collections::HashMap;
use std::path::Path;

/// Faults that an error shows.
const SHOWN: usize = 3;

/// How a file is to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportRequest {
    /// The layout; `None` tells it from the columns.
    pub layout: Option<Layout>,
    /// What the column flags say.
    pub columns: ImportColumns,
    /// Which items of BBQ become pairs.
    pub bbq_pairs: BbqPairs,
    /// What stands between two cells of a CSV; `None` guesses.
    pub delimiter: Option<u8>,
    /// Where ground truths that are positions of options begin: 0 or 1.
    pub answers_from: usize,
    /// Whether reference prompts that the file brings are dropped.
    pub reprompt: bool,
}

/// Reads a file of pairs or of questions, and keeps every row that is valid.
///
/// # Errors
/// [`DataError`] where the file as a whole cannot be read: no table, no columns, no labels, or a
/// wide layout that contradicts itself. Rows at fault are no error: they stand in
/// [`Imported::faults`].
///
/// # Examples
/// ```
/// use foretell_data::{Cards, ImportRequest, import};
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("tides.csv");
/// std::fs::write(&path, "question,counterfactual,labels\nIs it high?,Is it low?,YES|NO\nIs it?,,\n")?;
/// let read = import(&path, &Cards::embedded(), &ImportRequest::default())?;
/// assert_eq!(read.pairs.len(), 1);
/// assert_eq!(read.pairs[0].pair_id.as_str(), "tides/0>1:first");
/// assert_eq!(read.faults[0].to_string(), "line 3, column `counterfactual`: the cell is empty");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn import(path: &Path, cards: &Cards, request: &ImportRequest) -> Result<Imported, DataError> {
    let layout = match request.layout {
        Some(layout) => Some(layout),
        None => own_layout(path, &request.columns)?,
    };
    let labels = request.columns.get(Field::Labels).map(crate::import::cells::split);
    let options = PairOptions { reprompt: request.reprompt, labels, ..PairOptions::default() };
    match layout {
        Some(Layout::Wide) => {
            let (import, faults) = wide::load_valid(path, cards, &options)?;
            Ok(gathered(import, faults, Layout::Wide))
        }
        Some(Layout::Table) => {
            Ok(gathered(table::load(path, &options)?, Vec::new(), Layout::Table))
        }
        layout => {
            let (imported, _) = read_sheet(path, cards, request, layout, |_| true)?;
            Ok(imported)
        }
    }
}

/// The wide layout and the project's own tables, which are Parquet and told by more than a column.
fn own_layout(path: &Path, given: &ImportColumns) -> Result<Option<Layout>, DataError> {
    match table_name(path)?.as_deref() {
        Some(PairTextRow::NAME) => return Ok(Some(Layout::Table)),
        Some(name @ (QuestionRow::NAME | PairRow::NAME)) => {
            return Err(DataError::Sheet {
                path: path.to_owned(),
                fault: format!("this is the table `{name}` of a folder of pairs"),
                help: "name its folder, in which both tables lie".to_owned(),
            });
        }
        _ => {}
    }
    let flagged =
        given.get(Field::Question).is_some() || given.get(Field::Counterfactual).is_some();
    Ok((!flagged && is_wide_file(path)?).then_some(Layout::Wide))
}

/// Which of the project's own tables a file is, if it is one.
pub(crate) fn table_name(path: &Path) -> Result<Option<String>, DataError> {
    if looks_of(path)? != Looks::Parquet {
        return Ok(None);
    }
    // The file as a whole first: the reader of tables takes each for one of a run.
    drop(ParquetFile::open(path)?);
    foretell_tables::table_name(path).map_err(|error| match error {
        TableError::Parquet { path, fault } => DataError::Parquet { path, fault },
        error => error.into(),
    })
}

/// Whether a file is Parquet and has columns of the wide layout.
pub(crate) fn is_wide_file(path: &Path) -> Result<bool, DataError> {
    Ok(looks_of(path)? == Looks::Parquet && layout::is_wide(&wide::column_names(path)?))
}

fn read_sheet(
    path: &Path,
    cards: &Cards,
    request: &ImportRequest,
    layout: Option<Layout>,
    needs_labels: fn(Layout) -> bool,
) -> Result<(Imported, Vec<u64>), DataError> {
    let sheet = Sheet::open(path, request.delimiter)?;
    let names_counterfactual = request.columns.get(Field::Counterfactual).is_some();
    let layout = layout.unwrap_or_else(|| layout::recognise(&sheet, names_counterfactual));
    let source_name = path.display().to_string();
    let (mut faults, mut notes) = (sheet.broken.clone(), Vec::new());
    let (drafts, read_as) = if layout == Layout::Bbq {
        let pairs = request.bbq_pairs;
        let drafts = bbq::drafts(&sheet, &request.columns, pairs, &mut faults, &mut notes);
        (drafts, String::new())
    } else {
        let columns = Columns::of(&sheet, &request.columns, layout)?;
        let mut drafts = Vec::new();
        for record in &sheet.records {
            match columns.draft(record) {
                Ok(draft) => drafts.push(draft),
                Err(fault) => faults.push(fault),
            }
        }
        let described = columns.described();
        notes.extend(columns.notes);
        (drafts, described)
    };
    let setting = Setting {
        cards,
        digest: &sheet.digest,
        source_name: &source_name,
        answers_from: request.answers_from,
        needs_labels: needs_labels(layout),
    };
    let Assembled { questions, pairs, rows, notes: more } = if drafts.is_empty() {
        Assembled::default()
    } else {
        assemble(drafts, &setting, &mut faults)?
    };
    notes.extend(more);
    if !read_as.is_empty() {
        notes.insert(0, read_as);
    }
    faults.sort_by_key(|fault| fault.row);
    let source = format!("{source_name} ({}, {layout})", sheet.format);
    let imported = Imported { layout, source, rows: sheet.rows(), questions, pairs, faults, notes };
    Ok((imported, rows))
}

/// What was read by a reader of its own.
fn gathered(import: Import, mut faults: Vec<RowFault>, layout: Layout) -> Imported {
    let Import { mut collection, source, rows, notes } = import;
    let left_out = collection.take_left_out();
    for left in left_out {
        let kind = match left.reason {
            Reason::SameText => FaultKind::SameText,
            Reason::RepeatedPair => FaultKind::Repeated,
            Reason::MissingText => FaultKind::MissingCell,
        };
        for (row, pair) in left.rows.iter().zip(&left.pair_ids) {
            faults.push(RowFault {
                row: *row,
                line: None,
                kind,
                column: None,
                value: pair.clone(),
                reason: format!("the row {}", left.reason),
            });
        }
    }
    faults.sort_by_key(|fault| fault.row);
    let Collection { questions, pairs, .. } = collection;
    Imported { layout, source, rows, questions, pairs, faults, notes }
}

/// Reads a file that a study is to ask about: its rows have to be valid, or no pairs at all.
///
/// # Errors
/// [`DataError::RowFaults`] counts rows at fault; else as [`import`].
pub(crate) fn load(path: &Path, cards: &Cards, options: &PairOptions) -> Result<Import, DataError> {
    match own_layout(path, &ImportColumns::default())? {
        Some(Layout::Table) => return table::load(path, options),
        Some(Layout::Wide) => return wide::load(path, cards, options),
        _ => {}
    }
    if looks_of(path)? == Looks::Parquet && !has_pairs(path)? {
        // Its message names the columns of the layout that such a file most likely was to have.
        return wide::load(path, cards, options);
    }
    let (imported, rows) =
        read_sheet(path, cards, &request_of(options), None, |layout| layout != Layout::Questions)
            .map_err(by_import)?;
    if imported.layout == Layout::Questions {
        return Err(DataError::Sheet {
            path: path.to_owned(),
            fault: "it holds questions and no counterfactuals".to_owned(),
            help: format!(
                "a study asks about pairs. A model writes counterfactuals: `foretell pairs generate --from \
                 {0} --model MODEL --out generated`; hints beside the same questions: `foretell pairs cue \
                 --from {0} --cue authority --toward random --out cued`; a column that holds them is named \
                 with `foretell pairs import {0} --counterfactual COLUMN --out {1}`",
                path.display(),
                path.with_extension("parquet").display()
            ),
        });
    }
    as_import(path, imported, rows)
}

/// Of columns that are not found where no flag names any: the command that has such flags.
fn by_import(error: DataError) -> DataError {
    match error {
        DataError::NoColumn { path, missing, has, .. } => {
            let help = format!(
                "`foretell pairs import {} --question COLUMN --counterfactual COLUMN --out {}` names the \
                 columns (without a counterfactual: questions), and writes what can be used here",
                path.display(),
                path.with_extension("parquet").display()
            );
            DataError::NoColumn { path, missing, has, help }
        }
        other => other,
    }
}

/// The request of a study, which has no flags for columns.
fn request_of(options: &PairOptions) -> ImportRequest {
    let columns = match &options.labels {
        Some(labels) => ImportColumns::default().with_constant(Field::Labels, labels.join("|")),
        None => ImportColumns::default(),
    };
    ImportRequest { columns, reprompt: options.reprompt, ..ImportRequest::default() }
}

/// Whether a Parquet file holds pairs under the usual names.
fn has_pairs(path: &Path) -> Result<bool, DataError> {
    let names = wide::column_names(path)?;
    let usual = Field::Counterfactual.names();
    Ok(names.iter().any(|name| usual.contains(&name.as_str())))
}

fn as_import(path: &Path, imported: Imported, rows: Vec<u64>) -> Result<Import, DataError> {
    let Imported { source, rows: rows_read, questions, pairs, faults, notes, .. } = imported;
    let harmless = check(path, faults)?;
    let mut collection = Collection::default();
    let known: HashMap<QuestionId, Question> =
        questions.into_iter().map(|question| (question.question_id.clone(), question)).collect();
    for (pair, row) in pairs.into_iter().zip(rows) {
        let [original, counterfactual] =
            [&pair.original_id, &pair.counterfactual_id].map(|id| known[id].clone());
        collection.add(original, counterfactual, pair, row);
    }
    for fault in harmless {
        let reason = match fault.kind {
            FaultKind::SameText => Reason::SameText,
            _ => Reason::RepeatedPair,
        };
        collection.leave_out(reason, fault.row, &PairId::from(fault.value));
    }
    Ok(Import { collection, source, rows: rows_read, notes })
}

/// The faults with which nothing is lost.
///
/// # Errors
/// [`DataError::RowFaults`] counts the others.
fn check(path: &Path, faults: Vec<RowFault>) -> Result<Vec<RowFault>, DataError> {
    let (harmless, mut grave): (Vec<_>, Vec<_>) =
        faults.into_iter().partition(|fault| fault.kind.is_harmless());
    if grave.is_empty() {
        return Ok(harmless);
    }
    let said = |(kind, rows): (FaultKind, usize)| {
        format!("{}: {}", counted(rows as u64, "row"), kind.says())
    };
    let counts = count_kinds(&grave).into_iter().map(said).collect();
    let more = grave.len().saturating_sub(SHOWN);
    grave.truncate(SHOWN);
    Err(DataError::RowFaults { path: path.to_owned(), counts, shown: grave, more })
}

/// The questions of a file that is no table of the project's own: all of them, or the originals of
/// pairs. They may have no labels: a counterfactual can be written without.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_questions(
    path: &Path,
    cards: &Cards,
    options: &PairOptions,
) -> Result<(Vec<Question>, ImportReport), DataError> {
    let (mut imported, _) =
        read_sheet(path, cards, &request_of(options), None, |_| false).map_err(by_import)?;
    check(path, std::mem::take(&mut imported.faults))?;
    let Imported { source, rows, questions, pairs, notes, .. } = imported;
    let questions = if pairs.is_empty() { questions } else { originals(questions, &pairs) };
    Ok((questions, ImportReport { source, rows, notes, ..ImportReport::default() }))
}
