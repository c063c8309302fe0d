//! Counts as a table ([`CountRow`]): made here from observations, and elsewhere by the same rules as SQL.

use crate::contrast::Contrast;
use crate::error::AnalysisError;
use crate::folder::{PredictionFile, prediction_files, require_arms};
use crate::group::GroupKey;
use crate::guesses::Guesses;
use crate::model::KnownModels;
use crate::observation::{Observation, Observations};
use crate::pair_row::state_of;
use crate::selection::Selection;
use foretell_core::Outcome;
use foretell_tables::{CountRow, Writer};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What observations of one pair agree in that are counted in one row: number of the arm and of the
/// pair, repeats, and complete ones among them.
type Place = (u16, u32, u64, u64);

/// Observations, and repeats by what both guesses are.
type Sums = (u64, [u64; 9]);

/// What of runs is counted into a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CountRequest {
    /// The arms compared.
    pub contrast: Contrast,
    /// The group columns that are filled. By [`GroupKey::Arm`], every arm is counted against the
    /// baseline.
    pub keys: Vec<GroupKey>,
    /// What of the guesses is counted.
    pub selection: Selection,
}

impl CountRequest {
    /// Counts runs and writes the counts as one table; gives the number of rows.
    ///
    /// The guesses of one reference are held at a time, so that runs may be larger than memory.
    ///
    /// # Errors
    /// [`AnalysisError`] names the run or the file, and the pair where there is one.
    pub fn write(&self, runs: &[&Path], path: &Path) -> Result<u64, AnalysisError> {
        let files = self.files(runs)?;
        let known = KnownModels::read(runs)?;
        let mut references: BTreeMap<&str, Vec<PredictionFile>> = BTreeMap::new();
        for file in &files {
            references.entry(&file.reference).or_default().push(file.clone());
        }
        let references: Vec<Vec<PredictionFile>> = references.into_values().collect();
        match self.write_parts(&references, &known, path)? {
            Some(rows) => Ok(rows),
            // Two folders about one reference may hold the same guess: only together do they tell.
            None => Ok(self.write_parts(&[files], &known, path)?.unwrap_or_default()),
        }
    }

    fn files(&self, runs: &[&Path]) -> Result<Vec<PredictionFile>, AnalysisError> {
        let Contrast { arm, against } = &self.contrast;
        self.contrast.check()?;
        let mut files = prediction_files(runs)?;
        if self.keys.contains(&GroupKey::Arm) {
            require_arms(&files, runs, [against, against])?;
        } else {
            require_arms(&files, runs, [arm, against])?;
            files.retain(|file| [arm, against].contains(&&file.arm));
        }
        Ok(files)
    }

    /// Writes parts one after the other, unless two of them are about one reference.
    fn write_parts(
        &self,
        parts: &[Vec<PredictionFile>],
        known: &KnownModels,
        path: &Path,
    ) -> Result<Option<u64>, AnalysisError> {
        let mut writer = Writer::<CountRow>::create(path)?;
        let (mut written, mut seen) = (0, BTreeSet::new());
        for files in parts {
            let guesses = Arc::new(Guesses::read(files, known)?);
            let references: BTreeSet<u32> = guesses.subjects.iter().map(|s| s.reference).collect();
            for reference in references {
                if !seen.insert(Arc::clone(&guesses.models[reference as usize].name)) {
                    return Ok(None);
                }
            }
            for row in self.rows(guesses) {
                writer.push(row)?;
                written += 1;
            }
        }
        writer.finish()?;
        Ok(Some(written))
    }

