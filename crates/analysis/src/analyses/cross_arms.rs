//! Beside explanations of others: what placebos and rationales do for the same units.

use crate::analyses::cross::{less, sums};
use crate::analyses::cross_units::CrossUnit;
use crate::contrast::Contrast;
use crate::group::GroupKey;
use crate::grouping::grouped;
use crate::guesses::Guesses;
use crate::inference::{Figure, Inference};
use crate::prepared::Prepared;
use crate::request::Request;
use crate::sheet::{Cell, Column, Estimate, Kind, Sheet};
use rayon::prelude::*;
use std::collections::HashMap;

/// The arms that stand beside, with what a gain of each would mean.
const ARMS: [(&str, &str); 3] = [
    ("rationale", "a third model's explanation of the given answer: any plausible text"),
    (
        "shuffled",
        "the reference's explanation of another question: policy and format, not this case",
    ),
    ("filler", "neutral text of the same length: length alone"),
];

pub(crate) fn columns() -> Vec<Column> {
    let nsg = |name, says| Column::estimate(name, Kind::Signed, says);
    let mut columns = vec![
        Column::text("arm", "what the predictor was shown instead"),
        Column::count("units", "units of `cross` with a scored guess of this arm"),
        Column::count("clusters", "distinct original texts of them").wide(),
    ];
    columns.extend(nsg("nsg_arm", "NSG of the arm").map(|c| c.headed("NSG arm")));
    columns.extend(nsg("nsg_self", "NSG of own explanations on these units"));
    columns.extend(nsg("nsg_cross", "NSG of others' explanations on these units"));
    columns.extend(nsg("self_less_arm", "nsg_self - nsg_arm, paired"));
    columns.push(Column::new("self_less_arm_p", Kind::PValue, "of no difference").wide());
    columns.extend(nsg("cross_less_arm", "nsg_cross - nsg_arm, paired"));
    columns.push(Column::new("cross_less_arm_p", Kind::PValue, "of no difference").wide());
    columns
}

/// What a guess of an arm is about, and by whom.
type Key = (u32, u32, u32, u32);

fn key(guesses: &Guesses, subject: u32, predictor: u32) -> Key {
    let subject = &guesses.subjects[subject as usize];
    (subject.pair, subject.reference, subject.answer_repeat, predictor)
}

/// The sheet of all arms that the run has; none without any.
pub(crate) fn sheet(
    prepared: &Prepared,
    request: &Request,
    by: &[GroupKey],
    units: &[CrossUnit],
) -> Option<Sheet> {
    let guesses = &prepared.guesses;
    let Contrast { arm, against } = &request.contrast;
    let there = |name: &str| guesses.arm(name).is_some() && name != arm && name != against;
    let arms: Vec<_> = ARMS.into_iter().filter(|(name, _)| there(name)).collect();
    if arms.is_empty() {
        return None;
    }
    let columns = Column::groups(by).into_iter().chain(columns()).collect();
    let says = "What other texts than explanations of the given answer do for the same guesses.";
    let mut sheet = Sheet::new("cross-arms", "Beside cross-model gain", says, columns);
    let groups = grouped(guesses, by, units);
    let errors: Vec<HashMap<Key, f64>> =
        arms.iter().map(|(name, _)| errors_of_arm(prepared, request, name)).collect();
    let rows: Vec<Vec<Vec<Cell>>> = groups
        .par_iter()
        .map(|group| {
            let compare = |errors| Compared::of(guesses, &group.members, errors, request.level);
            errors.iter().map(|errors| compare(errors).cells()).collect()
        })
        .collect();
    for (group, rows) in groups.iter().zip(rows) {
        for ((name, _), cells) in arms.iter().zip(rows) {
            let cells = [Cell::from(*name)].into_iter().chain(cells);
            sheet.push(group.values.iter().map(Cell::from).chain(cells));
        }
    }
    for ((name, meaning), errors) in arms.iter().zip(&errors) {
        let all = Compared::of(guesses, units, errors, request.level);
        sheet.notes.extend(all.words(name, meaning));
    }
    Some(sheet)
}

