//! Counts that were made before, here or elsewhere, and the gains that they give.

use crate::contrast::Contrast;
use crate::count_rows::cells;
use crate::counts::{ClusterId, Counts};
use crate::error::AnalysisError;
use crate::gain::{GainRequest, GainTable};
use crate::group::GroupKey;
use crate::sheet::Sheet;
use foretell_tables::{CountRow, Reader, TableError};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

/// Columns of gains that a table of counts says nothing about: what became of a guess that is missing,
/// and how many answers those stand for that are.
const UNTOLD: [&str; 3] = ["left_out_detail", "targets_missing", "targets_missing_detail"];

/// Counts from tables ([`CountRow`]), by some keys.
///
/// # Examples
/// ```no_run
/// use foretell_analysis::{Counted, GainRequest, GroupKey};
/// use std::path::Path;
///
/// let by = vec![GroupKey::Reference];
/// let counted = Counted::read(&[Path::new("counts.parquet")], Some(&by), None)?;
/// print!("{}", counted.gains(&GainRequest::default())?.to_csv());
/// # Ok::<(), foretell_analysis::AnalysisError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Counted {
    /// Without what is counted of panels, which rows do not tell; so it is never handed out.
    counts: Counts,
    contrast: Contrast,
    /// Guesses that are missing although there is a target, by group.
    left_out: BTreeMap<Vec<Arc<str>>, u64>,
}

impl Counted {
    /// Reads tables of counts by `by`, or by reference where they were counted by it and nothing is
    /// asked for. Of several contrasts, `wanted` is taken.
    ///
    /// # Errors
    /// [`AnalysisError`] names the file, and the row where there is one: counts that do not add up, a
    /// key that was not counted by, several contrasts where one is needed.
    pub fn read(
        paths: &[&Path],
        by: Option<&[GroupKey]>,
        wanted: Option<&Contrast>,
    ) -> Result<Self, AnalysisError> {
        let mut adding = Adding::new(by, wanted);
        for path in paths {
            let mut number = 0;
            for rows in Reader::<CountRow>::from_elsewhere(path).map_err(not_counts)? {
                for row in rows? {
                    number += 1;
                    adding.take(&row).map_err(|(fault, help)| AnalysisError::Counts {
                        path: path.to_path_buf(),
                        fault: format!("row {number}: {fault}"),
                        help,
                    })?;
                }
            }
        }
        adding.finish(paths)
    }

    /// The arms that were counted.
    #[must_use]
    pub fn contrast(&self) -> &Contrast {
        &self.contrast
    }

    /// Estimates by group; `by`, `arm` and `against` of the request are those of the counts.
    ///
    /// # Errors
    /// [`AnalysisError::Level`].
    pub fn gain(&self, request: &GainRequest) -> Result<GainTable, AnalysisError> {
        let Contrast { arm, against } = self.contrast.clone();
        let by = self.counts.keys().to_vec();
        let mut table = self.counts.gain(&GainRequest { by, arm, against, ..request.clone() })?;
        for row in &mut table.rows {
            let values: Vec<Arc<str>> =
                row.group.iter().map(|value| value.as_str().into()).collect();
            row.left_out = self.left_out.get(&values).copied().unwrap_or_default();
        }
        Ok(table)
    }

    /// The same as a sheet, without the columns that counts do not tell.
    ///
    /// # Errors
    /// As [`Counted::gain`].
    pub fn gains(&self, request: &GainRequest) -> Result<Sheet, AnalysisError> {
        let mut sheet = self.gain(request)?.sheet();
        let told: Vec<bool> =
            sheet.columns.iter().map(|column| !UNTOLD.contains(&&*column.name)).collect();
        let mut at = told.iter();
        sheet.columns.retain(|_| *at.next().expect("one a column"));
        for row in &mut sheet.rows {
            let mut at = told.iter();
            row.retain(|_| *at.next().expect("one a column"));
        }
        if self.counts.keys().contains(&GroupKey::Changed) {
            sheet.notes.push(GroupKey::OVERLAP.to_owned());
        }
        Ok(sheet)
    }
}

/// A fault, and the way to mend it.
type Fault = (String, String);