    /// The rows of some guesses, sorted by group, arm and pair.
    #[must_use]
    pub fn rows(&self, guesses: Arc<Guesses>) -> Vec<CountRow> {
        let against = &self.contrast.against;
        let arms: Vec<Arc<str>> = match self.keys.contains(&GroupKey::Arm) {
            true => guesses.arms.iter().filter(|arm| ***arm != **against).cloned().collect(),
            false => vec![self.contrast.arm.as_str().into()],
        };
        let arms: Vec<&str> = arms.iter().map(|arm| &**arm).collect();
        let observations = Observations::of_arms(guesses, &arms, against, &self.selection);
        let keys: Vec<GroupKey> =
            self.keys.iter().filter(|key| **key != GroupKey::Arm).copied().collect();
        let mut rows = Vec::new();
        for group in observations.groups(&keys) {
            let sums = counted(&observations, &group.members);
            rows.extend(sums.into_iter().map(|(place, sums)| {
                let mut row = row(&observations, place, sums);
                for (key, value) in keys.iter().zip(&group.values) {
                    fill(&mut row, *key, value);
                }
                row
            }));
        }
        rows
    }
}

fn counted(observations: &Observations, members: &[Observation]) -> BTreeMap<Place, Sums> {
    let mut counted: BTreeMap<Place, Sums> = BTreeMap::new();
    for observation in members {
        let subject = &observations.guesses.subjects[observation.subject as usize];
        let (mut repeats, mut complete, mut cells) = (0, 0, [0; 9]);
        if subject.target_outcome == Outcome::Answered {
            let slots = observations.slots(observation);
            for slot in slots {
                let [treated, baseline] =
                    [slot.treated, slot.baseline].map(|at| state_of(observations.guess(at)));
                cells[3 * treated + baseline] += 1;
            }
            (repeats, complete) = (slots.len() as u64, u64::from(observation.complete()));
        }
        let place = (observation.arm, subject.pair, repeats, complete);
        let (count, sums) = counted.entry(place).or_default();
        *count += 1;
        sums.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += cell);
    }
    counted
}

/// A row without values in its group columns.
fn row(observations: &Observations, place: Place, (count, cells): Sums) -> CountRow {
    let (arm, pair, repeats, complete) = place;
    let guesses = &observations.guesses;
    let pair = &guesses.pairs[pair as usize];
    let cells = cells.map(|cell| cell as i64);
    CountRow {
        arm: guesses.arms[usize::from(arm)].to_string(),
        against: observations.against.clone(),
        reference: None,
        model: None,
        family: None,
        effort: None,
        predictor: None,
        answer_order: None,
        distance: None,
        method: None,
        changed: None,
        dataset: guesses.text(pair.dataset).to_string(),
        pair_id: guesses.text(pair.id).to_string().into(),
        original_text_id: guesses.text_id(pair.original),
        counterfactual_text_id: guesses.text_id(pair.counterfactual),
        repeats: repeats as i64,
        complete: complete as i64,
        observations: count as i64,
        both_right: cells[0],
        only_treated: cells[1],
        right_missing: cells[2],
        only_baseline: cells[3],
        neither: cells[4],
        wrong_missing: cells[5],
        missing_right: cells[6],
        missing_wrong: cells[7],
        both_missing: cells[8],
    }
}

/// Repeats by what both guesses are, in the order of slots: the treated guess right, wrong, missing,
/// and within these the baseline.
pub(crate) fn cells(row: &CountRow) -> [i64; 9] {
    [
        row.both_right,
        row.only_treated,
        row.right_missing,
        row.only_baseline,
        row.neither,
        row.wrong_missing,
        row.missing_right,
        row.missing_wrong,
        row.both_missing,
    ]
}

fn fill(row: &mut CountRow, key: GroupKey, value: &str) {
    let column = match key {
        GroupKey::Reference => &mut row.reference,
        GroupKey::Model => &mut row.model,
        GroupKey::Family => &mut row.family,
        GroupKey::Effort => &mut row.effort,
        GroupKey::Predictor => &mut row.predictor,
        GroupKey::AnswerOrder => &mut row.answer_order,
        GroupKey::Distance => &mut row.distance,
        GroupKey::Method => &mut row.method,
        GroupKey::Changed => &mut row.changed,
        // Columns that are filled whatever is counted by.
        GroupKey::Dataset | GroupKey::Arm => return,
    };
    *column = Some(value.to_owned());
}