/// The errors of an arm by what they are about; several explainers of one answer are averaged.
fn errors_of_arm(prepared: &Prepared, request: &Request, arm: &str) -> HashMap<Key, f64> {
    let contrast = Contrast { arm: arm.to_owned(), against: request.contrast.against.clone() };
    let observations = prepared.observations_of_contrast(&contrast, request);
    let mut sums: HashMap<Key, (f64, f64)> = HashMap::new();
    for observation in observations.list.iter().filter(|o| o.is_scored()) {
        let key = key(&observations.guesses, observation.subject, observation.predictor);
        let sum = sums.entry(key).or_default();
        sum.0 += observation.treated_error();
        sum.1 += 1.0;
    }
    sums.into_iter().map(|(key, (errors, count))| (key, errors / count)).collect()
}

/// An arm against own and others' explanations on the units that all have.
struct Compared {
    units: u64,
    clusters: u64,
    nsg: [Figure; 3],
    inference: Inference,
}

impl Compared {
    fn of(guesses: &Guesses, units: &[CrossUnit], errors: &HashMap<Key, f64>, level: f64) -> Self {
        let common: Vec<(&CrossUnit, [f64; 3])> = units
            .iter()
            .filter_map(|unit| {
                let arm = *errors.get(&key(guesses, unit.subject, unit.predictor))?;
                Some((unit, [arm, unit.own, 1.0 - unit.shares[0]?.0]))
            })
            .collect();
        let of = |at: usize| sums(guesses, common.iter().map(|(unit, e)| (*unit, e[at])));
        let sums = [of(0), of(1), of(2)];
        let inference = Inference::of(&sums[0].texts, level);
        let nsg = sums.each_ref().map(|sums| sums.nsg());
        Self { units: common.len() as u64, clusters: sums[0].clusters(), nsg, inference }
    }

    fn differences(&self) -> [Figure; 2] {
        let [arm, own, cross] = &self.nsg;
        [less(own, arm), less(cross, arm)]
    }

    fn cells(&self) -> Vec<Cell> {
        let mut cells: Vec<Cell> = vec![self.units.into(), self.clusters.into()];
        for figure in &self.nsg {
            cells.extend(self.inference.estimate(figure).cells());
        }
        for difference in &self.differences() {
            cells.extend(self.inference.estimate(difference).cells());
            cells.push(self.inference.p_value(difference).into());
        }
        cells
    }

    /// What the arm answers.
    fn words(&self, arm: &str, meaning: &str) -> Option<String> {
        let [of_arm, of_own, _] = self.nsg.each_ref().map(value);
        let [own, _] = self.differences();
        let alone = compared(
            &self.inference.estimate(&self.nsg[0]),
            "it helps by itself",
            "it misleads by itself",
            "no gain of it is told apart from none",
        )?;
        let beyond = compared(
            &self.inference.estimate(&own),
            "own explanations add to it",
            "own explanations are worse than it",
            "own explanations are not told apart from it",
        );
        let beyond = beyond.map(|beyond| format!("; {beyond}")).unwrap_or_default();
        Some(format!(
            "`{arm}` ({meaning}): NSG {of_arm}, {of_own} with own explanations on the same units: \
             {alone}{beyond}"
        ))
    }
}

/// A figure in words.
pub(crate) fn value(figure: &Figure) -> String {
    match figure {
        Ok(figure) => format!("{:.2}", figure.value()),
        Err(reason) => format!("undefined ({reason})"),
    }
}

/// What an interval says of its figure: above 0, below, or not told apart.
pub(crate) fn compared(
    estimate: &Estimate,
    above: &str,
    below: &str,
    neither: &str,
) -> Option<String> {
    let interval = estimate.interval.as_ref().ok()?;
    let said = match () {
        () if interval.low > 0.0 => above,
        () if interval.high < 0.0 => below,
        () => neither,
    };
    Some(format!("{said} [{:.2}, {:.2}]", interval.low, interval.high))
}
