//! The table of a judge: what it says now takes the place of what it said of the same before.

use crate::error::{ModelsError, StudyError};
use crate::folder::Frozen;
use crate::models::Model;
use foretell_core::{Pair, PairId};
use foretell_tables::{ScoreRow, read, write};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Puts `rows`, the verdicts of a kind on these references and pairs, into the table at `path`. All
/// else that it holds stays: other kinds, references and pairs.
///
/// # Errors
/// [`ModelsError::NameTaken`] where the table is that of another judge.
pub(crate) fn merge(
    path: &Path,
    frozen: &Frozen,
    judge: &Model,
    kind: &str,
    references: &[&str],
    pairs: &[&Pair],
    rows: Vec<ScoreRow>,
) -> Result<(), StudyError> {
    let mut all = read_own(path, judge)?;
    let pairs: HashSet<&PairId> = pairs.iter().map(|pair| &pair.pair_id).collect();
    all.retain(|row| {
        let of = row.reference.as_deref();
        let is_asked = of.is_some_and(|own| references.contains(&own));
        !(row.kind == kind && is_asked && pairs.contains(&row.pair_id))
    });
    all.extend(rows);
    sort(&mut all, frozen);
    Ok(write(path, all)?)
}

/// What the table holds so far.
pub(crate) fn read_own(path: &Path, judge: &Model) -> Result<Vec<ScoreRow>, StudyError> {
    let rows: Vec<ScoreRow> = if path.exists() { read(path)? } else { Vec::new() };
    match rows.iter().find(|row| row.judge != judge.spec.name) {
        None => Ok(rows),
        // Two names may be one as the name of a file.
        Some(other) => Err(StudyError::Models(ModelsError::NameTaken {
            name: judge.spec.name.clone(),
            first: other.judge.clone(),
            second: judge.spec.to_string(),
        })),
    }
}

/// By kind, reference, pair and feature, the last two in the order of the run: the same table in
/// whatever order it came about.
fn sort(rows: &mut [ScoreRow], frozen: &Frozen) {
    let places: HashMap<&PairId, usize> =
        frozen.pairs.iter().enumerate().map(|(at, pair)| (&pair.pair_id, at)).collect();
    rows.sort_by_cached_key(|row| {
        let place = places.get(&row.pair_id).copied();
        let feature = place.zip(row.feature.as_ref()).and_then(|(at, feature)| {
            frozen.pairs[at].changed.iter().position(|own| own == feature)
        });
        let unknown = place.is_none().then(|| row.pair_id.clone());
        let place = place.unwrap_or(usize::MAX);
        (row.kind.clone(), row.reference.clone(), place, unknown, feature)
    });
}