/// Counts, while rows are added.
struct Adding<'a> {
    asked: Option<&'a [GroupKey]>,
    wanted: Option<&'a Contrast>,
    /// The keys that the first row is counted by.
    filled: Option<Vec<GroupKey>>,
    counts: Counts,
    left_out: BTreeMap<Vec<Arc<str>>, u64>,
    contrasts: BTreeSet<Contrast>,
    texts: HashSet<Arc<str>>,
}

impl<'a> Adding<'a> {
    fn new(asked: Option<&'a [GroupKey]>, wanted: Option<&'a Contrast>) -> Self {
        Self {
            asked,
            wanted,
            filled: None,
            counts: Counts::new(asked.unwrap_or_default()),
            left_out: BTreeMap::new(),
            contrasts: BTreeSet::new(),
            texts: HashSet::new(),
        }
    }

    fn take(&mut self, row: &CountRow) -> Result<(), Fault> {
        self.check_keys(row)?;
        let contrast = Contrast { arm: row.arm.clone(), against: row.against.clone() };
        let by_arm = self.counts.keys().contains(&GroupKey::Arm);
        let taken = self.wanted.is_none_or(|wanted| {
            wanted.against == contrast.against && (by_arm || wanted.arm == contrast.arm)
        });
        self.contrasts.insert(contrast);
        if !taken {
            return Ok(());
        }
        let cells = checked(row)?;
        let values = self.counts.keys().to_vec();
        let values: Vec<Arc<str>> =
            values.iter().map(|key| self.text(value(row, *key).unwrap_or_default())).collect();
        let missing = cells[2] + cells[5] + cells[6] + cells[7] + 2 * cells[8];
        *self.left_out.entry(values.clone()).or_default() += missing;
        let dataset = self.text(&row.dataset);
        let pair = [row.pair_id.as_str(), row.counterfactual_text_id.as_str()];
        let [pair, counterfactual] = pair.map(|text| self.text(text));
        let group = self.counts.groups.entry(values).or_default();
        if row.repeats == 0 {
            group.untargeted += row.observations as u64;
            return Ok(());
        }
        group.slots.add(row.repeats as u32, &cells);
        if row.complete > 0 {
            let scored = [cells[0], cells[1], cells[3], cells[4]];
            let cluster = ClusterId { dataset, text: row.original_text_id.clone() };
            let cluster = group.clusters.entry(cluster).or_default();
            cluster.scored.add(row.complete as u32, &scored);
            let of_pair = cluster.pairs.entry((pair, counterfactual)).or_default();
            of_pair.add(row.complete as u32, &scored);
        }
        Ok(())
    }

