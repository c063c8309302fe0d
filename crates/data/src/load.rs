//! From what `--pairs` names to questions and pairs.

use crate::cards::Cards;
use crate::collection::Collection;
use crate::error::DataError;
use crate::pair_set::{ImportReport, PairOptions, PairSet};
use crate::table::check_raw_files;
use crate::{folder, import, natural, overlap, scenario};
use foretell_core::counted;
use foretell_core::nearest;
use std::path::Path;

/// The built-in datasets.
pub const BUILT_IN: [&str; 1] = [scenario::NAME];

/// What one source gave.
pub(crate) struct Import {
    pub(crate) collection: Collection,
    /// What was read, for people.
    pub(crate) source: String,
    pub(crate) rows: u64,
    pub(crate) notes: Vec<String>,
}

/// Reads the pairs that `specs` name, one after the other.
///
/// A spec is a dataset (`moral_machines`, or one whose card has a table), a file of pairs (CSV, JSONL or Parquet with columns
/// of the usual names, the wide layout, BBQ, or one that `foretell pairs` wrote), or a folder that holds
/// `questions.parquet` and `pairs.parquet`. A pair that an earlier source holds under the
/// same ids is left out; the same question in two sources is one question.
///
/// # Errors
/// [`DataError`] says what is wrong, where, and how to mend it; faults of one kind are reported
/// together.
///
/// # Examples
/// ```
/// use foretell_data::{Cards, PairOptions, load_pairs};
/// let options = PairOptions { scenarios: 500, ..PairOptions::default() };
/// let set = load_pairs(&["moral_machines".to_owned()], &Cards::embedded(), &options)?;
/// assert!(set.pairs.len() > 10);
/// assert_eq!(set.questions[0].labels, ["CASE 1", "CASE 2"]);
/// # Ok::<(), foretell_data::DataError>(())
/// ```
pub fn load_pairs(
    specs: &[String],
    cards: &Cards,
    options: &PairOptions,
) -> Result<PairSet, DataError> {
    if specs.is_empty() {
        return Err(DataError::NoSource);
    }
    check_raw_files(specs, cards, &options.raw)?;
    let mut all = Collection::default();
    let mut report = ImportReport::default();
    let mut sources = Vec::new();
    for spec in specs {
        let import = load_one(spec, cards, options)?;
        report.left_out.extend(all.absorb(import.collection));
        all.check()?;
        report.rows += import.rows;
        report.notes.extend(import.notes);
        sources.push(import.source);
    }
    report.source = sources.join("; ");
    report.notes.extend(overlap::notes(&all.questions, &all.pairs));
    if all.pairs.is_empty() {
        let left_out = report.left_out.iter().map(|left| left.rows.len() as u64).sum();
        return Err(DataError::NoPairs { source_name: report.source, rows: report.rows, left_out });
    }
    Ok(PairSet { questions: all.questions, pairs: all.pairs, report })
}

fn load_one(spec: &str, cards: &Cards, options: &PairOptions) -> Result<Import, DataError> {
    let path = Path::new(spec);
    if spec == scenario::NAME {
        let collection = scenario::load(cards, options)?;
        let published = if options.published { ", as published" } else { "" };
        let source = format!(
            "{spec}: {} from seed {}{published}",
            counted(u64::from(options.scenarios), "scenario"),
            options.seed
        );
        Ok(Import { collection, source, rows: u64::from(options.scenarios), notes: Vec::new() })
    } else if cards.get(spec).is_some_and(|card| card.tabular().is_some()) {
        natural::load(spec, cards, options)
    } else if path.is_dir() {
        let collection = folder::load(path, options)?;
        let rows = collection.rows_read();
        Ok(Import { collection, source: format!("{spec} (folder)"), rows, notes: Vec::new() })
    } else if path.exists() {
        import::load(path, cards, options)
    } else {
        Err(unknown(spec, cards))
    }
}

fn unknown(spec: &str, cards: &Cards) -> DataError {
    let known: Vec<&str> = BUILT_IN.into_iter().chain(cards.tables()).collect();
    let near = nearest(spec, known.iter().copied());
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    let card = cards
        .get(spec)
        .map(|_| format!("; there is a card for `{spec}`, but its pairs have to come from a file"));
    let known = known.join(", ");
    let help = format!("the datasets are {known}{near}{}", card.unwrap_or_default());
    DataError::UnknownSpec { spec: spec.to_owned(), is_path: is_path(spec), help }
}

/// Whether a spec looks like the name of a file: with an extension, or in a folder.
fn is_path(spec: &str) -> bool {
    spec.contains(['/', '\\']) || Path::new(spec).extension().is_some()
}
