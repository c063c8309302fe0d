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
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, new_null_array};
use foretell_core::Outcome;
use foretell_tables::{CountRow, Writer, schema_of};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::repeat_n;
use std::path::Path;
use std::sync::Arc;

/// What observations agree in that are counted in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Place {
    /// Number of the treated arm.
    arm: u16,
    /// Number of the pair.
    pair: u32,
    /// Repeats of an observation; none where the target is missing.
    repeats: u32,
    /// Those in which both guesses are answered.
    complete: u32,
}

/// Observations, and repeats by what both guesses are.
type Sums = (u32, [u32; 9]);

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
    /// One reference is held at a time by each thread, so that runs may be larger than memory; the
    /// table depends on neither.
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

    /// Writes the counts of parts one after the other, unless two are about one reference.
    fn write_parts(
        &self,
        parts: &[Vec<PredictionFile>],
        known: &KnownModels,
        path: &Path,
    ) -> Result<Option<u64>, AnalysisError> {
        let mut writer = Writer::<CountRow>::create(path)?;
        let (mut written, mut seen) = (0, BTreeSet::new());
        for at_once in parts.chunks(rayon::current_num_threads()) {
            let counted: Vec<_> =
                at_once.par_iter().map(|files| self.count_files(files, known)).collect();
            for counted in counted {
                let (batches, references) = counted?;
                if !references.into_iter().all(|name| seen.insert(name)) {
                    return Ok(None);
                }
                for batch in batches {
                    written += batch.num_rows() as u64;
                    writer.push_batch(&batch)?;
                }
            }
        }
        writer.finish()?;
        Ok(Some(written))
    }

    /// The counts of some tables, and the references that they are about.
    fn count_files(
        &self,
        files: &[PredictionFile],
        known: &KnownModels,
    ) -> Result<(Vec<RecordBatch>, BTreeSet<Arc<str>>), AnalysisError> {
        let guesses = Guesses::read(files, known)?;
        let references = guesses.references();
        Ok((self.batches(guesses.into()), references))
    }

    /// The counts of some guesses, a batch of rows a group; sorted by group, arm and pair.
    fn batches(&self, guesses: Arc<Guesses>) -> Vec<RecordBatch> {
        let against = &self.contrast.against;
        let arms: Vec<Arc<str>> = match self.keys.contains(&GroupKey::Arm) {
            true => guesses.arms.iter().filter(|arm| ***arm != **against).cloned().collect(),
            false => vec![self.contrast.arm.as_str().into()],
        };
        let arms: Vec<&str> = arms.iter().map(|arm| &**arm).collect();
        let observations = Observations::of_arms(guesses, &arms, against, &self.selection);
        let keys: Vec<GroupKey> =
            self.keys.iter().filter(|key| **key != GroupKey::Arm).copied().collect();
        let groups = observations.groups(&keys).into_par_iter();
        let batches = groups.map(|group| {
            let values: Vec<(GroupKey, &str)> =
                keys.iter().copied().zip(group.values.iter().map(|value| &**value)).collect();
            batch(&observations, &values, &counted(&observations, &group.members))
        });
        batches.collect()
    }
}

/// Observations of one group by place, ascending.
fn counted(observations: &Observations, members: &[Observation]) -> Vec<(Place, Sums)> {
    let mut entries: Vec<(Place, Sums)> = Vec::new();
    let mut panel = 0;
    for of_subject in observations.by_subject(members) {
        for observation in of_subject {
            let (place, cells) = repeats_of(observations, observation);
            // Predictors of one answer mostly have the same place: few entries are left to sort.
            match entries[panel..].iter_mut().find(|(known, _)| *known == place) {
                Some((_, sums)) => add(sums, (1, cells)),
                None => entries.push((place, (1, cells))),
            }
        }
        panel = entries.len();
    }
    entries.sort_by_key(|(place, _)| *place);
    let mut counted: Vec<(Place, Sums)> = Vec::with_capacity(entries.len());
    for (place, sums) in entries {
        match counted.last_mut() {
            Some((last, known)) if *last == place => add(known, sums),
            _ => counted.push((place, sums)),
        }
    }
    counted
}

/// Where an observation is counted, and its repeats by what both guesses are.
fn repeats_of(observations: &Observations, observation: &Observation) -> (Place, [u32; 9]) {
    let subject = &observations.guesses.subjects[observation.subject as usize];
    let mut cells = [0; 9];
    if subject.target_outcome != Outcome::Answered {
        return (Place { arm: observation.arm, pair: subject.pair, ..Place::default() }, cells);
    }
    let slots = observations.slots(observation);
    for slot in slots {
        let [treated, baseline] =
            [slot.treated, slot.baseline].map(|at| state_of(observations.guess(at)));
        cells[3 * treated + baseline] += 1;
    }
    let (repeats, complete) = (slots.len() as u32, observation.complete());
    (Place { arm: observation.arm, pair: subject.pair, repeats, complete }, cells)
}

fn add((count, cells): &mut Sums, (more, others): Sums) {
    *count += more;
    cells.iter_mut().zip(others).for_each(|(sum, cell)| *sum += cell);
}

/// Counts as rows of the table, with the values that their group columns have.
fn batch<'a>(
    observations: &'a Observations,
    values: &[(GroupKey, &str)],
    counted: &[(Place, Sums)],
) -> RecordBatch {
    let guesses = &*observations.guesses;
    let pair = |place: Place| &guesses.pairs[place.pair as usize];
    let texts = |text: &dyn Fn(Place) -> &'a Arc<str>| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(counted.iter().map(|(place, _)| text(*place))))
    };
    let same = |text: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(repeat_n(text, counted.len())))
    };
    let numbers = |number: &dyn Fn(&(Place, Sums)) -> u32| -> ArrayRef {
        let numbers = counted.iter().map(|row| i64::from(number(row)));
        Arc::new(Int64Array::from_iter_values(numbers))
    };
    let text_id = |text: u32| guesses.text(guesses.texts[text as usize].id);
    let schema = schema_of::<CountRow>();
    let columns = schema.fields().iter().map(|field| match field.name().as_str() {
        "arm" => texts(&|place| &guesses.arms[usize::from(place.arm)]),
        "against" => same(&observations.against),
        "dataset" => texts(&|place| guesses.text(pair(place).dataset)),
        "pair_id" => texts(&|place| guesses.text(pair(place).id)),
        "original_text_id" => texts(&|place| text_id(pair(place).original)),
        "counterfactual_text_id" => texts(&|place| text_id(pair(place).counterfactual)),
        "repeats" => numbers(&|(place, _)| place.repeats),
        "complete" => numbers(&|(place, _)| place.complete),
        "observations" => numbers(&|(_, sums)| sums.0),
        name => match CELLS.iter().position(|cell| *cell == name) {
            Some(cell) => numbers(&|(_, sums)| sums.1[cell]),
            None => match values.iter().find(|(key, _)| key.as_str() == name) {
                Some((_, value)) => same(value),
                None => new_null_array(field.data_type(), counted.len()),
            },
        },
    });
    let columns = columns.collect();
    RecordBatch::try_new(schema, columns).expect("columns of the table's own schema")
}

/// The columns of repeats by what both guesses are, in the order of [`cells`].
const CELLS: [&str; 9] = [
    "both_right",
    "only_treated",
    "right_missing",
    "only_baseline",
    "neither",
    "wrong_missing",
    "missing_right",
    "missing_wrong",
    "both_missing",
];

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