    /// One copy of each text: the same few stand in all rows.
    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&new));
        new
    }

    /// Refuses keys that the table is not counted by, and rows that are counted by others.
    fn check_keys(&mut self, row: &CountRow) -> Result<(), Fault> {
        let filled = |key: &GroupKey| value(row, *key).is_some();
        let all = GroupKey::ALL.into_iter().filter(filled);
        if let Some(known) = &self.filled {
            return match all.eq(known.iter().copied()) {
                true => Ok(()),
                false => Err((
                    "other group columns are null than in the rows before".to_owned(),
                    "fill the same columns in all rows, or analyse the files apart".to_owned(),
                )),
            };
        }
        let known: Vec<GroupKey> = all.collect();
        let by = self.asked.map_or_else(
            || known.iter().filter(|key| **key == GroupKey::Reference).copied().collect(),
            <[GroupKey]>::to_vec,
        );
        let listed = || known.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(", ");
        if let Some(key) = by.iter().find(|key| !known.contains(key)) {
            let help = format!("they are by {}; `--by` one of these", listed());
            return Err((format!("the counts are not by `{key}`"), help));
        }
        if known.contains(&GroupKey::Changed) && !by.contains(&GroupKey::Changed) {
            return Err((
                format!("counts by `changed` cannot be pooled: {}", GroupKey::OVERLAP),
                "add `changed` to `--by`, or count without it".to_owned(),
            ));
        }
        self.counts = Counts::new(&by);
        self.filled = Some(known);
        Ok(())
    }

    fn finish(mut self, paths: &[&Path]) -> Result<Counted, AnalysisError> {
        let path = paths.first().map(|path| path.to_path_buf()).unwrap_or_default();
        let found: Vec<String> = (self.contrasts.iter())
            .map(|contrast| format!("{} against {}", contrast.arm, contrast.against))
            .collect();
        let fault = |fault: &str, help: String| AnalysisError::Counts {
            path: path.clone(),
            fault: fault.to_owned(),
            help,
        };
        let by_arm = self.counts.keys().contains(&GroupKey::Arm);
        let contrast = match self.wanted {
            Some(wanted) => {
                let of =
                    |c: &Contrast| c.against == wanted.against && (by_arm || c.arm == wanted.arm);
                if !self.contrasts.is_empty() && !self.contrasts.iter().any(of) {
                    let what = format!("no counts of {} against {}", wanted.arm, wanted.against);
                    return Err(fault(&what, format!("there are {}", found.join(", "))));
                }
                wanted.clone()
            }
            None => {
                let baselines: BTreeSet<&str> =
                    self.contrasts.iter().map(|contrast| &*contrast.against).collect();
                if baselines.len() > 1 || (self.contrasts.len() > 1 && !by_arm) {
                    let help =
                        "choose one with `--arm` and `--against`, or a baseline and `--by arm`";
                    let what = format!("several contrasts: {}", found.join(", "));
                    return Err(fault(&what, help.to_owned()));
                }
                self.contrasts.first().cloned().unwrap_or_default()
            }
        };
        if self.counts.keys().is_empty() {
            // A table without rows still has an overall figure: one that is undefined.
            self.counts.groups.entry(Vec::new()).or_default();
        }
        Ok(Counted { counts: self.counts, contrast, left_out: self.left_out })
    }
}

/// The value of a key in a row, where it was counted by.
fn value(row: &CountRow, key: GroupKey) -> Option<&str> {
    match key {
        GroupKey::Reference => row.reference.as_deref(),
        GroupKey::Model => row.model.as_deref(),
        GroupKey::Family => row.family.as_deref(),
        GroupKey::Effort => row.effort.as_deref(),
        GroupKey::Dataset => Some(&row.dataset),
        GroupKey::Predictor => row.predictor.as_deref(),
        GroupKey::Arm => Some(&row.arm),
        GroupKey::AnswerOrder => row.answer_order.as_deref(),
        GroupKey::Distance => row.distance.as_deref(),
        GroupKey::Method => row.method.as_deref(),
        GroupKey::Changed => row.changed.as_deref(),
    }
}

/// The cells of a row, once they add up.
fn checked(row: &CountRow) -> Result<[u64; 9], Fault> {
    let cells = cells(row);
    let help = || "docs/formats.md says of the table `counts` what adds up to what".to_owned();
    let negative = cells.iter().any(|cell| *cell < 0) || row.observations < 0;
    if negative || row.complete < 0 || row.complete > row.repeats {
        return Err((
            "a count is negative, or more repeats are complete than there are".into(),
            help(),
        ));
    }
    let most = i64::from(u16::MAX);
    let (n, all) = (row.observations, cells.iter().sum::<i64>());
    let scored = cells[0] + cells[1] + cells[3] + cells[4];
    if row.repeats > most {
        return Err((format!("{} repeats of one guess", row.repeats), help()));
    }
    match (n.checked_mul(row.repeats), n.checked_mul(row.complete)) {
        (Some(repeats), Some(complete)) if (repeats, complete) == (all, scored) => {
            Ok(cells.map(|cell| cell as u64))
        }
        _ => Err((
            format!(
                "{n} observations of {} repeats, {} of them complete, are not {all} and {scored}",
                row.repeats, row.complete
            ),
            help(),
        )),
    }
}

/// A file that is no Parquet may be anything of the user's own: it is not theirs to delete.
fn not_counts(fault: TableError) -> AnalysisError {
    match fault {
        TableError::Parquet { path, fault } => AnalysisError::Counts {
            path,
            fault: format!("not a readable Parquet file: {fault}"),
            help:
                "counts are read from Parquet: `foretell analyze counts RUN --out counts.parquet` \
                   writes them, docs/scale-sql.md says how others do"
                    .to_owned(),
        },
        fault => fault.into(),
    }
}
