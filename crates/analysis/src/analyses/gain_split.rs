//! The analysis `gain-split`: who was right, and how accuracy differs where the answer switched.

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::figures::{Figures, about_figures};
use crate::group::GroupKey;
use crate::grouping::Group;
use crate::inference::Inference;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Basis, Cell, Column, Kind, Sheet};
use crate::text_sums::TextSums;
use foretell_stats::Undefined;
use rayon::prelude::*;

/// The analysis `gain-split`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "gain-split",
    says: "Who was right: both arms, one of them, neither; and the gain where answers switched or not.",
    keys: &GroupKey::ALL,
    by: &[GroupKey::Reference],
    honours: Flag::ESTIMATES,
    columns,
    run,
};

fn columns() -> Vec<Column> {
    let mut columns = vec![
        Column::count("observations", "scored observations").wide(),
        Column::fraction("both_right", "share in which both arms are right"),
        Column::fraction("only_treated", "share in which only the treated arm is right"),
        Column::fraction("only_baseline", "share in which only the baseline is right"),
        Column::fraction("neither", "share in which neither arm is right"),
    ];
    let parts = [
        ("switched", "the target differs from the original answer"),
        ("unswitched", "the target is the original answer"),
    ];
    for (part, says) in parts {
        let name = |of: &str| format!("{of}_{part}");
        columns.push(
            Column::new(name("share"), Kind::Fraction, format!("share in which {says}")).hidden(),
        );
        let counted = format!("scored observations in which {says}");
        columns.push(Column::new(name("n"), Kind::Count, counted).hidden());
        for arm in ["a_with", "a_without"] {
            let says = format!("accuracy of that arm where {says}");
            columns.push(Column::new(name(arm), Kind::Fraction, says).wide());
        }
    }
    let gains = [
        ("gain_switched", "gain where the target differs from the original answer"),
        ("gain_unswitched", "gain where the target is the original answer"),
    ];
    for (name, says) in gains {
        columns.extend(Column::estimate(name, Kind::Difference, says));
    }
    columns
}

/// Places of cells: four by which arm is right, first where the answer switched, then where it did
/// not, then where the original answer is not known.
const SWITCHED: [usize; 4] = [0, 1, 2, 3];
const UNSWITCHED: [usize; 4] = [4, 5, 6, 7];

fn cells_of(observations: &Observations, observation: &Observation) -> [f64; 12] {
    let subject = &observations.guesses.subjects[observation.subject as usize];
    let block = match subject.switched() {
        Some(true) => 0,
        Some(false) => 4,
        None => 8,
    };
    let mut cells = [0.0; 12];
    for (at, count) in observation.repeats.iter().enumerate() {
        cells[block + at] = f64::from(*count) / f64::from(observation.complete());
    }
    cells
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let observations = prepared.observations(request, &by);
    let columns = [Column::groups(&by), columns()].concat();
    let mut sheet = Sheet::new(ANALYSIS.name, "Who was right", ANALYSIS.says, columns);
    let groups = observations.groups(&by);
    let rows: Vec<Figures> =
        groups.par_iter().map(|group| figures(&observations, group, request)).collect();
    for (group, row) in groups.iter().zip(&rows) {
        sheet.push(group.values.iter().map(Cell::from).chain(row.cells.clone()));
    }
    Ok(vec![about_figures(sheet, prepared, &observations, request, rows.iter())])
}

fn figures(observations: &Observations, group: &Group, request: &Request) -> Figures {
    let list = &group.members;
    let sums = TextSums::of_scored(observations, list, request.weights, |observation| {
        cells_of(observations, observation)
    });
    let inference = Inference::of(&sums.texts, request.level);
    let all: Vec<usize> = (0..12).collect();
    let share = |part: &[usize], whole: &[usize]| {
        Cell::from(sums.share(part, whole).map(|figure| figure.value()))
    };
    let scored = list.iter().filter(|o| o.is_scored()).count();
    let mut cells: Vec<Cell> = vec![scored.into()];
    cells.extend((0..4).map(|at| share(&[at, at + 4, at + 8], &all)));
    let switched = |observation: &&Observation| {
        observations.guesses.subjects[observation.subject as usize].switched()
    };
    for (part, is_switched) in [(SWITCHED, true), (UNSWITCHED, false)] {
        let [both, treated, baseline, _] = part;
        let of_part = list.iter().filter(|observation| observation.is_scored());
        let of_part = of_part.filter(|observation| switched(observation) == Some(is_switched));
        cells.push(share(&part, &all));
        cells.push(of_part.count().into());
        cells.push(share(&[both, treated], &part));
        cells.push(share(&[both, baseline], &part));
    }
    for part in [SWITCHED, UNSWITCHED] {
        let [_, treated, baseline, _] = part.map(|at| sums.column(&[at]));
        let saved: Vec<f64> = treated.iter().zip(baseline).map(|(t, b)| t - b).collect();
        cells.extend(inference.estimate(&sums.mean(&saved, &part)).cells());
    }
    let errors: Vec<usize> = all.iter().copied().filter(|at| [1, 3].contains(&(at % 4))).collect();
    Figures {
        cells,
        p: Err(Undefined::NoStatistic),
        basis: Basis {
            name: group.name(),
            clusters: sums.texts.chunk_by(|a, b| a[0] == b[0]).count() as u64,
            baseline_errors: sums.total(&errors),
        },
        is_dyadic: inference.is_dyadic(),
        value: Err(String::new()),
    }
}
