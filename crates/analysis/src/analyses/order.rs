//! The analysis `order`: references that answer first against references that answer last.

use crate::analyses::Analysis;
use crate::error::AnalysisError;
use crate::figures::{
    Figures, about_figures, difference_columns, group_columns, of_group, of_two, p_cells,
};
use crate::group::GroupKey;
use crate::grouping::Group;
use crate::inference::{Paired, UnitSums};
use crate::matched::matched;
use crate::observation::{Observation, Observations};
use crate::prepared::Prepared;
use crate::request::{Flag, Request};
use crate::sheet::{Cell, Column, Kind, Sheet};
use foretell_core::AnswerOrder;
use rayon::prelude::*;

/// The analysis `order`.
pub(crate) const ANALYSIS: Analysis = Analysis {
    name: "order",
    says: "NSG where references answer first and where they answer last, paired and unpaired.",
    keys: &[
        GroupKey::Reference,
        GroupKey::Model,
        GroupKey::Family,
        GroupKey::Effort,
        GroupKey::Dataset,
        GroupKey::Predictor,
        GroupKey::Arm,
        GroupKey::Distance,
        GroupKey::Method,
        GroupKey::Changed,
    ],
    by: &[GroupKey::Reference],
    honours: Flag::ESTIMATES,
    columns: || [difference_columns(), unpaired_columns()].concat(),
    run,
};

fn unpaired_columns() -> Vec<Column> {
    let mut columns = vec![Column::text("answer_order", "where the answer was asked for")];
    columns.extend(group_columns());
    let says = "NSG first less NSG last, on all that either has";
    columns.extend(Column::estimate("difference", Kind::Difference, says));
    columns
}

fn run(prepared: &Prepared, request: &Request) -> Result<Vec<Sheet>, AnalysisError> {
    let by = request.by_or(ANALYSIS.by);
    let observations = prepared.observations(request, &by);
    let columns = |columns| [Column::groups(&by), columns].concat();
    let says = "Answer first (one) less answer last (other) on pairs that were asked in both orders; p \
                adjusted for all groups.";
    let mut paired =
        Sheet::new(ANALYSIS.name, "Answer first or last", says, columns(difference_columns()));
    let says = "Both orders by themselves; the difference is on all that either has.";
    let title = "Answer first and last, unpaired";
    let mut apart = Sheet::new("order-unpaired", title, says, columns(unpaired_columns()));
    let groups = observations.groups(&by);
    let figures: Vec<Option<(Figures, [Figures; 2])>> =
        groups.par_iter().map(|group| of_orders(&observations, group, request)).collect();
    let known: Vec<_> =
        groups.iter().zip(&figures).filter_map(|(g, f)| Some((g, f.as_ref()?))).collect();
    let p = p_cells(known.iter().map(|(_, (row, _))| row));
    for ((group, (row, orders)), p) in known.iter().zip(p) {
        let values = || group.values.iter().map(Cell::from);
        paired.push(values().chain(row.cells.clone()).chain(p));
        orders.iter().for_each(|row| apart.push(values().chain(row.cells.clone())));
    }
    if known.is_empty() {
        let none = "no group was asked in both orders";
        paired.notes.push(none.to_owned());
        apart.notes.push(none.to_owned());
    }
    let about = |sheet, rows: Vec<&Figures>| {
        about_figures(sheet, prepared, &observations, request, rows.into_iter())
    };
    Ok(vec![
        about(paired, known.iter().map(|(_, (row, _))| row).collect()),
        about(apart, known.iter().flat_map(|(_, (_, orders))| orders).collect()),
    ])
}

/// The figures of a group that has both orders.
fn of_orders(
    observations: &Observations,
    group: &Group,
    request: &Request,
) -> Option<(Figures, [Figures; 2])> {
    let guesses = &observations.guesses;
    let [first, last] = [AnswerOrder::First, AnswerOrder::Last].map(|order| {
        let of = |o: &&Observation| guesses.pair_of(o.subject).answer_order == order;
        group.members.iter().filter(of).copied().collect::<Vec<_>>()
    });
    if first.is_empty() || last.is_empty() {
        return None;
    }
    let key = |o: &Observation| {
        let subject = &guesses.subjects[o.subject as usize];
        let models = [subject.reference, subject.explainer, o.predictor];
        Some((observations.texts(o), models, subject.answer_repeat, o.arm))
    };
    let found = matched(&first, &last, [&key, &key]);
    let [one, other] =
        [&found.one, &found.other].map(|list| observations.units(list, request.weights));
    let common = found.one.len() as u64;
    let paired = of_two([&one, &other], common, found.dropped, request, group.name());

    let sums = [&first, &last].map(|list| UnitSums::of(&observations.units(list, request.weights)));
    let unpaired = Paired::of(&sums[0].texts, &sums[1].texts, request.level);
    let difference = unpaired.difference(&sums[0].nsg(), &sums[1].nsg());
    let mut difference = unpaired.inference.estimate(&difference).cells().to_vec();
    let orders = [(AnswerOrder::First, &first), (AnswerOrder::Last, &last)].map(|(order, list)| {
        let mut name = group.values.clone();
        name.push(order.as_str().into());
        let mut figures = of_group(observations, list, request, name.join(" / "));
        figures.cells.insert(0, order.as_str().into());
        // It stands once, in the first of the two rows.
        let cells = std::mem::replace(&mut difference, vec![Cell::Empty; 4]);
        figures.cells.extend(cells);
        figures
    });
    Some((paired, orders))
}
