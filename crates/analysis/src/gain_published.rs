//! The analysis `gain` by the published rules.

use crate::contrast::Contrast;
use crate::group::GroupKey;
use crate::grouping::grouped;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::published;
use crate::request::Request;
use crate::selection::Panel;
use crate::sheet::{Cell, Column, Kind, Sheet};
use foretell_stats::Undefined;
use std::collections::BTreeSet;

/// What is counted and averaged of some observations.
#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    observations: f64,
    /// Right in both arms, with only, without only, neither.
    hits: [f64; 4],
    /// Observations on switched and on unswitched pairs, and the right ones among them by arm.
    moved: [[f64; 3]; 2],
}

fn columns() -> Vec<Column> {
    let count = Column::count;
    let fraction = Column::fraction;
    vec![
        count("observations", "scored observations"),
        count("pairs", "distinct pairs with one").wide(),
        count("clusters", "distinct original texts among them"),
        count("both", "observations in which both guesses are right").wide(),
        count("only_with", "only the treated one").wide(),
        count("only_without", "only that of the baseline").wide(),
        count("neither", "neither").wide(),
        fraction("a_with", "accuracy of the treated arm"),
        fraction("a_without", "accuracy of the baseline arm"),
        Column::new("gain", Kind::Difference, "a_with - a_without"),
        Column::new("nsg", Kind::Signed, "gain / (1 - a_without); 0 where a_without is 1")
            .headed("NSG"),
        count("switched", "observations on switched pairs, or without an original answer").wide(),
        count("unswitched", "observations on other pairs").wide(),
        fraction("precision_with", "published name: treated accuracy on switched pairs"),
        fraction("recall_with", "published name: treated accuracy on unswitched pairs"),
        fraction("precision_without", "the same of the baseline").wide(),
        fraction("recall_without", "the same of the baseline").wide(),
    ]
}

/// The one sheet of the analysis.
pub(crate) fn sheet(prepared: &Prepared, request: &Request, by: &[GroupKey]) -> Sheet {
    let kept = published::observations(prepared, request);
    let says = "Accuracy with and without the explanation, gain and NSG, by the published rules.";
    let columns = Column::groups(by).into_iter().chain(columns()).collect();
    let mut sheet = Sheet::new("gain", "Gain, published rules", says, columns);
    let guesses = &kept.observations.guesses;
    for group in grouped(guesses, by, &kept.list) {
        let cells = cells(&kept.observations, &group.members);
        sheet.push(group.values.iter().map(Cell::from).chain(cells));
    }
    sheet.notes = kept.differences;
    sheet.notes.extend(
        [
            "NSG is 0 where the baseline makes no error; ours is undefined",
            "a pair without an original answer counts as switched; ours counts it on neither side",
            "`precision` and `recall` are accuracies on switched and on unswitched pairs, which we \
             call so; textbook precision and recall of a predicted switch are other figures",
        ]
        .map(str::to_owned),
    );
    sheet.contrast = Some(Contrast::clone(&request.contrast));
    sheet.panel = Some(panel(&kept.observations, &kept.list));
    sheet.excluded = kept.excluded;
    sheet.conditional = prepared.selection(request).conditional();
    sheet.warnings.extend(prepared.notices.iter().cloned());
    sheet
}

/// The predictors of a list.
pub(crate) fn panel(observations: &Observations, list: &[Observation]) -> Panel {
    let numbers: BTreeSet<u32> = list.iter().map(|o| o.predictor).collect();
    let models = &observations.guesses.models;
    Panel::of(numbers.iter().map(|&number| &*models[number as usize].name))
}

fn cells(observations: &Observations, list: &[Observation]) -> Vec<Cell> {
    let guesses = &observations.guesses;
    let mut sums = Sums::default();
    let (mut pairs, mut clusters) = (BTreeSet::new(), BTreeSet::new());
    for observation in list.iter().filter(|observation| observation.is_scored()) {
        let subject = &guesses.subjects[observation.subject as usize];
        pairs.insert(subject.pair);
        clusters.insert(guesses.pairs[subject.pair as usize].original);
        let share = 1.0 / f64::from(observation.complete());
        let [both, treated, baseline, neither] =
            observation.repeats.map(|count| f64::from(count) * share);
        sums.observations += 1.0;
        for (sum, part) in sums.hits.iter_mut().zip([both, treated, baseline, neither]) {
            *sum += part;
        }
        let moved = &mut sums.moved[usize::from(subject.original_answer == subject.target)];
        for (sum, part) in moved.iter_mut().zip([1.0, both + treated, both + baseline]) {
            *sum += part;
        }
    }
    let share = |part: f64, whole: f64| match whole > 0.0 {
        true => Cell::from(part / whole),
        false => Cell::undefined("there is none"),
    };
    let count = |sum: f64| match sum.fract() == 0.0 {
        true => Cell::Count(sum as u64),
        // Averaged repeats.
        false => Cell::from(sum),
    };
    let n = sums.observations;
    let [both, treated, baseline, _] = sums.hits;
    let (right, without) = (both + treated, both + baseline);
    let gain = right / n - without / n;
    // Also of nothing observed this is no number, and then the cell says so.
    let nsg = if without == n && n > 0.0 { 0.0 } else { gain / (1.0 - without / n) };
    let figure = |figure: f64| match n > 0.0 {
        true => Cell::from(figure),
        false => Cell::undefined(Undefined::NoObservations),
    };
    let [switched, unswitched] = sums.moved;
    let mut cells = vec![count(n), pairs.len().into(), clusters.len().into()];
    cells.extend(sums.hits.map(count));
    cells.extend([share(right, n), share(without, n), figure(gain), figure(nsg)]);
    cells.extend([count(switched[0]), count(unswitched[0])]);
    for arm in [1, 2] {
        cells.push(share(switched[arm], switched[0]));
        cells.push(share(unswitched[arm], unswitched[0]));
    }
    cells
}
