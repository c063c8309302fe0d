//! The analysis `arms`: every arm of the run against the one baseline, and arms against each other.

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::figures::{
    Figures, about_figures, difference_columns, group_columns, of_group, of_two, p_cells, p_columns,
};
use crate::group::GroupKey;
use crate::grouping::Group;
use crate::matched::matched;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Cell, Column, Kind, Sheet};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The analysis `arms`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "arms",
    says: "NSG of every arm against one baseline, and paired differences between arms.",
    keys: &GroupKey::BUT_ARM,
    by: &[],
    honours: &[
        Flag::By,
        Flag::Against,
        Flag::ExcludeSelf,
        Flag::ConsistentOnly,
        Flag::Where,
        Flag::Weights,
        Flag::Level,
    ],
    columns: || [arm_columns(), pair_columns()].concat(),
    run,
};

/// Arms are a handful; their pairs grow with the square.
const MOST_ARMS: usize = 50;

fn arm_columns() -> Vec<Column> {
    let mut columns = vec![Column::text("arm", "the arm")];
    columns.extend(group_columns());
    columns.extend(p_columns("an NSG of 0"));
    columns.extend([
        Column::new("reasoning_tokens", Kind::Number, "mean tokens of reasoning, treated guesses")
            .wide(),
        Column::new("output_tokens", Kind::Number, "mean tokens of the reply, treated guesses")
            .hidden(),
    ]);
    columns
}

fn pair_columns() -> Vec<Column> {
    let mut columns = vec![
        Column::text("one", "the first arm").headed("arm"),
        Column::text("other", "the arm it is compared with").headed("than"),
    ];
    columns.extend(difference_columns());
    columns
}

/// Observations of a group by their arms, in the order of the arms' names.
fn by_arm<'a>(observations: &'a Observations, group: &Group) -> Vec<(&'a str, Vec<Observation>)> {
    let mut arms: BTreeMap<&str, Vec<Observation>> = BTreeMap::new();
    for observation in &group.members {
        let arm = &*observations.guesses.arms[usize::from(observation.arm)];
        arms.entry(arm).or_default().push(*observation);
    }
    arms.into_iter().collect()
}

/// Mean over scored observations of a count that tables may leave out.
fn mean_tokens(
    observations: &Observations,
    list: &[Observation],
    of: fn(&crate::Guess) -> Option<u32>,
) -> Cell {
    let (mut sum, mut count) = (0.0, 0_u64);
    for observation in list.iter().filter(|o| o.is_scored()) {
        for slot in observations.slots(observation) {
            let guess = slot.treated.map(|at| &observations.guesses.guesses[at as usize]);
            if let Some(tokens) = guess.filter(|guess| guess.hit.is_some()).and_then(of) {
                sum += f64::from(tokens);
                count += 1;
            }
        }
    }
    match count {
        0 => Cell::undefined("the tables do not say"),
        _ => (sum / count as f64).into(),
    }
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let observations = prepared.observations(request, &[by.as_slice(), &[GroupKey::Arm]].concat());
    let columns = |columns| [Column::groups(&by), columns].concat();
    let says = "Every arm against the baseline; p of no effect, adjusted for the arms of a group.";
    let mut arms = Sheet::new(ANALYSIS.name, "Arms", says, columns(arm_columns()));
    let says = "Arms against each other on the observations that both have; p adjusted for the pairs \
                of a group.";
    let title = "Differences between arms";
    let mut pairs = Sheet::new("arms-differences", title, says, columns(pair_columns()));
    let groups = observations.groups(&by);
    let figures: Vec<(Vec<Figures>, Vec<Figures>)> =
        groups.par_iter().map(|group| of_arms(&observations, group, request)).collect();
    for (group, (of_arms, of_pairs)) in groups.iter().zip(&figures) {
        for (row, p) in of_arms.iter().zip(p_cells(of_arms.iter())) {
            let mut cells = row.cells.clone();
            // Tokens stand behind the p values.
            let tokens = cells.split_off(cells.len() - 2);
            let values = group.values.iter().map(Cell::from);
            arms.push(values.chain(cells).chain(p).chain(tokens));
        }
        for (row, p) in of_pairs.iter().zip(p_cells(of_pairs.iter())) {
            let values = group.values.iter().map(Cell::from);
            pairs.push(values.chain(row.cells.clone()).chain(p));
        }
    }
    let against = Cell::from(request.contrast.against.as_str());
    let finish = |sheet, rows: Vec<&Figures>| {
        let mut sheet = about_figures(sheet, prepared, &observations, request, rows.into_iter());
        sheet.contrast = None;
        sheet.settings.push(("against", against.clone()));
        sheet
    };
    Ok(vec![
        finish(arms, figures.iter().flat_map(|(arms, _)| arms).collect()),
        finish(pairs, figures.iter().flat_map(|(_, pairs)| pairs).collect()),
    ])
}

/// The figures of every arm of a group, and of every two of them.
fn of_arms(
    observations: &Observations,
    group: &Group,
    request: &Request,
) -> (Vec<Figures>, Vec<Figures>) {
    let arms = by_arm(observations, group);
    let name = |what: &str| match group.values.is_empty() {
        true => what.to_owned(),
        false => format!("{} / {what}", group.name()),
    };
    let single = arms.iter().map(|(arm, list)| {
        let mut figures = of_group(observations, list, request, name(arm));
        figures.cells.insert(0, (*arm).into());
        figures.cells.push(mean_tokens(observations, list, |guess| guess.reasoning_tokens));
        figures.cells.push(mean_tokens(observations, list, |guess| guess.output_tokens));
        figures
    });
    let single = single.collect();
    let mut pairs = Vec::new();
    let few = arms.len() <= MOST_ARMS;
    for (at, (one, first)) in arms.iter().enumerate().filter(|_| few) {
        for (other, second) in &arms[at + 1..] {
            // `with` leads: it is the arm that the others are controls of.
            let turned = *other == request.contrast.arm;
            let ((one, first), (other, second)) = match turned {
                true => ((other, second), (one, first)),
                false => ((one, first), (other, second)),
            };
            let key = |o: &Observation| Some((o.subject, o.predictor));
            let found = matched(first, second, [&key, &key]);
            let units =
                [&found.one, &found.other].map(|list| observations.units(list, request.weights));
            let mut figures = of_two(
                [&units[0], &units[1]],
                found.one.len() as u64,
                found.dropped,
                request,
                name(&format!("{one} - {other}")),
            );
            figures.cells.splice(0..0, [Cell::from(*one), Cell::from(*other)]);
            pairs.push(figures);
        }
    }
    (single, pairs)
}
